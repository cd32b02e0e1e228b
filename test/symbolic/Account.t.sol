// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";

import {Account as PackedAccount} from "../../contracts/libraries/Account.sol";

/// @notice The packed word (renamed: forge-std has an `Account` too) behaves as a plain struct would: each change touches its own field and no other. Proven for
/// every word whose counters are below their 40 bits' end, which the library says it does not check.
contract AccountSymbolicTest is Test {
    struct Plain {
        bytes12 latest;
        uint256 proposed;
        uint256 initiated;
        uint256 accepted;
        uint256 disputed;
    }

    function check_WithProposal(uint256 word, bytes12 key) external pure {
        Plain memory plain = _plain(PackedAccount.wrap(word));
        plain.latest = key;
        ++plain.proposed;
        _assertIs(PackedAccount.wrap(word).withProposal(key), plain);
    }

    function check_WithInitiative(uint256 word) external pure {
        Plain memory plain = _plain(PackedAccount.wrap(word));
        ++plain.initiated;
        _assertIs(PackedAccount.wrap(word).withInitiative(), plain);
    }

    function check_WithAcceptance(uint256 word) external pure {
        Plain memory plain = _plain(PackedAccount.wrap(word));
        ++plain.accepted;
        _assertIs(PackedAccount.wrap(word).withAcceptance(), plain);
    }

    function check_WithDispute(uint256 word) external pure {
        Plain memory plain = _plain(PackedAccount.wrap(word));
        ++plain.disputed;
        _assertIs(PackedAccount.wrap(word).withDispute(), plain);
    }

    function check_WithoutDispute(uint256 word) external pure {
        Plain memory plain = _plain(PackedAccount.wrap(word));
        vm.assume(plain.disputed != 0);
        --plain.disputed;
        _assertIs(PackedAccount.wrap(word).withoutDispute(), plain);
    }

    /// @dev The fields, each below its end.
    function _plain(PackedAccount account) private pure returns (Plain memory plain) {
        plain = Plain(account.latest(), account.proposed(), account.initiated(), account.accepted(), account.disputed());
        uint256 end = type(uint40).max;
        vm.assume(plain.proposed < end && plain.initiated < end && plain.accepted < end && plain.disputed < end);
    }

    function _assertIs(PackedAccount account, Plain memory plain) private pure {
        assertEq(account.latest(), plain.latest);
        assertEq(account.proposed(), plain.proposed);
        assertEq(account.initiated(), plain.initiated);
        assertEq(account.accepted(), plain.accepted);
        assertEq(account.disputed(), plain.disputed);
    }
}
