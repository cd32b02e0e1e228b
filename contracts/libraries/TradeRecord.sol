// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBarterCore} from "../interfaces/IBarterCore.sol";

/// @title TradeRecord
/// @notice What never changes about a trade, kept as the code of an account of its own: 200 gas a byte, where a storage
/// slot costs 691. `bytes memory record` throughout is that code:
///
/// | bytes   | what                                                              |
/// |---------|-------------------------------------------------------------------|
/// | 0..5    | creation time                                                     |
/// | 5..10   | running number among the proposer's proposals                     |
/// | 10..22  | key of the proposer's previous trade, zero if none                |
/// | 22..34  | key of the counterparty's previous trade, zero if none            |
/// | 34..41  | amount in satoshis                                                |
/// | 41      | bit 7: the counterparty pays; low 6 bits: length of the category  |
/// | 42..62  | proposer                                                          |
/// | 62..82  | counterparty                                                      |
/// | 82..114 | payment hash                                                      |
/// | 114..   | category, description                                             |
///
/// From byte 34 on it is the *terms*. The account sits at a CREATE2 address whose salt is the trade's *key*, so a key
/// can be used once, and finding the record takes no storage. Its first byte is zero until the year 2106, and an opcode
/// that needs stack items until long after: called, the account does nothing, so it cannot be made to destroy itself.
///
/// A trade id is the key and a commitment to the terms. Why each value is inside:
/// - both parties and the payment hash in the *key*, ordered, so that a pair cannot use a hash twice in either
///   direction, and nobody else can take the key before them (96 bits, a second preimage is needed);
/// - amount, payer, category and description in the *commitment*, so that an id somebody is about to accept cannot, after
///   a reorganisation, stand for other terms (160 bits, a collision is needed).
library TradeRecord {
    uint256 private constant HEADER_BYTES = 34;
    uint256 private constant TEXT_AT = 114;
    uint256 private constant CATEGORY_LENGTH_MASK = 0x3f;
    uint256 private constant COUNTERPARTY_PAYS = 0x80;

    /// @dev Init code of every record, the same for all so that the address depends on the key alone: asks its creator
    /// for the record and returns the answer as its code.
    ///   PUSH0 PUSH0 PUSH0 PUSH0 CALLER GAS STATICCALL POP
    ///   RETURNDATASIZE PUSH0 PUSH0 RETURNDATACOPY RETURNDATASIZE PUSH0 RETURN
    uint256 private constant INIT_CODE = 0x5f5f5f5f335afa503d5f5f3e3d5ff3;
    uint256 private constant INIT_CODE_BYTES = 15;
    bytes32 private constant INIT_CODE_HASH = keccak256(hex"5f5f5f5f335afa503d5f5f3e3d5ff3");

    /// @dev Transient storage through which `store` hands the record to `serve`: the length here, the words from the next
    /// slot on. Nothing else of the contract is transient.
    uint256 private constant HANDOVER = 0;

    // ------------------------------------------------------------------------------------------------ ids

    /// @notice A record's fields, all but its two texts.
    /// @param timestamp Creation time.
    /// @param number Running number among the proposer's proposals.
    /// @param previousOfA Key of the proposer's previous trade.
    /// @param previousOfB Key of the counterparty's previous trade.
    /// @param proposer Party A.
    /// @param counterparty Party B.
    /// @param payingParty One of the two.
    /// @param hash Payment hash.
    /// @param sats Amount in satoshis.
    struct Fields {
        uint256 timestamp;
        uint256 number;
        bytes12 previousOfA;
        bytes12 previousOfB;
        address proposer;
        address counterparty;
        address payingParty;
        bytes32 hash;
        uint256 sats;
    }

    /// @notice A whole record. The values must be within the limits.
    function encode(Fields memory fields, string calldata categoryText, string calldata descriptionText)
        internal
        pure
        returns (bytes memory)
    {
        uint256 flag = bytes(categoryText).length;
        if (fields.payingParty == fields.counterparty) flag |= COUNTERPARTY_PAYS;
        return abi.encodePacked(
            uint40(fields.timestamp),
            uint40(fields.number),
            fields.previousOfA,
            fields.previousOfB,
            uint56(fields.sats),
            uint8(flag),
            fields.proposer,
            fields.counterparty,
            fields.hash,
            categoryText,
            descriptionText
        );
    }

    /// @notice A pair's key for a payment hash.
    function keyOf(address walletA, address walletB, bytes32 hash) internal pure returns (bytes12) {
        (address lower, address higher) = walletA < walletB ? (walletA, walletB) : (walletB, walletA);
        return bytes12(keccak256(abi.encodePacked(lower, higher, hash)));
    }

    /// @notice The id of the trade with this key and record.
    function idOf(bytes12 key, bytes memory record) internal pure returns (bytes32) {
        return bytes32(key) | bytes32(uint256(uint160(commitmentOf(record))));
    }

    /// @notice Whether what `load` found for an id's key, maybe nothing, is that id's trade: its commitment must match.
    function isOf(bytes memory record, bytes32 tradeId) internal pure returns (bool) {
        return record.length != 0 && uint160(uint256(tradeId)) == uint160(commitmentOf(record));
    }

    /// @dev Of a record that is not empty; its low 160 bits count.
    function commitmentOf(bytes memory record) private pure returns (uint256 commitment) {
        // uncovered: IR has no source map for assembly; TradeRecord.t.sol proves it equal to plain Solidity.
        assembly ("memory-safe") {
            commitment := keccak256(add(record, add(0x20, HEADER_BYTES)), sub(mload(record), HEADER_BYTES))
        }
    }

    /// @notice sha256 over the 32 bytes of a preimage: what a Lightning invoice calls its payment hash.
    function hashOf(bytes32 preimage) internal view returns (bytes32 hash) {
        // uncovered: IR has no source map for assembly; TradeRecord.t.sol proves it equal to plain Solidity.
        assembly ("memory-safe") {
            mstore(0x00, preimage)
            // The precompile can fail only by running out of gas.
            if iszero(staticcall(gas(), 0x02, 0x00, 0x20, 0x00, 0x20)) { invalid() }
            hash := mload(0x00)
        }
    }

    // ------------------------------------------------------------------------------------------------ storing

    /// @notice Stores a record under a key. The calling contract must answer an empty call with `serve`.
    /// @return stored False if the key is taken. A taken key costs all gas but 1/64: CREATE2 works so, and looking first
    /// would cost 2,600 gas each time.
    function store(bytes12 key, bytes memory record) internal returns (bool stored) {
        uint256 length = record.length;
        address account;
        uint256 codeBytes;
        // uncovered: IR has no source map for assembly; TradeRecord.t.sol proves it equal to plain Solidity.
        assembly ("memory-safe") {
            tstore(HANDOVER, length)
            for { let i := 0 } lt(i, length) { i := add(i, 0x20) } {
                tstore(add(1, shr(5, i)), mload(add(add(record, 0x20), i)))
            }
            mstore(0x00, INIT_CODE)
            account := create2(0, sub(0x20, INIT_CODE_BYTES), INIT_CODE_BYTES, key)
            codeBytes := extcodesize(account)
            // `serve` must answer nobody else.
            tstore(HANDOVER, 0)
        }
        if (codeBytes == length) return true;
        if (accountOf(key).code.length != 0 && account == address(0)) return false;
        revert IBarterCore.RecordNotStored();
    }

    /// @notice Answers a record's init code. Ends the call: returns to the caller where a record is being stored,
    /// otherwise comes back.
    function serve() internal view {
        // uncovered: IR has no source map for assembly; TradeRecord.t.sol proves it equal to plain Solidity.
        assembly ("memory-safe") {
            let length := tload(HANDOVER)
            if length {
                let answer := mload(0x40)
                for { let i := 0 } lt(i, length) { i := add(i, 0x20) } {
                    mstore(add(answer, i), tload(add(1, shr(5, i))))
                }
                return(answer, length)
            }
        }
    }

    /// @notice The account that holds a key's record.
    function accountOf(bytes12 key) internal view returns (address account) {
        bytes32 initCodeHash = INIT_CODE_HASH;
        // uncovered: IR has no source map for assembly; TradeRecord.t.sol proves it equal to plain Solidity.
        assembly ("memory-safe") {
            let pointer := mload(0x40)
            mstore(pointer, address())
            mstore8(add(pointer, 0x0b), 0xff)
            mstore(add(pointer, 0x20), key)
            mstore(add(pointer, 0x40), initCodeHash)
            account := shr(96, shl(96, keccak256(add(pointer, 0x0b), 0x55)))
        }
    }

    /// @notice A key's record; empty if there is none.
    function load(bytes12 key) internal view returns (bytes memory record) {
        address account = accountOf(key);
        // `account.code`, without the 150 gas the compiler spends on the way.
        // uncovered: IR has no source map for assembly; TradeRecord.t.sol proves it equal to plain Solidity.
        assembly ("memory-safe") {
            let length := extcodesize(account)
            record := mload(0x40)
            mstore(record, length)
            extcodecopy(account, add(record, 0x20), 0, length)
            mstore(0x40, and(add(add(record, length), 0x3f), not(0x1f)))
        }
    }

    // ------------------------------------------------------------------------------------------------ fields

    function createdAt(bytes memory record) internal pure returns (uint256) {
        return word(record, 0) >> 216;
    }

    function sequence(bytes memory record) internal pure returns (uint256) {
        return uint40(word(record, 0) >> 176);
    }

    /// @notice Key of the trade a party had before this one.
    function previousOf(bytes memory record, address party) internal pure returns (bytes12) {
        return bytes12(bytes32(word(record, party == partyA(record) ? 10 : 22)));
    }

    function amountSats(bytes memory record) internal pure returns (uint256) {
        return word(record, 34) >> 200;
    }

    function partyA(bytes memory record) internal pure returns (address) {
        return address(uint160(word(record, 42) >> 96));
    }

    function partyB(bytes memory record) internal pure returns (address) {
        return address(uint160(word(record, 62) >> 96));
    }

    function payer(bytes memory record) internal pure returns (address) {
        return flags(record) & COUNTERPARTY_PAYS == 0 ? partyA(record) : partyB(record);
    }

    function paymentHash(bytes memory record) internal pure returns (bytes32) {
        return bytes32(word(record, 82));
    }

    function category(bytes memory record) internal pure returns (string memory) {
        return slice(record, TEXT_AT, flags(record) & CATEGORY_LENGTH_MASK);
    }

    function description(bytes memory record) internal pure returns (string memory) {
        uint256 start = TEXT_AT + (flags(record) & CATEGORY_LENGTH_MASK);
        return slice(record, start, record.length - start);
    }

    function flags(bytes memory record) private pure returns (uint256) {
        return word(record, 41) >> 248;
    }

    /// @dev 32 bytes of the record from `start`.
    function word(bytes memory record, uint256 start) private pure returns (uint256 value) {
        // uncovered: IR has no source map for assembly; TradeRecord.t.sol proves it equal to plain Solidity.
        assembly ("memory-safe") {
            value := mload(add(add(record, 0x20), start))
        }
    }

    function slice(bytes memory record, uint256 start, uint256 length) private pure returns (string memory text) {
        text = new string(length);
        // uncovered: IR has no source map for assembly; TradeRecord.t.sol proves it equal to plain Solidity.
        assembly ("memory-safe") {
            mcopy(add(text, 0x20), add(add(record, 0x20), start), length)
        }
    }
}
