// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {console} from "forge-std/console.sol";

import {Deployment} from "./Deployment.sol";

/// @notice Says what the deterministic deployer made, a line each: contract, address, and what its constructor was given.
/// That is what publishing the sources needs. Sends nothing.
contract Parts is Deployment {
    function run() external view {
        _checkChain();
        Part[] memory parts = _parts();
        for (uint256 i = 0; i < parts.length; ++i) {
            console.log(
                string.concat(parts[i].name, " ", vm.toString(parts[i].account), " ", vm.toString(parts[i].arguments))
            );
        }
    }
}
