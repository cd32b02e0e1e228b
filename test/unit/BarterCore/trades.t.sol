// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBarterCore} from "../../../contracts/interfaces/IBarterCore.sol";
import {BarterTest} from "../../utils/BarterTest.sol";

contract TradesTest is BarterTest {
    function test_ProposedByThePayer() public {
        (bytes32 tradeId,) = _propose(alice, bob, 50_000);
        _assertAgrees(tradeId, 0);
    }

    function test_ProposedByThePayee() public {
        vm.prank(bob);
        bytes32 tradeId = core.proposeTradeAsPayee(alice, keccak256("hash"), 1_000, "", "");
        _assertAgrees(tradeId, 0);
    }

    function test_Accepted() public {
        (bytes32 tradeId,) = _accept(alice, bob, 50_000);
        _assertAgrees(tradeId, 1);
    }

    function test_Settled() public {
        (bytes32 tradeId, bytes32 preimage) = _accept(alice, bob, 50_000);
        vm.warp(START + 77);
        vm.prank(alice);
        core.settleTrade(tradeId, preimage);
        _assertAgrees(tradeId, 2);
    }

    function test_Disputed() public {
        (bytes32 tradeId,) = _dispute(alice, bob, 50_000);
        _assertAgrees(tradeId, 3);
    }

    function test_Expired() public {
        (bytes32 tradeId,) = _propose(alice, bob, 50_000);
        vm.warp(START + 604_800);
        _assertAgrees(tradeId, 0);
        vm.warp(START + 604_801);
        _assertAgrees(tradeId, 4);
    }

    function testFuzz_GivesZerosForAnUnknownId(bytes32 tradeId) public {
        _propose(alice, bob, 50_000);
        _assertZeros(tradeId);
    }

    /// @dev The key finds a record, and the commitment says it is not this trade's.
    function testFuzz_GivesZerosForAWrongCommitment(uint160 difference) public {
        (bytes32 tradeId,) = _propose(alice, bob, 50_000);
        _assertZeros(tradeId ^ bytes32(bound(difference, 1, type(uint160).max)));
    }

    function testFuzz_GivesZerosForAWrongKey(uint96 difference) public {
        (bytes32 tradeId,) = _propose(alice, bob, 50_000);
        _assertZeros(tradeId ^ bytes32(bound(difference, 1, type(uint96).max) << 160));
    }

    function test_GivesZerosForTheZeroId() public view {
        _assertZeros(bytes32(0));
    }

    /// @dev The flat form says what `getTrade` says.
    function _assertAgrees(bytes32 tradeId, uint8 expectedStatus) private view {
        IBarterCore.Trade memory trade = core.getTrade(tradeId);
        (bool success, bytes memory result) = address(core).staticcall(abi.encodeCall(core.trades, (tradeId)));
        assertTrue(success);
        assertEq(
            result,
            abi.encode(
                tradeId,
                trade.partyA,
                trade.partyB,
                trade.paymentHash,
                trade.amountSats,
                expectedStatus,
                trade.createdAt,
                trade.acceptedAt,
                trade.settledAt,
                trade.category,
                trade.description
            )
        );
    }

    function _assertZeros(bytes32 tradeId) private view {
        (bool success, bytes memory result) = address(core).staticcall(abi.encodeCall(core.trades, (tradeId)));
        assertTrue(success);
        assertEq(result, abi.encode(bytes32(0), address(0), address(0), bytes32(0), 0, uint8(0), 0, 0, 0, "", ""));
    }
}
