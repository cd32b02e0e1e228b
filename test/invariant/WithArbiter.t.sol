// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DisputeHandler} from "./handlers/DisputeHandler.sol";
import {DisputeIntruder} from "./handlers/DisputeIntruder.sol";
import {Invariants} from "./Invariants.sol";

/// @notice The invariants where an arbiter rules on disputes.
contract WithArbiterInvariantTest is Invariants {
    function _arbiter() internal override returns (address) {
        return makeAddr("arbiter");
    }

    function _targetDisputes(DisputeHandler handler, DisputeIntruder intruder) internal override {
        targetContract(address(handler));
        targetContract(address(intruder));
    }
}
