// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {CommonBase} from "forge-std/Base.sol";
import {StdUtils} from "forge-std/StdUtils.sol";

import {IAuditorQuorum} from "../../../contracts/interfaces/IAuditorQuorum.sol";
import {IBarterBond} from "../../../contracts/interfaces/IBarterBond.sol";
import {Actors} from "../Actors.sol";
import {Auditors} from "../Auditors.sol";
import {BondWorld} from "../BondWorld.sol";
import {Money} from "../Money.sol";
import {BondLedger} from "../stores/BondLedger.sol";

/// @notice What all handlers of a bond share: the frame around each call, and each step, done on the contract and noted in
/// the ledger. None of them can be refused: a step that needs a dispute of some status makes one if there is none.
abstract contract BondSteps is CommonBase, StdUtils {
    uint256 private constant MAX_AMOUNT = 1e15;

    BondWorld internal immutable world;
    IBarterBond internal immutable bond;
    IAuditorQuorum internal immutable quorum;
    Money internal immutable money;
    Actors internal immutable actors;
    Auditors internal immutable auditors;
    BondLedger internal immutable ledger;

    constructor(BondWorld world_) {
        world = world_;
        bond = world_.bond();
        quorum = world_.quorum();
        money = world_.money();
        actors = world_.actors();
        auditors = world_.auditors();
        ledger = world_.ledger();
    }

    /// @dev At the world's time.
    modifier step() {
        vm.warp(world.time());
        vm.recordLogs();
        _;
        _take();
    }

    /// @dev Takes in what happened; after each of several things a step does.
    function _take() internal {
        world.observe(vm.getRecordedLogs());
    }

    function _pass(uint256 interval) internal {
        world.pass(interval);
        vm.warp(world.time());
    }

    // ------------------------------------------------------------------------------------------------ bond

    function _stake(address provider, uint256 seed) internal {
        string memory hub = string.concat("https://hub-", vm.toString(seed % 1000), ".example");
        uint256 amount = _fund(provider, _amount(seed));
        vm.prank(provider);
        bond.stake(hub, amount);
        ledger.declare(provider, hub, block.timestamp);
        ledger.credit(provider, money.arriving(amount));
        _take();
    }

    function _topUp(address provider, address from, uint256 wanted) internal {
        uint256 amount = _fund(from, wanted);
        vm.prank(from);
        bond.topUp(provider, amount);
        ledger.credit(provider, money.arriving(amount));
        _take();
    }

    function _unbond(address provider, uint256 amount) internal {
        vm.prank(provider);
        bond.unbond(amount);
        ledger.unbond(provider, amount, block.timestamp + bond.UNBONDING_DELAY());
        _take();
    }

    function _withdraw(address provider, address to) internal {
        uint256 before = money.balanceOf(to);
        vm.prank(provider);
        uint256 amount = bond.withdraw(to);
        _expectPaid("withdraw", amount, ledger.withdraw(provider), money.balanceOf(to) - before);
    }

    function _claim(address owner, address to) internal {
        uint256 before = money.balanceOf(to);
        vm.prank(owner);
        uint256 amount = bond.claim(to);
        _expectPaid("claim", amount, ledger.claim(owner), money.balanceOf(to) - before);
    }

    function _expectPaid(string memory what, uint256 said, uint256 expected, uint256 arrived) private {
        if (said != expected) world.breaches().add(string.concat(what, ": another amount"));
        if (arrived != money.arriving(expected)) world.breaches().add(string.concat(what, ": something else arrived"));
        _take();
    }

    // ------------------------------------------------------------------------------------------------ disputes

    function _file(uint256 seed) internal returns (uint256 index) {
        return _file(_complaint(_bonded(seed), seed), _filer(seed), seed);
    }

    function _file(IBarterBond.Complaint memory complaint, address filer, uint256 seed)
        internal
        returns (uint256 index)
    {
        uint256 required = ledger.depositFor(complaint.provider);
        uint256 deposit = _fund(filer, seed & 7 == 0 ? required + _amount(seed) : required);
        bytes memory signature = actors.sign(complaint.consumer, bond.complaintDigest(complaint));
        vm.prank(filer);
        bytes32 disputeId = bond.file(complaint, signature, deposit);
        ledger.file(disputeId, complaint, filer, money.arriving(deposit), block.timestamp);
        _take();
        return ledger.length() - 1;
    }

    function _rule(uint256 index, uint256 seed) internal {
        bytes32 disputeId = ledger.entryAt(index).disputeId;
        (uint256 slashPpm, uint256 deadline) = (_slashPpm(seed), _deadline(seed));
        bytes32 digest = bond.rulingDigest(disputeId, slashPpm, deadline);
        bond.rule(disputeId, slashPpm, deadline, auditors.sign(digest, auditors.THRESHOLD(), seed));
        uint256 executableAt = block.timestamp + bond.OVERTURN_WINDOW();
        ledger.rule(index, IBarterBond.DisputeStatus.Ruled, slashPpm, executableAt);
        _take();
    }

    function _overturn(uint256 index, uint256 seed) internal {
        bytes32 disputeId = ledger.entryAt(index).disputeId;
        (uint256 slashPpm, uint256 deadline) = (_slashPpm(seed), _deadline(seed));
        bytes32 digest = bond.overturnDigest(disputeId, slashPpm, deadline);
        bond.overturn(disputeId, slashPpm, deadline, auditors.sign(digest, auditors.OVERTURN_THRESHOLD(), seed));
        ledger.rule(index, IBarterBond.DisputeStatus.Overturned, slashPpm, block.timestamp);
        _take();
    }

    /// @dev Waits until it can be, to the second.
    function _execute(uint256 index) internal {
        BondLedger.Entry memory entry = ledger.entryAt(index);
        uint256 from = entry.dispute.status == IBarterBond.DisputeStatus.Filed
            ? entry.dispute.filedAt + bond.RULING_PERIOD() + 1
            : entry.dispute.executableAt;
        if (block.timestamp < from) _pass(from - block.timestamp);
        bool covered = world.cover().missing(entry.dispute.provider) == 0;
        bond.execute(entry.disputeId);
        ledger.end(index);

        IBarterBond.Dispute memory ended = bond.getDispute(entry.disputeId);
        uint256 share = ledger.share(ended.bondAtFiling, ended.slashPpm);
        if (covered && ended.status == IBarterBond.DisputeStatus.Upheld && ended.slashed != share) {
            world.breaches().add("a ruling took less than it said, though all was covered");
        }
        _take();
    }

    // ------------------------------------------------------------------------------------------------ choices

    /// @dev A provider, who has staked if not before.
    function _declared(uint256 seed) internal returns (address provider) {
        provider = actors.pick(seed);
        if (ledger.bondOf(provider).hub == 0) _stake(provider, seed >> 8);
    }

    /// @dev A provider with money behind it, active or leaving and not yet free.
    function _bonded(uint256 seed) internal returns (address provider) {
        provider = _declared(seed);
        if (ledger.standing(provider, block.timestamp) == 0) _topUp(provider, provider, _amount(seed >> 8));
    }

    /// @dev A provider with an active bond.
    function _active(uint256 seed) internal returns (address provider) {
        provider = _declared(seed);
        if (ledger.bondOf(provider).active == 0) _topUp(provider, provider, _amount(seed >> 8));
    }

    /// @dev A dispute that waits for a ruling, and can still get one.
    function _filed(uint256 seed) internal returns (uint256 index) {
        bool found;
        uint256 since = block.timestamp - bond.RULING_PERIOD();
        (found, index) = ledger.pick(IBarterBond.DisputeStatus.Filed, since, seed);
        if (!found) index = _file(seed);
    }

    /// @dev A dispute with a ruling that can still be overturned.
    function _ruled(uint256 seed) internal returns (uint256 index) {
        bool found;
        (found, index) = ledger.pick(IBarterBond.DisputeStatus.Ruled, 0, seed);
        if (found && block.timestamp < ledger.entryAt(index).dispute.executableAt) return index;
        index = _filed(seed);
        _rule(index, seed >> 8);
    }

    function _overturned(uint256 seed) internal returns (uint256 index) {
        bool found;
        (found, index) = ledger.pick(IBarterBond.DisputeStatus.Overturned, 0, seed);
        if (found) return index;
        index = _ruled(seed);
        _overturn(index, seed >> 8);
    }

    /// @dev A dispute that ended, in one way or another.
    function _ended(uint256 seed) internal returns (uint256 index) {
        uint256 end = uint256(IBarterBond.DisputeStatus.Upheld) + seed % 3;
        bool found;
        (found, index) = ledger.pick(IBarterBond.DisputeStatus(end), 0, seed >> 2);
        if (found) return index;
        index = _ruled(seed);
        _execute(index);
    }

    /// @dev A complaint about an outcome of its own, which any wallet but the provider has.
    function _complaint(address provider, uint256 seed) internal returns (IBarterBond.Complaint memory complaint) {
        complaint.provider = provider;
        complaint.consumer = actors.pickOutsider(seed >> 16, provider, provider);
        complaint.outcome = world.newOutcome();
        complaint.evidence = keccak256(abi.encode("evidence", seed));
        complaint.deadline = _deadline(seed);
    }

    /// @dev Anybody, the provider and the consumer included.
    function _filer(uint256 seed) internal view returns (address) {
        return actors.pickOutsider(seed >> 24, address(0), address(0));
    }

    /// @dev Of every magnitude, and sometimes the least there is.
    function _amount(uint256 seed) internal pure returns (uint256) {
        uint256 hash = uint256(keccak256(abi.encode(seed, "amount")));
        if (hash & 15 == 0) return 1;
        return _bound(hash >> 16, 1, 10 ** (2 + (hash >> 8) % 14));
    }

    /// @dev A dismissal, the most, or anything in between.
    function _slashPpm(uint256 seed) internal view returns (uint256) {
        uint256 most = bond.MAX_SLASH_PPM();
        if (seed % 4 == 0) return 0;
        return seed % 4 == 1 ? most : 1 + (seed >> 8) % most;
    }

    /// @dev One that has not passed, this very second included.
    function _deadline(uint256 seed) internal view returns (uint256) {
        return block.timestamp + seed % 3 * 1 days;
    }

    /// @dev Makes money for a transfer of which `wanted` arrives, and lets the bond take it.
    function _fund(address from, uint256 wanted) internal returns (uint256 amount) {
        amount = money.sending(_bound(wanted, 1, MAX_AMOUNT * 1000));
        money.mint(from, amount);
        vm.prank(from);
        money.approve(address(bond), type(uint256).max);
    }
}
