// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";

import {Account as Packed} from "../../../contracts/libraries/Account.sol";

/// @notice The packed word against a plain struct.
contract AccountTest is Test {
    struct Plain {
        bytes12 latest;
        uint40 proposed;
        uint40 initiated;
        uint40 accepted;
        uint40 disputed;
    }

    function test_EmptyIsZeros() public pure {
        Plain memory zeros;
        _assertSame(Packed.wrap(0), zeros);
    }

    /// @dev From any state that can be, any changes in any order.
    function testFuzz_EqualsThePlainStruct(Plain memory plain, uint256 seed) public pure {
        // Room for the steps below: 2^40 of them cost more gas than there will ever be.
        plain.proposed = uint40(bound(plain.proposed, 0, type(uint40).max - 40));
        plain.initiated = uint40(bound(plain.initiated, 0, type(uint40).max - 40));
        plain.accepted = uint40(bound(plain.accepted, 0, type(uint40).max - 40));
        plain.disputed = uint40(bound(plain.disputed, 0, type(uint40).max - 40));
        Packed account = _pack(plain);
        _assertSame(account, plain);
        for (uint256 i = 0; i < 40; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            account = _step(account, plain, seed);
            _assertSame(account, plain);
        }
    }

    /// @dev Each counter at its last value leaves its neighbours alone.
    function test_FullCountersKeepToThemselves() public pure {
        uint40 full = type(uint40).max;
        Plain memory plain = Plain(bytes12(type(uint96).max), full - 1, full - 1, full - 1, full - 1);
        Packed account = _pack(plain).withProposal(plain.latest).withInitiative().withAcceptance().withDispute();
        _assertSame(account, Plain(plain.latest, full, full, full, full));
        _assertSame(account.withoutDispute(), Plain(plain.latest, full, full, full, full - 1));
    }

    function _step(Packed account, Plain memory plain, uint256 seed) private pure returns (Packed) {
        if (seed % 5 == 0) {
            plain.latest = bytes12(bytes32(seed));
            ++plain.proposed;
            return account.withProposal(plain.latest);
        }
        if (seed % 5 == 1) {
            ++plain.initiated;
            return account.withInitiative();
        }
        if (seed % 5 == 2) {
            ++plain.accepted;
            return account.withAcceptance();
        }
        if (seed % 5 == 3 || plain.disputed == 0) {
            ++plain.disputed;
            return account.withDispute();
        }
        --plain.disputed;
        return account.withoutDispute();
    }

    function _pack(Plain memory plain) private pure returns (Packed) {
        return Packed.wrap(
            uint256(
                bytes32(abi.encodePacked(plain.latest, plain.proposed, plain.initiated, plain.accepted, plain.disputed))
            )
        );
    }

    function _assertSame(Packed account, Plain memory plain) private pure {
        assertEq(bytes32(account.latest()), bytes32(plain.latest), "latest");
        assertEq(account.proposed(), plain.proposed, "proposed");
        assertEq(account.initiated(), plain.initiated, "initiated");
        assertEq(account.accepted(), plain.accepted, "accepted");
        assertEq(account.disputed(), plain.disputed, "disputed");
        assertEq(Packed.unwrap(account), Packed.unwrap(_pack(plain)), "the whole word");
    }
}
