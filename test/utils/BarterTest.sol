// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {Vm} from "forge-std/Vm.sol";

import {BarterCore} from "../../contracts/BarterCore.sol";
import {IBarterCore} from "../../contracts/interfaces/IBarterCore.sol";
import {IBTRCredit} from "../../contracts/interfaces/IBTRCredit.sol";
import {IBTRTrust} from "../../contracts/interfaces/IBTRTrust.sol";

/// @notice A deployment with an arbiter, three wallets with keys, and the steps of a trade.
abstract contract BarterTest is Test {
    uint256 internal constant START = 1_763_600_000;
    string internal constant CATEGORY = "digital-goods";
    string internal constant DESCRIPTION = "Logo design commission, three drafts and two revisi";

    BarterCore internal core;
    IBTRTrust internal trust;
    IBTRCredit internal credit;

    address internal arbiter = makeAddr("arbiter");
    address internal alice;
    address internal bob;
    address internal carol;
    uint256 internal aliceKey;
    uint256 internal bobKey;
    uint256 internal carolKey;

    uint256 private _preimages;

    function setUp() public virtual {
        vm.warp(START);
        (alice, aliceKey) = makeAddrAndKey("alice");
        (bob, bobKey) = makeAddrAndKey("bob");
        (carol, carolKey) = makeAddrAndKey("carol");
        core = new BarterCore(arbiter);
        trust = core.TRUST();
        credit = core.CREDIT();
    }

    /// @dev A preimage nobody used yet, with its hash computed here: sha256 is a call, and would spend a prank.
    function _newPreimage() internal returns (bytes32 preimage, bytes32 paymentHash) {
        preimage = keccak256(abi.encode("preimage", ++_preimages));
        paymentHash = sha256(abi.encode(preimage));
    }

    function _terms(address payer, address payee, bytes32 paymentHash, uint256 amountSats)
        internal
        pure
        returns (IBarterCore.Terms memory)
    {
        return IBarterCore.Terms(payer, payee, paymentHash, amountSats, CATEGORY, DESCRIPTION);
    }

    function _propose(address payer, address payee, uint256 amountSats)
        internal
        returns (bytes32 tradeId, bytes32 preimage)
    {
        bytes32 paymentHash;
        (preimage, paymentHash) = _newPreimage();
        vm.prank(payer);
        tradeId = core.proposeTrade(payee, paymentHash, amountSats, CATEGORY, DESCRIPTION);
    }

    function _accept(address payer, address payee, uint256 amountSats)
        internal
        returns (bytes32 tradeId, bytes32 preimage)
    {
        (tradeId, preimage) = _propose(payer, payee, amountSats);
        vm.prank(payee);
        core.acceptTrade(tradeId);
    }

    function _dispute(address payer, address payee, uint256 amountSats)
        internal
        returns (bytes32 tradeId, bytes32 preimage)
    {
        (tradeId, preimage) = _accept(payer, payee, amountSats);
        vm.prank(payer);
        core.disputeTrade(tradeId);
    }

    function _settle(address payer, address payee, uint256 amountSats) internal returns (bytes32 tradeId) {
        bytes32 preimage;
        (tradeId, preimage) = _accept(payer, payee, amountSats);
        vm.prank(payer);
        core.settleTrade(tradeId, preimage);
    }

    function _sign(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    /// @dev The same signature in the 64 bytes of EIP-2098.
    function _compact(bytes memory signature) internal pure returns (bytes memory) {
        (bytes32 r, bytes32 s, uint8 v) = _split(signature);
        return abi.encodePacked(r, s | bytes32(uint256(v - 27) << 255));
    }

    /// @dev The other signature that recovers to the same signer: s mirrored at the order of secp256k1.
    function _malleable(bytes memory signature) internal pure returns (bytes memory) {
        (bytes32 r, bytes32 s, uint8 v) = _split(signature);
        return abi.encodePacked(r, SECP256K1_ORDER - uint256(s), v == 27 ? 28 : 27);
    }

    function _split(bytes memory signature) internal pure returns (bytes32 r, bytes32 s, uint8 v) {
        assembly ("memory-safe") {
            r := mload(add(signature, 0x20))
            s := mload(add(signature, 0x40))
            v := byte(0, mload(add(signature, 0x60)))
        }
    }

    /// @dev At most `maximum` bytes of a text the fuzzer made.
    function _cut(string memory text, uint256 maximum) internal pure returns (string memory) {
        if (bytes(text).length > maximum) {
            assembly ("memory-safe") {
                mstore(text, maximum)
            }
        }
        return text;
    }

    /// @dev That the calls since `expected` was recorded logged exactly those events, in that order, and no other.
    /// @param emitters A letter each: B BarterCore, T BTRTrust, C BTRCredit.
    function _assertLogs(Vm.Log[] memory expected, bytes memory emitters) internal {
        Vm.Log[] memory actual = vm.getRecordedLogs();
        assertEq(actual.length, expected.length, "number of events");
        assertEq(emitters.length, expected.length, "number of emitters");
        for (uint256 i = 0; i < actual.length; ++i) {
            address emitter = emitters[i] == "B" ? address(core) : emitters[i] == "T" ? address(trust) : address(credit);
            assertEq(actual[i].emitter, emitter, "emitter");
            assertEq(actual[i].topics, expected[i].topics, "topics");
            assertEq(actual[i].data, expected[i].data, "data");
        }
    }

    function _status(bytes32 tradeId) internal view returns (IBarterCore.Status) {
        return core.getTrade(tradeId).status;
    }
}
