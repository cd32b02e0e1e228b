// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Vm} from "forge-std/Vm.sol";

import {IBarterCore} from "../../../contracts/interfaces/IBarterCore.sol";
import {BarterTest} from "../../utils/BarterTest.sol";

contract DismissDisputeTest is BarterTest {
    bytes32 private tradeId;
    bytes32 private preimage;

    function setUp() public override {
        super.setUp();
        (tradeId, preimage) = _dispute(alice, bob, 50_000);
    }

    function test_TakesTheTradeBackToAccepted() public {
        vm.warp(START + 1 days);
        vm.prank(arbiter);
        core.dismissDispute(tradeId);
        IBarterCore.Trade memory trade = core.getTrade(tradeId);
        assertEq(uint8(trade.status), uint8(IBarterCore.Status.Accepted));
        assertEq(uint8(trade.ruling), uint8(IBarterCore.Ruling.Dismissed));
        assertEq(trade.acceptedAt, START);
        assertEq(trade.settledAt, 0);
    }

    function test_EmitsDisputeDismissedAlone() public {
        vm.recordLogs();
        emit IBarterCore.DisputeDismissed(tradeId);
        Vm.Log[] memory expected = vm.getRecordedLogs();
        vm.prank(arbiter);
        core.dismissDispute(tradeId);
        _assertLogs(expected, "B");
    }

    function test_TakesTheCountBackForBoth() public {
        vm.prank(arbiter);
        core.dismissDispute(tradeId);
        assertEq(core.getWallet(alice).disputed, 0);
        assertEq(core.getWallet(bob).disputed, 0);
        assertEq(core.getWallet(alice).accepted, 1);
        assertEq(core.getWallet(alice).faults, 0);
    }

    function test_TheTradeCanStillSettle() public {
        vm.prank(arbiter);
        core.dismissDispute(tradeId);
        vm.warp(START + 30 days);
        vm.prank(alice);
        core.settleTrade(tradeId, preimage);
        IBarterCore.Trade memory trade = core.getTrade(tradeId);
        assertEq(uint8(trade.status), uint8(IBarterCore.Status.Settled));
        assertEq(uint8(trade.ruling), uint8(IBarterCore.Ruling.Dismissed), "the ruling stays on the record");
        assertEq(trade.settledAt, START + 30 days);
        assertEq(trust.getScore(alice), 6);
    }

    function testFuzz_RevertWhen_TheCallerIsNotTheArbiter(address caller) public {
        if (caller == arbiter) caller = alice;
        vm.expectRevert(abi.encodeWithSelector(IBarterCore.NotArbiter.selector, caller, arbiter));
        vm.prank(caller);
        core.dismissDispute(tradeId);
    }

    function test_RevertWhen_TheTradeIsUnknown() public {
        vm.expectRevert(abi.encodeWithSelector(IBarterCore.TradeNotFound.selector, bytes32(uint256(7))));
        vm.prank(arbiter);
        core.dismissDispute(bytes32(uint256(7)));
    }

    function test_RevertGiven_ItIsNotDisputed() public {
        (bytes32 proposed,) = _propose(alice, bob, 50_000);
        (bytes32 accepted,) = _accept(alice, bob, 50_000);
        bytes32 settled = _settle(alice, bob, 50_000);
        _assertWrongStatus(proposed, IBarterCore.Status.Proposed);
        _assertWrongStatus(accepted, IBarterCore.Status.Accepted);
        _assertWrongStatus(settled, IBarterCore.Status.Settled);
        vm.warp(START + 604_801);
        _assertWrongStatus(proposed, IBarterCore.Status.Expired);
    }

    function test_RevertGiven_ItWasDismissed() public {
        vm.prank(arbiter);
        core.dismissDispute(tradeId);
        _assertWrongStatus(tradeId, IBarterCore.Status.Accepted);
        assertEq(core.getWallet(alice).disputed, 0);
    }

    function test_RevertGiven_ItWasUpheld() public {
        vm.startPrank(arbiter);
        core.upholdDispute(tradeId, alice);
        vm.expectRevert(abi.encodeWithSelector(IBarterCore.DisputeAlreadyUpheld.selector, tradeId));
        core.dismissDispute(tradeId);
        vm.stopPrank();
    }

    function _assertWrongStatus(bytes32 id, IBarterCore.Status status) private {
        vm.expectRevert(
            abi.encodeWithSelector(IBarterCore.WrongStatus.selector, id, status, IBarterCore.Status.Disputed)
        );
        vm.prank(arbiter);
        core.dismissDispute(id);
    }
}
