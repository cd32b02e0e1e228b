// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBarterCore} from "../../../contracts/interfaces/IBarterCore.sol";
import {BarterTest} from "../../utils/BarterTest.sol";

/// @dev What it gives for each step of a trade is asserted beside the call that makes the step.
contract GetTradeTest is BarterTest {
    function test_GivesTheTradeWhole() public {
        bytes32 paymentHash = keccak256("hash");
        vm.prank(bob);
        bytes32 tradeId = core.proposeTradeAsPayee(alice, paymentHash, 50_000, CATEGORY, DESCRIPTION);
        IBarterCore.Trade memory expected = IBarterCore.Trade({
            tradeId: tradeId,
            partyA: bob,
            partyB: alice,
            payer: alice,
            paymentHash: paymentHash,
            amountSats: 50_000,
            status: IBarterCore.Status.Proposed,
            ruling: IBarterCore.Ruling.None,
            createdAt: START,
            acceptedAt: 0,
            settledAt: 0,
            category: CATEGORY,
            description: DESCRIPTION
        });
        assertEq(abi.encode(core.getTrade(tradeId)), abi.encode(expected));

        vm.warp(START + 10);
        vm.prank(alice);
        core.acceptTrade(tradeId);
        expected.status = IBarterCore.Status.Accepted;
        expected.acceptedAt = START + 10;
        assertEq(abi.encode(core.getTrade(tradeId)), abi.encode(expected));

        vm.warp(START + 20);
        vm.prank(bob);
        core.disputeTrade(tradeId);
        expected.status = IBarterCore.Status.Disputed;
        assertEq(abi.encode(core.getTrade(tradeId)), abi.encode(expected));

        vm.prank(arbiter);
        core.upholdDispute(tradeId, alice);
        expected.ruling = IBarterCore.Ruling.AgainstPartyB;
        assertEq(abi.encode(core.getTrade(tradeId)), abi.encode(expected));
    }

    function testFuzz_RevertWhen_TheTradeIsUnknown(bytes32 tradeId) public {
        _propose(alice, bob, 50_000);
        vm.expectRevert(abi.encodeWithSelector(IBarterCore.TradeNotFound.selector, tradeId));
        core.getTrade(tradeId);
    }

    function testFuzz_RevertWhen_TheCommitmentIsWrong(uint160 difference) public {
        (bytes32 tradeId,) = _propose(alice, bob, 50_000);
        bytes32 other = tradeId ^ bytes32(bound(difference, 1, type(uint160).max));
        vm.expectRevert(abi.encodeWithSelector(IBarterCore.TradeNotFound.selector, other));
        core.getTrade(other);
    }
}
