// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice What BarterCore keeps of a wallet, in one slot: from the top, the key of its newest trade (96 bits), and four
/// counters of 40 bits. Settled trades are counted by BTRTrust, which writes its own slot for them anyway.
///
/// A word rather than a struct because the compiler writes each packed field of a struct by itself, 200 gas a field.
/// Counters are not checked for overflow: 2^40 of the cheapest step, an acceptance, cost over 10^16 gas.
type Account is uint256;

using Accounts for Account global;

/// @title Accounts
/// @notice Reading and changing an `Account`.
library Accounts {
    uint256 private constant PROPOSED_SHIFT = 120;
    uint256 private constant INITIATED_SHIFT = 80;
    uint256 private constant ACCEPTED_SHIFT = 40;
    uint256 private constant COUNTERS_MASK = (1 << 160) - 1;
    uint256 private constant PROPOSED_ONE = 1 << PROPOSED_SHIFT;
    uint256 private constant INITIATED_ONE = 1 << INITIATED_SHIFT;
    uint256 private constant ACCEPTED_ONE = 1 << ACCEPTED_SHIFT;

    /// @notice Key of its newest trade, on either side; zero if none.
    function latest(Account account) internal pure returns (bytes12) {
        return bytes12(bytes32(Account.unwrap(account)));
    }

    /// @notice Trades ever proposed, by it or to it.
    function proposed(Account account) internal pure returns (uint256) {
        return uint40(Account.unwrap(account) >> PROPOSED_SHIFT);
    }

    /// @notice Of those, the ones it proposed: the next one's running number.
    function initiated(Account account) internal pure returns (uint256) {
        return uint40(Account.unwrap(account) >> INITIATED_SHIFT);
    }

    /// @notice Trades ever accepted, on either side.
    function accepted(Account account) internal pure returns (uint256) {
        return uint40(Account.unwrap(account) >> ACCEPTED_SHIFT);
    }

    /// @notice Trades in dispute, or ended by one.
    function disputed(Account account) internal pure returns (uint256) {
        return uint40(Account.unwrap(account));
    }

    /// @notice With one more trade proposed to it, now its newest.
    function withProposal(Account account, bytes12 key) internal pure returns (Account) {
        unchecked {
            uint256 counters = (Account.unwrap(account) & COUNTERS_MASK) + PROPOSED_ONE;
            return Account.wrap(uint256(bytes32(key)) | counters);
        }
    }

    /// @notice With one of its trades being its own proposal.
    function withInitiative(Account account) internal pure returns (Account) {
        unchecked {
            return Account.wrap(Account.unwrap(account) + INITIATED_ONE);
        }
    }

    /// @notice With one more trade accepted.
    function withAcceptance(Account account) internal pure returns (Account) {
        unchecked {
            return Account.wrap(Account.unwrap(account) + ACCEPTED_ONE);
        }
    }

    /// @notice With one more trade disputed.
    function withDispute(Account account) internal pure returns (Account) {
        unchecked {
            return Account.wrap(Account.unwrap(account) + 1);
        }
    }

    /// @notice With one dispute taken back; there must be one.
    function withoutDispute(Account account) internal pure returns (Account) {
        unchecked {
            return Account.wrap(Account.unwrap(account) - 1);
        }
    }
}
