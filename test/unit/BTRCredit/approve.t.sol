// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {Vm} from "forge-std/Vm.sol";

import {CreditTest} from "../../utils/CreditTest.sol";

contract ApproveTest is CreditTest {
    function testFuzz_Replaces(address owner, address spender, uint256 first, uint256 second) public {
        spender = address(uint160(bound(uint160(spender), 1, type(uint160).max)));
        vm.startPrank(owner);
        assertTrue(credit.approve(spender, first));
        assertEq(credit.allowance(owner, spender), first);
        assertTrue(credit.approve(spender, second));
        assertEq(credit.allowance(owner, spender), second);
        vm.stopPrank();
        if (spender != owner) assertEq(credit.allowance(spender, owner), 0);
    }

    function test_EmitsApproval() public {
        vm.recordLogs();
        emit IERC20.Approval(alice, carol, 5e18);
        Vm.Log[] memory expected = vm.getRecordedLogs();
        vm.prank(alice);
        credit.approve(carol, 5e18);
        _assertLogs(expected);
    }

    function test_RevertWhen_TheSpenderIsZero() public {
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InvalidSpender.selector, address(0)));
        vm.prank(alice);
        credit.approve(address(0), 1);
    }
}
