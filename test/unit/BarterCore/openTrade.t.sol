// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Vm} from "forge-std/Vm.sol";

import {BarterCore} from "../../../contracts/BarterCore.sol";
import {IBarterCore} from "../../../contracts/interfaces/IBarterCore.sol";
import {BarterTest} from "../../utils/BarterTest.sol";

/// @dev Contract wallets and delegated ones are in test/conformance/ERC1271.t.sol.
contract OpenTradeTest is BarterTest {
    uint256 private constant DEADLINE = START + 1 hours;
    bytes32 private constant PAYMENT_HASH = keccak256("a payment hash");

    IBarterCore.Terms private terms;

    function setUp() public override {
        super.setUp();
        terms = _terms(alice, bob, PAYMENT_HASH, 50_000);
    }

    function test_ThePayerOpens() public {
        bytes memory signature = _signed(alice, bobKey);
        vm.prank(alice);
        bytes32 tradeId = core.openTrade(terms, DEADLINE, signature);
        IBarterCore.Trade memory trade = core.getTrade(tradeId);
        assertEq(trade.tradeId, core.tradeIdOf(alice, terms));
        assertEq(trade.partyA, alice);
        assertEq(trade.partyB, bob);
        assertEq(trade.payer, alice);
        assertEq(uint8(trade.status), uint8(IBarterCore.Status.Accepted));
        assertEq(trade.createdAt, START);
        assertEq(trade.acceptedAt, START);
        assertEq(trade.settledAt, 0);
        assertEq(trade.category, CATEGORY);
        assertEq(trade.description, DESCRIPTION);
    }

    function test_ThePayeeOpens() public {
        bytes memory signature = _signed(bob, aliceKey);
        vm.prank(bob);
        bytes32 tradeId = core.openTrade(terms, DEADLINE, signature);
        IBarterCore.Trade memory trade = core.getTrade(tradeId);
        assertEq(trade.partyA, bob);
        assertEq(trade.partyB, alice);
        assertEq(trade.payer, alice);
        assertEq(uint8(trade.status), uint8(IBarterCore.Status.Accepted));
    }

    function test_EmitsProposedAndAcceptedAlone() public {
        bytes32 tradeId = core.tradeIdOf(bob, terms);
        bytes memory signature = _signed(bob, aliceKey);
        vm.recordLogs();
        emit IBarterCore.TradeProposed(tradeId, bob, alice, alice, PAYMENT_HASH, 50_000, CATEGORY, DESCRIPTION);
        emit IBarterCore.TradeAccepted(tradeId);
        Vm.Log[] memory expected = vm.getRecordedLogs();
        vm.prank(bob);
        assertEq(core.openTrade(terms, DEADLINE, signature), tradeId);
        _assertLogs(expected, "BB");
    }

    function test_Counts() public {
        bytes memory signature = _signed(alice, bobKey);
        vm.prank(alice);
        core.openTrade(terms, DEADLINE, signature);
        IBarterCore.Wallet memory proposer = core.getWallet(alice);
        IBarterCore.Wallet memory counterparty = core.getWallet(bob);
        assertEq(proposer.proposed, 1);
        assertEq(proposer.initiated, 1);
        assertEq(proposer.accepted, 1);
        assertEq(counterparty.proposed, 1);
        assertEq(counterparty.initiated, 0);
        assertEq(counterparty.accepted, 1);
    }

    /// @dev On each of the four lanes of a state slot, and without touching the neighbours.
    function testFuzz_OpensOnAnyLane(uint256 earlierTrades, bool earlierAccepted) public {
        earlierTrades = bound(earlierTrades, 0, 8);
        bytes32[] memory earlier = new bytes32[](earlierTrades);
        for (uint256 i = 0; i < earlierTrades; ++i) {
            (earlier[i],) = earlierAccepted ? _accept(alice, bob, 50_000) : _propose(alice, bob, 50_000);
        }
        bytes memory signature = _signed(alice, bobKey);
        vm.prank(alice);
        bytes32 tradeId = core.openTrade(terms, DEADLINE, signature);
        assertEq(uint8(_status(tradeId)), uint8(IBarterCore.Status.Accepted));
        for (uint256 i = 0; i < earlierTrades; ++i) {
            assertEq(uint8(_status(earlier[i])), earlierAccepted ? 1 : 0);
        }
    }

    function test_TheOpenedTradeSettles() public {
        (bytes32 preimage, bytes32 paymentHash) = _newPreimage();
        terms.paymentHash = paymentHash;
        vm.startPrank(alice);
        bytes32 tradeId = core.openTrade(terms, DEADLINE, _signed(alice, bobKey));
        core.settleTrade(tradeId, preimage);
        vm.stopPrank();
        assertEq(uint8(_status(tradeId)), uint8(IBarterCore.Status.Settled));
    }

    function test_TakesTheCompactForm() public {
        bytes memory signature = _compact(_signed(alice, bobKey));
        vm.prank(alice);
        bytes32 tradeId = core.openTrade(terms, DEADLINE, signature);
        assertEq(uint8(_status(tradeId)), uint8(IBarterCore.Status.Accepted));
    }

    function test_CountsInTheLastSecond() public {
        bytes memory signature = _signed(alice, bobKey);
        vm.warp(DEADLINE);
        vm.prank(alice);
        core.openTrade(terms, DEADLINE, signature);
    }

    function test_RevertGiven_OneSecondTooLate() public {
        bytes memory signature = _signed(alice, bobKey);
        vm.warp(DEADLINE + 1);
        vm.expectRevert(abi.encodeWithSelector(IBarterCore.SignatureExpired.selector, DEADLINE, DEADLINE + 1));
        vm.prank(alice);
        core.openTrade(terms, DEADLINE, signature);
    }

    function test_RevertGiven_TheSignatureWasCancelled() public {
        bytes memory signature = _signed(alice, bobKey);
        bytes32 digest = core.openTradeDigest(alice, terms, DEADLINE);
        vm.prank(bob);
        core.cancelSignature(digest);
        vm.expectRevert(abi.encodeWithSelector(IBarterCore.SignatureIsCancelled.selector, bob, digest));
        vm.prank(alice);
        core.openTrade(terms, DEADLINE, signature);
    }

    /// @dev Neither the signature itself nor another form of it opens the trade again, not even with another deadline.
    function test_RevertGiven_ItWasUsed() public {
        bytes memory signature = _signed(alice, bobKey);
        vm.prank(alice);
        core.openTrade(terms, DEADLINE, signature);
        bytes memory refusal = abi.encodeWithSelector(IBarterCore.PaymentHashReused.selector, alice, bob, PAYMENT_HASH);
        bytes[3] memory forms = [signature, _compact(signature), _malleable(signature)];
        for (uint256 i = 0; i < forms.length; ++i) {
            vm.expectRevert(refusal);
            vm.prank(alice);
            core.openTrade(terms, DEADLINE, forms[i]);
        }
        bytes memory later = _sign(bobKey, core.openTradeDigest(alice, terms, DEADLINE + 1));
        vm.expectRevert(refusal);
        vm.prank(alice);
        core.openTrade(terms, DEADLINE + 1, later);
    }

    /// @dev A signature binds every value of the terms, who proposes, and the deadline.
    function testFuzz_RevertWhen_AnySignedValueDiffers(uint256 which, uint256 salt) public {
        bytes memory signature = _signed(alice, bobKey);
        uint256 deadline = DEADLINE;
        address caller = alice;
        salt = bound(salt, 1, 1_000_000);
        which = bound(which, 0, 6);
        if (which == 0) terms.paymentHash = keccak256(abi.encode(salt));
        if (which == 1) terms.amountSats += salt;
        if (which == 2) terms.category = vm.toString(salt);
        if (which == 3) terms.description = vm.toString(salt);
        if (which == 4) deadline += salt;
        if (which == 5) (terms.payer, terms.payee) = (bob, alice);
        if (which == 6) terms.payer = caller = carol;
        bytes32 digest = core.openTradeDigest(caller, terms, deadline);
        vm.expectRevert(abi.encodeWithSelector(IBarterCore.InvalidSignature.selector, bob, digest));
        vm.prank(caller);
        core.openTrade(terms, deadline, signature);
    }

    /// @dev Moving a byte from the category to the description keeps the bytes, and not the terms.
    function test_RevertWhen_TheTextIsSplitElsewhere() public {
        (terms.category, terms.description) = ("ab", "c");
        bytes memory signature = _signed(alice, bobKey);
        (terms.category, terms.description) = ("a", "bc");
        _expectInvalid(bob, alice);
        vm.prank(alice);
        core.openTrade(terms, DEADLINE, signature);
    }

    function test_RevertWhen_SignedForTheOtherProposer() public {
        bytes memory signature = _signed(bob, bobKey);
        _expectInvalid(bob, alice);
        vm.prank(alice);
        core.openTrade(terms, DEADLINE, signature);
    }

    function testFuzz_RevertWhen_SignedBySomebodyElse(uint256 key) public {
        key = boundPrivateKey(key);
        if (key == bobKey) key = carolKey;
        bytes memory signature = _signed(alice, key);
        _expectInvalid(bob, alice);
        vm.prank(alice);
        core.openTrade(terms, DEADLINE, signature);
    }

    function test_RevertWhen_SignedByTheCaller() public {
        bytes memory signature = _signed(alice, aliceKey);
        _expectInvalid(bob, alice);
        vm.prank(alice);
        core.openTrade(terms, DEADLINE, signature);
    }

    /// @dev Also a signature of no key at all, which recovers to the zero address.
    function testFuzz_RevertWhen_TheSignatureIsGarbage(bytes calldata signature) public {
        _expectInvalid(bob, alice);
        vm.prank(alice);
        core.openTrade(terms, DEADLINE, signature);
    }

    function test_RevertWhen_TheSignatureIsEmpty() public {
        _expectInvalid(bob, alice);
        vm.prank(alice);
        core.openTrade(terms, DEADLINE, "");
    }

    function test_RevertWhen_SignedForAnotherChain() public {
        bytes memory signature = _signed(alice, bobKey);
        vm.chainId(block.chainid + 1);
        _expectInvalid(bob, alice);
        vm.prank(alice);
        core.openTrade(terms, DEADLINE, signature);
    }

    /// @dev The other way round: the domain follows the chain id after a fork of the chain.
    function test_FollowsTheChainId() public {
        vm.chainId(777);
        bytes memory signature = _signed(alice, bobKey);
        vm.prank(alice);
        core.openTrade(terms, DEADLINE, signature);
    }

    function test_RevertWhen_SignedForAnotherContract() public {
        bytes memory signature = _signed(alice, bobKey);
        core = new BarterCore(arbiter);
        _expectInvalid(bob, alice);
        vm.prank(alice);
        core.openTrade(terms, DEADLINE, signature);
    }

    function testFuzz_RevertWhen_TheCallerIsNoParty(address caller) public {
        if (caller == alice || caller == bob) caller = carol;
        bytes memory signature = _signed(alice, bobKey);
        vm.expectRevert(abi.encodeWithSelector(IBarterCore.NotParty.selector, bytes32(0), caller));
        vm.prank(caller);
        core.openTrade(terms, DEADLINE, signature);
    }

    function test_RevertWhen_TheCounterpartyIsZero() public {
        terms.payee = address(0);
        vm.expectRevert(abi.encodeWithSelector(IBarterCore.ZeroCounterparty.selector));
        vm.prank(alice);
        core.openTrade(terms, DEADLINE, new bytes(65));
    }

    function test_RevertWhen_ThePayerIsZero() public {
        terms.payer = address(0);
        vm.expectRevert(abi.encodeWithSelector(IBarterCore.ZeroCounterparty.selector));
        vm.prank(bob);
        core.openTrade(terms, DEADLINE, new bytes(65));
    }

    function test_RevertWhen_BothPartiesAreTheCaller() public {
        terms.payee = alice;
        bytes memory signature = _signed(alice, aliceKey);
        vm.expectRevert(abi.encodeWithSelector(IBarterCore.SelfTrade.selector, alice));
        vm.prank(alice);
        core.openTrade(terms, DEADLINE, signature);
    }

    function test_RevertWhen_TheAmountIsOutOfRange() public {
        uint256[3] memory amounts = [uint256(0), 999, 2_100_000_000_000_001];
        for (uint256 i = 0; i < amounts.length; ++i) {
            terms.amountSats = amounts[i];
            bytes memory signature = _signed(alice, bobKey);
            vm.expectRevert(
                abi.encodeWithSelector(IBarterCore.AmountOutOfRange.selector, amounts[i], 1_000, 2_100_000_000_000_000)
            );
            vm.prank(alice);
            core.openTrade(terms, DEADLINE, signature);
        }
    }

    function test_RevertWhen_TheCategoryIsTooLong() public {
        terms.category = string(new bytes(33));
        bytes memory signature = _signed(alice, bobKey);
        vm.expectRevert(abi.encodeWithSelector(IBarterCore.CategoryTooLong.selector, 33, 32));
        vm.prank(alice);
        core.openTrade(terms, DEADLINE, signature);
    }

    function test_RevertWhen_TheDescriptionIsTooLong() public {
        terms.description = string(new bytes(201));
        bytes memory signature = _signed(alice, bobKey);
        vm.expectRevert(abi.encodeWithSelector(IBarterCore.DescriptionTooLong.selector, 201, 200));
        vm.prank(alice);
        core.openTrade(terms, DEADLINE, signature);
    }

    function test_RevertGiven_ThePairProposedWithTheHash() public {
        vm.prank(bob);
        core.proposeTrade(alice, PAYMENT_HASH, 50_000, CATEGORY, DESCRIPTION);
        bytes memory signature = _signed(alice, bobKey);
        vm.expectRevert(abi.encodeWithSelector(IBarterCore.PaymentHashReused.selector, alice, bob, PAYMENT_HASH));
        vm.prank(alice);
        core.openTrade(terms, DEADLINE, signature);
    }

    function _signed(address proposer, uint256 key) private view returns (bytes memory) {
        return _sign(key, core.openTradeDigest(proposer, terms, DEADLINE));
    }

    function _expectInvalid(address signer, address proposer) private {
        bytes32 digest = core.openTradeDigest(proposer, terms, DEADLINE);
        vm.expectRevert(abi.encodeWithSelector(IBarterCore.InvalidSignature.selector, signer, digest));
    }
}
