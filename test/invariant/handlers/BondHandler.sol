// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BondWorld} from "../BondWorld.sol";
import {BondSteps} from "./BondSteps.sol";

/// @notice Providers and creditors and keepers of logs, as they should be; and time.
contract BondHandler is BondSteps {
    constructor(BondWorld world_) BondSteps(world_) {}

    function stakeOrTopUp(uint256 seed) external step {
        address provider = actors.pick(seed);
        if (ledger.bondOf(provider).hub == 0) _stake(provider, seed >> 8);
        else _topUp(provider, actors.pick(seed >> 4), _amount(seed));
    }

    function unbond(uint256 seed) external step {
        address provider = _active(seed);
        uint256 active = ledger.bondOf(provider).active;
        _unbond(provider, (seed >> 8) & 3 == 0 ? active : _bound(seed >> 16, 1, active));
    }

    /// @dev What is free at once, if there is any; else after the delay, with enough more on its way out.
    function withdraw(uint256 seed) external step {
        address provider = actors.pick(seed);
        address to = actors.pickOutsider(seed >> 8, address(0), address(0));
        bool free = block.timestamp >= ledger.bondOf(provider).releaseAt;
        if (!free || ledger.withdrawable(provider) == 0) {
            provider = _declared(seed);
            _topUp(provider, provider, ledger.promised(provider) + _amount(seed));
            _unbond(provider, ledger.bondOf(provider).active);
            // Disputes can promise as much as there is: then nothing is free, as an intruder tries.
            if (ledger.withdrawable(provider) == 0) return;
            _pass(bond.UNBONDING_DELAY());
        }
        _withdraw(provider, to);
    }

    function claim(uint256 seed) external step {
        address owner = actors.pickOutsider(seed, address(0), address(0));
        if (ledger.owed(owner) == 0) {
            uint256 index = _ended(seed);
            owner = ledger.entryAt(index).dispute.filer;
            if (ledger.owed(owner) == 0) return;
        }
        _claim(owner, actors.pickOutsider(seed >> 8, address(0), address(0)));
    }

    function anchor(uint256 seed) external step {
        address oracle = actors.pickOutsider(seed, address(0), address(0));
        uint256 count = ledger.anchorsOf(oracle).length;
        uint256 last = count == 0 ? 0 : ledger.anchorsOf(oracle)[count - 1].size;
        bytes32 root = keccak256(abi.encode(seed));
        uint256 size = last + 1 + (seed >> 8) % 1000;
        vm.prank(oracle);
        if (bond.anchor(root, size) != count) world.breaches().add("anchor: another index");
        ledger.anchor(oracle, root, size, block.timestamp);
    }

    /// @dev Often a little, sometimes one of the contract's times, to the second.
    function wait(uint256 seed, uint256 interval) external step {
        uint256 kind = seed % 8;
        if (kind == 0) _pass(bond.OVERTURN_WINDOW());
        else if (kind == 1) _pass(bond.RULING_PERIOD());
        else if (kind == 2) _pass(bond.UNBONDING_DELAY());
        else _pass(_bound(interval, 1, kind == 3 ? 100 days : 12 hours));
    }
}
