// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {CommonBase} from "forge-std/Base.sol";
import {Vm} from "forge-std/Vm.sol";

import {IAuditorQuorum} from "../../contracts/interfaces/IAuditorQuorum.sol";
import {IBarterBond} from "../../contracts/interfaces/IBarterBond.sol";
import {Actors} from "./Actors.sol";
import {Auditors} from "./Auditors.sol";
import {Money} from "./Money.sol";
import {BondLedger} from "./stores/BondLedger.sol";
import {BreachStore} from "./stores/BreachStore.sol";
import {CoverStore} from "./stores/CoverStore.sol";
import {EndStore} from "./stores/EndStore.sol";

/// @notice One deployment of a bond, who acts on it, and the stores of what should be.
contract BondWorld is CommonBase {
    IBarterBond public immutable bond;
    IAuditorQuorum public immutable quorum;
    Money public immutable money;
    Actors public immutable actors;
    Auditors public immutable auditors;

    BondLedger public immutable ledger;
    EndStore public immutable ends;
    CoverStore public immutable cover;
    BreachStore public immutable breaches;

    /// @notice The time, kept here because what a handler warps to need not outlive its call.
    uint256 public time;
    /// @notice How many outcomes were named, so that no two disputes share one by accident.
    uint256 public outcomes;

    constructor(IBarterBond bond_, Auditors auditors_, uint256 start) {
        bond = bond_;
        quorum = bond_.QUORUM();
        money = Money(bond_.TOKEN());
        actors = new Actors();
        auditors = auditors_;
        ledger = new BondLedger(bond_.MAX_SLASH_PPM(), bond_.DEPOSIT_PPM(), bond_.MINIMUM_DEPOSIT());
        ends = new EndStore(bond_);
        cover = new CoverStore(bond_, ledger, actors);
        breaches = new BreachStore();
        time = start;
    }

    /// @notice Lets time pass.
    function pass(uint256 interval) external {
        time += interval;
        vm.warp(time);
    }

    /// @notice Takes in what happened since the last call.
    function observe(Vm.Log[] calldata logs) external {
        ends.observe(logs);
        cover.observe();
    }

    /// @notice An outcome nobody disputed yet.
    function newOutcome() external returns (bytes32) {
        return keccak256(abi.encode("outcome", ++outcomes));
    }

    /// @notice Everybody who could be owed anything: the actors, the stranger, and the contracts themselves.
    function holders() external view returns (address[] memory list) {
        uint256 count = actors.COUNT();
        list = new address[](count + 4);
        for (uint256 i = 0; i < count; ++i) {
            list[i] = actors.wallets(i);
        }
        list[count] = actors.STRANGER();
        list[count + 1] = address(bond);
        list[count + 2] = address(quorum);
        list[count + 3] = address(money);
    }
}
