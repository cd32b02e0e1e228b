// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {Vm} from "forge-std/Vm.sol";

import {CreditTest} from "../../utils/CreditTest.sol";

contract TransferFromTest is CreditTest {
    function testFuzz_MovesWithinTheAllowance(uint256 allowed, uint256 value) public {
        allowed = bound(allowed, 0, type(uint256).max - 1);
        value = bound(value, 0, allowed < 50e18 ? allowed : 50e18);
        vm.prank(alice);
        credit.approve(carol, allowed);
        vm.prank(carol);
        assertTrue(credit.transferFrom(alice, bob, value));
        assertEq(credit.allowance(alice, carol), allowed - value);
        assertEq(credit.balanceOf(alice), 50e18 - value);
        assertEq(credit.balanceOf(bob), 50e18 + value);
    }

    function test_EmitsWhatIsLeftAndTheTransfer() public {
        vm.prank(alice);
        credit.approve(carol, 10e18);
        vm.recordLogs();
        emit IERC20.Approval(alice, carol, 6e18);
        emit IERC20.Transfer(alice, bob, 4e18);
        Vm.Log[] memory expected = vm.getRecordedLogs();
        vm.prank(carol);
        credit.transferFrom(alice, bob, 4e18);
        _assertLogs(expected);
    }

    function testFuzz_AnInfiniteAllowanceIsNotUsedUp(uint256 value) public {
        value = bound(value, 0, 50e18);
        vm.prank(alice);
        credit.approve(carol, type(uint256).max);
        vm.recordLogs();
        emit IERC20.Transfer(alice, bob, value);
        Vm.Log[] memory expected = vm.getRecordedLogs();
        vm.prank(carol);
        assertTrue(credit.transferFrom(alice, bob, value));
        _assertLogs(expected);
        assertEq(credit.allowance(alice, carol), type(uint256).max);
    }

    /// @dev An owner's own credit goes by `transfer`; by `transferFrom` it needs an allowance like anybody's.
    function test_RevertWhen_TheOwnerHasNoAllowanceOfItself() public {
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, alice, 0, 1));
        vm.prank(alice);
        credit.transferFrom(alice, bob, 1);
    }

    function testFuzz_RevertWhen_TheAllowanceIsShort(uint256 allowed, uint256 value) public {
        allowed = bound(allowed, 0, type(uint256).max - 1);
        value = bound(value, allowed + 1, type(uint256).max);
        vm.prank(alice);
        credit.approve(carol, allowed);
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, carol, allowed, value));
        vm.prank(carol);
        credit.transferFrom(alice, bob, value);
        assertEq(credit.allowance(alice, carol), allowed);
    }

    function testFuzz_RevertWhen_TheBalanceIsShort(uint256 value) public {
        value = bound(value, 50e18 + 1, type(uint256).max);
        vm.prank(alice);
        credit.approve(carol, value);
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InsufficientBalance.selector, alice, 50e18, value));
        vm.prank(carol);
        credit.transferFrom(alice, bob, value);
        assertEq(credit.allowance(alice, carol), value, "a refused transfer uses no allowance");
    }

    function test_RevertWhen_TheReceiverIsZero() public {
        vm.prank(alice);
        credit.approve(carol, 10e18);
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InvalidReceiver.selector, address(0)));
        vm.prank(carol);
        credit.transferFrom(alice, address(0), 1);
    }

    /// @dev Nobody holds anything for the zero address, but zero of it would look like a mint in the log.
    function test_RevertWhen_TheSenderIsZero() public {
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InvalidSender.selector, address(0)));
        vm.prank(carol);
        credit.transferFrom(address(0), alice, 0);
    }
}
