// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {CommonBase} from "forge-std/Base.sol";
import {Vm} from "forge-std/Vm.sol";

import {IBarterCore} from "../../contracts/interfaces/IBarterCore.sol";
import {IBTRCredit} from "../../contracts/interfaces/IBTRCredit.sol";
import {IBTRTrust} from "../../contracts/interfaces/IBTRTrust.sol";
import {Actors} from "./Actors.sol";
import {BreachStore} from "./stores/BreachStore.sol";
import {CreditLedger} from "./stores/CreditLedger.sol";
import {EventReplay} from "./stores/EventReplay.sol";
import {FinalityStore} from "./stores/FinalityStore.sol";
import {TradeLedger} from "./stores/TradeLedger.sol";

/// @notice One deployment, who acts on it, and the stores of what should be.
contract World is CommonBase {
    IBarterCore public immutable core;
    IBTRTrust public immutable trust;
    IBTRCredit public immutable credit;
    Actors public immutable actors;

    TradeLedger public immutable trades;
    CreditLedger public immutable credits;
    EventReplay public immutable replay;
    FinalityStore public immutable finality;
    BreachStore public immutable breaches;

    /// @notice The time, kept here because what a handler warps to need not outlive its call.
    uint256 public time;
    /// @notice Digests some actor cancelled, to try the view with.
    bytes32[] public cancelledDigests;

    constructor(IBarterCore core_, uint256 start) {
        core = core_;
        trust = core_.TRUST();
        credit = core_.CREDIT();
        actors = new Actors();
        trades = new TradeLedger();
        credits = new CreditLedger();
        replay = new EventReplay(address(core), address(trust), address(credit));
        finality = new FinalityStore(core, trades);
        breaches = new BreachStore();
        time = start;
    }

    /// @notice Lets time pass.
    function pass(uint256 interval) external {
        time += interval;
        vm.warp(time);
    }

    /// @notice Takes in what the log says happened since the last call; then looks for trades at their end.
    function observe(Vm.Log[] calldata logs) external {
        replay.feed(logs, time);
        finality.observe();
    }

    function addCancelled(bytes32 digest) external {
        cancelledDigests.push(digest);
    }

    function cancelledCount() external view returns (uint256) {
        return cancelledDigests.length;
    }

    /// @notice Everybody who could hold anything: the actors, the stranger, and the contracts themselves.
    function holders() external view returns (address[] memory list) {
        uint256 count = actors.COUNT();
        list = new address[](count + 4);
        for (uint256 i = 0; i < count; ++i) {
            list[i] = actors.wallets(i);
        }
        list[count] = actors.STRANGER();
        list[count + 1] = address(core);
        list[count + 2] = address(trust);
        list[count + 3] = address(credit);
    }
}
