// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Vm} from "forge-std/Vm.sol";

import {IAuditorQuorum} from "../../../contracts/interfaces/IAuditorQuorum.sol";
import {IBarterBond} from "../../../contracts/interfaces/IBarterBond.sol";
import {BondTest} from "../../utils/BondTest.sol";

contract OverturnTest is BondTest {
    bytes32 private disputeId;

    function setUp() public override {
        super.setUp();
        _stake(BOND);
        disputeId = _file(1);
    }

    function testFuzz_ReplacesTheRuling(uint256 slashPpm, uint256 instead, uint256 later) public {
        slashPpm = bound(slashPpm, 0, MAX_SLASH_PPM);
        instead = bound(instead, 0, MAX_SLASH_PPM);
        later = bound(later, 0, OVERTURN_WINDOW - 1);
        _rule(disputeId, slashPpm);
        skip(later);
        IBarterBond.Dispute memory expected = bond.getDispute(disputeId);
        expected.status = IBarterBond.DisputeStatus.Overturned;
        expected.slashPpm = uint32(instead);
        expected.executableAt = uint40(START + later);
        IBarterBond.Bond memory standing = bond.getBond(provider);
        _overturn(disputeId, instead);
        assertEq(abi.encode(bond.getDispute(disputeId)), abi.encode(expected));
        assertEq(abi.encode(bond.getBond(provider)), abi.encode(standing), "nothing moves yet");
    }

    function test_EmitsDisputeOverturnedAlone() public {
        _rule(disputeId, 0);
        vm.recordLogs();
        emit IBarterBond.DisputeOverturned(disputeId, 50_000);
        Vm.Log[] memory expected = vm.getRecordedLogs();
        _overturn(disputeId, 50_000);
        _assertLogs(expected, address(bond));
    }

    /// @dev The ruling came in the last second of its period: the window is as long as ever.
    function test_PastTheRulingPeriod() public {
        skip(RULING_PERIOD);
        _rule(disputeId, 50_000);
        skip(OVERTURN_WINDOW - 1);
        _overturn(disputeId, 0);
        _assertStatus(disputeId, IBarterBond.DisputeStatus.Overturned);
    }

    /// @dev From the next one on it is executed, and nothing is both.
    function test_UntilTheLastSecondOfTheWindow() public {
        _rule(disputeId, 50_000);
        uint256 executableAt = START + OVERTURN_WINDOW;
        vm.warp(executableAt);
        _expectRefusal(
            0,
            executableAt,
            abi.encodeWithSelector(IAuditorQuorum.OverturnWindowOver.selector, executableAt, executableAt)
        );
        vm.warp(executableAt - 1);
        _overturn(disputeId, 0);
        _assertStatus(disputeId, IBarterBond.DisputeStatus.Overturned);
    }

    // ------------------------------------------------------------------------------------------------ refusals

    function testFuzz_RevertGiven_TheWindowIsOver(uint256 later) public {
        later = bound(later, OVERTURN_WINDOW, 3650 days);
        _rule(disputeId, 50_000);
        skip(later);
        _expectRefusal(
            0,
            START + later,
            abi.encodeWithSelector(IAuditorQuorum.OverturnWindowOver.selector, START + OVERTURN_WINDOW, START + later)
        );
    }

    function test_RevertWhen_TheSignaturesAreTooLate() public {
        _rule(disputeId, 50_000);
        skip(10);
        _expectRefusal(
            0, START + 9, abi.encodeWithSelector(IAuditorQuorum.RulingExpired.selector, START + 9, START + 10)
        );
    }

    function testFuzz_RevertWhen_ItTakesTooMuch(uint256 slashPpm) public {
        slashPpm = bound(slashPpm, MAX_SLASH_PPM + 1, type(uint256).max);
        _rule(disputeId, 50_000);
        _expectRefusal(
            slashPpm, START, abi.encodeWithSelector(IBarterBond.SlashOutOfRange.selector, slashPpm, MAX_SLASH_PPM)
        );
    }

    /// @dev As many as make a ruling do not unmake one.
    function test_RevertWhen_TooFewAuditorsSigned() public {
        _rule(disputeId, 50_000);
        IAuditorQuorum.AuditorSignature[] memory signatures =
            _signatures(bond.overturnDigest(disputeId, 0, START), OVERTURN_THRESHOLD - 1);
        vm.expectRevert(
            abi.encodeWithSelector(IAuditorQuorum.TooFewAuditors.selector, OVERTURN_THRESHOLD - 1, OVERTURN_THRESHOLD)
        );
        bond.overturn(disputeId, 0, START, signatures);
    }

    /// @dev What all auditors signed as a ruling overturns nothing.
    function test_RevertWhen_ARulingWasSigned() public {
        _rule(disputeId, 50_000);
        IAuditorQuorum.AuditorSignature[] memory signatures =
            _signatures(bond.rulingDigest(disputeId, 0, START), AUDITORS);
        bytes32 digest = bond.overturnDigest(disputeId, 0, START);
        vm.expectRevert(abi.encodeWithSelector(IAuditorQuorum.InvalidAuditorSignature.selector, auditors[0], digest));
        bond.overturn(disputeId, 0, START, signatures);
    }

    function test_RevertGiven_ItWasNotRuledOn() public {
        _expectWrongStatus(IBarterBond.DisputeStatus.Filed);
        disputeId = keccak256("no dispute");
        _expectWrongStatus(IBarterBond.DisputeStatus.None);
    }

    /// @dev Once, and for good.
    function test_RevertGiven_ItWasOverturned() public {
        _rule(disputeId, 50_000);
        _overturn(disputeId, 0);
        _expectWrongStatus(IBarterBond.DisputeStatus.Overturned);
        bond.execute(disputeId);
        _expectWrongStatus(IBarterBond.DisputeStatus.Dismissed);
    }

    function test_RevertGiven_ItWasExecuted() public {
        _end(disputeId, 50_000);
        _expectWrongStatus(IBarterBond.DisputeStatus.Upheld);
    }

    // ------------------------------------------------------------------------------------------------ helpers

    /// @dev All auditors sign it.
    function _expectRefusal(uint256 slashPpm, uint256 deadline, bytes memory refusal) private {
        IAuditorQuorum.AuditorSignature[] memory signatures =
            _signatures(bond.overturnDigest(disputeId, slashPpm, deadline), AUDITORS);
        vm.expectRevert(refusal);
        bond.overturn(disputeId, slashPpm, deadline, signatures);
    }

    function _expectWrongStatus(IBarterBond.DisputeStatus actual) private {
        _expectRefusal(
            0,
            vm.getBlockTimestamp(),
            abi.encodeWithSelector(
                IBarterBond.WrongDisputeStatus.selector, disputeId, actual, IBarterBond.DisputeStatus.Ruled
            )
        );
    }
}
