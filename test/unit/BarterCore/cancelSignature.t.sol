// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Vm} from "forge-std/Vm.sol";

import {IBarterCore} from "../../../contracts/interfaces/IBarterCore.sol";
import {BarterTest} from "../../utils/BarterTest.sol";

contract CancelSignatureTest is BarterTest {
    function testFuzz_CancelsForTheCallerAlone(address signer, address other, bytes32 digest) public {
        assertFalse(core.isSignatureCancelled(signer, digest));
        vm.prank(signer);
        core.cancelSignature(digest);
        assertTrue(core.isSignatureCancelled(signer, digest));
        assertFalse(core.isSignatureCancelled(signer, ~digest));
        if (other != signer) assertFalse(core.isSignatureCancelled(other, digest));
    }

    function test_EmitsSignatureCancelledAloneEachTime() public {
        bytes32 digest = keccak256("digest");
        for (uint256 i = 0; i < 2; ++i) {
            vm.recordLogs();
            emit IBarterCore.SignatureCancelled(alice, digest);
            Vm.Log[] memory expected = vm.getRecordedLogs();
            vm.prank(alice);
            core.cancelSignature(digest);
            _assertLogs(expected, "B");
            assertTrue(core.isSignatureCancelled(alice, digest));
        }
    }

    /// @dev Anybody can cancel any digest, but only for themselves.
    function test_SomebodyElseCannotCancelASignature() public {
        IBarterCore.Terms memory terms = _terms(alice, bob, keccak256("hash"), 50_000);
        bytes32 digest = core.openTradeDigest(alice, terms, START);
        vm.prank(carol);
        core.cancelSignature(digest);
        vm.prank(alice);
        core.openTrade(terms, START, _sign(bobKey, digest));
        assertEq(core.getWallet(alice).accepted, 1);
    }

    function test_CannotUndoAnOpenedTrade() public {
        IBarterCore.Terms memory terms = _terms(alice, bob, keccak256("hash"), 50_000);
        bytes32 digest = core.openTradeDigest(alice, terms, START);
        vm.prank(alice);
        bytes32 tradeId = core.openTrade(terms, START, _sign(bobKey, digest));
        vm.prank(bob);
        core.cancelSignature(digest);
        assertEq(uint8(_status(tradeId)), uint8(IBarterCore.Status.Accepted));
    }
}
