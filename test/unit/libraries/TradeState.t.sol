// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";

import {IBarterCore} from "../../../contracts/interfaces/IBarterCore.sol";
import {TradeState, TradeStates} from "../../../contracts/libraries/TradeState.sol";

/// @notice States and their pages against plain structs, one for each trade.
contract TradeStateTest is Test {
    using TradeStates for TradeStates.Book;
    using TradeStates for TradeStates.Page;

    struct Plain {
        IBarterCore.Status status;
        IBarterCore.Ruling ruling;
        uint256 acceptedAfter;
        uint256 settledAfter;
    }

    TradeStates.Book private book;
    Plain[] private plain;

    // ------------------------------------------------------------------------------------------------ pages

    /// @dev Any four states on a page: changing one changes that one, at each of the four positions.
    function testFuzz_SavingOneLeavesTheOtherThree(uint256 lanes, uint256 lane, address proposer, uint40 sequence)
        public
    {
        TradeStates.Page storage page = book.pageOf(proposer, sequence);
        for (uint256 position = 0; position < 4; ++position) {
            page.lanes = lanes;
            TradeState before = page.load(position);
            // The caller changes the low 64 bits of what it loaded, as the functions below do.
            lane = uint64(lane);
            page.save(position, TradeState.wrap((TradeState.unwrap(before) & ~uint256(type(uint64).max)) | lane));
            for (uint256 other = 0; other < 4; ++other) {
                uint64 expected = other == position ? uint64(lane) : uint64(lanes >> (64 * other));
                assertEq(uint64(page.lanes >> (64 * other)), expected);
                assertEq(uint64(TradeState.unwrap(page.load(other))), expected);
            }
        }
    }

    function testFuzz_LoadedAndSavedIsTheSame(uint256 lanes, uint40 sequence) public {
        TradeStates.Page storage page = book.pageOf(address(this), sequence);
        page.lanes = lanes;
        page.save(sequence, page.load(sequence));
        assertEq(page.lanes, lanes);
    }

    /// @dev One page for each four numbers of one proposer.
    function testFuzz_PagesAreApart(address proposer, uint40 sequence, address otherProposer, uint40 otherSequence)
        public
    {
        book.pageOf(proposer, sequence).lanes = 1;
        bool same = proposer == otherProposer && sequence / 4 == otherSequence / 4;
        assertEq(book.pageOf(otherProposer, otherSequence).lanes, same ? 1 : 0);
    }

    function test_AProposalOpensOnlyItsPagesFirstLane() public {
        for (uint256 sequence = 0; sequence < 8; ++sequence) {
            TradeStates.Page storage page = book.pageOf(address(this), sequence);
            page.openForProposal(sequence);
            assertNotEq(page.lanes, 0, "whoever changes it first changes a slot that is not zero");
            _assertState(page.load(sequence), Plain(IBarterCore.Status.Proposed, IBarterCore.Ruling.None, 0, 0));
        }
    }

    /// @dev Proposals, openings and every change, in any order, on pages of one proposer, against one struct a trade.
    function testFuzz_EqualsPlainStructs(uint256 seed) public {
        for (uint256 i = 0; i < 60; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            if (plain.length == 0 || seed % 4 == 0) _openAnother((seed >> 8) % 2 == 0);
            else _change((seed >> 8) % plain.length, seed >> 48);
        }
        for (uint256 sequence = 0; sequence < plain.length; ++sequence) {
            _assertState(book.pageOf(address(this), sequence).load(sequence), plain[sequence]);
        }
    }

    function _openAnother(bool accepted) private {
        uint256 sequence = plain.length;
        TradeStates.Page storage page = book.pageOf(address(this), sequence);
        plain.push();
        if (accepted) {
            page.openAccepted(sequence);
            plain[sequence].status = IBarterCore.Status.Accepted;
        } else {
            page.openForProposal(sequence);
        }
    }

    /// @dev The changes BarterCore makes, each where it may make it.
    function _change(uint256 sequence, uint256 seed) private {
        TradeStates.Page storage page = book.pageOf(address(this), sequence);
        TradeState state = page.load(sequence);
        Plain storage trade = plain[sequence];
        if (trade.status == IBarterCore.Status.Proposed) {
            trade.status = IBarterCore.Status.Accepted;
            trade.acceptedAfter = seed % 604_801;
            state = state.accept(trade.acceptedAfter);
        } else if (trade.status == IBarterCore.Status.Accepted && seed % 2 == 0) {
            trade.status = IBarterCore.Status.Settled;
            trade.settledAfter = (seed >> 1) % (1 << 34);
            state = state.settle(trade.settledAfter);
        } else if (trade.status == IBarterCore.Status.Accepted && trade.ruling == IBarterCore.Ruling.None) {
            trade.status = IBarterCore.Status.Disputed;
            state = state.withStatus(IBarterCore.Status.Disputed);
        } else if (trade.status == IBarterCore.Status.Disputed && trade.ruling == IBarterCore.Ruling.None) {
            trade.ruling = IBarterCore.Ruling(1 + seed % 3);
            if (trade.ruling == IBarterCore.Ruling.Dismissed) {
                trade.status = IBarterCore.Status.Accepted;
                state = state.withStatus(IBarterCore.Status.Accepted);
            }
            state = state.withRuling(trade.ruling);
        }
        page.save(sequence, state);
    }

    // ------------------------------------------------------------------------------------------------ states

    /// @dev Each change touches its own bits: not the other fields, not the three other trades above.
    function testFuzz_ChangesTouchTheirOwnBits(uint256 others, uint256 acceptedAfter, uint256 settledAfter)
        public
        pure
    {
        others = others << 64;
        acceptedAfter = bound(acceptedAfter, 0, 604_800);
        settledAfter = bound(settledAfter, 0, (1 << 34) - 1);
        TradeState state = TradeState.wrap(others).accept(acceptedAfter);
        _assertState(state, Plain(IBarterCore.Status.Accepted, IBarterCore.Ruling.None, acceptedAfter, 0));
        state = state.withStatus(IBarterCore.Status.Disputed);
        _assertState(state, Plain(IBarterCore.Status.Disputed, IBarterCore.Ruling.None, acceptedAfter, 0));
        TradeState upheld = state.withRuling(IBarterCore.Ruling.AgainstPartyB);
        _assertState(upheld, Plain(IBarterCore.Status.Disputed, IBarterCore.Ruling.AgainstPartyB, acceptedAfter, 0));
        state = state.withStatus(IBarterCore.Status.Accepted).withRuling(IBarterCore.Ruling.Dismissed);
        _assertState(state, Plain(IBarterCore.Status.Accepted, IBarterCore.Ruling.Dismissed, acceptedAfter, 0));
        state = state.settle(settledAfter);
        _assertState(
            state, Plain(IBarterCore.Status.Settled, IBarterCore.Ruling.Dismissed, acceptedAfter, settledAfter)
        );
        assertEq((TradeState.unwrap(state) >> 64) << 64, others);
        assertEq((TradeState.unwrap(upheld) >> 64) << 64, others);
    }

    function _assertState(TradeState state, Plain memory expected) private pure {
        assertEq(uint8(state.status()), uint8(expected.status), "status");
        assertEq(uint8(state.ruling()), uint8(expected.ruling), "ruling");
        assertEq(state.acceptedAfter(), expected.acceptedAfter, "acceptedAfter");
        assertEq(state.settledAfter(), expected.settledAfter, "settledAfter");
        for (uint8 status = 0; status < 4; ++status) {
            assertEq(state.isIn(IBarterCore.Status(status)), status == uint8(expected.status), "isIn");
        }
    }
}
