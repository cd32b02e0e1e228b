// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBTRCredit} from "./IBTRCredit.sol";
import {IBTRTrust} from "./IBTRTrust.sol";

/// @title IBarterCore
/// @notice The record of trades: proposed, accepted, paid over Lightning, settled with the preimage the payment revealed.
/// @dev A preimage proves something only in the payer's hands: the payee made it, the payer learns it by paying. So every
/// trade names a payer and a payee, and nothing settles without the payer: as `msg.sender`, or by an EIP-712 signature
/// that covers the preimage. There is no owner, no upgrade, no pause and no key that can mint, score or move anything.
interface IBarterCore {
    // ------------------------------------------------------------------------------------------------ types

    /// @notice Where a trade stands. `Expired` is never stored: it is what `Proposed` becomes with time.
    enum Status {
        Proposed,
        Accepted,
        Settled,
        Disputed,
        Expired
    }

    /// @notice What the arbiter said of a dispute, if anything.
    enum Ruling {
        None,
        Dismissed,
        AgainstPartyA,
        AgainstPartyB
    }

    /// @notice What two parties agree on, before anything is on-chain.
    /// @param payer Who pays the Lightning invoice, and learns the preimage by it.
    /// @param payee Who made the invoice.
    /// @param paymentHash sha256 over the 32 bytes of the preimage.
    /// @param amountSats Amount in satoshis, `MIN_AMOUNT_SATS` to `MAX_AMOUNT_SATS`.
    /// @param category At most `MAX_CATEGORY_BYTES` bytes.
    /// @param description At most `MAX_DESCRIPTION_BYTES` bytes.
    struct Terms {
        address payer;
        address payee;
        bytes32 paymentHash;
        uint256 amountSats;
        string category;
        string description;
    }

    /// @notice One settlement of a batch.
    /// @param tradeId The trade to settle.
    /// @param preimage 32 bytes whose sha256 is the trade's payment hash.
    /// @param deadline Last second, Unix time, at which the signature counts. Ignored with an empty signature.
    /// @param signature The payer's EIP-712 signature of `SettleTrade`; empty where the caller is the payer.
    struct Settlement {
        bytes32 tradeId;
        bytes32 preimage;
        uint256 deadline;
        bytes signature;
    }

    /// @notice A trade as it stands now. All times are Unix seconds, 0 where it has not happened.
    /// @param tradeId See `tradeIdOf`.
    /// @param partyA The proposer.
    /// @param partyB The counterparty.
    /// @param payer `partyA` or `partyB`.
    /// @param paymentHash sha256 over the 32 bytes of the preimage.
    /// @param amountSats Amount in satoshis.
    /// @param status As of the current block's time.
    /// @param ruling What the arbiter said, if there was a dispute.
    /// @param createdAt When it was proposed.
    /// @param acceptedAt When it was accepted.
    /// @param settledAt When it was settled.
    /// @param category As proposed.
    /// @param description As proposed.
    struct Trade {
        bytes32 tradeId;
        address partyA;
        address partyB;
        address payer;
        bytes32 paymentHash;
        uint256 amountSats;
        Status status;
        Ruling ruling;
        uint256 createdAt;
        uint256 acceptedAt;
        uint256 settledAt;
        string category;
        string description;
    }

    /// @notice Everything about a wallet that does not grow with its history, in one call.
    /// @dev Trades accepted and not yet ended: `accepted - settled - disputed`.
    /// @param score BTRTrust score.
    /// @param uniqueCounterparties Wallets it has settled at least one trade with.
    /// @param memberSince Time of its first settled trade, 0 if none.
    /// @param lastTradeAt Time of its latest settled trade, 0 if none.
    /// @param proposed Trades ever proposed, by it or to it.
    /// @param initiated Of those, the ones it proposed itself.
    /// @param accepted Trades ever accepted, on either side.
    /// @param settled Trades settled.
    /// @param disputed Trades in dispute, or ended by one. A dismissed dispute is taken back.
    /// @param faults Disputes upheld against this wallet.
    /// @param creditBalance BTRCredit it holds, in 1e-18 tokens.
    /// @param creditEarned BTRCredit it ever earned, in 1e-18 tokens.
    struct Wallet {
        uint256 score;
        uint256 uniqueCounterparties;
        uint256 memberSince;
        uint256 lastTradeAt;
        uint256 proposed;
        uint256 initiated;
        uint256 accepted;
        uint256 settled;
        uint256 disputed;
        uint256 faults;
        uint256 creditBalance;
        uint256 creditEarned;
    }

