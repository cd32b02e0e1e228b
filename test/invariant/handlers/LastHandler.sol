// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBarterBond} from "../../../contracts/interfaces/IBarterBond.sol";
import {BondWorld} from "../BondWorld.sol";
import {BondSteps} from "./BondSteps.sol";

/// @notice Everybody ends what is open, and takes what is theirs. Not drawn with the others: called once, at the end.
contract LastHandler is BondSteps {
    constructor(BondWorld world_) BondSteps(world_) {}

    function finish() external step {
        for (uint256 i = 0; i < ledger.length(); ++i) {
            if (ledger.isOpen(i)) _execute(i);
        }
        for (uint256 i = 0; i < actors.COUNT(); ++i) {
            IBarterBond.Bond memory state = ledger.bondOf(actors.wallets(i));
            if (state.active != 0) _unbond(actors.wallets(i), state.active);
        }
        _pass(bond.UNBONDING_DELAY());
        for (uint256 i = 0; i < actors.COUNT(); ++i) {
            if (ledger.withdrawable(actors.wallets(i)) != 0) _withdraw(actors.wallets(i), actors.STRANGER());
        }
        address[] memory wallets = world.holders();
        for (uint256 i = 0; i < wallets.length; ++i) {
            if (ledger.owed(wallets[i]) != 0) _claim(wallets[i], actors.STRANGER());
        }
    }
}
