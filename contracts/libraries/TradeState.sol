// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBarterCore} from "../interfaces/IBarterCore.sol";

/// @notice What changes about a trade, in the low 64 bits. From the low end: status 3, ruling 2, seconds from creation to
/// acceptance 20, seconds from creation to settlement 34; bit 63 marks a page as opened and belongs to no trade. The upper
/// 192 bits are the three other trades of the page: a state is the page, rotated. All zero is a fresh proposal, so
/// proposing writes nothing here.
type TradeState is uint256;

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
    /// @dev On a page's first trade.
    uint256 private constant OPENED = 1 << 63;

    /// @notice Four states in a slot.
    struct Page {
        uint256 lanes;
    }

    /// @notice Pages by proposer and running number.
    struct Book {
        mapping(uint256 proposerAndNumber => Page) pages;
    }

    // ------------------------------------------------------------------------------------------------ the book

    /// @notice The page of a proposer's trade.
    function pageOf(Book storage book, address proposer, uint256 sequence) internal view returns (Page storage) {
        return book.pages[(uint256(uint160(proposer)) << 96) | (sequence >> 2)];
    }

    /// @notice The state of a trade.
    function load(Page storage page, uint256 sequence) internal view returns (TradeState) {
        uint256 lanes = page.lanes;
        uint256 shift = (sequence & 3) << 6;
        unchecked {
            return TradeState.wrap((lanes >> shift) | (lanes << (256 - shift)));
        }
    }

    /// @notice Replaces the state of a trade by one that came from the same page and number.
    function save(Page storage page, uint256 sequence, TradeState state) internal {
        uint256 rotated = TradeState.unwrap(state);
        uint256 shift = (sequence & 3) << 6;
        unchecked {
            page.lanes = (rotated << shift) | (rotated >> (256 - shift));
        }
    }

    /// @notice Makes the slot of a new trade's state non-zero where it is the page's first, so that whoever changes the
    /// state first pays for a change and not for a slot.
    function openForProposal(Page storage page, uint256 sequence) internal {
        if (sequence & 3 == 0) page.lanes = OPENED;
    }

    /// @notice The same for a trade that is accepted at once.
    function openAccepted(Page storage page, uint256 sequence) internal {
        if (sequence & 3 == 0) page.lanes = OPENED | uint256(IBarterCore.Status.Accepted);
        else save(page, sequence, load(page, sequence).accept(0));
    }

    // ------------------------------------------------------------------------------------------------ reading

    /// @notice The stored status; never `Expired`.
    function status(TradeState state) internal pure returns (IBarterCore.Status) {
        return IBarterCore.Status(TradeState.unwrap(state) & STATUS_MASK);
    }

    /// @notice Whether the status is `expected`: cheaper than `status`, which checks its own range.
    function isIn(TradeState state, IBarterCore.Status expected) internal pure returns (bool) {
        return TradeState.unwrap(state) & STATUS_MASK == uint256(expected);
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
    function accept(TradeState state, uint256 secondsAfter) internal pure returns (TradeState) {
        uint256 accepted = uint256(IBarterCore.Status.Accepted) | (secondsAfter << ACCEPTED_SHIFT);
        return TradeState.wrap(TradeState.unwrap(state) | accepted);
    }

    /// @notice An accepted trade's state once settled.
    /// @param secondsAfter Since creation; 34 bits last 544 years.
    function settle(TradeState state, uint256 secondsAfter) internal pure returns (TradeState) {
        uint256 settled = uint256(IBarterCore.Status.Settled) | (secondsAfter << SETTLED_SHIFT);
        return TradeState.wrap((TradeState.unwrap(state) & ~STATUS_MASK) | settled);
    }

    /// @notice The same with another status.
    function withStatus(TradeState state, IBarterCore.Status to) internal pure returns (TradeState) {
        return TradeState.wrap((TradeState.unwrap(state) & ~STATUS_MASK) | uint256(to));
    }

    /// @notice An unruled state with a ruling.
    function withRuling(TradeState state, IBarterCore.Ruling to) internal pure returns (TradeState) {
        return TradeState.wrap(TradeState.unwrap(state) | (uint256(to) << RULING_SHIFT));
    }
}
