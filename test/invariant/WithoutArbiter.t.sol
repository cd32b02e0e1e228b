// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DisputeHandler} from "./handlers/DisputeHandler.sol";
import {DisputeIntruder} from "./handlers/DisputeIntruder.sol";
import {Invariants} from "./Invariants.sol";

/// @notice The invariants where nobody rules: a dispute is the end of a trade.
contract WithoutArbiterInvariantTest is Invariants {
    function _arbiter() internal pure override returns (address) {
        return address(0);
    }

    function _targetDisputes(DisputeHandler handler, DisputeIntruder intruder) internal override {
        bytes4[] memory disputes = new bytes4[](1);
        disputes[0] = handler.disputeTrade.selector;
        targetContract(address(handler));
        targetSelector(FuzzSelector(address(handler), disputes));

        bytes4[] memory intrusions = new bytes4[](3);
        intrusions[0] = intruder.disputeAsOutsider.selector;
        intrusions[1] = intruder.disputeUnaccepted.selector;
        intrusions[2] = intruder.ruleAsOutsider.selector;
        targetContract(address(intruder));
        targetSelector(FuzzSelector(address(intruder), intrusions));
    }
}
