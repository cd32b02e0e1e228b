// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BondWorld} from "../BondWorld.sol";
import {BondLedger} from "../stores/BondLedger.sol";
import {BondSteps} from "./BondSteps.sol";

/// @notice Consumers who complain, auditors who rule, and whoever brings it to its end.
contract RulingHandler is BondSteps {
    constructor(BondWorld world_) BondSteps(world_) {}

    function file(uint256 seed) external step {
        _file(seed);
    }

    /// @dev Several against one provider, so that together they may promise more than there is.
    function fileMany(uint256 seed) external step {
        address provider = _bonded(seed);
        for (uint256 i = 0; i < 3; ++i) {
            _file(_complaint(provider, seed >> i), _filer(seed >> i), seed >> i);
        }
    }

    function rule(uint256 seed) external step {
        _rule(_filed(seed), seed >> 8);
    }

    function overturn(uint256 seed) external step {
        _overturn(_ruled(seed), seed >> 8);
    }

    function execute(uint256 seed) external step {
        uint256 kind = seed % 4;
        _execute(kind == 0 ? _filed(seed) : kind == 1 ? _overturned(seed) : _ruled(seed));
    }

    /// @dev Whatever dispute is open, in whatever status: to its end, without making one.
    function executeOldest(uint256) external step {
        for (uint256 i = 0; i < ledger.length(); ++i) {
            if (ledger.isOpen(i)) return _execute(i);
        }
    }

    /// @dev The money leaves while it is in dispute, as far as it can, and the ruling comes all the same.
    function escape(uint256 seed) external step {
        uint256 index = _filed(seed);
        BondLedger.Entry memory entry = ledger.entryAt(index);
        address provider = entry.dispute.provider;
        if (ledger.bondOf(provider).active != 0) _unbond(provider, ledger.bondOf(provider).active);
        _rule(index, seed >> 8);
        _pass(bond.UNBONDING_DELAY());
        if (ledger.withdrawable(provider) != 0) _withdraw(provider, provider);
        _execute(index);
    }
}
