// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";

import {PPM, Ppms} from "../../../contracts/libraries/Ppm.sol";

contract PpmTest is Test {
    /// @dev Against the definition, in whole numbers: the most whose millionfold is no more than amount times share.
    function testFuzz_DownIsTheMostThatIsNotMore(uint256 amount, uint256 ppm) public pure {
        amount = bound(amount, 0, type(uint128).max);
        ppm = bound(ppm, 0, PPM);
        uint256 share = Ppms.shareDown(amount, ppm);
        assertLe(share * PPM, amount * ppm);
        assertGt((share + 1) * PPM, amount * ppm);
        assertLe(share, amount);
    }

    function testFuzz_UpIsTheLeastThatIsNotLess(uint256 amount, uint256 ppm) public pure {
        amount = bound(amount, 0, type(uint128).max);
        ppm = bound(ppm, 0, PPM);
        uint256 share = Ppms.shareUp(amount, ppm);
        assertGe(share * PPM, amount * ppm);
        if (share > 0) assertLt((share - 1) * PPM, amount * ppm);
        assertLe(share, amount);
    }

    /// @dev A smaller share never takes more: what is reserved for the largest one is enough for any.
    function testFuzz_MoreOfMoreIsNotLess(uint256 amount, uint256 more, uint256 ppm, uint256 morePpm) public pure {
        more = bound(more, 0, type(uint128).max);
        amount = bound(amount, 0, more);
        morePpm = bound(morePpm, 0, PPM);
        ppm = bound(ppm, 0, morePpm);
        assertLe(Ppms.shareDown(amount, ppm), Ppms.shareDown(more, morePpm));
        assertLe(Ppms.shareUp(amount, ppm), Ppms.shareUp(more, morePpm));
    }

    function test_AtTheLimits() public pure {
        uint256 most = type(uint128).max;
        assertEq(Ppms.shareDown(most, PPM), most);
        assertEq(Ppms.shareUp(most, PPM), most);
        assertEq(Ppms.shareDown(most, 0), 0);
        assertEq(Ppms.shareUp(most, 0), 0);
        assertEq(Ppms.shareDown(0, PPM), 0);
        assertEq(Ppms.shareUp(0, PPM), 0);
        assertEq(Ppms.shareDown(1, PPM - 1), 0);
        assertEq(Ppms.shareUp(1, 1), 1);
        assertEq(Ppms.shareDown(999_999, 1), 0);
        assertEq(Ppms.shareUp(1_000_001, 1), 2);
    }
}
