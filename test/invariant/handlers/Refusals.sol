// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {CommonBase} from "forge-std/Base.sol";
import {Vm, VmSafe} from "forge-std/Vm.sol";

import {BreachStore} from "../stores/BreachStore.sol";

/// @notice Makes calls that must be refused: with exactly the error that says why, and with nothing changed by them. What
/// is not refused is noted as a breach, and not in the ledgers, so that the invariant it breaks sees it too.
abstract contract Refusals is CommonBase {
    /// @dev A used payment hash costs all gas but 1/64, so there must be an end to it.
    uint256 private constant CALL_GAS = 5_000_000;

    BreachStore private immutable breaches;

    constructor(BreachStore breaches_) {
        breaches = breaches_;
    }

    /// @dev Takes in what the log says happened so far.
    function _observe() internal virtual;

    /// @param what What was tried, for the report.
    /// @param expected The whole revert data.
    function _refused(string memory what, address caller, address target, bytes memory data, bytes memory expected)
        internal
    {
        _observe();
        vm.startStateDiffRecording();
        vm.prank(caller);
        (bool success, bytes memory answer) = target.call{gas: CALL_GAS}(data);
        bool changed = _isChange(vm.stopAndReturnStateDiff());
        if (success) {
            breaches.add(string.concat(what, ": not refused"));
            return;
        }
        // Logs of a call that reverted are recorded too, though no chain has them.
        vm.getRecordedLogs();
        if (keccak256(answer) != keccak256(expected)) breaches.add(string.concat(what, ": another error"));
        if (changed) breaches.add(string.concat(what, ": refused, yet something changed"));
    }

    /// @dev Whether any storage was written, or any account made, and not taken back.
    function _isChange(Vm.AccountAccess[] memory accesses) private pure returns (bool) {
        for (uint256 i = 0; i < accesses.length; ++i) {
            if (accesses[i].kind == VmSafe.AccountAccessKind.Create && !accesses[i].reverted) return true;
            Vm.StorageAccess[] memory slots = accesses[i].storageAccesses;
            for (uint256 j = 0; j < slots.length; ++j) {
                if (slots[j].isWrite && !slots[j].reverted) return true;
            }
        }
        return false;
    }
}
