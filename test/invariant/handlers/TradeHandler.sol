// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBarterCore} from "../../../contracts/interfaces/IBarterCore.sol";
import {TradeLedger} from "../stores/TradeLedger.sol";
import {World} from "../World.sol";
import {Handler} from "./Handler.sol";

/// @notice Trades as honest wallets make them, by every way in.
contract TradeHandler is Handler {
    uint256 private constant MAX_BATCH = 6;

    constructor(World world_) Handler(world_) {}

    function proposeTrade(uint256 seed) external step {
        (IBarterCore.Terms memory terms,, bytes32 preimage) = _terms(seed);
        _propose(terms, terms.payer, preimage);
    }

    function proposeTradeAsPayee(uint256 seed) external step {
        (IBarterCore.Terms memory terms,, bytes32 preimage) = _terms(seed);
        _propose(terms, terms.payee, preimage);
    }

    function openTrade(uint256 seed) external step {
        (IBarterCore.Terms memory terms, address proposer, bytes32 preimage) = _terms(seed);
        uint256 deadline = _deadline(seed);
        bytes memory signature = actors.sign(_other(terms, proposer), core.openTradeDigest(proposer, terms, deadline));
        vm.prank(proposer);
        bytes32 tradeId = core.openTrade(terms, deadline, signature);
        trades.accept(_noteProposal(tradeId, terms, proposer, preimage));
    }

    function acceptTrade(uint256 seed) external step {
        _accept(_proposed(seed));
    }

    function settleTrade(uint256 seed) external step {
        _settle(_accepted(seed));
    }

    /// @dev Anybody may carry the signature, the stranger and the payee included.
    function settleTradeBySignature(uint256 seed) external step {
        uint256 index = _accepted(seed);
        TradeLedger.Entry memory entry = trades.entryAt(index);
        IBarterCore.Settlement memory settlement = _settlement(index, entry.preimage, _deadline(seed));
        vm.prank(actors.pickOutsider(seed, entry.payer, address(0)));
        core.settleTradeBySignature(settlement);
        _noteSettlement(index);
    }

    /// @dev One caller settles up to six trades: its own without a signature, those of others with one.
    function settleTrades(uint256 seed) external step {
        uint256 length = 1 + seed % MAX_BATCH;
        uint256[] memory indexes = _several(seed, length);
        address caller = trades.entryAt(indexes[0]).payer;
        IBarterCore.Settlement[] memory settlements = new IBarterCore.Settlement[](length);
        for (uint256 i = 0; i < length; ++i) {
            TradeLedger.Entry memory entry = trades.entryAt(indexes[i]);
            settlements[i] = entry.payer == caller
                ? IBarterCore.Settlement(entry.tradeId, entry.preimage, 0, "")
                : _settlement(indexes[i], entry.preimage, _deadline(seed));
        }
        vm.prank(caller);
        core.settleTrades(settlements);
        for (uint256 i = 0; i < length; ++i) {
            _noteSettlement(indexes[i]);
        }
    }

    function cancelSignature(uint256 seed, bytes32 digest) external step {
        _cancel(actors.pick(seed), digest);
    }

    /// @dev Different accepted trades: the ones there are, and new ones for the rest.
    function _several(uint256 seed, uint256 length) private returns (uint256[] memory indexes) {
        indexes = new uint256[](length);
        uint256 found = 0;
        uint256 total = trades.length();
        for (uint256 i = 0; i < total && found < length; ++i) {
            uint256 index = (seed % total + i) % total;
            if (trades.statusAt(index) == IBarterCore.Status.Accepted) indexes[found++] = index;
        }
        for (; found < length; ++found) {
            indexes[found] = _propose(uint256(keccak256(abi.encode(seed, found))));
            _accept(indexes[found]);
        }
    }
}
