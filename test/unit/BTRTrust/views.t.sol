// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBTRTrust} from "../../../contracts/interfaces/IBTRTrust.sol";
import {BarterTest} from "../../utils/BarterTest.sol";

/// @dev getScore, getTrustProfile, pairCount and the token's own views; what they give after trades is in
/// raiseScores.t.sol, and what the standards ask of them in test/conformance/.
contract TrustViewsTest is BarterTest {
    function test_NameAndSymbol() public view {
        assertEq(trust.name(), "BTR-Trust");
        assertEq(trust.symbol(), "BTR-T");
    }

    function testFuzz_AStrangersProfileIsZeros(address wallet) public view {
        (bool success, bytes memory result) =
            address(trust).staticcall(abi.encodeCall(IBTRTrust.getTrustProfile, (wallet)));
        assertTrue(success);
        assertEq(result, abi.encode(0, 0, 0, 0, 0));
        assertEq(trust.getScore(wallet), 0);
    }

    function testFuzz_PairCountIsTheSameBothWaysRound(address walletA, address walletB) public {
        for (uint256 i = 0; i < 2; ++i) {
            _settle(alice, bob, 50_000);
            assertEq(trust.pairCount(alice, bob), i + 1);
            assertEq(trust.pairCount(bob, alice), i + 1);
        }
        assertEq(trust.pairCount(walletA, walletB), trust.pairCount(walletB, walletA));
    }

    function test_PairCountOfAWalletWithItselfIsZero() public {
        _settle(alice, bob, 50_000);
        assertEq(trust.pairCount(alice, alice), 0);
        assertEq(trust.pairCount(alice, carol), 0);
    }

    function test_RevertWhen_TheBalanceOfTheZeroAddressIsAsked() public {
        vm.expectRevert(abi.encodeWithSelector(IBTRTrust.ZeroAddress.selector));
        trust.balanceOf(address(0));
    }

    function testFuzz_RevertWhen_TheTokenDoesNotExist(uint256 tokenId) public {
        _settle(alice, bob, 50_000);
        if (tokenId == uint160(alice) || tokenId == uint160(bob)) tokenId = 0;
        _assertNoToken(tokenId);
    }

    /// @dev An id that is a holder's address in its low bits, and something above them.
    function testFuzz_RevertWhen_TheTokenIdIsNoAddress(uint96 above) public {
        _settle(alice, bob, 50_000);
        _assertNoToken(uint256(uint160(alice)) | (bound(above, 1, type(uint96).max) << 160));
    }

    /// @dev A trade that is only proposed, accepted or disputed mints nothing.
    function test_RevertGiven_NoTradeSettled() public {
        _propose(alice, bob, 50_000);
        _accept(alice, bob, 50_000);
        _dispute(alice, bob, 50_000);
        assertEq(trust.balanceOf(alice), 0);
        _assertNoToken(uint160(alice));
    }

    function _assertNoToken(uint256 tokenId) private {
        bytes memory refusal = abi.encodeWithSelector(IBTRTrust.TokenNotFound.selector, tokenId);
        vm.expectRevert(refusal);
        trust.ownerOf(tokenId);
        vm.expectRevert(refusal);
        trust.locked(tokenId);
        vm.expectRevert(refusal);
        trust.getApproved(tokenId);
        vm.expectRevert(refusal);
        trust.tokenURI(tokenId);
        vm.expectRevert(refusal);
        trust.isTransferable(tokenId, alice, bob);
        vm.expectRevert(refusal);
        trust.isTransferable(tokenId, alice, address(0));
        vm.expectRevert(refusal);
        trust.isTransferable(tokenId, address(0), address(0));
    }
}
