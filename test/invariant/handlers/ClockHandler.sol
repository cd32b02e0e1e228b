// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {World} from "../World.sol";
import {Handler} from "./Handler.sol";

/// @notice Time: often a little, sometimes a proposal's whole lifetime, to the second and one more.
contract ClockHandler is Handler {
    constructor(World world_) Handler(world_) {}

    function wait(uint256 seed, uint256 interval) external step {
        uint256 kind = seed % 8;
        if (kind == 0) _pass(7 days);
        else if (kind == 1) _pass(7 days + 1);
        else _pass(_bound(interval, 1, kind == 2 ? 300 days : 6 hours));
    }
}
