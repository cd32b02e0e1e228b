// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Vm} from "forge-std/Vm.sol";

import {BarterCore} from "../../../contracts/BarterCore.sol";
import {IBarterCore} from "../../../contracts/interfaces/IBarterCore.sol";
import {BarterTest} from "../../utils/BarterTest.sol";

contract DisputeTradeTest is BarterTest {
    function test_EitherPartyDisputes() public {
        (bytes32 byPayer,) = _accept(alice, bob, 50_000);
        (bytes32 byPayee,) = _accept(alice, bob, 50_000);
        vm.prank(alice);
        core.disputeTrade(byPayer);
        vm.prank(bob);
        core.disputeTrade(byPayee);
        assertEq(uint8(_status(byPayer)), uint8(IBarterCore.Status.Disputed));
        assertEq(uint8(_status(byPayee)), uint8(IBarterCore.Status.Disputed));
    }

    function test_KeepsTheTimes() public {
        (bytes32 tradeId,) = _propose(alice, bob, 50_000);
        vm.warp(START + 100);
        vm.prank(bob);
        core.acceptTrade(tradeId);
        vm.warp(START + 200);
        vm.prank(bob);
        core.disputeTrade(tradeId);
        IBarterCore.Trade memory trade = core.getTrade(tradeId);
        assertEq(trade.acceptedAt, START + 100);
        assertEq(trade.settledAt, 0);
        assertEq(uint8(trade.ruling), uint8(IBarterCore.Ruling.None));
    }

    function test_EmitsTradeDisputedAlone() public {
        (bytes32 tradeId,) = _accept(alice, bob, 50_000);
        vm.recordLogs();
        emit IBarterCore.TradeDisputed(tradeId, bob);
        Vm.Log[] memory expected = vm.getRecordedLogs();
        vm.prank(bob);
        core.disputeTrade(tradeId);
        _assertLogs(expected, "B");
    }

    function test_CountsForBothAndEarnsNothing() public {
        _dispute(alice, bob, 50_000);
        IBarterCore.Wallet memory payer = core.getWallet(alice);
        assertEq(payer.disputed, 1);
        assertEq(payer.accepted, 1);
        assertEq(payer.settled, 0);
        assertEq(payer.faults, 0);
        assertEq(core.getWallet(bob).disputed, 1);
        assertEq(credit.totalSupply(), 0);
        assertEq(trust.balanceOf(alice), 0);
    }

    /// @dev Without an arbiter a dispute is the end: nobody can rule, not even the zero address.
    function test_IsFinalWithoutAnArbiter() public {
        core = new BarterCore(address(0));
        (bytes32 tradeId, bytes32 preimage) = _dispute(alice, bob, 50_000);
        address[4] memory callers = [alice, bob, address(this), arbiter];
        for (uint256 i = 0; i < callers.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IBarterCore.NotArbiter.selector, callers[i], address(0)));
            vm.prank(callers[i]);
            core.dismissDispute(tradeId);
            vm.expectRevert(abi.encodeWithSelector(IBarterCore.NotArbiter.selector, callers[i], address(0)));
            vm.prank(callers[i]);
            core.upholdDispute(tradeId, alice);
        }
        vm.expectRevert(_wrongStatus(tradeId, IBarterCore.Status.Disputed));
        vm.prank(alice);
        core.settleTrade(tradeId, preimage);
        vm.expectRevert(_wrongStatus(tradeId, IBarterCore.Status.Disputed));
        vm.prank(alice);
        core.disputeTrade(tradeId);
        vm.warp(START + 3_650 days);
        assertEq(uint8(_status(tradeId)), uint8(IBarterCore.Status.Disputed));
    }

    function testFuzz_RevertWhen_TheCallerIsNoParty(address caller) public {
        (bytes32 tradeId,) = _accept(alice, bob, 50_000);
        if (caller == alice || caller == bob) caller = arbiter;
        vm.expectRevert(abi.encodeWithSelector(IBarterCore.NotParty.selector, tradeId, caller));
        vm.prank(caller);
        core.disputeTrade(tradeId);
    }

    function test_RevertWhen_TheTradeIsUnknown() public {
        vm.expectRevert(abi.encodeWithSelector(IBarterCore.TradeNotFound.selector, bytes32(uint256(7))));
        vm.prank(alice);
        core.disputeTrade(bytes32(uint256(7)));
    }

    function test_RevertWhen_TheCommitmentIsWrong() public {
        (bytes32 tradeId,) = _accept(alice, bob, 50_000);
        bytes32 other = tradeId ^ bytes32(uint256(1 << 159));
        vm.expectRevert(abi.encodeWithSelector(IBarterCore.TradeNotFound.selector, other));
        vm.prank(alice);
        core.disputeTrade(other);
    }

    function test_RevertGiven_ItIsProposed() public {
        (bytes32 tradeId,) = _propose(alice, bob, 50_000);
        vm.expectRevert(_wrongStatus(tradeId, IBarterCore.Status.Proposed));
        vm.prank(alice);
        core.disputeTrade(tradeId);
    }

    function test_RevertGiven_ItIsExpired() public {
        (bytes32 tradeId,) = _propose(alice, bob, 50_000);
        vm.warp(START + 604_801);
        vm.expectRevert(_wrongStatus(tradeId, IBarterCore.Status.Expired));
        vm.prank(alice);
        core.disputeTrade(tradeId);
    }

    function test_RevertGiven_ItIsSettled() public {
        bytes32 tradeId = _settle(alice, bob, 50_000);
        vm.expectRevert(_wrongStatus(tradeId, IBarterCore.Status.Settled));
        vm.prank(bob);
        core.disputeTrade(tradeId);
    }

    function test_RevertGiven_ItIsDisputed() public {
        (bytes32 tradeId,) = _dispute(alice, bob, 50_000);
        vm.expectRevert(_wrongStatus(tradeId, IBarterCore.Status.Disputed));
        vm.prank(bob);
        core.disputeTrade(tradeId);
        assertEq(core.getWallet(alice).disputed, 1);
    }

    function test_RevertGiven_ADisputeWasDismissed() public {
        (bytes32 tradeId,) = _dispute(alice, bob, 50_000);
        vm.prank(arbiter);
        core.dismissDispute(tradeId);
        address[2] memory parties = [alice, bob];
        for (uint256 i = 0; i < 2; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IBarterCore.DisputeAlreadyDismissed.selector, tradeId));
            vm.prank(parties[i]);
            core.disputeTrade(tradeId);
        }
    }

    function _wrongStatus(bytes32 tradeId, IBarterCore.Status status) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IBarterCore.WrongStatus.selector, tradeId, status, IBarterCore.Status.Accepted);
    }
}
