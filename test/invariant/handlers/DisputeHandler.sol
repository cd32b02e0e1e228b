// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {World} from "../World.sol";
import {Handler} from "./Handler.sol";

/// @notice Disputes by parties, and rulings by the arbiter. The last two need a deployment that has one.
contract DisputeHandler is Handler {
    constructor(World world_) Handler(world_) {}

    function disputeTrade(uint256 seed) external step {
        _dispute(_undisputed(seed), seed);
    }

    function dismissDispute(uint256 seed) external step {
        _dismiss(_unruled(seed));
    }

    function upholdDispute(uint256 seed) external step {
        _uphold(_unruled(seed), seed);
    }
}
