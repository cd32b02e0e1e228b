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

    /// @notice Whether the delay of what is leaving was over at `time`: a dispute filed then does not reach it.
    function isReleased(IBarterBond.Bond storage bond, uint256 time) internal view returns (bool) {
        return time >= bond.releaseAt;
    }

    /// @notice All that a dispute filed at `filedAt` can take from: what is active, and what is leaving until its delay is over.
    function standing(IBarterBond.Bond storage bond, uint256 filedAt) internal view returns (uint256) {
        return isReleased(bond, filedAt) ? bond.active : uint256(bond.active) + bond.unbonding;
    }

    /// @notice Adds money. Only the sum that was ever bonded can overflow, and it does so first.
    function credit(IBarterBond.Bond storage bond, uint128 amount) internal {
        bond.everBonded += amount;
        bond.active += amount;
    }

    /// @notice Moves money from active to leaving, all of which is free from `releaseAt` on. It is later than any dispute was
    /// filed, so all of them reach what is leaving now.
    function startUnbonding(IBarterBond.Bond storage bond, uint128 amount, uint40 releaseAt) internal {
        bond.active -= amount;
        bond.unbonding += amount;
        bond.releaseAt = releaseAt;
        bond.held = bond.reserved;
    }

    /// @notice Sets aside what a dispute filed at `filedAt` can take at most.
    function reserve(IBarterBond.Bond storage bond, uint128 amount, uint256 filedAt) internal {
        bond.reserved += amount;
        if (!isReleased(bond, filedAt)) bond.held += amount;
    }

    /// @notice Undoes `reserve` when the dispute ends. `releaseAt` can have moved on in between: then `startUnbonding` held it.
    function unreserve(IBarterBond.Bond storage bond, uint128 amount, uint256 filedAt) internal {
        bond.reserved -= amount;
        if (!isReleased(bond, filedAt)) bond.held -= amount;
    }

    /// @notice What of the leaving money open disputes do not hold back: those that reach it, for what they can take and the
    /// active money does not cover. The others cover themselves with active money first, so that the earlier ones lose nothing
    /// to them; but however many they are, they hold no more back than the earlier ones can take, and nothing once those ended.
    function withdrawable(IBarterBond.Bond storage bond) internal view returns (uint128) {
        (uint128 reserved, uint128 active) = (bond.reserved, bond.active);
        uint128 kept = reserved > active ? reserved - active : 0;
        uint128 held = bond.held;
        if (kept > held) kept = held;
        uint128 leaving = bond.unbonding;
        return leaving > kept ? leaving - kept : 0;
    }

    /// @notice Takes up to `amount` for a dispute filed at `filedAt`: leaving money first, so that what stays keeps standing
    /// for its provider, but none that was free before the dispute came.
    /// @return taken What was there to take.
    function slash(IBarterBond.Bond storage bond, uint256 amount, uint256 filedAt) internal returns (uint128 taken) {
        uint128 leaving = bond.unbonding;
        uint128 active = bond.active;
        uint128 reachable = isReleased(bond, filedAt) ? 0 : leaving;
        uint128 fromLeaving = amount < reachable ? uint128(amount) : reachable;
        uint256 rest = amount - fromLeaving;
        uint128 fromActive = rest < active ? uint128(rest) : active;
        bond.unbonding = leaving - fromLeaving;
        bond.active = active - fromActive;
        taken = fromLeaving + fromActive;
        bond.everSlashed += taken;
    }
}
