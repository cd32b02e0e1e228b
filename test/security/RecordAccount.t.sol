// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBarterCore} from "../../contracts/interfaces/IBarterCore.sol";
import {BarterTest} from "../utils/BarterTest.sol";

/// @notice A record is the code of an account, and code can be called. Whatever is inside, called it does nothing: its
/// first byte stops it, or finds no value on the stack.
contract RecordAccountTest is BarterTest {
    bytes32 private constant INIT_CODE_HASH = keccak256(hex"5f5f5f5f335afa503d5f5f3e3d5ff3");

    /// @dev SELFDESTRUCT, 0xff, wherever a proposer can put a byte: the hash and both texts.
    string private hostileCategory = _repeat(0xff, 32);
    string private hostileDescription = _repeat(0xff, 200);

    /// @dev In the transaction of its creation, the only one in which SELFDESTRUCT could still remove it.
    function testFuzz_CallingItDoesNothing(bytes calldata data, uint256 value, address caller) public {
        (bytes32 tradeId, address record) = _proposeHostile();
        bytes memory code = record.code;
        value = bound(value, 0, type(uint128).max);
        vm.deal(caller, value);
        vm.prank(caller);
        (bool success, bytes memory result) = record.call{value: value}(data);
        assertTrue(success);
        assertEq(result, "");
        assertEq(record.code, code);
        assertEq(core.getTrade(tradeId).description, hostileDescription);
    }

    function test_ItsCodeIsTheRecordAndNothingElse() public {
        (bytes32 tradeId, address record) = _proposeHostile();
        assertEq(
            record.code,
            abi.encodePacked(
                uint40(START),
                uint40(0),
                bytes12(0),
                bytes12(0),
                uint56(50_000),
                uint8(32),
                alice,
                bob,
                bytes32(type(uint256).max),
                hostileCategory,
                hostileDescription
            )
        );
        assertEq(vm.getNonce(record), 1);
        assertEq(bytes32(bytes12(tradeId)), bytes32(bytes12(core.getTradesByAddress(alice)[0])));
    }

    /// @dev From 2106 on the first byte of the time is not zero, and STOP no more. Until 0x30, in the year 8502, every
    /// byte is an opcode that needs stack items, or none at all: the call fails, and the record stays.
    function test_CallingItDoesNothingForMillennia() public {
        for (uint256 first = 0; first < 0x30; ++first) {
            uint256 snapshot = vm.snapshotState();
            vm.warp((first << 32) | 0xffffffff);
            (bytes32 tradeId, address record) = _proposeHostile();
            bytes memory code = record.code;
            (bool success,) = record.call{gas: 1_000_000}("");
            assertEq(success, first == 0);
            assertEq(record.code, code);
            assertEq(core.getTrade(tradeId).createdAt, (first << 32) | 0xffffffff);
            vm.revertToState(snapshot);
        }
    }

    /// @dev A record is data to everybody: it answers no call to the core's functions for them.
    function testFuzz_ItAnswersNothing(bytes32 tradeId) public {
        (, address record) = _proposeHostile();
        (bool success, bytes memory result) = record.staticcall(abi.encodeCall(IBarterCore.getTrade, (tradeId)));
        assertTrue(success);
        assertEq(result, "");
    }

    /// @dev Records exist only where the core makes them: the same init code from anybody else is another address.
    function testFuzz_NobodyElseCanMakeOne(bytes32 salt, bytes12 key) public {
        address record = vm.computeCreate2Address(bytes32(key), INIT_CODE_HASH, address(core));
        bytes memory initCode = hex"5f5f5f5f335afa503d5f5f3e3d5ff3";
        address made;
        assembly ("memory-safe") {
            made := create2(0, add(initCode, 0x20), mload(initCode), salt)
        }
        assertNotEq(made, record);
        assertEq(record.code.length, 0);
        bytes32 forged = bytes32(key);
        vm.expectRevert(abi.encodeWithSelector(IBarterCore.TradeNotFound.selector, forged));
        core.getTrade(forged);
    }

    /// @dev What init code made by anybody gets from the test that made it: a record only of its own.
    fallback() external {}

    function _proposeHostile() private returns (bytes32 tradeId, address record) {
        vm.prank(alice);
        tradeId = core.proposeTrade(bob, bytes32(type(uint256).max), 50_000, hostileCategory, hostileDescription);
        record = vm.computeCreate2Address(bytes32(bytes12(tradeId)), INIT_CODE_HASH, address(core));
        assertGt(record.code.length, 0);
    }

    function _repeat(bytes1 value, uint256 length) private pure returns (string memory) {
        bytes memory text = new bytes(length);
        for (uint256 i = 0; i < length; ++i) {
            text[i] = value;
        }
        return string(text);
    }
}
