// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBTRTrust} from "../../contracts/interfaces/IBTRTrust.sol";
import {IERC6454} from "../../contracts/interfaces/IERC6454.sol";
import {BarterTest} from "../utils/BarterTest.sol";

/// @notice ERC-6454, minimal transferable-NFT detection: what it says is what the transfers do.
contract ERC6454Test is BarterTest {
    function setUp() public override {
        super.setUp();
        _settle(alice, bob, 50_000);
    }

    function test_InterfaceId() public view {
        assertEq(type(IERC6454).interfaceId, bytes4(0x91a6262f));
        assertTrue(trust.supportsInterface(0x91a6262f));
    }

    /// @dev Both zero: can it move at all.
    function test_NotInGeneral() public view {
        assertFalse(trust.isTransferable(uint160(alice), address(0), address(0)));
    }

    function test_NotBurnable() public view {
        assertFalse(trust.isTransferable(uint160(alice), alice, address(0)));
    }

    function testFuzz_NotByAnybodyToAnybody(address from, address to) public view {
        assertFalse(trust.isTransferable(uint160(alice), from, to));
    }

    /// @dev "If this function returns `false`, the transfer of the token MUST revert."
    function testFuzz_WhatItRefusesReverts(address to) public {
        assertFalse(trust.isTransferable(uint160(alice), alice, to));
        vm.expectRevert(abi.encodeWithSelector(IBTRTrust.Soulbound.selector));
        vm.prank(alice);
        trust.transferFrom(alice, to, uint160(alice));
    }

    function testFuzz_RevertWhen_TheTokenDoesNotExist(uint256 tokenId, address from, address to) public {
        if (tokenId == uint160(alice) || tokenId == uint160(bob)) tokenId = uint160(carol);
        // From the zero address to another one would ask about minting.
        if (from == address(0)) to = address(0);
        vm.expectRevert(abi.encodeWithSelector(IBTRTrust.TokenNotFound.selector, tokenId));
        trust.isTransferable(tokenId, from, to);
    }

    /// @dev A wallet's own token is mintable until it is minted, and no other ever is.
    function testFuzz_MintableOnceForItsOwnWallet(address to, uint256 tokenId) public {
        to = address(uint160(bound(uint160(to), 1, type(uint160).max)));
        if (to == alice || to == bob) to = carol;
        assertTrue(trust.isTransferable(uint160(to), address(0), to));
        if (tokenId != uint160(to)) assertFalse(trust.isTransferable(tokenId, address(0), to));
        assertFalse(trust.isTransferable(uint160(alice), address(0), alice));

        _settle(to, alice, 50_000);
        assertEq(trust.ownerOf(uint160(to)), to);
        assertFalse(trust.isTransferable(uint160(to), address(0), to));
    }
}
