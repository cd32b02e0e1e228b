// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Vm} from "forge-std/Vm.sol";

import {IBarterCore} from "../../../contracts/interfaces/IBarterCore.sol";
import {BarterTest} from "../../utils/BarterTest.sol";

contract AcceptTradeTest is BarterTest {
    bytes32 private tradeId;
    bytes32 private preimage;

    function setUp() public override {
        super.setUp();
        (tradeId, preimage) = _propose(alice, bob, 50_000);
    }

    function test_Accepts() public {
        vm.warp(START + 1 hours);
        vm.prank(bob);
        core.acceptTrade(tradeId);
        IBarterCore.Trade memory trade = core.getTrade(tradeId);
        assertEq(uint8(trade.status), uint8(IBarterCore.Status.Accepted));
        assertEq(trade.createdAt, START);
        assertEq(trade.acceptedAt, START + 1 hours);
        assertEq(trade.settledAt, 0);
    }

    function test_EmitsTradeAcceptedAlone() public {
        vm.recordLogs();
        emit IBarterCore.TradeAccepted(tradeId);
        Vm.Log[] memory expected = vm.getRecordedLogs();
        vm.prank(bob);
        core.acceptTrade(tradeId);
        _assertLogs(expected, "B");
    }

    function test_CountsForBoth() public {
        vm.prank(bob);
        core.acceptTrade(tradeId);
        assertEq(core.getWallet(alice).accepted, 1);
        assertEq(core.getWallet(bob).accepted, 1);
        assertEq(core.getWallet(alice).proposed, 1);
        assertEq(core.getWallet(bob).initiated, 0);
    }

    /// @dev At any second of the proposal's life, also the last, and for any of the four lanes of a state slot.
    function testFuzz_AcceptsWithinSevenDays(uint256 secondsAfter, uint256 earlierTrades) public {
        earlierTrades = bound(earlierTrades, 0, 8);
        for (uint256 i = 0; i < earlierTrades; ++i) {
            (tradeId,) = _propose(alice, bob, 50_000);
        }
        secondsAfter = bound(secondsAfter, 0, 604_800);
        vm.warp(START + secondsAfter);
        vm.prank(bob);
        core.acceptTrade(tradeId);
        assertEq(core.getTrade(tradeId).acceptedAt, START + secondsAfter);
        assertEq(uint8(_status(tradeId)), uint8(IBarterCore.Status.Accepted));
    }

    function test_AcceptsInTheLastSecond() public {
        vm.warp(START + 604_800);
        assertEq(uint8(_status(tradeId)), uint8(IBarterCore.Status.Proposed));
        vm.prank(bob);
        core.acceptTrade(tradeId);
        assertEq(uint8(_status(tradeId)), uint8(IBarterCore.Status.Accepted));
    }

    /// @dev The views turn in the same second as the refusal, with no transaction in between.
    function test_RevertGiven_OneSecondTooLate() public {
        vm.warp(START + 604_801);
        assertEq(uint8(_status(tradeId)), uint8(IBarterCore.Status.Expired));
        (,,,,, uint8 status,,,,,) = core.trades(tradeId);
        assertEq(status, 4);
        vm.expectRevert(abi.encodeWithSelector(IBarterCore.TradeExpired.selector, tradeId, START + 604_800));
        vm.prank(bob);
        core.acceptTrade(tradeId);
    }

    function testFuzz_RevertGiven_TheProposalExpired(uint256 secondsAfter) public {
        vm.warp(START + bound(secondsAfter, 604_801, type(uint40).max));
        vm.expectRevert(abi.encodeWithSelector(IBarterCore.TradeExpired.selector, tradeId, START + 604_800));
        vm.prank(bob);
        core.acceptTrade(tradeId);
        assertEq(uint8(_status(tradeId)), uint8(IBarterCore.Status.Expired));
    }

    /// @dev An accepted trade does not expire, however old.
    function test_AnAcceptedTradeDoesNotExpire() public {
        vm.prank(bob);
        core.acceptTrade(tradeId);
        vm.warp(START + 3_650 days);
        assertEq(uint8(_status(tradeId)), uint8(IBarterCore.Status.Accepted));
    }

    function test_RevertWhen_TheTradeIsUnknown() public {
        vm.expectRevert(abi.encodeWithSelector(IBarterCore.TradeNotFound.selector, bytes32(uint256(1))));
        vm.prank(bob);
        core.acceptTrade(bytes32(uint256(1)));
    }

    /// @dev The right key with other terms behind it: what a reorganisation could make of an id.
    function testFuzz_RevertWhen_TheCommitmentIsWrong(uint160 difference) public {
        bytes32 other = tradeId ^ bytes32(bound(difference, 1, type(uint160).max));
        vm.expectRevert(abi.encodeWithSelector(IBarterCore.TradeNotFound.selector, other));
        vm.prank(bob);
        core.acceptTrade(other);
    }

    function testFuzz_RevertWhen_TheCallerIsNotTheCounterparty(address caller) public {
        if (caller == bob) caller = alice;
        vm.expectRevert(abi.encodeWithSelector(IBarterCore.NotCounterparty.selector, tradeId, caller, bob));
        vm.prank(caller);
        core.acceptTrade(tradeId);
    }

    function test_RevertWhen_TheProposerAccepts() public {
        vm.expectRevert(abi.encodeWithSelector(IBarterCore.NotCounterparty.selector, tradeId, alice, bob));
        vm.prank(alice);
        core.acceptTrade(tradeId);
    }

    function test_RevertGiven_ItIsAccepted() public {
        vm.prank(bob);
        core.acceptTrade(tradeId);
        _assertWrongStatus(IBarterCore.Status.Accepted);
    }

    function test_RevertGiven_ItIsSettled() public {
        vm.prank(bob);
        core.acceptTrade(tradeId);
        vm.prank(alice);
        core.settleTrade(tradeId, preimage);
        _assertWrongStatus(IBarterCore.Status.Settled);
    }

    function test_RevertGiven_ItIsDisputed() public {
        vm.startPrank(bob);
        core.acceptTrade(tradeId);
        core.disputeTrade(tradeId);
        vm.stopPrank();
        _assertWrongStatus(IBarterCore.Status.Disputed);
    }

    function _assertWrongStatus(IBarterCore.Status status) private {
        vm.expectRevert(
            abi.encodeWithSelector(IBarterCore.WrongStatus.selector, tradeId, status, IBarterCore.Status.Proposed)
        );
        vm.prank(bob);
        core.acceptTrade(tradeId);
        assertEq(core.getWallet(alice).accepted, 1);
    }
}
