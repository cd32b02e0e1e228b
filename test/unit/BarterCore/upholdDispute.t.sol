// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Vm} from "forge-std/Vm.sol";

import {IBarterCore} from "../../../contracts/interfaces/IBarterCore.sol";
import {BarterTest} from "../../utils/BarterTest.sol";

contract UpholdDisputeTest is BarterTest {
    bytes32 private tradeId;

    function setUp() public override {
        super.setUp();
        (tradeId,) = _dispute(alice, bob, 50_000);
    }

    function test_RecordsAgainstPartyA() public {
        vm.prank(arbiter);
        core.upholdDispute(tradeId, alice);
        IBarterCore.Trade memory trade = core.getTrade(tradeId);
        assertEq(uint8(trade.status), uint8(IBarterCore.Status.Disputed));
        assertEq(uint8(trade.ruling), uint8(IBarterCore.Ruling.AgainstPartyA));
        assertEq(core.getWallet(alice).faults, 1);
        assertEq(core.getWallet(bob).faults, 0);
        assertEq(core.getWallet(alice).disputed, 1);
        assertEq(core.getWallet(bob).disputed, 1);
    }

    function test_RecordsAgainstPartyB() public {
        vm.prank(arbiter);
        core.upholdDispute(tradeId, bob);
        assertEq(uint8(core.getTrade(tradeId).ruling), uint8(IBarterCore.Ruling.AgainstPartyB));
        assertEq(core.getWallet(alice).faults, 0);
        assertEq(core.getWallet(bob).faults, 1);
    }

    function test_FaultsAddUp() public {
        (bytes32 another,) = _dispute(carol, bob, 50_000);
        vm.startPrank(arbiter);
        core.upholdDispute(tradeId, bob);
        core.upholdDispute(another, bob);
        vm.stopPrank();
        assertEq(core.getWallet(bob).faults, 2);
        assertEq(core.getWallet(bob).disputed, 2);
    }

    function test_EmitsDisputeUpheldAlone() public {
        vm.recordLogs();
        emit IBarterCore.DisputeUpheld(tradeId, bob);
        Vm.Log[] memory expected = vm.getRecordedLogs();
        vm.prank(arbiter);
        core.upholdDispute(tradeId, bob);
        _assertLogs(expected, "B");
    }

    function test_TouchesNeitherScoreNorCredit() public {
        _settle(alice, bob, 50_000);
        vm.prank(arbiter);
        core.upholdDispute(tradeId, bob);
        assertEq(trust.getScore(bob), 6);
        assertEq(credit.balanceOf(bob), 50e18);
    }

    function testFuzz_RevertWhen_TheCallerIsNotTheArbiter(address caller) public {
        if (caller == arbiter) caller = alice;
        vm.expectRevert(abi.encodeWithSelector(IBarterCore.NotArbiter.selector, caller, arbiter));
        vm.prank(caller);
        core.upholdDispute(tradeId, bob);
    }

    function testFuzz_RevertWhen_TheWalletAtFaultIsNoParty(address atFault) public {
        if (atFault == alice || atFault == bob) atFault = address(0);
        vm.expectRevert(abi.encodeWithSelector(IBarterCore.NotParty.selector, tradeId, atFault));
        vm.prank(arbiter);
        core.upholdDispute(tradeId, atFault);
    }

    function test_RevertWhen_TheTradeIsUnknown() public {
        vm.expectRevert(abi.encodeWithSelector(IBarterCore.TradeNotFound.selector, bytes32(uint256(7))));
        vm.prank(arbiter);
        core.upholdDispute(bytes32(uint256(7)), bob);
    }

    function test_RevertGiven_ItIsNotDisputed() public {
        (bytes32 accepted,) = _accept(alice, bob, 50_000);
        vm.expectRevert(
            abi.encodeWithSelector(
                IBarterCore.WrongStatus.selector, accepted, IBarterCore.Status.Accepted, IBarterCore.Status.Disputed
            )
        );
        vm.prank(arbiter);
        core.upholdDispute(accepted, bob);
    }

    function test_RevertGiven_ItWasDismissed() public {
        vm.startPrank(arbiter);
        core.dismissDispute(tradeId);
        vm.expectRevert(
            abi.encodeWithSelector(
                IBarterCore.WrongStatus.selector, tradeId, IBarterCore.Status.Accepted, IBarterCore.Status.Disputed
            )
        );
        core.upholdDispute(tradeId, bob);
        vm.stopPrank();
    }

    function test_RevertGiven_ItWasUpheld() public {
        vm.startPrank(arbiter);
        core.upholdDispute(tradeId, bob);
        address[2] memory parties = [alice, bob];
        for (uint256 i = 0; i < 2; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IBarterCore.DisputeAlreadyUpheld.selector, tradeId));
            core.upholdDispute(tradeId, parties[i]);
        }
        vm.stopPrank();
        assertEq(core.getWallet(bob).faults, 1);
        assertEq(core.getWallet(alice).faults, 0);
    }
}
