// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAuditorQuorum} from "../../contracts/interfaces/IAuditorQuorum.sol";
import {IBarterCore} from "../../contracts/interfaces/IBarterCore.sol";
import {BondTest} from "./BondTest.sol";

/// @notice A BarterCore whose arbiter is the quorum, with a disputed trade between the provider and the consumer.
abstract contract QuorumTest is BondTest {
    bytes32 internal constant PREIMAGE = keccak256("preimage");

    IBarterCore internal core;
    bytes32 internal tradeId;

    function setUp() public virtual override {
        super.setUp();
        core = _newCore(address(quorum));
        tradeId = _dispute(PREIMAGE);
    }

    function _newCore(address arbiter) internal returns (IBarterCore) {
        return IBarterCore(_create("BarterCore.sol:BarterCore", abi.encode(arbiter)));
    }

    /// @dev The consumer pays the provider, and disputes.
    function _dispute(bytes32 preimage) internal returns (bytes32 id) {
        id = _accept(preimage);
        vm.prank(consumer);
        core.disputeTrade(id);
    }

    function _accept(bytes32 preimage) internal returns (bytes32 id) {
        bytes32 paymentHash = sha256(abi.encode(preimage));
        vm.prank(consumer);
        id = core.proposeTrade(provider, paymentHash, 50_000, "", "");
        vm.prank(provider);
        core.acceptTrade(id);
    }

    function _ruleTrade(address atFault) internal {
        uint256 deadline = vm.getBlockTimestamp();
        bytes32 digest = quorum.tradeRulingDigest(address(core), tradeId, atFault, deadline);
        IAuditorQuorum.AuditorSignature[] memory signatures = _signatures(digest, THRESHOLD);
        vm.prank(stranger);
        quorum.ruleTrade(address(core), tradeId, atFault, deadline, signatures);
    }

    function _overturnTrade(address atFault) internal {
        uint256 deadline = vm.getBlockTimestamp();
        bytes32 digest = quorum.tradeOverturnDigest(address(core), tradeId, atFault, deadline);
        IAuditorQuorum.AuditorSignature[] memory signatures = _signatures(digest, OVERTURN_THRESHOLD);
        vm.prank(stranger);
        quorum.overturnTrade(address(core), tradeId, atFault, deadline, signatures);
    }

    function _executeTrade() internal {
        vm.prank(stranger);
        quorum.executeTrade(address(core), tradeId);
    }

    function _assertRuling(IAuditorQuorum.RulingStatus status, address atFault, uint256 executableAt) internal view {
        IAuditorQuorum.TradeRuling memory ruling = quorum.tradeRuling(address(core), tradeId);
        assertEq(uint8(ruling.status), uint8(status), "status");
        assertEq(ruling.atFault, atFault, "at fault");
        assertEq(ruling.executableAt, executableAt, "executable at");
    }

    function _wrongRulingStatus(IAuditorQuorum.RulingStatus actual, IAuditorQuorum.RulingStatus required)
        internal
        view
        returns (bytes memory)
    {
        return
            abi.encodeWithSelector(IAuditorQuorum.WrongRulingStatus.selector, address(core), tradeId, actual, required);
    }

    function _tradeStatus() internal view returns (IBarterCore.Status) {
        return core.getTrade(tradeId).status;
    }
}
