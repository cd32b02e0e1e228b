// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";

import {BarterCore} from "../../contracts/BarterCore.sol";
import {IBarterCore} from "../../contracts/interfaces/IBarterCore.sol";
import {BarterTest} from "../utils/BarterTest.sol";
import {FixedAnswerWallet, OwnedWallet} from "../utils/Wallets.sol";

/// @notice A wallet that says yes to a signature only if everything it was told to try meanwhile failed.
contract ReenteringWallet is OwnedWallet {
    address[] private targets;
    bytes[] private attempts;

    constructor(address owner) OwnedWallet(owner) {}

    function plan(address target, bytes calldata attempt) external {
        targets.push(target);
        attempts.push(attempt);
    }

    function isValidSignature(bytes32, bytes calldata) external view override returns (bytes4) {
        for (uint256 i = 0; i < attempts.length; ++i) {
            // The question comes as a static call, so this one is static too, whatever opcode makes it.
            (bool success,) = targets[i].staticcall(attempts[i]);
            if (success) return 0xffffffff;
        }
        return IERC1271.isValidSignature.selector;
    }
}

/// @notice A wallet that says yes only if, while it is asked, the core's books agree with each other.
contract AuditingWallet {
    BarterCore private immutable CORE;
    bytes32 private settledTrade;
    uint256 private counted;

    constructor(BarterCore core) {
        CORE = core;
    }

    function expect(bytes32 settledTrade_, uint256 counted_) external {
        settledTrade = settledTrade_;
        counted = counted_;
    }

    function isValidSignature(bytes32, bytes calldata) external view returns (bytes4) {
        IBarterCore.Trade memory trade = CORE.getTrade(settledTrade);
        IBarterCore.Wallet memory payer = CORE.getWallet(trade.payer);
        bool agrees = trade.status == IBarterCore.Status.Settled && payer.settled == counted
            && payer.score == 6 * counted && payer.creditEarned == 50e18 * counted;
        return agrees ? IERC1271.isValidSignature.selector : bytes4(0xffffffff);
    }
}

