// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBarterCore} from "../../contracts/interfaces/IBarterCore.sol";
import {TradeRecord} from "../../contracts/libraries/TradeRecord.sol";
import {BarterTest} from "../utils/BarterTest.sol";

/// @notice No gas limit leaves a trade half stored. Storing one takes three nested frames, each of which gets 63/64 of
/// what is left; wherever among them the gas runs out, the whole call changes nothing.
contract GasSweepTest is BarterTest {
    bytes32 private constant PAYMENT_HASH = keccak256("a payment hash");
    bytes32 private constant INIT_CODE_HASH = keccak256(hex"5f5f5f5f335afa503d5f5f3e3d5ff3");

    function test_ProposingStoresAllOrNothing() public {
        _sweep(abi.encodeCall(core.proposeTrade, (bob, PAYMENT_HASH, 50_000, CATEGORY, DESCRIPTION)), 0);
    }

    function test_ProposingTheLongestStoresAllOrNothing() public {
        bytes memory call = abi.encodeCall(
            core.proposeTrade, (bob, PAYMENT_HASH, 50_000, string(new bytes(32)), string(new bytes(200)))
        );
        // The longer the record, the more is left to say so when storing it runs out of gas.
        assertGt(_sweep(call, 0), 0, "the sweep met RecordNotStored");
    }

    function test_ProposingAsPayeeStoresAllOrNothing() public {
        _sweep(abi.encodeCall(core.proposeTradeAsPayee, (bob, PAYMENT_HASH, 50_000, CATEGORY, DESCRIPTION)), 0);
    }

    function test_OpeningStoresAllOrNothing() public {
        IBarterCore.Terms memory terms = _terms(alice, bob, PAYMENT_HASH, 50_000);
        bytes memory signature = _sign(bobKey, core.openTradeDigest(alice, terms, START));
        _sweep(abi.encodeCall(core.openTrade, (terms, START, signature)), 1);
    }

    /// @dev A taken key is never mistaken for a free one, and the trade that has it stays as it is.
    function test_ATakenKeyIsRefusedWhateverTheGas() public {
        bytes memory call = abi.encodeCall(core.proposeTrade, (bob, PAYMENT_HASH, 50_000, CATEGORY, DESCRIPTION));
        vm.prank(alice);
        bytes32 tradeId = core.proposeTrade(bob, PAYMENT_HASH, 50_000, CATEGORY, DESCRIPTION);
        bytes32 before = keccak256(abi.encode(core.getTrade(tradeId), core.getWallet(alice), core.getWallet(bob)));
        uint256 named = 0;
        for (uint256 gasLimit = 2_000; gasLimit < 400_000; gasLimit += 500) {
            vm.prank(alice);
            (bool success, bytes memory result) = address(core).call{gas: gasLimit}(call);
            assertFalse(success);
            if (result.length != 0) {
                assertEq(
                    result, abi.encodeWithSelector(IBarterCore.PaymentHashReused.selector, alice, bob, PAYMENT_HASH)
                );
                ++named;
            }
        }
        assertGt(named, 100, "with enough gas it says why");
        assertEq(keccak256(abi.encode(core.getTrade(tradeId), core.getWallet(alice), core.getWallet(bob))), before);
    }

    function _sweep(bytes memory call, uint256 accepted) private returns (uint256 unstored) {
        uint256 snapshot = vm.snapshotState();
        bytes32 nothing = _state();
        uint256 stored = 0;
        for (uint256 gasLimit = 2_000; stored < 20; gasLimit += 61) {
            assertLt(gasLimit, 400_000, "enough is enough");
            vm.prank(alice);
            (bool success, bytes memory result) = address(core).call{gas: gasLimit}(call);
            if (success) {
                ++stored;
                _assertWhole(abi.decode(result, (bytes32)), accepted);
                assertTrue(vm.revertToState(snapshot));
                continue;
            }
            // Out of gas says nothing; of what says something, only this can come of gas.
            if (result.length != 0) {
                assertEq(result, abi.encodeWithSelector(IBarterCore.RecordNotStored.selector));
                ++unstored;
            }
            assertEq(_state(), nothing, "a failed call changes nothing");
        }
    }

    function _assertWhole(bytes32 tradeId, uint256 accepted) private view {
        IBarterCore.Trade memory trade = core.getTrade(tradeId);
        assertEq(trade.partyA, alice);
        assertEq(trade.partyB, bob);
        assertEq(trade.paymentHash, PAYMENT_HASH);
        assertEq(uint8(trade.status), accepted);
        address[2] memory wallets = [alice, bob];
        for (uint256 i = 0; i < 2; ++i) {
            assertEq(core.getWallet(wallets[i]).proposed, 1);
            assertEq(core.getWallet(wallets[i]).accepted, accepted);
            bytes32[] memory list = core.getTradesByAddress(wallets[i]);
            assertEq(list.length, 1);
            assertEq(list[0], tradeId);
        }
    }

    /// @dev What the views say of both wallets, and the code at the place of the record.
    function _state() private view returns (bytes32) {
        bytes32 key = bytes32(
            bytes12(
                keccak256(
                    alice < bob
                        ? abi.encodePacked(alice, bob, PAYMENT_HASH)
                        : abi.encodePacked(bob, alice, PAYMENT_HASH)
                )
            )
        );
        address record = vm.computeCreate2Address(key, INIT_CODE_HASH, address(core));
        assertEq(record.code.length, 0);
        assertEq(vm.getNonce(record), 0);
        return keccak256(
            abi.encode(
                core.getWallet(alice), core.getWallet(bob), core.getTradesByAddress(alice), core.getTradesByAddress(bob)
            )
        );
    }
}
