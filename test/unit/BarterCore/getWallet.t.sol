// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBarterCore} from "../../../contracts/interfaces/IBarterCore.sol";
import {BarterTest} from "../../utils/BarterTest.sol";

contract GetWalletTest is BarterTest {
    function testFuzz_IsZerosForAStranger(address wallet) public view {
        IBarterCore.Wallet memory zeros;
        assertEq(abi.encode(core.getWallet(wallet)), abi.encode(zeros));
    }

    /// @dev A life with everything in it, for both sides.
    function test_TellsEverything() public {
        _settle(alice, bob, 50_000);
        vm.warp(START + 100);
        _settle(carol, alice, 7_000);
        (bytes32 upheld,) = _dispute(alice, bob, 50_000);
        (bytes32 dismissed,) = _dispute(alice, bob, 50_000);
        vm.startPrank(arbiter);
        core.upholdDispute(upheld, alice);
        core.dismissDispute(dismissed);
        vm.stopPrank();
        _dispute(bob, alice, 50_000);
        _propose(alice, carol, 50_000);
        _accept(alice, carol, 50_000);
        vm.prank(alice);
        credit.burn(7e18);

        IBarterCore.Wallet memory expected = IBarterCore.Wallet({
            score: 10, // floor(log2(51)) + 1 and floor(log2(8)) + 1
            uniqueCounterparties: 2,
            memberSince: START,
            lastTradeAt: START + 100,
            proposed: 7,
            initiated: 5,
            accepted: 6,
            settled: 2,
            disputed: 2,
            faults: 1,
            creditBalance: 50e18,
            creditEarned: 57e18
        });
        assertEq(abi.encode(core.getWallet(alice)), abi.encode(expected));

        expected = IBarterCore.Wallet({
            score: 6,
            uniqueCounterparties: 1,
            memberSince: START,
            lastTradeAt: START,
            proposed: 4,
            initiated: 1,
            accepted: 4,
            settled: 1,
            disputed: 2,
            faults: 0,
            creditBalance: 50e18,
            creditEarned: 50e18
        });
        assertEq(abi.encode(core.getWallet(bob)), abi.encode(expected));
    }

    /// @dev Credit that moved is not credit earned.
    function test_ReceivedCreditIsNotEarned() public {
        _settle(alice, bob, 50_000);
        vm.prank(alice);
        credit.transfer(carol, 20e18);
        assertEq(core.getWallet(carol).creditBalance, 20e18);
        assertEq(core.getWallet(carol).creditEarned, 0);
        assertEq(core.getWallet(alice).creditBalance, 30e18);
        assertEq(core.getWallet(alice).creditEarned, 50e18);
    }
}
