// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {TestDollar} from "../../../contracts/testnet/TestDollar.sol";

contract MintTest is Test {
    TestDollar private token = new TestDollar();

    function testFuzz_AnybodyMakesSome(address owner, uint256 first, uint256 second) public {
        first = bound(first, 0, token.MAX_MINT());
        second = bound(second, 0, token.MAX_MINT());
        vm.startPrank(owner);
        token.mint(first);
        token.mint(second);
        vm.stopPrank();
        assertEq(token.balanceOf(owner), first + second);
        assertEq(token.totalSupply(), first + second);
    }

    function test_EmitsTransfer() public {
        vm.expectEmit(address(token));
        emit IERC20.Transfer(address(0), address(this), 7);
        token.mint(7);
    }

    function testFuzz_RevertWhen_ItIsTooMuch(uint256 amount) public {
        uint256 maximum = token.MAX_MINT();
        assertEq(maximum, 100_000_000_000, "a hundred thousand dollars");
        amount = bound(amount, maximum + 1, type(uint256).max);
        vm.expectRevert(abi.encodeWithSelector(TestDollar.TooMuch.selector, amount, maximum));
        token.mint(amount);
    }

    function test_SaysWhatItIs() public view {
        assertEq(token.name(), "Test Dollar");
        assertEq(token.symbol(), "TUSD");
        assertEq(token.decimals(), 6);
    }
}
