// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";

import {IBarterCore} from "../../../contracts/interfaces/IBarterCore.sol";
import {TradeRecord} from "../../../contracts/libraries/TradeRecord.sol";

/// @notice A contract that keeps records as BarterCore does.
contract RecordKeeper {
    using TradeRecord for bytes12;
    using TradeRecord for TradeRecord.Fields;

    error NothingServed();

    fallback() external {
        TradeRecord.serve();
        revert NothingServed();
    }

    function store(bytes12 key, bytes memory record) external returns (bool) {
        return key.store(record);
    }

    function load(bytes12 key) external view returns (bytes memory) {
        return key.load();
    }

    /// @dev Two loads with something allocated between, so that one that claims too little memory shows.
    function loadBetween(bytes12 key, bytes12 other, bytes calldata between)
        external
        view
        returns (bytes memory, bytes memory, bytes memory)
    {
        bytes memory first = key.load();
        bytes memory copy = between;
        bytes memory second = other.load();
        return (first, copy, second);
    }

    function accountOf(bytes12 key) external view returns (address) {
        return key.accountOf();
    }

    function hashOf(bytes32 preimage) external view returns (bytes32) {
        return TradeRecord.hashOf(preimage);
    }

    function encode(TradeRecord.Fields calldata fields, string calldata category, string calldata description)
        external
        pure
        returns (bytes memory)
    {
        TradeRecord.Fields memory copy = fields;
        return copy.encode(category, description);
    }
}

