// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BondInvariants} from "./BondInvariants.sol";
import {Money} from "./Money.sol";

/// @notice The invariants in a token that answers nothing, and a dispute that can take all there is.
contract BondInSilentMoneyInvariantTest is BondInvariants {
    function _money() internal override returns (Money) {
        return new Money(0, true);
    }

    function _maxSlashPpm() internal pure override returns (uint256) {
        return 1_000_000;
    }
}
