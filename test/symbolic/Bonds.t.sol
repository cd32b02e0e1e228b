// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";

import {IBarterBond} from "../../contracts/interfaces/IBarterBond.sol";
import {Bonds} from "../../contracts/libraries/Bonds.sol";

/// @notice What may be done with a bond, proven for every bond there can be, and against plain numbers. Assumed is only that
/// what was ever bonded fits its 128 bits, which `credit` checks first, that it is at least what is there and what was slashed,
/// and that no more is held than is reserved, which is what the proofs show of each step.
contract BondsSymbolicTest is Test {
    using Bonds for IBarterBond.Bond;

    IBarterBond.Bond private stored;

    struct Plain {
        uint256 active;
        uint256 unbonding;
        uint256 everBonded;
        uint256 everSlashed;
        uint256 reserved;
        uint256 releaseAt;
        uint256 upheld;
        uint256 held;
    }

    /// @dev Exactly what it can reach, or what is asked for; leaving money first, and none that was free before the dispute came;
    /// and the sum stays whole. So what was covered stays covered when a dispute takes its cap or less: as much as it takes at
    /// most is no longer reserved.
    function check_SlashTakesLeavingFirst(IBarterBond.Bond memory bond, uint256 amount, uint256 filedAt) external {
        Plain memory before = _store(bond);
        uint256 there = stored.standing(filedAt);
        uint256 taken = stored.slash(amount, filedAt);
        Plain memory now_ = _plain();

        assertEq(there, filedAt < before.releaseAt ? before.active + before.unbonding : before.active);
        assertEq(taken, amount < there ? amount : there);
        assertEq(now_.active + now_.unbonding + taken, before.active + before.unbonding);
        if (filedAt >= before.releaseAt) assertEq(now_.unbonding, before.unbonding);
        else if (now_.unbonding != 0) assertEq(now_.active, before.active);
        assertLe(now_.active, before.active);
        assertLe(now_.unbonding, before.unbonding);
        assertEq(now_.everSlashed, before.everSlashed + taken);

        (now_.active, now_.unbonding, now_.everSlashed) = (before.active, before.unbonding, before.everSlashed);
        assertEq(abi.encode(now_), abi.encode(before));
    }

    /// @dev Held is what of it was reserved before `releaseAt`; and what is reserved can be given back, as it was.
    function check_ReservedIsGivenBack(IBarterBond.Bond memory bond, uint128 amount, uint256 filedAt) external {
        Plain memory before = _store(bond);
        try this.reserve(amount, filedAt) {
            Plain memory now_ = _plain();
            assertEq(now_.reserved, before.reserved + amount);
            assertEq(now_.held, filedAt < before.releaseAt ? before.held + amount : before.held);
            stored.unreserve(amount, filedAt);
        } catch {
            assertGt(before.reserved + amount, type(uint128).max);
        }
        assertEq(abi.encode(_plain()), abi.encode(before));
    }

    /// @dev Only from active to leaving, and only what is there.
    function check_UnbondingMovesWhatIsThere(IBarterBond.Bond memory bond, uint128 amount, uint40 releaseAt) external {
        Plain memory before = _store(bond);
        try this.startUnbonding(amount, releaseAt) {
            assertLe(amount, before.active);
            before.active -= amount;
            before.unbonding += amount;
            before.releaseAt = releaseAt;
            before.held = before.reserved;
        } catch {
            assertGt(amount, before.active);
        }
        assertEq(abi.encode(_plain()), abi.encode(before));
    }

    /// @dev Adds the amount to what is active and to what was ever bonded, or nothing where that has no room.
    function check_CreditAddsOnce(IBarterBond.Bond memory bond, uint128 amount) external {
        Plain memory before = _store(bond);
        try this.credit(amount) {
            before.active += amount;
            before.everBonded += amount;
        } catch {
            assertGt(before.everBonded + amount, type(uint128).max);
        }
        assertEq(abi.encode(_plain()), abi.encode(before));
    }

    function startUnbonding(uint128 amount, uint40 releaseAt) external {
        stored.startUnbonding(amount, releaseAt);
    }

    function reserve(uint128 amount, uint256 filedAt) external {
        stored.reserve(amount, filedAt);
    }

    function credit(uint128 amount) external {
        stored.credit(amount);
    }

    function _store(IBarterBond.Bond memory bond) private returns (Plain memory) {
        vm.assume(uint256(bond.active) + bond.unbonding + bond.everSlashed <= bond.everBonded);
        vm.assume(bond.held <= bond.reserved);
        stored = bond;
        return _plain();
    }

    function _plain() private view returns (Plain memory) {
        return Plain(
            stored.active,
            stored.unbonding,
            stored.everBonded,
            stored.everSlashed,
            stored.reserved,
            stored.releaseAt,
            stored.upheld,
            stored.held
        );
    }
}
