// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Vm} from "forge-std/Vm.sol";

import {IAuditorQuorum} from "../../../contracts/interfaces/IAuditorQuorum.sol";
import {IBarterCore} from "../../../contracts/interfaces/IBarterCore.sol";
import {QuorumTest} from "../../utils/QuorumTest.sol";

contract RuleTradeTest is QuorumTest {
    /// @dev Against either party or none; nothing happens to the trade yet.
    function test_KeepsTheRuling() public {
        address[3] memory atFault = [address(0), provider, consumer];
        IBarterCore.Trade memory trade = core.getTrade(tradeId);
        uint256 before = vm.snapshotState();
        for (uint256 i = 0; i < 3; ++i) {
            vm.revertToState(before);
            _ruleTrade(atFault[i]);
            _assertRuling(IAuditorQuorum.RulingStatus.Ruled, atFault[i], START + OVERTURN_WINDOW);
            assertEq(abi.encode(core.getTrade(tradeId)), abi.encode(trade));
        }
    }

    function test_EmitsTradeRuledAlone() public {
        vm.recordLogs();
        emit IAuditorQuorum.TradeRuled(address(core), tradeId, provider, START + OVERTURN_WINDOW);
        Vm.Log[] memory expected = vm.getRecordedLogs();
        _ruleTrade(provider);
        _assertLogs(expected, address(quorum));
    }

    /// @dev Disputes of trades wait for a ruling for as long as it takes.
    function testFuzz_WheneverItComes(uint32 later) public {
        skip(later);
        _ruleTrade(provider);
        _assertRuling(IAuditorQuorum.RulingStatus.Ruled, provider, START + later + OVERTURN_WINDOW);
    }

    // ------------------------------------------------------------------------------------------------ refusals

    function test_RevertGiven_TheTradeIsNotInDispute() public {
        tradeId = _accept(bytes32("accepted"));
        _expectRefusal(provider, _notInDispute());
        vm.prank(consumer);
        core.settleTrade(tradeId, bytes32("accepted"));
        _expectRefusal(provider, _notInDispute());
    }

    function test_RevertGiven_ThereIsNoTrade() public {
        tradeId = keccak256("no trade");
        _expectRefusal(address(0), abi.encodeWithSelector(IBarterCore.TradeNotFound.selector, tradeId));
    }

    function testFuzz_RevertWhen_TheWalletAtFaultIsNoParty(address atFault) public {
        if (atFault == provider || atFault == consumer || atFault == address(0)) atFault = stranger;
        _expectRefusal(
            atFault, abi.encodeWithSelector(IAuditorQuorum.NotPartyOfTrade.selector, address(core), tradeId, atFault)
        );
    }

    function test_RevertWhen_TheSignaturesAreTooLate() public {
        IAuditorQuorum.AuditorSignature[] memory signatures =
            _signatures(quorum.tradeRulingDigest(address(core), tradeId, provider, START + 1), AUDITORS);
        skip(2);
        vm.expectRevert(abi.encodeWithSelector(IAuditorQuorum.RulingExpired.selector, START + 1, START + 2));
        quorum.ruleTrade(address(core), tradeId, provider, START + 1, signatures);
        vm.warp(START + 1);
        quorum.ruleTrade(address(core), tradeId, provider, START + 1, signatures);
    }

    function test_RevertWhen_TooFewAuditorsSigned() public {
        IAuditorQuorum.AuditorSignature[] memory signatures =
            _signatures(quorum.tradeRulingDigest(address(core), tradeId, provider, START), THRESHOLD - 1);
        vm.expectRevert(abi.encodeWithSelector(IAuditorQuorum.TooFewAuditors.selector, THRESHOLD - 1, THRESHOLD));
        quorum.ruleTrade(address(core), tradeId, provider, START, signatures);
    }

    /// @dev Another core, trade, party, deadline, kind of text, contract or chain.
    function test_RevertWhen_SomethingElseWasSigned() public {
        IAuditorQuorum twin = _newQuorum(auditors, THRESHOLD, OVERTURN_THRESHOLD, OVERTURN_WINDOW);
        bytes32[8] memory signed = [
            quorum.tradeRulingDigest(stranger, tradeId, provider, START),
            quorum.tradeRulingDigest(address(core), bytes32("other"), provider, START),
            quorum.tradeRulingDigest(address(core), tradeId, consumer, START),
            quorum.tradeRulingDigest(address(core), tradeId, address(0), START),
            quorum.tradeRulingDigest(address(core), tradeId, provider, START + 1),
            quorum.tradeOverturnDigest(address(core), tradeId, provider, START),
            twin.tradeRulingDigest(address(core), tradeId, provider, START),
            _digestElsewhere()
        ];
        bytes32 digest = quorum.tradeRulingDigest(address(core), tradeId, provider, START);
        for (uint256 i = 0; i < signed.length; ++i) {
            IAuditorQuorum.AuditorSignature[] memory signatures = _signatures(signed[i], AUDITORS);
            vm.expectRevert(
                abi.encodeWithSelector(IAuditorQuorum.InvalidAuditorSignature.selector, auditors[0], digest)
            );
            quorum.ruleTrade(address(core), tradeId, provider, START, signatures);
        }
    }

    /// @dev Once, until it is overturned or carried out, and after.
    function test_RevertGiven_ItWasRuledOn() public {
        _ruleTrade(provider);
        _expectWrongStatus(IAuditorQuorum.RulingStatus.Ruled);
        _overturnTrade(consumer);
        _expectWrongStatus(IAuditorQuorum.RulingStatus.Overturned);
        _executeTrade();
        _expectWrongStatus(IAuditorQuorum.RulingStatus.Executed);
    }

    function test_RevertGiven_TheArbiterBeforeRuled() public {
        core = _newCore(stranger);
        tradeId = _dispute(PREIMAGE);
        vm.prank(stranger);
        core.upholdDispute(tradeId, provider);
        _expectRefusal(provider, _notInDispute());
    }

    // ------------------------------------------------------------------------------------------------ helpers

    function _digestElsewhere() private returns (bytes32 digest) {
        vm.chainId(HERE + 1);
        digest = quorum.tradeRulingDigest(address(core), tradeId, provider, START);
        vm.chainId(HERE);
    }

    /// @dev All auditors sign it.
    function _expectRefusal(address atFault, bytes memory refusal) private {
        uint256 deadline = vm.getBlockTimestamp();
        IAuditorQuorum.AuditorSignature[] memory signatures =
            _signatures(quorum.tradeRulingDigest(address(core), tradeId, atFault, deadline), AUDITORS);
        vm.expectRevert(refusal);
        quorum.ruleTrade(address(core), tradeId, atFault, deadline, signatures);
    }

    function _expectWrongStatus(IAuditorQuorum.RulingStatus actual) private {
        _expectRefusal(provider, _wrongRulingStatus(actual, IAuditorQuorum.RulingStatus.None));
    }

    function _notInDispute() private view returns (bytes memory) {
        return abi.encodeWithSelector(IAuditorQuorum.NotInDispute.selector, address(core), tradeId);
    }
}
