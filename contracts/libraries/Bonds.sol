// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBarterBond} from "../interfaces/IBarterBond.sol";

/// @title Bonds
/// @notice What may be done with a bond. The sums are checked: nothing here can leave a bond with less than nothing.
library Bonds {
    /// @notice Whether its provider ever staked.
    function isDeclared(IBarterBond.Bond storage bond) internal view returns (bool) {
        return bond.hub != 0;
    }

    /// @notice All that a dispute can take from: what is active and what is leaving.
    function total(IBarterBond.Bond storage bond) internal view returns (uint256) {
        return uint256(bond.active) + bond.unbonding;
    }

    /// @notice Adds money. Only the sum that was ever bonded can overflow, and it does so first.
    function credit(IBarterBond.Bond storage bond, uint128 amount) internal {
        bond.everBonded += amount;
        bond.active += amount;
    }

    /// @notice Moves money from active to leaving, all of which is free from `releaseAt` on.
    function startUnbonding(IBarterBond.Bond storage bond, uint128 amount, uint40 releaseAt) internal {
        bond.active -= amount;
        bond.unbonding += amount;
        bond.releaseAt = releaseAt;
    }

    /// @notice What of the leaving money open disputes do not hold back.
    function withdrawable(IBarterBond.Bond storage bond) internal view returns (uint128) {
        uint256 all = total(bond);
        uint256 reserved = bond.reserved;
        uint256 free = all > reserved ? all - reserved : 0;
        uint128 leaving = bond.unbonding;
        return free < leaving ? uint128(free) : leaving;
    }

    /// @notice Takes up to `amount` for a slash, leaving money first, so that what stays keeps standing for its provider.
    /// @return taken What was there to take.
    function slash(IBarterBond.Bond storage bond, uint256 amount) internal returns (uint128 taken) {
        uint128 leaving = bond.unbonding;
        uint128 active = bond.active;
        uint128 fromLeaving = amount < leaving ? uint128(amount) : leaving;
        uint256 rest = amount - fromLeaving;
        uint128 fromActive = rest < active ? uint128(rest) : active;
        bond.unbonding = leaving - fromLeaving;
        bond.active = active - fromActive;
        taken = fromLeaving + fromActive;
        bond.everSlashed += taken;
    }
}
