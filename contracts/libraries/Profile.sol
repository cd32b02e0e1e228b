// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice What BTRTrust keeps of a wallet, in one slot, from the low end: score 64 bits, then 40 bits each for unique
/// counterparties, settled trades, time of the first and time of the latest settled trade. The wallet's token exists where
/// it is not zero.
///
/// A word rather than a struct because the compiler writes each packed field of a struct by itself, 200 gas a field.
/// Counters are not checked for overflow: 2^40 settlements cost over 10^16 gas, and a trade gains 42 at most.
type Profile is uint256;

using Profiles for Profile global;

/// @title Profiles
/// @notice Reading and changing a `Profile`.
library Profiles {
    uint256 private constant COUNTERPARTIES_SHIFT = 64;
    uint256 private constant TRADES_SHIFT = 104;
    uint256 private constant SINCE_SHIFT = 144;
    uint256 private constant LATEST_SHIFT = 184;
    uint256 private constant LATEST_MASK = uint256(type(uint40).max) << LATEST_SHIFT;

    /// @notice The score.
    function score(Profile profile) internal pure returns (uint256) {
        return uint64(Profile.unwrap(profile));
    }

    /// @notice Wallets it has settled at least one trade with.
    function uniqueCounterparties(Profile profile) internal pure returns (uint256) {
        return uint40(Profile.unwrap(profile) >> COUNTERPARTIES_SHIFT);
    }

    /// @notice Settled trades, counted for score or not.
    function tradeCount(Profile profile) internal pure returns (uint256) {
        return uint40(Profile.unwrap(profile) >> TRADES_SHIFT);
    }

    /// @notice Time of its first settled trade.
    function memberSince(Profile profile) internal pure returns (uint256) {
        return uint40(Profile.unwrap(profile) >> SINCE_SHIFT);
    }

    /// @notice Time of its latest settled trade.
    function lastTradeAt(Profile profile) internal pure returns (uint256) {
        return uint40(Profile.unwrap(profile) >> LATEST_SHIFT);
    }

    /// @notice Whether there is no settled trade.
    function isEmpty(Profile profile) internal pure returns (bool) {
        return Profile.unwrap(profile) == 0;
    }

    /// @notice After one more settled trade.
    /// @param gained Score it brings.
    /// @param newCounterparty Whether it is the first with its counterparty.
    /// @param timestamp When it settled.
    function withTrade(Profile profile, uint256 gained, bool newCounterparty, uint256 timestamp)
        internal
        pure
        returns (Profile)
    {
        unchecked {
            uint256 packed = (Profile.unwrap(profile) & ~LATEST_MASK) | (uint256(uint40(timestamp)) << LATEST_SHIFT);
            if (isEmpty(profile)) packed |= uint256(uint40(timestamp)) << SINCE_SHIFT;
            if (newCounterparty) packed += 1 << COUNTERPARTIES_SHIFT;
            return Profile.wrap(packed + gained + (1 << TRADES_SHIFT));
        }
    }
}
