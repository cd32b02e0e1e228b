// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Calls that should have been refused and were not, or were refused for another reason.
contract BreachStore {
    string[] private _breaches;

    function add(string memory what) external {
        _breaches.push(what);
    }

    /// @notice All of them, one after the other; empty if none.
    function list() external view returns (string memory text) {
        for (uint256 i = 0; i < _breaches.length; ++i) {
            text = string.concat(text, i == 0 ? "" : "; ", _breaches[i]);
        }
    }
}
