// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {console} from "forge-std/console.sol";

import {Deployment} from "./Deployment.sol";

/// @notice Writes deployments/<chain id>.json: the addresses, and the block BarterCore was really included in, which only
/// the chain knows. The bond, if there is one, came with it or later. Run after `Deploy`; running it again leaves a right file as it is.
contract Record is Deployment {
    function run() external {
        _checkChain();
        Addresses memory deployed = _addresses();
        string memory file = _file();
        if (_isRecorded(deployed, file)) {
            console.log("Kept", file);
            return;
        }
        vm.writeFile(file, _json(deployed, _inclusionBlock(deployed.core)));
        console.log("Wrote", file);
    }

    function _json(Addresses memory deployed, uint256 blockNumber) private pure returns (string memory) {
        return string.concat(
            "{\n",
            _line("BarterCore", deployed.core),
            _line("BTRTrust", deployed.trust),
            _line("BTRCredit", deployed.credit),
            _line("AuditorQuorum", deployed.quorum),
            _line("BarterBond", deployed.bond),
            _line("BondToken", deployed.token),
            '  "block": ',
            vm.toString(blockNumber),
            "\n}\n"
        );
    }

    function _line(string memory name, address account) private pure returns (string memory) {
        return account == address(0) ? "" : string.concat('  "', name, '": "', vm.toString(account), '",\n');
    }

    /// @dev Whether the file says what is to be said. A node that keeps no old states cannot contradict its block.
    function _isRecorded(Addresses memory deployed, string memory file) private returns (bool) {
        if (!vm.exists(file)) return false;
        string memory json = vm.readFile(file);
        if (keccak256(abi.encode(_addressesIn(json))) != keccak256(abi.encode(deployed))) return false;

        uint256 blockNumber = vm.parseJsonUint(json, ".block");
        if (blockNumber == 0 || blockNumber > block.number) return false;
        (bool known, bool present) = _hasCode(deployed.core, blockNumber);
        if (known && !present) return false;
        (known, present) = _hasCode(deployed.core, blockNumber - 1);
        return !known || !present;
    }

    /// @dev The first block after which the contract has code: backwards from the latest in doubling steps, then by
    /// halves, so that just after a deployment only recent states are asked for, which every node has.
    function _inclusionBlock(address core) private returns (uint256) {
        require(core.code.length != 0, string.concat(vm.toString(core), " has no code on this chain; deploy it first"));
        uint256 present = block.number;
        uint256 absent = present;
        for (uint256 step = 1; absent != 0; step *= 2) {
            absent = present > step ? present - step : 0;
            if (!_hasCodeOrFail(core, absent)) break;
            present = absent;
        }
        while (present - absent > 1) {
            uint256 middle = (present + absent) / 2;
            if (_hasCodeOrFail(core, middle)) present = middle;
            else absent = middle;
        }
        return present;
    }

    function _hasCodeOrFail(address account, uint256 blockNumber) private returns (bool present) {
        bool known;
        (known, present) = _hasCode(account, blockNumber);
        require(
            known,
            string.concat(
                "this node does not keep the state of block ",
                vm.toString(blockNumber),
                ", which is needed to find the deployment's block; use an archive node"
            )
        );
    }

    /// @return known False where the node cannot say.
    /// @return present Whether the account had code after that block.
    function _hasCode(address account, uint256 blockNumber) private returns (bool known, bool present) {
        string memory params = string.concat('["', vm.toString(account), '","', _toQuantity(blockNumber), '"]');
        try vm.rpc("eth_getCode", params) returns (bytes memory code) {
            return (true, code.length != 0);
        } catch {
            return (false, false);
        }
    }

    /// @dev JSON-RPC's way of writing numbers: hexadecimal without leading zeros.
    function _toQuantity(uint256 value) private pure returns (string memory) {
        bytes memory digits;
        do {
            digits = abi.encodePacked(bytes16("0123456789abcdef")[value % 16], digits);
            value /= 16;
        } while (value != 0);
        return string.concat("0x", string(digits));
    }
}
