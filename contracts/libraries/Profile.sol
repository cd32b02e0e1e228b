// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice What BTRTrust keeps of a wallet, in one slot. The wallet's token exists where `tradeCount` is not zero.
/// @param score The score: at most 42 a trade.
/// @param uniqueCounterparties Wallets it has settled at least one trade with.
/// @param memberSince Time of its first settled trade.
/// @param tradeCount Settled trades, counted for score or not.
/// @param lastTradeAt Time of its latest settled trade.
struct Profile {
    uint64 score;
    uint40 uniqueCounterparties;
    uint40 memberSince;
    uint40 tradeCount;
    uint40 lastTradeAt;
}
