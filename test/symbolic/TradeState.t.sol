// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";

import {IBarterCore} from "../../contracts/interfaces/IBarterCore.sol";
import {PROPOSAL_LIFETIME} from "../../contracts/libraries/Limits.sol";
import {TradeState, TradeStates} from "../../contracts/libraries/TradeState.sol";

/// @notice Four trades share a slot, and none can tell. Proven for every content of the slot and every running number.
contract TradeStateSymbolicTest is Test {
    using TradeStates for TradeStates.Book;
    using TradeStates for TradeStates.Page;

    uint256 private constant OPENED = 1 << 63;

    TradeStates.Page private _page;
    TradeStates.Book private _book;

    struct Plain {
        uint256 status;
        uint256 ruling;
        uint256 acceptedAfter;
        uint256 settledAfter;
    }

    // ------------------------------------------------------------------------------------------------ the page

    function check_LoadAndSaveChangeNothing(uint256 lanes, uint256 sequence) external {
        _page.lanes = lanes;
        _page.save(sequence, _page.load(sequence));
        assertEq(_page.lanes, lanes);
    }

    /// @dev What `load` gives is the lane by the plain arithmetic of shift and mask.
    function check_LoadIsTheLane(uint256 lanes, uint256 sequence) external {
        _page.lanes = lanes;
        assertEq(_low(_page.load(sequence)), (lanes >> (64 * (sequence % 4))) & type(uint64).max);
    }

    /// @dev Whatever 64 bits one trade's state becomes, it reads back, and its three neighbours stay.
    function check_LanesAreIndependent(uint256 lanes, uint256 sequence, uint64 content, uint256 other) external {
        _page.lanes = lanes;
        uint256 neighbour = _low(_page.load(other));
        TradeState state = _page.load(sequence);
        uint256 changed = (TradeState.unwrap(state) & ~uint256(type(uint64).max)) | content;
        _page.save(sequence, TradeState.wrap(changed));

        assertEq(_low(_page.load(sequence)), content);
        if (other % 4 != sequence % 4) assertEq(_low(_page.load(other)), neighbour);
    }

    /// @dev No two proposers share a page, nor two running numbers but those of the same four.
    function check_PagesAreApart(address proposer, uint40 sequence, address another, uint40 other) external view {
        bytes32 page = _slotOf(_book.pageOf(proposer, sequence));
        bytes32 second = _slotOf(_book.pageOf(another, other));
        assertEq(page == second, proposer == another && sequence / 4 == other / 4);
    }

    /// @dev Opening for a proposal leaves the state a fresh proposal's, and the others' as they were.
    function check_OpenForProposal(uint256 lanes, uint256 sequence, uint256 other) external {
        _assumeFresh(lanes, sequence);
        _page.lanes = lanes;
        Plain memory neighbour = _plain(_page.load(other));
        _page.openForProposal(sequence);

        assertTrue(_page.lanes != 0 || sequence % 4 != 0);
        _assertIs(_page.load(sequence), Plain(0, 0, 0, 0));
        if (other % 4 != sequence % 4) _assertIs(_page.load(other), neighbour);
    }

    function check_OpenAccepted(uint256 lanes, uint256 sequence, uint256 other) external {
        _assumeFresh(lanes, sequence);
        _page.lanes = lanes;
        Plain memory neighbour = _plain(_page.load(other));
        _page.openAccepted(sequence);

        _assertIs(_page.load(sequence), Plain(1, 0, 0, 0));
        if (other % 4 != sequence % 4) _assertIs(_page.load(other), neighbour);
    }

    // ------------------------------------------------------------------------------------------------ the state

    function check_Accept(uint256 word, uint256 secondsAfter) external pure {
        vm.assume(word % OPENED == 0 && secondsAfter <= PROPOSAL_LIFETIME);
        TradeState next = TradeState.wrap(word).accept(secondsAfter);
        _assertIs(next, Plain(1, 0, secondsAfter, 0));
        _assertRestStays(word, next);
    }

    function check_Settle(uint256 word, uint256 secondsAfter) external pure {
        Plain memory plain = _plain(TradeState.wrap(word));
        vm.assume(plain.status == 1 && plain.settledAfter == 0 && secondsAfter < 1 << 34);
        TradeState next = TradeState.wrap(word).settle(secondsAfter);
        plain.status = 2;
        plain.settledAfter = secondsAfter;
        _assertIs(next, plain);
        _assertRestStays(word, next);
    }

    function check_WithStatus(uint256 word, uint8 status) external pure {
        vm.assume(status <= uint8(type(IBarterCore.Status).max));
        Plain memory plain = _plain(TradeState.wrap(word));
        TradeState next = TradeState.wrap(word).withStatus(IBarterCore.Status(status));
        plain.status = status;
        _assertIs(next, plain);
        _assertRestStays(word, next);
    }

    function check_WithRuling(uint256 word, uint8 ruling) external pure {
        vm.assume(ruling <= uint8(type(IBarterCore.Ruling).max));
        Plain memory plain = _plain(TradeState.wrap(word));
        vm.assume(plain.ruling == 0);
        TradeState next = TradeState.wrap(word).withRuling(IBarterCore.Ruling(ruling));
        plain.ruling = ruling;
        _assertIs(next, plain);
        _assertRestStays(word, next);
    }

    function check_IsIn(uint256 word, uint8 status) external pure {
        vm.assume(status <= uint8(type(IBarterCore.Status).max));
        TradeState state = TradeState.wrap(word);
        assertEq(state.isIn(IBarterCore.Status(status)), _plain(state).status == status);
    }

    // ------------------------------------------------------------------------------------------------ helpers

    function _low(TradeState state) private pure returns (uint256) {
        return uint64(TradeState.unwrap(state));
    }

    function _slotOf(TradeStates.Page storage page) private pure returns (bytes32 slot) {
        assembly ("memory-safe") {
            slot := page.slot
        }
    }

    /// @dev A page as it is when a trade is opened on it: empty for the first of four, otherwise empty in the trade's lane.
    function _assumeFresh(uint256 lanes, uint256 sequence) private pure {
        vm.assume(sequence % 4 == 0 ? lanes == 0 : (lanes >> (64 * (sequence % 4))) & type(uint64).max == 0);
    }

    /// @dev Of a status that exists, which reading it requires.
    function _plain(TradeState state) private pure returns (Plain memory) {
        vm.assume(TradeState.unwrap(state) & 7 <= uint256(type(IBarterCore.Status).max));
        return Plain(uint256(state.status()), uint256(state.ruling()), state.acceptedAfter(), state.settledAfter());
    }

    function _assertIs(TradeState state, Plain memory plain) private pure {
        assertEq(uint256(state.status()), plain.status);
        assertEq(uint256(state.ruling()), plain.ruling);
        assertEq(state.acceptedAfter(), plain.acceptedAfter);
        assertEq(state.settledAfter(), plain.settledAfter);
    }

    /// @dev The mark of an opened page, and the three other trades.
    function _assertRestStays(uint256 word, TradeState next) private pure {
        assertEq(TradeState.unwrap(next) >> 63, word >> 63);
    }
}
