// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";

import {BTRCredit} from "../../contracts/BTRCredit.sol";
import {Formulas} from "../../contracts/libraries/Formulas.sol";
import {MAX_AMOUNT_SATS} from "../../contracts/libraries/Limits.sol";
import {svm} from "./Svm.sol";

/// @notice Steps of an induction: whatever the contract's storage holds, one call keeps the rule. The storage is any at
/// all but for what each proof assumes of it; this test is BarterCore to the contract, having deployed it.
///
/// Together they are invariant 3: the supply moves by exactly what the balances move by, in each of the calls that can
/// change either. Not proven here: `permit`'s signature, because ecrecover is an unknown function to the prover; permit
/// changes no balance, and the unit tests have its digests.
contract BTRCreditSymbolicTest is Test {
    /// @dev Balances and supply stay far below 128 bits: that takes 2^54 trades of the largest reward.
    uint256 private constant END = 1 << 120;

    BTRCredit private credit;

    function setUp() external {
        credit = new BTRCredit();
        svm.enableSymbolicStorage(address(credit));
    }

    function check_OnlyCoreGrants(address caller, address partyA, address partyB, uint256 amountSats) external {
        vm.prank(caller);
        (bool success,) = address(credit).call(abi.encodeCall(BTRCredit.grantReward, (partyA, partyB, amountSats)));
        if (success) assertEq(caller, address(this));
    }

    function check_RewardIsTheFormula(address partyA, address partyB, uint256 amountSats) external {
        assertEq(credit.grantReward(partyA, partyB, amountSats), Formulas.credit(amountSats));
    }

    function check_GrantAddsTheRewardToBoth(address partyA, address partyB, address other, uint256 amountSats)
        external
    {
        vm.assume(partyA != partyB && other != partyA && other != partyB && amountSats <= MAX_AMOUNT_SATS);
        uint256[7] memory before = _state(partyA, partyB, other);
        uint256 reward = credit.grantReward(partyA, partyB, amountSats);
        // Proven by itself, in FormulasSymbolicTest; said here, it spares the solver a minute.
        vm.assume(reward <= 10_000 ether);
        uint256[7] memory now_ = _state(partyA, partyB, other);
        assertEq(now_[0], before[0] + reward);
        assertEq(now_[1], before[1] + reward);
        assertEq(now_[2], before[2]);
        assertEq(now_[3], before[3] + reward);
        assertEq(now_[4], before[4] + reward);
        assertEq(now_[5], before[5]);
        assertEq(now_[6], before[6] + reward + reward);
    }

    function check_TransferMovesTheAmount(address from, address to, address other, uint256 amount) external {
        vm.assume(from != to && other != from && other != to);
        uint256[7] memory before = _state(from, to, other);
        vm.prank(from);
        (bool success,) = address(credit).call(abi.encodeCall(BTRCredit.transfer, (to, amount)));
        assertEq(success, to != address(0) && from != address(0) && amount <= before[0]);
        _assertMoved(before, _state(from, to, other), success ? amount : 0);
    }

    function check_TransferToOneselfMovesNothing(address wallet, address other, uint256 amount) external {
        vm.assume(wallet != address(this) && other != wallet);
        uint256[7] memory before = _state(wallet, other, address(this));
        vm.prank(wallet);
        (bool success,) = address(credit).call(abi.encodeCall(BTRCredit.transfer, (wallet, amount)));
        if (success) assertLe(amount, before[0]);
        _assertMoved(before, _state(wallet, other, address(this)), 0);
    }

    /// @dev Within the allowance, which falls by as much, unless it is without limit.
    function check_TransferFromNeedsTheAllowance(
        address spender,
        address from,
        address to,
        address other,
        uint256 amount
    ) external {
        vm.assume(from != to && other != from && other != to);
        uint256[7] memory before = _state(from, to, other);
        uint256 allowed = credit.allowance(from, spender);
        vm.prank(spender);
        (bool success,) = address(credit).call(abi.encodeCall(BTRCredit.transferFrom, (from, to, amount)));
        if (success) {
            assertLe(amount, allowed);
            uint256 left = allowed == type(uint256).max ? allowed : allowed - amount;
            assertEq(credit.allowance(from, spender), left);
        }
        _assertMoved(before, _state(from, to, other), success ? amount : 0);
    }

    function check_BurnTakesFromTheCallerAndTheSupply(address caller, address other, uint256 amount) external {
        vm.assume(other != caller && other != address(this) && caller != address(this));
        uint256[7] memory before = _state(caller, other, address(this));
        vm.assume(before[0] <= before[6]);
        vm.prank(caller);
        (bool success,) = address(credit).call(abi.encodeCall(BTRCredit.burn, (amount)));
        assertEq(success, amount <= before[0]);
        uint256[7] memory now_ = _state(caller, other, address(this));
        before[0] -= success ? amount : 0;
        before[6] -= success ? amount : 0;
        assertEq(abi.encode(now_), abi.encode(before));
    }

    function check_ApproveMovesNothing(address caller, address spender, address other, uint256 amount) external {
        vm.assume(caller != spender && other != caller && other != spender);
        uint256[7] memory before = _state(caller, spender, other);
        vm.prank(caller);
        (bool success,) = address(credit).call(abi.encodeCall(BTRCredit.approve, (spender, amount)));
        if (success) assertEq(credit.allowance(caller, spender), amount);
        assertEq(abi.encode(_state(caller, spender, other)), abi.encode(before));
    }

    /// @dev Three balances, what the three ever earned, and the supply; none near its end.
    function _state(address a, address b, address c) private view returns (uint256[7] memory state) {
        state = [
            credit.balanceOf(a),
            credit.balanceOf(b),
            credit.balanceOf(c),
            credit.totalEarned(a),
            credit.totalEarned(b),
            credit.totalEarned(c),
            credit.totalSupply()
        ];
        for (uint256 i = 0; i < 7; ++i) {
            vm.assume(state[i] < END);
        }
    }

    function _assertMoved(uint256[7] memory before, uint256[7] memory now_, uint256 amount) private pure {
        assertEq(now_[0], before[0] - amount);
        assertEq(now_[1], before[1] + amount);
        for (uint256 i = 2; i < 7; ++i) {
            assertEq(now_[i], before[i]);
        }
    }
}
