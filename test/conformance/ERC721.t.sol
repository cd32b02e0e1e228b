// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {IERC721Receiver} from "@openzeppelin/contracts/token/ERC721/IERC721Receiver.sol";
import {Vm} from "forge-std/Vm.sol";

import {IBTRTrust} from "../../contracts/interfaces/IBTRTrust.sol";
import {BarterTest} from "../utils/BarterTest.sol";
import {FixedAnswerWallet} from "../utils/Wallets.sol";

/// @notice ERC-721 with metadata, as far as a token that never moves has it.
contract ERC721Test is BarterTest {
    function test_MetadataNames() public view {
        assertEq(trust.name(), "BTR-Trust");
        assertEq(trust.symbol(), "BTR-T");
    }

    /// @dev A log reader that knows only ERC-721 finds every owner: one Transfer from zero for each token, and no other.
    function test_TransfersInTheLogAreTheOwners() public {
        vm.recordLogs();
        _settle(alice, bob, 50_000);
        _settle(bob, carol, 50_000);
        _settle(alice, bob, 50_000);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        address[3] memory owners = [alice, bob, carol];
        uint256 found = 0;
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].emitter != address(trust) || logs[i].topics[0] != IERC721.Transfer.selector) continue;
            assertEq(logs[i].topics.length, 4, "all three indexed");
            assertEq(logs[i].topics[1], bytes32(0));
            assertEq(logs[i].topics[2], bytes32(uint256(uint160(owners[found]))));
            assertEq(logs[i].topics[3], logs[i].topics[2], "the token id is the wallet");
            assertEq(logs[i].data, "");
            assertEq(trust.ownerOf(uint256(logs[i].topics[3])), owners[found++]);
        }
        assertEq(found, 3);
    }

    function testFuzz_BalanceIsOneOrNothing(address wallet) public {
        _settle(alice, bob, 50_000);
        wallet = address(uint160(bound(uint160(wallet), 1, type(uint160).max)));
        assertEq(trust.balanceOf(wallet), wallet == alice || wallet == bob ? 1 : 0);
        assertEq(trust.balanceOf(alice), 1);
    }

    /// @dev "NFTs assigned to the zero address are considered invalid, and queries about them throw."
    function test_RevertWhen_AskedAboutTheZeroAddress() public {
        vm.expectRevert(abi.encodeWithSelector(IBTRTrust.ZeroAddress.selector));
        trust.balanceOf(address(0));
        vm.expectRevert(abi.encodeWithSelector(IBTRTrust.TokenNotFound.selector, 0));
        trust.ownerOf(0);
    }

    /// @dev A contract that would refuse the token gets it, and is not asked: else it could block its counterparty's
    /// settlement.
    function test_MintingAsksNobody() public {
        address refusing = address(new FixedAnswerWallet("no", false));
        vm.expectCall(refusing, abi.encodeWithSelector(IERC721Receiver.onERC721Received.selector), 0);
        _settle(alice, refusing, 50_000);
        assertEq(trust.ownerOf(uint160(refusing)), refusing);
    }
}
