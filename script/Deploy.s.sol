// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {console} from "forge-std/console.sol";

import {IBarterBond} from "../contracts/interfaces/IBarterBond.sol";
import {Deployment} from "./Deployment.sol";

/// @notice Puts the contracts on a chain, a transaction each, unless they are there. Run by `make deploy-local` and
/// `make deploy-sepolia`, which go on with `Record` and `Check`.
/// @dev The key comes from `DEPLOYER_PRIVATE_KEY`, or from forge (a keystore, or an unlocked account of a local node) where
/// that is not set. Whoever sends it has no right over anything afterwards, so the sender is not checked.
contract Deploy is Deployment {
    function run() external {
        _checkChain();
        Addresses memory deployed = _addresses();
        _show(deployed);
        require(
            CREATE2_FACTORY.code.length != 0,
            string.concat(
                "the deterministic deployer ",
                vm.toString(CREATE2_FACTORY),
                " has no code on this chain; deploy it first (its one signed transaction is the same everywhere)"
            )
        );

        Part[] memory parts = _parts();
        bytes32 salt = _salt();
        bool sent = false;
        for (uint256 i = 0; i < parts.length; ++i) {
            if (parts[i].account.code.length != 0) continue;
            sent = true;
            _send(parts[i], salt);
        }
        if (!sent) console.log("Already deployed: nothing to send.");
    }

    function _show(Addresses memory deployed) private view {
        console.log("chain id  ", block.chainid);
        console.log("BarterCore", deployed.core);
        console.log("BTRTrust  ", deployed.trust);
        console.log("BTRCredit ", deployed.credit);
        console.log("arbiter   ", _arbiter());
        if (deployed.quorum != address(0)) _showQuorum(deployed.quorum);
        if (deployed.bond != address(0)) _showBond(deployed);
    }

    /// @dev What is for good should be seen by whoever signs it.
    function _showQuorum(address quorum) private view {
        console.log("AuditorQuorum", quorum);
        address[] memory auditors = _auditors();
        for (uint256 i = 0; i < auditors.length; ++i) {
            console.log("  auditor", auditors[i]);
        }
        (uint256 threshold, uint256 overturnThreshold, uint256 window) = _thresholds();
        console.log("  AUDITOR_THRESHOLD", threshold);
        console.log("  OVERTURN_THRESHOLD", overturnThreshold);
        console.log("  OVERTURN_WINDOW", window, "seconds");
        if (threshold < overturnThreshold && overturnThreshold <= auditors.length) {
            if (overturnThreshold + threshold <= auditors.length) return;
            console.log(
                string.concat(
                    "  warning: if ",
                    vm.toString(threshold),
                    " auditors rule wrongly together, the other ",
                    vm.toString(auditors.length - threshold),
                    " cannot overturn it, which takes ",
                    vm.toString(overturnThreshold)
                )
            );
        }
    }

    function _showBond(Addresses memory deployed) private view {
        console.log("BarterBond", deployed.bond);
        console.log("BondToken ", deployed.token);
        IBarterBond.Parameters memory parameters = _bondParameters();
        (bool known, uint256 decimals) = _tokenDecimals();
        console.log("  MINIMUM_BOND", _amount(parameters.minimumBond, known, decimals));
        console.log("  MINIMUM_DEPOSIT", _amount(parameters.minimumDeposit, known, decimals));
        console.log("  DEPOSIT_PPM", parameters.depositPpm);
        console.log("  MAX_SLASH_PPM", parameters.maxSlashPpm);
        console.log("  UNBONDING_DELAY", parameters.unbondingDelay, "seconds");
        console.log("  RULING_PERIOD", parameters.rulingPeriod, "seconds");
        if (known && parameters.minimumBond < 10 ** decimals) {
            console.log("  warning: MINIMUM_BOND is less than one whole token; it is in the token's base units");
        }
    }

    /// @dev In base units, and in whole tokens where the token says how many decimals it has.
    function _amount(uint256 amount, bool known, uint256 decimals) private pure returns (string memory) {
        if (!known) return vm.toString(amount);
        string memory digits = vm.toString(amount % 10 ** decimals);
        while (bytes(digits).length < decimals) {
            digits = string.concat("0", digits);
        }
        string memory whole = vm.toString(amount / 10 ** decimals);
        return
            string.concat(vm.toString(amount), ", ", whole, decimals == 0 ? "" : string.concat(".", digits), " tokens");
    }

    function _send(Part memory part, bytes32 salt) private {
        _startBroadcast();
        (bool success,) = CREATE2_FACTORY.call(abi.encodePacked(salt, part.initCode));
        vm.stopBroadcast();
        if (!success) {
            console.log(string.concat(part.name, " refuses its settings:"));
            _revertAs(part.initCode);
        }
        require(part.account.code.length != 0, string.concat("the deterministic deployer did not make ", part.name));
    }

    /// @dev The deployer does not tell why a constructor refused its arguments; the constructor does.
    function _revertAs(bytes memory initCode) private {
        assembly ("memory-safe") {
            if iszero(create(0, add(initCode, 0x20), mload(initCode))) {
                let reason := mload(0x40)
                returndatacopy(reason, 0, returndatasize())
                revert(reason, returndatasize())
            }
        }
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