/// @notice The library's assembly against plain Solidity: the same questions, and a plain mapping for what is stored.
contract TradeRecordTest is Test {
    using TradeRecord for bytes;
    using TradeRecord for bytes12;

    bytes private constant INIT_CODE = hex"5f5f5f5f335afa503d5f5f3e3d5ff3";

    RecordKeeper private keeper;
    mapping(bytes12 key => bytes) private stored;

    function setUp() public {
        keeper = new RecordKeeper();
    }

    // ------------------------------------------------------------------------------------------------ storing

    function testFuzz_AccountOfIsTheCreate2Address(bytes12 key) public view {
        address expected =
            address(uint160(uint256(keccak256(abi.encodePacked(hex"ff", keeper, bytes32(key), keccak256(INIT_CODE))))));
        assertEq(keeper.accountOf(key), expected);
        assertEq(expected, vm.computeCreate2Address(key, keccak256(INIT_CODE), address(keeper)));
    }

    /// @dev Any records under colliding keys, of all the lengths a word boundary could trouble, against a plain mapping.
    function testFuzz_EqualsAPlainMapping(uint256 seed) public {
        for (uint256 i = 0; i < 12; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            bytes12 key = bytes12(keccak256(abi.encode(seed % 8)));
            bytes memory record = _recordLike(seed, 114 + (seed >> 8) % 233);
            bool free = stored[key].length == 0;
            assertEq(keeper.store(key, record), free);
            if (free) stored[key] = record;
            assertEq(keeper.load(key), stored[key]);
        }
        for (uint256 i = 0; i < 8; ++i) {
            bytes12 key = bytes12(keccak256(abi.encode(i)));
            assertEq(keeper.load(key), stored[key], "load");
            assertEq(keeper.load(key), keeper.accountOf(key).code, "the account's code");
        }
    }

    function test_EveryLengthARecordCanHave() public {
        for (uint256 length = 114; length <= 114 + 32 + 200; ++length) {
            bytes12 key = bytes12(keccak256(abi.encode(length)));
            bytes memory record = _recordLike(length, length);
            assertTrue(keeper.store(key, record));
            assertEq(keeper.load(key), record);
        }
    }

    function testFuzz_AnUnknownKeyLoadsNothing(bytes12 key) public view {
        assertEq(keeper.load(key).length, 0);
    }

    function testFuzz_LoadingClaimsItsMemory(uint256 length, uint256 otherLength, bytes calldata between) public {
        bytes memory record = _recordLike(1, bound(length, 1, 400));
        bytes memory other = _recordLike(2, bound(otherLength, 1, 400));
        keeper.store(bytes12("one"), record);
        keeper.store(bytes12("two"), other);
        (bytes memory first, bytes memory copy, bytes memory second) =
            keeper.loadBetween(bytes12("one"), bytes12("two"), between);
        assertEq(first, record);
        assertEq(copy, between);
        assertEq(second, other);
    }

    /// @dev Nobody but a record's init code is served, not even right after in the same transaction.
    function test_RevertWhen_AskedWhileNothingIsStored() public {
        (bool success, bytes memory result) = address(keeper).call("");
        assertFalse(success);
        assertEq(result, abi.encodeWithSelector(RecordKeeper.NothingServed.selector));
        keeper.store(bytes12("one"), _recordLike(1, 150));
        (success, result) = address(keeper).call("");
        assertFalse(success);
        assertEq(result, abi.encodeWithSelector(RecordKeeper.NothingServed.selector));
    }

    /// @dev A shorter record after a longer one, in one transaction: nothing of the longer one is left in it.
    function test_AShorterRecordAfterALongerOne() public {
        keeper.store(bytes12("long"), _recordLike(1, 346));
        keeper.store(bytes12("short"), _recordLike(2, 115));
        assertEq(keeper.load(bytes12("short")), _recordLike(2, 115));
    }

    /// @dev No two keepers share records.
    function test_KeysBelongToTheirKeeper() public {
        keeper.store(bytes12("one"), _recordLike(1, 150));
        RecordKeeper other = new RecordKeeper();
        assertEq(other.load(bytes12("one")).length, 0);
        assertTrue(other.store(bytes12("one"), _recordLike(2, 150)));
        assertEq(keeper.load(bytes12("one")), _recordLike(1, 150));
    }

    /// @dev Code beginning with 0xef cannot be created: the one way to fail without running out of gas, some 32,000
    /// years away for a record.
    function test_RevertWhen_TheCodeIsRefused() public {
        bytes memory record = _recordLike(1, 150);
        record[0] = 0xef;
        vm.expectRevert(abi.encodeWithSelector(IBarterCore.RecordNotStored.selector));
        keeper.store(bytes12("one"), record);
    }

    /// @dev Whoever squats on the address before cannot: it takes the keeper's own CREATE2. Ether sent there changes
    /// nothing.
    function test_EtherAtTheAddressChangesNothing() public {
        vm.deal(keeper.accountOf(bytes12("one")), 1 ether);
        assertTrue(keeper.store(bytes12("one"), _recordLike(1, 150)));
        assertEq(keeper.load(bytes12("one")), _recordLike(1, 150));
    }

    // ------------------------------------------------------------------------------------------------ fields

    /// @dev Every length of category and of description, filled with bytes of any kind.
    function test_RoundTripOfEveryLength() public view {
        TradeRecord.Fields memory fields = _fields(1);
        for (uint256 category = 0; category <= 32; ++category) {
            for (uint256 description = 0; description <= 200; description += 1) {
                uint256 seed = category * 256 + description;
                string memory categoryText = string(_recordLike(seed, category));
                string memory descriptionText = string(_recordLike(~seed, description));
                bytes memory record = keeper.encode(fields, categoryText, descriptionText);
                assertEq(record.length, 114 + category + description);
                assertEq(keccak256(bytes(record.category())), keccak256(bytes(categoryText)));
                assertEq(keccak256(bytes(record.description())), keccak256(bytes(descriptionText)));
            }
        }
    }

    function testFuzz_RoundTrip(uint256 seed, uint256 categoryLength, uint256 descriptionLength, bool counterpartyPays)
        public
        view
    {
        TradeRecord.Fields memory fields = _fields(seed);
        if (counterpartyPays) fields.payingParty = fields.counterparty;
        string memory category = string(_recordLike(seed, bound(categoryLength, 0, 32)));
        string memory description = string(_recordLike(~seed, bound(descriptionLength, 0, 200)));
        bytes memory record = keeper.encode(fields, category, description);
        assertEq(record.createdAt(), fields.timestamp);
        assertEq(record.sequence(), fields.number);
        assertEq(bytes32(record.previousOf(fields.proposer)), bytes32(fields.previousOfA));
        assertEq(bytes32(record.previousOf(fields.counterparty)), bytes32(fields.previousOfB));
        assertEq(record.amountSats(), fields.sats);
        assertEq(record.partyA(), fields.proposer);
        assertEq(record.partyB(), fields.counterparty);
        assertEq(record.payer(), fields.payingParty);
        assertEq(record.paymentHash(), fields.hash);
        assertEq(record.category(), category);
        assertEq(record.description(), description);
    }

    /// @dev The layout, byte by byte, as the table in the library has it.
    function testFuzz_Layout(uint256 seed, bool counterpartyPays) public view {
        TradeRecord.Fields memory fields = _fields(seed);
        if (counterpartyPays) fields.payingParty = fields.counterparty;
        bytes memory record = keeper.encode(fields, "category", "and more");
        assertEq(_slice(record, 0, 5), abi.encodePacked(uint40(fields.timestamp)));
        assertEq(_slice(record, 5, 10), abi.encodePacked(uint40(fields.number)));
        assertEq(_slice(record, 10, 22), abi.encodePacked(fields.previousOfA));
        assertEq(_slice(record, 22, 34), abi.encodePacked(fields.previousOfB));
        assertEq(_slice(record, 34, 41), abi.encodePacked(uint56(fields.sats)));
        assertEq(_slice(record, 41, 42), counterpartyPays ? bytes(hex"88") : bytes(hex"08"));
        assertEq(_slice(record, 42, 62), abi.encodePacked(fields.proposer));
        assertEq(_slice(record, 62, 82), abi.encodePacked(fields.counterparty));
        assertEq(_slice(record, 82, 114), abi.encodePacked(fields.hash));
        assertEq(_slice(record, 114, 122), "category");
        assertEq(_slice(record, 122, 130), "and more");
    }

    // ------------------------------------------------------------------------------------------------ ids

    function testFuzz_KeyIsThePairsBothWaysRound(address walletA, address walletB, bytes32 hash) public pure {
        bytes12 key = TradeRecord.keyOf(walletA, walletB, hash);
        assertEq(bytes32(key), bytes32(TradeRecord.keyOf(walletB, walletA, hash)));
        (address lower, address higher) = walletA < walletB ? (walletA, walletB) : (walletB, walletA);
        assertEq(bytes32(key), bytes32(bytes12(keccak256(abi.encodePacked(lower, higher, hash)))));
    }

    /// @dev The id commits to everything from byte 34 on, and to nothing before it.
    function testFuzz_IdIsKeyAndCommitment(bytes12 key, uint256 seed, uint256 length) public pure {
        bytes memory record = _recordLike(seed, bound(length, 114, 346));
        bytes32 commitment = keccak256(_slice(record, 34, record.length));
        bytes32 expected = bytes32(abi.encodePacked(key, bytes20(commitment << 96)));
        assertEq(key.idOf(record), expected);
        assertTrue(record.isOf(expected));

        record[seed % 34] ^= 0x01;
        assertEq(key.idOf(record), expected);
        record[34 + seed % (record.length - 34)] ^= 0x01;
        assertNotEq(key.idOf(record), expected);
        assertFalse(record.isOf(expected));
    }

    function testFuzz_NothingIsOfNoId(bytes32 tradeId) public pure {
        assertFalse(new bytes(0).isOf(tradeId));
    }

    function testFuzz_HashOfIsSha256(bytes32 preimage) public view {
        assertEq(keeper.hashOf(preimage), sha256(abi.encodePacked(preimage)));
        // And the scratch space it uses is nobody's.
        bytes memory before = _recordLike(uint256(preimage), 200);
        bytes32 digest = keccak256(before);
        TradeRecord.hashOf(preimage);
        assertEq(keccak256(before), digest);
    }

    /// @dev With too little gas for the precompile it must not pass off the preimage as its hash.
    function test_HashOfNeverAnswersWrong() public view {
        bytes32 expected = sha256(abi.encodePacked(bytes32("preimage")));
        bool failed;
        bool answered;
        for (uint256 gasLimit = 100; gasLimit < 2_000; gasLimit += 3) {
            (bool success, bytes memory result) =
                address(keeper).staticcall{gas: gasLimit}(abi.encodeCall(keeper.hashOf, (bytes32("preimage"))));
            if (success) assertEq(abi.decode(result, (bytes32)), expected);
            failed = failed || !success;
            answered = answered || success;
        }
        assertTrue(failed && answered, "the sweep crosses the limit");
    }

    // ------------------------------------------------------------------------------------------------ helpers

    function _fields(uint256 seed) private pure returns (TradeRecord.Fields memory fields) {
        fields.timestamp = uint40(uint256(keccak256(abi.encode(seed, 1))));
        fields.number = uint40(uint256(keccak256(abi.encode(seed, 2))));
        fields.previousOfA = bytes12(keccak256(abi.encode(seed, 3)));
        fields.previousOfB = bytes12(keccak256(abi.encode(seed, 4)));
        fields.proposer = address(uint160(uint256(keccak256(abi.encode(seed, 5)))));
        fields.counterparty = address(uint160(uint256(keccak256(abi.encode(seed, 6)))));
        fields.payingParty = fields.proposer;
        fields.hash = keccak256(abi.encode(seed, 7));
        fields.sats = uint56(uint256(keccak256(abi.encode(seed, 8))));
    }

    /// @dev Bytes of any kind, the first one zero as in a record of this century.
    function _recordLike(uint256 seed, uint256 length) private pure returns (bytes memory data) {
        data = new bytes(length);
        for (uint256 i = 0; i < length; i += 32) {
            bytes32 word = keccak256(abi.encode(seed, i));
            for (uint256 j = i; j < length && j < i + 32; ++j) {
                data[j] = word[j - i];
            }
        }
        if (length != 0) data[0] = 0;
    }

    function _slice(bytes memory data, uint256 start, uint256 end) private pure returns (bytes memory part) {
        part = new bytes(end - start);
        for (uint256 i = start; i < end; ++i) {
            part[i - start] = data[i];
        }
    }
}
