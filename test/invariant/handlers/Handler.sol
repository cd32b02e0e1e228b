// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {CommonBase} from "forge-std/Base.sol";
import {StdUtils} from "forge-std/StdUtils.sol";

import {IBarterCore} from "../../../contracts/interfaces/IBarterCore.sol";
import {IBTRCredit} from "../../../contracts/interfaces/IBTRCredit.sol";
import {Actors} from "../Actors.sol";
import {CreditLedger} from "../stores/CreditLedger.sol";
import {TradeLedger} from "../stores/TradeLedger.sol";
import {World} from "../World.sol";

/// @notice What all handlers share: the frame around each call, and the steps of a trade, each done on the contract and
/// noted in the ledgers. None of them can be refused: a step that needs a trade of some status makes one if there is none.
abstract contract Handler is CommonBase, StdUtils {
    bytes32 private constant PERMIT_TYPEHASH =
        keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");

    World internal immutable world;
    IBarterCore internal immutable core;
    IBTRCredit internal immutable credit;
    Actors internal immutable actors;
    TradeLedger internal immutable trades;
    CreditLedger internal immutable credits;

    /// @dev Preimages are numbered, so that no two trades share one by accident, and so are the deadlines of signatures
    /// that will be cancelled, so that none of them is one an honest step makes.
    uint256 private _numbers;

    constructor(World world_) {
        world = world_;
        core = world_.core();
        credit = world_.credit();
        actors = world_.actors();
        trades = world_.trades();
        credits = world_.credits();
    }

    /// @dev At the world's time, with the logs taken in afterwards.
    modifier step() {
        vm.warp(world.time());
        vm.recordLogs();
        _;
        world.observe(vm.getRecordedLogs());
    }

    /// @dev Lets time pass in the middle of a step: what was logged before belongs to the time before.
    function _pass(uint256 interval) internal {
        world.observe(vm.getRecordedLogs());
        world.pass(interval);
        vm.warp(world.time());
    }

    // ------------------------------------------------------------------------------------------------ terms

    /// @dev Terms within the limits: amounts of every magnitude, texts of every length, and sometimes a payment hash that
    /// another pair has used, which is allowed.
    function _terms(uint256 seed)
        internal
        returns (IBarterCore.Terms memory terms, address proposer, bytes32 preimage)
    {
        (terms.payer, terms.payee) = actors.pickPair(seed);
        (preimage, terms.paymentHash) = _paymentHash(terms.payer, terms.payee, seed >> 32);
        terms.amountSats = _amount(uint256(keccak256(abi.encode(seed, "amount"))));
        terms.category = _text(uint256(keccak256(abi.encode(seed, "category"))), 32);
        terms.description = _text(uint256(keccak256(abi.encode(seed, "description"))), 200);
        proposer = (seed >> 24) & 1 == 0 ? terms.payer : terms.payee;
    }

    function _paymentHash(address payer, address payee, uint256 seed) private returns (bytes32, bytes32) {
        uint256 length = trades.length();
        if (seed & 3 == 0 && length != 0) {
            TradeLedger.Entry memory other = trades.entryAt((seed >> 2) % length);
            if (!trades.isHashUsed(payer, payee, other.paymentHash)) return (other.preimage, other.paymentHash);
        }
        bytes32 preimage = keccak256(abi.encode(address(this), ++_numbers));
        return (preimage, sha256(abi.encode(preimage)));
    }

    function _amount(uint256 seed) private pure returns (uint256) {
        uint256 kind = seed & 15;
        if (kind == 0) return 1000;
        if (kind == 1) return 2_100_000_000_000_000;
        uint256 magnitude = 10 + (seed >> 8) % 42;
        return _bound(seed >> 16, 1000, 2 ** magnitude < 2_100_000_000_000_000 ? 2 ** magnitude : 2_100_000_000_000_000);
    }

    /// @dev Any bytes at all, not only letters.
    function _text(uint256 seed, uint256 maximum) internal pure returns (string memory) {
        uint256 length = seed & 3 == 0 ? maximum : (seed >> 2) % (maximum + 1);
        bytes memory text = new bytes(length);
        for (uint256 i = 0; i < length; ++i) {
            text[i] = bytes1(uint8(uint256(keccak256(abi.encode(seed, i / 32))) >> (8 * (i % 32))));
        }
        return string(text);
    }

    // ------------------------------------------------------------------------------------------------ steps

    function _propose(uint256 seed) internal returns (uint256 index) {
        (IBarterCore.Terms memory terms, address proposer, bytes32 preimage) = _terms(seed);
        return _propose(terms, proposer, preimage);
    }

    function _propose(IBarterCore.Terms memory terms, address proposer, bytes32 preimage)
        internal
        returns (uint256 index)
    {
        bytes32 tradeId;
        vm.prank(proposer);
        if (proposer == terms.payer) {
            tradeId =
                core.proposeTrade(terms.payee, terms.paymentHash, terms.amountSats, terms.category, terms.description);
        } else {
            tradeId = core.proposeTradeAsPayee(
                terms.payer, terms.paymentHash, terms.amountSats, terms.category, terms.description
            );
        }
        return _noteProposal(tradeId, terms, proposer, preimage);
    }

    function _noteProposal(bytes32 tradeId, IBarterCore.Terms memory terms, address proposer, bytes32 preimage)
        internal
        returns (uint256 index)
    {
        trades.propose(
            TradeLedger.Entry({
                tradeId: tradeId,
                partyA: proposer,
                partyB: _other(terms, proposer),
                payer: terms.payer,
                preimage: preimage,
                paymentHash: terms.paymentHash,
                amountSats: terms.amountSats,
                status: IBarterCore.Status.Proposed,
                ruling: IBarterCore.Ruling.None,
                counted: false
            })
        );
        return trades.length() - 1;
    }

    function _accept(uint256 index) internal {
        TradeLedger.Entry memory entry = trades.entryAt(index);
        vm.prank(entry.partyB);
        core.acceptTrade(entry.tradeId);
        trades.accept(index);
    }

    function _settle(uint256 index) internal {
        TradeLedger.Entry memory entry = trades.entryAt(index);
        vm.prank(entry.payer);
        core.settleTrade(entry.tradeId, entry.preimage);
        _noteSettlement(index);
    }

    function _noteSettlement(uint256 index) internal {
        if (!trades.settle(index)) return;
        TradeLedger.Entry memory entry = trades.entryAt(index);
        uint256 reward = trades.creditOf(entry.amountSats);
        credits.earn(entry.partyA, reward);
        credits.earn(entry.partyB, reward);
    }

    function _dispute(uint256 index, uint256 seed) internal {
        TradeLedger.Entry memory entry = trades.entryAt(index);
        vm.prank(seed & 1 == 0 ? entry.partyA : entry.partyB);
        core.disputeTrade(entry.tradeId);
        trades.dispute(index);
    }

    function _dismiss(uint256 index) internal {
        bytes32 tradeId = trades.tradeIdAt(index);
        vm.prank(core.ARBITER());
        core.dismissDispute(tradeId);
        trades.dismiss(index);
    }

    function _uphold(uint256 index, uint256 seed) internal {
        TradeLedger.Entry memory entry = trades.entryAt(index);
        address atFault = seed & 1 == 0 ? entry.partyA : entry.partyB;
        vm.prank(core.ARBITER());
        core.upholdDispute(entry.tradeId, atFault);
        trades.uphold(index, atFault);
    }

    function _cancel(address signer, bytes32 digest) internal {
        vm.prank(signer);
        core.cancelSignature(digest);
        world.addCancelled(digest);
    }

    // ------------------------------------------------------------------------------------------------ choices

    function _proposed(uint256 seed) internal returns (uint256 index) {
        bool found;
        (found, index) = trades.pick(IBarterCore.Status.Proposed, seed);
        if (!found) index = _propose(seed);
    }

    function _accepted(uint256 seed) internal returns (uint256 index) {
        bool found;
        (found, index) = trades.pick(IBarterCore.Status.Accepted, seed);
        if (found) return index;
        index = _proposed(seed);
        _accept(index);
    }

    function _settled(uint256 seed) internal returns (uint256 index) {
        bool found;
        (found, index) = trades.pick(IBarterCore.Status.Settled, seed);
        if (found) return index;
        index = _accepted(seed);
        _settle(index);
    }

    /// @dev An accepted trade with no dispute behind it.
    function _undisputed(uint256 seed) internal returns (uint256 index) {
        index = _accepted(seed);
        if (trades.entryAt(index).ruling == IBarterCore.Ruling.None) return index;
        index = _propose(seed);
        _accept(index);
    }

    /// @dev A disputed trade the arbiter has not ruled on.
    function _unruled(uint256 seed) internal returns (uint256 index) {
        bool found;
        (found, index) = trades.pick(IBarterCore.Status.Disputed, seed);
        if (found && trades.entryAt(index).ruling == IBarterCore.Ruling.None) return index;
        index = _undisputed(seed);
        _dispute(index, seed);
    }

    function _other(IBarterCore.Terms memory terms, address wallet) internal pure returns (address) {
        return wallet == terms.payer ? terms.payee : terms.payer;
    }

    /// @dev A deadline that has not passed, this very second included.
    function _deadline(uint256 seed) internal view returns (uint256) {
        return block.timestamp + seed % 3 * 1 days;
    }

    /// @dev A deadline no other signature has.
    function _deadlineOfItsOwn() internal returns (uint256) {
        return type(uint256).max - uint160(address(this)) - ++_numbers;
    }

    function _settlement(uint256 index, bytes32 preimage, uint256 deadline)
        internal
        view
        returns (IBarterCore.Settlement memory)
    {
        TradeLedger.Entry memory entry = trades.entryAt(index);
        bytes32 digest = core.settleTradeDigest(entry.tradeId, preimage, deadline);
        return IBarterCore.Settlement(entry.tradeId, preimage, deadline, actors.sign(entry.payer, digest));
    }

    function _permitDigest(address owner, address spender, uint256 amount, uint256 nonce, uint256 deadline)
        internal
        view
        returns (bytes32)
    {
        bytes32 structHash = keccak256(abi.encode(PERMIT_TYPEHASH, owner, spender, amount, nonce, deadline));
        return keccak256(abi.encodePacked("\x19\x01", credit.DOMAIN_SEPARATOR(), structHash));
    }
}
