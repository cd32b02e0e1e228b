// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {Vm} from "forge-std/Vm.sol";

import {CreditTest} from "../../utils/CreditTest.sol";

contract TransferTest is CreditTest {
    function test_Metadata() public view {
        assertEq(credit.name(), "BTR-Credit");
        assertEq(credit.symbol(), "BTR-C");
        assertEq(credit.decimals(), 18);
    }

    function testFuzz_Moves(address to, uint256 value) public {
        to = address(uint160(bound(uint160(to), 1, type(uint160).max)));
        if (to == alice || to == bob) to = carol;
        value = bound(value, 0, 50e18);
        vm.prank(alice);
        assertTrue(credit.transfer(to, value));
        assertEq(credit.balanceOf(alice), 50e18 - value);
        assertEq(credit.balanceOf(to), value);
        assertEq(credit.totalEarned(alice), 50e18, "earnings do not move");
        assertEq(credit.totalEarned(to), 0);
        assertEq(credit.totalSupply(), 100e18);
    }

    function testFuzz_ToItselfMovesNothing(uint256 value) public {
        value = bound(value, 0, 50e18);
        vm.prank(alice);
        assertTrue(credit.transfer(alice, value));
        assertEq(credit.balanceOf(alice), 50e18);
        assertEq(credit.totalEarned(alice), 50e18);
    }

    function test_EmitsTransfer() public {
        vm.recordLogs();
        emit IERC20.Transfer(alice, carol, 5e18);
        Vm.Log[] memory expected = vm.getRecordedLogs();
        vm.prank(alice);
        credit.transfer(carol, 5e18);
        _assertLogs(expected);
    }

    /// @dev ERC-20: "Transfers of 0 values MUST be treated as normal transfers and fire the Transfer event."
    function test_ZeroIsATransferToo() public {
        vm.recordLogs();
        emit IERC20.Transfer(carol, alice, 0);
        Vm.Log[] memory expected = vm.getRecordedLogs();
        vm.prank(carol);
        assertTrue(credit.transfer(alice, 0));
        _assertLogs(expected);
    }

    function testFuzz_RevertWhen_TheBalanceIsShort(uint256 value) public {
        value = bound(value, 50e18 + 1, type(uint256).max);
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InsufficientBalance.selector, alice, 50e18, value));
        vm.prank(alice);
        credit.transfer(carol, value);
    }

    function testFuzz_RevertWhen_TheReceiverIsZero(uint256 value) public {
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InvalidReceiver.selector, address(0)));
        vm.prank(alice);
        credit.transfer(address(0), value);
    }
}
