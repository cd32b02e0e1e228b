// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAuditorQuorum} from "./IAuditorQuorum.sol";

/// @title IBarterBond
/// @notice Providers put money behind their quality; consumers dispute what they got; auditors rule; what is slashed goes to
/// the consumer.
/// @dev One ERC-20 for everything, fixed at deployment with every other number. No owner, no upgrade, no pause. What is
/// credited is what arrived, so tokens that take a fee on the way in are fine; tokens whose balances change by themselves are
/// not. Money leaves only when its owner pulls it. Invariant: bonds + deposits + claimable = this contract's token balance, less
/// what somebody sent here by mistake. Closest model: The Graph's DisputeManager.
interface IBarterBond {
    // ------------------------------------------------------------------------------------------------ types

    /// @notice What is fixed at deployment. Money in the token's base units, shares in parts per million.
    /// @param token The ERC-20.
    /// @param quorum The auditors. Its window is the one in which a ruling can be overturned.
    /// @param minimumBond Active bond from which a provider is listed.
    /// @param minimumDeposit Least deposit of who files a dispute.
    /// @param depositPpm The deposit's share of the bond, where that is more.
    /// @param maxSlashPpm Most that one dispute can take, as a share of the bond when it was filed.
    /// @param unbondingDelay Seconds in which a dispute can still reach money on its way out.
    /// @param rulingPeriod Seconds from filing in which a ruling can come; after it the dispute is void.
    struct Parameters {
        address token;
        address quorum;
        uint256 minimumBond;
        uint256 minimumDeposit;
        uint256 depositPpm;
        uint256 maxSlashPpm;
        uint256 unbondingDelay;
        uint256 rulingPeriod;
    }

    /// @notice A provider's bond. Money in base units, times in Unix seconds.
    /// @param active What stands behind the provider.
    /// @param unbonding What is on its way out. Disputes filed before `releaseAt` can take from it, later ones cannot.
    /// @param everBonded All that was ever staked or topped up.
    /// @param everSlashed All that was ever slashed.
    /// @param reserved What open disputes can take together.
    /// @param firstBondedAt When the first stake was made; 0 if never.
    /// @param releaseAt From when on `unbonding` can be withdrawn.
    /// @param upheld Disputes upheld against the provider.
    /// @param hub keccak256 of the hub's URL, as declared with the first stake.
    /// @param held What open disputes filed before `releaseAt` can take together; withdrawals leave it.
    struct Bond {
        // slot 0
        uint128 active;
        uint128 unbonding;
        // slot 1
        uint128 everBonded;
        uint128 everSlashed;
        // slot 2
        uint128 reserved;
        uint40 firstBondedAt;
        uint40 releaseAt;
        uint32 upheld;
        // slot 3
        bytes32 hub;
        // slot 4
        uint128 held;
    }

    /// @notice Where a dispute stands. `Upheld`, `Dismissed` and `Void` are ends.
    enum DisputeStatus {
        None,
        Filed,
        Ruled,
        Overturned,
        Upheld,
        Dismissed,
        Void
    }

    /// @notice A dispute.
    /// @param provider Whose bond it is about.
    /// @param filedAt When it was filed.
    /// @param executableAt From when on its ruling can be executed; 0 before a ruling.
    /// @param status Where it stands.
    /// @param consumer Who gets what is slashed.
    /// @param slashPpm What the ruling takes, as a share of `bondAtFiling`; 0 dismisses.
    /// @param filer Who paid the deposit.
    /// @param bondAtFiling The bond when it was filed: active, and unbonding until `releaseAt`.
    /// @param deposit The filer's deposit.
    /// @param slashed What was taken in the end.
    /// @param evidence SHA-256 of the signed dispute it was filed with.
    struct Dispute {
        // slot 0
        address provider;
        uint40 filedAt;
        uint40 executableAt;
        DisputeStatus status;
        // slot 1
        address consumer;
        uint32 slashPpm;
        // slot 2
        address filer;
        // slot 3
        uint128 bondAtFiling;
        uint128 deposit;
        // slot 4
        uint128 slashed;
        // slot 5
        bytes32 evidence;
    }

