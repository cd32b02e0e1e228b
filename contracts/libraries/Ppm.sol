// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @dev All of something, in parts per million.
uint256 constant PPM = 1_000_000;

/// @title Ppms
/// @notice Shares of amounts below 2^128, in parts per million.
library Ppms {
    /// @notice The share of an amount, rounded down: for what is taken.
    function shareDown(uint256 amount, uint256 ppm) internal pure returns (uint256) {
        return amount * ppm / PPM;
    }

    /// @notice The share of an amount, rounded up: for what must be brought.
    function shareUp(uint256 amount, uint256 ppm) internal pure returns (uint256) {
        return (amount * ppm + PPM - 1) / PPM;
    }
}
