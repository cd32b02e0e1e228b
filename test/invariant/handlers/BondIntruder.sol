// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBarterBond} from "../../../contracts/interfaces/IBarterBond.sol";
import {BondWorld} from "../BondWorld.sol";
import {BondSteps} from "./BondSteps.sol";
import {Refusals} from "./Refusals.sol";

/// @notice Money that must not move, and logs that must not shrink.
contract BondIntruder is BondSteps, Refusals {
    constructor(BondWorld world_) BondSteps(world_) Refusals(world_.breaches()) {}

    function _observe() internal override {
        _take();
    }

    function stakeAgain(uint256 seed) external step {
        address provider = _declared(seed);
        uint256 amount = _fund(provider, _amount(seed));
        _refusedByBond(
            "stake again",
            provider,
            abi.encodeCall(IBarterBond.stake, ("https://another.example", amount)),
            abi.encodeWithSelector(IBarterBond.AlreadyBonded.selector, provider)
        );
    }

    function stakeForNoHub(uint256 seed) external step {
        uint256 length = seed & 1 == 0 ? 0 : 201 + seed % 100;
        address stranger = actors.STRANGER();
        uint256 amount = _fund(stranger, _amount(seed));
        _refusedByBond(
            "stake for no hub",
            stranger,
            abi.encodeCall(IBarterBond.stake, (string(new bytes(length)), amount)),
            abi.encodeWithSelector(IBarterBond.HubLength.selector, length, 200)
        );
    }

    function stakeNothing(uint256) external step {
        _refusedByBond(
            "stake nothing",
            actors.STRANGER(),
            abi.encodeCall(IBarterBond.stake, ("https://hub.example", 0)),
            abi.encodeWithSelector(IBarterBond.NothingArrived.selector, 0)
        );
    }

    function topUpNobody(uint256 seed) external step {
        address from = actors.pick(seed);
        uint256 amount = _fund(from, _amount(seed));
        _refusedByBond(
            "top up nobody",
            from,
            abi.encodeCall(IBarterBond.topUp, (actors.STRANGER(), amount)),
            abi.encodeWithSelector(IBarterBond.NeverBonded.selector, actors.STRANGER())
        );
    }

    function unbondTooMuch(uint256 seed) external step {
        address provider = actors.pick(seed);
        uint256 active = ledger.bondOf(provider).active;
        uint256 amount = seed & 256 == 0 ? 0 : active + 1 + (seed >> 16);
        _refusedByBond(
            "unbond too much",
            provider,
            abi.encodeCall(IBarterBond.unbond, (amount)),
            abi.encodeWithSelector(IBarterBond.UnbondingOutOfRange.selector, amount, active)
        );
    }

    function withdrawEarly(uint256 seed) external step {
        address provider = _active(seed);
        _unbond(provider, 1);
        uint256 releaseAt = ledger.bondOf(provider).releaseAt;
        _pass((seed >> 8) % 4 == 0 ? bond.UNBONDING_DELAY() - 1 : (seed >> 10) % bond.UNBONDING_DELAY());
        _refusedByBond(
            "withdraw early",
            provider,
            abi.encodeCall(IBarterBond.withdraw, (provider)),
            abi.encodeWithSelector(IBarterBond.StillUnbonding.selector, releaseAt, block.timestamp)
        );
    }

    /// @dev What is left when all that is free has been withdrawn.
    function withdrawMore(uint256 seed) external step {
        address provider = actors.pick(seed);
        uint256 releaseAt = ledger.bondOf(provider).releaseAt;
        if (block.timestamp < releaseAt) _pass(releaseAt - block.timestamp);
        if (ledger.withdrawable(provider) != 0) _withdraw(provider, provider);
        IBarterBond.Bond memory state = ledger.bondOf(provider);
        _refusedByBond(
            "withdraw more",
            provider,
            abi.encodeCall(IBarterBond.withdraw, (provider)),
            abi.encodeWithSelector(IBarterBond.NothingToWithdraw.selector, state.unbonding, state.held)
        );
    }

    /// @dev To the zero address, or to the contract itself, where it would be nobody's.
    function payNobody(uint256 seed) external step {
        address nobody = seed & 256 == 0 ? address(0) : address(bond);
        bytes memory expected = abi.encodeWithSelector(IBarterBond.InvalidRecipient.selector, nobody);
        uint256 index = _ended(seed);
        address owner = ledger.entryAt(index).dispute.filer;
        if (ledger.owed(owner) != 0) {
            _refusedByBond("claim for nobody", owner, abi.encodeCall(IBarterBond.claim, (nobody)), expected);
        }
        address provider = actors.pick(seed);
        if (block.timestamp < ledger.bondOf(provider).releaseAt || ledger.withdrawable(provider) == 0) return;
        _refusedByBond("withdraw for nobody", provider, abi.encodeCall(IBarterBond.withdraw, (nobody)), expected);
    }

    function claimAgain(uint256 seed) external step {
        address owner = actors.pickOutsider(seed, address(0), address(0));
        if (ledger.owed(owner) != 0) _claim(owner, owner);
        _refusedByBond(
            "claim again",
            owner,
            abi.encodeCall(IBarterBond.claim, (owner)),
            abi.encodeWithSelector(IBarterBond.NothingToClaim.selector, owner)
        );
    }

    /// @dev A log that stays as it was, or shrinks, or grows beyond all numbers.
    function anchorBackwards(uint256 seed) external step {
        address oracle = actors.pickOutsider(seed, address(0), address(0));
        uint256 count = ledger.anchorsOf(oracle).length;
        uint256 last = count == 0 ? 0 : ledger.anchorsOf(oracle)[count - 1].size;
        uint256 size = seed & 256 == 0 ? last : (seed >> 9) % (last + 1);
        bytes memory expected = abi.encodeWithSelector(IBarterBond.AnchorNotGrowing.selector, size, last);
        if (seed & 7 == 7) {
            size = 2 ** 128 + (seed >> 16);
            expected = abi.encodeWithSelector(IBarterBond.AmountTooLarge.selector, size);
        }
        _refusedByBond(
            "anchor backwards", oracle, abi.encodeCall(IBarterBond.anchor, (keccak256("another root"), size)), expected
        );
    }

    function _refusedByBond(string memory what, address caller, bytes memory data, bytes memory expected) private {
        _refused(what, caller, address(bond), data, expected);
    }
}
