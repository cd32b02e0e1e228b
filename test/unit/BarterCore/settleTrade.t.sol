// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {IERC4906} from "@openzeppelin/contracts/interfaces/IERC4906.sol";
import {Vm} from "forge-std/Vm.sol";

import {IBarterCore} from "../../../contracts/interfaces/IBarterCore.sol";
import {IBTRTrust} from "../../../contracts/interfaces/IBTRTrust.sol";
import {IERC5192} from "../../../contracts/interfaces/IERC5192.sol";
import {BarterTest} from "../../utils/BarterTest.sol";

contract SettleTradeTest is BarterTest {
    function test_Settles() public {
        (bytes32 tradeId, bytes32 preimage) = _accept(alice, bob, 50_000);
        vm.warp(START + 1 days);
        vm.prank(alice);
        core.settleTrade(tradeId, preimage);

        IBarterCore.Trade memory trade = core.getTrade(tradeId);
        assertEq(uint8(trade.status), uint8(IBarterCore.Status.Settled));
        assertEq(trade.createdAt, START);
        assertEq(trade.acceptedAt, START);
        assertEq(trade.settledAt, START + 1 days);
    }

    /// @dev 50,000 sats: floor(log2(51)) + 1 = 6 points and 50 tokens for each.
    function test_RaisesBothScoresAndMintsBothCredits() public {
        _settle(alice, bob, 50_000);
        assertEq(trust.getScore(alice), 6);
        assertEq(trust.getScore(bob), 6);
        assertEq(credit.balanceOf(alice), 50e18);
        assertEq(credit.balanceOf(bob), 50e18);
        assertEq(credit.totalSupply(), 100e18);
        assertEq(trust.pairCount(alice, bob), 1);
    }

    function test_FirstTradeOfBothEmitsExactly() public {
        (bytes32 tradeId, bytes32 preimage) = _accept(alice, bob, 50_000);
        vm.recordLogs();
        emit IBarterCore.TradeSettled(tradeId, preimage);
        emit IERC721.Transfer(address(0), alice, uint160(alice));
        emit IERC5192.Locked(uint160(alice));
        emit IBTRTrust.ScoreUpdated(alice, tradeId, 6);
        emit IERC721.Transfer(address(0), bob, uint160(bob));
        emit IERC5192.Locked(uint160(bob));
        emit IBTRTrust.ScoreUpdated(bob, tradeId, 6);
        emit IERC20.Transfer(address(0), alice, 50e18);
        emit IERC20.Transfer(address(0), bob, 50e18);
        Vm.Log[] memory expected = vm.getRecordedLogs();

        vm.prank(alice);
        core.settleTrade(tradeId, preimage);
        _assertLogs(expected, "BTTTTTTCC");
    }

    function test_LaterTradesEmitExactly() public {
        _settle(alice, bob, 50_000);
        (bytes32 tradeId, bytes32 preimage) = _accept(bob, alice, 1_000);
        vm.recordLogs();
        emit IBarterCore.TradeSettled(tradeId, preimage);
        emit IERC4906.MetadataUpdate(uint160(bob));
        emit IBTRTrust.ScoreUpdated(bob, tradeId, 8);
        emit IERC4906.MetadataUpdate(uint160(alice));
        emit IBTRTrust.ScoreUpdated(alice, tradeId, 8);
        emit IERC20.Transfer(address(0), bob, 1e18);
        emit IERC20.Transfer(address(0), alice, 1e18);
        Vm.Log[] memory expected = vm.getRecordedLogs();

        vm.prank(bob);
        core.settleTrade(tradeId, preimage);
        _assertLogs(expected, "BTTTTCC");
    }

    function test_BeyondThePairCapItSettlesAndCountsForNothing() public {
        for (uint256 i = 0; i < 5; ++i) {
            // In both directions: the pair is the same.
            if (i % 2 == 0) _settle(alice, bob, 50_000);
            else _settle(bob, alice, 50_000);
        }
        assertEq(trust.pairCount(alice, bob), 5);
        assertEq(trust.getScore(alice), 30);

        (bytes32 tradeId, bytes32 preimage) = _accept(alice, bob, 2_100_000_000_000_000);
        vm.warp(START + 5);
        vm.prank(alice);
        core.settleTrade(tradeId, preimage);
        assertEq(uint8(_status(tradeId)), uint8(IBarterCore.Status.Settled));
        assertEq(trust.pairCount(alice, bob), 5);
        assertEq(trust.getScore(alice), 30);
        assertEq(trust.getScore(bob), 30);
        assertEq(credit.balanceOf(alice), 250e18);
        assertEq(credit.totalSupply(), 500e18);
        IBarterCore.Wallet memory wallet = core.getWallet(alice);
        assertEq(wallet.settled, 6, "it is a settled trade all the same");
        assertEq(wallet.lastTradeAt, START + 5);
        assertEq(wallet.uniqueCounterparties, 1);
    }

    function test_ThePairCapIsPerPair() public {
        for (uint256 i = 0; i < 6; ++i) {
            _settle(alice, bob, 50_000);
        }
        _settle(alice, carol, 50_000);
        assertEq(trust.getScore(alice), 36);
        assertEq(trust.getScore(bob), 30);
        assertEq(trust.getScore(carol), 6);
        assertEq(core.getWallet(alice).uniqueCounterparties, 2);
    }

    function testFuzz_SettlesAtAnyTimeAfterAcceptance(uint256 acceptedAfter, uint256 settledAfter) public {
        (bytes32 tradeId, bytes32 preimage) = _propose(alice, bob, 50_000);
        acceptedAfter = bound(acceptedAfter, 0, 604_800);
        settledAfter = bound(settledAfter, acceptedAfter, (1 << 34) - 1);
        vm.warp(START + acceptedAfter);
        vm.prank(bob);
        core.acceptTrade(tradeId);
        vm.warp(START + settledAfter);
        vm.prank(alice);
        core.settleTrade(tradeId, preimage);
        IBarterCore.Trade memory trade = core.getTrade(tradeId);
        assertEq(trade.acceptedAt, START + acceptedAfter);
        assertEq(trade.settledAt, START + settledAfter);
    }

    function testFuzz_SettlesIfAndOnlyIfTheHashMatches(bytes32 preimage, bytes32 shown) public {
        bytes32 paymentHash = sha256(abi.encode(preimage));
        vm.prank(alice);
        bytes32 tradeId = core.proposeTrade(bob, paymentHash, 50_000, CATEGORY, DESCRIPTION);
        vm.prank(bob);
        core.acceptTrade(tradeId);
        if (shown != preimage) {
            bytes32 actual = sha256(abi.encode(shown));
            vm.expectRevert(abi.encodeWithSelector(IBarterCore.PreimageMismatch.selector, tradeId, paymentHash, actual));
            vm.prank(alice);
            core.settleTrade(tradeId, shown);
        }
        vm.prank(alice);
        core.settleTrade(tradeId, preimage);
        assertEq(uint8(_status(tradeId)), uint8(IBarterCore.Status.Settled));
    }

    /// @dev The known vector: 32 zero bytes.
    function test_TheHashIsSha256OverThe32Bytes() public {
        bytes32 paymentHash = 0x66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925;
        vm.prank(alice);
        bytes32 tradeId = core.proposeTrade(bob, paymentHash, 50_000, CATEGORY, DESCRIPTION);
        vm.prank(bob);
        core.acceptTrade(tradeId);
        vm.prank(alice);
        core.settleTrade(tradeId, bytes32(0));
        assertEq(uint8(_status(tradeId)), uint8(IBarterCore.Status.Settled));
    }

    function test_RevertWhen_TheTradeIsUnknown() public {
        vm.expectRevert(abi.encodeWithSelector(IBarterCore.TradeNotFound.selector, bytes32(uint256(7))));
        vm.prank(alice);
        core.settleTrade(bytes32(uint256(7)), bytes32(0));
    }

    function test_RevertWhen_TheCommitmentIsWrong() public {
        (bytes32 tradeId, bytes32 preimage) = _accept(alice, bob, 50_000);
        bytes32 other = tradeId ^ bytes32(uint256(1));
        vm.expectRevert(abi.encodeWithSelector(IBarterCore.TradeNotFound.selector, other));
        vm.prank(alice);
        core.settleTrade(other, preimage);
    }

    /// @dev The payee knows the preimage from the start; it proves nothing in the payee's hands.
    function test_RevertWhen_ThePayeeSettles() public {
        (bytes32 tradeId, bytes32 preimage) = _accept(alice, bob, 50_000);
        vm.expectRevert(abi.encodeWithSelector(IBarterCore.NotPayer.selector, tradeId, bob, alice));
        vm.prank(bob);
        core.settleTrade(tradeId, preimage);
    }

    function testFuzz_RevertWhen_TheCallerIsNotThePayer(address caller) public {
        (bytes32 tradeId, bytes32 preimage) = _accept(alice, bob, 50_000);
        if (caller == alice) caller = arbiter;
        vm.expectRevert(abi.encodeWithSelector(IBarterCore.NotPayer.selector, tradeId, caller, alice));
        vm.prank(caller);
        core.settleTrade(tradeId, preimage);
    }

    function test_RevertGiven_ItIsProposed() public {
        (bytes32 tradeId, bytes32 preimage) = _propose(alice, bob, 50_000);
        _assertWrongStatus(tradeId, preimage, IBarterCore.Status.Proposed);
    }

    function test_RevertGiven_ItIsExpired() public {
        (bytes32 tradeId, bytes32 preimage) = _propose(alice, bob, 50_000);
        vm.warp(START + 604_801);
        _assertWrongStatus(tradeId, preimage, IBarterCore.Status.Expired);
    }

    function test_RevertGiven_ItIsSettled() public {
        (bytes32 tradeId, bytes32 preimage) = _accept(alice, bob, 50_000);
        vm.prank(alice);
        core.settleTrade(tradeId, preimage);
        _assertWrongStatus(tradeId, preimage, IBarterCore.Status.Settled);
        assertEq(trust.getScore(alice), 6);
        assertEq(core.getWallet(alice).settled, 1);
    }

    function test_RevertGiven_ItIsDisputed() public {
        (bytes32 tradeId, bytes32 preimage) = _dispute(alice, bob, 50_000);
        _assertWrongStatus(tradeId, preimage, IBarterCore.Status.Disputed);
    }

    function test_RevertGiven_ADisputeWasUpheld() public {
        (bytes32 tradeId, bytes32 preimage) = _dispute(alice, bob, 50_000);
        vm.prank(arbiter);
        core.upholdDispute(tradeId, bob);
        _assertWrongStatus(tradeId, preimage, IBarterCore.Status.Disputed);
    }

    function _assertWrongStatus(bytes32 tradeId, bytes32 preimage, IBarterCore.Status status) private {
        vm.expectRevert(
            abi.encodeWithSelector(IBarterCore.WrongStatus.selector, tradeId, status, IBarterCore.Status.Accepted)
        );
        vm.prank(alice);
        core.settleTrade(tradeId, preimage);
    }
}
