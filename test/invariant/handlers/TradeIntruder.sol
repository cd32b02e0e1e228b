// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBarterCore} from "../../../contracts/interfaces/IBarterCore.sol";
import {TradeLedger} from "../stores/TradeLedger.sol";
import {World} from "../World.sol";
import {Intruder} from "./Intruder.sol";

/// @notice Acceptances and settlements that must be refused.
contract TradeIntruder is Intruder {
    constructor(World world_) Intruder(world_) {}

    // ------------------------------------------------------------------------------------------------ accepting

    function acceptAsOutsider(uint256 seed) external step {
        TradeLedger.Entry memory entry = trades.entryAt(_proposed(seed));
        address caller = _outsider(seed, entry.partyB, address(0));
        _refusedByCore(
            "accept as an outsider",
            caller,
            abi.encodeCall(IBarterCore.acceptTrade, (entry.tradeId)),
            abi.encodeWithSelector(IBarterCore.NotCounterparty.selector, entry.tradeId, caller, entry.partyB)
        );
    }

    function acceptLate(uint256 seed) external step {
        (bool found, uint256 index) = trades.pick(IBarterCore.Status.Expired, seed);
        if (!found) {
            index = _propose(seed);
            _pass(7 days + 1);
        }
        TradeLedger.Entry memory entry = trades.entryAt(index);
        _refusedByCore(
            "accept late",
            entry.partyB,
            abi.encodeCall(IBarterCore.acceptTrade, (entry.tradeId)),
            abi.encodeWithSelector(
                IBarterCore.TradeExpired.selector, entry.tradeId, trades.createdAt(entry.tradeId) + 7 days
            )
        );
    }

    function acceptAgain(uint256 seed) external step {
        (bool found, uint256 index) = trades.pick(IBarterCore.Status(1 + seed % 3), seed);
        if (!found) index = _accepted(seed);
        TradeLedger.Entry memory entry = trades.entryAt(index);
        _refusedByCore(
            "accept again",
            entry.partyB,
            abi.encodeCall(IBarterCore.acceptTrade, (entry.tradeId)),
            _wrongStatus(index, IBarterCore.Status.Proposed)
        );
    }

    // ------------------------------------------------------------------------------------------------ settling

    function settleAsOutsider(uint256 seed) external step {
        TradeLedger.Entry memory entry = trades.entryAt(_accepted(seed));
        address payee = entry.payer == entry.partyA ? entry.partyB : entry.partyA;
        address caller = seed & 1 == 0 ? payee : _outsider(seed >> 1, entry.payer, address(0));
        _refusedByCore(
            "settle as an outsider",
            caller,
            _settleCall(entry.tradeId, entry.preimage, seed >> 8),
            abi.encodeWithSelector(IBarterCore.NotPayer.selector, entry.tradeId, caller, entry.payer)
        );
    }

    function settleWithWrongPreimage(uint256 seed) external step {
        uint256 index = _accepted(seed);
        TradeLedger.Entry memory entry = trades.entryAt(index);
        bytes32 wrong = _wrongPreimage(entry, seed >> 8);
        bytes memory data = seed & 1 == 0
            ? _settleCall(entry.tradeId, wrong, seed >> 1)
            : abi.encodeCall(IBarterCore.settleTradeBySignature, (_settlement(index, wrong, _deadline(seed))));
        _refusedByCore("settle with a wrong preimage", entry.payer, data, _mismatch(entry, wrong));
    }

    function settleUnaccepted(uint256 seed) external step {
        IBarterCore.Status[3] memory statuses =
            [IBarterCore.Status.Proposed, IBarterCore.Status.Disputed, IBarterCore.Status.Expired];
        (bool found, uint256 index) = trades.pick(statuses[seed % 3], seed);
        if (!found) index = _proposed(seed);
        _settleUnsettleable("settle unaccepted", index, seed);
    }

    function settleAgain(uint256 seed) external step {
        _settleUnsettleable("settle again", _settled(seed), seed);
    }

    function settleWithForgedSignature(uint256 seed) external step {
        uint256 index = _accepted(seed);
        TradeLedger.Entry memory entry = trades.entryAt(index);
        IBarterCore.Settlement memory settlement = _settlement(index, entry.preimage, _deadline(seed));
        bytes32 digest = core.settleTradeDigest(entry.tradeId, entry.preimage, settlement.deadline);
        if (seed & 1 == 0) {
            // Somebody else's.
            settlement.signature = actors.sign(actors.pickOutsider(seed, entry.payer, address(0)), digest);
        } else {
            // The payer's, for another deadline.
            ++settlement.deadline;
            digest = core.settleTradeDigest(entry.tradeId, entry.preimage, settlement.deadline);
        }
        _refusedByCore(
            "settle with a forged signature",
            _outsider(seed, entry.payer, address(0)),
            _settleCall(settlement, seed),
            abi.encodeWithSelector(IBarterCore.InvalidSignature.selector, entry.payer, digest)
        );
    }

    function settleWithExpiredSignature(uint256 seed) external step {
        uint256 index = _accepted(seed);
        TradeLedger.Entry memory entry = trades.entryAt(index);
        uint256 deadline = block.timestamp - 1 - seed % 1 days;
        _refusedByCore(
            "settle with an expired signature",
            _outsider(seed, entry.payer, address(0)),
            _settleCall(_settlement(index, entry.preimage, deadline), seed),
            abi.encodeWithSelector(IBarterCore.SignatureExpired.selector, deadline, block.timestamp)
        );
    }

    function settleWithCancelledSignature(uint256 seed) external step {
        uint256 index = _accepted(seed);
        TradeLedger.Entry memory entry = trades.entryAt(index);
        IBarterCore.Settlement memory settlement = _settlement(index, entry.preimage, _deadlineOfItsOwn());
        bytes32 digest = core.settleTradeDigest(entry.tradeId, entry.preimage, settlement.deadline);
        _cancel(entry.payer, digest);
        _refusedByCore(
            "settle with a cancelled signature",
            _outsider(seed, entry.payer, address(0)),
            _settleCall(settlement, seed),
            abi.encodeWithSelector(IBarterCore.SignatureIsCancelled.selector, entry.payer, digest)
        );
    }

    /// @dev One bad settlement, and the good one before it does not happen either.
    function settleGoodThenBad(uint256 seed) external step {
        uint256 index = _accepted(seed);
        TradeLedger.Entry memory entry = trades.entryAt(index);
        IBarterCore.Settlement[] memory settlements = new IBarterCore.Settlement[](2);
        settlements[0] = IBarterCore.Settlement(entry.tradeId, entry.preimage, 0, "");
        bytes memory expected;
        if (seed & 1 == 0) {
            settlements[1] = settlements[0];
            expected = abi.encodeWithSelector(
                IBarterCore.WrongStatus.selector, entry.tradeId, IBarterCore.Status.Settled, IBarterCore.Status.Accepted
            );
        } else {
            uint256 other = _propose(seed);
            _accept(other);
            TradeLedger.Entry memory bad = trades.entryAt(other);
            bytes32 wrong = _wrongPreimage(bad, seed >> 8);
            settlements[1] = _settlement(other, wrong, _deadline(seed));
            expected = _mismatch(bad, wrong);
        }
        _refusedByCore(
            "settle good, then bad", entry.payer, abi.encodeCall(IBarterCore.settleTrades, (settlements)), expected
        );
    }

    function settleNoneOrTooMany(uint256 seed) external step {
        uint256 length = seed & 1 == 0 ? 0 : 101;
        _refusedByCore(
            "settle none, or too many",
            actors.pick(seed),
            abi.encodeCall(IBarterCore.settleTrades, (new IBarterCore.Settlement[](length))),
            abi.encodeWithSelector(IBarterCore.BatchSize.selector, length, 100)
        );
    }

    // ------------------------------------------------------------------------------------------------ helpers

    function _refusedByCore(string memory what, address caller, bytes memory data, bytes memory expected) private {
        _refused(what, caller, address(core), data, expected);
    }

    function _settleUnsettleable(string memory what, uint256 index, uint256 seed) private {
        TradeLedger.Entry memory entry = trades.entryAt(index);
        bytes memory data = seed & 1 == 0
            ? _settleCall(entry.tradeId, entry.preimage, seed >> 1)
            : _settleCall(_settlement(index, entry.preimage, _deadline(seed)), seed >> 1);
        _refusedByCore(what, entry.payer, data, _wrongStatus(index, IBarterCore.Status.Accepted));
    }

    /// @dev A settlement by the caller, alone or as a batch of one.
    function _settleCall(bytes32 tradeId, bytes32 preimage, uint256 seed) private pure returns (bytes memory) {
        if (seed & 1 == 0) return abi.encodeCall(IBarterCore.settleTrade, (tradeId, preimage));
        return _batchCall(IBarterCore.Settlement(tradeId, preimage, 0, ""));
    }

    /// @dev A settlement by signature, alone or as a batch of one.
    function _settleCall(IBarterCore.Settlement memory settlement, uint256 seed) private pure returns (bytes memory) {
        if (seed & 2 == 0) return abi.encodeCall(IBarterCore.settleTradeBySignature, (settlement));
        return _batchCall(settlement);
    }

    function _batchCall(IBarterCore.Settlement memory settlement) private pure returns (bytes memory) {
        IBarterCore.Settlement[] memory settlements = new IBarterCore.Settlement[](1);
        settlements[0] = settlement;
        return abi.encodeCall(IBarterCore.settleTrades, (settlements));
    }

    /// @dev A bit off, nothing at all, or what everybody can read on-chain.
    function _wrongPreimage(TradeLedger.Entry memory entry, uint256 seed) private pure returns (bytes32) {
        if (seed % 4 == 0) return 0;
        if (seed % 4 == 1) return entry.paymentHash;
        if (seed % 4 == 2) return entry.tradeId;
        return entry.preimage ^ bytes32(1 << (seed >> 2) % 256);
    }

    function _mismatch(TradeLedger.Entry memory entry, bytes32 wrong) private pure returns (bytes memory) {
        return abi.encodeWithSelector(
            IBarterCore.PreimageMismatch.selector, entry.tradeId, entry.paymentHash, sha256(abi.encode(wrong))
        );
    }

    function _wrongStatus(uint256 index, IBarterCore.Status required) private view returns (bytes memory) {
        return abi.encodeWithSelector(
            IBarterCore.WrongStatus.selector, trades.tradeIdAt(index), trades.statusAt(index), required
        );
    }
}
