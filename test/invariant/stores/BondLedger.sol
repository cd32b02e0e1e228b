// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBarterBond} from "../../../contracts/interfaces/IBarterBond.sol";

/// @notice What bonds, disputes and debts should be, kept from what the handlers did: each rule by other means than the
/// contract's, with every dispute looked through where the contract keeps a sum.
contract BondLedger {
    struct Entry {
        bytes32 disputeId;
        bytes32 outcome;
        IBarterBond.Dispute dispute;
        /// The most it can take.
        uint256 cap;
    }

    uint256 private constant PPM = 1_000_000;

    uint256 private immutable MAX_SLASH_PPM;
    uint256 private immutable DEPOSIT_PPM;
    uint256 private immutable MINIMUM_DEPOSIT;

    /// @notice All that came in, and all that went out.
    uint256 public received;
    uint256 public paid;
    /// @notice What a wallet is owed, by the ends of disputes and its own claims alone.
    mapping(address owner => uint256) public owed;

    Entry[] private _entries;
    mapping(address provider => uint256[]) private _against;
    mapping(address provider => IBarterBond.Bond) private _bonds;
    mapping(address oracle => IBarterBond.Anchor[]) private _anchors;

    constructor(uint256 maxSlashPpm, uint256 depositPpm, uint256 minimumDeposit) {
        MAX_SLASH_PPM = maxSlashPpm;
        DEPOSIT_PPM = depositPpm;
        MINIMUM_DEPOSIT = minimumDeposit;
    }

    // ------------------------------------------------------------------------------------------------ bond

    function declare(address provider, string calldata hub, uint256 time) external {
        _bonds[provider].hub = keccak256(bytes(hub));
        _bonds[provider].firstBondedAt = uint40(time);
    }

    function credit(address provider, uint256 arrived) external {
        received += arrived;
        _bonds[provider].active += uint128(arrived);
        _bonds[provider].everBonded += uint128(arrived);
    }

    function unbond(address provider, uint256 amount, uint256 releaseAt) external {
        _bonds[provider].active -= uint128(amount);
        _bonds[provider].unbonding += uint128(amount);
        _bonds[provider].releaseAt = uint40(releaseAt);
    }

    function withdraw(address provider) external returns (uint256 amount) {
        amount = withdrawable(provider);
        _bonds[provider].unbonding -= uint128(amount);
        paid += amount;
    }

    /// @notice What is leaving, but for the part of the earlier disputes' caps that the active bond does not cover once the
    /// later ones took all they can of it.
    function withdrawable(address provider) public view returns (uint256) {
        IBarterBond.Bond memory bond = _bonds[provider];
        uint256 earlier = held(provider);
        uint256 later = promised(provider) - earlier;
        uint256 covered = bond.active > later ? bond.active - later : 0;
        uint256 kept = earlier > covered ? earlier - covered : 0;
        return bond.unbonding > kept ? bond.unbonding - kept : 0;
    }

    /// @notice The sum of what open disputes can take, dispute by dispute.
    function promised(address provider) public view returns (uint256 sum) {
        uint256[] storage indices = _against[provider];
        for (uint256 i = 0; i < indices.length; ++i) {
            if (isOpen(indices[i])) sum += _entries[indices[i]].cap;
        }
    }

    /// @notice The same of those that were filed before what is leaving was free.
    function held(address provider) public view returns (uint256 sum) {
        uint256[] storage indices = _against[provider];
        for (uint256 i = 0; i < indices.length; ++i) {
            if (isOpen(indices[i]) && reachesLeaving(indices[i])) sum += _entries[indices[i]].cap;
        }
    }

    /// @notice Whether a dispute was filed before what is leaving was free.
    function reachesLeaving(uint256 index) public view returns (bool) {
        IBarterBond.Dispute storage dispute = _entries[index].dispute;
        return dispute.filedAt < _bonds[dispute.provider].releaseAt;
    }

    /// @notice What a dispute filed at `time` could take from.
    function standing(address provider, uint256 time) public view returns (uint128) {
        IBarterBond.Bond memory bond = _bonds[provider];
        return time < bond.releaseAt ? bond.active + bond.unbonding : bond.active;
    }

    /// @notice How many disputes were ever filed against a provider.
    function filings(address provider) external view returns (uint256) {
        return _against[provider].length;
    }

    function bondOf(address provider) external view returns (IBarterBond.Bond memory bond) {
        bond = _bonds[provider];
        bond.reserved = uint128(promised(provider));
        bond.held = uint128(held(provider));
    }

    // ------------------------------------------------------------------------------------------------ disputes

    function file(
        bytes32 disputeId,
        IBarterBond.Complaint calldata complaint,
        address filer,
        uint256 deposit,
        uint256 time
    ) external {
        uint128 there = standing(complaint.provider, time);
        _against[complaint.provider].push(_entries.length);
        Entry storage entry = _entries.push();
        entry.disputeId = disputeId;
        entry.outcome = complaint.outcome;
        entry.cap = share(there, MAX_SLASH_PPM);
        entry.dispute.provider = complaint.provider;
        entry.dispute.filedAt = uint40(time);
        entry.dispute.status = IBarterBond.DisputeStatus.Filed;
        entry.dispute.consumer = complaint.consumer;
        entry.dispute.filer = filer;
        entry.dispute.bondAtFiling = there;
        entry.dispute.deposit = uint128(deposit);
        entry.dispute.evidence = complaint.evidence;
        received += deposit;
    }

    function rule(uint256 index, IBarterBond.DisputeStatus status, uint256 slashPpm, uint256 executableAt) external {
        _entries[index].dispute.status = status;
        _entries[index].dispute.slashPpm = uint32(slashPpm);
        _entries[index].dispute.executableAt = uint40(executableAt);
    }

    /// @notice Ends a dispute.
    function end(uint256 index) external {
        IBarterBond.Dispute storage dispute = _entries[index].dispute;
        if (dispute.status == IBarterBond.DisputeStatus.Filed) {
            dispute.status = IBarterBond.DisputeStatus.Void;
            owed[dispute.filer] += dispute.deposit;
        } else if (dispute.slashPpm == 0) {
            dispute.status = IBarterBond.DisputeStatus.Dismissed;
            owed[dispute.provider] += dispute.deposit;
        } else {
            dispute.status = IBarterBond.DisputeStatus.Upheld;
            owed[dispute.filer] += dispute.deposit;
            _slash(dispute, reachesLeaving(index));
        }
    }

    function _slash(IBarterBond.Dispute storage dispute, bool reaching) private {
        IBarterBond.Bond storage bond = _bonds[dispute.provider];
        uint256 wanted = share(dispute.bondAtFiling, dispute.slashPpm);
        uint128 spared = reaching ? 0 : bond.unbonding;
        uint256 there = uint256(bond.active) + bond.unbonding - spared;
        uint128 taken = uint128(wanted > there ? there : wanted);
        uint128 left = uint128(there - taken);
        // Of what is left, the active part is as large as it was, if it can be.
        if (bond.active > left) bond.active = left;
        bond.unbonding = left - bond.active + spared;
        bond.everSlashed += taken;
        ++bond.upheld;
        dispute.slashed = taken;
        owed[dispute.consumer] += taken;
    }

    /// @notice The part of an amount, rounded down, without a product that could be large.
    function share(uint256 amount, uint256 ppm) public pure returns (uint256) {
        return amount / PPM * ppm + amount % PPM * ppm / PPM;
    }

    /// @notice The least deposit now.
    function depositFor(address provider) external view returns (uint256 deposit) {
        uint256 bond = standing(provider, block.timestamp);
        deposit = share(bond, DEPOSIT_PPM);
        if (bond % PPM * DEPOSIT_PPM % PPM != 0) ++deposit;
        if (deposit < MINIMUM_DEPOSIT) deposit = MINIMUM_DEPOSIT;
    }

    // ------------------------------------------------------------------------------------------------ the rest

    function claim(address owner) external returns (uint256 amount) {
        amount = owed[owner];
        owed[owner] = 0;
        paid += amount;
    }

    function anchor(address oracle, bytes32 root, uint256 size, uint256 time) external {
        _anchors[oracle].push(IBarterBond.Anchor(root, uint128(size), uint128(time)));
    }

    function anchorsOf(address oracle) external view returns (IBarterBond.Anchor[] memory) {
        return _anchors[oracle];
    }

    function length() external view returns (uint256) {
        return _entries.length;
    }

    function entryAt(uint256 index) external view returns (Entry memory) {
        return _entries[index];
    }

    /// @notice Whether a dispute has not ended.
    function isOpen(uint256 index) public view returns (bool) {
        IBarterBond.DisputeStatus status = _entries[index].dispute.status;
        return status == IBarterBond.DisputeStatus.Filed || status == IBarterBond.DisputeStatus.Ruled
            || status == IBarterBond.DisputeStatus.Overturned;
    }

    /// @notice A dispute of a status, and filed at `since` or later.
    function pick(IBarterBond.DisputeStatus status, uint256 since, uint256 seed)
        external
        view
        returns (bool found, uint256 index)
    {
        for (uint256 i = 0; i < _entries.length; ++i) {
            index = (seed % _entries.length + i) % _entries.length;
            IBarterBond.Dispute storage dispute = _entries[index].dispute;
            if (dispute.status == status && dispute.filedAt >= since) return (true, index);
        }
        return (false, 0);
    }
}