/// @notice Nobody else's code runs in the middle of a change: the only call out to a party is ERC-1271's question, which
/// is static and comes before anything is written.
contract ReentrancyTest is BarterTest {
    uint256 private constant DEADLINE = START + 1 hours;

    function test_AWalletCannotReenterWhileATradeOpens() public {
        ReenteringWallet wallet = new ReenteringWallet(carol);
        (bytes32 accepted, bytes32 preimage) = _accept(address(wallet), bob, 50_000);
        (bytes32 proposed,) = _propose(bob, address(wallet), 50_000);
        _planEverything(wallet, proposed, accepted, preimage);

        IBarterCore.Terms memory terms = _terms(alice, address(wallet), keccak256("hash"), 50_000);
        vm.prank(alice);
        bytes32 tradeId = core.openTrade(terms, DEADLINE, hex"00");
        assertEq(uint8(_status(tradeId)), uint8(IBarterCore.Status.Accepted));
        assertEq(uint8(_status(accepted)), uint8(IBarterCore.Status.Accepted));
        assertEq(uint8(_status(proposed)), uint8(IBarterCore.Status.Proposed));
        IBarterCore.Wallet memory summary = core.getWallet(address(wallet));
        assertEq(summary.proposed, 3);
        assertEq(summary.accepted, 2);
        assertEq(summary.settled, 0);
    }

    function test_AWalletCannotReenterWhileItsTradeSettles() public {
        ReenteringWallet wallet = new ReenteringWallet(carol);
        (bytes32 tradeId, bytes32 preimage) = _accept(address(wallet), bob, 50_000);
        (bytes32 proposed,) = _propose(bob, address(wallet), 50_000);
        _planEverything(wallet, proposed, tradeId, preimage);
        core.settleTradeBySignature(IBarterCore.Settlement(tradeId, preimage, DEADLINE, hex"00"));
        IBarterCore.Wallet memory summary = core.getWallet(address(wallet));
        assertEq(summary.settled, 1);
        assertEq(summary.score, 6);
        assertEq(summary.creditEarned, 50e18);
        assertEq(trust.pairCount(address(wallet), bob), 1);
    }

    /// @dev The plan is one that works: from outside of the question, each attempt goes through.
    function test_TheAttemptsWouldWorkOtherwise() public {
        ReenteringWallet wallet = new ReenteringWallet(carol);
        (bytes32 accepted, bytes32 preimage) = _accept(address(wallet), bob, 50_000);
        (bytes32 proposed,) = _propose(bob, address(wallet), 50_000);
        wallet.execute(address(core), abi.encodeCall(core.acceptTrade, (proposed)));
        wallet.execute(address(core), abi.encodeCall(core.settleTrade, (accepted, preimage)));
        wallet.execute(address(core), abi.encodeCall(core.disputeTrade, (proposed)));
        wallet.execute(address(core), abi.encodeCall(core.cancelSignature, (bytes32(0))));
        wallet.execute(address(credit), abi.encodeCall(credit.burn, (1)));
        assertEq(core.getWallet(address(wallet)).settled, 1);
    }

    /// @dev Asked in the middle of a batch, a wallet sees what is settled so far, whole: no state between two.
    function test_BooksAgreeInTheMiddleOfABatch() public {
        AuditingWallet wallet = new AuditingWallet(core);
        IBarterCore.Settlement[] memory batch = new IBarterCore.Settlement[](3);
        (batch[0].tradeId, batch[0].preimage) = _accept(alice, bob, 50_000);
        (batch[1].tradeId, batch[1].preimage) = _accept(alice, bob, 50_000);
        (batch[2].tradeId, batch[2].preimage) = _accept(address(wallet), bob, 50_000);
        batch[2].deadline = DEADLINE;
        batch[2].signature = hex"00";
        wallet.expect(batch[1].tradeId, 2);
        vm.prank(alice);
        core.settleTrades(batch);
        assertEq(uint8(_status(batch[2].tradeId)), uint8(IBarterCore.Status.Settled));
    }

    /// @dev A party that is a contract is never called where it does not sign: one that refuses every call is as good a
    /// counterparty as any, and cannot hold up the other side.
    function test_PartiesAreNotCalled() public {
        address refusing = address(new FixedAnswerWallet("no", false));
        vm.expectCall(refusing, "", 0);
        _settle(alice, refusing, 50_000);
        _settle(refusing, alice, 50_000);
        (bytes32 tradeId,) = _dispute(refusing, alice, 50_000);
        vm.prank(arbiter);
        core.upholdDispute(tradeId, refusing);
        vm.prank(refusing);
        credit.transfer(alice, 1e18);
        vm.prank(alice);
        credit.transfer(refusing, 1e18);
        assertEq(trust.ownerOf(uint160(refusing)), refusing);
    }

    /// @dev A caller that catches a refused proposal and goes on, in one transaction: nothing of the refused one is left
    /// where the next one is handed over.
    function test_ARefusedProposalLeavesNothingForTheNext() public {
        ProposingTwice caller = new ProposingTwice(core);
        (bytes32 first, bytes32 second) = caller.run(bob, "a long description that is refused the second time", "short");
        IBarterCore.Trade memory trade = core.getTrade(second);
        assertEq(trade.description, "short");
        assertEq(trade.partyA, address(caller));
        assertEq(core.getTrade(first).description, "a long description that is refused the second time");
        assertEq(core.getWallet(address(caller)).proposed, 2);
        bytes32[] memory list = core.getTradesByAddress(bob);
        assertEq(list.length, 2);
        assertEq(list[0], first);
        assertEq(list[1], second);
    }

    function _planEverything(ReenteringWallet wallet, bytes32 proposed, bytes32 accepted, bytes32 preimage) private {
        IBarterCore.Settlement[] memory batch = new IBarterCore.Settlement[](1);
        batch[0] = IBarterCore.Settlement(accepted, preimage, 0, "");
        address target = address(core);
        wallet.plan(target, abi.encodeCall(core.acceptTrade, (proposed)));
        wallet.plan(target, abi.encodeCall(core.settleTrade, (accepted, preimage)));
        wallet.plan(target, abi.encodeCall(core.settleTrades, (batch)));
        wallet.plan(target, abi.encodeCall(core.disputeTrade, (accepted)));
        wallet.plan(target, abi.encodeCall(core.cancelSignature, (bytes32(0))));
        wallet.plan(target, abi.encodeCall(core.proposeTrade, (bob, bytes32(0), 50_000, "", "")));
        wallet.plan(target, abi.encodeCall(core.proposeTradeAsPayee, (bob, bytes32(0), 50_000, "", "")));
        wallet.plan(target, "");
        wallet.plan(address(credit), abi.encodeCall(credit.approve, (carol, 1)));
        wallet.plan(address(trust), abi.encodeCall(trust.raiseScores, (accepted, address(wallet), bob, 50_000)));
    }
}

/// @notice Proposes, is refused for the same hash, and proposes again.
contract ProposingTwice {
    BarterCore private immutable CORE;

    constructor(BarterCore core) {
        CORE = core;
    }

    function run(address counterparty, string calldata long, string calldata short)
        external
        returns (bytes32 first, bytes32 second)
    {
        first = CORE.proposeTrade(counterparty, bytes32("one"), 50_000, "", long);
        try CORE.proposeTrade{gas: 2_000_000}(counterparty, bytes32("one"), 50_000, "", long) {
            revert("not refused");
        } catch {}
        second = CORE.proposeTrade(counterparty, bytes32("two"), 50_000, "", short);
    }
}
