// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";

import {Ppms} from "../../contracts/libraries/Ppm.sol";

/// @notice Proven for every amount of 128 bits, which is all that a bond can hold, and for the two shares that bonds are
/// deployed with: no solver here multiplies and divides by two numbers it does not know. That shares are rounded to the very
/// unit is not proven either, for the same reason: the unit tests and the ledger of the invariants have it, which divides
/// before it multiplies.
contract PpmSymbolicTest is Test {
    function check_NothingOfAnAmount(uint128 amount) external pure {
        assertEq(Ppms.shareDown(amount, 0), 0);
        assertEq(Ppms.shareUp(amount, 0), 0);
    }

    /// @dev A share is not more than its amount, whichever way it is rounded.
    function check_DepositIsAPart(uint128 amount) external pure {
        assertLe(Ppms.shareDown(amount, 10_000), amount);
        assertLe(Ppms.shareUp(amount, 10_000), amount);
    }

    function check_CapIsAPart(uint128 amount) external pure {
        assertLe(Ppms.shareDown(amount, 100_000), amount);
        assertLe(Ppms.shareUp(amount, 100_000), amount);
    }
}
