// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ReentrancyGuardTransient} from "solady/utils/ReentrancyGuardTransient.sol";

import {IAuditorQuorum} from "../../contracts/interfaces/IAuditorQuorum.sol";
import {IBarterBond} from "../../contracts/interfaces/IBarterBond.sol";
import {BondTest} from "../utils/BondTest.sol";
import {CallingToken} from "../utils/Tokens.sol";

/// @notice A token that calls others in the middle of each transfer, as those with hooks do. What moves money cannot be
/// entered again; what does not can be, and the money still adds up.
contract BondReentrancyTest is BondTest {
    uint256 private constant DEPOSIT = 200e6;

    CallingToken private money;

    function setUp() public override {
        super.setUp();
        money = new CallingToken();
        _deploy(money);
        // The token has a bond, a claim and money on its way out itself, so that nothing but the guard stands in its way.
        token.mint(address(money), PLENTY);
        vm.startPrank(address(money));
        money.approve(address(bond), type(uint256).max);
        bond.stake("https://token.example", BOND);
        bond.unbond(BOND / 2);
        vm.stopPrank();
        address honest = provider;
        provider = address(money);
        bytes32 dismissed = _file(100, DEPOSIT);
        _end(dismissed, 0);
        provider = honest;
        skip(UNBONDING_DELAY);
        assertEq(bond.claimable(address(money)), DEPOSIT);
    }

    /// @dev Before and after the money moves, whichever call it moves for.
    function test_NothingThatMovesMoneyIsReentered() public {
        for (uint256 place = 0; place < 5; ++place) {
            uint256 before = vm.snapshotState();
            if (place > 0) _stake(BOND);
            if (place == 4) _end(_file(2, DEPOSIT), 50_000);
            if (place == 3) {
                _unbond(BOND / 2);
                skip(UNBONDING_DELAY);
            }
            _plan(true);
            _plan(false);
            uint256 balance = token.balanceOf(address(bond));
            if (place == 0) _stake(BOND);
            if (place == 1) bond.topUp(provider, _given(BOND));
            if (place == 2) _file(1, BOND);
            if (place == 3) _withdraw();
            if (place == 4) _claim();
            _assertRefused();
            if (place < 3) assertEq(token.balanceOf(address(bond)), balance + BOND);
            vm.revertToState(before);
        }
    }

    /// @dev The plan is one that works: from outside of a transfer, each attempt goes through.
    function test_TheAttemptsWouldWorkOtherwise() public {
        (IBarterBond.Complaint memory complaint, bytes memory signature) = _signedComplaint();
        vm.startPrank(address(money));
        bond.topUp(address(money), 1);
        bond.file(complaint, signature, DEPOSIT);
        bond.withdraw(address(money));
        bond.claim(address(money));
        vm.stopPrank();
    }

    /// @dev While a deposit arrives, another dispute ends and takes a part of the bond: the new one is about what is left.
    function test_ADisputeThatEndsMeanwhile() public {
        _stake(BOND);
        bytes32 first = _file(1, DEPOSIT);
        _rule(first, MAX_SLASH_PPM);
        skip(OVERTURN_WINDOW);
        money.plan(address(bond), abi.encodeCall(bond.execute, (first)), true);
        bytes32 second = _file(2, DEPOSIT);
        assertTrue(money.getAttempt(0).succeeded);
        assertEq(bond.getDispute(second).bondAtFiling, BOND - BOND / 10);
        assertEq(bond.getBond(provider).reserved, (BOND - BOND / 10) / 10);
        _assertSolventWith(DEPOSIT);
    }

    /// @dev While money goes out, more starts on its way, a ruling is made and one is carried out: each as if afterwards.
    function test_WhatMovesNoMoneyMeanwhile() public {
        _stake(BOND);
        bytes32 first = _file(1, DEPOSIT);
        bytes32 second = _file(2, DEPOSIT);
        _rule(first, MAX_SLASH_PPM);
        skip(OVERTURN_WINDOW);
        bytes32 digest = bond.rulingDigest(second, 50_000, vm.getBlockTimestamp());
        IAuditorQuorum.AuditorSignature[] memory signatures = _signatures(digest, THRESHOLD);
        money.plan(address(bond), abi.encodeCall(bond.execute, (first)), true);
        money.plan(
            address(bond), abi.encodeCall(bond.rule, (second, 50_000, vm.getBlockTimestamp(), signatures)), false
        );
        money.plan(address(bond), abi.encodeCall(bond.unbond, (1)), false);
        vm.prank(address(money));
        bond.withdraw(address(money));
        for (uint256 i = 0; i < 3; ++i) {
            assertTrue(money.getAttempt(i).succeeded);
        }
        assertEq(bond.claimable(consumer), BOND / 10);
        assertEq(bond.getBond(address(money)).unbonding, 1);
        _assertStatus(second, IBarterBond.DisputeStatus.Ruled);
        _assertSolventWith(DEPOSIT);
    }

    // ------------------------------------------------------------------------------------------------ helpers

    function _given(uint256 amount) private returns (uint256) {
        _fund(address(this));
        return amount;
    }

    function _claim() private {
        vm.prank(consumer);
        bond.claim(consumer);
    }

    function _signedComplaint() private view returns (IBarterBond.Complaint memory complaint, bytes memory signature) {
        complaint = _complaint(99);
        complaint.provider = address(money);
        complaint.deadline = type(uint256).max;
        signature = _sign(consumerKey, bond.complaintDigest(complaint));
    }

    function _plan(bool beforehand) private {
        (IBarterBond.Complaint memory complaint, bytes memory signature) = _signedComplaint();
        money.plan(address(bond), abi.encodeCall(bond.stake, ("https://again.example", 1)), beforehand);
        money.plan(address(bond), abi.encodeCall(bond.topUp, (address(money), 1)), beforehand);
        money.plan(address(bond), abi.encodeCall(bond.file, (complaint, signature, DEPOSIT)), beforehand);
        money.plan(address(bond), abi.encodeCall(bond.withdraw, (address(money))), beforehand);
        money.plan(address(bond), abi.encodeCall(bond.claim, (address(money))), beforehand);
    }

    /// @dev Each was tried, and refused by the guard and nothing else.
    function _assertRefused() private view {
        uint256 count = money.attemptCount();
        assertEq(count, 10);
        for (uint256 i = 0; i < count; ++i) {
            CallingToken.Attempt memory attempt = money.getAttempt(i);
            assertTrue(attempt.made, "made");
            assertFalse(attempt.succeeded, "refused");
            assertEq(attempt.answer, abi.encodePacked(ReentrancyGuardTransient.Reentrancy.selector));
        }
    }

    /// @dev With the token's own bond and claim.
    function _assertSolventWith(uint256 openDeposits) private view {
        IBarterBond.Bond memory own = bond.getBond(address(money));
        _assertSolvent(openDeposits + own.active + own.unbonding + bond.claimable(address(money)));
    }
}
