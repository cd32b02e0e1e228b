// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Vm} from "forge-std/Vm.sol";

import {IBarterCore} from "../../../contracts/interfaces/IBarterCore.sol";
import {BarterTest} from "../../utils/BarterTest.sol";

contract ProposeTradeTest is BarterTest {
    bytes32 private constant PAYMENT_HASH = keccak256("a payment hash");

    function test_KeepsTheTerms() public {
        vm.prank(alice);
        bytes32 tradeId = core.proposeTrade(bob, PAYMENT_HASH, 50_000, CATEGORY, DESCRIPTION);

        IBarterCore.Trade memory trade = core.getTrade(tradeId);
        assertEq(trade.tradeId, tradeId);
        assertEq(trade.partyA, alice);
        assertEq(trade.partyB, bob);
        assertEq(trade.payer, alice, "the proposer pays");
        assertEq(trade.paymentHash, PAYMENT_HASH);
        assertEq(trade.amountSats, 50_000);
        assertEq(uint8(trade.status), uint8(IBarterCore.Status.Proposed));
        assertEq(uint8(trade.ruling), uint8(IBarterCore.Ruling.None));
        assertEq(trade.createdAt, START);
        assertEq(trade.acceptedAt, 0);
        assertEq(trade.settledAt, 0);
        assertEq(trade.category, CATEGORY);
        assertEq(trade.description, DESCRIPTION);
    }

    function test_EmitsTradeProposedAlone() public {
        bytes32 tradeId = core.tradeIdOf(alice, _terms(alice, bob, PAYMENT_HASH, 50_000));
        vm.recordLogs();
        emit IBarterCore.TradeProposed(tradeId, alice, bob, alice, PAYMENT_HASH, 50_000, CATEGORY, DESCRIPTION);
        Vm.Log[] memory expected = vm.getRecordedLogs();

        vm.prank(alice);
        core.proposeTrade(bob, PAYMENT_HASH, 50_000, CATEGORY, DESCRIPTION);
        _assertLogs(expected, "B");
    }

    function test_ReturnsWhatTradeIdOfGives() public {
        bytes32 expected = core.tradeIdOf(alice, _terms(alice, bob, PAYMENT_HASH, 50_000));
        vm.prank(alice);
        assertEq(core.proposeTrade(bob, PAYMENT_HASH, 50_000, CATEGORY, DESCRIPTION), expected);
    }

    function test_CountsForBothAndInitiatedForOne() public {
        _propose(alice, bob, 50_000);
        _propose(alice, carol, 50_000);
        IBarterCore.Wallet memory proposer = core.getWallet(alice);
        IBarterCore.Wallet memory counterparty = core.getWallet(bob);
        assertEq(proposer.proposed, 2);
        assertEq(proposer.initiated, 2);
        assertEq(proposer.accepted, 0);
        assertEq(counterparty.proposed, 1);
        assertEq(counterparty.initiated, 0);
        assertEq(counterparty.accepted, 0);
    }

    function test_TouchesNeitherScoreNorCredit() public {
        _propose(alice, bob, 50_000);
        assertEq(trust.getScore(alice), 0);
        assertEq(trust.balanceOf(alice), 0);
        assertEq(credit.totalSupply(), 0);
    }

    /// @dev Any amount, any time of this century, any hash and any bytes as text come back as they were.
    function testFuzz_KeepsAnyTerms(
        address payee,
        bytes32 paymentHash,
        uint256 amountSats,
        string memory category,
        string memory description,
        uint256 createdAt
    ) public {
        payee = address(uint160(bound(uint160(payee), 1, type(uint160).max)));
        if (payee == alice) payee = bob;
        amountSats = bound(amountSats, 1_000, 2_100_000_000_000_000);
        category = _cut(category, 32);
        description = _cut(description, 200);
        vm.warp(bound(createdAt, 1, type(uint32).max));

        vm.prank(alice);
        bytes32 tradeId = core.proposeTrade(payee, paymentHash, amountSats, category, description);
        IBarterCore.Trade memory trade = core.getTrade(tradeId);
        assertEq(trade.partyB, payee);
        assertEq(trade.paymentHash, paymentHash);
        assertEq(trade.amountSats, amountSats);
        assertEq(trade.category, category);
        assertEq(trade.description, description);
        assertEq(trade.createdAt, vm.getBlockTimestamp());
    }

    function test_AmountAtTheLimits() public {
        (bytes32 least,) = _propose(alice, bob, 1_000);
        (bytes32 most,) = _propose(alice, bob, 2_100_000_000_000_000);
        assertEq(core.getTrade(least).amountSats, 1_000);
        assertEq(core.getTrade(most).amountSats, 2_100_000_000_000_000);
    }

    function test_TextAtTheLimits() public {
        string memory category = string(new bytes(32));
        string memory description = string(new bytes(200));
        vm.startPrank(alice);
        bytes32 longest = core.proposeTrade(bob, PAYMENT_HASH, 50_000, category, description);
        bytes32 empty = core.proposeTrade(bob, keccak256("another"), 50_000, "", "");
        vm.stopPrank();
        assertEq(core.getTrade(longest).category, category);
        assertEq(core.getTrade(longest).description, description);
        assertEq(core.getTrade(empty).category, "");
        assertEq(core.getTrade(empty).description, "");
    }

    /// @dev Where the category ends and the description starts is part of the id.
    function test_TheSameBytesSplitElsewhereAreAnotherTrade() public {
        IBarterCore.Terms memory one = _terms(alice, bob, PAYMENT_HASH, 50_000);
        (one.category, one.description) = ("ab", "c");
        IBarterCore.Terms memory other = _terms(alice, bob, PAYMENT_HASH, 50_000);
        (other.category, other.description) = ("a", "bc");
        assertNotEq(core.tradeIdOf(alice, one), core.tradeIdOf(alice, other));
    }

    function test_ThePaymentHashMayServeOtherPairs() public {
        vm.prank(alice);
        core.proposeTrade(bob, PAYMENT_HASH, 50_000, CATEGORY, DESCRIPTION);
        vm.prank(alice);
        core.proposeTrade(carol, PAYMENT_HASH, 50_000, CATEGORY, DESCRIPTION);
        vm.prank(bob);
        core.proposeTrade(carol, PAYMENT_HASH, 50_000, CATEGORY, DESCRIPTION);
        assertEq(core.getWallet(carol).proposed, 2);
    }

    function test_RevertWhen_TheCounterpartyIsZero() public {
        vm.expectRevert(abi.encodeWithSelector(IBarterCore.ZeroCounterparty.selector));
        vm.prank(alice);
        core.proposeTrade(address(0), PAYMENT_HASH, 50_000, CATEGORY, DESCRIPTION);
    }

    function test_RevertWhen_TheCounterpartyIsTheCaller() public {
        vm.expectRevert(abi.encodeWithSelector(IBarterCore.SelfTrade.selector, alice));
        vm.prank(alice);
        core.proposeTrade(alice, PAYMENT_HASH, 50_000, CATEGORY, DESCRIPTION);
    }

    function testFuzz_RevertWhen_TheAmountIsTooSmall(uint256 amountSats) public {
        amountSats = bound(amountSats, 0, 999);
        _expectAmountOutOfRange(amountSats);
        vm.prank(alice);
        core.proposeTrade(bob, PAYMENT_HASH, amountSats, CATEGORY, DESCRIPTION);
    }

    function testFuzz_RevertWhen_TheAmountIsTooLarge(uint256 amountSats) public {
        amountSats = bound(amountSats, 2_100_000_000_000_001, type(uint256).max);
        _expectAmountOutOfRange(amountSats);
        vm.prank(alice);
        core.proposeTrade(bob, PAYMENT_HASH, amountSats, CATEGORY, DESCRIPTION);
    }

    /// @dev Seven bytes hold the amount: one that is in range only after losing its upper bits is refused all the same.
    function test_RevertWhen_TheAmountIsInRangeOnlyModuloItsField() public {
        uint256 amountSats = (1 << 56) + 50_000;
        _expectAmountOutOfRange(amountSats);
        vm.prank(alice);
        core.proposeTrade(bob, PAYMENT_HASH, amountSats, CATEGORY, DESCRIPTION);
    }

    function testFuzz_RevertWhen_TheCategoryIsTooLong(uint256 length) public {
        length = bound(length, 33, 1_000);
        vm.expectRevert(abi.encodeWithSelector(IBarterCore.CategoryTooLong.selector, length, 32));
        vm.prank(alice);
        core.proposeTrade(bob, PAYMENT_HASH, 50_000, string(new bytes(length)), DESCRIPTION);
    }

    function testFuzz_RevertWhen_TheDescriptionIsTooLong(uint256 length) public {
        length = bound(length, 201, 2_000);
        vm.expectRevert(abi.encodeWithSelector(IBarterCore.DescriptionTooLong.selector, length, 200));
        vm.prank(alice);
        core.proposeTrade(bob, PAYMENT_HASH, 50_000, CATEGORY, string(new bytes(length)));
    }

    function test_RevertGiven_ThePairUsedTheHash() public {
        vm.prank(alice);
        core.proposeTrade(bob, PAYMENT_HASH, 50_000, CATEGORY, DESCRIPTION);
        _assertReused();
    }

    function test_RevertGiven_ThePairUsedTheHashAndTheProposalExpired() public {
        vm.prank(alice);
        core.proposeTrade(bob, PAYMENT_HASH, 50_000, CATEGORY, DESCRIPTION);
        vm.warp(START + 30 days);
        _assertReused();
    }

    function test_RevertGiven_ThePairOpenedWithTheHash() public {
        IBarterCore.Terms memory terms = _terms(alice, bob, PAYMENT_HASH, 50_000);
        bytes memory signature = _sign(bobKey, core.openTradeDigest(alice, terms, START));
        vm.prank(alice);
        core.openTrade(terms, START, signature);
        _assertReused();
    }

    /// @dev Both ways round, with either of them as proposer or payer, and with other terms.
    function _assertReused() private {
        IBarterCore.Wallet memory before = core.getWallet(alice);
        address[2] memory proposers = [alice, bob];
        for (uint256 i = 0; i < 2; ++i) {
            (address proposer, address other) = (proposers[i], proposers[1 - i]);
            bytes memory refusal =
                abi.encodeWithSelector(IBarterCore.PaymentHashReused.selector, proposer, other, PAYMENT_HASH);
            vm.expectRevert(refusal);
            vm.prank(proposer);
            core.proposeTrade(other, PAYMENT_HASH, 50_000, CATEGORY, DESCRIPTION);
            vm.expectRevert(refusal);
            vm.prank(proposer);
            core.proposeTrade(other, PAYMENT_HASH, 60_000, "other", "terms");
            vm.expectRevert(refusal);
            vm.prank(proposer);
            core.proposeTradeAsPayee(other, PAYMENT_HASH, 50_000, CATEGORY, DESCRIPTION);
        }
        assertEq(core.getWallet(alice).proposed, before.proposed, "a refused proposal leaves nothing");
        assertEq(core.getTradesByAddress(alice).length, 1);
    }

    function _expectAmountOutOfRange(uint256 amountSats) private {
        vm.expectRevert(
            abi.encodeWithSelector(IBarterCore.AmountOutOfRange.selector, amountSats, 1_000, 2_100_000_000_000_000)
        );
    }
}
