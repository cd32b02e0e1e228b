// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBarterBond} from "../../../contracts/interfaces/IBarterBond.sol";
import {BondWorld} from "../BondWorld.sol";
import {BondLedger} from "../stores/BondLedger.sol";
import {BondSteps} from "./BondSteps.sol";
import {Refusals} from "./Refusals.sol";

/// @notice Complaints that must not be filed: nobody's, another's, too late, twice, too cheap.
contract ComplaintIntruder is BondSteps, Refusals {
    constructor(BondWorld world_) BondSteps(world_) Refusals(world_.breaches()) {}

    function _observe() internal override {
        _take();
    }

    /// @dev Signed by the provider, by the filer or by a stranger.
    function fileUnsigned(uint256 seed) external step {
        IBarterBond.Complaint memory complaint = _complaint(_bonded(seed), seed);
        address signer = actors.pickOutsider(seed >> 32, complaint.consumer, complaint.consumer);
        bytes memory signature = actors.sign(signer, bond.complaintDigest(complaint));
        _refusedSignature("file unsigned", complaint, signature, seed);
    }

    /// @dev The consumer signed, but something else: another field each time, another contract, another chain.
    function fileAnother(uint256 seed) external step {
        IBarterBond.Complaint memory complaint = _complaint(_bonded(seed), seed);
        uint256 kind = (seed >> 40) % 6;
        IBarterBond.Complaint memory signed = IBarterBond.Complaint(
            kind == 0 ? bond.TOKEN() : complaint.provider,
            complaint.consumer,
            kind == 1 ? keccak256("another outcome") : complaint.outcome,
            kind == 2 ? keccak256("another evidence") : complaint.evidence,
            kind == 3 ? complaint.deadline + 1 : complaint.deadline
        );
        if (kind == 4) vm.chainId(block.chainid + 1);
        bytes32 digest = bond.complaintDigest(signed);
        if (kind == 4) vm.chainId(block.chainid - 1);
        // As another contract would have it: its own address is what is in the domain.
        if (kind == 5) digest = keccak256(abi.encode("another contract", digest));
        _refusedSignature("file another", complaint, actors.sign(complaint.consumer, digest), seed);
    }

    function fileLate(uint256 seed) external step {
        IBarterBond.Complaint memory complaint = _complaint(_bonded(seed), seed);
        bytes memory signature = actors.sign(complaint.consumer, bond.complaintDigest(complaint));
        _pass(complaint.deadline + 1 - block.timestamp);
        _refusedToFile(
            "file late",
            complaint,
            signature,
            _deposit(complaint.provider),
            seed,
            abi.encodeWithSelector(IBarterBond.ComplaintExpired.selector, complaint.deadline, block.timestamp)
        );
    }

    /// @dev The same outcome again, whether its dispute has ended or not, and whatever else is said of it.
    function fileAgain(uint256 seed) external step {
        uint256 index = seed & 1 == 0 ? _filed(seed >> 1) : _ended(seed >> 1);
        BondLedger.Entry memory entry = ledger.entryAt(index);
        IBarterBond.Complaint memory complaint = IBarterBond.Complaint(
            entry.dispute.provider, entry.dispute.consumer, entry.outcome, keccak256("more"), block.timestamp
        );
        _refusedToFile(
            "file again",
            complaint,
            actors.sign(complaint.consumer, bond.complaintDigest(complaint)),
            _deposit(complaint.provider),
            seed,
            abi.encodeWithSelector(IBarterBond.AlreadyDisputed.selector, entry.disputeId)
        );
    }

    function fileAgainstOneself(uint256 seed) external step {
        address provider = _bonded(seed);
        IBarterBond.Complaint memory complaint = _complaint(provider, seed);
        complaint.consumer = provider;
        _refusedToFile(
            "file against oneself",
            complaint,
            actors.sign(provider, bond.complaintDigest(complaint)),
            _deposit(provider),
            seed,
            abi.encodeWithSelector(IBarterBond.SelfDispute.selector, provider)
        );
    }

    function fileAgainstNobody(uint256 seed) external step {
        address nobody = actors.STRANGER();
        IBarterBond.Complaint memory complaint = _complaint(nobody, seed);
        _refusedToFile(
            "file against nobody",
            complaint,
            actors.sign(complaint.consumer, bond.complaintDigest(complaint)),
            _deposit(nobody),
            seed,
            abi.encodeWithSelector(IBarterBond.NoBond.selector, nobody)
        );
    }

    /// @dev All that this provider has is free, or held for what was filed before.
    function fileAgainstFreeMoney(uint256 seed) external step {
        address provider = _active(seed);
        _unbond(provider, ledger.bondOf(provider).active);
        _pass(bond.UNBONDING_DELAY() + (seed >> 8) % 2 * ((seed >> 9) % 30 days));
        IBarterBond.Complaint memory complaint = _complaint(provider, seed);
        _refusedToFile(
            "file against free money",
            complaint,
            actors.sign(complaint.consumer, bond.complaintDigest(complaint)),
            _deposit(provider),
            seed,
            abi.encodeWithSelector(IBarterBond.NoBond.selector, provider)
        );
    }

    function fileTooCheap(uint256 seed) external step {
        address provider = _bonded(seed);
        IBarterBond.Complaint memory complaint = _complaint(provider, seed);
        uint256 required = ledger.depositFor(provider);
        uint256 deposit = required - 1;
        _refusedToFile(
            "file too cheap",
            complaint,
            actors.sign(complaint.consumer, bond.complaintDigest(complaint)),
            deposit,
            seed,
            abi.encodeWithSelector(IBarterBond.DepositTooSmall.selector, money.arriving(deposit), required)
        );
    }

    // ------------------------------------------------------------------------------------------------ helpers

    function _refusedSignature(
        string memory what,
        IBarterBond.Complaint memory complaint,
        bytes memory signature,
        uint256 seed
    ) private {
        bytes memory expected = abi.encodeWithSelector(
            IBarterBond.InvalidComplaintSignature.selector, complaint.consumer, bond.complaintDigest(complaint)
        );
        _refusedToFile(what, complaint, signature, _deposit(complaint.provider), seed, expected);
    }

    /// @dev What to send for the deposit that is asked to arrive.
    function _deposit(address provider) private view returns (uint256) {
        return money.sending(ledger.depositFor(provider));
    }

    function _refusedToFile(
        string memory what,
        IBarterBond.Complaint memory complaint,
        bytes memory signature,
        uint256 deposit,
        uint256 seed,
        bytes memory expected
    ) private {
        address filer = _filer(seed);
        _fund(filer, deposit);
        _refused(
            what, filer, address(bond), abi.encodeCall(IBarterBond.file, (complaint, signature, deposit)), expected
        );
    }
}
