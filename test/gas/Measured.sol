// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Vm} from "forge-std/Vm.sol";

import {BarterTest} from "../utils/BarterTest.sol";

/// @notice Gas of whole transactions, net of refunds, as a receipt shows it. Run with --isolate: each call of a test is then
/// a transaction of its own.
abstract contract Measured is BarterTest {
    /// @dev Records the last call's gas under `snapshots/<group>.json`; compared where FORGE_SNAPSHOT_CHECK is set.
    function _record(string memory group, string memory name) internal {
        vm.snapshotValue(group, name, _gasOfLastCall());
    }

    function _gasOfLastCall() internal view returns (uint256) {
        Vm.Gas memory gas = vm.lastCallGas();
        // EIP-3529: refunds give back a fifth at most.
        uint256 refunded = uint256(int256(gas.gasRefunded));
        uint256 most = gas.gasTotalUsed / 5;
        return gas.gasTotalUsed - (refunded < most ? refunded : most);
    }
}
