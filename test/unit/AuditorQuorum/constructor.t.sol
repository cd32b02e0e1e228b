// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAuditorQuorum} from "../../../contracts/interfaces/IAuditorQuorum.sol";
import {MAX_AUDITORS, MAX_OVERTURN_WINDOW} from "../../../contracts/libraries/Limits.sol";
import {BondTest} from "../../utils/BondTest.sol";

contract ConstructorTest is BondTest {
    function testFuzz_FixesTheAuditors(uint256 count, uint256 threshold, uint256 overturnThreshold, uint256 window)
        public
    {
        count = bound(count, 2, MAX_AUDITORS);
        overturnThreshold = bound(overturnThreshold, 2, count);
        threshold = bound(threshold, 1, overturnThreshold - 1);
        window = bound(window, 1, MAX_OVERTURN_WINDOW);
        address[] memory list = _list(count);
        IAuditorQuorum fixedQuorum = _newQuorum(list, threshold, overturnThreshold, window);
        assertEq(fixedQuorum.auditors(), list);
        assertEq(fixedQuorum.THRESHOLD(), threshold);
        assertEq(fixedQuorum.OVERTURN_THRESHOLD(), overturnThreshold);
        assertEq(fixedQuorum.OVERTURN_WINDOW(), window);
        for (uint256 i = 0; i < count; ++i) {
            assertTrue(fixedQuorum.isAuditor(list[i]));
        }
        assertFalse(fixedQuorum.isAuditor(address(0)));
    }

    function testFuzz_NobodyElseIsAnAuditor(address wallet) public view {
        for (uint256 i = 0; i < AUDITORS; ++i) {
            if (wallet == auditors[i]) wallet = stranger;
        }
        assertFalse(quorum.isAuditor(wallet));
    }

    function test_RevertWhen_ThereAreTooFewOrTooManyAuditors() public {
        uint256[3] memory counts = [0, 1, MAX_AUDITORS + 1];
        for (uint256 i = 0; i < counts.length; ++i) {
            address[] memory list = _list(counts[i]);
            vm.expectRevert(abi.encodeWithSelector(IAuditorQuorum.AuditorCount.selector, counts[i], MAX_AUDITORS));
            _newQuorum(list, 1, 2, 1);
        }
    }

    /// @dev An auditor twice would be two votes.
    function test_RevertWhen_AnAuditorIsTwice() public {
        auditors[3] = auditors[2];
        vm.expectRevert(abi.encodeWithSelector(IAuditorQuorum.AuditorsNotAscending.selector, auditors[3]));
        _newQuorum(auditors, THRESHOLD, OVERTURN_THRESHOLD, OVERTURN_WINDOW);
    }

    function test_RevertWhen_TheAuditorsDoNotAscend() public {
        (auditors[0], auditors[4]) = (auditors[4], auditors[0]);
        vm.expectRevert(abi.encodeWithSelector(IAuditorQuorum.AuditorsNotAscending.selector, auditors[1]));
        _newQuorum(auditors, THRESHOLD, OVERTURN_THRESHOLD, OVERTURN_WINDOW);
    }

    function test_RevertWhen_AnAuditorIsTheZeroAddress() public {
        auditors[0] = address(0);
        vm.expectRevert(abi.encodeWithSelector(IAuditorQuorum.AuditorsNotAscending.selector, address(0)));
        _newQuorum(auditors, THRESHOLD, OVERTURN_THRESHOLD, OVERTURN_WINDOW);
    }

    /// @dev None; as many to overturn as to rule, or fewer; more than there are.
    function test_RevertWhen_TheThresholdsDoNotFit() public {
        uint256[2][5] memory pairs =
            [[uint256(0), 4], [uint256(4), 4], [uint256(4), 3], [uint256(3), 6], [uint256(0), 0]];
        for (uint256 i = 0; i < pairs.length; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(IAuditorQuorum.InvalidThresholds.selector, pairs[i][0], pairs[i][1], AUDITORS)
            );
            _newQuorum(auditors, pairs[i][0], pairs[i][1], OVERTURN_WINDOW);
        }
    }

    function test_RevertWhen_TheWindowIsOutOfRange() public {
        uint256[2] memory windows = [0, MAX_OVERTURN_WINDOW + 1];
        for (uint256 i = 0; i < 2; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(IAuditorQuorum.InvalidWindow.selector, windows[i], MAX_OVERTURN_WINDOW)
            );
            _newQuorum(auditors, THRESHOLD, OVERTURN_THRESHOLD, windows[i]);
        }
    }

    function _list(uint256 count) private pure returns (address[] memory list) {
        list = new address[](count);
        for (uint256 i = 0; i < count; ++i) {
            list[i] = address(uint160(1_000 + 7 * i));
        }
    }
}
