// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

import {IBTRTrust} from "../../../contracts/interfaces/IBTRTrust.sol";
import {BarterTest} from "../../utils/BarterTest.sol";

/// @dev Every call that could move a token or let another move it, by its holder and by anybody, for any token.
contract SoulboundTest is BarterTest {
    function setUp() public override {
        super.setUp();
        _settle(alice, bob, 50_000);
    }

    function testFuzz_RevertWhen_AnybodyTransfers(address caller, address from, address to, uint256 tokenId) public {
        _assertRefused(caller, from, to, tokenId, "");
    }

    function testFuzz_RevertWhen_TheHolderTransfers(address to, bytes calldata data) public {
        _assertRefused(alice, alice, to, uint160(alice), data);
        _assertRefused(alice, alice, alice, uint160(alice), data);
        assertEq(trust.ownerOf(uint160(alice)), alice);
        assertEq(trust.balanceOf(alice), 1);
    }

    function testFuzz_RevertWhen_AnybodyApproves(address caller, address spender, uint256 tokenId, bool all) public {
        _assertNoApproval(caller, spender, tokenId, all);
        _assertNoApproval(alice, spender, uint160(alice), all);
    }

    function testFuzz_NobodyIsEverApproved(address owner, address operator) public view {
        assertFalse(trust.isApprovedForAll(owner, operator));
        assertFalse(trust.isApprovedForAll(alice, operator));
        assertEq(trust.getApproved(uint160(alice)), address(0));
        assertEq(trust.getApproved(uint160(bob)), address(0));
    }

    function _assertRefused(address caller, address from, address to, uint256 tokenId, bytes memory data) private {
        bytes memory refusal = abi.encodeWithSelector(IBTRTrust.Soulbound.selector);
        vm.startPrank(caller);
        vm.expectRevert(refusal);
        trust.transferFrom(from, to, tokenId);
        vm.expectRevert(refusal);
        IERC721(address(trust)).safeTransferFrom(from, to, tokenId);
        vm.expectRevert(refusal);
        IERC721(address(trust)).safeTransferFrom(from, to, tokenId, data);
        vm.stopPrank();
    }

    function _assertNoApproval(address caller, address spender, uint256 tokenId, bool all) private {
        bytes memory refusal = abi.encodeWithSelector(IBTRTrust.Soulbound.selector);
        vm.startPrank(caller);
        vm.expectRevert(refusal);
        trust.approve(spender, tokenId);
        vm.expectRevert(refusal);
        trust.setApprovalForAll(spender, all);
        vm.stopPrank();
    }
}
