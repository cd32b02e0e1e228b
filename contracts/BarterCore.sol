// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ECDSA} from "solady/utils/ECDSA.sol";
import {EIP712} from "solady/utils/EIP712.sol";
import {SignatureCheckerLib} from "solady/utils/SignatureCheckerLib.sol";

import {BTRCredit} from "./BTRCredit.sol";
import {BTRTrust} from "./BTRTrust.sol";
import {IBarterCore} from "./interfaces/IBarterCore.sol";
import {IBTRCredit} from "./interfaces/IBTRCredit.sol";
import {IBTRTrust} from "./interfaces/IBTRTrust.sol";
import {Account} from "./libraries/Account.sol";
import {
    MAX_AMOUNT_SATS,
    MAX_BATCH,
    MAX_CATEGORY_BYTES,
    MAX_DESCRIPTION_BYTES,
    MAX_PAGE,
    MIN_AMOUNT_SATS,
    PROPOSAL_LIFETIME
} from "./libraries/Limits.sol";
import {TradeRecord} from "./libraries/TradeRecord.sol";
import {TradeState, TradeStates} from "./libraries/TradeState.sol";

/// @title BarterCore
/// @notice See {IBarterCore}.
/// @dev A trade is kept in two halves: what never changes as the code of an account of its own (`TradeRecord`), what
/// changes in 64 bits of a slot shared by four trades of one proposer (`TradeState`). A wallet's list of trades is linked
/// through the records, newest first, so that a proposal costs its receiver nothing and adds no slot.
contract BarterCore is IBarterCore, EIP712 {
    using TradeRecord for bytes;
    using TradeRecord for bytes12;
    using TradeRecord for TradeRecord.Fields;
    using TradeStates for TradeStates.Book;
    using TradeStates for TradeStates.Page;

    /// @dev What is kept of a wallet: one slot that every trade touches, one that a fault does.
    struct WalletState {
        Account account;
        uint256 faults;
    }

    bytes32 private constant OPEN_TRADE_TYPEHASH = keccak256(
        "OpenTrade(address proposer,address payer,address payee,bytes32 paymentHash,uint256 amountSats,string category,string description,uint256 deadline)"
    );
    bytes32 private constant SETTLE_TRADE_TYPEHASH =
        keccak256("SettleTrade(bytes32 tradeId,bytes32 preimage,uint256 deadline)");

    /// @inheritdoc IBarterCore
    IBTRTrust public immutable TRUST;
    /// @inheritdoc IBarterCore
    IBTRCredit public immutable CREDIT;
    /// @inheritdoc IBarterCore
    address public immutable ARBITER;

    mapping(address wallet => WalletState) private _wallets;
    TradeStates.Book private _states;
    mapping(address signer => mapping(bytes32 digest => bool)) private _cancelled;

    /// @param arbiter Who may rule on disputes; the zero address means nobody, for good.
    constructor(address arbiter) {
        ARBITER = arbiter;
        // The two tokens take their deployer for BarterCore: the three know each other from here on, for good.
        TRUST = new BTRTrust();
        CREDIT = new BTRCredit();
    }

    /// @dev Answers the init code of the record being stored; refuses everything else.
    fallback() external {
        TradeRecord.serve();
        revert UnknownCall();
    }

    // ------------------------------------------------------------------------------------------------ trading

    /// @inheritdoc IBarterCore
    function proposeTrade(
        address counterparty,
        bytes32 paymentHash,
        uint256 amountSats,
        string calldata category,
        string calldata description
    ) external returns (bytes32 tradeId) {
        return _propose(
            _fieldsOf(msg.sender, counterparty, msg.sender, paymentHash, amountSats), category, description, false
        );
    }

    /// @inheritdoc IBarterCore
    function proposeTradeAsPayee(
        address counterparty,
        bytes32 paymentHash,
        uint256 amountSats,
        string calldata category,
        string calldata description
    ) external returns (bytes32 tradeId) {
        return _propose(
            _fieldsOf(msg.sender, counterparty, counterparty, paymentHash, amountSats), category, description, false
        );
    }

    /// @inheritdoc IBarterCore
    function openTrade(Terms calldata terms, uint256 deadline, bytes calldata signature)
        external
        returns (bytes32 tradeId)
    {
        address counterparty = _counterpartyOf(msg.sender, terms);
        _checkSignature(counterparty, openTradeDigest(msg.sender, terms, deadline), deadline, signature);
        TradeRecord.Fields memory fields =
            _fieldsOf(msg.sender, counterparty, terms.payer, terms.paymentHash, terms.amountSats);
        tradeId = _propose(fields, terms.category, terms.description, true);
        emit TradeAccepted(tradeId);
    }

    /// @inheritdoc IBarterCore
    function acceptTrade(bytes32 tradeId) external {
        (bytes memory record, TradeStates.Page storage page, TradeState state) = _load(tradeId);
        if (!state.isIn(Status.Proposed)) revert WrongStatus(tradeId, state.status(), Status.Proposed);
        uint256 age = block.timestamp - record.createdAt();
        if (age > PROPOSAL_LIFETIME) revert TradeExpired(tradeId, record.createdAt() + PROPOSAL_LIFETIME);
        if (msg.sender != record.partyB()) revert NotCounterparty(tradeId, msg.sender, record.partyB());

        page.save(record.sequence(), state.accept(age));
        WalletState storage proposer = _wallets[record.partyA()];
        proposer.account = proposer.account.withAcceptance();
        WalletState storage counterparty = _wallets[msg.sender];
        counterparty.account = counterparty.account.withAcceptance();
        emit TradeAccepted(tradeId);
    }

    /// @inheritdoc IBarterCore
    function settleTrade(bytes32 tradeId, bytes32 preimage) external {
        _settleOwn(tradeId, preimage);
    }

    /// @inheritdoc IBarterCore
    function settleTradeBySignature(Settlement calldata settlement) external {
        _settleBySignature(settlement);
    }

    /// @inheritdoc IBarterCore
    function settleTrades(Settlement[] calldata settlements) external {
        uint256 length = settlements.length;
        if (length == 0 || length > MAX_BATCH) revert BatchSize(length, MAX_BATCH);
        for (uint256 i = 0; i < length; ++i) {
            Settlement calldata settlement = settlements[i];
            if (settlement.signature.length == 0) _settleOwn(settlement.tradeId, settlement.preimage);
            else _settleBySignature(settlement);
        }
    }

    /// @inheritdoc IBarterCore
    function disputeTrade(bytes32 tradeId) external {
        (bytes memory record, TradeStates.Page storage page, TradeState state) = _loadAccepted(tradeId);
        _checkParty(tradeId, msg.sender, record);
        if (state.ruling() == Ruling.Dismissed) revert DisputeAlreadyDismissed(tradeId);

        page.save(record.sequence(), state.withStatus(Status.Disputed));
        WalletState storage proposer = _wallets[record.partyA()];
        proposer.account = proposer.account.withDispute();
        WalletState storage counterparty = _wallets[record.partyB()];
        counterparty.account = counterparty.account.withDispute();
        emit TradeDisputed(tradeId, msg.sender);
    }

    /// @inheritdoc IBarterCore
    function dismissDispute(bytes32 tradeId) external {
        (bytes memory record, TradeStates.Page storage page, TradeState state) = _loadUnruled(tradeId);

        page.save(record.sequence(), state.withStatus(Status.Accepted).withRuling(Ruling.Dismissed));
        WalletState storage proposer = _wallets[record.partyA()];
        proposer.account = proposer.account.withoutDispute();
        WalletState storage counterparty = _wallets[record.partyB()];
        counterparty.account = counterparty.account.withoutDispute();
        emit DisputeDismissed(tradeId);
    }

    /// @inheritdoc IBarterCore
    function upholdDispute(bytes32 tradeId, address atFault) external {
        (bytes memory record, TradeStates.Page storage page, TradeState state) = _loadUnruled(tradeId);
        _checkParty(tradeId, atFault, record);

        Ruling ruling = atFault == record.partyA() ? Ruling.AgainstPartyA : Ruling.AgainstPartyB;
        page.save(record.sequence(), state.withRuling(ruling));
        ++_wallets[atFault].faults;
        emit DisputeUpheld(tradeId, atFault);
    }

    /// @inheritdoc IBarterCore
    function cancelSignature(bytes32 digest) external {
        _cancelled[msg.sender][digest] = true;
        emit SignatureCancelled(msg.sender, digest);
    }

    // ------------------------------------------------------------------------------------------------ views

    /// @inheritdoc IBarterCore
    function trades(bytes32 tradeId)
        external
        view
        returns (
            bytes32 id,
            address partyA,
            address partyB,
            bytes32 paymentHash,
            uint256 amountSats,
            uint8 status,
            uint256 createdAt,
            uint256 acceptedAt,
            uint256 settledAt,
            string memory category,
            string memory description
        )
    {
        bytes memory record = bytes12(tradeId).load();
        if (!record.isOf(tradeId)) return (0, address(0), address(0), 0, 0, 0, 0, 0, 0, "", "");
        Trade memory trade = _view(tradeId, record);
        id = trade.tradeId;
        partyA = trade.partyA;
        partyB = trade.partyB;
        paymentHash = trade.paymentHash;
        amountSats = trade.amountSats;
        status = uint8(trade.status);
        createdAt = trade.createdAt;
        acceptedAt = trade.acceptedAt;
        settledAt = trade.settledAt;
        category = trade.category;
        description = trade.description;
    }

    /// @inheritdoc IBarterCore
    function getTrade(bytes32 tradeId) external view returns (Trade memory trade) {
        return _view(tradeId, _loadRecord(tradeId));
    }

    /// @inheritdoc IBarterCore
    function getTradesByAddress(address wallet) external view returns (bytes32[] memory tradeIds) {
        Account account = _wallets[wallet].account;
        bytes12 key = account.latest();
        uint256 left = account.proposed();
        tradeIds = new bytes32[](left);
        while (left != 0) {
            // Each record takes the place of the one before: memory that grew with the list would cost quadratically.
            uint256 free;
            // uncovered: IR has no source map for assembly; getTradesByAddress.t.sol measures what it is for.
            assembly ("memory-safe") {
                free := mload(0x40)
            }
            bytes memory record = key.load();
            tradeIds[--left] = key.idOf(record);
            key = record.previousOf(wallet);
            // uncovered: as above.
            assembly ("memory-safe") {
                mstore(0x40, free)
            }
        }
    }

    /// @inheritdoc IBarterCore
    function getTradesPaged(address wallet, bytes32 before, uint256 limit)
        external
        view
        returns (Trade[] memory page, bytes32 next)
    {
        if (limit == 0 || limit > MAX_PAGE) revert PageSize(limit, MAX_PAGE);
        bytes12 key = _wallets[wallet].account.latest();
        if (before != 0) {
            bytes memory record = _loadRecord(before);
            _checkParty(before, wallet, record);
            key = record.previousOf(wallet);
        }
        page = new Trade[](limit);
        uint256 length = 0;
        for (; length < limit && key != 0; ++length) {
            bytes memory record = key.load();
            page[length] = _view(key.idOf(record), record);
            key = record.previousOf(wallet);
        }
        if (key != 0) next = page[length - 1].tradeId;
        // uncovered: IR has no source map for assembly; getTradesPaged.t.sol sees pages of every length.
        assembly ("memory-safe") {
            mstore(page, length)
        }
    }

    /// @inheritdoc IBarterCore
    function getWallet(address wallet) external view returns (Wallet memory summary) {
        Account account = _wallets[wallet].account;
        summary.proposed = account.proposed();
        summary.initiated = account.initiated();
        summary.accepted = account.accepted();
        summary.disputed = account.disputed();
        summary.faults = _wallets[wallet].faults;
        (summary.score, summary.uniqueCounterparties, summary.memberSince, summary.settled, summary.lastTradeAt) =
            TRUST.getTrustProfile(wallet);
        summary.creditBalance = CREDIT.balanceOf(wallet);
        summary.creditEarned = CREDIT.totalEarned(wallet);
    }

    /// @inheritdoc IBarterCore
    function tradeIdOf(address proposer, Terms calldata terms) external pure returns (bytes32 tradeId) {
        address counterparty = _counterpartyOf(proposer, terms);
        TradeRecord.Fields memory fields =
            _fieldsOf(proposer, counterparty, terms.payer, terms.paymentHash, terms.amountSats);
        _checkTerms(fields, terms.category, terms.description);
        return _keyOf(fields).idOf(fields.encode(terms.category, terms.description));
    }

    /// @inheritdoc IBarterCore
    function openTradeDigest(address proposer, Terms calldata terms, uint256 deadline) public view returns (bytes32) {
        return _hashTypedData(
            keccak256(
                abi.encode(
                    OPEN_TRADE_TYPEHASH,
                    proposer,
                    terms.payer,
                    terms.payee,
                    terms.paymentHash,
                    terms.amountSats,
                    keccak256(bytes(terms.category)),
                    keccak256(bytes(terms.description)),
                    deadline
                )
            )
        );
    }

    /// @inheritdoc IBarterCore
    function settleTradeDigest(bytes32 tradeId, bytes32 preimage, uint256 deadline) public view returns (bytes32) {
        return _hashTypedData(keccak256(abi.encode(SETTLE_TRADE_TYPEHASH, tradeId, preimage, deadline)));
    }

    /// @inheritdoc IBarterCore
    function isSignatureCancelled(address signer, bytes32 digest) external view returns (bool) {
        return _cancelled[signer][digest];
    }

    // ------------------------------------------------------------------------------------------------ effects

    /// @dev Stores a trade the caller proposes, and emits `TradeProposed`.
    function _propose(
        TradeRecord.Fields memory fields,
        string calldata category,
        string calldata description,
        bool accepted
    ) private returns (bytes32 tradeId) {
        _checkTerms(fields, category, description);
        bytes12 key = _keyOf(fields);
        _link(fields, key, accepted);
        bytes memory record = fields.encode(category, description);
        tradeId = key.idOf(record);
        if (!key.store(record)) revert PaymentHashReused(fields.proposer, fields.counterparty, fields.hash);
        emit TradeProposed(
            tradeId,
            fields.proposer,
            fields.counterparty,
            fields.payingParty,
            fields.hash,
            fields.sats,
            category,
            description
        );
    }

    /// @dev Puts a new trade at the head of both wallets' lists, counts it, opens its state, and fills in the fields that
    /// come of it.
    function _link(TradeRecord.Fields memory fields, bytes12 key, bool accepted) private {
        WalletState storage proposer = _wallets[fields.proposer];
        Account account = proposer.account;
        uint256 sequence = account.initiated();
        fields.timestamp = block.timestamp;
        fields.number = sequence;
        fields.previousOfA = account.latest();
        account = account.withProposal(key).withInitiative();
        proposer.account = accepted ? account.withAcceptance() : account;

        WalletState storage counterparty = _wallets[fields.counterparty];
        account = counterparty.account;
        fields.previousOfB = account.latest();
        account = account.withProposal(key);
        counterparty.account = accepted ? account.withAcceptance() : account;

        TradeStates.Page storage page = _states.pageOf(fields.proposer, sequence);
        if (accepted) page.openAccepted(sequence);
        else page.openForProposal(sequence);
    }

    function _settleOwn(bytes32 tradeId, bytes32 preimage) private {
        (bytes memory record, TradeStates.Page storage page, TradeState state) = _loadAccepted(tradeId);
        if (msg.sender != record.payer()) revert NotPayer(tradeId, msg.sender, record.payer());
        _settle(tradeId, preimage, record, page, state);
    }

    function _settleBySignature(Settlement calldata settlement) private {
        (bytes memory record, TradeStates.Page storage page, TradeState state) = _loadAccepted(settlement.tradeId);
        bytes32 digest = settleTradeDigest(settlement.tradeId, settlement.preimage, settlement.deadline);
        _checkSignature(record.payer(), digest, settlement.deadline, settlement.signature);
        _settle(settlement.tradeId, settlement.preimage, record, page, state);
    }

    /// @dev The caller has checked the status, and that the payer wants it.
    function _settle(
        bytes32 tradeId,
        bytes32 preimage,
        bytes memory record,
        TradeStates.Page storage page,
        TradeState state
    ) private {
        bytes32 paymentHash = record.paymentHash();
        bytes32 actual = TradeRecord.hashOf(preimage);
        if (actual != paymentHash) revert PreimageMismatch(tradeId, paymentHash, actual);

        unchecked {
            page.save(record.sequence(), state.settle(block.timestamp - record.createdAt()));
        }
        emit TradeSettled(tradeId, preimage);

        // Both tokens are this contract's own creations, and call nobody.
        (address partyA, address partyB, uint256 amountSats) = (record.partyA(), record.partyB(), record.amountSats());
        bool counted = TRUST.raiseScores(tradeId, partyA, partyB, amountSats);
        if (counted) CREDIT.grantReward(partyA, partyB, amountSats);
    }

    // ------------------------------------------------------------------------------------------------ loading

    function _loadRecord(bytes32 tradeId) private view returns (bytes memory record) {
        record = bytes12(tradeId).load();
        if (!record.isOf(tradeId)) revert TradeNotFound(tradeId);
    }

    function _load(bytes32 tradeId)
        private
        view
        returns (bytes memory record, TradeStates.Page storage page, TradeState state)
    {
        record = _loadRecord(tradeId);
        page = _states.pageOf(record.partyA(), record.sequence());
        state = page.load(record.sequence());
    }

    function _loadAccepted(bytes32 tradeId)
        private
        view
        returns (bytes memory record, TradeStates.Page storage page, TradeState state)
    {
        (record, page, state) = _load(tradeId);
        if (!state.isIn(Status.Accepted)) {
            revert WrongStatus(tradeId, _statusAt(record.createdAt(), state.status()), Status.Accepted);
        }
    }

    function _loadUnruled(bytes32 tradeId)
        private
        view
        returns (bytes memory record, TradeStates.Page storage page, TradeState state)
    {
        if (msg.sender != ARBITER) revert NotArbiter(msg.sender, ARBITER);
        (record, page, state) = _load(tradeId);
        if (!state.isIn(Status.Disputed)) {
            revert WrongStatus(tradeId, _statusAt(record.createdAt(), state.status()), Status.Disputed);
        }
        if (state.ruling() != Ruling.None) revert DisputeAlreadyUpheld(tradeId);
    }

    /// @dev The status as of now: a proposal past its lifetime is expired without anybody saying so.
    function _statusAt(uint256 createdAt, Status status) private view returns (Status) {
        bool lapsed = status == Status.Proposed && block.timestamp > createdAt + PROPOSAL_LIFETIME;
        return lapsed ? Status.Expired : status;
    }

    function _view(bytes32 tradeId, bytes memory record) private view returns (Trade memory trade) {
        trade.tradeId = tradeId;
        trade.partyA = record.partyA();
        trade.partyB = record.partyB();
        trade.payer = record.payer();
        trade.paymentHash = record.paymentHash();
        trade.amountSats = record.amountSats();
        trade.createdAt = record.createdAt();
        trade.category = record.category();
        trade.description = record.description();

        uint256 sequence = record.sequence();
        TradeState state = _states.pageOf(trade.partyA, sequence).load(sequence);
        Status stored = state.status();
        trade.status = _statusAt(trade.createdAt, stored);
        trade.ruling = state.ruling();
        if (stored != Status.Proposed) trade.acceptedAt = trade.createdAt + state.acceptedAfter();
        if (stored == Status.Settled) trade.settledAt = trade.createdAt + state.settledAfter();
    }

    // ------------------------------------------------------------------------------------------------ checks

    function _fieldsOf(address proposer, address counterparty, address payer, bytes32 paymentHash, uint256 amountSats)
        private
        pure
        returns (TradeRecord.Fields memory fields)
    {
        fields.proposer = proposer;
        fields.counterparty = counterparty;
        fields.payingParty = payer;
        fields.hash = paymentHash;
        fields.sats = amountSats;
    }

    function _keyOf(TradeRecord.Fields memory fields) private pure returns (bytes12) {
        return TradeRecord.keyOf(fields.proposer, fields.counterparty, fields.hash);
    }

    function _counterpartyOf(address proposer, Terms calldata terms) private pure returns (address) {
        if (proposer == terms.payer) return terms.payee;
        if (proposer == terms.payee) return terms.payer;
        revert NotParty(0, proposer);
    }

    function _checkTerms(TradeRecord.Fields memory fields, string calldata category, string calldata description)
        private
        pure
    {
        if (fields.counterparty == address(0)) revert ZeroCounterparty();
        if (fields.counterparty == fields.proposer) revert SelfTrade(fields.proposer);
        uint256 amountSats = fields.sats;
        if (amountSats < MIN_AMOUNT_SATS || amountSats > MAX_AMOUNT_SATS) {
            revert AmountOutOfRange(amountSats, MIN_AMOUNT_SATS, MAX_AMOUNT_SATS);
        }
        uint256 categoryBytes = bytes(category).length;
        if (categoryBytes > MAX_CATEGORY_BYTES) revert CategoryTooLong(categoryBytes, MAX_CATEGORY_BYTES);
        uint256 descriptionBytes = bytes(description).length;
        if (descriptionBytes > MAX_DESCRIPTION_BYTES) {
            revert DescriptionTooLong(descriptionBytes, MAX_DESCRIPTION_BYTES);
        }
    }

    function _checkParty(bytes32 tradeId, address wallet, bytes memory record) private pure {
        if (wallet != record.partyA() && wallet != record.partyB()) revert NotParty(tradeId, wallet);
    }

    /// @dev An EOA's signature counts even where the EOA has code (EIP-7702); otherwise the wallet decides (ERC-1271).
    /// An unreadable signature recovers to the zero address: no signer here is, because `_checkTerms` refuses one.
    function _checkSignature(address signer, bytes32 digest, uint256 deadline, bytes calldata signature) private view {
        if (block.timestamp > deadline) revert SignatureExpired(deadline, block.timestamp);
        if (_cancelled[signer][digest]) revert SignatureIsCancelled(signer, digest);
        bool valid = ECDSA.tryRecoverCalldata(digest, signature) == signer
            || SignatureCheckerLib.isValidERC1271SignatureNowCalldata(signer, digest, signature);
        if (!valid) revert InvalidSignature(signer, digest);
    }

    function _domainNameAndVersion() internal pure override returns (string memory name, string memory version) {
        return ("Barter", "1");
    }
}
