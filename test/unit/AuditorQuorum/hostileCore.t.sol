// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAuditorQuorum} from "../../../contracts/interfaces/IAuditorQuorum.sol";
import {IBarterCore} from "../../../contracts/interfaces/IBarterCore.sol";
import {FixedAnswerWallet} from "../../utils/Wallets.sol";
import {QuorumTest} from "../../utils/QuorumTest.sol";

/// @notice Says that every trade is in dispute, and calls the quorum back when it is told of a ruling.
contract HostileCore {
    IAuditorQuorum private immutable QUORUM;
    address private immutable PARTY;
    bytes[] private attempts;
    uint256 public told;
    uint256 public succeeded;

    constructor(IAuditorQuorum quorum, address party) {
        QUORUM = quorum;
        PARTY = party;
    }

    function plan(bytes calldata attempt) external {
        attempts.push(attempt);
    }

    function getTrade(bytes32) external view returns (IBarterCore.Trade memory trade) {
        trade.status = IBarterCore.Status.Disputed;
        trade.partyA = PARTY;
    }

    function dismissDispute(bytes32) external {
        _called();
    }

    function upholdDispute(bytes32, address) external {
        _called();
    }

    function _called() private {
        ++told;
        for (uint256 i = 0; i < attempts.length; ++i) {
            (bool success,) = address(QUORUM).call(attempts[i]);
            if (success) ++succeeded;
        }
    }
}

/// @notice A core is whatever contract the auditors signed. One that lies gets what it asked for, once, and nobody else
/// notices.
contract HostileCoreTest is QuorumTest {
    /// @dev A ruling on the honest core's trade is not carried out, replaced or made from inside of the hostile one's.
    function test_ItCannotReenter() public {
        HostileCore hostile = new HostileCore(quorum, provider);
        (IBarterCore honest, bytes32 trade) = (core, tradeId);
        _ruleTrade(provider);
        core = IBarterCore(address(hostile));
        _ruleTrade(provider);
        hostile.plan(abi.encodeCall(quorum.executeTrade, (address(hostile), trade)));
        hostile.plan(abi.encodeCall(quorum.executeTrade, (address(honest), trade)));
        hostile.plan(_signedRuling(address(hostile), trade));
        hostile.plan(_signedOverturn(address(hostile), trade));
        vm.warp(START + OVERTURN_WINDOW);
        vm.expectRevert();
        quorum.executeTrade(address(hostile), keccak256("another trade"));
        quorum.executeTrade(address(hostile), trade);
        assertEq(hostile.told(), 1);
        // What succeeded is what anybody could have done at that moment: carrying out the honest core's ruling.
        assertEq(hostile.succeeded(), 1);
        core = honest;
        _assertRuling(IAuditorQuorum.RulingStatus.Executed, provider, START + OVERTURN_WINDOW);
        assertEq(honest.getWallet(provider).faults, 1);
    }

    /// @dev It is told once, however often it says that the trade is in dispute.
    function test_ItIsToldOnce() public {
        HostileCore hostile = new HostileCore(quorum, provider);
        core = IBarterCore(address(hostile));
        _ruleTrade(address(0));
        _overturnTrade(provider);
        _executeTrade();
        vm.expectRevert(_wrongRulingStatus(IAuditorQuorum.RulingStatus.Executed, IAuditorQuorum.RulingStatus.Ruled));
        _executeTrade();
        vm.expectRevert(_wrongRulingStatus(IAuditorQuorum.RulingStatus.Executed, IAuditorQuorum.RulingStatus.None));
        quorum.ruleTrade(address(hostile), tradeId, provider, START, _signatures(bytes32(0), THRESHOLD));
        assertEq(hostile.told(), 1);
    }

    /// @dev What is no core at all is refused, whatever it answers.
    function test_RevertWhen_ItIsNoCore() public {
        address[5] memory targets = [
            stranger,
            address(quorum),
            address(token),
            address(new FixedAnswerWallet("", true)),
            address(new FixedAnswerWallet(abi.encode(type(uint256).max), true))
        ];
        for (uint256 i = 0; i < targets.length; ++i) {
            bytes memory call = _signedRuling(targets[i], tradeId);
            (bool success,) = address(quorum).call(call);
            assertFalse(success);
        }
    }

    /// @dev One that refuses keeps nothing but itself from its ruling.
    function test_ARefusedRulingStays() public {
        _ruleTrade(provider);
        skip(OVERTURN_WINDOW);
        bytes memory code = address(core).code;
        vm.etch(address(core), address(new FixedAnswerWallet("no", false)).code);
        (bool success,) = address(quorum).call(abi.encodeCall(quorum.executeTrade, (address(core), tradeId)));
        assertFalse(success);
        vm.etch(address(core), code);
        _assertRuling(IAuditorQuorum.RulingStatus.Ruled, provider, START + OVERTURN_WINDOW);
        _executeTrade();
        assertEq(core.getWallet(provider).faults, 1);
    }

    // ------------------------------------------------------------------------------------------------ helpers

    function _signedRuling(address target, bytes32 trade) private view returns (bytes memory) {
        uint256 deadline = START + 365 days;
        bytes32 digest = quorum.tradeRulingDigest(target, trade, provider, deadline);
        return abi.encodeCall(quorum.ruleTrade, (target, trade, provider, deadline, _signatures(digest, AUDITORS)));
    }

    function _signedOverturn(address target, bytes32 trade) private view returns (bytes memory) {
        uint256 deadline = START + 365 days;
        bytes32 digest = quorum.tradeOverturnDigest(target, trade, address(0), deadline);
        return
            abi.encodeCall(quorum.overturnTrade, (target, trade, address(0), deadline, _signatures(digest, AUDITORS)));
    }
}
