// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";

import {IBarterCore} from "../../contracts/interfaces/IBarterCore.sol";
import {BarterTest} from "../utils/BarterTest.sol";
import {FixedAnswerWallet, GasBurningWallet, LongAnswerWallet, OwnedWallet} from "../utils/Wallets.sol";

/// @notice Signatures of wallets that are contracts (ERC-1271) and of EOAs that have code (EIP-7702), for both calls that
/// take signatures; and what a hostile wallet can do to them: nothing but refuse.
/// forge-config: default.evm_version = "prague"
contract ERC1271Test is BarterTest {
    uint256 private constant DEADLINE = START + 1 hours;
    bytes32 private constant PAYMENT_HASH = keccak256("a payment hash");

    // ------------------------------------------------------------------------------------------------ accepting

    function test_AnOwnedWalletOpens() public {
        address wallet = address(new OwnedWallet(carol));
        IBarterCore.Terms memory terms = _terms(alice, wallet, PAYMENT_HASH, 50_000);
        bytes memory signature = _sign(carolKey, core.openTradeDigest(alice, terms, DEADLINE));
        vm.prank(alice);
        bytes32 tradeId = core.openTrade(terms, DEADLINE, signature);
        assertEq(uint8(_status(tradeId)), uint8(IBarterCore.Status.Accepted));
        assertEq(core.getWallet(wallet).accepted, 1);
    }

    function test_AnOwnedWalletSettles() public {
        OwnedWallet wallet = new OwnedWallet(carol);
        (bytes32 tradeId, bytes32 preimage) = _acceptFrom(wallet);
        bytes memory signature = _sign(carolKey, core.settleTradeDigest(tradeId, preimage, DEADLINE));
        vm.prank(bob);
        core.settleTradeBySignature(IBarterCore.Settlement(tradeId, preimage, DEADLINE, signature));
        assertEq(uint8(_status(tradeId)), uint8(IBarterCore.Status.Settled));
        assertEq(trust.getScore(address(wallet)), 6);
    }

    function test_AnOwnedWalletSettlesInABatch() public {
        OwnedWallet wallet = new OwnedWallet(carol);
        IBarterCore.Settlement[] memory batch = new IBarterCore.Settlement[](2);
        for (uint256 i = 0; i < 2; ++i) {
            (batch[i].tradeId, batch[i].preimage) = _acceptFrom(wallet);
            batch[i].deadline = DEADLINE;
            batch[i].signature = _sign(carolKey, core.settleTradeDigest(batch[i].tradeId, batch[i].preimage, DEADLINE));
        }
        core.settleTrades(batch);
        assertEq(core.getWallet(address(wallet)).settled, 2);
    }

    /// @dev The wallet is asked the standard's question, with the signature as it came, whatever its length.
    function testFuzz_TheWalletIsAskedAsTheStandardSays(bytes calldata signature) public {
        address wallet = address(new FixedAnswerWallet(abi.encode(IERC1271.isValidSignature.selector), true));
        IBarterCore.Terms memory terms = _terms(alice, wallet, PAYMENT_HASH, 50_000);
        bytes32 digest = core.openTradeDigest(alice, terms, DEADLINE);
        // The ABI encoding, but for zeros that would pad the signature to a whole word.
        bytes memory question =
            abi.encodePacked(IERC1271.isValidSignature.selector, digest, uint256(0x40), signature.length, signature);
        vm.expectCall(wallet, question, 1);
        vm.prank(alice);
        core.openTrade(terms, DEADLINE, signature);
    }

    /// @dev A contract can be the other side of a trade with no ERC-1271 at all: it calls.
    function test_AContractTradesByCalling() public {
        OwnedWallet wallet = new OwnedWallet(carol);
        (bytes32 tradeId, bytes32 preimage) = _acceptFrom(wallet);
        wallet.execute(address(core), abi.encodeCall(core.settleTrade, (tradeId, preimage)));
        assertEq(uint8(_status(tradeId)), uint8(IBarterCore.Status.Settled));
    }

    /// @dev The answer counts even where more follows it, and the rest is not copied.
    function test_ALongAnswerIsNotCopied() public {
        // A megabyte: the wallet pays for its own memory, the core for none of it.
        LongAnswerWallet wallet = new LongAnswerWallet(1_000_000);
        (bool opened,) = _open(address(wallet), hex"00", 4_000_000);
        assertTrue(opened);
    }

    // ------------------------------------------------------------------------------------------------ refusing

    function test_RevertWhen_TheOwnerDidNotSign() public {
        address wallet = address(new OwnedWallet(carol));
        IBarterCore.Terms memory terms = _terms(alice, wallet, PAYMENT_HASH, 50_000);
        _assertRefused(wallet, _sign(bobKey, core.openTradeDigest(alice, terms, DEADLINE)));
    }

    /// @dev Every answer that is not the magic value and nothing but it in its first word.
    function test_RevertWhen_TheAnswerIsNotTheMagicValue() public {
        bytes4 magic = IERC1271.isValidSignature.selector;
        bytes[9] memory answers = [
            bytes(""),
            abi.encodePacked(magic), // four bytes only: no ABI encoding of it
            abi.encodePacked(magic, bytes27(0)), // one byte short
            abi.encode(bytes4(0xffffffff)),
            abi.encode(bytes4(0)),
            abi.encode(true),
            abi.encode(uint32(magic)), // on the wrong side of the word
            abi.encode(type(uint256).max),
            abi.encodePacked(magic, bytes27(0), bytes1(0x01)) // dirty
        ];
        for (uint256 i = 0; i < answers.length; ++i) {
            _assertRefused(address(new FixedAnswerWallet(answers[i], true)), hex"00");
        }
    }

    /// @dev What was in memory before the call must not pass for an answer: the question holds the same selector.
    function test_RevertWhen_TheAnswerIsMissing() public {
        _assertRefused(address(new FixedAnswerWallet("", true)), abi.encode(IERC1271.isValidSignature.selector));
    }

    /// @dev Also where what it reverts with is the magic value.
    function test_RevertWhen_TheWalletReverts() public {
        _assertRefused(address(new FixedAnswerWallet("no", false)), hex"00");
        bytes memory magic = abi.encode(IERC1271.isValidSignature.selector);
        _assertRefused(address(new FixedAnswerWallet(magic, false)), hex"00");
    }

    /// @dev What is left, 1/64, is enough to say so, and the caller's other work in the transaction is safe.
    function test_RevertWhen_TheWalletBurnsAllGas() public {
        address wallet = address(new GasBurningWallet());
        (bool opened, bytes memory refusal) = _open(wallet, hex"00", 3_000_000);
        assertFalse(opened);
        assertEq(bytes4(refusal), IBarterCore.InvalidSignature.selector);
    }

    /// @dev A wallet that answers a megabyte of something else.
    function test_RevertWhen_TheAnswerIsLongAndWrong() public {
        _assertRefused(address(new FixedAnswerWallet(new bytes(50_000), true)), hex"00");
    }

    /// @dev Addresses that answer every call without being wallets.
    function test_RevertWhen_TheSignerIsAPrecompile() public {
        for (uint160 precompile = 1; precompile <= 0x11; ++precompile) {
            bytes4 magic = IERC1271.isValidSignature.selector;
            _assertRefused(address(precompile), "");
            _assertRefused(address(precompile), new bytes(65));
            _assertRefused(address(precompile), abi.encode(magic));
        }
    }

    function test_RevertWhen_TheSignerIsAContractOfOurs() public {
        _assertRefused(address(core), hex"00");
        _assertRefused(address(trust), hex"00");
        _assertRefused(address(credit), hex"00");
    }

    /// @dev A record account answers nothing.
    function test_RevertWhen_TheSignerIsARecord() public {
        (bytes32 tradeId,) = _propose(alice, bob, 50_000);
        bytes32 initCodeHash = keccak256(hex"5f5f5f5f335afa503d5f5f3e3d5ff3");
        _assertRefused(vm.computeCreate2Address(bytes32(bytes12(tradeId)), initCodeHash, address(core)), hex"00");
    }

    // ------------------------------------------------------------------------------------------------ deadlines

    function test_RevertGiven_AWalletsSignatureIsTooLate() public {
        address wallet = address(new FixedAnswerWallet(abi.encode(IERC1271.isValidSignature.selector), true));
        vm.warp(DEADLINE + 1);
        IBarterCore.Terms memory terms = _terms(alice, wallet, PAYMENT_HASH, 50_000);
        vm.expectRevert(abi.encodeWithSelector(IBarterCore.SignatureExpired.selector, DEADLINE, DEADLINE + 1));
        vm.prank(alice);
        core.openTrade(terms, DEADLINE, hex"00");
    }

    function test_RevertGiven_AWalletCancelled() public {
        OwnedWallet wallet = new OwnedWallet(carol);
        IBarterCore.Terms memory terms = _terms(alice, address(wallet), PAYMENT_HASH, 50_000);
        bytes32 digest = core.openTradeDigest(alice, terms, DEADLINE);
        wallet.execute(address(core), abi.encodeCall(core.cancelSignature, (digest)));
        vm.expectRevert(abi.encodeWithSelector(IBarterCore.SignatureIsCancelled.selector, address(wallet), digest));
        vm.prank(alice);
        core.openTrade(terms, DEADLINE, _sign(carolKey, digest));
    }

    // ------------------------------------------------------------------------------------------------ EIP-7702

    /// @dev An EOA that delegated to a contract signs with its key as before, whatever that contract would say.
    function test_ADelegatedEoaSignsWithItsKey() public {
        address implementation = address(new FixedAnswerWallet("no", false));
        vm.signAndAttachDelegation(implementation, bobKey);
        (bytes32 tradeId,) = _propose(carol, alice, 50_000);
        assertEq(uint8(_status(tradeId)), 0);
        assertEq(bob.code, abi.encodePacked(hex"ef0100", implementation));

        IBarterCore.Terms memory terms = _terms(alice, bob, PAYMENT_HASH, 50_000);
        bytes32 digest = core.openTradeDigest(alice, terms, DEADLINE);
        vm.prank(alice);
        core.openTrade(terms, DEADLINE, _sign(bobKey, digest));
        assertEq(core.getWallet(bob).accepted, 1);
    }

    /// @dev And the contract it delegated to speaks for it too: a session key, say.
    function test_ADelegatedEoaSignsByItsCode() public {
        address implementation = address(new OwnedWallet(carol));
        vm.signAndAttachDelegation(implementation, bobKey);
        _propose(carol, alice, 50_000);
        assertEq(bob.code, abi.encodePacked(hex"ef0100", implementation));

        IBarterCore.Terms memory terms = _terms(alice, bob, PAYMENT_HASH, 50_000);
        bytes32 digest = core.openTradeDigest(alice, terms, DEADLINE);
        vm.expectRevert(abi.encodeWithSelector(IBarterCore.InvalidSignature.selector, bob, digest));
        vm.prank(alice);
        core.openTrade(terms, DEADLINE, _sign(aliceKey, digest));
        vm.prank(alice);
        core.openTrade(terms, DEADLINE, _sign(carolKey, digest));
        assertEq(core.getWallet(bob).accepted, 1);
    }

    /// @dev Code put at an address that has a key, by whatever means.
    function test_AnEoaWithCodeSignsWithItsKey() public {
        vm.etch(bob, address(new GasBurningWallet()).code);
        IBarterCore.Terms memory terms = _terms(alice, bob, PAYMENT_HASH, 50_000);
        bytes32 digest = core.openTradeDigest(alice, terms, DEADLINE);
        vm.prank(alice);
        core.openTrade(terms, DEADLINE, _sign(bobKey, digest));
        assertEq(core.getWallet(bob).accepted, 1);
    }

    // ------------------------------------------------------------------------------------------------ helpers

    /// @dev A trade that `wallet` pays for, accepted by bob.
    function _acceptFrom(OwnedWallet wallet) private returns (bytes32 tradeId, bytes32 preimage) {
        bytes32 paymentHash;
        (preimage, paymentHash) = _newPreimage();
        bytes memory call = abi.encodeCall(core.proposeTrade, (bob, paymentHash, 50_000, CATEGORY, DESCRIPTION));
        tradeId = abi.decode(wallet.execute(address(core), call), (bytes32));
        vm.prank(bob);
        core.acceptTrade(tradeId);
    }

    function _open(address signer, bytes memory signature, uint256 gasLimit) private returns (bool, bytes memory) {
        IBarterCore.Terms memory terms = _terms(alice, signer, PAYMENT_HASH, 50_000);
        bytes memory call = abi.encodeCall(core.openTrade, (terms, DEADLINE, signature));
        vm.prank(alice);
        return address(core).call{gas: gasLimit}(call);
    }

    /// @dev For opening and for settling.
    function _assertRefused(address signer, bytes memory signature) private {
        bytes32 digest = core.openTradeDigest(alice, _terms(alice, signer, PAYMENT_HASH, 50_000), DEADLINE);
        (bool opened, bytes memory refusal) = _open(signer, signature, 5_000_000);
        assertFalse(opened);
        assertEq(refusal, abi.encodeWithSelector(IBarterCore.InvalidSignature.selector, signer, digest));

        (bytes32 tradeId, bytes32 preimage) = _accept(signer, bob, 50_000);
        digest = core.settleTradeDigest(tradeId, preimage, DEADLINE);
        IBarterCore.Settlement memory settlement = IBarterCore.Settlement(tradeId, preimage, DEADLINE, signature);
        bool settled;
        (settled, refusal) =
            address(core).call{gas: 5_000_000}(abi.encodeCall(core.settleTradeBySignature, (settlement)));
        assertFalse(settled);
        assertEq(refusal, abi.encodeWithSelector(IBarterCore.InvalidSignature.selector, signer, digest));
    }
}
