// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BarterTest} from "../../utils/BarterTest.sol";

contract GetTradesByAddressTest is BarterTest {
    mapping(address wallet => bytes32[]) private expected;

    function testFuzz_IsEmptyForAStranger(address wallet) public view {
        assertEq(core.getTradesByAddress(wallet).length, 0);
    }

    function test_OldestFirstOnEitherSide() public {
        (bytes32 first,) = _propose(alice, bob, 50_000);
        (bytes32 second,) = _propose(bob, alice, 50_000);
        (bytes32 third,) = _propose(carol, alice, 50_000);
        bytes32[] memory ofAlice = core.getTradesByAddress(alice);
        assertEq(ofAlice.length, 3);
        assertEq(ofAlice[0], first);
        assertEq(ofAlice[1], second);
        assertEq(ofAlice[2], third);
        bytes32[] memory ofCarol = core.getTradesByAddress(carol);
        assertEq(ofCarol.length, 1);
        assertEq(ofCarol[0], third);
    }

    /// @dev Any trades among three wallets, by any of the three entries, against plain arrays.
    function testFuzz_EqualsAPlainList(uint8[24] calldata choices) public {
        address[3] memory wallets = [alice, bob, carol];
        uint256[3] memory keys = [aliceKey, bobKey, carolKey];
        for (uint256 i = 0; i < choices.length; ++i) {
            uint256 from = choices[i] % 3;
            uint256 to = (from + 1 + (choices[i] / 3) % 2) % 3;
            bytes32 tradeId = _start(wallets[from], wallets[to], keys[to], (choices[i] / 6) % 3);
            expected[wallets[from]].push(tradeId);
            expected[wallets[to]].push(tradeId);
        }
        for (uint256 i = 0; i < 3; ++i) {
            assertEq(core.getTradesByAddress(wallets[i]), expected[wallets[i]]);
        }
    }

    /// @dev What becomes of a trade does not move it.
    function test_KeepsTradesOfEveryStatus() public {
        (bytes32 expired,) = _propose(alice, bob, 50_000);
        bytes32 settled = _settle(alice, bob, 50_000);
        (bytes32 disputed,) = _dispute(bob, alice, 50_000);
        vm.warp(START + 30 days);
        bytes32[] memory list = core.getTradesByAddress(bob);
        assertEq(list.length, 3);
        assertEq(list[0], expired);
        assertEq(list[1], settled);
        assertEq(list[2], disputed);
    }

    /// @dev Twice the trades cost at most a little more than twice: memory that grew with the list would cost quadratically,
    /// and let strangers push a wallet's list past what a node computes.
    function test_CostGrowsLinearlyWithTheList() public {
        uint256 ofOneThousand = _costAfter(1_000);
        uint256 ofTwoThousand = _costAfter(1_000);
        assertLt(ofTwoThousand, ofOneThousand * 21 / 10);
    }

    /// @dev Gas of the call alone: this test's own memory grows, too.
    function _costAfter(uint256 moreTrades) private returns (uint256) {
        for (uint256 i = 0; i < moreTrades; ++i) {
            _propose(carol, bob, 50_000);
        }
        core.getTradesByAddress(bob);
        return vm.lastCallGas().gasTotalUsed;
    }

    function _start(address proposer, address counterparty, uint256 key, uint256 entry) private returns (bytes32) {
        (, bytes32 paymentHash) = _newPreimage();
        if (entry == 0) {
            vm.prank(proposer);
            return core.proposeTrade(counterparty, paymentHash, 50_000, CATEGORY, DESCRIPTION);
        }
        if (entry == 1) {
            vm.prank(proposer);
            return core.proposeTradeAsPayee(counterparty, paymentHash, 50_000, CATEGORY, DESCRIPTION);
        }
        bytes32 digest = core.openTradeDigest(proposer, _terms(proposer, counterparty, paymentHash, 50_000), START);
        vm.prank(proposer);
        return core.openTrade(_terms(proposer, counterparty, paymentHash, 50_000), START, _sign(key, digest));
    }
}
