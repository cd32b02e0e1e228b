// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {stdError} from "forge-std/StdError.sol";
import {Vm} from "forge-std/Vm.sol";

import {IBarterBond} from "../../../contracts/interfaces/IBarterBond.sol";
import {BondTest} from "../../utils/BondTest.sol";

contract TopUpTest is BondTest {
    function setUp() public override {
        super.setUp();
        _stake(BOND);
    }

    function testFuzz_AnybodyAdds(uint256 amount, uint32 later) public {
        amount = bound(amount, 1, type(uint128).max - BOND);
        skip(later);
        vm.prank(stranger);
        bond.topUp(provider, amount);

        IBarterBond.Bond memory expected;
        expected.active = uint128(BOND + amount);
        expected.everBonded = uint128(BOND + amount);
        expected.firstBondedAt = uint40(START);
        expected.hub = keccak256(bytes(HUB));
        assertEq(abi.encode(bond.getBond(provider)), abi.encode(expected));
        assertEq(token.balanceOf(stranger), PLENTY - amount);
        assertEq(bond.getBond(stranger).firstBondedAt, 0);
        _assertSolvent(0);
    }

    function test_EmitsBondedAlone() public {
        vm.recordLogs();
        emit IBarterBond.Bonded(provider, stranger, 7, BOND + 7);
        Vm.Log[] memory expected = vm.getRecordedLogs();
        vm.prank(stranger);
        bond.topUp(provider, 7);
        _assertLogs(expected, address(bond));
    }

    /// @dev What was slashed stays on record, and what is leaving stays on its way.
    function test_HidesNoSlash() public {
        _end(_file(1), MAX_SLASH_PPM);
        _unbond(1_000e6);
        IBarterBond.Bond memory expected = bond.getBond(provider);
        assertEq(expected.everSlashed, BOND / 10);
        vm.prank(provider);
        bond.topUp(provider, 10 * BOND);
        expected.active += uint128(10 * BOND);
        expected.everBonded += uint128(10 * BOND);
        assertEq(abi.encode(bond.getBond(provider)), abi.encode(expected));
    }

    function test_APoorBondIsListedAgain() public {
        _unbond(BOND - MINIMUM_BOND + 1);
        assertFalse(bond.isListed(provider));
        vm.prank(provider);
        bond.topUp(provider, 1);
        assertTrue(bond.isListed(provider));
    }

    function test_RevertGiven_TheProviderNeverStaked() public {
        vm.expectRevert(abi.encodeWithSelector(IBarterBond.NeverBonded.selector, stranger));
        vm.prank(provider);
        bond.topUp(stranger, BOND);
    }

    function test_RevertWhen_NothingArrives() public {
        vm.expectRevert(abi.encodeWithSelector(IBarterBond.NothingArrived.selector, 0));
        vm.prank(provider);
        bond.topUp(provider, 0);
    }

    function test_RevertWhen_TooMuchArrives() public {
        vm.expectRevert(abi.encodeWithSelector(IBarterBond.AmountTooLarge.selector, 1 << 128));
        vm.prank(provider);
        bond.topUp(provider, 1 << 128);
    }

    /// @dev All that was ever bonded is the first sum that does not fit: nothing wraps around.
    function test_RevertWhen_TheSumIsTooLarge() public {
        vm.startPrank(provider);
        bond.topUp(provider, type(uint128).max - BOND);
        vm.expectRevert(stdError.arithmeticError);
        bond.topUp(provider, 1);
        vm.stopPrank();
        assertEq(bond.getBond(provider).active, type(uint128).max);
    }
}
