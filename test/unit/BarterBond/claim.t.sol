// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Vm} from "forge-std/Vm.sol";

import {IBarterBond} from "../../../contracts/interfaces/IBarterBond.sol";
import {BondTest} from "../../utils/BondTest.sol";

contract ClaimTest is BondTest {
    uint256 private constant DEPOSIT = 60e6;

    function setUp() public override {
        super.setUp();
        _stake(BOND);
        _end(_file(1, DEPOSIT), 50_000);
    }

    function testFuzz_PaysOnesOwn(address to) public {
        if (to == address(0) || to == address(bond)) to = stranger;
        uint256 before = token.balanceOf(to);
        vm.prank(consumer);
        assertEq(bond.claim(to), BOND / 20);
        assertEq(token.balanceOf(to), before + BOND / 20);
        assertEq(bond.claimable(consumer), 0);
        assertEq(bond.claimable(filer), DEPOSIT);
        _assertSolvent(0);
    }

    function test_EmitsClaimedAlone() public {
        vm.recordLogs();
        emit IBarterBond.Claimed(filer, stranger, DEPOSIT);
        Vm.Log[] memory expected = vm.getRecordedLogs();
        vm.prank(filer);
        bond.claim(stranger);
        _assertLogs(expected, address(bond));
    }

    function test_PaysAllEndsAtOnce() public {
        _end(_file(2, DEPOSIT), 0);
        _end(_file(3, DEPOSIT), 50_000);
        vm.prank(filer);
        assertEq(bond.claim(filer), 2 * DEPOSIT);
        vm.prank(provider);
        assertEq(bond.claim(provider), DEPOSIT);
        vm.prank(consumer);
        assertEq(bond.claim(consumer), BOND / 20 + (BOND - BOND / 20) / 20);
        assertEq(token.balanceOf(address(bond)), uint256(bond.getBond(provider).active));
    }

    function test_RevertGiven_ThereIsNothing() public {
        vm.expectRevert(abi.encodeWithSelector(IBarterBond.NothingToClaim.selector, provider));
        vm.prank(provider);
        bond.claim(provider);
    }

    function test_RevertGiven_ItWasClaimed() public {
        vm.startPrank(consumer);
        bond.claim(consumer);
        vm.expectRevert(abi.encodeWithSelector(IBarterBond.NothingToClaim.selector, consumer));
        bond.claim(consumer);
        vm.stopPrank();
    }

    /// @dev Not before the dispute ends, even where its end is certain.
    function test_RevertGiven_TheRulingWasNotCarriedOut() public {
        (consumer, consumerKey) = (stranger, strangerKey);
        bytes32 disputeId = _file(2);
        _rule(disputeId, 50_000);
        skip(OVERTURN_WINDOW);
        vm.expectRevert(abi.encodeWithSelector(IBarterBond.NothingToClaim.selector, stranger));
        vm.prank(stranger);
        bond.claim(stranger);
    }

    /// @dev Paid to either, it would be nobody's; refused, it is still the owner's.
    function test_RevertWhen_NobodyWouldReceiveIt() public {
        address[2] memory nobodies = [address(0), address(bond)];
        for (uint256 i = 0; i < 2; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IBarterBond.InvalidRecipient.selector, nobodies[i]));
            vm.prank(consumer);
            bond.claim(nobodies[i]);
        }
        assertEq(bond.claimable(consumer), BOND / 20);
    }
}
