// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBarterCore} from "../../../contracts/interfaces/IBarterCore.sol";
import {TradeLedger} from "../stores/TradeLedger.sol";
import {World} from "../World.sol";
import {Intruder} from "./Intruder.sol";

/// @notice Proposals and openings that must be refused.
contract ProposalIntruder is Intruder {
    constructor(World world_) Intruder(world_) {}

    function openAsOutsider(uint256 seed) external step {
        (IBarterCore.Terms memory terms,,) = _terms(seed);
        address caller = _outsider(seed, terms.payer, terms.payee);
        uint256 deadline = _deadline(seed);
        bytes memory signature = actors.sign(terms.payee, core.openTradeDigest(terms.payer, terms, deadline));
        _refusedByCore(
            "open as an outsider",
            caller,
            abi.encodeCall(IBarterCore.openTrade, (terms, deadline, signature)),
            abi.encodeWithSelector(IBarterCore.NotParty.selector, bytes32(0), caller)
        );
    }

    /// @dev Signed by somebody else, or by the counterparty for another amount, deadline or proposer.
    function openWithForgedSignature(uint256 seed) external step {
        (IBarterCore.Terms memory terms, address proposer,) = _terms(seed);
        address counterparty = _other(terms, proposer);
        uint256 deadline = _deadline(seed);
        bytes32 digest = core.openTradeDigest(proposer, terms, deadline);
        bytes memory signature;
        uint256 kind = (seed >> 8) % 4;
        if (kind == 0) {
            signature = actors.sign(actors.pickOutsider(seed, counterparty, address(0)), digest);
        } else if (kind == 1) {
            uint256 amountSats = terms.amountSats;
            terms.amountSats = amountSats == 1000 ? 1001 : amountSats - 1;
            signature = actors.sign(counterparty, core.openTradeDigest(proposer, terms, deadline));
            terms.amountSats = amountSats;
        } else if (kind == 2) {
            signature = actors.sign(counterparty, core.openTradeDigest(proposer, terms, deadline + 1));
        } else {
            signature = actors.sign(counterparty, core.openTradeDigest(counterparty, terms, deadline));
        }
        _refusedByCore(
            "open with a forged signature",
            proposer,
            abi.encodeCall(IBarterCore.openTrade, (terms, deadline, signature)),
            abi.encodeWithSelector(IBarterCore.InvalidSignature.selector, counterparty, digest)
        );
    }

    function openWithCancelledSignature(uint256 seed) external step {
        (IBarterCore.Terms memory terms, address proposer,) = _terms(seed);
        address counterparty = _other(terms, proposer);
        uint256 deadline = _deadlineOfItsOwn();
        bytes32 digest = core.openTradeDigest(proposer, terms, deadline);
        _cancel(counterparty, digest);
        _refusedByCore(
            "open with a cancelled signature",
            proposer,
            abi.encodeCall(IBarterCore.openTrade, (terms, deadline, actors.sign(counterparty, digest))),
            abi.encodeWithSelector(IBarterCore.SignatureIsCancelled.selector, counterparty, digest)
        );
    }

    function openWithExpiredSignature(uint256 seed) external step {
        (IBarterCore.Terms memory terms, address proposer,) = _terms(seed);
        uint256 deadline = block.timestamp - 1 - seed % 1 days;
        bytes memory signature = actors.sign(_other(terms, proposer), core.openTradeDigest(proposer, terms, deadline));
        _refusedByCore(
            "open with an expired signature",
            proposer,
            abi.encodeCall(IBarterCore.openTrade, (terms, deadline, signature)),
            abi.encodeWithSelector(IBarterCore.SignatureExpired.selector, deadline, block.timestamp)
        );
    }

    /// @dev A pair's payment hash again, from either side, by either entry, with other terms or the same.
    function reusePaymentHash(uint256 seed) external step {
        uint256 total = trades.length();
        TradeLedger.Entry memory entry = trades.entryAt(total == 0 ? _propose(seed) : seed % total);
        (address caller, address other) = seed & 256 == 0 ? (entry.partyA, entry.partyB) : (entry.partyB, entry.partyA);
        uint256 amountSats = seed & 512 == 0 ? entry.amountSats : 21_000;
        bytes memory data = seed & 1024 == 0
            ? abi.encodeCall(IBarterCore.proposeTrade, (other, entry.paymentHash, amountSats, "again", ""))
            : abi.encodeCall(IBarterCore.proposeTradeAsPayee, (other, entry.paymentHash, amountSats, "again", ""));
        _refusedByCore(
            "reuse a payment hash",
            caller,
            data,
            abi.encodeWithSelector(IBarterCore.PaymentHashReused.selector, caller, other, entry.paymentHash)
        );
    }

    function proposeOutsideLimits(uint256 seed) external step {
        (IBarterCore.Terms memory terms,,) = _terms(seed);
        bytes memory expected;
        uint256 kind = seed % 5;
        if (kind == 0) {
            terms.amountSats = seed & 256 == 0 ? (seed >> 9) % 1000 : 2_100_000_000_000_001 + (seed >> 9);
            expected = abi.encodeWithSelector(
                IBarterCore.AmountOutOfRange.selector, terms.amountSats, 1000, 2_100_000_000_000_000
            );
        } else if (kind == 1) {
            terms.category = string(new bytes(33 + (seed >> 8) % 300));
            expected = abi.encodeWithSelector(IBarterCore.CategoryTooLong.selector, bytes(terms.category).length, 32);
        } else if (kind == 2) {
            terms.description = string(new bytes(201 + (seed >> 8) % 300));
            expected =
                abi.encodeWithSelector(IBarterCore.DescriptionTooLong.selector, bytes(terms.description).length, 200);
        } else if (kind == 3) {
            terms.payee = address(0);
            expected = abi.encodeWithSelector(IBarterCore.ZeroCounterparty.selector);
        } else {
            terms.payee = terms.payer;
            expected = abi.encodeWithSelector(IBarterCore.SelfTrade.selector, terms.payer);
        }
        bytes memory data = abi.encodeCall(
            seed & 512 == 0 ? core.proposeTrade : core.proposeTradeAsPayee,
            (terms.payee, terms.paymentHash, terms.amountSats, terms.category, terms.description)
        );
        _refusedByCore("propose outside the limits", terms.payer, data, expected);
    }

    /// @dev The fallback answers the init code of a record being stored, and nobody else.
    function callNothing(uint256 seed) external step {
        bytes memory data = seed & 3 == 0 ? bytes("") : abi.encodePacked(bytes4(0xffffffff), seed);
        _refusedByCore(
            "call no function", actors.pick(seed), data, abi.encodeWithSelector(IBarterCore.UnknownCall.selector)
        );
    }

    function _refusedByCore(string memory what, address caller, bytes memory data, bytes memory expected) private {
        _refused(what, caller, address(core), data, expected);
    }
}
