// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Vm} from "forge-std/Vm.sol";

import {IBarterCore} from "../../../contracts/interfaces/IBarterCore.sol";
import {BarterTest} from "../../utils/BarterTest.sol";

contract ProposeTradeAsPayeeTest is BarterTest {
    function test_TheCounterpartyPays() public {
        (bytes32 tradeId,) = _proposeAsPayee();
        IBarterCore.Trade memory trade = core.getTrade(tradeId);
        assertEq(trade.partyA, bob, "the proposer");
        assertEq(trade.partyB, alice, "the counterparty");
        assertEq(trade.payer, alice, "the counterparty pays");
        assertEq(trade.amountSats, 50_000);
        assertEq(trade.category, CATEGORY);
        assertEq(trade.description, DESCRIPTION);
    }

    function test_EmitsTradeProposedAlone() public {
        (, bytes32 paymentHash) = _newPreimage();
        bytes32 tradeId = core.tradeIdOf(bob, _terms(alice, bob, paymentHash, 50_000));
        vm.recordLogs();
        emit IBarterCore.TradeProposed(tradeId, bob, alice, alice, paymentHash, 50_000, CATEGORY, DESCRIPTION);
        Vm.Log[] memory expected = vm.getRecordedLogs();

        vm.prank(bob);
        assertEq(core.proposeTradeAsPayee(alice, paymentHash, 50_000, CATEGORY, DESCRIPTION), tradeId);
        _assertLogs(expected, "B");
    }

    function test_ThePayerAcceptsAndSettles() public {
        (bytes32 tradeId, bytes32 preimage) = _proposeAsPayee();
        vm.startPrank(alice);
        core.acceptTrade(tradeId);
        core.settleTrade(tradeId, preimage);
        vm.stopPrank();
        assertEq(uint8(_status(tradeId)), uint8(IBarterCore.Status.Settled));
    }

    function test_RevertWhen_TheProposerAcceptsItsOwn() public {
        (bytes32 tradeId,) = _proposeAsPayee();
        vm.expectRevert(abi.encodeWithSelector(IBarterCore.NotCounterparty.selector, tradeId, bob, alice));
        vm.prank(bob);
        core.acceptTrade(tradeId);
    }

    function test_RevertWhen_ThePayeeSettles() public {
        (bytes32 tradeId, bytes32 preimage) = _proposeAsPayee();
        vm.prank(alice);
        core.acceptTrade(tradeId);
        vm.expectRevert(abi.encodeWithSelector(IBarterCore.NotPayer.selector, tradeId, bob, alice));
        vm.prank(bob);
        core.settleTrade(tradeId, preimage);
    }

    /// @dev The same two wallets, hash, amount and texts, but the other one pays: another id.
    function test_WhoPaysIsPartOfTheId() public view {
        IBarterCore.Terms memory bobPays = _terms(bob, alice, bytes32(uint256(1)), 50_000);
        IBarterCore.Terms memory alicePays = _terms(alice, bob, bytes32(uint256(1)), 50_000);
        assertNotEq(core.tradeIdOf(bob, bobPays), core.tradeIdOf(bob, alicePays));
    }

    function test_RevertWhen_TheCounterpartyIsZero() public {
        vm.expectRevert(abi.encodeWithSelector(IBarterCore.ZeroCounterparty.selector));
        vm.prank(bob);
        core.proposeTradeAsPayee(address(0), bytes32(0), 50_000, CATEGORY, DESCRIPTION);
    }

    function test_RevertWhen_TheCounterpartyIsTheCaller() public {
        vm.expectRevert(abi.encodeWithSelector(IBarterCore.SelfTrade.selector, bob));
        vm.prank(bob);
        core.proposeTradeAsPayee(bob, bytes32(0), 50_000, CATEGORY, DESCRIPTION);
    }

    function test_RevertWhen_TheAmountIsOutOfRange() public {
        vm.expectRevert(
            abi.encodeWithSelector(IBarterCore.AmountOutOfRange.selector, 999, 1_000, 2_100_000_000_000_000)
        );
        vm.prank(bob);
        core.proposeTradeAsPayee(alice, bytes32(0), 999, CATEGORY, DESCRIPTION);
    }

    function test_RevertWhen_TheCategoryIsTooLong() public {
        vm.expectRevert(abi.encodeWithSelector(IBarterCore.CategoryTooLong.selector, 33, 32));
        vm.prank(bob);
        core.proposeTradeAsPayee(alice, bytes32(0), 50_000, string(new bytes(33)), DESCRIPTION);
    }

    function test_RevertWhen_TheDescriptionIsTooLong() public {
        vm.expectRevert(abi.encodeWithSelector(IBarterCore.DescriptionTooLong.selector, 201, 200));
        vm.prank(bob);
        core.proposeTradeAsPayee(alice, bytes32(0), 50_000, CATEGORY, string(new bytes(201)));
    }

    function test_RevertGiven_ThePairUsedTheHash() public {
        (bytes32 tradeId,) = _proposeAsPayee();
        bytes32 paymentHash = core.getTrade(tradeId).paymentHash;
        vm.expectRevert(abi.encodeWithSelector(IBarterCore.PaymentHashReused.selector, alice, bob, paymentHash));
        vm.prank(alice);
        core.proposeTrade(bob, paymentHash, 50_000, CATEGORY, DESCRIPTION);
    }

    function _proposeAsPayee() private returns (bytes32 tradeId, bytes32 preimage) {
        bytes32 paymentHash;
        (preimage, paymentHash) = _newPreimage();
        vm.prank(bob);
        tradeId = core.proposeTradeAsPayee(alice, paymentHash, 50_000, CATEGORY, DESCRIPTION);
    }
}
