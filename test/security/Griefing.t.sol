// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Vm} from "forge-std/Vm.sol";

import {IBarterCore} from "../../contracts/interfaces/IBarterCore.sol";
import {BarterTest} from "../utils/BarterTest.sol";

/// @notice Thousands of proposals sent to a stranger do not make anything dearer that the stranger, or anybody with the
/// stranger, does. Each call is a transaction of its own, and what is compared is its whole gas.
/// forge-config: default.isolate = true
contract GriefingTest is BarterTest {
    uint256 private constant SPAM = 3_000;
    uint256 private constant PAGE = 20;

    address private stranger;

    struct Costs {
        uint256 propose;
        uint256 proposeToIt;
        uint256 accept;
        uint256 settle;
        uint256 dispute;
        uint256 dismiss;
        uint256 uphold;
        uint256 open;
        uint256 getWallet;
        uint256 page;
    }

    function setUp() public override {
        super.setUp();
        stranger = bob;
    }

    /// @dev A wallet with a history: exactly what it was, to the last unit of gas.
    function test_NothingGetsDearerForAWalletWithAHistory() public {
        _settle(stranger, alice, 50_000);
        for (uint256 i = 0; i < PAGE; ++i) {
            _propose(alice, stranger, 50_000);
        }
        Costs memory before = _measure();
        _spam(stranger);
        Costs memory afterwards = _measure();
        assertEq(core.getWallet(stranger).proposed, SPAM + PAGE + 1);
        assertEq(abi.encode(afterwards), abi.encode(before), "all equal");
        assertGt(before.propose, 100_000, "whole transactions were measured");
        assertLt(before.getWallet, 100_000);
    }

    /// @dev A wallet that has done nothing yet: the spammer has paid for its slot, so some of it gets cheaper.
    function test_NothingGetsDearerForANewWallet() public {
        Costs memory before = _measure();
        _spam(stranger);
        Costs memory afterwards = _measure();
        assertLe(afterwards.propose, before.propose);
        assertLe(afterwards.proposeToIt, before.proposeToIt);
        assertLe(afterwards.accept, before.accept);
        assertLe(afterwards.settle, before.settle);
        assertLe(afterwards.dispute, before.dispute);
        assertLe(afterwards.dismiss, before.dismiss);
        assertLe(afterwards.uphold, before.uphold);
        assertLe(afterwards.open, before.open);
        assertLe(afterwards.getWallet, before.getWallet);
    }

    /// @dev All that the stranger would do, measured, and undone.
    function _measure() private returns (Costs memory costs) {
        uint256 snapshot = vm.snapshotState();
        (bytes32 preimage, bytes32 paymentHash) = (bytes32("preimage"), sha256(abi.encode(bytes32("preimage"))));
        vm.prank(stranger);
        bytes32 tradeId = core.proposeTrade(carol, paymentHash, 50_000, CATEGORY, DESCRIPTION);
        costs.propose = _lastGas();
        vm.prank(carol);
        core.acceptTrade(tradeId);

        vm.prank(carol);
        bytes32 toIt = core.proposeTrade(stranger, bytes32("another"), 50_000, CATEGORY, DESCRIPTION);
        costs.proposeToIt = _lastGas();
        vm.prank(stranger);
        core.acceptTrade(toIt);
        costs.accept = _lastGas();

        vm.prank(stranger);
        core.settleTrade(tradeId, preimage);
        costs.settle = _lastGas();
        vm.prank(stranger);
        core.disputeTrade(toIt);
        costs.dispute = _lastGas();
        uint256 disputed = vm.snapshotState();
        vm.prank(arbiter);
        core.dismissDispute(toIt);
        costs.dismiss = _lastGas();
        vm.revertToState(disputed);
        vm.prank(arbiter);
        core.upholdDispute(toIt, stranger);
        costs.uphold = _lastGas();

        IBarterCore.Terms memory terms = _terms(stranger, carol, bytes32("opened"), 50_000);
        bytes memory signature = _sign(carolKey, core.openTradeDigest(stranger, terms, START));
        vm.prank(stranger);
        core.openTrade(terms, START, signature);
        costs.open = _lastGas();
        vm.revertToState(snapshot);

        // Views run inside of the test's own transaction: once before, so that all they touch is warm.
        core.getWallet(stranger);
        core.getWallet(stranger);
        costs.getWallet = _lastGas();
        core.getTradesPaged(stranger, 0, PAGE);
        core.getTradesPaged(stranger, 0, PAGE);
        costs.page = _lastGas();
    }

    /// @dev From ever new wallets, each with proposals as large as a page of the stranger's own.
    function _spam(address victim) private {
        for (uint256 i = 0; i < SPAM; ++i) {
            vm.prank(address(uint160(uint256(keccak256(abi.encode("spammer", i / 4))))));
            core.proposeTrade(victim, keccak256(abi.encode("spam", i)), 1_000, CATEGORY, DESCRIPTION);
        }
    }

    function _lastGas() private view returns (uint256) {
        Vm.Gas memory gas = vm.lastCallGas();
        return gas.gasTotalUsed;
    }
}
