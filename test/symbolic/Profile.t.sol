// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";

import {Profile} from "../../contracts/libraries/Profile.sol";

/// @notice The packed word behaves as a plain struct would. Proven for every word whose counters are below their ends, any
/// score a trade can bring, and any time of 40 bits.
contract ProfileSymbolicTest is Test {
    uint256 private constant MAX_GAIN = 42;

    function check_WithTrade(uint256 word, uint256 gained, bool newCounterparty, uint256 timestamp) external pure {
        Profile profile = Profile.wrap(word);
        vm.assume(gained <= MAX_GAIN && timestamp != 0 && timestamp <= type(uint40).max);
        vm.assume(profile.score() <= type(uint64).max - MAX_GAIN);
        vm.assume(profile.uniqueCounterparties() < type(uint40).max && profile.tradeCount() < type(uint40).max);

        Profile next = profile.withTrade(gained, newCounterparty, timestamp);
        assertEq(next.score(), profile.score() + gained);
        assertEq(next.uniqueCounterparties(), profile.uniqueCounterparties() + (newCounterparty ? 1 : 0));
        assertEq(next.tradeCount(), profile.tradeCount() + 1);
        assertEq(next.memberSince(), word == 0 ? timestamp : profile.memberSince());
        assertEq(next.lastTradeAt(), timestamp);
        assertFalse(next.isEmpty());
    }
}
