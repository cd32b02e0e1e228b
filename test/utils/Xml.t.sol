// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";

import {Xml} from "./Xml.sol";

/// @notice The checker itself: it must be able to say no.
contract XmlTest is Test {
    function test_TakesWellFormedTexts() public pure {
        assertEq(Xml.complaint("<a/>"), "");
        assertEq(Xml.complaint('<a b="1" c="&lt;2"><d>text &amp; more</d><e/></a>'), "");
    }

    function test_RefusesOthers() public pure {
        string[18] memory wrong = [
            "",
            "text",
            "<a>",
            "</a>",
            "<a></b>",
            "<a><b></a></b>",
            "<a/><b/>",
            "<a/>text",
            '<a b="1" b="2"/>',
            "<a b=1/>",
            '<a b="1/>',
            '<a b="<"/>',
            "<a>&unknown;</a>",
            "<a>&</a>",
            "<a",
            "<>text</>",
            "<1/>",
            "<a>\u0001</a>"
        ];
        for (uint256 i = 0; i < wrong.length; ++i) {
            assertNotEq(Xml.complaint(wrong[i]), "", wrong[i]);
        }
    }
}
