// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {Vm} from "forge-std/Vm.sol";

import {BTRCredit} from "../../contracts/BTRCredit.sol";

/// @notice A credit token whose core is the test itself: whoever deploys it is.
abstract contract CreditTest is Test {
    BTRCredit internal credit;
    address internal alice;
    address internal bob;
    address internal carol;
    uint256 internal aliceKey;

    function setUp() public virtual {
        vm.warp(1_763_600_000);
        (alice, aliceKey) = makeAddrAndKey("alice");
        (bob, carol) = (makeAddr("bob"), makeAddr("carol"));
        credit = new BTRCredit();
        // 50 tokens for each of the two.
        credit.grantReward(alice, bob, 50_000);
    }

    /// @dev That the calls since `expected` was recorded logged exactly those events, and that the token did.
    function _assertLogs(Vm.Log[] memory expected) internal {
        Vm.Log[] memory actual = vm.getRecordedLogs();
        assertEq(actual.length, expected.length, "number of events");
        for (uint256 i = 0; i < actual.length; ++i) {
            assertEq(actual[i].emitter, address(credit), "emitter");
            assertEq(actual[i].topics, expected[i].topics, "topics");
            assertEq(actual[i].data, expected[i].data, "data");
        }
    }
}
