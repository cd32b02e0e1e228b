// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";

/// @title Formulas
/// @notice What a counted trade is worth. Logarithmic in score, so that a large trade is no shortcut; linear and capped
/// in credit.
library Formulas {
    /// @dev Satoshis for each step of both formulas.
    uint256 internal constant SATS_PER_UNIT = 1_000;
    /// @dev Most credit one trade mints to a party, in whole tokens.
    uint256 internal constant MAX_CREDIT_TOKENS = 10_000;
    /// @dev One token of 18 decimals.
    uint256 internal constant TOKEN = 1e18;

    /// @notice Score each party gains: `floor(log2(amountSats / 1000 + 1)) + 1`, the division rounding down.
    /// @param amountSats Amount in satoshis; defined for any, 1 below 1,000 sats.
    function score(uint256 amountSats) internal pure returns (uint256) {
        unchecked {
            return FixedPointMathLib.log2(amountSats / SATS_PER_UNIT + 1) + 1;
        }
    }

    /// @notice Credit each party gains, in 1e-18 tokens: `min(10000, max(1, amountSats / 1000))` tokens, the division
    /// rounding down.
    /// @param amountSats Amount in satoshis.
    function credit(uint256 amountSats) internal pure returns (uint256) {
        uint256 tokens = FixedPointMathLib.max(1, amountSats / SATS_PER_UNIT);
        unchecked {
            return FixedPointMathLib.min(MAX_CREDIT_TOKENS, tokens) * TOKEN;
        }
    }
}
