// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Base64} from "solady/utils/Base64.sol";
import {DateTimeLib} from "solady/utils/DateTimeLib.sol";
import {LibString} from "solady/utils/LibString.sol";

import {LEVEL_A_SCORE, LEVEL_B_SCORE} from "./Limits.sol";
import {Profile} from "./Profile.sol";

/// @title TrustCard
/// @notice A profile as a token's metadata: JSON with a picture, both as data URIs, from nothing but the profile. No text
/// of any user's goes in, so there is nothing to escape.
library TrustCard {
    /// @dev Circumference of the gauge: 2 pi 84, rounded up so that a full ring has no gap.
    uint256 private constant RING_LENGTH = 528;

    using LibString for uint256;
    using LibString for address;

    /// @notice The token URI.
    function uri(address wallet, Profile profile) internal pure returns (string memory) {
        return string.concat("data:application/json;base64,", Base64.encode(bytes(json(wallet, profile))));
    }

    /// @notice ERC-721 metadata.
    function json(address wallet, Profile profile) internal pure returns (string memory) {
        return string.concat(
            '{"name":"BTR-Trust ',
            wallet.toHexStringChecksummed(),
            '","description":"Soulbound reputation, earned by trades that were proposed, accepted and paid over Lightning.","image":"data:image/svg+xml;base64,',
            Base64.encode(bytes(svg(wallet, profile))),
            '","attributes":[',
            attributes(profile),
            "]}"
        );
    }

    /// @notice The picture: 600 by 340, no external resource, text as text.
    function svg(address wallet, Profile profile) internal pure returns (string memory) {
        return string.concat(frame(), gauge(profile.score()), facts(wallet, profile), "</svg>");
    }

    /// @notice A from 700, B from 400, else C.
    function level(uint256 score) internal pure returns (string memory) {
        if (score >= LEVEL_A_SCORE) return "A";
        return score >= LEVEL_B_SCORE ? "B" : "C";
    }

    function attributes(Profile profile) private pure returns (string memory) {
        string memory numbers = string.concat(
            number("Score", profile.score()),
            ",",
            number("Trades", profile.tradeCount()),
            ",",
            number("Counterparties", profile.uniqueCounterparties())
        );
        return string.concat(
            '{"trait_type":"Level","value":"',
            level(profile.score()),
            '"},',
            numbers,
            ",",
            date("Member since", profile.memberSince()),
            ",",
            date("Last trade", profile.lastTradeAt())
        );
    }

    function number(string memory trait, uint256 value) private pure returns (string memory) {
        return string.concat('{"trait_type":"', trait, '","value":', value.toString(), "}");
    }

    function date(string memory trait, uint256 timestamp) private pure returns (string memory) {
        return string.concat('{"display_type":"date","trait_type":"', trait, '","value":', timestamp.toString(), "}");
    }

    function frame() private pure returns (string memory) {
        return '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 600 340" width="600" height="340" font-family="Helvetica,Arial,sans-serif">'
            '<defs><linearGradient id="b" x1="0" y1="0" x2="1" y2="1"><stop offset="0" stop-color="#101828"/><stop offset="1" stop-color="#1d2b4f"/></linearGradient>'
            '<linearGradient id="g" x1="0" y1="0" x2="1" y2="1"><stop offset="0" stop-color="#fdb022"/><stop offset="1" stop-color="#f97066"/></linearGradient></defs>'
            '<rect width="600" height="340" rx="24" fill="url(#b)"/><rect x="1" y="1" width="598" height="338" rx="23" fill="none" stroke="#fff" stroke-opacity=".12" stroke-width="2"/>'
            '<path d="M46 34l-12 20h9l-4 16 15-22h-9l5-14z" fill="url(#g)"/>'
            '<text x="66" y="59" fill="#fff" font-size="22" font-weight="700" letter-spacing="1">BTR-Trust</text>'
            '<text x="566" y="58" fill="#98a2b3" font-size="14" text-anchor="end" letter-spacing="2">SOULBOUND</text>';
    }

    /// @dev A ring that is full at level A, with the score inside it and the level below. 528 is its circumference, in
    /// the picture's units: `pathLength` would be tidier, but not every renderer knows it.
    function gauge(uint256 score) private pure returns (string memory) {
        uint256 arc = score >= LEVEL_A_SCORE ? RING_LENGTH : score * RING_LENGTH / LEVEL_A_SCORE;
        return string.concat(
            '<g transform="translate(146 188)"><circle r="84" fill="none" stroke="#fff" stroke-opacity=".1" stroke-width="14"/>'
            '<circle r="84" fill="none" stroke="url(#g)" stroke-width="14" stroke-linecap="round" transform="rotate(-90)" stroke-dasharray="',
            arc.toString(),
            ' 528"/><text y="12" fill="#fff" font-size="',
            // Ten digits at most fit the ring at the smaller size; a score of more takes 2^28 trades.
            score < 100_000 ? "48" : "24",
            '" font-weight="700" text-anchor="middle">',
            score.toString(),
            '</text><text y="42" fill="#fdb022" font-size="16" font-weight="700" text-anchor="middle" letter-spacing="2">LEVEL ',
            level(score),
            "</text></g>"
        );
    }

    function facts(address wallet, Profile profile) private pure returns (string memory) {
        string memory rows = string.concat(
            row("118", "Settled trades", profile.tradeCount().toString()),
            row("166", "Counterparties", profile.uniqueCounterparties().toString()),
            row("214", "Member since", day(profile.memberSince())),
            row("262", "Last trade", day(profile.lastTradeAt()))
        );
        return string.concat(
            rows,
            '<text x="300" y="312" fill="#98a2b3" font-size="14" font-family="monospace" text-anchor="middle">',
            wallet.toHexStringChecksummed(),
            "</text>"
        );
    }

    function row(string memory y, string memory label, string memory value) private pure returns (string memory) {
        return string.concat(
            '<text x="284" y="',
            y,
            '" fill="#98a2b3" font-size="17">',
            label,
            '</text><text x="566" y="',
            y,
            '" fill="#fff" font-size="20" font-weight="700" text-anchor="end">',
            value,
            "</text>"
        );
    }

    /// @dev A time as YYYY-MM-DD, UTC.
    function day(uint256 timestamp) private pure returns (string memory) {
        (uint256 year, uint256 month, uint256 date_) = DateTimeLib.timestampToDate(timestamp);
        return string.concat(year.toString(), "-", twoDigits(month), "-", twoDigits(date_));
    }

    function twoDigits(uint256 value) private pure returns (string memory) {
        return string.concat(value < 10 ? "0" : "", value.toString());
    }
}
