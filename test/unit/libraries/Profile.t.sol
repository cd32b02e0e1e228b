// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";

import {Profile} from "../../../contracts/libraries/Profile.sol";

/// @notice The packed word against a plain struct.
contract ProfileTest is Test {
    struct Plain {
        uint64 score;
        uint40 uniqueCounterparties;
        uint40 tradeCount;
        uint40 memberSince;
        uint40 lastTradeAt;
    }

    function test_EmptyIsZeros() public pure {
        Plain memory zeros;
        _assertSame(Profile.wrap(0), zeros);
        assertTrue(Profile.wrap(0).isEmpty());
    }

    /// @dev A history of any length from its first trade on.
    function testFuzz_EqualsThePlainStruct(uint256 seed) public pure {
        Profile profile = Profile.wrap(0);
        Plain memory plain;
        for (uint256 i = 0; i < 40; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            profile = _step(profile, plain, seed % 43, (seed >> 8) % 2 == 0, uint40(seed >> 16));
            assertFalse(profile.isEmpty());
            _assertSame(profile, plain);
        }
    }

    /// @dev From any state that can be.
    function testFuzz_OneMoreTrade(Plain memory plain, uint256 gained, bool newCounterparty, uint40 timestamp)
        public
        pure
    {
        plain.score = uint64(bound(plain.score, 0, type(uint64).max - 41));
        plain.uniqueCounterparties = uint40(bound(plain.uniqueCounterparties, 0, type(uint40).max - 1));
        plain.tradeCount = uint40(bound(plain.tradeCount, 1, type(uint40).max - 1));
        Profile profile = _pack(plain);
        _assertSame(profile, plain);
        profile = _step(profile, plain, bound(gained, 0, 41), newCounterparty, timestamp);
        _assertSame(profile, plain);
    }

    /// @dev Only 40 bits of a time are kept, and nothing spills.
    function testFuzz_TheTimeIsCutTo40Bits(uint256 timestamp) public pure {
        Profile profile = Profile.wrap(0).withTrade(2, true, timestamp);
        _assertSame(profile, Plain(2, 1, 1, uint40(timestamp), uint40(timestamp)));
    }

    /// @dev A trade in the second 0 makes a member too: the trade count says so.
    function test_ATradeAtTimeZeroCounts() public pure {
        Profile profile = Profile.wrap(0).withTrade(2, true, 0);
        assertFalse(profile.isEmpty());
        _assertSame(profile.withTrade(3, false, 9), Plain(5, 1, 2, 0, 9));
    }

    function _step(Profile profile, Plain memory plain, uint256 gained, bool newCounterparty, uint40 timestamp)
        private
        pure
        returns (Profile)
    {
        if (plain.tradeCount == 0) plain.memberSince = timestamp;
        plain.score += uint64(gained);
        if (newCounterparty) ++plain.uniqueCounterparties;
        ++plain.tradeCount;
        plain.lastTradeAt = timestamp;
        return profile.withTrade(gained, newCounterparty, timestamp);
    }

    function _pack(Plain memory plain) private pure returns (Profile) {
        bytes memory packed = abi.encodePacked(
            uint32(0), plain.lastTradeAt, plain.memberSince, plain.tradeCount, plain.uniqueCounterparties, plain.score
        );
        return Profile.wrap(uint256(bytes32(packed)));
    }

    function _assertSame(Profile profile, Plain memory plain) private pure {
        assertEq(profile.score(), plain.score, "score");
        assertEq(profile.uniqueCounterparties(), plain.uniqueCounterparties, "uniqueCounterparties");
        assertEq(profile.tradeCount(), plain.tradeCount, "tradeCount");
        assertEq(profile.memberSince(), plain.memberSince, "memberSince");
        assertEq(profile.lastTradeAt(), plain.lastTradeAt, "lastTradeAt");
        assertEq(Profile.unwrap(profile), Profile.unwrap(_pack(plain)), "the whole word");
    }
}
