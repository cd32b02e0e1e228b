// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAuditorQuorum} from "../../../contracts/interfaces/IAuditorQuorum.sol";
import {IBarterBond} from "../../../contracts/interfaces/IBarterBond.sol";
import {BondWorld} from "../BondWorld.sol";
import {BondLedger} from "../stores/BondLedger.sol";
import {BondSteps} from "./BondSteps.sol";
import {Refusals} from "./Refusals.sol";

/// @notice Rulings that must not be: by too few, by others, by what was signed for something else, too early, too late, twice.
contract RulingIntruder is BondSteps, Refusals {
    constructor(BondWorld world_) BondSteps(world_) Refusals(world_.breaches()) {}

    function _observe() internal override {
        _take();
    }

    // ------------------------------------------------------------------------------------------------ by whom

    /// @dev Whether a ruling or the overturning of one: less than it takes.
    function tooFew(uint256 seed) external step {
        (uint256 index, bool overturns, bytes32 digest, uint256 needed) = _ruling(seed);
        uint256 count = (seed >> 16) % needed;
        _refusedToRule(
            "too few",
            index,
            overturns,
            seed,
            auditors.exactly(digest, count, seed >> 24),
            abi.encodeWithSelector(IAuditorQuorum.TooFewAuditors.selector, count, needed)
        );
    }

    /// @dev One of them twice, beside as many others as are missing.
    function twice(uint256 seed) external step {
        (uint256 index, bool overturns, bytes32 digest, uint256 needed) = _ruling(seed);
        IAuditorQuorum.AuditorSignature[] memory signatures = auditors.exactly(digest, needed, seed >> 24);
        uint256 again = 1 + (seed >> 16) % (needed - 1);
        signatures[again] = signatures[again - 1];
        _refusedToRule("one twice", index, overturns, seed, signatures, _notAscending(signatures[again].auditor));
    }

    function outOfOrder(uint256 seed) external step {
        (uint256 index, bool overturns, bytes32 digest, uint256 needed) = _ruling(seed);
        IAuditorQuorum.AuditorSignature[] memory signatures = auditors.exactly(digest, needed, seed >> 24);
        (signatures[0], signatures[1]) = (signatures[1], signatures[0]);
        _refusedToRule("out of order", index, overturns, seed, signatures, _notAscending(signatures[1].auditor));
    }

    /// @dev Somebody who is no auditor, though all that are needed signed too.
    function withAnother(uint256 seed) external step {
        (uint256 index, bool overturns, bytes32 digest, uint256 needed) = _ruling(seed);
        address another = (seed >> 16) & 1 == 0 ? auditors.IMPOSTOR() : address(1);
        IAuditorQuorum.AuditorSignature[] memory signatures =
            _with(auditors.exactly(digest, needed, seed >> 24), another, digest);
        _refusedToRule(
            "with another",
            index,
            overturns,
            seed,
            signatures,
            abi.encodeWithSelector(IAuditorQuorum.NotAuditor.selector, another)
        );
    }

    /// @dev An auditor's name over somebody else's signature.
    function inTheirName(uint256 seed) external step {
        (uint256 index, bool overturns, bytes32 digest, uint256 needed) = _ruling(seed);
        IAuditorQuorum.AuditorSignature[] memory signatures = auditors.exactly(digest, needed, seed >> 24);
        uint256 forged = (seed >> 16) % needed;
        signatures[forged].signature = auditors.signatureOf(auditors.IMPOSTOR(), digest).signature;
        _refusedToRule(
            "in their name", index, overturns, seed, signatures, _invalid(signatures[forged].auditor, digest)
        );
    }

    // ------------------------------------------------------------------------------------------------ for what

    /// @dev All auditors signed, but something else: the other of the two texts, another dispute, share or deadline, on
    /// another chain or for another contract.
    function replay(uint256 seed) external step {
        (uint256 index, bool overturns, bytes32 digest,) = _ruling(seed);
        bytes32 disputeId = ledger.entryAt(index).disputeId;
        (uint256 slashPpm, uint256 deadline) = (_slashPpm(seed), _deadline(seed));
        uint256 kind = (seed >> 16) % 6;
        if (kind == 0) overturns = !overturns;
        if (kind == 1) disputeId = keccak256("another dispute");
        if (kind == 2) slashPpm = slashPpm == 0 ? 1 : slashPpm - 1;
        if (kind == 3) ++deadline;
        if (kind == 4) vm.chainId(block.chainid + 1);
        bytes32 signed = _digest(overturns, disputeId, slashPpm, deadline);
        if (kind == 4) vm.chainId(block.chainid - 1);
        if (kind == 5) signed = keccak256(abi.encode("another contract", signed));
        if (kind == 0) overturns = !overturns;

        IAuditorQuorum.AuditorSignature[] memory signatures = auditors.exactly(signed, auditors.COUNT(), 0);
        _refusedToRule("replay", index, overturns, seed, signatures, _invalid(signatures[0].auditor, digest));
    }

    function tooMuch(uint256 seed) external step {
        (uint256 index, bool overturns,,) = _ruling(seed);
        bytes32 disputeId = ledger.entryAt(index).disputeId;
        uint256 most = bond.MAX_SLASH_PPM();
        uint256 slashPpm = seed & 3 == 0 ? most + 1 : most + 1 + (seed >> 2) % type(uint128).max;
        bytes32 digest = _digest(overturns, disputeId, slashPpm, block.timestamp);
        _refused(
            "too much",
            _filer(seed),
            address(bond),
            _call(overturns, disputeId, slashPpm, block.timestamp, auditors.exactly(digest, auditors.COUNT(), 0)),
            abi.encodeWithSelector(IBarterBond.SlashOutOfRange.selector, slashPpm, most)
        );
    }

    // ------------------------------------------------------------------------------------------------ when

    function expired(uint256 seed) external step {
        (uint256 index, bool overturns,,) = _ruling(seed);
        bytes32 disputeId = ledger.entryAt(index).disputeId;
        uint256 deadline = block.timestamp - 1 - (seed >> 16) % 1 days;
        bytes32 digest = _digest(overturns, disputeId, 0, deadline);
        _refused(
            "expired",
            _filer(seed),
            address(bond),
            _call(overturns, disputeId, 0, deadline, auditors.exactly(digest, auditors.COUNT(), 0)),
            abi.encodeWithSelector(IAuditorQuorum.RulingExpired.selector, deadline, block.timestamp)
        );
    }

    function ruleLate(uint256 seed) external step {
        uint256 index = _filed(seed);
        uint256 last = ledger.entryAt(index).dispute.filedAt + bond.RULING_PERIOD();
        _pass(last + 1 - block.timestamp);
        bytes memory expected = abi.encodeWithSelector(IBarterBond.RulingPeriodOver.selector, last, block.timestamp);
        _refusedToRule("rule late", index, false, seed, _all(index, false, seed), expected);
    }

    function overturnLate(uint256 seed) external step {
        uint256 index = _ruled(seed);
        uint256 executableAt = ledger.entryAt(index).dispute.executableAt;
        _pass(executableAt - block.timestamp);
        bytes memory expected =
            abi.encodeWithSelector(IAuditorQuorum.OverturnWindowOver.selector, executableAt, block.timestamp);
        _refusedToRule("overturn late", index, true, seed, _all(index, true, seed), expected);
    }

    function executeEarly(uint256 seed) external step {
        bool ruled = seed & 1 == 0;
        uint256 index = ruled ? _ruled(seed >> 1) : _filed(seed >> 1);
        BondLedger.Entry memory entry = ledger.entryAt(index);
        uint256 last = ruled ? entry.dispute.executableAt - 1 : entry.dispute.filedAt + bond.RULING_PERIOD();
        if ((seed >> 8) & 1 == 0) _pass(last - block.timestamp);
        _refused(
            "execute early",
            _filer(seed),
            address(bond),
            abi.encodeCall(IBarterBond.execute, (entry.disputeId)),
            ruled
                ? abi.encodeWithSelector(IAuditorQuorum.OverturnWindowOpen.selector, last + 1, block.timestamp)
                : abi.encodeWithSelector(IBarterBond.RulingPeriodOpen.selector, last, block.timestamp)
        );
    }

    // ------------------------------------------------------------------------------------------------ how often

    /// @dev What was ruled on, overturned or ended.
    function ruleAgain(uint256 seed) external step {
        uint256 index = _past(seed, true);
        _refusedToRule(
            "rule again",
            index,
            false,
            seed,
            _all(index, false, seed),
            _wrongStatus(index, IBarterBond.DisputeStatus.Filed)
        );
    }

    /// @dev What was overturned or ended, or never ruled on.
    function overturnAgain(uint256 seed) external step {
        uint256 index = seed & 1 == 0 ? _filed(seed >> 1) : _past(seed >> 1, false);
        _refusedToRule(
            "overturn again",
            index,
            true,
            seed,
            _all(index, true, seed),
            _wrongStatus(index, IBarterBond.DisputeStatus.Ruled)
        );
    }

    function executeAgain(uint256 seed) external step {
        uint256 index = _ended(seed);
        _refused(
            "execute again",
            _filer(seed),
            address(bond),
            abi.encodeCall(IBarterBond.execute, (ledger.entryAt(index).disputeId)),
            _wrongStatus(index, IBarterBond.DisputeStatus.Ruled)
        );
    }

    // ------------------------------------------------------------------------------------------------ helpers

    /// @dev A dispute that can be ruled on, or whose ruling can be overturned, what is to be signed, and by how many.
    function _ruling(uint256 seed) private returns (uint256 index, bool overturns, bytes32 digest, uint256 needed) {
        overturns = (seed >> 32) & 1 == 1;
        index = overturns ? _ruled(seed) : _filed(seed);
        digest = _digest(overturns, ledger.entryAt(index).disputeId, _slashPpm(seed), _deadline(seed));
        needed = overturns ? auditors.OVERTURN_THRESHOLD() : auditors.THRESHOLD();
    }

    function _past(uint256 seed, bool withRuled) private returns (uint256 index) {
        uint256 kind = seed % 3;
        if (kind == 0 && withRuled) return _ruled(seed >> 2);
        return kind == 1 ? _overturned(seed >> 2) : _ended(seed >> 2);
    }

    /// @dev What every auditor signed.
    function _all(uint256 index, bool overturns, uint256 seed)
        private
        view
        returns (IAuditorQuorum.AuditorSignature[] memory)
    {
        bytes32 disputeId = ledger.entryAt(index).disputeId;
        return auditors.exactly(_digest(overturns, disputeId, _slashPpm(seed), _deadline(seed)), auditors.COUNT(), 0);
    }

    /// @dev One more signature, where its signer's address belongs.
    function _with(IAuditorQuorum.AuditorSignature[] memory signatures, address another, bytes32 digest)
        private
        view
        returns (IAuditorQuorum.AuditorSignature[] memory more)
    {
        more = new IAuditorQuorum.AuditorSignature[](signatures.length + 1);
        uint256 place = signatures.length;
        while (place > 0 && signatures[place - 1].auditor > another) {
            more[place] = signatures[place - 1];
            --place;
        }
        more[place] = auditors.signatureOf(auditors.IMPOSTOR(), digest);
        more[place].auditor = another;
        while (place > 0) {
            --place;
            more[place] = signatures[place];
        }
    }

    function _refusedToRule(
        string memory what,
        uint256 index,
        bool overturns,
        uint256 seed,
        IAuditorQuorum.AuditorSignature[] memory signatures,
        bytes memory expected
    ) private {
        bytes memory data = _call(
            overturns, ledger.entryAt(index).disputeId, _slashPpm(seed), _deadline(seed), signatures
        );
        _refused(what, _filer(seed), address(bond), data, expected);
    }

    function _digest(bool overturns, bytes32 disputeId, uint256 slashPpm, uint256 deadline)
        private
        view
        returns (bytes32)
    {
        if (overturns) return bond.overturnDigest(disputeId, slashPpm, deadline);
        return bond.rulingDigest(disputeId, slashPpm, deadline);
    }

    function _call(
        bool overturns,
        bytes32 disputeId,
        uint256 slashPpm,
        uint256 deadline,
        IAuditorQuorum.AuditorSignature[] memory signatures
    ) private pure returns (bytes memory) {
        if (overturns) {
            return abi.encodeCall(IBarterBond.overturn, (disputeId, slashPpm, deadline, signatures));
        }
        return abi.encodeCall(IBarterBond.rule, (disputeId, slashPpm, deadline, signatures));
    }

    function _notAscending(address auditor) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IAuditorQuorum.SignaturesNotAscending.selector, auditor);
    }

    function _invalid(address auditor, bytes32 digest) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IAuditorQuorum.InvalidAuditorSignature.selector, auditor, digest);
    }

    function _wrongStatus(uint256 index, IBarterBond.DisputeStatus required) private view returns (bytes memory) {
        BondLedger.Entry memory entry = ledger.entryAt(index);
        return abi.encodeWithSelector(
            IBarterBond.WrongDisputeStatus.selector, entry.disputeId, entry.dispute.status, required
        );
    }
}
