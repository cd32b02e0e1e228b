// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {stdError} from "forge-std/StdError.sol";
import {Test} from "forge-std/Test.sol";

import {IBarterBond} from "../../../contracts/interfaces/IBarterBond.sol";
import {Bonds} from "../../../contracts/libraries/Bonds.sol";

/// @notice Any bond there can be, against the same said in plain arithmetic; and that nothing else of it changes.
contract BondsTest is Test {
    using Bonds for IBarterBond.Bond;

    IBarterBond.Bond private bond;

    function testFuzz_IsDeclaredByItsHub(IBarterBond.Bond memory given) public {
        bond = given;
        assertEq(bond.isDeclared(), given.hub != 0);
        bond.hub = 0;
        assertFalse(bond.isDeclared());
    }

    /// @dev To the second, and without wrapping.
    function testFuzz_Standing(IBarterBond.Bond memory given) public {
        given.releaseAt = uint40(bound(given.releaseAt, 1, type(uint40).max));
        bond = given;
        assertEq(bond.standing(given.releaseAt - 1), uint256(given.active) + uint256(given.unbonding));
        assertEq(bond.standing(given.releaseAt), given.active);
        assertFalse(bond.isReleased(given.releaseAt - 1));
        assertTrue(bond.isReleased(given.releaseAt));
    }

    function testFuzz_Credit(IBarterBond.Bond memory given, uint128 amount) public {
        given.everBonded = uint128(bound(given.everBonded, given.active, type(uint128).max));
        amount = uint128(bound(amount, 0, type(uint128).max - given.everBonded));
        bond = given;
        bond.credit(amount);
        given.active += amount;
        given.everBonded += amount;
        _assertIs(given);
    }

    function testFuzz_StartUnbonding(IBarterBond.Bond memory given, uint128 amount, uint40 releaseAt) public {
        given.unbonding = uint128(bound(given.unbonding, 0, type(uint128).max - given.active));
        amount = uint128(bound(amount, 0, given.active));
        bond = given;
        bond.startUnbonding(amount, releaseAt);
        given.active -= amount;
        given.unbonding += amount;
        given.releaseAt = releaseAt;
        given.held = given.reserved;
        _assertIs(given);
    }

    /// @dev Held is what was reserved before `releaseAt`, and each is given back as it was taken.
    function testFuzz_Reserve(IBarterBond.Bond memory given, uint128 amount, uint256 filedAt) public {
        given.held = uint128(bound(given.held, 0, given.reserved));
        amount = uint128(bound(amount, 0, type(uint128).max - given.reserved));
        // Around the second as often as anywhere.
        if (filedAt % 2 == 0) {
            filedAt = bound(filedAt, given.releaseAt == 0 ? 0 : given.releaseAt - 1, given.releaseAt);
        }
        bond = given;
        bond.reserve(amount, filedAt);
        assertEq(bond.reserved, given.reserved + amount);
        assertEq(bond.held, filedAt < given.releaseAt ? given.held + amount : given.held);
        bond.unreserve(amount, filedAt);
        _assertIs(given);
    }

    /// @dev The most of what is leaving that leaves the earlier disputes what they can take, if the later ones take all that
    /// they can of the active money first.
    function testFuzz_Withdrawable(IBarterBond.Bond memory given) public {
        given.held = uint128(bound(given.held, 0, given.reserved));
        uint256 later = given.reserved - given.held;
        bond = given;
        uint256 amount = bond.withdrawable();
        uint256 all = (given.active > later ? given.active - later : 0) + uint256(given.unbonding);
        assertLe(amount, given.unbonding);
        if (amount > 0) assertGe(all - amount, given.held);
        if (amount < given.unbonding) assertLe(all - amount, given.held > all ? all : given.held);
        _assertIs(given);
    }

    /// @dev However many later disputes there are: with the earlier ones gone, all of it is free.
    function testFuzz_LaterDisputesHoldNothing(IBarterBond.Bond memory given) public {
        given.held = 0;
        bond = given;
        assertEq(bond.withdrawable(), given.unbonding);
    }

    function testFuzz_Slash(IBarterBond.Bond memory given, uint256 amount, uint256 filedAt) public {
        given.unbonding = uint128(bound(given.unbonding, 0, type(uint128).max - given.active));
        if (filedAt % 2 == 0) {
            filedAt = bound(filedAt, given.releaseAt == 0 ? 0 : given.releaseAt - 1, given.releaseAt);
        }
        uint256 leaving = filedAt < given.releaseAt ? given.unbonding : 0;
        uint256 all = given.active + leaving;
        given.everSlashed = uint128(bound(given.everSlashed, 0, type(uint128).max - all));
        // Around what there is as often as anywhere.
        if (amount % 2 == 0) amount = bound(amount, 0, all + 1);
        bond = given;
        uint256 taken = bond.slash(amount, filedAt);
        assertEq(taken, amount < all ? amount : all);
        uint256 fromLeaving = taken < leaving ? taken : leaving;
        given.unbonding -= uint128(fromLeaving);
        given.active -= uint128(taken - fromLeaving);
        given.everSlashed += uint128(taken);
        _assertIs(given);
    }

    function test_SlashTakesWhatIsLeavingFirst() public {
        (bond.active, bond.unbonding, bond.releaseAt) = (10, 5, 100);
        assertEq(bond.slash(3, 99), 3);
        assertEq(bond.unbonding, 2);
        assertEq(bond.slash(3, 99), 3);
        assertEq(bond.unbonding, 0);
        assertEq(bond.active, 9);
        assertEq(bond.slash(type(uint256).max, 99), 9);
        assertEq(bond.everSlashed, 15);
        assertEq(bond.slash(1, 99), 0);
    }

    function test_SlashTakesNothingThatIsFree() public {
        (bond.active, bond.unbonding, bond.releaseAt) = (10, 5, 100);
        assertEq(bond.slash(3, 100), 3);
        assertEq(bond.slash(8, 100), 7);
        assertEq(bond.unbonding, 5);
        assertEq(bond.slash(1, 100), 0);
    }

    function test_RevertWhen_MoreWasEverBondedThanFits() public {
        bond.everBonded = type(uint128).max;
        vm.expectRevert(stdError.arithmeticError);
        this.credit(1);
    }

    function test_RevertWhen_MoreLeavesThanThereIs() public {
        bond.active = 1;
        vm.expectRevert(stdError.arithmeticError);
        this.startUnbonding(2);
    }

    function credit(uint128 amount) external {
        bond.credit(amount);
    }

    function startUnbonding(uint128 amount) external {
        bond.startUnbonding(amount, 0);
    }

    function _assertIs(IBarterBond.Bond memory expected) private view {
        IBarterBond.Bond memory actual = bond;
        assertEq(abi.encode(actual), abi.encode(expected));
    }
}