    /// @notice What a consumer signs to complain about an outcome.
    /// @dev A wallet signs; that this wallet's owner signed the outcome, with the key the oracle knows, is not seen on-chain.
    /// Auditors check it before they rule: the leaf in the oracle's log, and the wallet in the signed dispute.
    /// @param provider Whose bond is to be slashed.
    /// @param consumer Who signs, and gets what is slashed.
    /// @param outcome The signed outcome it is about: its leaf in the oracle's log.
    /// @param evidence SHA-256 of the signed dispute, which says what happened.
    /// @param deadline Last second, Unix time, at which it can be filed. Anybody who has the signature chooses the moment until
    /// then, and a wallet disputes an outcome once: keep it short.
    struct Complaint {
        address provider;
        address consumer;
        bytes32 outcome;
        bytes32 evidence;
        uint256 deadline;
    }

    /// @notice The state of a log, as its keeper anchored it.
    /// @param root Root of its Merkle tree (RFC 6962, SHA-256).
    /// @param size Number of its leaves.
    /// @param anchoredAt When, Unix time.
    struct Anchor {
        bytes32 root;
        uint128 size;
        uint128 anchoredAt;
    }

    // ------------------------------------------------------------------------------------------------ events

    /// @notice A provider staked for the first time and declared its hub.
    event HubDeclared(address indexed provider, bytes32 indexed hubHash, string hub);
    /// @notice A bond grew by `amount`, to `active`.
    event Bonded(address indexed provider, address indexed from, uint256 amount, uint256 active);
    /// @notice `amount` more is leaving; all that is leaving is free from `releaseAt` on.
    event Unbonding(address indexed provider, uint256 amount, uint256 releaseAt);
    /// @notice A provider took out `amount`.
    event Withdrawn(address indexed provider, address indexed to, uint256 amount);
    /// @notice A dispute was filed.
    event DisputeFiled(
        bytes32 indexed disputeId,
        address indexed provider,
        address indexed consumer,
        address filer,
        bytes32 outcome,
        bytes32 evidence,
        uint256 bondAtFiling,
        uint256 deposit
    );
    /// @notice The auditors ruled: `slashPpm` of the bond at filing, 0 to dismiss; it takes effect from `executableAt` on.
    event DisputeRuled(bytes32 indexed disputeId, uint256 slashPpm, uint256 executableAt);
    /// @notice The larger quorum replaced a ruling, for good.
    event DisputeOverturned(bytes32 indexed disputeId, uint256 slashPpm);
    /// @notice A dispute ended as `status`; `slashed` went to the consumer.
    event DisputeEnded(bytes32 indexed disputeId, address indexed provider, DisputeStatus status, uint256 slashed);
    /// @notice A wallet took what was its own.
    event Claimed(address indexed owner, address indexed to, uint256 amount);
    /// @notice A log's keeper anchored its state.
    event Anchored(address indexed oracle, uint256 indexed index, bytes32 root, uint256 size);

    // ------------------------------------------------------------------------------------------------ errors

    /// @notice A parameter of the deployment is out of range; a token or a quorum without code is, too.
    error InvalidParameter(string name, uint256 value);
    /// @notice The hub's URL has `length` bytes, and may have 1 to `maximum`.
    error HubLength(uint256 length, uint256 maximum);
    /// @notice The provider has declared its hub; `topUp` adds to its bond.
    error AlreadyBonded(address provider);
    /// @notice The provider has never staked.
    error NeverBonded(address provider);
    /// @notice Nothing arrived of what was to be transferred.
    error NothingArrived(uint256 amount);
    /// @notice More than 2^128 - 1 base units.
    error AmountTooLarge(uint256 amount);
    /// @notice `amount` is not 1 to `active`.
    error UnbondingOutOfRange(uint256 amount, uint256 active);
    /// @notice What is leaving can be withdrawn from `releaseAt` on.
    error StillUnbonding(uint256 releaseAt, uint256 timestamp);
    /// @notice There is nothing to withdraw: of `unbonding`, disputes can still take `held`.
    error NothingToWithdraw(uint256 unbonding, uint256 held);
    /// @notice There is nothing to claim.
    error NothingToClaim(address owner);
    /// @notice Money goes neither to the zero address nor to this contract.
    error InvalidRecipient(address to);
    /// @notice The token took `taken` from this contract for a payment of `amount`.
    error TokenTookMore(uint256 taken, uint256 amount);
    /// @notice The provider has no bond to dispute: nothing active, and nothing leaving but what is free already.
    error NoBond(address provider);
    /// @notice Provider and consumer are the same wallet.
    error SelfDispute(address wallet);
    /// @notice The complaint could be filed until `deadline`, inclusive.
    error ComplaintExpired(uint256 deadline, uint256 timestamp);
    /// @notice The signature is not the consumer's over `digest`.
    error InvalidComplaintSignature(address consumer, bytes32 digest);
    /// @notice This consumer has disputed this outcome already.
    error AlreadyDisputed(bytes32 disputeId);
    /// @notice `arrived` was deposited, and `required` is the least.
    error DepositTooSmall(uint256 arrived, uint256 required);
    /// @notice The dispute is `actual`, and the call needs it `required`.
    error WrongDisputeStatus(bytes32 disputeId, DisputeStatus actual, DisputeStatus required);
    /// @notice A ruling could come until `deadline`, inclusive.
    error RulingPeriodOver(uint256 deadline, uint256 timestamp);
    /// @notice Until `deadline`, inclusive, a ruling can come.
    error RulingPeriodOpen(uint256 deadline, uint256 timestamp);
    /// @notice `slashPpm` is more than `maximum`.
    error SlashOutOfRange(uint256 slashPpm, uint256 maximum);
    /// @notice A log only grows: `size` is not above the last anchor's.
    error AnchorNotGrowing(uint256 size, uint256 last);
    /// @notice This oracle has `count` anchors.
    error AnchorNotFound(address oracle, uint256 index, uint256 count);

