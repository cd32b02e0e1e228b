// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Vm} from "forge-std/Vm.sol";

import {IBTRCredit} from "../../../contracts/interfaces/IBTRCredit.sol";
import {CreditTest} from "../../utils/CreditTest.sol";

contract GrantRewardTest is CreditTest {
    function test_TheDeployerIsTheCore() public view {
        assertEq(credit.CORE(), address(this));
    }

    function testFuzz_GrantsTheSameToBoth(uint256 amountSats) public {
        uint256 tokens = amountSats / 1_000;
        if (tokens < 1) tokens = 1;
        if (tokens > 10_000) tokens = 10_000;
        assertEq(credit.grantReward(alice, carol, amountSats), tokens * 1e18);
        assertEq(credit.balanceOf(alice), 50e18 + tokens * 1e18);
        assertEq(credit.balanceOf(carol), tokens * 1e18);
        assertEq(credit.totalEarned(alice), 50e18 + tokens * 1e18);
        assertEq(credit.totalEarned(carol), tokens * 1e18);
        assertEq(credit.totalSupply(), 100e18 + 2 * tokens * 1e18);
    }

    function test_EmitsTwoTransfersFromZero() public {
        vm.recordLogs();
        emit IERC20.Transfer(address(0), carol, 7e18);
        emit IERC20.Transfer(address(0), alice, 7e18);
        Vm.Log[] memory expected = vm.getRecordedLogs();
        credit.grantReward(carol, alice, 7_999);
        _assertLogs(expected);
    }

    function testFuzz_RevertWhen_TheCallerIsNotTheCore(address caller) public {
        if (caller == address(this)) caller = alice;
        vm.expectRevert(abi.encodeWithSelector(IBTRCredit.NotCore.selector, caller, address(this)));
        vm.prank(caller);
        credit.grantReward(alice, bob, 50_000);
    }
}
