// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";

import {AuditorQuorum} from "../../contracts/AuditorQuorum.sol";
import {IAuditorQuorum} from "../../contracts/interfaces/IAuditorQuorum.sol";

/// @notice No list of signatures passes that fewer auditors made than it takes. Proven for a quorum of 2, and one of 3, of 3
/// auditors, any digest, and any list of up to three: any names, any signatures of 65 bytes. The auditors' addresses are
/// fixed, three values standing for all, and have no code.
///
/// ecrecover is an unknown function to the prover: what is proven is that so many different auditors' addresses came out of
/// it for this digest. The invariants and the unit tests have larger quorums, wallets with code and other lengths.
/// @custom:halmos --loop 4
contract AuditorQuorumSymbolicTest is Test {
    uint256 private constant MAX_S = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0;

    struct Signed {
        address auditor;
        bytes32 r;
        bytes32 s;
        uint8 v;
    }

    address[] private auditors = [address(0xa1), address(0xa2), address(0xa3)];
    AuditorQuorum private quorum;

    function setUp() external {
        quorum = new AuditorQuorum(auditors, 2, 3, 2 days);
    }

    function check_NobodyRules(bytes32 digest) external view {
        assertFalse(_passes(digest, new Signed[](0), false));
        assertFalse(_passes(digest, new Signed[](0), true));
    }

    function check_OneDoesNotRule(bytes32 digest, Signed memory first, bool overturns) external view {
        Signed[] memory list = new Signed[](1);
        list[0] = first;
        assertFalse(_passes(digest, list, overturns));
    }

    function check_TwoRuleIfTheyAreTwoAuditors(
        bytes32 digest,
        Signed memory first,
        Signed memory second,
        bool overturns
    ) external view {
        Signed[] memory list = new Signed[](2);
        (list[0], list[1]) = (first, second);
        _assume(list);
        bool passes = _passes(digest, list, overturns);
        assertEq(passes, !overturns && first.auditor < second.auditor && _allSigned(digest, list));
        if (passes) assertEq(_signers(digest, list), 2);
    }

    function check_ThreeOverturnIfTheyAreThreeAuditors(
        bytes32 digest,
        Signed memory first,
        Signed memory second,
        Signed memory third
    ) external view {
        Signed[] memory list = new Signed[](3);
        (list[0], list[1], list[2]) = (first, second, third);
        _assume(list);
        bool passes = _passes(digest, list, true);
        bool ascends = first.auditor < second.auditor && second.auditor < third.auditor;
        assertEq(passes, ascends && _allSigned(digest, list));
        if (passes) assertEq(_signers(digest, list), 3);
    }

    // ------------------------------------------------------------------------------------------------ helpers

    function _passes(bytes32 digest, Signed[] memory list, bool overturns) private view returns (bool) {
        IAuditorQuorum.AuditorSignature[] memory signatures = new IAuditorQuorum.AuditorSignature[](list.length);
        for (uint256 i = 0; i < list.length; ++i) {
            signatures[i].auditor = list[i].auditor;
            signatures[i].signature = abi.encodePacked(list[i].r, list[i].s, list[i].v);
        }
        bytes memory data = overturns
            ? abi.encodeCall(IAuditorQuorum.requireOverturn, (digest, signatures))
            : abi.encodeCall(IAuditorQuorum.requireRuling, (digest, signatures));
        (bool success,) = address(quorum).staticcall(data);
        return success;
    }

    /// @dev How many different auditors' addresses came out of the signatures, whatever the list says whose they are.
    function _signers(bytes32 digest, Signed[] memory list) private view returns (uint256 count) {
        for (uint256 i = 0; i < auditors.length; ++i) {
            bool signed = false;
            for (uint256 j = 0; j < list.length; ++j) {
                signed = signed || _signer(digest, list[j]) == auditors[i];
            }
            if (signed) ++count;
        }
    }

    /// @dev Whether each is an auditor's, and made by it.
    function _allSigned(bytes32 digest, Signed[] memory list) private view returns (bool all) {
        all = true;
        for (uint256 i = 0; i < list.length; ++i) {
            bool known = false;
            for (uint256 j = 0; j < auditors.length; ++j) {
                known = known || list[i].auditor == auditors[j];
            }
            all = all && known && _signer(digest, list[i]) == list[i].auditor;
        }
    }

    function _signer(bytes32 digest, Signed memory signed) private pure returns (address) {
        return ecrecover(digest, signed.v, signed.r, signed.s);
    }

    /// @dev Of the lower half of signatures, the upper being refused as the same ones mirrored; v is 27 or 28.
    function _assume(Signed[] memory list) private pure {
        for (uint256 i = 0; i < list.length; ++i) {
            vm.assume(uint256(list[i].s) <= MAX_S && (list[i].v == 27 || list[i].v == 28));
        }
    }
}
