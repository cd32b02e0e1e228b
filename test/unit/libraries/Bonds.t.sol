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

    function testFuzz_TotalDoesNotWrap(IBarterBond.Bond memory given) public {
        bond = given;
        assertEq(bond.total(), uint256(given.active) + uint256(given.unbonding));
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
        _assertIs(given);
    }

    /// @dev The most that leaves what is reserved, of what is leaving.
    function testFuzz_Withdrawable(IBarterBond.Bond memory given) public {
        bond = given;
        uint256 amount = bond.withdrawable();
        uint256 all = uint256(given.active) + given.unbonding;
        assertLe(amount, given.unbonding);
        if (amount > 0) assertGe(all - amount, given.reserved);
        if (amount < given.unbonding) assertLe(all - amount, given.reserved > all ? all : given.reserved);
        _assertIs(given);
    }

    function testFuzz_Slash(IBarterBond.Bond memory given, uint256 amount) public {
        given.unbonding = uint128(bound(given.unbonding, 0, type(uint128).max - given.active));
        uint256 all = uint256(given.active) + given.unbonding;
        given.everSlashed = uint128(bound(given.everSlashed, 0, type(uint128).max - all));
        // Around what there is as often as anywhere.
        if (amount % 2 == 0) amount = bound(amount, 0, all + 1);
        bond = given;
        uint256 taken = bond.slash(amount);
        assertEq(taken, amount < all ? amount : all);
        uint256 fromLeaving = taken < given.unbonding ? taken : given.unbonding;
        given.unbonding -= uint128(fromLeaving);
        given.active -= uint128(taken - fromLeaving);
        given.everSlashed += uint128(taken);
        _assertIs(given);
    }

    function test_SlashTakesWhatIsLeavingFirst() public {
        (bond.active, bond.unbonding) = (10, 5);
        assertEq(bond.slash(3), 3);
        assertEq(bond.unbonding, 2);
        assertEq(bond.slash(3), 3);
        assertEq(bond.unbonding, 0);
        assertEq(bond.active, 9);
        assertEq(bond.slash(type(uint256).max), 9);
        assertEq(bond.everSlashed, 15);
        assertEq(bond.slash(1), 0);
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
