// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Vm, VmSafe} from "forge-std/Vm.sol";

import {IBTRTrust} from "../../../contracts/interfaces/IBTRTrust.sol";
import {BreachStore} from "../stores/BreachStore.sol";
import {World} from "../World.sol";
import {Handler} from "./Handler.sol";

/// @notice Makes calls that must be refused: with exactly the error that says why, and with nothing changed by them. What
/// is not refused is noted as a breach, and not in the ledgers, so that the invariant it breaks sees it too.
abstract contract Intruder is Handler {
    /// @dev A used payment hash costs all gas but 1/64, so there must be an end to it.
    uint256 private constant CALL_GAS = 5_000_000;

    IBTRTrust internal immutable trust;
    BreachStore private immutable breaches;

    constructor(World world_) Handler(world_) {
        trust = world_.trust();
        breaches = world_.breaches();
    }

    /// @param what What was tried, for the report.
    /// @param expected The whole revert data.
    function _refused(string memory what, address caller, address target, bytes memory data, bytes memory expected)
        internal
    {
        world.observe(vm.getRecordedLogs());
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

    /// @dev Anybody but two; now and then the arbiter, who may rule and nothing else.
    function _outsider(uint256 seed, address notThis, address norThis) internal view returns (address) {
        address arbiter = core.ARBITER();
        if (seed % 8 == 0 && arbiter != address(0)) return arbiter;
        return actors.pickOutsider(seed >> 3, notThis, norThis);
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
