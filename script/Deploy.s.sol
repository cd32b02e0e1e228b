// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {console} from "forge-std/console.sol";

import {Deployment} from "./Deployment.sol";

/// @notice Puts the three contracts on a chain, in one transaction, unless they are there. Run by `make deploy-local` and
/// `make deploy-sepolia`, which go on with `Record` and `Check`.
/// @dev The key comes from `DEPLOYER_PRIVATE_KEY`, or from forge (a keystore, or an unlocked account of a local node) where
/// that is not set. Whoever sends it has no right over anything afterwards, so the sender is not checked.
contract Deploy is Deployment {
    function run() external {
        Addresses memory deployed = _addresses();
        console.log("chain id  ", block.chainid);
        console.log("BarterCore", deployed.core);
        console.log("BTRTrust  ", deployed.trust);
        console.log("BTRCredit ", deployed.credit);
        console.log("arbiter   ", _arbiter());

        _checkChain();
        require(
            CREATE2_FACTORY.code.length != 0,
            string.concat(
                "the deterministic deployer ",
                vm.toString(CREATE2_FACTORY),
                " has no code on this chain; deploy it first (its one signed transaction is the same everywhere)"
            )
        );
        if (deployed.core.code.length != 0) {
            console.log("Already deployed: nothing to send.");
            return;
        }

        _startBroadcast();
        (bool success,) = CREATE2_FACTORY.call(abi.encodePacked(_salt(), _initCode()));
        vm.stopBroadcast();
        require(success && deployed.core.code.length != 0, "the deterministic deployer refused the contract");
    }

    function _startBroadcast() private {
        string memory key = vm.envOr("DEPLOYER_PRIVATE_KEY", string(""));
        if (bytes(key).length == 0) vm.startBroadcast();
        else vm.startBroadcast(_parseKey(key));
    }

    /// @dev Parsed here, because forge's own error for a malformed number quotes it.
    function _parseKey(string memory text) private pure returns (uint256 key) {
        bytes memory digits = bytes(text);
        uint256 start = digits.length >= 2 && digits[0] == "0" && (digits[1] == "x" || digits[1] == "X") ? 2 : 0;
        bool valid = digits.length == start + 64;
        for (uint256 i = start; valid && i < digits.length; ++i) {
            uint8 digit = uint8(digits[i]) | 0x20;
            if (digit >= 0x30 && digit <= 0x39) key = key * 16 + digit - 0x30;
            else if (digit >= 0x61 && digit <= 0x66) key = key * 16 + digit - 0x57;
            else valid = false;
        }
        require(valid, "DEPLOYER_PRIVATE_KEY is not a private key: expected 64 hexadecimal digits, with or without 0x");
    }
}
