// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {stdError} from "forge-std/StdError.sol";
import {Vm} from "forge-std/Vm.sol";
import {SafeTransferLib} from "solady/utils/SafeTransferLib.sol";

import {IBarterBond} from "../../../contracts/interfaces/IBarterBond.sol";
import {BondTest} from "../../utils/BondTest.sol";

/// @dev Consumers that are contracts are in test/conformance/ERC1271Bond.t.sol, replays in test/security/BondReplay.t.sol.
contract FileTest is BondTest {
    function setUp() public override {
        super.setUp();
        _stake(BOND);
    }

    function testFuzz_OpensADispute(uint256 active, uint256 leaving, uint256 deposit, uint32 later) public {
        active = bound(active, 0, 1e30);
        leaving = bound(leaving, 1, BOND);
        if (active > 0) bond.topUp(provider, _given(active));
        _unbond(leaving);
        later = uint32(bound(later, 0, UNBONDING_DELAY - 1));
        skip(later);
        uint256 standing = BOND + active;
        deposit = bound(deposit, bond.requiredDeposit(provider), 1e36);
        IBarterBond.Bond memory expectedBond = bond.getBond(provider);
        expectedBond.reserved = uint128(standing / 10);
        expectedBond.held = expectedBond.reserved;
        IBarterBond.Complaint memory complaint = _complaint(1);
        bytes32 disputeId = _file(1, deposit);

        IBarterBond.Dispute memory expected;
        expected.provider = provider;
        expected.filedAt = uint40(START + later);
        expected.status = IBarterBond.DisputeStatus.Filed;
        expected.consumer = consumer;
        expected.filer = filer;
        expected.bondAtFiling = uint128(standing);
        expected.deposit = uint128(deposit);
        expected.evidence = complaint.evidence;
        assertEq(disputeId, keccak256(abi.encode(provider, consumer, complaint.outcome)));
        assertEq(abi.encode(bond.getDispute(disputeId)), abi.encode(expected));
        assertEq(abi.encode(bond.getBond(provider)), abi.encode(expectedBond));
        assertEq(token.balanceOf(filer), PLENTY - deposit);
        _assertSolvent(deposit);
    }

    function test_EmitsDisputeFiledAlone() public {
        IBarterBond.Complaint memory complaint = _complaint(1);
        bytes32 disputeId = bond.disputeIdOf(provider, consumer, complaint.outcome);
        vm.recordLogs();
        emit IBarterBond.DisputeFiled(
            disputeId, provider, consumer, filer, complaint.outcome, complaint.evidence, BOND, 51e6
        );
        Vm.Log[] memory expected = vm.getRecordedLogs();
        assertEq(_file(1, 51e6), disputeId);
        _assertLogs(expected, address(bond));
    }

    /// @dev A filer needs nobody's leave: the signature is the consumer's, the deposit its own. The provider may, too.
    function test_AnybodyFiles() public {
        address[3] memory filers = [consumer, provider, stranger];
        for (uint256 i = 0; i < 3; ++i) {
            filer = filers[i];
            assertEq(bond.getDispute(_file(i)).filer, filers[i]);
        }
    }

    /// @dev Each against what stands when it is filed: what an earlier one can take still stands, what it took does not.
    function test_SeveralDisputesAddUp() public {
        bytes32 first = _file(1);
        bytes32 second = _file(2);
        bond.topUp(provider, _given(BOND));
        bytes32 third = _file(3);
        assertEq(bond.getDispute(first).bondAtFiling, BOND);
        assertEq(bond.getDispute(second).bondAtFiling, BOND);
        assertEq(bond.getDispute(third).bondAtFiling, 2 * BOND);
        assertEq(bond.getBond(provider).reserved, BOND / 10 + BOND / 10 + 2 * BOND / 10);
        _end(first, MAX_SLASH_PPM);
        assertEq(bond.getDispute(_file(4)).bondAtFiling, 2 * BOND - BOND / 10);
    }

    /// @dev Money that is leaving counts to the last second of its delay, for what stands, for the cap and for the deposit.
    function test_MoneyThatIsFreeDoesNotStand() public {
        _unbond(BOND * 3 / 4);
        skip(UNBONDING_DELAY - 1);
        assertEq(bond.requiredDeposit(provider), BOND / 100);
        bytes32 last = _file(1);
        assertEq(bond.getDispute(last).bondAtFiling, BOND);
        skip(1);
        assertEq(bond.requiredDeposit(provider), BOND / 400);
        bytes32 next = _file(2, BOND / 400);
        assertEq(bond.getDispute(next).bondAtFiling, BOND / 4);
        IBarterBond.Bond memory state = bond.getBond(provider);
        assertEq(state.reserved, BOND / 10 + BOND / 40);
        assertEq(state.held, BOND / 10);
    }

    /// @dev What is leaving again can be taken from again, by whatever is open.
    function test_UnbondingAgainHoldsForAll() public {
        _unbond(BOND / 2);
        skip(UNBONDING_DELAY);
        bytes32 disputeId = _file(1);
        assertEq(bond.getBond(provider).held, 0);
        _unbond(BOND / 2);
        assertEq(bond.getBond(provider).held, BOND / 20);
        assertEq(bond.requiredDeposit(provider), BOND / 100);
        _end(disputeId, MAX_SLASH_PPM);
        IBarterBond.Bond memory state = bond.getBond(provider);
        assertEq(state.unbonding, BOND - BOND / 20);
        assertEq(state.reserved, 0);
        assertEq(state.held, 0);
    }

    /// @dev Another consumer's, and another provider's, are other disputes.
    function test_OneOutcomeOfEach() public {
        bytes32 first = _file(1);
        (consumer, consumerKey) = (stranger, strangerKey);
        bytes32 second = _file(1);
        provider = makeAddr("another provider");
        _fund(provider);
        _stake(BOND);
        bytes32 third = _file(1);
        assertTrue(first != second && second != third && first != third);
    }

    function test_UntilTheLastSecondOfTheComplaint() public {
        IBarterBond.Complaint memory complaint = _complaint(1);
        bytes memory signature = _sign(consumerKey, bond.complaintDigest(complaint));
        vm.warp(complaint.deadline + 1);
        vm.expectRevert(
            abi.encodeWithSelector(IBarterBond.ComplaintExpired.selector, complaint.deadline, complaint.deadline + 1)
        );
        vm.startPrank(filer);
        bond.file(complaint, signature, BOND);
        vm.warp(complaint.deadline);
        bond.file(complaint, signature, BOND);
        vm.stopPrank();
    }

    // ------------------------------------------------------------------------------------------------ refusals

    /// @dev Whoever signed it, and whatever was signed otherwise than it is filed.
    function test_RevertWhen_TheConsumerDidNotSignIt() public {
        IBarterBond.Complaint memory signed = _complaint(1);
        bytes memory signature = _sign(consumerKey, bond.complaintDigest(signed));
        _assertNotSigned(signed, _sign(strangerKey, bond.complaintDigest(signed)));
        _assertNotSigned(signed, "");
        _assertNotSigned(signed, new bytes(65));
        IBarterBond.Complaint memory other = _complaint(1);
        other.outcome = keccak256("another outcome");
        _assertNotSigned(other, signature);
        other = _complaint(1);
        other.evidence = keccak256("other evidence");
        _assertNotSigned(other, signature);
        other = _complaint(1);
        other.provider = stranger;
        _assertNotSigned(other, signature);
        other = _complaint(1);
        other.consumer = stranger;
        _assertNotSigned(other, signature);
        other = _complaint(1);
        ++other.deadline;
        _assertNotSigned(other, signature);
    }

    /// @dev A signature that cannot be read recovers to the zero address, whose money would be nobody's.
    function testFuzz_RevertWhen_TheConsumerIsTheZeroAddress(bytes calldata signature) public {
        IBarterBond.Complaint memory complaint = _complaint(1);
        complaint.consumer = address(0);
        _assertNotSigned(complaint, signature);
        _assertNotSigned(complaint, new bytes(65));
        _assertNotSigned(complaint, new bytes(64));
    }

    function test_RevertWhen_TheProviderComplainsOfItself() public {
        consumer = provider;
        IBarterBond.Complaint memory complaint = _complaint(1);
        vm.expectRevert(abi.encodeWithSelector(IBarterBond.SelfDispute.selector, provider));
        vm.prank(filer);
        bond.file(complaint, "", BOND);
    }

    function test_RevertGiven_TheOutcomeIsInDispute() public {
        bytes32 disputeId = _file(1);
        _assertDisputed(disputeId);
        _rule(disputeId, 1);
        _assertDisputed(disputeId);
        _overturn(disputeId, 0);
        _assertDisputed(disputeId);
        bond.execute(disputeId);
        _assertDisputed(disputeId);
    }

    function test_RevertGiven_TheOutcomesDisputeIsOver() public {
        bytes32 upheld = _file(1);
        _end(upheld, 1);
        _assertDisputed(upheld);
        bytes32 void = _file(2);
        skip(RULING_PERIOD + 1);
        bond.execute(void);
        IBarterBond.Complaint memory complaint = _complaint(2);
        bytes memory signature = _sign(consumerKey, bond.complaintDigest(complaint));
        vm.expectRevert(abi.encodeWithSelector(IBarterBond.AlreadyDisputed.selector, void));
        vm.prank(filer);
        bond.file(complaint, signature, BOND);
    }

    /// @dev The same complaint with other evidence is no other dispute.
    function test_RevertGiven_TheEvidenceAloneIsNew() public {
        bytes32 disputeId = _file(1);
        IBarterBond.Complaint memory complaint = _complaint(1);
        complaint.evidence = keccak256("more evidence");
        bytes memory signature = _sign(consumerKey, bond.complaintDigest(complaint));
        vm.expectRevert(abi.encodeWithSelector(IBarterBond.AlreadyDisputed.selector, disputeId));
        vm.prank(filer);
        bond.file(complaint, signature, BOND);
    }

    function test_RevertGiven_TheProviderHasNoBond() public {
        provider = stranger;
        _assertNoBond();
    }

    function test_RevertGiven_TheProviderHasLeft() public {
        _unbond(BOND);
        skip(UNBONDING_DELAY);
        _withdraw();
        _assertNoBond();
    }

    /// @dev Whether the provider took it out yet or not, and though an earlier dispute holds a part of it.
    function test_RevertGiven_AllOfItIsFree() public {
        _unbond(BOND);
        skip(UNBONDING_DELAY - 1);
        _file(2);
        skip(1);
        assertEq(bond.requiredDeposit(provider), MINIMUM_DEPOSIT);
        _assertNoBond();
        _withdraw();
        assertEq(bond.getBond(provider).unbonding, BOND / 10);
        _assertNoBond();
    }

    function testFuzz_RevertWhen_TheDepositIsTooSmall(uint256 staked, uint256 deposit) public {
        staked = bound(staked, BOND, 1e30);
        if (staked > BOND) bond.topUp(provider, _given(staked - BOND));
        uint256 required = bond.requiredDeposit(provider);
        deposit = bound(deposit, 1, required - 1);
        IBarterBond.Complaint memory complaint = _complaint(1);
        bytes memory signature = _sign(consumerKey, bond.complaintDigest(complaint));
        vm.startPrank(filer);
        vm.expectRevert(abi.encodeWithSelector(IBarterBond.DepositTooSmall.selector, deposit, required));
        bond.file(complaint, signature, deposit);
        bond.file(complaint, signature, required);
        vm.stopPrank();
    }

    function test_RevertWhen_NoDepositArrives() public {
        IBarterBond.Complaint memory complaint = _complaint(1);
        bytes memory signature = _sign(consumerKey, bond.complaintDigest(complaint));
        vm.startPrank(filer);
        vm.expectRevert(abi.encodeWithSelector(IBarterBond.NothingArrived.selector, 0));
        bond.file(complaint, signature, 0);
        vm.expectRevert(abi.encodeWithSelector(IBarterBond.AmountTooLarge.selector, 1 << 128));
        bond.file(complaint, signature, 1 << 128);
        token.approve(address(bond), BOND - 1);
        vm.expectRevert(SafeTransferLib.TransferFromFailed.selector);
        bond.file(complaint, signature, BOND);
        vm.stopPrank();
    }

    /// @dev Nothing wraps around, where ten disputes can take all of the largest bond there can be.
    function test_RevertGiven_WhatDisputesCanTakeDoesNotFit() public {
        provider = stranger;
        _stake(type(uint128).max);
        for (uint256 i = 0; i < 10; ++i) {
            _file(i);
        }
        IBarterBond.Complaint memory complaint = _complaint(10);
        bytes memory signature = _sign(consumerKey, bond.complaintDigest(complaint));
        uint256 deposit = bond.requiredDeposit(provider);
        vm.expectRevert(stdError.arithmeticError);
        vm.prank(filer);
        bond.file(complaint, signature, deposit);
        assertEq(bond.getBond(provider).reserved, 10 * (uint256(type(uint128).max) / 10));
    }

    // ------------------------------------------------------------------------------------------------ helpers

    /// @dev The same amount, in this contract's hands.
    function _given(uint256 amount) private returns (uint256) {
        _fund(address(this));
        return amount;
    }

    function _assertNotSigned(IBarterBond.Complaint memory complaint, bytes memory signature) private {
        bytes32 digest = bond.complaintDigest(complaint);
        vm.expectRevert(
            abi.encodeWithSelector(IBarterBond.InvalidComplaintSignature.selector, complaint.consumer, digest)
        );
        vm.prank(filer);
        bond.file(complaint, signature, BOND);
    }

    function _assertDisputed(bytes32 disputeId) private {
        IBarterBond.Complaint memory complaint = _complaint(1);
        bytes memory signature = _sign(consumerKey, bond.complaintDigest(complaint));
        vm.expectRevert(abi.encodeWithSelector(IBarterBond.AlreadyDisputed.selector, disputeId));
        vm.prank(filer);
        bond.file(complaint, signature, BOND);
    }

    function _assertNoBond() private {
        IBarterBond.Complaint memory complaint = _complaint(1);
        bytes memory signature = _sign(consumerKey, bond.complaintDigest(complaint));
        vm.expectRevert(abi.encodeWithSelector(IBarterBond.NoBond.selector, provider));
        vm.prank(filer);
        bond.file(complaint, signature, BOND);
    }
}
