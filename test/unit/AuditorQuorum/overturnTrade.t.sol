// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Vm} from "forge-std/Vm.sol";

import {IAuditorQuorum} from "../../../contracts/interfaces/IAuditorQuorum.sol";
import {QuorumTest} from "../../utils/QuorumTest.sol";

contract OverturnTradeTest is QuorumTest {
    function testFuzz_ReplacesTheRuling(uint256 later, uint256 first, uint256 second) public {
        later = bound(later, 0, OVERTURN_WINDOW - 1);
        address[3] memory atFault = [address(0), provider, consumer];
        _ruleTrade(atFault[first % 3]);
        skip(later);
        _overturnTrade(atFault[second % 3]);
        _assertRuling(IAuditorQuorum.RulingStatus.Overturned, atFault[second % 3], START + later);
    }

    function test_EmitsTradeOverturnedAlone() public {
        _ruleTrade(provider);
        vm.recordLogs();
        emit IAuditorQuorum.TradeOverturned(address(core), tradeId, consumer);
        Vm.Log[] memory expected = vm.getRecordedLogs();
        _overturnTrade(consumer);
        _assertLogs(expected, address(quorum));
    }

    /// @dev From the next one on it is executed, and nothing is both.
    function test_UntilTheLastSecondOfTheWindow() public {
        _ruleTrade(provider);
        uint256 executableAt = START + OVERTURN_WINDOW;
        vm.warp(executableAt);
        _expectRefusal(
            consumer, abi.encodeWithSelector(IAuditorQuorum.OverturnWindowOver.selector, executableAt, executableAt)
        );
        vm.warp(executableAt - 1);
        _overturnTrade(consumer);
        _assertRuling(IAuditorQuorum.RulingStatus.Overturned, consumer, executableAt - 1);
    }

    // ------------------------------------------------------------------------------------------------ refusals

    function testFuzz_RevertGiven_TheWindowIsOver(uint256 later) public {
        later = bound(later, OVERTURN_WINDOW, 3650 days);
        _ruleTrade(provider);
        skip(later);
        _expectRefusal(
            consumer,
            abi.encodeWithSelector(IAuditorQuorum.OverturnWindowOver.selector, START + OVERTURN_WINDOW, START + later)
        );
    }

    function test_RevertGiven_ItWasNotRuledOn() public {
        _expectWrongStatus(IAuditorQuorum.RulingStatus.None);
    }

    /// @dev Once, and for good.
    function test_RevertGiven_ItWasOverturned() public {
        _ruleTrade(provider);
        _overturnTrade(address(0));
        _expectWrongStatus(IAuditorQuorum.RulingStatus.Overturned);
        _executeTrade();
        _expectWrongStatus(IAuditorQuorum.RulingStatus.Executed);
    }

    function test_RevertWhen_TheWalletAtFaultIsNoParty() public {
        _ruleTrade(provider);
        _expectRefusal(
            stranger, abi.encodeWithSelector(IAuditorQuorum.NotPartyOfTrade.selector, address(core), tradeId, stranger)
        );
    }

    function test_RevertWhen_TheSignaturesAreTooLate() public {
        _ruleTrade(provider);
        IAuditorQuorum.AuditorSignature[] memory signatures =
            _signatures(quorum.tradeOverturnDigest(address(core), tradeId, consumer, START + 1), AUDITORS);
        skip(2);
        vm.expectRevert(abi.encodeWithSelector(IAuditorQuorum.RulingExpired.selector, START + 1, START + 2));
        quorum.overturnTrade(address(core), tradeId, consumer, START + 1, signatures);
    }

    /// @dev As many as make a ruling do not unmake one.
    function test_RevertWhen_TooFewAuditorsSigned() public {
        _ruleTrade(provider);
        IAuditorQuorum.AuditorSignature[] memory signatures =
            _signatures(quorum.tradeOverturnDigest(address(core), tradeId, consumer, START), THRESHOLD);
        vm.expectRevert(abi.encodeWithSelector(IAuditorQuorum.TooFewAuditors.selector, THRESHOLD, OVERTURN_THRESHOLD));
        quorum.overturnTrade(address(core), tradeId, consumer, START, signatures);
    }

    /// @dev What all auditors signed as a ruling overturns nothing.
    function test_RevertWhen_ARulingWasSigned() public {
        _ruleTrade(provider);
        IAuditorQuorum.AuditorSignature[] memory signatures =
            _signatures(quorum.tradeRulingDigest(address(core), tradeId, consumer, START), AUDITORS);
        bytes32 digest = quorum.tradeOverturnDigest(address(core), tradeId, consumer, START);
        vm.expectRevert(abi.encodeWithSelector(IAuditorQuorum.InvalidAuditorSignature.selector, auditors[0], digest));
        quorum.overturnTrade(address(core), tradeId, consumer, START, signatures);
    }

    // ------------------------------------------------------------------------------------------------ helpers

    /// @dev All auditors sign it.
    function _expectRefusal(address atFault, bytes memory refusal) private {
        uint256 deadline = vm.getBlockTimestamp();
        IAuditorQuorum.AuditorSignature[] memory signatures =
            _signatures(quorum.tradeOverturnDigest(address(core), tradeId, atFault, deadline), AUDITORS);
        vm.expectRevert(refusal);
        quorum.overturnTrade(address(core), tradeId, atFault, deadline, signatures);
    }

    function _expectWrongStatus(IAuditorQuorum.RulingStatus actual) private {
        _expectRefusal(consumer, _wrongRulingStatus(actual, IAuditorQuorum.RulingStatus.Ruled));
    }
}
