// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBarterBond} from "../../../contracts/interfaces/IBarterBond.sol";
import {BondTest} from "../../utils/BondTest.sol";

/// @dev The digests are in test/conformance/EIP712Bond.t.sol.
contract ViewsTest is BondTest {
    /// @dev Nobody is anything before acting.
    function testFuzz_ZerosForStrangers(address wallet, bytes32 disputeId) public view {
        IBarterBond.Bond memory noBond;
        IBarterBond.Dispute memory noDispute;
        assertEq(abi.encode(bond.getBond(wallet)), abi.encode(noBond));
        assertEq(abi.encode(bond.getDispute(disputeId)), abi.encode(noDispute));
        assertEq(bond.claimable(wallet), 0);
        assertEq(bond.anchorCount(wallet), 0);
        assertFalse(bond.isListed(wallet));
        assertEq(bond.requiredDeposit(wallet), MINIMUM_DEPOSIT);
    }

    function test_ListedFromTheMinimumOn() public {
        _stake(MINIMUM_BOND - 1);
        assertFalse(bond.isListed(provider));
        bond = _newBond(_parameters());
        _fund(provider);
        _stake(MINIMUM_BOND);
        assertTrue(bond.isListed(provider));
    }

    /// @dev With no minimum there is still no provider that never staked.
    function test_ListedWithoutAMinimum() public {
        IBarterBond.Parameters memory parameters = _parameters();
        parameters.minimumBond = 0;
        bond = _newBond(parameters);
        assertFalse(bond.isListed(provider));
        _fund(provider);
        _stake(1);
        _unbond(1);
        assertTrue(bond.isListed(provider));
    }

    /// @dev The larger of the least one and the share, rounded up; of all that can be slashed.
    function testFuzz_RequiredDeposit(uint256 staked, uint256 leaving) public {
        staked = bound(staked, 1, type(uint128).max);
        leaving = bound(leaving, 1, staked);
        _stake(staked);
        uint256 share = (staked + 99) / 100;
        uint256 expected = share > MINIMUM_DEPOSIT ? share : MINIMUM_DEPOSIT;
        assertEq(bond.requiredDeposit(provider), expected);
        _unbond(leaving);
        assertEq(bond.requiredDeposit(provider), expected);
    }

    function test_RequiredDepositAtTheEdges() public {
        _stake(1_000e6);
        assertEq(bond.requiredDeposit(provider), 10e6);
        vm.startPrank(provider);
        bond.topUp(provider, 1);
        assertEq(bond.requiredDeposit(provider), 10e6 + 1, "rounded up");
        bond.topUp(provider, 99);
        assertEq(bond.requiredDeposit(provider), 10e6 + 1);
        bond.topUp(provider, 1);
        assertEq(bond.requiredDeposit(provider), 10e6 + 2);
        vm.stopPrank();
    }

    function testFuzz_DisputeIdOf(address someProvider, address someConsumer, bytes32 outcome) public view {
        bytes memory encoded =
            bytes.concat(bytes32(uint256(uint160(someProvider))), bytes32(uint256(uint160(someConsumer))), outcome);
        assertEq(bond.disputeIdOf(someProvider, someConsumer, outcome), keccak256(encoded));
    }

    function test_TakesNoEther() public {
        vm.deal(address(this), 2);
        (bool paid,) = address(bond).call{value: 1}("");
        assertFalse(paid);
        (paid,) = address(quorum).call{value: 1}("");
        assertFalse(paid);
    }
}
