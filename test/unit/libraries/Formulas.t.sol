// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";

import {Formulas} from "../../../contracts/libraries/Formulas.sol";

contract FormulasTest is Test {
    /// @dev Halving until one is left counts floor(log2(x)).
    function testFuzz_ScoreIsTheLogarithm(uint256 amountSats) public pure {
        uint256 expected = 1;
        for (uint256 x = amountSats / 1_000 + 1; x > 1; x /= 2) {
            ++expected;
        }
        assertEq(Formulas.score(amountSats), expected);
    }

    /// @dev The fuzzer prefers huge numbers; trades are not.
    function testFuzz_ScoreOfATrade(uint256 amountSats) public pure {
        testFuzz_ScoreIsTheLogarithm(bound(amountSats, 1_000, 2_100_000_000_000_000));
    }

    /// @dev Around every step: the score rises exactly where amount / 1000 + 1 reaches a power of two.
    function test_ScoreRisesAtThePowersOfTwo() public pure {
        for (uint256 power = 1; power < 41; ++power) {
            uint256 amountSats = ((1 << power) - 1) * 1_000;
            assertEq(Formulas.score(amountSats - 1), power);
            assertEq(Formulas.score(amountSats), power + 1);
            assertEq(Formulas.score(amountSats + 999), power + 1);
        }
    }

    function test_ScoreAtTheLimits() public pure {
        assertEq(Formulas.score(0), 1);
        assertEq(Formulas.score(999), 1);
        assertEq(Formulas.score(1_000), 2);
        assertEq(Formulas.score(2_100_000_000_000_000), 41);
        assertEq(Formulas.score(type(uint256).max), 247);
    }

    function testFuzz_ScoreNeverFallsWithTheAmount(uint256 less, uint256 more) public pure {
        if (less > more) (less, more) = (more, less);
        assertLe(Formulas.score(less), Formulas.score(more));
    }

    function testFuzz_CreditIsBoundedAndLinear(uint256 amountSats) public pure {
        uint256 tokens = amountSats / 1_000;
        if (tokens == 0) tokens = 1;
        if (tokens > 10_000) tokens = 10_000;
        assertEq(Formulas.credit(amountSats), tokens * 10 ** 18);
    }

    /// @dev Most of what the fuzzer draws is above the cap; this is below and around it.
    function testFuzz_CreditOfASmallTrade(uint256 amountSats) public pure {
        testFuzz_CreditIsBoundedAndLinear(bound(amountSats, 0, 11_000_000));
    }

    function test_CreditAtTheLimits() public pure {
        assertEq(Formulas.credit(0), 1e18);
        assertEq(Formulas.credit(1_999), 1e18);
        assertEq(Formulas.credit(2_000), 2e18);
        assertEq(Formulas.credit(9_999_999), 9_999e18);
        assertEq(Formulas.credit(10_000_000), 10_000e18);
        assertEq(Formulas.credit(type(uint256).max), 10_000e18);
    }
}
