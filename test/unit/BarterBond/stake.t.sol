// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Vm} from "forge-std/Vm.sol";
import {SafeTransferLib} from "solady/utils/SafeTransferLib.sol";

import {IBarterBond} from "../../../contracts/interfaces/IBarterBond.sol";
import {MAX_HUB_BYTES} from "../../../contracts/libraries/Limits.sol";
import {BondTest} from "../../utils/BondTest.sol";

contract StakeTest is BondTest {
    function testFuzz_BeginsABond(uint256 amount, string memory hub) public {
        amount = bound(amount, 1, type(uint128).max);
        if (bytes(hub).length == 0 || bytes(hub).length > MAX_HUB_BYTES) hub = HUB;
        vm.prank(provider);
        bond.stake(hub, amount);

        IBarterBond.Bond memory expected;
        expected.active = uint128(amount);
        expected.everBonded = uint128(amount);
        expected.firstBondedAt = uint40(START);
        expected.hub = keccak256(bytes(hub));
        assertEq(abi.encode(bond.getBond(provider)), abi.encode(expected));
        assertEq(token.balanceOf(provider), PLENTY - amount);
        _assertSolvent(0);
    }

    function test_EmitsHubAndBond() public {
        vm.recordLogs();
        emit IBarterBond.HubDeclared(provider, keccak256(bytes(HUB)), HUB);
        emit IBarterBond.Bonded(provider, provider, BOND, BOND);
        Vm.Log[] memory expected = vm.getRecordedLogs();
        _stake(BOND);
        _assertLogs(expected, address(bond));
    }

    /// @dev Who owns a hub is nothing a contract could know: its readers choose which wallets they take for it.
    function test_TwoProvidersDeclareOneHub() public {
        _stake(BOND);
        vm.prank(stranger);
        bond.stake(HUB, 1);
        assertEq(bond.getBond(stranger).hub, bond.getBond(provider).hub);
        assertEq(bond.getBond(stranger).active, 1);
        assertEq(bond.getBond(provider).active, BOND);
    }

    function test_TheLongestHub() public {
        vm.prank(provider);
        bond.stake(string(new bytes(MAX_HUB_BYTES)), 1);
        assertEq(bond.getBond(provider).hub, keccak256(new bytes(MAX_HUB_BYTES)));
    }

    function test_RevertWhen_TheHubIsTooLong() public {
        vm.expectRevert(abi.encodeWithSelector(IBarterBond.HubLength.selector, MAX_HUB_BYTES + 1, MAX_HUB_BYTES));
        vm.prank(provider);
        bond.stake(string(new bytes(MAX_HUB_BYTES + 1)), 1);
    }

    function test_RevertWhen_TheHubIsEmpty() public {
        vm.expectRevert(abi.encodeWithSelector(IBarterBond.HubLength.selector, 0, MAX_HUB_BYTES));
        vm.prank(provider);
        bond.stake("", 1);
    }

    function test_RevertGiven_TheProviderHasStaked() public {
        _stake(BOND);
        vm.expectRevert(abi.encodeWithSelector(IBarterBond.AlreadyBonded.selector, provider));
        _stake(BOND);
    }

    /// @dev With nothing left, too: a hub is declared for good, and the age counts from the first bond.
    function test_RevertGiven_TheProviderHasLeft() public {
        _stake(BOND);
        _unbond(BOND);
        skip(UNBONDING_DELAY);
        _withdraw();
        vm.expectRevert(abi.encodeWithSelector(IBarterBond.AlreadyBonded.selector, provider));
        vm.prank(provider);
        bond.stake("https://another.example", BOND);
    }

    function test_RevertWhen_NothingArrives() public {
        vm.expectRevert(abi.encodeWithSelector(IBarterBond.NothingArrived.selector, 0));
        _stake(0);
    }

    function testFuzz_RevertWhen_TooMuchArrives(uint256 amount) public {
        amount = bound(amount, uint256(type(uint128).max) + 1, PLENTY);
        vm.expectRevert(abi.encodeWithSelector(IBarterBond.AmountTooLarge.selector, amount));
        _stake(amount);
    }

    function test_RevertGiven_TheAllowanceIsTooSmall() public {
        vm.prank(provider);
        token.approve(address(bond), BOND - 1);
        vm.expectRevert(SafeTransferLib.TransferFromFailed.selector);
        _stake(BOND);
    }
}
