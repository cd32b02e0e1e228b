// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {Vm} from "forge-std/Vm.sol";

import {CreditTest} from "../../utils/CreditTest.sol";

contract BurnTest is CreditTest {
    function testFuzz_BurnsTheCallersOwn(uint256 amount) public {
        amount = bound(amount, 0, 50e18);
        vm.prank(alice);
        credit.burn(amount);
        assertEq(credit.balanceOf(alice), 50e18 - amount);
        assertEq(credit.balanceOf(bob), 50e18);
        assertEq(credit.totalSupply(), 100e18 - amount);
        assertEq(credit.totalEarned(alice), 50e18, "earnings stay");
    }

    function test_EmitsTransferToZero() public {
        vm.recordLogs();
        emit IERC20.Transfer(alice, address(0), 3e18);
        Vm.Log[] memory expected = vm.getRecordedLogs();
        vm.prank(alice);
        credit.burn(3e18);
        _assertLogs(expected);
    }

    function testFuzz_RevertWhen_TheBalanceIsShort(uint256 amount) public {
        amount = bound(amount, 50e18 + 1, type(uint256).max);
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InsufficientBalance.selector, alice, 50e18, amount));
        vm.prank(alice);
        credit.burn(amount);
    }

    /// @dev A balance is 128 bits of a word: a burn that fits only above them is refused.
    function test_RevertWhen_TheAmountFitsOnlyTheUpperHalf() public {
        uint256 amount = 1 << 128;
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InsufficientBalance.selector, alice, 50e18, amount));
        vm.prank(alice);
        credit.burn(amount);
    }
}
