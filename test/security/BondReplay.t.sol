// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAuditorQuorum} from "../../contracts/interfaces/IAuditorQuorum.sol";
import {IBarterBond} from "../../contracts/interfaces/IBarterBond.sol";
import {BondTest} from "../utils/BondTest.sol";

/// @notice What was signed counts where it was signed for, for what it says, and once.
contract BondReplayTest is BondTest {
    IBarterBond private twin;

    function setUp() public override {
        super.setUp();
        twin = _newBond(_parameters());
        _stake(BOND);
    }

    /// @dev On another contract, and on another chain at the same address.
    function test_AComplaintCountsInOnePlace() public {
        IBarterBond.Complaint memory complaint = _complaint(1);
        bytes memory signature = _sign(consumerKey, bond.complaintDigest(complaint));
        vm.chainId(HERE + 1);
        _expectInvalidComplaint(bond, complaint, signature);
        vm.chainId(HERE);
        _expectInvalidComplaint(twin, complaint, signature);
        vm.prank(filer);
        bond.file(complaint, signature, BOND);
    }

    /// @dev Whoever sees the signature can file first: the dispute is filed, its deposit is theirs to lose, and what is
    /// slashed is the consumer's all the same.
    function test_AFilerInFrontOfTheFiler() public {
        IBarterBond.Complaint memory complaint = _complaint(1);
        bytes memory signature = _sign(consumerKey, bond.complaintDigest(complaint));
        vm.prank(stranger);
        bytes32 disputeId = bond.file(complaint, signature, BOND);
        vm.expectRevert(abi.encodeWithSelector(IBarterBond.AlreadyDisputed.selector, disputeId));
        vm.prank(filer);
        bond.file(complaint, signature, BOND);
        _end(disputeId, 50_000);
        assertEq(bond.claimable(consumer), BOND / 20);
        assertEq(bond.claimable(stranger), BOND);
        assertEq(bond.claimable(filer), 0);
    }

    /// @dev A base unit added in front of an exact deposit refuses it, so filers bring a little more.
    function test_AProviderInFrontOfTheFiler() public {
        uint256 exact = bond.requiredDeposit(provider);
        IBarterBond.Complaint memory complaint = _complaint(1);
        bytes memory signature = _sign(consumerKey, bond.complaintDigest(complaint));
        vm.prank(provider);
        bond.topUp(provider, 1);
        vm.startPrank(filer);
        vm.expectRevert(abi.encodeWithSelector(IBarterBond.DepositTooSmall.selector, exact, exact + 1));
        bond.file(complaint, signature, exact);
        bond.file(complaint, signature, exact * 101 / 100);
        vm.stopPrank();
    }

    /// @dev Nor does the same consumer's other complaint about the same outcome count beside it.
    function test_AComplaintCountsOnce() public {
        IBarterBond.Complaint memory complaint = _complaint(1);
        bytes memory signature = _sign(consumerKey, bond.complaintDigest(complaint));
        vm.prank(filer);
        bytes32 disputeId = bond.file(complaint, signature, BOND);
        skip(RULING_PERIOD + 1);
        bond.execute(disputeId);
        vm.warp(START);
        vm.expectRevert(abi.encodeWithSelector(IBarterBond.AlreadyDisputed.selector, disputeId));
        vm.prank(filer);
        bond.file(complaint, signature, BOND);
    }

    /// @dev The same dispute in two contracts: their ids are the same, what is signed is not.
    function test_ARulingCountsInOnePlace() public {
        bytes32 disputeId = _file(1);
        IAuditorQuorum.AuditorSignature[] memory signatures =
            _signatures(bond.rulingDigest(disputeId, 50_000, START), AUDITORS);
        vm.chainId(HERE + 1);
        bytes32 elsewhere = bond.rulingDigest(disputeId, 50_000, START);
        _expectInvalidRuling(bond, disputeId, elsewhere, signatures, START);
        vm.chainId(HERE);

        IBarterBond first = bond;
        bond = twin;
        _fund(provider);
        _fund(filer);
        _stake(BOND);
        assertEq(_file(1), disputeId);
        _expectInvalidRuling(twin, disputeId, twin.rulingDigest(disputeId, 50_000, START), signatures, START);
        first.rule(disputeId, 50_000, START, signatures);
    }

    /// @dev A text about a trade is none about a bond, whatever it holds; and each quorum has its own domain.
    function test_ATradesRulingIsNoBonds() public {
        bytes32 disputeId = _file(1);
        bytes32 digest = bond.rulingDigest(disputeId, 0, START);
        IAuditorQuorum other = _newQuorum(auditors, THRESHOLD, OVERTURN_THRESHOLD, OVERTURN_WINDOW);
        bytes32[3] memory signed = [
            quorum.tradeRulingDigest(address(bond), disputeId, address(0), START),
            other.tradeRulingDigest(address(bond), disputeId, address(0), START),
            quorum.tradeOverturnDigest(address(bond), disputeId, address(0), START)
        ];
        for (uint256 i = 0; i < signed.length; ++i) {
            IAuditorQuorum.AuditorSignature[] memory signatures = _signatures(signed[i], AUDITORS);
            vm.expectRevert(
                abi.encodeWithSelector(IAuditorQuorum.InvalidAuditorSignature.selector, auditors[0], digest)
            );
            bond.rule(disputeId, 0, START, signatures);
        }
    }

    /// @dev What was signed for one ruling and not used is of no use after it, on no dispute.
    function test_AnUnusedRulingIsSpent() public {
        bytes32 first = _file(1);
        bytes32 second = _file(2);
        uint256 deadline = START + 365 days;
        IAuditorQuorum.AuditorSignature[] memory unused =
            _signatures(bond.rulingDigest(first, 50_000, deadline), AUDITORS);
        _end(first, 10_000);
        vm.expectRevert(
            abi.encodeWithSelector(
                IBarterBond.WrongDisputeStatus.selector,
                first,
                IBarterBond.DisputeStatus.Upheld,
                IBarterBond.DisputeStatus.Filed
            )
        );
        bond.rule(first, 50_000, deadline, unused);
        _expectInvalidRuling(bond, second, bond.rulingDigest(second, 50_000, deadline), unused, deadline);
    }

    // ------------------------------------------------------------------------------------------------ helpers

    function _expectInvalidComplaint(IBarterBond where, IBarterBond.Complaint memory complaint, bytes memory signature)
        private
    {
        bytes32 digest = where.complaintDigest(complaint);
        vm.expectRevert(abi.encodeWithSelector(IBarterBond.InvalidComplaintSignature.selector, consumer, digest));
        vm.prank(filer);
        where.file(complaint, signature, BOND);
    }

    function _expectInvalidRuling(
        IBarterBond where,
        bytes32 disputeId,
        bytes32 digest,
        IAuditorQuorum.AuditorSignature[] memory signatures,
        uint256 deadline
    ) private {
        vm.expectRevert(abi.encodeWithSelector(IAuditorQuorum.InvalidAuditorSignature.selector, auditors[0], digest));
        where.rule(disputeId, 50_000, deadline, signatures);
    }
}
