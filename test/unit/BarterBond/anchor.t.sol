// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Vm} from "forge-std/Vm.sol";

import {IBarterBond} from "../../../contracts/interfaces/IBarterBond.sol";
import {BondTest} from "../../utils/BondTest.sol";

contract AnchorTest is BondTest {
    function testFuzz_Appends(address oracle, bytes32 root, uint256 size, uint32 later) public {
        size = bound(size, 2, type(uint128).max);
        vm.startPrank(oracle);
        assertEq(bond.anchor(root, 1), 0);
        skip(later);
        assertEq(bond.anchor(~root, size), 1);
        vm.stopPrank();
        assertEq(bond.anchorCount(oracle), 2);
        assertEq(abi.encode(bond.getAnchor(oracle, 0)), abi.encode(IBarterBond.Anchor(root, 1, uint128(START))));
        assertEq(
            abi.encode(bond.getAnchor(oracle, 1)),
            abi.encode(IBarterBond.Anchor(~root, uint128(size), uint128(START + later)))
        );
    }

    function test_EmitsAnchoredAlone() public {
        bond.anchor(bytes32("first"), 1);
        vm.recordLogs();
        emit IBarterBond.Anchored(address(this), 1, bytes32("root"), 100);
        Vm.Log[] memory expected = vm.getRecordedLogs();
        bond.anchor(bytes32("root"), 100);
        _assertLogs(expected, address(bond));
    }

    /// @dev Nobody appends to another's log, nor is held up by it.
    function test_EachHasItsOwn() public {
        vm.prank(stranger);
        bond.anchor(bytes32("theirs"), 1_000);
        assertEq(bond.anchor(bytes32("ours"), 1), 0);
        assertEq(bond.anchorCount(stranger), 1);
        assertEq(bond.getAnchor(stranger, 0).root, bytes32("theirs"));
    }

    function testFuzz_RevertWhen_TheLogDoesNotGrow(uint256 last, uint256 size) public {
        last = bound(last, 1, type(uint128).max);
        size = bound(size, 0, last);
        bond.anchor(bytes32("root"), last);
        vm.expectRevert(abi.encodeWithSelector(IBarterBond.AnchorNotGrowing.selector, size, last));
        bond.anchor(bytes32("another"), size);
    }

    function test_RevertWhen_TheLogIsAsLongAsBefore() public {
        bond.anchor(bytes32("root"), 100);
        vm.expectRevert(abi.encodeWithSelector(IBarterBond.AnchorNotGrowing.selector, 100, 100));
        bond.anchor(bytes32("another"), 100);
        bond.anchor(bytes32("another"), 101);
    }

    function test_RevertWhen_TheLogIsEmpty() public {
        vm.expectRevert(abi.encodeWithSelector(IBarterBond.AnchorNotGrowing.selector, 0, 0));
        bond.anchor(bytes32("root"), 0);
    }

    function testFuzz_RevertWhen_TheSizeDoesNotFit(uint256 size) public {
        size = bound(size, uint256(type(uint128).max) + 1, type(uint256).max);
        vm.expectRevert(abi.encodeWithSelector(IBarterBond.AmountTooLarge.selector, size));
        bond.anchor(bytes32("root"), size);
    }

    function testFuzz_RevertWhen_ThereIsNoSuchAnchor(uint256 index) public {
        bond.anchor(bytes32("root"), 1);
        index = bound(index, 1, type(uint256).max);
        vm.expectRevert(abi.encodeWithSelector(IBarterBond.AnchorNotFound.selector, address(this), index, 1));
        bond.getAnchor(address(this), index);
        vm.expectRevert(abi.encodeWithSelector(IBarterBond.AnchorNotFound.selector, stranger, 0, 0));
        bond.getAnchor(stranger, 0);
    }
}
