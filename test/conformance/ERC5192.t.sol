// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Vm} from "forge-std/Vm.sol";

import {IBTRTrust} from "../../contracts/interfaces/IBTRTrust.sol";
import {IERC5192} from "../../contracts/interfaces/IERC5192.sol";
import {BarterTest} from "../utils/BarterTest.sol";

/// @notice ERC-5192, minimal soulbound tokens: locked from the first moment, for good, and the log says so once.
contract ERC5192Test is BarterTest {
    function test_LockedFromTheMintOn() public {
        _settle(alice, bob, 50_000);
        assertTrue(trust.locked(uint160(alice)));
        assertTrue(trust.locked(uint160(bob)));
        vm.warp(START + 3_650 days);
        _settle(alice, bob, 50_000);
        assertTrue(trust.locked(uint160(alice)));
    }

    /// @dev One Locked for each token, at its mint; the id is data, not a topic; Unlocked never.
    function test_LockedInTheLogOnceForEachToken() public {
        vm.recordLogs();
        for (uint256 i = 0; i < 7; ++i) {
            _settle(alice, bob, 50_000);
        }
        Vm.Log[] memory logs = vm.getRecordedLogs();
        address[2] memory owners = [alice, bob];
        uint256 found = 0;
        for (uint256 i = 0; i < logs.length; ++i) {
            assertNotEq(logs[i].topics[0], IERC5192.Unlocked.selector);
            if (logs[i].topics[0] != IERC5192.Locked.selector) continue;
            assertEq(logs[i].emitter, address(trust));
            assertEq(logs[i].topics.length, 1, "not indexed");
            assertEq(logs[i].data, abi.encode(owners[found++]));
        }
        assertEq(found, 2);
    }

    function testFuzz_RevertWhen_TheTokenDoesNotExist(uint256 tokenId) public {
        vm.expectRevert(abi.encodeWithSelector(IBTRTrust.TokenNotFound.selector, tokenId));
        trust.locked(tokenId);
    }
}
