// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Vm} from "forge-std/Vm.sol";

import {IBarterBond} from "../../../contracts/interfaces/IBarterBond.sol";
import {BondTest} from "../../utils/BondTest.sol";

contract UnbondTest is BondTest {
    function setUp() public override {
        super.setUp();
        _stake(BOND);
    }

    function testFuzz_MovesMoneyOnItsWayOut(uint256 amount) public {
        amount = bound(amount, 1, BOND);
        IBarterBond.Bond memory expected = bond.getBond(provider);
        expected.active = uint128(BOND - amount);
        expected.unbonding = uint128(amount);
        expected.releaseAt = uint40(START + UNBONDING_DELAY);
        _unbond(amount);
        assertEq(abi.encode(bond.getBond(provider)), abi.encode(expected));
        assertEq(token.balanceOf(address(bond)), BOND);
    }

    function test_EmitsUnbondingAlone() public {
        vm.recordLogs();
        emit IBarterBond.Unbonding(provider, 7, START + UNBONDING_DELAY);
        Vm.Log[] memory expected = vm.getRecordedLogs();
        _unbond(7);
        _assertLogs(expected, address(bond));
    }

    /// @dev It stops counting at once.
    function test_WhatIsLeavingIsNotListed() public {
        _unbond(BOND - MINIMUM_BOND);
        assertTrue(bond.isListed(provider));
        _unbond(1);
        assertFalse(bond.isListed(provider));
    }

    /// @dev Also for money that could have been withdrawn already.
    function testFuzz_MoreOnItsWayOutStartsTheDelayAgainForAll(uint256 later) public {
        later = bound(later, 1, 365 days);
        _unbond(1_000e6);
        skip(later);
        _unbond(1);
        assertEq(bond.getBond(provider).unbonding, 1_000e6 + 1);
        assertEq(bond.getBond(provider).releaseAt, START + later + UNBONDING_DELAY);
        skip(UNBONDING_DELAY - 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                IBarterBond.StillUnbonding.selector, START + later + UNBONDING_DELAY, vm.getBlockTimestamp()
            )
        );
        _withdraw();
        skip(1);
        assertEq(_withdraw(), 1_000e6 + 1);
    }

    /// @dev Open disputes do not keep money from starting on its way, only from getting there.
    function test_WhileADisputeIsOpen() public {
        _file(1);
        _unbond(BOND);
        assertEq(bond.getBond(provider).unbonding, BOND);
        assertEq(bond.getBond(provider).reserved, BOND / 10);
        assertEq(bond.getBond(provider).held, BOND / 10);
    }

    function test_RevertWhen_ItIsNothing() public {
        vm.expectRevert(abi.encodeWithSelector(IBarterBond.UnbondingOutOfRange.selector, 0, BOND));
        _unbond(0);
    }

    function testFuzz_RevertWhen_ItIsMoreThanIsActive(uint256 amount) public {
        _unbond(1_000e6);
        amount = bound(amount, BOND - 1_000e6 + 1, type(uint256).max);
        vm.expectRevert(abi.encodeWithSelector(IBarterBond.UnbondingOutOfRange.selector, amount, BOND - 1_000e6));
        _unbond(amount);
    }

    /// @dev A number whose low half is in range.
    function test_RevertWhen_OnlyItsLowHalfIsActive() public {
        uint256 amount = (1 << 128) + 1;
        vm.expectRevert(abi.encodeWithSelector(IBarterBond.UnbondingOutOfRange.selector, amount, BOND));
        _unbond(amount);
    }

    function test_RevertGiven_TheCallerNeverStaked() public {
        vm.expectRevert(abi.encodeWithSelector(IBarterBond.UnbondingOutOfRange.selector, 1, 0));
        vm.prank(stranger);
        bond.unbond(1);
    }
}
