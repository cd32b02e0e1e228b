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
        assertEq(state.held, reserved);
    }

    /// @dev Ten disputes hold all of it on its last day. Ten more before those are void, and so on, would hold it for ever.
    function test_DisputesRolledOverDoNotHoldWhatHasLeft() public {
        _unbond(BOND);
        skip(UNBONDING_DELAY - 1);
        for (uint256 i = 0; i < 10; ++i) {
            _file(i);
        }
        skip(RULING_PERIOD);
        IBarterBond.Complaint memory complaint = _complaint(10);
        bytes memory signature = _sign(consumerKey, bond.complaintDigest(complaint));
        vm.expectRevert(abi.encodeWithSelector(IBarterBond.NoBond.selector, provider));
        vm.prank(filer);
        bond.file(complaint, signature, BOND);
        vm.expectRevert(abi.encodeWithSelector(IBarterBond.NothingToWithdraw.selector, BOND, BOND));
        _withdraw();
        skip(1);
        for (uint256 i = 0; i < 10; ++i) {
            bond.execute(_idOf(i));
        }
        assertEq(_withdraw(), BOND);
    }

    /// @dev Nor do those about an active rest, though they can be so many that they promise more than it is.
    function test_DisputesOfTheRestDoNotHoldWhatHasLeft() public {
        _unbond(BOND / 2);
        skip(UNBONDING_DELAY - 1);
        _file(100);
        skip(1);
        for (uint256 i = 0; i < 11; ++i) {
            _file(i);
        }
        assertEq(bond.getBond(provider).reserved, BOND / 10 + 11 * BOND / 20);
        // The earlier one is sure of its tenth, even if the later ones take all of the rest.
        assertEq(_withdraw(), BOND / 2 - BOND / 10);
        skip(RULING_PERIOD);
        bond.execute(_idOf(100));
        for (uint256 i = 11; i < 22; ++i) {
            _file(i);
        }
        assertEq(_withdraw(), BOND / 10);
        assertEq(token.balanceOf(provider), PLENTY - BOND / 2);
    }

    /// @dev Later ones take of the active rest alone, and the earlier one finds what it can take, whoever comes first.
    function testFuzz_EarlierDisputesFindTheirs(bool laterFirst) public {
        _unbond(BOND / 2);
        skip(UNBONDING_DELAY - 1);
        bytes32 earlier = _file(100);
        skip(1);
        for (uint256 i = 0; i < 11; ++i) {
            _file(i);
        }
        _withdraw();
        if (!laterFirst) _end(earlier, MAX_SLASH_PPM);
        else _rule(earlier, MAX_SLASH_PPM);
        for (uint256 i = 0; i < 11; ++i) {
            _rule(_idOf(i), MAX_SLASH_PPM);
        }
        skip(OVERTURN_WINDOW);
        for (uint256 i = 0; i < 11; ++i) {
            bond.execute(_idOf(i));
        }
        if (laterFirst) bond.execute(earlier);
        assertEq(bond.getDispute(earlier).slashed, BOND / 10);
        assertEq(bond.getDispute(_idOf(9)).slashed, BOND / 20);
        assertEq(bond.getDispute(_idOf(10)).slashed, 0, "ten took all of the rest");
        IBarterBond.Bond memory state = bond.getBond(provider);
        assertEq(uint256(state.active) + state.unbonding + state.reserved + state.held, 0);
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

    function _idOf(uint256 number) private view returns (bytes32) {
        return bond.disputeIdOf(provider, consumer, _complaint(number).outcome);
    }
}
