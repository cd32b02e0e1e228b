// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Vm} from "forge-std/Vm.sol";

import {IBarterBond} from "../../../contracts/interfaces/IBarterBond.sol";
import {BondTest} from "../../utils/BondTest.sol";

contract WithdrawTest is BondTest {
    function setUp() public override {
        super.setUp();
        _stake(BOND);
    }

    function testFuzz_PaysWhatHasLeft(uint256 amount, address to, uint32 later) public {
        amount = bound(amount, 1, BOND);
        if (to == address(0) || to == address(bond) || to == provider) to = stranger;
        uint256 before = token.balanceOf(to);
        _unbond(amount);
        skip(UNBONDING_DELAY + later);
        IBarterBond.Bond memory expected = bond.getBond(provider);
        expected.unbonding = 0;
        vm.prank(provider);
        assertEq(bond.withdraw(to), amount);
        assertEq(token.balanceOf(to), before + amount);
        assertEq(abi.encode(bond.getBond(provider)), abi.encode(expected));
        _assertSolvent(0);
    }

    function test_EmitsWithdrawnAlone() public {
        _unbond(7);
        skip(UNBONDING_DELAY);
        vm.recordLogs();
        emit IBarterBond.Withdrawn(provider, stranger, 7);
        Vm.Log[] memory expected = vm.getRecordedLogs();
        vm.prank(provider);
        bond.withdraw(stranger);
        _assertLogs(expected, address(bond));
    }

    function test_FromTheFirstSecondOn() public {
        _unbond(BOND);
        skip(UNBONDING_DELAY - 1);
        vm.expectRevert(
            abi.encodeWithSelector(IBarterBond.StillUnbonding.selector, START + UNBONDING_DELAY, vm.getBlockTimestamp())
        );
        _withdraw();
        skip(1);
        assertEq(_withdraw(), BOND);
    }

    /// @dev What disputes can take stays, exactly, whatever part of the bond it is in.
    function testFuzz_LeavesWhatOpenDisputesCanTake(uint256 leaving, uint256 disputes) public {
        leaving = bound(leaving, 1, BOND);
        disputes = bound(disputes, 1, 9);
        for (uint256 i = 0; i < disputes; ++i) {
            _file(i);
        }
        _unbond(leaving);
        vm.warp(START + UNBONDING_DELAY);
        uint256 reserved = disputes * BOND / 10;
        uint256 free = BOND - reserved;
        assertEq(_withdraw(), free < leaving ? free : leaving);
        IBarterBond.Bond memory state = bond.getBond(provider);
        assertGe(uint256(state.active) + state.unbonding, reserved);
        assertEq(state.active, BOND - leaving);
        assertEq(state.reserved, reserved);
    }

    /// @dev What was held back is free as soon as the dispute ends; the delay does not start again.
    function test_PaysTheRestOnceTheDisputeIsOver() public {
        bytes32 disputeId = _file(1);
        _unbond(BOND);
        vm.warp(START + UNBONDING_DELAY);
        assertEq(_withdraw(), BOND * 9 / 10);
        vm.expectRevert(abi.encodeWithSelector(IBarterBond.NothingToWithdraw.selector, BOND / 10, BOND / 10));
        _withdraw();
        bond.execute(disputeId);
        assertEq(_withdraw(), BOND / 10);
        assertEq(token.balanceOf(provider), PLENTY);
    }

    /// @dev What a slash took is gone, and the rest goes out.
    function test_PaysTheRestOfASlash() public {
        _unbond(BOND);
        skip(20 days);
        bytes32 disputeId = _file(1);
        skip(8 days);
        assertEq(_withdraw(), BOND * 9 / 10);
        _end(disputeId, 40_000);
        assertEq(_withdraw(), BOND * 6 / 100);
        assertEq(bond.claimable(consumer), BOND * 4 / 100);
        _assertSolvent(0);
    }

    /// @dev Ten disputes and more hold all of it.
    function test_RevertGiven_DisputesCanTakeAll() public {
        for (uint256 i = 0; i < 11; ++i) {
            _file(i);
        }
        _unbond(BOND);
        vm.warp(START + UNBONDING_DELAY);
        vm.expectRevert(abi.encodeWithSelector(IBarterBond.NothingToWithdraw.selector, BOND, BOND * 11 / 10));
        _withdraw();
    }

    function test_RevertGiven_NothingIsLeaving() public {
        vm.expectRevert(abi.encodeWithSelector(IBarterBond.NothingToWithdraw.selector, 0, 0));
        _withdraw();
    }

    function test_RevertGiven_ItWasWithdrawn() public {
        _unbond(BOND);
        skip(UNBONDING_DELAY);
        _withdraw();
        vm.expectRevert(abi.encodeWithSelector(IBarterBond.NothingToWithdraw.selector, 0, 0));
        _withdraw();
    }

    function test_RevertGiven_TheCallerNeverStaked() public {
        _unbond(BOND);
        skip(UNBONDING_DELAY);
        vm.expectRevert(abi.encodeWithSelector(IBarterBond.NothingToWithdraw.selector, 0, 0));
        vm.prank(stranger);
        bond.withdraw(stranger);
    }

    /// @dev Paid to either, it would be nobody's.
    function test_RevertWhen_NobodyWouldReceiveIt() public {
        _unbond(BOND);
        skip(UNBONDING_DELAY);
        address[2] memory nobodies = [address(0), address(bond)];
        for (uint256 i = 0; i < 2; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IBarterBond.InvalidRecipient.selector, nobodies[i]));
            vm.prank(provider);
            bond.withdraw(nobodies[i]);
        }
    }
}
