// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

// The protocol's numbers, each in one place.

/// @dev Smallest trade, in satoshis: below it the gas of spam is cheaper than what it inflates.
uint256 constant MIN_AMOUNT_SATS = 1_000;
/// @dev Largest trade, in satoshis: all the bitcoin there will ever be.
uint256 constant MAX_AMOUNT_SATS = 2_100_000_000_000_000;
/// @dev Longest category, in bytes.
uint256 constant MAX_CATEGORY_BYTES = 32;
/// @dev Longest description, in bytes.
uint256 constant MAX_DESCRIPTION_BYTES = 200;
/// @dev How long a proposal can be accepted after its creation, in seconds, the last one included.
uint256 constant PROPOSAL_LIFETIME = 7 days;
/// @dev How many settled trades of one pair count, for score and for credit.
uint256 constant MAX_PAIR_COUNT = 5;
/// @dev Most settlements in one transaction.
uint256 constant MAX_BATCH = 100;
/// @dev Most trades on one page of a list.
uint256 constant MAX_PAGE = 500;
/// @dev Score from which a wallet's level is A.
uint256 constant LEVEL_A_SCORE = 700;
/// @dev Score from which a wallet's level is B; below it, C.
uint256 constant LEVEL_B_SCORE = 400;
/// @dev Most auditors of a quorum: each signature of a ruling is checked in one transaction.
uint256 constant MAX_AUDITORS = 32;
/// @dev Longest window in which a ruling can be overturned, in seconds.
uint256 constant MAX_OVERTURN_WINDOW = 90 days;
/// @dev Longest time for a ruling, and longest delay of unbonding, in seconds.
uint256 constant MAX_BOND_PERIOD = 365 days;
/// @dev Longest URL of a provider's hub, in bytes.
uint256 constant MAX_HUB_BYTES = 200;