    // ------------------------------------------------------------------------------------------------ events

    /// @notice A trade was proposed; `createdAt` is the block's time.
    /// @param tradeId The trade.
    /// @param partyA The proposer.
    /// @param partyB The counterparty.
    /// @param payer Which of the two pays.
    /// @param paymentHash sha256 of the preimage.
    /// @param amountSats Amount in satoshis.
    /// @param category As proposed.
    /// @param description As proposed.
    event TradeProposed(
        bytes32 indexed tradeId,
        address indexed partyA,
        address indexed partyB,
        address payer,
        bytes32 paymentHash,
        uint256 amountSats,
        string category,
        string description
    );

    /// @notice The counterparty accepted, by transaction or by the signature `openTrade` brought.
    /// @param tradeId The trade.
    event TradeAccepted(bytes32 indexed tradeId);

    /// @notice The payer showed the preimage.
    /// @param tradeId The trade.
    /// @param preimage Its sha256 is the payment hash.
    event TradeSettled(bytes32 indexed tradeId, bytes32 preimage);

    /// @notice A party disputed an accepted trade.
    /// @param tradeId The trade.
    /// @param by The party.
    event TradeDisputed(bytes32 indexed tradeId, address indexed by);

    /// @notice The arbiter sent a disputed trade back to accepted; it cannot be disputed again.
    /// @param tradeId The trade.
    event DisputeDismissed(bytes32 indexed tradeId);

    /// @notice The arbiter ended a disputed trade and found a party at fault.
    /// @param tradeId The trade.
    /// @param atFault The party at fault.
    event DisputeUpheld(bytes32 indexed tradeId, address indexed atFault);

    /// @notice A signer withdrew a signature before it was used.
    /// @param signer Who signed, or might have.
    /// @param digest The EIP-712 digest.
    event SignatureCancelled(address indexed signer, bytes32 indexed digest);

    // ------------------------------------------------------------------------------------------------ errors

    /// @notice The counterparty is the zero address.
    error ZeroCounterparty();
    /// @notice Both parties are `wallet`.
    error SelfTrade(address wallet);
    /// @notice `amountSats` is outside `minimum` to `maximum`.
    error AmountOutOfRange(uint256 amountSats, uint256 minimum, uint256 maximum);
    /// @notice The category has `length` bytes, more than `maximum`.
    error CategoryTooLong(uint256 length, uint256 maximum);
    /// @notice The description has `length` bytes, more than `maximum`.
    error DescriptionTooLong(uint256 length, uint256 maximum);
    /// @notice These two parties already have a trade with this payment hash.
    error PaymentHashReused(address partyA, address partyB, bytes32 paymentHash);
    /// @notice There is no trade with this id.
    error TradeNotFound(bytes32 tradeId);
    /// @notice The trade is `actual`, and the call needs it `required`.
    error WrongStatus(bytes32 tradeId, Status actual, Status required);
    /// @notice The proposal could be accepted until `expiresAt`, inclusive.
    error TradeExpired(bytes32 tradeId, uint256 expiresAt);
    /// @notice Only `counterparty` may accept.
    error NotCounterparty(bytes32 tradeId, address caller, address counterparty);
    /// @notice Only `payer`, or a bearer of its signature, may settle.
    error NotPayer(bytes32 tradeId, address caller, address payer);
    /// @notice Only a party of the trade may do this.
    error NotParty(bytes32 tradeId, address wallet);
    /// @notice sha256 of the preimage is `actual`, and the trade's payment hash is `expected`.
    error PreimageMismatch(bytes32 tradeId, bytes32 expected, bytes32 actual);
    /// @notice A dispute of this trade was dismissed; there is no second one.
    error DisputeAlreadyDismissed(bytes32 tradeId);
    /// @notice A dispute of this trade was already upheld.
    error DisputeAlreadyUpheld(bytes32 tradeId);
    /// @notice Only `arbiter` may rule; the zero address means nobody may.
    error NotArbiter(address caller, address arbiter);
    /// @notice The signature counted until `deadline`, inclusive.
    error SignatureExpired(uint256 deadline, uint256 timestamp);
    /// @notice The signature is not `signer`'s over `digest`.
    error InvalidSignature(address signer, bytes32 digest);
    /// @notice `signer` cancelled the signature over `digest`.
    error SignatureIsCancelled(address signer, bytes32 digest);
    /// @notice A batch holds `length` settlements, and may hold 1 to `maximum`.
    error BatchSize(uint256 length, uint256 maximum);
    /// @notice A page may hold 1 to `maximum` entries.
    error PageSize(uint256 limit, uint256 maximum);
    /// @notice The record could not be stored: the transaction ran out of gas while storing it.
    error RecordNotStored();
    /// @notice No such function. Ether sent along is refused without an error's data.
    error UnknownCall();

