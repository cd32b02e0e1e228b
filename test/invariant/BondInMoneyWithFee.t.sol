// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BondInvariants} from "./BondInvariants.sol";
import {Money} from "./Money.sol";

/// @notice The invariants in a token that keeps three in a hundred of each transfer.
contract BondInMoneyWithFeeInvariantTest is BondInvariants {
    function _money() internal override returns (Money) {
        return new Money(30_000, false);
    }

    function _maxSlashPpm() internal pure override returns (uint256) {
        return 400_000;
    }
}
