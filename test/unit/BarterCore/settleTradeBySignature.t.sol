// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Vm} from "forge-std/Vm.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

import {BarterCore} from "../../../contracts/BarterCore.sol";
import {IBarterCore} from "../../../contracts/interfaces/IBarterCore.sol";
import {IBTRTrust} from "../../../contracts/interfaces/IBTRTrust.sol";
import {IERC5192} from "../../../contracts/interfaces/IERC5192.sol";
import {BarterTest} from "../../utils/BarterTest.sol";

/// @dev Contract wallets and delegated ones are in test/conformance/ERC1271.t.sol.
contract SettleTradeBySignatureTest is BarterTest {
    uint256 private constant DEADLINE = START + 1 hours;

    bytes32 private tradeId;
    bytes32 private preimage;

    function setUp() public override {
        super.setUp();
        (tradeId, preimage) = _accept(alice, bob, 50_000);
    }

    function testFuzz_AnybodyBringsIt(address caller) public {
        IBarterCore.Settlement memory settlement = _settlement(aliceKey);
        vm.prank(caller);
        core.settleTradeBySignature(settlement);
        assertEq(uint8(_status(tradeId)), uint8(IBarterCore.Status.Settled));
        assertEq(trust.getScore(alice), 6);
        assertEq(trust.getScore(bob), 6);
    }

    function test_EmitsExactly() public {
        IBarterCore.Settlement memory settlement = _settlement(aliceKey);
        vm.recordLogs();
        emit IBarterCore.TradeSettled(tradeId, preimage);
        emit IERC721.Transfer(address(0), alice, uint160(alice));
        emit IERC5192.Locked(uint160(alice));
        emit IBTRTrust.ScoreUpdated(alice, tradeId, 6);
        emit IERC721.Transfer(address(0), bob, uint160(bob));
        emit IERC5192.Locked(uint160(bob));
        emit IBTRTrust.ScoreUpdated(bob, tradeId, 6);
        emit IERC20.Transfer(address(0), alice, 50e18);
        emit IERC20.Transfer(address(0), bob, 50e18);
        Vm.Log[] memory expected = vm.getRecordedLogs();
        vm.prank(carol);
        core.settleTradeBySignature(settlement);
        _assertLogs(expected, "BTTTTTTCC");
    }

    /// @dev Where the payee proposed, the payer is the counterparty, and it is the payer's signature that counts.
    function test_ThePayerIsTheCounterparty() public {
        bytes32 paymentHash;
        (preimage, paymentHash) = _newPreimage();
        vm.prank(bob);
        tradeId = core.proposeTradeAsPayee(alice, paymentHash, 50_000, CATEGORY, DESCRIPTION);
        vm.prank(alice);
        core.acceptTrade(tradeId);

        IBarterCore.Settlement memory settlement = _settlement(bobKey);
        _expectInvalid(alice);
        core.settleTradeBySignature(settlement);
        core.settleTradeBySignature(_settlement(aliceKey));
        assertEq(uint8(_status(tradeId)), uint8(IBarterCore.Status.Settled));
    }

    function test_TakesTheCompactForm() public {
        IBarterCore.Settlement memory settlement = _settlement(aliceKey);
        settlement.signature = _compact(settlement.signature);
        core.settleTradeBySignature(settlement);
        assertEq(uint8(_status(tradeId)), uint8(IBarterCore.Status.Settled));
    }

    function test_CountsInTheLastSecond() public {
        vm.warp(DEADLINE);
        core.settleTradeBySignature(_settlement(aliceKey));
        assertEq(core.getTrade(tradeId).settledAt, DEADLINE);
    }

    function test_RevertGiven_OneSecondTooLate() public {
        IBarterCore.Settlement memory settlement = _settlement(aliceKey);
        vm.warp(DEADLINE + 1);
        vm.expectRevert(abi.encodeWithSelector(IBarterCore.SignatureExpired.selector, DEADLINE, DEADLINE + 1));
        core.settleTradeBySignature(settlement);
    }

    function test_RevertGiven_TheSignatureWasCancelled() public {
        IBarterCore.Settlement memory settlement = _settlement(aliceKey);
        bytes32 digest = core.settleTradeDigest(tradeId, preimage, DEADLINE);
        vm.prank(alice);
        core.cancelSignature(digest);
        vm.expectRevert(abi.encodeWithSelector(IBarterCore.SignatureIsCancelled.selector, alice, digest));
        core.settleTradeBySignature(settlement);
    }

    function test_RevertGiven_ItWasUsed() public {
        IBarterCore.Settlement memory settlement = _settlement(aliceKey);
        core.settleTradeBySignature(settlement);
        bytes[3] memory forms = [settlement.signature, _compact(settlement.signature), _malleable(settlement.signature)];
        for (uint256 i = 0; i < forms.length; ++i) {
            settlement.signature = forms[i];
            _expectWrongStatus(IBarterCore.Status.Settled);
            core.settleTradeBySignature(settlement);
        }
        assertEq(trust.getScore(alice), 6);
    }

    /// @dev The payer as caller is not enough here: this entry asks for the signature.
    function test_RevertWhen_TheSignatureIsEmpty() public {
        IBarterCore.Settlement memory settlement = _settlement(aliceKey);
        settlement.signature = "";
        _expectInvalid(alice);
        vm.prank(alice);
        core.settleTradeBySignature(settlement);
    }

    function test_RevertWhen_SignedByThePayee() public {
        IBarterCore.Settlement memory settlement = _settlement(bobKey);
        _expectInvalid(alice);
        vm.prank(bob);
        core.settleTradeBySignature(settlement);
    }

    function testFuzz_RevertWhen_SignedBySomebodyElse(uint256 key) public {
        key = boundPrivateKey(key);
        if (key == aliceKey) key = carolKey;
        IBarterCore.Settlement memory settlement = _settlement(key);
        _expectInvalid(alice);
        core.settleTradeBySignature(settlement);
    }

    function testFuzz_RevertWhen_TheSignatureIsGarbage(bytes calldata signature) public {
        _expectInvalid(alice);
        core.settleTradeBySignature(IBarterCore.Settlement(tradeId, preimage, DEADLINE, signature));
    }

    function test_RevertWhen_SignedForAnotherTrade() public {
        IBarterCore.Settlement memory settlement = _settlement(aliceKey);
        (settlement.tradeId,) = _accept(alice, bob, 50_000);
        bytes32 digest = core.settleTradeDigest(settlement.tradeId, preimage, DEADLINE);
        vm.expectRevert(abi.encodeWithSelector(IBarterCore.InvalidSignature.selector, alice, digest));
        core.settleTradeBySignature(settlement);
    }

    /// @dev The signature covers the preimage: one gathered before the payment is of no use to the payee.
    function testFuzz_RevertWhen_SignedForAnotherPreimage(bytes32 other) public {
        if (other == preimage) other = ~preimage;
        IBarterCore.Settlement memory settlement = _settlement(aliceKey);
        settlement.signature = _sign(aliceKey, core.settleTradeDigest(tradeId, other, DEADLINE));
        _expectInvalid(alice);
        core.settleTradeBySignature(settlement);
    }

    function testFuzz_RevertWhen_SignedForAnotherDeadline(uint256 deadline) public {
        deadline = bound(deadline, START, type(uint256).max);
        if (deadline == DEADLINE) ++deadline;
        IBarterCore.Settlement memory settlement = _settlement(aliceKey);
        settlement.deadline = deadline;
        bytes32 digest = core.settleTradeDigest(tradeId, preimage, deadline);
        vm.expectRevert(abi.encodeWithSelector(IBarterCore.InvalidSignature.selector, alice, digest));
        core.settleTradeBySignature(settlement);
    }

    function test_RevertWhen_SignedForAnotherChain() public {
        IBarterCore.Settlement memory settlement = _settlement(aliceKey);
        vm.chainId(block.chainid + 1);
        _expectInvalid(alice);
        core.settleTradeBySignature(settlement);
    }

    /// @dev The same trade, with the same id, on another deployment.
    function test_RevertWhen_SignedForAnotherContract() public {
        IBarterCore.Settlement memory settlement = _settlement(aliceKey);
        IBarterCore.Trade memory trade = core.getTrade(tradeId);
        core = new BarterCore(arbiter);
        vm.prank(alice);
        bytes32 there = core.proposeTrade(bob, trade.paymentHash, 50_000, CATEGORY, DESCRIPTION);
        assertEq(there, tradeId);
        vm.prank(bob);
        core.acceptTrade(tradeId);
        _expectInvalid(alice);
        core.settleTradeBySignature(settlement);
    }

    function testFuzz_RevertWhen_ThePreimageIsWrong(bytes32 wrong) public {
        if (wrong == preimage) wrong = ~preimage;
        bytes32 paymentHash = core.getTrade(tradeId).paymentHash;
        bytes memory signature = _sign(aliceKey, core.settleTradeDigest(tradeId, wrong, DEADLINE));
        bytes32 actual = sha256(abi.encode(wrong));
        vm.expectRevert(abi.encodeWithSelector(IBarterCore.PreimageMismatch.selector, tradeId, paymentHash, actual));
        core.settleTradeBySignature(IBarterCore.Settlement(tradeId, wrong, DEADLINE, signature));
    }

    function test_RevertWhen_TheTradeIsUnknown() public {
        IBarterCore.Settlement memory settlement = _settlement(aliceKey);
        settlement.tradeId = bytes32(uint256(7));
        vm.expectRevert(abi.encodeWithSelector(IBarterCore.TradeNotFound.selector, bytes32(uint256(7))));
        core.settleTradeBySignature(settlement);
    }

    function test_RevertGiven_ItIsProposed() public {
        (tradeId, preimage) = _propose(alice, bob, 50_000);
        IBarterCore.Settlement memory settlement = _settlement(aliceKey);
        _expectWrongStatus(IBarterCore.Status.Proposed);
        core.settleTradeBySignature(settlement);
    }

    function test_RevertGiven_ItIsDisputed() public {
        IBarterCore.Settlement memory settlement = _settlement(aliceKey);
        vm.prank(bob);
        core.disputeTrade(tradeId);
        _expectWrongStatus(IBarterCore.Status.Disputed);
        core.settleTradeBySignature(settlement);
    }

    function _settlement(uint256 key) private view returns (IBarterCore.Settlement memory) {
        bytes memory signature = _sign(key, core.settleTradeDigest(tradeId, preimage, DEADLINE));
        return IBarterCore.Settlement(tradeId, preimage, DEADLINE, signature);
    }

    function _expectInvalid(address signer) private {
        bytes32 digest = core.settleTradeDigest(tradeId, preimage, DEADLINE);
        vm.expectRevert(abi.encodeWithSelector(IBarterCore.InvalidSignature.selector, signer, digest));
    }

    function _expectWrongStatus(IBarterCore.Status status) private {
        vm.expectRevert(
            abi.encodeWithSelector(IBarterCore.WrongStatus.selector, tradeId, status, IBarterCore.Status.Accepted)
        );
    }
}