    // ------------------------------------------------------------------------------------------------ trading

    /// @notice Proposes a trade that the caller pays for.
    /// @dev Emits `TradeProposed`. Requires terms within the limits and a payment hash these two parties have not used,
    /// in either direction.
    /// @param counterparty The payee, who may accept within `PROPOSAL_LIFETIME`.
    /// @param paymentHash sha256 over the 32 bytes of the invoice's preimage.
    /// @param amountSats Amount in satoshis.
    /// @param category At most `MAX_CATEGORY_BYTES` bytes.
    /// @param description At most `MAX_DESCRIPTION_BYTES` bytes.
    /// @return tradeId The id, as `tradeIdOf` gives it.
    function proposeTrade(
        address counterparty,
        bytes32 paymentHash,
        uint256 amountSats,
        string calldata category,
        string calldata description
    ) external returns (bytes32 tradeId);

    /// @notice Proposes a trade that the counterparty pays for: the entry for a payee who starts.
    /// @dev Emits `TradeProposed`. Requires what `proposeTrade` requires.
    /// @param counterparty The payer, who may accept within `PROPOSAL_LIFETIME`.
    /// @param paymentHash sha256 over the 32 bytes of the invoice's preimage.
    /// @param amountSats Amount in satoshis.
    /// @param category At most `MAX_CATEGORY_BYTES` bytes.
    /// @param description At most `MAX_DESCRIPTION_BYTES` bytes.
    /// @return tradeId The id, as `tradeIdOf` gives it.
    function proposeTradeAsPayee(
        address counterparty,
        bytes32 paymentHash,
        uint256 amountSats,
        string calldata category,
        string calldata description
    ) external returns (bytes32 tradeId);

    /// @notice Proposes and accepts at once: the caller brings the counterparty's signature over the terms.
    /// @dev Emits `TradeProposed` and `TradeAccepted`. Requires the caller to be payer or payee, what `proposeTrade`
    /// requires, and the other party's valid, uncancelled signature of `OpenTrade`. It cannot be used twice because a
    /// payment hash cannot.
    /// @param terms What both agreed on.
    /// @param deadline Last second at which the signature counts.
    /// @param signature Of an EOA (64 or 65 bytes) or an ERC-1271 wallet.
    /// @return tradeId The id, as `tradeIdOf` gives it.
    function openTrade(Terms calldata terms, uint256 deadline, bytes calldata signature)
        external
        returns (bytes32 tradeId);

    /// @notice Accepts a proposal.
    /// @dev Emits `TradeAccepted`. Requires the caller to be `partyB` and the proposal not to have expired.
    /// @param tradeId The trade.
    function acceptTrade(bytes32 tradeId) external;

    /// @notice Settles a trade: raises both scores and mints both credits, unless the pair's cap is reached.
    /// @dev Emits `TradeSettled`; BTRTrust and BTRCredit emit theirs. Requires an accepted trade, the payer as caller, and
    /// a preimage whose sha256 is the payment hash. Assumes that whoever knew the preimage before the payer did not tell
    /// the payer for free: that is the two parties' collusion, which the pair cap bounds.
    /// @param tradeId The trade.
    /// @param preimage 32 bytes.
    function settleTrade(bytes32 tradeId, bytes32 preimage) external;

    /// @notice Settles with the payer's signature, which covers the preimage: without having learned it, the payer
    /// cannot have signed.
    /// @dev As `settleTrade`, with the payer's valid, uncancelled signature of `SettleTrade` in place of the caller.
    /// @param settlement Trade, preimage, deadline and signature.
    function settleTradeBySignature(Settlement calldata settlement) external;

    /// @notice Settles several trades in one transaction, all or none.
    /// @dev Each as `settleTrade` where its signature is empty, else as `settleTradeBySignature`.
    /// @param settlements 1 to `MAX_BATCH`.
    function settleTrades(Settlement[] calldata settlements) external;