    // ------------------------------------------------------------------------------------------------ bond

    /// @notice The caller's first stake, which declares its hub for good.
    /// @dev Emits `HubDeclared` and `Bonded`. Requires an allowance of `amount`.
    /// @param hub The hub's URL, 1 to `MAX_HUB_BYTES` bytes, as the oracle knows the provider.
    /// @param amount To transfer, in base units; what arrives is credited.
    function stake(string calldata hub, uint256 amount) external;

    /// @notice Adds to a provider's bond; anybody can.
    /// @dev Emits `Bonded`. Requires a provider that has staked, and an allowance of `amount`.
    /// @param provider The provider.
    /// @param amount To transfer, in base units; what arrives is credited.
    function topUp(address provider, uint256 amount) external;

    /// @notice Starts taking out a part of the caller's bond. It stops counting at once, and disputes filed within the delay
    /// can take from it.
    /// @dev Emits `Unbonding`. With money leaving already, the delay starts again for all of it.
    /// @param amount 1 to the active bond, in base units.
    function unbond(uint256 amount) external;

    /// @notice Pays out what has been leaving for `UNBONDING_DELAY`, but for what open disputes can still take that were filed
    /// before the delay was over.
    /// @dev Emits `Withdrawn`. Later disputes hold none of it back for longer than those, so all of it can be had at most
    /// `RULING_PERIOD` and `OVERTURN_WINDOW` after the delay, whatever anybody files.
    /// @param to Who receives it.
    /// @return amount Base units paid.
    function withdraw(address to) external returns (uint256 amount);

    // ------------------------------------------------------------------------------------------------ disputes

    /// @notice Files a dispute about an outcome, with the consumer's signature of the complaint; anybody can, for a deposit.
    /// @dev Emits `DisputeFiled`. Requires a provider with a bond, an outcome this consumer never disputed, and at least
    /// `requiredDeposit` to arrive. One outcome can be disputed by several wallets, each for itself: auditors uphold the one
    /// that the signed dispute names. Money that is leaving counts until its delay is over: from then on a dispute is about
    /// the active bond alone, and takes from nothing else.
    /// @param complaint What the consumer signed.
    /// @param signature Its EIP-712 signature, of an EOA or an ERC-1271 wallet.
    /// @param deposit To transfer, in base units. Comes back unless the dispute is dismissed. Bring a little more than
    /// `requiredDeposit`: whoever adds to the bond first raises it.
    /// @return disputeId As `disputeIdOf` gives it.
    function file(Complaint calldata complaint, bytes calldata signature, uint256 deposit)
        external
        returns (bytes32 disputeId);

    /// @notice Rules on a dispute; anybody can bring the auditors' signatures.
    /// @dev Emits `DisputeRuled`. Requires `THRESHOLD` auditors' signatures of `rulingDigest`, within `RULING_PERIOD`.
    /// @param disputeId The dispute.
    /// @param slashPpm Share of the bond at filing to take, at most `MAX_SLASH_PPM`; 0 dismisses.
    /// @param deadline Last second, Unix time, at which the signatures count.
    /// @param signatures In ascending order of auditors.
    function rule(
        bytes32 disputeId,
        uint256 slashPpm,
        uint256 deadline,
        IAuditorQuorum.AuditorSignature[] calldata signatures
    ) external;

