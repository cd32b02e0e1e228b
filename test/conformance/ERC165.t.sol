// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {ERC165Checker} from "@openzeppelin/contracts/utils/introspection/ERC165Checker.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {IERC721Metadata} from "@openzeppelin/contracts/token/ERC721/extensions/IERC721Metadata.sol";

import {IERC5192} from "../../contracts/interfaces/IERC5192.sol";
import {IERC6454} from "../../contracts/interfaces/IERC6454.sol";
import {BarterTest} from "../utils/BarterTest.sol";

/// @notice ERC-165: the token says which standards it keeps, no more and no fewer, cheaply.
contract ERC165Test is BarterTest {
    /// @dev Each id from its interface, and by number; ERC-4906 adds no function and fixes its id by its own number.
    function test_TheIdsAreThoseOfTheStandards() public pure {
        assertEq(type(IERC165).interfaceId, bytes4(0x01ffc9a7));
        assertEq(type(IERC721).interfaceId, bytes4(0x80ac58cd));
        assertEq(type(IERC721Metadata).interfaceId, bytes4(0x5b5e139f));
        assertEq(type(IERC5192).interfaceId, bytes4(0xb45a3c0e));
        assertEq(type(IERC6454).interfaceId, bytes4(0x91a6262f));
    }

    function test_SaysYesToWhatItKeeps() public view {
        bytes4[6] memory kept = _kept();
        for (uint256 i = 0; i < kept.length; ++i) {
            assertTrue(trust.supportsInterface(kept[i]));
            assertTrue(ERC165Checker.supportsInterface(address(trust), kept[i]));
        }
    }

    function test_SaysNoToAllOnes() public view {
        assertFalse(trust.supportsInterface(0xffffffff));
        assertTrue(ERC165Checker.supportsERC165(address(trust)));
    }

    /// @dev ERC-721 Enumerable, and ERC-5484, whose text forbids metadata that changes.
    function test_SaysNoToWhatItDoesNotKeep() public view {
        assertFalse(trust.supportsInterface(0x780e9d63));
        assertFalse(trust.supportsInterface(0x0489b56f));
        assertFalse(trust.supportsInterface(0x00000000));
    }

    function testFuzz_SaysNoToAnythingElse(bytes4 interfaceId) public view {
        bytes4[6] memory kept = _kept();
        for (uint256 i = 0; i < kept.length; ++i) {
            if (interfaceId == kept[i]) return;
        }
        assertFalse(trust.supportsInterface(interfaceId));
    }

    /// @dev "must use less than 30,000 gas", for whatever id.
    function testFuzz_AnswersWithin30000Gas(bytes4 interfaceId) public view {
        (bool success, bytes memory result) =
            address(trust).staticcall{gas: 30_000}(abi.encodeCall(IERC165.supportsInterface, (interfaceId)));
        assertTrue(success);
        assertEq(result.length, 32);
    }

    function _kept() private pure returns (bytes4[6] memory) {
        return [
            type(IERC165).interfaceId,
            type(IERC721).interfaceId,
            type(IERC721Metadata).interfaceId,
            bytes4(0x49064906),
            type(IERC5192).interfaceId,
            type(IERC6454).interfaceId
        ];
    }
}
