// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC4906} from "@openzeppelin/contracts/interfaces/IERC4906.sol";
import {Vm} from "forge-std/Vm.sol";

import {BarterTest} from "../utils/BarterTest.sol";

/// @notice ERC-4906: a marketplace that listens to `MetadataUpdate` learns of every new score.
contract ERC4906Test is BarterTest {
    function test_AtEachScoreChangeAndNotAtTheMint() public {
        assertEq(_updates(alice, bob, 50_000), 0, "both minted");
        assertEq(_updates(alice, bob, 50_000), 2, "both changed");
        assertEq(_updates(carol, bob, 50_000), 1, "one minted, one changed");
    }

    /// @dev The sixth trade of a pair changes no score. The card shows one trade more and a later date all the same: the
    /// protocol's rule, an event for a score, is narrower here than the standard's, an event for any change.
    function test_BeyondThePairCapThereIsNone() public {
        for (uint256 i = 0; i < 5; ++i) {
            _settle(alice, bob, 50_000);
        }
        assertEq(_updates(alice, bob, 50_000), 0);
    }

    /// @dev The id is data, not a topic.
    function test_TheEventIsThatOfTheStandard() public {
        _settle(alice, bob, 50_000);
        (bytes32 tradeId, bytes32 preimage) = _accept(alice, bob, 50_000);
        vm.expectEmit(address(trust));
        emit IERC4906.MetadataUpdate(uint160(alice));
        vm.expectEmit(address(trust));
        emit IERC4906.MetadataUpdate(uint160(bob));
        vm.prank(alice);
        core.settleTrade(tradeId, preimage);
        assertEq(IERC4906.MetadataUpdate.selector, keccak256("MetadataUpdate(uint256)"));
    }

    function _updates(address payer, address payee, uint256 amountSats) private returns (uint256 count) {
        vm.recordLogs();
        _settle(payer, payee, amountSats);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] == IERC4906.MetadataUpdate.selector) ++count;
        }
    }
}
