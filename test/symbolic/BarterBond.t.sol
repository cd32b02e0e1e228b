// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";

import {AuditorQuorum} from "../../contracts/AuditorQuorum.sol";
import {BarterBond} from "../../contracts/BarterBond.sol";
import {IBarterBond} from "../../contracts/interfaces/IBarterBond.sol";
import {Ppms} from "../../contracts/libraries/Ppm.sol";
import {svm} from "./Svm.sol";

/// @notice Steps of an induction: whatever the contract's storage holds, one call keeps the rule. The storage is any at
/// all but for what each proof assumes of it; the wallets are any. Not proven here: what comes from signatures, which is
/// AuditorQuorum's proofs; how a dispute ends, whose shares of shares the solver does not finish, and what a token does, which
/// the invariants try in three of them.
contract BarterBondSymbolicTest is Test {
    uint256 private constant START = 1_763_600_000;

    BarterBond private bond;

    function setUp() external {
        vm.warp(START);
        address[] memory auditors = new address[](2);
        (auditors[0], auditors[1]) = (address(0xa1), address(0xa2));
        AuditorQuorum quorum = new AuditorQuorum(auditors, 1, 2, 2 days);
        bond = new BarterBond(
            IBarterBond.Parameters({
                token: address(this),
                quorum: address(quorum),
                minimumBond: 100e6,
                minimumDeposit: 10e6,
                depositPpm: 10_000,
                maxSlashPpm: 100_000,
                unbondingDelay: 28 days,
                rulingPeriod: 14 days
            })
        );
        svm.enableSymbolicStorage(address(bond));
    }

    /// @dev Ten dollars, or the share of what is active or not yet free, rounded up, where that is more.
    function check_RequiredDepositIsTheLarger(address provider) external view {
        IBarterBond.Bond memory state = bond.getBond(provider);
        uint256 leaving = state.releaseAt > START ? state.unbonding : 0;
        uint256 share = Ppms.shareUp(state.active + leaving, 10_000);
        assertEq(bond.requiredDeposit(provider), share > 10e6 ? share : 10e6);
    }

    /// @dev Unbonding moves what is there from active to leaving, for the caller only, and the delay starts anew for all.
    function check_UnbondMovesTheCallersOwn(address caller, address other, uint256 amount) external {
        vm.assume(caller != other);
        IBarterBond.Bond memory before = bond.getBond(caller);
        IBarterBond.Bond memory others = bond.getBond(other);
        vm.assume(uint256(before.active) + before.unbonding <= type(uint128).max);
        bool success = _call(caller, abi.encodeCall(IBarterBond.unbond, (amount)));
        assertEq(success, amount != 0 && amount <= before.active);
        if (success) {
            before.active -= uint128(amount);
            before.unbonding += uint128(amount);
            before.releaseAt = uint40(START + 28 days);
            before.held = before.reserved;
        }
        assertEq(abi.encode(bond.getBond(caller)), abi.encode(before));
        assertEq(abi.encode(bond.getBond(other)), abi.encode(others));
    }

    /// @dev An oracle's anchors only grow, by one and by its own call.
    function check_AnchorsOnlyGrow(address caller, address other, bytes32 root, uint256 size) external {
        vm.assume(caller != other);
        uint256 count = bond.anchorCount(caller);
        uint256 others = bond.anchorCount(other);
        vm.assume(count < type(uint64).max);
        uint256 last = count == 0 ? 0 : bond.getAnchor(caller, count - 1).size;
        bool success = _call(caller, abi.encodeCall(IBarterBond.anchor, (root, size)));
        assertEq(success, size > last && size <= type(uint128).max);
        assertEq(bond.anchorCount(caller), success ? count + 1 : count);
        assertEq(bond.anchorCount(other), others);
        if (!success) return;
        assertEq(bond.getAnchor(caller, count).size, size);
        assertEq(bond.getAnchor(caller, count).root, root);
        if (count != 0) assertEq(bond.getAnchor(caller, count - 1).size, last);
    }

    // ------------------------------------------------------------------------------------------------ helpers

    function _call(address caller, bytes memory data) private returns (bool success) {
        vm.prank(caller);
        (success,) = address(bond).call(data);
    }
}
