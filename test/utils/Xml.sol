// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Xml
/// @notice Says whether a text is well-formed XML, as far as a picture without comments, CDATA or DTD goes: one root, tags
/// that nest and close by name, attributes that are quoted and not twice in a tag, entities that are known, no stray
/// `<` or `&`. Returns what is wrong, or nothing.
library Xml {
    /// @dev Where the reading stands.
    struct Cursor {
        bytes text;
        uint256 at;
        bytes[] open;
        uint256 depth;
        bool rooted;
    }

    uint256 private constant MAX_DEPTH = 32;
    uint256 private constant MAX_ATTRIBUTES = 32;

    function complaint(string memory text) internal pure returns (string memory) {
        Cursor memory cursor;
        cursor.text = bytes(text);
        cursor.open = new bytes[](MAX_DEPTH);
        while (cursor.at < cursor.text.length) {
            string memory wrong = cursor.text[cursor.at] == "<" ? _tag(cursor) : _character(cursor);
            if (bytes(wrong).length != 0) return wrong;
        }
        if (cursor.depth != 0) return string.concat("not closed: ", string(cursor.open[cursor.depth - 1]));
        return cursor.rooted ? "" : "no root";
    }

    /// @dev One character of text, or one entity.
    function _character(Cursor memory cursor) private pure returns (string memory) {
        if (cursor.depth == 0) return "text outside of the root";
        return _plain(cursor, "<");
    }

    /// @dev One character or entity that is not `stop`, `<` or a control character.
    function _plain(Cursor memory cursor, bytes1 stop) private pure returns (string memory) {
        bytes1 character = cursor.text[cursor.at];
        if (character == "<" || character == stop) return "a stray character";
        if (uint8(character) < 0x20) return "a control character";
        if (character != "&") {
            ++cursor.at;
            return "";
        }
        uint256 start = ++cursor.at;
        while (cursor.at < cursor.text.length && cursor.text[cursor.at] != ";") {
            ++cursor.at;
        }
        if (cursor.at == cursor.text.length) return "an entity without end";
        bytes32 name = keccak256(_slice(cursor, start));
        ++cursor.at;
        bool known = name == keccak256("amp") || name == keccak256("lt") || name == keccak256("gt")
            || name == keccak256("quot") || name == keccak256("apos");
        return known ? "" : "an unknown entity";
    }

    function _tag(Cursor memory cursor) private pure returns (string memory) {
        ++cursor.at;
        bool closing = _skip(cursor, "/");
        bytes memory name = _name(cursor);
        if (name.length == 0) return "a tag without name";
        if (closing) {
            if (!_skip(cursor, ">")) return "a closing tag with more than a name";
            if (cursor.depth == 0) return "closed but not open";
            bool same = keccak256(name) == keccak256(cursor.open[--cursor.depth]);
            return same ? "" : string.concat("closed in the wrong order: ", string(name));
        }
        if (cursor.depth == 0) {
            if (cursor.rooted) return "a second root";
            cursor.rooted = true;
        }
        string memory wrong = _attributes(cursor);
        if (bytes(wrong).length != 0) return wrong;
        bool empty = _skip(cursor, "/");
        if (!_skip(cursor, ">")) return string.concat("a tag without end: ", string(name));
        if (empty) return "";
        if (cursor.depth == MAX_DEPTH) return "too deep for this checker";
        cursor.open[cursor.depth++] = name;
        return "";
    }

    function _attributes(Cursor memory cursor) private pure returns (string memory) {
        bytes32[] memory seen = new bytes32[](MAX_ATTRIBUTES);
        for (uint256 count = 0; _skip(cursor, " "); ++count) {
            bytes memory name = _name(cursor);
            if (name.length == 0) return "an attribute without name";
            if (count == MAX_ATTRIBUTES) return "too many attributes for this checker";
            seen[count] = keccak256(name);
            for (uint256 i = 0; i < count; ++i) {
                if (seen[i] == seen[count]) return string.concat("an attribute twice: ", string(name));
            }
            if (!_skip(cursor, "=") || !_skip(cursor, '"')) return "an attribute without a quoted value";
            while (!_skip(cursor, '"')) {
                if (cursor.at >= cursor.text.length) return "a value without end";
                string memory wrong = _plain(cursor, '"');
                if (bytes(wrong).length != 0) return wrong;
            }
        }
        return "";
    }

    function _name(Cursor memory cursor) private pure returns (bytes memory) {
        uint256 start = cursor.at;
        while (cursor.at < cursor.text.length && _isName(cursor.text[cursor.at], cursor.at == start)) {
            ++cursor.at;
        }
        return _slice(cursor, start);
    }

    function _isName(bytes1 character, bool first) private pure returns (bool) {
        bool letter = (character >= "a" && character <= "z") || (character >= "A" && character <= "Z");
        return letter || (!first && (character == "-" || (character >= "0" && character <= "9")));
    }

    function _skip(Cursor memory cursor, bytes1 character) private pure returns (bool) {
        if (cursor.at >= cursor.text.length || cursor.text[cursor.at] != character) return false;
        ++cursor.at;
        return true;
    }

    function _slice(Cursor memory cursor, uint256 start) private pure returns (bytes memory part) {
        part = new bytes(cursor.at - start);
        for (uint256 i = 0; i < part.length; ++i) {
            part[i] = cursor.text[start + i];
        }
    }
}