    /// @notice Disputes an accepted trade. Final, unless an arbiter rules.
    /// @dev Emits `TradeDisputed`. Requires the caller to be a party, and no dispute of this trade dismissed before.
    /// @param tradeId The trade.
    function disputeTrade(bytes32 tradeId) external;

    /// @notice The arbiter's ruling: sends the trade back to accepted, for good.
    /// @dev Emits `DisputeDismissed`. Requires the arbiter and a disputed trade without a ruling.
    /// @param tradeId The trade.
    function dismissDispute(bytes32 tradeId) external;

    /// @notice The arbiter's ruling: ends the trade and records a fault against a party.
    /// @dev Emits `DisputeUpheld`. Requires the arbiter and a disputed trade without a ruling. Scores and credit are not
    /// touched: nothing was earned by a trade that did not settle.
    /// @param tradeId The trade.
    /// @param atFault One of the two parties.
    function upholdDispute(bytes32 tradeId, address atFault) external;

    /// @notice Withdraws a signature of the caller's that has not been used. Safe to repeat.
    /// @dev Emits `SignatureCancelled`. It cannot undo a trade that was already opened or settled.
    /// @param digest As `openTradeDigest` or `settleTradeDigest` gives it.
    function cancelSignature(bytes32 digest) external;

    // ------------------------------------------------------------------------------------------------ views

    /// @notice A trade in the flat form existing clients read; zeros for an unknown id.
    /// @param tradeId The trade.
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
        );

    /// @notice A trade with its payer and ruling.
    /// @dev Reverts with `TradeNotFound` for an unknown id.
    /// @param tradeId The trade.
    function getTrade(bytes32 tradeId) external view returns (Trade memory trade);

    /// @notice A wallet's trade ids, on either side, oldest first. Grows with the history: page through long ones.
    /// @param wallet The wallet.
    function getTradesByAddress(address wallet) external view returns (bytes32[] memory tradeIds);

    /// @notice A page of a wallet's trades, newest first, at a cost that depends on `limit` alone.
    /// @param wallet The wallet.
    /// @param before A trade id of this wallet: the page starts with the one before it. Zero starts with the newest.
    /// @param limit 1 to `MAX_PAGE`.
    /// @return page The trades; fewer than `limit` only where the history ends.
    /// @return next What to pass as `before` for the next page; zero where there is none.
    function getTradesPaged(address wallet, bytes32 before, uint256 limit)
        external
        view
        returns (Trade[] memory page, bytes32 next);

    /// @notice A wallet's whole profile, at a cost that does not grow with its history.
    /// @param wallet The wallet.
    function getWallet(address wallet) external view returns (Wallet memory);

    /// @notice The id a trade has, or would have: 12 bytes of keccak256(lower party, higher party, payment hash), then the
    /// last 20 bytes of keccak256 over all terms. The first part makes a pair's payment hash usable once; the second binds
    /// the id to the terms, so that a reorganisation cannot put other terms under an id somebody is about to accept.
    /// @param proposer `terms.payer` or `terms.payee`.
    /// @param terms The terms.
    function tradeIdOf(address proposer, Terms calldata terms) external pure returns (bytes32 tradeId);

    /// @notice What a counterparty signs for `openTrade`.
    /// @param proposer Who will call `openTrade`.
    /// @param terms The terms.
    /// @param deadline Last second at which the signature counts.
    function openTradeDigest(address proposer, Terms calldata terms, uint256 deadline)
        external
        view
        returns (bytes32 digest);

    /// @notice What a payer signs so that somebody else may settle.
    /// @param tradeId The trade.
    /// @param preimage The preimage.
    /// @param deadline Last second at which the signature counts.
    function settleTradeDigest(bytes32 tradeId, bytes32 preimage, uint256 deadline)
        external
        view
        returns (bytes32 digest);

    /// @notice Whether `signer` cancelled its signature over `digest`.
    /// @param signer The signer.
    /// @param digest The EIP-712 digest.
    function isSignatureCancelled(address signer, bytes32 digest) external view returns (bool);

    /// @notice The soulbound score.
    function TRUST() external view returns (IBTRTrust);

    /// @notice The reward token.
    function CREDIT() external view returns (IBTRCredit);

    /// @notice Who may rule on disputes, fixed at deployment; the zero address means nobody.
    function ARBITER() external view returns (address);
}
