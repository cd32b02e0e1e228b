// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";

import {IBarterCore} from "../../contracts/interfaces/IBarterCore.sol";
import {IBTRCredit} from "../../contracts/interfaces/IBTRCredit.sol";
import {IBTRTrust} from "../../contracts/interfaces/IBTRTrust.sol";
import {Actors} from "./Actors.sol";
import {ClockHandler} from "./handlers/ClockHandler.sol";
import {CreditHandler} from "./handlers/CreditHandler.sol";
import {DisputeHandler} from "./handlers/DisputeHandler.sol";
import {DisputeIntruder} from "./handlers/DisputeIntruder.sol";
import {ProposalIntruder} from "./handlers/ProposalIntruder.sol";
import {TokenIntruder} from "./handlers/TokenIntruder.sol";
import {TradeHandler} from "./handlers/TradeHandler.sol";
import {TradeIntruder} from "./handlers/TradeIntruder.sol";
import {CreditLedger} from "./stores/CreditLedger.sol";
import {EventReplay} from "./stores/EventReplay.sol";
import {TradeLedger} from "./stores/TradeLedger.sol";
import {World} from "./World.sol";

/// @notice The seven invariants of the protocol, checked after every call of every handler, in any order. Numbers and
/// wording as in docs/INVARIANTS.md, with the bug each of them was seen to catch.
abstract contract Invariants is Test {
    uint256 private constant START = 1_763_600_000;

    World internal world;
    IBarterCore internal core;
    IBTRTrust internal trust;
    IBTRCredit internal credit;
    Actors internal actors;
    TradeLedger internal trades;
    CreditLedger internal credits;
    EventReplay internal replay;

    function setUp() public virtual {
        vm.warp(START);
        // By artifact, not by import: the contracts stay as they are compiled for the chain, and the test code need not be.
        world = new World(IBarterCore(deployCode("BarterCore.sol:BarterCore", abi.encode(_arbiter()))), START);
        core = world.core();
        trust = world.trust();
        credit = world.credit();
        actors = world.actors();
        trades = world.trades();
        credits = world.credits();
        replay = world.replay();

        // Functions are drawn evenly, and there are more ways to be refused than to trade: three of these.
        for (uint256 i = 0; i < 3; ++i) {
            targetContract(address(new TradeHandler(world)));
        }
        targetContract(address(new CreditHandler(world)));
        targetContract(address(new ClockHandler(world)));
        targetContract(address(new TradeIntruder(world)));
        targetContract(address(new ProposalIntruder(world)));
        targetContract(address(new TokenIntruder(world)));
        _targetDisputes(new DisputeHandler(world), new DisputeIntruder(world));
    }

    /// @dev Who rules on disputes; zero for nobody.
    function _arbiter() internal virtual returns (address);

    /// @dev Which of the handlers' functions make sense with or without an arbiter.
    function _targetDisputes(DisputeHandler handler, DisputeIntruder intruder) internal virtual;

    // ------------------------------------------------------------------------------------------------ the seven

    /// @notice 1. A wallet's score is the sum of the score formula over its counted trades.
    function invariant_1_ScoreIsTheSumOverCountedTrades() external view {
        address[] memory wallets = world.holders();
        for (uint256 i = 0; i < wallets.length; ++i) {
            assertEq(trust.getScore(wallets[i]), trades.scoreOf(wallets[i]), "score");
        }
    }

    /// @notice 2. `pairCount` never passes 5, and the number of counted trades of a pair equals it.
    function invariant_2_PairCountIsTheCountedTrades() external view {
        address[] memory wallets = world.holders();
        for (uint256 i = 1; i < wallets.length; ++i) {
            for (uint256 j = 0; j < i; ++j) {
                uint256 pairCount = trust.pairCount(wallets[i], wallets[j]);
                uint256 settled = trades.settledOf(wallets[i], wallets[j]);
                assertLe(pairCount, 5, "pair count beyond the cap");
                assertEq(pairCount, trades.countedOf(wallets[i], wallets[j]), "pair count");
                assertEq(pairCount, settled < 5 ? settled : 5, "all of the first five count");
                assertEq(pairCount, trust.pairCount(wallets[j], wallets[i]), "pair count, the other way round");
            }
        }
    }

    /// @notice 3. Total supply is the sum of balances, and equals all that was earned less all that was burned.
    function invariant_3_SupplyIsBalancesAndEarningsLessBurns() external view {
        address[] memory wallets = world.holders();
        uint256 balances = 0;
        uint256 earnings = 0;
        for (uint256 i = 0; i < wallets.length; ++i) {
            uint256 balance = credit.balanceOf(wallets[i]);
            uint256 earned = credit.totalEarned(wallets[i]);
            assertEq(balance, credits.balanceOf(wallets[i]), "balance");
            assertEq(earned, credits.earnedBy(wallets[i]), "earned");
            assertEq(earned, trades.creditOf(wallets[i]), "earned is the sum of the credit formula");
            balances += balance;
            earnings += earned;
        }
        assertEq(credit.totalSupply(), balances, "supply against balances");
        assertEq(credit.totalSupply(), earnings - credits.burned(), "supply against earnings less burns");
    }

    /// @notice 4. Settled, expired, and disputed without an arbiter are final. So is disputed with a ruling.
    function invariant_4_EndsAreFinal() external {
        vm.warp(world.time());
        uint256 length = trades.length();
        for (uint256 i = 0; i < length; ++i) {
            bytes32 tradeId = trades.tradeIdAt(i);
            bytes32 whenFinal = world.finality().finalOf(tradeId);
            if (whenFinal == 0) continue;
            assertEq(keccak256(abi.encode(core.getTrade(tradeId))), whenFinal, "a trade changed after its end");
        }
    }

    /// @notice 5. No trade settles without a preimage whose `sha256` is its payment hash, and none settles twice.
    function invariant_5_SettlesOnceAndWithThePreimage() external {
        vm.warp(world.time());
        uint256 length = replay.length();
        for (uint256 i = 0; i < length; ++i) {
            bytes32 tradeId = replay.tradeIds(i);
            IBarterCore.Trade memory trade = core.getTrade(tradeId);
            bool settled = trade.status == IBarterCore.Status.Settled;
            assertEq(replay.settlements(tradeId), settled ? 1 : 0, "how often it settled");
            if (!settled) continue;
            assertEq(sha256(abi.encode(replay.preimageOf(tradeId))), trade.paymentHash, "preimage");
        }
    }

    /// @notice 6. A trust token exists exactly for the wallets with a settled trade, and never changes hands.
    function invariant_6_TokenExactlyForTheSettled() external view {
        address[] memory wallets = world.holders();
        for (uint256 i = 0; i < wallets.length; ++i) {
            address wallet = wallets[i];
            uint256 tokenId = uint256(uint160(wallet));
            bool exists = trades.countOf(wallet, IBarterCore.Status.Settled) != 0;
            assertEq(trust.balanceOf(wallet), exists ? 1 : 0, "token balance");
            assertEq(replay.mintsOf(tokenId), exists ? 1 : 0, "mints");
            if (exists) {
                assertEq(trust.ownerOf(tokenId), wallet, "owner");
                assertTrue(trust.locked(tokenId), "locked");
                assertEq(trust.getApproved(tokenId), address(0), "approved");
            } else {
                _assertNoToken(tokenId);
            }
        }
    }

    /// @notice 7. The event log alone rebuilds every view, bit for bit.
    function invariant_7_LogRebuildsEveryView() external {
        vm.warp(world.time());
        assertEq(replay.oddities(), 0, "logs that say what cannot be");
        uint256 length = trades.length();
        assertEq(replay.length(), length, "trades");
        for (uint256 i = 0; i < length; ++i) {
            assertEq(replay.tradeIds(i), trades.tradeIdAt(i), "order of trades");
            _assertTradeRebuilt(trades.tradeIdAt(i));
        }
        address[] memory wallets = world.holders();
        for (uint256 i = 0; i < wallets.length; ++i) {
            _assertWalletRebuilt(wallets[i]);
            _assertListRebuilt(wallets[i]);
            for (uint256 j = 0; j < wallets.length; ++j) {
                _assertPairRebuilt(wallets[i], wallets[j]);
            }
        }
        assertEq(credit.totalSupply(), replay.totalSupply(), "total supply");
        _assertCancellationsRebuilt();
    }

    // ------------------------------------------------------------------------------------------------ beside them

    /// @notice What must be refused was refused, for the right reason, and changed nothing.
    function invariant_8_RefusalsHold() external view {
        string memory breaches = world.breaches().list();
        assertTrue(bytes(breaches).length == 0, breaches);
    }

    /// @notice A wallet's counters count its trades.
    function invariant_9_WalletsCountTheirTrades() external {
        vm.warp(world.time());
        address[] memory wallets = world.holders();
        for (uint256 i = 0; i < wallets.length; ++i) {
            address wallet = wallets[i];
            IBarterCore.Wallet memory summary = core.getWallet(wallet);
            uint256 open = trades.countOf(wallet, IBarterCore.Status.Accepted);
            uint256 settled = trades.countOf(wallet, IBarterCore.Status.Settled);
            uint256 disputed = trades.countOf(wallet, IBarterCore.Status.Disputed);
            uint256 unaccepted = trades.countOf(wallet, IBarterCore.Status.Proposed)
                + trades.countOf(wallet, IBarterCore.Status.Expired);
            assertEq(summary.settled, settled, "settled");
            assertEq(summary.disputed, disputed, "disputed");
            assertEq(summary.accepted, open + settled + disputed, "accepted");
            assertEq(summary.proposed, summary.accepted + unaccepted, "proposed");
            assertEq(summary.faults, trades.faultsOf(wallet), "faults");
        }
    }

    // ------------------------------------------------------------------------------------------------ helpers

    function _assertNoToken(uint256 tokenId) private view {
        bytes memory expected = abi.encodeWithSelector(IBTRTrust.TokenNotFound.selector, tokenId);
        bytes4[4] memory selectors =
            [trust.ownerOf.selector, trust.locked.selector, trust.getApproved.selector, trust.tokenURI.selector];
        for (uint256 i = 0; i < selectors.length; ++i) {
            (bool success, bytes memory answer) =
                address(trust).staticcall(abi.encodeWithSelector(selectors[i], tokenId));
            assertFalse(success, "a token without a settled trade");
            assertEq(answer, expected, "error");
        }
    }

    function _assertTradeRebuilt(bytes32 tradeId) private view {
        IBarterCore.Trade memory trade = replay.getTrade(tradeId);
        _assertAnswer(address(core), abi.encodeCall(IBarterCore.getTrade, (tradeId)), abi.encode(trade), "getTrade");
        bytes memory flat = abi.encode(
            trade.tradeId,
            trade.partyA,
            trade.partyB,
            trade.paymentHash,
            trade.amountSats,
            uint8(trade.status),
            trade.createdAt,
            trade.acceptedAt,
            trade.settledAt,
            trade.category,
            trade.description
        );
        _assertAnswer(address(core), abi.encodeCall(IBarterCore.trades, (tradeId)), flat, "trades");
    }

    function _assertWalletRebuilt(address wallet) private view {
        IBarterCore.Wallet memory summary = replay.getWallet(wallet);
        _assertAnswer(address(core), abi.encodeCall(IBarterCore.getWallet, (wallet)), abi.encode(summary), "getWallet");
        bytes memory profile = abi.encode(
            summary.score, summary.uniqueCounterparties, summary.memberSince, summary.settled, summary.lastTradeAt
        );
        _assertAnswer(address(trust), abi.encodeCall(IBTRTrust.getTrustProfile, (wallet)), profile, "getTrustProfile");
        assertEq(trust.getScore(wallet), summary.score, "getScore");
        assertEq(credit.balanceOf(wallet), summary.creditBalance, "balanceOf");
        assertEq(credit.totalEarned(wallet), summary.creditEarned, "totalEarned");
        assertEq(credit.nonces(wallet), replay.nonces(wallet), "nonces");

        uint256 tokenId = uint256(uint160(wallet));
        if (replay.mintsOf(tokenId) != 0) {
            assertEq(trust.ownerOf(tokenId), replay.ownerOf(tokenId), "ownerOf");
            assertEq(trust.locked(tokenId), replay.locked(tokenId), "locked");
        } else {
            _assertNoToken(tokenId);
        }
    }

    /// @dev The list at once, and by pages of three, newest first.
    function _assertListRebuilt(address wallet) private view {
        bytes32[] memory list = replay.getTradesByAddress(wallet);
        _assertAnswer(address(core), abi.encodeCall(IBarterCore.getTradesByAddress, (wallet)), abi.encode(list), "list");
        bytes32 before = 0;
        uint256 left = list.length;
        do {
            IBarterCore.Trade[] memory page;
            (page, before) = core.getTradesPaged(wallet, before, 3);
            for (uint256 i = 0; i < page.length; ++i) {
                assertEq(keccak256(abi.encode(page[i])), keccak256(abi.encode(replay.getTrade(list[--left]))), "page");
            }
        } while (before != 0);
        assertEq(left, 0, "pages end before the list");
    }

    function _assertPairRebuilt(address walletA, address walletB) private view {
        assertEq(trust.pairCount(walletA, walletB), replay.pairCount(walletA, walletB), "pairCount");
        assertEq(credit.allowance(walletA, walletB), replay.allowance(walletA, walletB), "allowance");
    }

    function _assertCancellationsRebuilt() private view {
        uint256 length = world.cancelledCount();
        for (uint256 i = 0; i < length; ++i) {
            bytes32 digest = world.cancelledDigests(i);
            for (uint256 j = 0; j < actors.COUNT(); ++j) {
                address signer = actors.wallets(j);
                bool cancelled = replay.isSignatureCancelled(signer, digest);
                assertEq(core.isSignatureCancelled(signer, digest), cancelled, "isSignatureCancelled");
            }
        }
    }

    function _assertAnswer(address target, bytes memory call, bytes memory expected, string memory what) private view {
        (bool success, bytes memory answer) = target.staticcall(call);
        assertTrue(success, what);
        // By hash: a failure names the view and not a kilobyte of hexadecimal.
        assertEq(keccak256(answer), keccak256(expected), what);
    }
}
