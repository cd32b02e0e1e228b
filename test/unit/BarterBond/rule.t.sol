// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Vm} from "forge-std/Vm.sol";

import {IAuditorQuorum} from "../../../contracts/interfaces/IAuditorQuorum.sol";
import {IBarterBond} from "../../../contracts/interfaces/IBarterBond.sol";
import {BondTest} from "../../utils/BondTest.sol";

/// @dev Which signatures count is in test/unit/AuditorQuorum/requireRuling.t.sol.
contract RuleTest is BondTest {
    bytes32 private disputeId;

    function setUp() public override {
        super.setUp();
        _stake(BOND);
        disputeId = _file(1);
    }

    function testFuzz_KeepsTheRuling(uint256 slashPpm, uint256 later) public {
        slashPpm = bound(slashPpm, 0, MAX_SLASH_PPM);
        later = bound(later, 0, RULING_PERIOD);
        skip(later);
        IBarterBond.Dispute memory expected = bond.getDispute(disputeId);
        expected.status = IBarterBond.DisputeStatus.Ruled;
        expected.slashPpm = uint32(slashPpm);
        expected.executableAt = uint40(START + later + OVERTURN_WINDOW);
        IBarterBond.Bond memory standing = bond.getBond(provider);
        _rule(disputeId, slashPpm);
        assertEq(abi.encode(bond.getDispute(disputeId)), abi.encode(expected));
        assertEq(abi.encode(bond.getBond(provider)), abi.encode(standing), "nothing moves yet");
    }

    function test_EmitsDisputeRuledAlone() public {
        vm.recordLogs();
        emit IBarterBond.DisputeRuled(disputeId, 50_000, START + OVERTURN_WINDOW);
        Vm.Log[] memory expected = vm.getRecordedLogs();
        _rule(disputeId, 50_000);
        _assertLogs(expected, address(bond));
    }

    function testFuzz_AnybodyBringsIt(address caller) public {
        IAuditorQuorum.AuditorSignature[] memory signatures =
            _signatures(bond.rulingDigest(disputeId, 0, START), THRESHOLD);
        vm.prank(caller);
        bond.rule(disputeId, 0, START, signatures);
        _assertStatus(disputeId, IBarterBond.DisputeStatus.Ruled);
    }

    function test_UntilTheLastSecondOfThePeriod() public {
        vm.warp(START + RULING_PERIOD + 1);
        _expectRefusal(
            0,
            START + RULING_PERIOD + 1,
            abi.encodeWithSelector(
                IBarterBond.RulingPeriodOver.selector, START + RULING_PERIOD, START + RULING_PERIOD + 1
            )
        );
        vm.warp(START + RULING_PERIOD);
        _rule(disputeId, 0);
        _assertStatus(disputeId, IBarterBond.DisputeStatus.Ruled);
    }

    // ------------------------------------------------------------------------------------------------ refusals

    function testFuzz_RevertGiven_TheRulingPeriodIsOver(uint256 later) public {
        later = bound(later, RULING_PERIOD + 1, 3650 days);
        skip(later);
        _expectRefusal(
            0,
            START + later,
            abi.encodeWithSelector(IBarterBond.RulingPeriodOver.selector, START + RULING_PERIOD, START + later)
        );
    }

    function testFuzz_RevertWhen_TheSignaturesAreTooLate(uint256 deadline) public {
        skip(1 days);
        deadline = bound(deadline, 0, START + 1 days - 1);
        _expectRefusal(
            0, deadline, abi.encodeWithSelector(IAuditorQuorum.RulingExpired.selector, deadline, START + 1 days)
        );
    }

    function testFuzz_RevertWhen_ItTakesTooMuch(uint256 slashPpm) public {
        slashPpm = bound(slashPpm, MAX_SLASH_PPM + 1, type(uint256).max);
        _expectRefusal(
            slashPpm, START, abi.encodeWithSelector(IBarterBond.SlashOutOfRange.selector, slashPpm, MAX_SLASH_PPM)
        );
    }

    /// @dev A share whose low half is in range.
    function test_RevertWhen_OnlyItsLowHalfIsInRange() public {
        uint256 slashPpm = (1 << 32) + 1;
        _expectRefusal(
            slashPpm, START, abi.encodeWithSelector(IBarterBond.SlashOutOfRange.selector, slashPpm, MAX_SLASH_PPM)
        );
    }

    function test_RevertWhen_TooFewAuditorsSigned() public {
        IAuditorQuorum.AuditorSignature[] memory signatures =
            _signatures(bond.rulingDigest(disputeId, 0, START), THRESHOLD - 1);
        vm.expectRevert(abi.encodeWithSelector(IAuditorQuorum.TooFewAuditors.selector, THRESHOLD - 1, THRESHOLD));
        bond.rule(disputeId, 0, START, signatures);
    }

    /// @dev Another share, another deadline, another dispute: nothing that was signed says more than it says.
    function test_RevertWhen_SomethingElseWasSigned() public {
        bytes32 other = _file(2);
        bytes32[4] memory signed = [
            bond.rulingDigest(disputeId, 50_001, START),
            bond.rulingDigest(disputeId, 50_000, START + 1),
            bond.rulingDigest(other, 50_000, START),
            bond.overturnDigest(disputeId, 50_000, START)
        ];
        bytes32 digest = bond.rulingDigest(disputeId, 50_000, START);
        for (uint256 i = 0; i < signed.length; ++i) {
            IAuditorQuorum.AuditorSignature[] memory signatures = _signatures(signed[i], AUDITORS);
            vm.expectRevert(
                abi.encodeWithSelector(IAuditorQuorum.InvalidAuditorSignature.selector, auditors[0], digest)
            );
            bond.rule(disputeId, 50_000, START, signatures);
        }
    }

    function test_RevertGiven_ThereIsNoDispute() public {
        disputeId = keccak256("no dispute");
        _expectWrongStatus(IBarterBond.DisputeStatus.None);
    }

    /// @dev Once: not with the same signatures, nor with others.
    function test_RevertGiven_ItWasRuledOn() public {
        _rule(disputeId, 50_000);
        _expectWrongStatus(IBarterBond.DisputeStatus.Ruled);
        _overturn(disputeId, 1);
        _expectWrongStatus(IBarterBond.DisputeStatus.Overturned);
        bond.execute(disputeId);
        _expectWrongStatus(IBarterBond.DisputeStatus.Upheld);
    }

    function test_RevertGiven_ItWasDismissed() public {
        _end(disputeId, 0);
        _expectWrongStatus(IBarterBond.DisputeStatus.Dismissed);
    }

    function test_RevertGiven_ItIsVoid() public {
        skip(RULING_PERIOD + 1);
        bond.execute(disputeId);
        _expectWrongStatus(IBarterBond.DisputeStatus.Void);
    }

    // ------------------------------------------------------------------------------------------------ helpers

    /// @dev All auditors sign it.
    function _expectRefusal(uint256 slashPpm, uint256 deadline, bytes memory refusal) private {
        IAuditorQuorum.AuditorSignature[] memory signatures =
            _signatures(bond.rulingDigest(disputeId, slashPpm, deadline), AUDITORS);
        vm.expectRevert(refusal);
        bond.rule(disputeId, slashPpm, deadline, signatures);
    }

    function _expectWrongStatus(IBarterBond.DisputeStatus actual) private {
        _expectRefusal(
            50_000,
            vm.getBlockTimestamp(),
            abi.encodeWithSelector(
                IBarterBond.WrongDisputeStatus.selector, disputeId, actual, IBarterBond.DisputeStatus.Filed
            )
        );
    }
}
