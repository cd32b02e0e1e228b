// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBTRTrust} from "../../../contracts/interfaces/IBTRTrust.sol";
import {World} from "../World.sol";
import {Handler} from "./Handler.sol";
import {Refusals} from "./Refusals.sol";

/// @notice Makes calls to the core and its tokens that must be refused.
abstract contract Intruder is Handler, Refusals {
    IBTRTrust internal immutable trust;

    constructor(World world_) Handler(world_) Refusals(world_.breaches()) {
        trust = world_.trust();
    }

    function _observe() internal override {
        world.observe(vm.getRecordedLogs());
    }

    /// @dev Anybody but two; now and then the arbiter, who may rule and nothing else.
    function _outsider(uint256 seed, address notThis, address norThis) internal view returns (address) {
        address arbiter = core.ARBITER();
        if (seed % 8 == 0 && arbiter != address(0)) return arbiter;
        return actors.pickOutsider(seed >> 3, notThis, norThis);
    }
}
