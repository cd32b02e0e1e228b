// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBarterCore} from "../../../contracts/interfaces/IBarterCore.sol";
import {TradeLedger} from "../stores/TradeLedger.sol";
import {World} from "../World.sol";
import {Intruder} from "./Intruder.sol";

/// @notice Disputes and rulings that must be refused. The last four need a deployment with an arbiter.
contract DisputeIntruder is Intruder {
    constructor(World world_) Intruder(world_) {}

    function disputeAsOutsider(uint256 seed) external step {
        TradeLedger.Entry memory entry = trades.entryAt(_accepted(seed));
        address caller = _outsider(seed, entry.partyA, entry.partyB);
        _refusedByCore(
            "dispute as an outsider",
            caller,
            abi.encodeCall(IBarterCore.disputeTrade, (entry.tradeId)),
            abi.encodeWithSelector(IBarterCore.NotParty.selector, entry.tradeId, caller)
        );
    }

    function disputeUnaccepted(uint256 seed) external step {
        IBarterCore.Status[4] memory statuses = [
            IBarterCore.Status.Proposed,
            IBarterCore.Status.Expired,
            IBarterCore.Status.Settled,
            IBarterCore.Status.Disputed
        ];
        (bool found, uint256 index) = trades.pick(statuses[seed % 4], seed);
        if (!found) index = _proposed(seed);
        TradeLedger.Entry memory entry = trades.entryAt(index);
        _refusedByCore(
            "dispute unaccepted",
            seed & 256 == 0 ? entry.partyA : entry.partyB,
            abi.encodeCall(IBarterCore.disputeTrade, (entry.tradeId)),
            _wrongStatus(index, IBarterCore.Status.Accepted)
        );
    }

    /// @dev Nobody rules where there is no arbiter, not even on a trade in dispute.
    function ruleAsOutsider(uint256 seed) external step {
        TradeLedger.Entry memory entry = trades.entryAt(_unruled(seed));
        address caller = actors.pickOutsider(seed >> 8, address(0), address(0));
        _refusedByCore(
            "rule as an outsider",
            caller,
            _rulingCall(entry, seed),
            abi.encodeWithSelector(IBarterCore.NotArbiter.selector, caller, core.ARBITER())
        );
    }

    // ------------------------------------------------------------------------------------------------ with an arbiter

    function disputeAgain(uint256 seed) external step {
        uint256 index = _unruled(seed);
        _dismiss(index);
        TradeLedger.Entry memory entry = trades.entryAt(index);
        _refusedByCore(
            "dispute again",
            seed & 1 == 0 ? entry.partyA : entry.partyB,
            abi.encodeCall(IBarterCore.disputeTrade, (entry.tradeId)),
            abi.encodeWithSelector(IBarterCore.DisputeAlreadyDismissed.selector, entry.tradeId)
        );
    }

    function ruleUndisputed(uint256 seed) external step {
        IBarterCore.Status[4] memory statuses = [
            IBarterCore.Status.Proposed,
            IBarterCore.Status.Expired,
            IBarterCore.Status.Settled,
            IBarterCore.Status.Accepted
        ];
        (bool found, uint256 index) = trades.pick(statuses[seed % 4], seed);
        if (!found) index = _proposed(seed);
        _refusedByCore(
            "rule on the undisputed",
            core.ARBITER(),
            _rulingCall(trades.entryAt(index), seed),
            _wrongStatus(index, IBarterCore.Status.Disputed)
        );
    }

    function ruleAgain(uint256 seed) external step {
        uint256 index = _unruled(seed);
        _uphold(index, seed);
        TradeLedger.Entry memory entry = trades.entryAt(index);
        _refusedByCore(
            "rule again",
            core.ARBITER(),
            _rulingCall(entry, seed >> 1),
            abi.encodeWithSelector(IBarterCore.DisputeAlreadyUpheld.selector, entry.tradeId)
        );
    }

    function upholdAgainstOutsider(uint256 seed) external step {
        TradeLedger.Entry memory entry = trades.entryAt(_unruled(seed));
        address atFault = _outsider(seed, entry.partyA, entry.partyB);
        _refusedByCore(
            "uphold against an outsider",
            core.ARBITER(),
            abi.encodeCall(IBarterCore.upholdDispute, (entry.tradeId, atFault)),
            abi.encodeWithSelector(IBarterCore.NotParty.selector, entry.tradeId, atFault)
        );
    }

    // ------------------------------------------------------------------------------------------------ helpers

    function _refusedByCore(string memory what, address caller, bytes memory data, bytes memory expected) private {
        _refused(what, caller, address(core), data, expected);
    }

    function _rulingCall(TradeLedger.Entry memory entry, uint256 seed) private pure returns (bytes memory) {
        if (seed & 1 == 0) return abi.encodeCall(IBarterCore.dismissDispute, (entry.tradeId));
        return abi.encodeCall(IBarterCore.upholdDispute, (entry.tradeId, entry.partyA));
    }

    function _wrongStatus(uint256 index, IBarterCore.Status required) private view returns (bytes memory) {
        return abi.encodeWithSelector(
            IBarterCore.WrongStatus.selector, trades.tradeIdAt(index), trades.statusAt(index), required
        );
    }
}
