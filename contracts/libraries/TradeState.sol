// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { IBarterCore } from "../interfaces/IBarterCore.sol";

/// @notice What changes about a trade, in 64 bits. From the low end: status 3, ruling 2, seconds from creation to
/// acceptance 20, seconds from creation to settlement 34; the top bit marks a page as opened and belongs to no trade.
/// Zero is a fresh proposal, so proposing writes nothing here.
type TradeState is uint64;

using TradeStates for TradeState global;

/// @title TradeStates
/// @notice Reading and changing a `TradeState`, and where it lives: four to a slot, by the proposer and the running number
/// of its proposals. A proposer's first trade of each four pays for the slot, so that accepting never does.
library TradeStates {
    uint256 private constant RULING_SHIFT = 3;
    uint256 private constant ACCEPTED_SHIFT = 5;
    uint256 private constant SETTLED_SHIFT = 25;
    uint256 private constant STATUS_MASK = 0x7;
    uint256 private constant RULING_MASK = 0x3;
    uint256 private constant ACCEPTED_MASK = (1 << 20) - 1;
    uint256 private constant SETTLED_MASK = (1 << 34) - 1;
    /// @dev On a page's first lane.
    uint256 private constant OPENED = 1 << 63;
    uint256 private constant LANE_MASK = type(uint64).max;

    /// @notice Pages of states: proposer => sequence / 4 => four lanes of 64 bits.
    struct Book {
        mapping(address proposer => mapping(uint256 page => uint256 lanes)) pages;
    }

    // ------------------------------------------------------------------------------------------------ the book

    /// @notice Makes the slot of a new trade's state non-zero if it is not yet, so that whoever changes the state first
    /// pays for a change and not for a slot.
    /// @param state The new trade's state.
    function open(Book storage book, address proposer, uint256 sequence, TradeState state) internal {
        uint256 lane = TradeState.unwrap(state);
        if (sequence & 3 == 0) book.pages[proposer][sequence >> 2] = OPENED | lane;
        else if (lane != 0) save(book, proposer, sequence, state);
    }

    /// @notice The state of a proposer's trade.
    function load(Book storage book, address proposer, uint256 sequence) internal view returns (TradeState) {
        uint256 lane = book.pages[proposer][sequence >> 2] >> ((sequence & 3) << 6);
        return TradeState.wrap(uint64(lane & LANE_MASK & ~OPENED));
    }

    /// @notice Replaces the state of a proposer's trade.
    function save(Book storage book, address proposer, uint256 sequence, TradeState state) internal {
        uint256 shift = (sequence & 3) << 6;
        uint256 lanes = book.pages[proposer][sequence >> 2];
        lanes &= ~((LANE_MASK ^ OPENED) << shift);
        book.pages[proposer][sequence >> 2] = lanes | (uint256(TradeState.unwrap(state)) << shift);
    }

    // ------------------------------------------------------------------------------------------------ reading

    /// @notice The stored status; never `Expired`.
    function status(TradeState state) internal pure returns (IBarterCore.Status) {
        return IBarterCore.Status(TradeState.unwrap(state) & STATUS_MASK);
    }

    /// @notice What the arbiter said.
    function ruling(TradeState state) internal pure returns (IBarterCore.Ruling) {
        return IBarterCore.Ruling((TradeState.unwrap(state) >> RULING_SHIFT) & RULING_MASK);
    }

    /// @notice Seconds from creation to acceptance; meaningful once accepted.
    function acceptedAfter(TradeState state) internal pure returns (uint256) {
        return (TradeState.unwrap(state) >> ACCEPTED_SHIFT) & ACCEPTED_MASK;
    }

    /// @notice Seconds from creation to settlement; meaningful once settled.
    function settledAfter(TradeState state) internal pure returns (uint256) {
        return (TradeState.unwrap(state) >> SETTLED_SHIFT) & SETTLED_MASK;
    }

    // ------------------------------------------------------------------------------------------------ changing

    /// @notice A fresh proposal's state once accepted.
    /// @param secondsAfter Since creation; at most `PROPOSAL_LIFETIME`, which fits 20 bits.
    function accepted(uint256 secondsAfter) internal pure returns (TradeState) {
        return TradeState.wrap(uint64(uint8(IBarterCore.Status.Accepted)) | uint64(secondsAfter << ACCEPTED_SHIFT));
    }

    /// @notice An accepted trade's state once settled.
    /// @param secondsAfter Since creation; 34 bits last 544 years.
    function settle(TradeState state, uint256 secondsAfter) internal pure returns (TradeState) {
        uint256 settled = (secondsAfter & SETTLED_MASK) << SETTLED_SHIFT;
        return TradeState.wrap(uint64(TradeState.unwrap(withStatus(state, IBarterCore.Status.Settled)) | settled));
    }

    /// @notice The same with another status.
    function withStatus(TradeState state, IBarterCore.Status to) internal pure returns (TradeState) {
        return TradeState.wrap(uint64((TradeState.unwrap(state) & ~STATUS_MASK) | uint256(to)));
    }

    /// @notice An unruled state with a ruling.
    function withRuling(TradeState state, IBarterCore.Ruling to) internal pure returns (TradeState) {
        return TradeState.wrap(uint64(TradeState.unwrap(state) | (uint256(to) << RULING_SHIFT)));
    }
}
