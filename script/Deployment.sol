// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Script} from "forge-std/Script.sol";

/// @notice Where Barter's three contracts live, on every chain, for one code, one salt and one arbiter.
/// @dev BarterCore goes through the deterministic deployer, so its address depends on salt and creation code alone; it
/// creates BTRTrust and BTRCredit as its first and second contract, so theirs depend on its address alone. The creation
/// code is the committed artifact's, the one the clients are built with, not whatever this compilation gave.
abstract contract Deployment is Script {
    /// @dev Changes with every release whose addresses must differ from the last.
    bytes32 internal constant DEFAULT_SALT = keccak256("barter.v1");
    string internal constant ARTIFACT = "crates/bindings/artifacts/BarterCore.json";

    struct Addresses {
        address core;
        address trust;
        address credit;
    }

    /// @dev `SALT` from the environment, else the release's.
    function _salt() internal view returns (bytes32) {
        string memory value = vm.envOr("SALT", string(""));
        if (bytes(value).length == 0) return DEFAULT_SALT;
        try vm.parseBytes32(value) returns (bytes32 salt) {
            return salt;
        } catch {
            revert(string.concat("SALT is ", value, ", expected 32 bytes in hexadecimal"));
        }
    }

    /// @dev `ARBITER` from the environment, else nobody.
    function _arbiter() internal view returns (address) {
        string memory value = vm.envOr("ARBITER", string(""));
        if (bytes(value).length == 0) return address(0);
        try vm.parseAddress(value) returns (address arbiter) {
            return arbiter;
        } catch {
            revert(string.concat("ARBITER is ", value, ", expected an address"));
        }
    }

    function _initCode() internal view returns (bytes memory) {
        return abi.encodePacked(vm.parseJsonBytes(vm.readFile(ARTIFACT), ".bytecode"), abi.encode(_arbiter()));
    }

    function _addresses() internal view returns (Addresses memory deployed) {
        deployed.core = vm.computeCreate2Address(_salt(), keccak256(_initCode()), CREATE2_FACTORY);
        deployed.trust = vm.computeCreateAddress(deployed.core, 1);
        deployed.credit = vm.computeCreateAddress(deployed.core, 2);
    }

    /// @dev Refuses to go on anywhere but on the chain that was asked for.
    function _checkChain() internal view {
        uint256 expected = vm.envUint("EXPECTED_CHAIN_ID");
        require(
            block.chainid == expected,
            string.concat(
                "the node's chain id is ",
                vm.toString(block.chainid),
                ", and EXPECTED_CHAIN_ID is ",
                vm.toString(expected)
            )
        );
    }

    /// @dev deployments/<chain id>.json, or in the folder `DEPLOYMENTS_DIR` names.
    function _file() internal view returns (string memory) {
        string memory folder = vm.envOr("DEPLOYMENTS_DIR", string(""));
        if (bytes(folder).length == 0) folder = "deployments";
        return string.concat(folder, "/", vm.toString(block.chainid), ".json");
    }
}
