// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";

import {Profile} from "../../../contracts/libraries/Profile.sol";
import {TrustCard} from "../../../contracts/libraries/TrustCard.sol";
import {Xml} from "../../utils/Xml.sol";

/// @dev The whole way from a settled trade to the picture is in test/unit/BTRTrust/tokenURI.t.sol.
contract TrustCardTest is Test {
    address private constant WALLET = 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed;

    function test_LevelsStartWhereTheyShould() public pure {
        assertEq(TrustCard.level(0), "C");
        assertEq(TrustCard.level(399), "C");
        assertEq(TrustCard.level(400), "B");
        assertEq(TrustCard.level(699), "B");
        assertEq(TrustCard.level(700), "A");
        assertEq(TrustCard.level(type(uint64).max), "A");
    }

    function test_EveryMagnitudeOfScore() public {
        uint256[15] memory scores = [
            uint256(0), 1, 9, 10, 99, 100, 399, 400, 699, 700, 9_999, 99_999, 100_000, 9_999_999_999, type(uint64).max
        ];
        for (uint256 i = 0; i < scores.length; ++i) {
            _assertCard(_profile(scores[i], i, i, 1_763_600_000, 1_763_700_000));
        }
    }

    /// @dev Every field at its largest: the dates are of the year 36,812, and the text is still one.
    function test_EveryFieldAtItsLargest() public {
        _assertCard(Profile.wrap(type(uint256).max >> 32));
    }

    function testFuzz_AnyProfile(uint256 packed) public {
        _assertCard(Profile.wrap(packed));
    }

    /// @dev The ring is empty at zero, half at 350, and full from 700 on: 528 is its circumference.
    function test_TheRingFillsUpToLevelA() public {
        string[4] memory arcs = ["\"0 528\"", "\"264 528\"", "\"527 528\"", "\"528 528\""];
        uint256[4] memory scores = [uint256(0), 350, 699, 700];
        for (uint256 i = 0; i < 4; ++i) {
            string memory svg = TrustCard.svg(WALLET, _profile(scores[i], 1, 1, 1, 1));
            assertTrue(vm.contains(svg, string.concat("stroke-dasharray=", arcs[i])));
        }
        string memory full = TrustCard.svg(WALLET, _profile(type(uint64).max, 1, 1, 1, 1));
        assertTrue(vm.contains(full, string.concat("stroke-dasharray=", arcs[3])));
    }

    /// @dev A score of six digits and more is set smaller, so that it stays within the ring.
    function test_LongScoresAreSetSmaller() public {
        assertTrue(vm.contains(TrustCard.svg(WALLET, _profile(99_999, 1, 1, 1, 1)), "font-size=\"48\""));
        assertFalse(vm.contains(TrustCard.svg(WALLET, _profile(100_000, 1, 1, 1, 1)), "font-size=\"48\""));
    }

    /// @dev Days around leap years and months of one digit, against known dates.
    function test_DatesAreTheCalendars() public {
        _assertDay(0, "1970-01-01");
        _assertDay(86_399, "1970-01-01");
        _assertDay(86_400, "1970-01-02");
        _assertDay(951_782_400, "2000-02-29");
        _assertDay(1_252_454_400, "2009-09-09");
        _assertDay(1_709_164_800, "2024-02-29");
        _assertDay(1_735_603_200, "2024-12-31");
        _assertDay(4_107_542_400, "2100-03-01");
    }

    function _assertDay(uint256 timestamp, string memory expected) private {
        string memory svg = TrustCard.svg(WALLET, _profile(1, 1, 1, timestamp, timestamp));
        assertEq(vm.split(svg, string.concat(">", expected, "<")).length, 3, expected);
    }

    function _assertCard(Profile profile) private {
        string memory svg = TrustCard.svg(WALLET, profile);
        assertEq(Xml.complaint(svg), "", "well-formed");
        assertTrue(vm.contains(svg, string.concat(">", vm.toString(profile.score()), "</text>")), "score");
        assertTrue(vm.contains(svg, string.concat("LEVEL ", TrustCard.level(profile.score()))), "level");
        assertTrue(vm.contains(svg, string.concat(">", vm.toString(profile.tradeCount()), "</text>")), "trades");
        assertTrue(vm.contains(svg, "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"), "wallet, checksummed");

        string memory json = TrustCard.json(WALLET, profile);
        assertEq(vm.parseJsonString(json, ".attributes[0].value"), TrustCard.level(profile.score()));
        assertEq(vm.parseJsonUint(json, ".attributes[1].value"), profile.score());
        assertEq(vm.parseJsonUint(json, ".attributes[2].value"), profile.tradeCount());
        assertEq(vm.parseJsonUint(json, ".attributes[3].value"), profile.uniqueCounterparties());
        assertEq(vm.parseJsonUint(json, ".attributes[4].value"), profile.memberSince());
        assertEq(vm.parseJsonUint(json, ".attributes[5].value"), profile.lastTradeAt());
        assertEq(
            vm.parseJsonString(json, ".image"),
            string.concat("data:image/svg+xml;base64,", vm.toBase64(svg)),
            "the picture in the JSON"
        );
        assertEq(
            TrustCard.uri(WALLET, profile), string.concat("data:application/json;base64,", vm.toBase64(json)), "uri"
        );
    }

    function _profile(
        uint256 score,
        uint256 uniqueCounterparties,
        uint256 tradeCount,
        uint256 memberSince,
        uint256 lastTradeAt
    ) private pure returns (Profile) {
        return Profile.wrap(
            score | (uniqueCounterparties << 64) | (tradeCount << 104) | (memberSince << 144) | (lastTradeAt << 184)
        );
    }
}
