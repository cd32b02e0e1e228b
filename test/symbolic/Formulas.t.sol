// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";

import {Formulas} from "../../contracts/libraries/Formulas.sol";
import {MAX_AMOUNT_SATS} from "../../contracts/libraries/Limits.sol";

/// @notice Proven for every amount there can be, 0 to `MAX_AMOUNT_SATS`, wider than what a trade allows; what credit is,
/// even for every number of 256 bits.
contract FormulasSymbolicTest is Test {
    /// @dev The score without a logarithm: the s for which 2^(s-1) <= n < 2^s, where n is the thousands of satoshis plus
    /// one. There is one such s for every n, so this is all there is to say about it.
    function check_ScoreBracketsTheAmount(uint256 amountSats) external pure {
        vm.assume(amountSats <= MAX_AMOUNT_SATS);
        uint256 score = Formulas.score(amountSats);
        uint256 units = amountSats / 1000 + 1;
        assertGe(score, 1);
        assertLe(score, 41);
        assertLe(1 << (score - 1), units);
        assertLt(units, 1 << score);
    }

    function check_ScoreIsMonotone(uint256 smaller, uint256 larger) external pure {
        vm.assume(smaller <= larger && larger <= MAX_AMOUNT_SATS);
        assertLe(Formulas.score(smaller), Formulas.score(larger));
    }

    /// @dev One token, or the thousands of satoshis, or ten thousand tokens, each of 10^18. That it is monotone follows.
    function check_CreditIsItsDefinition(uint256 amountSats) external pure {
        uint256 thousands = amountSats / 1000;
        uint256 credit = Formulas.credit(amountSats);
        if (thousands <= 1) assertEq(credit, 1 ether);
        else if (thousands >= 10_000) assertEq(credit, 10_000 ether);
        else assertEq(credit, thousands * 1 ether);
    }

    function check_CreditIsBounded(uint256 amountSats) external pure {
        vm.assume(amountSats <= MAX_AMOUNT_SATS);
        uint256 credit = Formulas.credit(amountSats);
        assertGe(credit, 1 ether);
        assertLe(credit, 10_000 ether);
    }
}
