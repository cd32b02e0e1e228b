// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Script} from "forge-std/Script.sol";

/// @notice What the environment says about a deployment. What is empty there counts as not set.
abstract contract Settings is Script {
    /// @dev Changes with every release whose addresses must differ from the last.
    bytes32 private constant DEFAULT_SALT = keccak256("barter.v1");
    uint256 private constant DEFAULT_OVERTURN_WINDOW = 2 days;

    /// @dev Where money is of no worth: a local chain, and Sepolia. Any other chain is taken for a main network.
    function _isTestNetwork() internal view returns (bool) {
        return block.chainid == 31_337 || block.chainid == 11_155_111;
    }

    /// @dev `SALT`, else the release's.
    function _salt() internal view returns (bytes32) {
        string memory value = _setting("SALT");
        if (bytes(value).length == 0) return DEFAULT_SALT;
        try vm.parseBytes32(value) returns (bytes32 salt) {
            return salt;
        } catch {
            revert(string.concat("SALT is ", value, ", expected 32 bytes in hexadecimal"));
        }
    }

    /// @dev `ARBITER`, else nobody.
    function _namedArbiter() internal view returns (address) {
        string memory value = _setting("ARBITER");
        return bytes(value).length == 0 ? address(0) : _parseAddress("ARBITER", value, "an address");
    }

    /// @dev `AUDITORS`, separated by commas; none where it is not set. That they ascend, the contract checks.
    function _auditors() internal view returns (address[] memory auditors) {
        string memory value = _setting("AUDITORS");
        if (bytes(value).length == 0) return auditors;
        string[] memory items = vm.split(value, ",");
        auditors = new address[](items.length);
        for (uint256 i = 0; i < items.length; ++i) {
            auditors[i] = _parseAddress("An item of AUDITORS", vm.trim(items[i]), "an address");
        }
    }

    /// @dev How many auditors make a ruling, how many overturn one, and the seconds between it and its effect.
    function _thresholds() internal view returns (uint256 threshold, uint256 overturnThreshold, uint256 window) {
        threshold = _count("AUDITOR_THRESHOLD", "how many of AUDITORS make a ruling");
        overturnThreshold = _count("OVERTURN_THRESHOLD", "how many of AUDITORS overturn one");
        window = _number("OVERTURN_WINDOW", DEFAULT_OVERTURN_WINDOW);
    }

    /// @dev Whether there is to be a bond, in what `BOND_TOKEN` says.
    function _hasBond() internal view returns (bool) {
        return bytes(_setting("BOND_TOKEN")).length != 0;
    }

    /// @dev Whether the bond's token is to be deployed too.
    function _hasTestDollar() internal view returns (bool) {
        if (!_isSame(_setting("BOND_TOKEN"), "test")) return false;
        require(
            _isTestNetwork(),
            string.concat(
                "BOND_TOKEN is test, and chain ",
                vm.toString(block.chainid),
                " is taken for a main network: expected the address of a token there"
            )
        );
        return true;
    }

    /// @dev The bond's token where `BOND_TOKEN` gives its address: a contract on this chain.
    function _namedToken() internal view returns (address token) {
        string memory value = _setting("BOND_TOKEN");
        token = _parseAddress("BOND_TOKEN", value, "the address of a token, or test");
        require(
            token.code.length != 0,
            string.concat("BOND_TOKEN ", value, " has no code on chain ", vm.toString(block.chainid))
        );
    }

    /// @dev A number the environment can set; in a token's base units, seconds or parts per million.
    function _number(string memory name, uint256 otherwise) internal view returns (uint256) {
        string memory value = _setting(name);
        if (bytes(value).length == 0) return otherwise;
        try vm.parseUint(value) returns (uint256 number) {
            return number;
        } catch {
            revert(string.concat(name, " is ", value, ", expected a whole number"));
        }
    }

    function _setting(string memory name) internal view returns (string memory) {
        return vm.envOr(name, string(""));
    }

    function _count(string memory name, string memory what) private view returns (uint256) {
        require(bytes(_setting(name)).length != 0, string.concat(name, " is not set, and AUDITORS is: expected ", what));
        return _number(name, 0);
    }

    function _parseAddress(string memory name, string memory value, string memory expected)
        private
        pure
        returns (address)
    {
        try vm.parseAddress(value) returns (address account) {
            return account;
        } catch {
            revert(string.concat(name, " is ", value, ", expected ", expected));
        }
    }

    function _isSame(string memory a, string memory b) internal pure returns (bool) {
        return keccak256(bytes(a)) == keccak256(bytes(b));
    }
}
