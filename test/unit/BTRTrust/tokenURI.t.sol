// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Base64} from "solady/utils/Base64.sol";

import {BarterTest} from "../../utils/BarterTest.sol";
import {Xml} from "../../utils/Xml.sol";

/// @dev The card of a real profile, end to end; the card's own branches are in test/unit/libraries/TrustCard.t.sol.
contract TokenURITest is BarterTest {
    function setUp() public override {
        super.setUp();
        _settle(alice, bob, 50_000);
        vm.warp(START + 40 days);
        _settle(carol, alice, 7_000);
    }

    function test_IsAJsonOfTheProfile() public view {
        string memory json = _json(alice);
        string[] memory keys = vm.parseJsonKeys(json, "$");
        assertEq(keys.length, 4);
        assertEq(
            vm.parseJsonString(json, ".name"), string.concat("BTR-Trust ", vm.toString(alice)), "name: checksummed"
        );
        assertGt(bytes(vm.parseJsonString(json, ".description")).length, 0);
        _assertTrait(json, 0, "Level", "C");
        _assertTrait(json, 1, "Score", 10);
        _assertTrait(json, 2, "Trades", 2);
        _assertTrait(json, 3, "Counterparties", 2);
        _assertTrait(json, 4, "Member since", START);
        _assertTrait(json, 5, "Last trade", START + 40 days);
        assertEq(vm.parseJsonString(json, ".attributes[4].display_type"), "date");
        assertEq(vm.parseJsonString(json, ".attributes[5].display_type"), "date");
        assertFalse(vm.keyExistsJson(json, ".attributes[6]"));
    }

    function test_ThePictureIsWellFormedAndTellsTheProfile() public {
        string memory svg = _svg(alice);
        assertEq(Xml.complaint(svg), "");
        assertTrue(vm.contains(svg, ">10</text>"), "score");
        assertTrue(vm.contains(svg, "LEVEL C"), "level");
        assertTrue(vm.contains(svg, "2025-11-20"), "member since");
        assertTrue(vm.contains(svg, "2025-12-30"), "last trade");
        assertTrue(vm.contains(svg, vm.toString(alice)), "wallet");
    }

    /// @dev Nothing is fetched, nothing runs: the only address in it names the vocabulary.
    function test_ThePictureIsSelfContained() public {
        string memory svg = _svg(alice);
        assertFalse(vm.contains(svg, "href"));
        assertFalse(vm.contains(svg, "<script"));
        assertFalse(vm.contains(svg, "<image"));
        assertFalse(vm.contains(svg, "<style"));
        assertFalse(vm.contains(svg, "<foreignObject"));
        assertEq(vm.split(svg, "://").length, 2);
    }

    function test_ItChangesWithTheScore() public {
        string memory before = trust.tokenURI(uint160(alice));
        _settle(alice, bob, 1_000_000);
        assertNotEq(trust.tokenURI(uint160(alice)), before);
        _assertTrait(_json(alice), 1, "Score", 20);
    }

    function _assertTrait(string memory json, uint256 index, string memory trait, string memory value) private pure {
        string memory path = string.concat(".attributes[", vm.toString(index), "]");
        assertEq(vm.parseJsonString(json, string.concat(path, ".trait_type")), trait);
        assertEq(vm.parseJsonString(json, string.concat(path, ".value")), value);
    }

    function _assertTrait(string memory json, uint256 index, string memory trait, uint256 value) private pure {
        string memory path = string.concat(".attributes[", vm.toString(index), "]");
        assertEq(vm.parseJsonString(json, string.concat(path, ".trait_type")), trait);
        assertEq(vm.parseJsonUint(json, string.concat(path, ".value")), value);
    }

    function _json(address wallet) private view returns (string memory) {
        return _decode(trust.tokenURI(uint160(wallet)), "data:application/json;base64,");
    }

    function _svg(address wallet) private view returns (string memory) {
        return _decode(vm.parseJsonString(_json(wallet), ".image"), "data:image/svg+xml;base64,");
    }

    /// @dev Decoded by one implementation, and the result encoded again by another.
    function _decode(string memory uri, string memory prefix) private pure returns (string memory) {
        bytes memory encoded = bytes(uri);
        uint256 start = bytes(prefix).length;
        bytes memory head = new bytes(start);
        bytes memory rest = new bytes(encoded.length - start);
        for (uint256 i = 0; i < encoded.length; ++i) {
            if (i < start) head[i] = encoded[i];
            else rest[i - start] = encoded[i];
        }
        assertEq(string(head), prefix);
        bytes memory decoded = Base64.decode(string(rest));
        assertEq(vm.toBase64(decoded), string(rest));
        return string(decoded);
    }
}