    /// @notice Replaces a ruling before it takes effect, for good: it can be executed at once.
    /// @dev Emits `DisputeOverturned`. Requires a ruling in its window that was not overturned, and `OVERTURN_THRESHOLD`
    /// auditors' signatures of `overturnDigest`: those of a ruling do not count here.
    /// @param disputeId The dispute.
    /// @param slashPpm Share of the bond at filing to take, at most `MAX_SLASH_PPM`; 0 dismisses.
    /// @param deadline Last second, Unix time, at which the signatures count.
    /// @param signatures In ascending order of auditors.
    function overturn(
        bytes32 disputeId,
        uint256 slashPpm,
        uint256 deadline,
        IAuditorQuorum.AuditorSignature[] calldata signatures
    ) external;

    /// @notice Ends a dispute: by its ruling, once nobody can overturn it any more, or as void, once nobody can rule any more.
    /// Anybody can.
    /// @dev Emits `DisputeEnded`. Upheld: the share of the bond at filing, or what is left of that bond, becomes the
    /// consumer's, and the deposit the filer's. Dismissed: the deposit becomes the provider's. Void: it becomes the filer's.
    /// @param disputeId The dispute.
    function execute(bytes32 disputeId) external;

    /// @notice Pays out what disputes made the caller's own.
    /// @dev Emits `Claimed`.
    /// @param to Who receives it.
    /// @return amount Base units paid.
    function claim(address to) external returns (uint256 amount);

    // ------------------------------------------------------------------------------------------------ anchors

    /// @notice Puts the state of the caller's log on record. Anybody can keep a log; readers choose whose they trust.
    /// @dev Emits `Anchored`. Requires more leaves than the last time.
    /// @param root Root of its Merkle tree (RFC 6962, SHA-256).
    /// @param size Number of its leaves.
    /// @return index The anchor's number among the caller's.
    function anchor(bytes32 root, uint256 size) external returns (uint256 index);

    // ------------------------------------------------------------------------------------------------ views

    /// @notice A provider's bond; zeros if it never staked.
    function getBond(address provider) external view returns (Bond memory bond);
    /// @notice Whether a provider's active bond is at least `MINIMUM_BOND`.
    function isListed(address provider) external view returns (bool);
    /// @notice A dispute; zeros if there is none.
    function getDispute(bytes32 disputeId) external view returns (Dispute memory dispute);
    /// @notice What a wallet can claim, in base units.
    function claimable(address owner) external view returns (uint256 amount);
    /// @notice The least deposit to file a dispute against a provider now, in base units.
    function requiredDeposit(address provider) external view returns (uint256 amount);
    /// @notice How many anchors an oracle has.
    function anchorCount(address oracle) external view returns (uint256 count);
    /// @notice An oracle's anchor.
    function getAnchor(address oracle, uint256 index) external view returns (Anchor memory state);
    /// @notice The id of a consumer's dispute about an outcome.
    function disputeIdOf(address provider, address consumer, bytes32 outcome) external pure returns (bytes32);
    /// @notice What a consumer signs.
    function complaintDigest(Complaint calldata complaint) external view returns (bytes32);
    /// @notice What auditors sign to rule.
    function rulingDigest(bytes32 disputeId, uint256 slashPpm, uint256 deadline) external view returns (bytes32);
    /// @notice What auditors sign to overturn.
    function overturnDigest(bytes32 disputeId, uint256 slashPpm, uint256 deadline) external view returns (bytes32);

    /// @notice The ERC-20 everything is in.
    function TOKEN() external view returns (address);
    /// @notice The auditors.
    function QUORUM() external view returns (IAuditorQuorum);
    /// @notice See `Parameters`.
    function MINIMUM_BOND() external view returns (uint256);
    /// @notice See `Parameters`.
    function MINIMUM_DEPOSIT() external view returns (uint256);
    /// @notice See `Parameters`.
    function DEPOSIT_PPM() external view returns (uint256);
    /// @notice See `Parameters`.
    function MAX_SLASH_PPM() external view returns (uint256);
    /// @notice See `Parameters`.
    function UNBONDING_DELAY() external view returns (uint256);
    /// @notice See `Parameters`.
    function RULING_PERIOD() external view returns (uint256);
    /// @notice The quorum's, in seconds.
    function OVERTURN_WINDOW() external view returns (uint256);
}
