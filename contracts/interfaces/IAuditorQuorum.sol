// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title IAuditorQuorum
/// @notice Auditors who rule on disputes, m of n, and a larger quorum of the same auditors who can overturn a ruling before
/// it takes effect. Rules on the disputes of BarterCore, whose arbiter it is, and answers for signatures to BarterBond.
/// @dev The auditors and both quorums are fixed at deployment: no owner, no upgrade. A ruling is nobody's transaction: whoever
/// has the signatures brings them. It is not bound to one BarterCore at deployment, because that contract is deployed after
/// its arbiter; what auditors sign names the contract it is about.
interface IAuditorQuorum {
    // ------------------------------------------------------------------------------------------------ types

    /// @notice An auditor's signature: 65 or 64 bytes of an EOA, or whatever an ERC-1271 wallet takes.
    struct AuditorSignature {
        address auditor;
        bytes signature;
    }

    /// @notice How far a ruling on a trade is.
    enum RulingStatus {
        None,
        Ruled,
        Overturned,
        Executed
    }

    /// @notice A ruling on a disputed trade.
    /// @param status How far it is.
    /// @param atFault The party at fault; the zero address: the dispute is dismissed.
    /// @param executableAt From when on it can be executed, Unix time.
    struct TradeRuling {
        RulingStatus status;
        address atFault;
        uint64 executableAt;
    }

    // ------------------------------------------------------------------------------------------------ events

    /// @notice The quorum ruled on a disputed trade; it takes effect by `executeTrade`, from `executableAt` on.
    event TradeRuled(address indexed core, bytes32 indexed tradeId, address atFault, uint256 executableAt);
    /// @notice The larger quorum replaced a ruling, for good.
    event TradeOverturned(address indexed core, bytes32 indexed tradeId, address atFault);
    /// @notice A ruling took effect.
    event TradeExecuted(address indexed core, bytes32 indexed tradeId, address atFault);

    // ------------------------------------------------------------------------------------------------ errors

    /// @notice There are `count` auditors, and may be 2 to `maximum`.
    error AuditorCount(uint256 count, uint256 maximum);
    /// @notice Auditors are listed in ascending order, each once, and none is zero; `auditor` is not above the one before.
    error AuditorsNotAscending(address auditor);
    /// @notice Expected 0 < threshold < overturnThreshold <= auditors.
    error InvalidThresholds(uint256 threshold, uint256 overturnThreshold, uint256 auditors);
    /// @notice The window in which a ruling can be overturned is `window`, and may be 1 second to `maximum`.
    error InvalidWindow(uint256 window, uint256 maximum);
    /// @notice Signatures are listed in ascending order of their auditors, each once; `auditor` is not above the one before.
    error SignaturesNotAscending(address auditor);
    /// @notice `signer` is no auditor.
    error NotAuditor(address signer);
    /// @notice The signature is not `auditor`'s over `digest`.
    error InvalidAuditorSignature(address auditor, bytes32 digest);
    /// @notice `given` auditors signed, and `needed` are needed.
    error TooFewAuditors(uint256 given, uint256 needed);
    /// @notice What was signed counted until `deadline`, inclusive.
    error RulingExpired(uint256 deadline, uint256 timestamp);
    /// @notice The trade is not in a dispute that waits for a ruling.
    error NotInDispute(address core, bytes32 tradeId);
    /// @notice `wallet` is no party of the trade.
    error NotPartyOfTrade(address core, bytes32 tradeId, address wallet);
    /// @notice The ruling on the trade is `actual`, and the call needs it `required`.
    error WrongRulingStatus(address core, bytes32 tradeId, RulingStatus actual, RulingStatus required);
    /// @notice The ruling could be overturned before `executableAt`.
    error OverturnWindowOver(uint256 executableAt, uint256 timestamp);
    /// @notice The ruling can be executed from `executableAt` on.
    error OverturnWindowOpen(uint256 executableAt, uint256 timestamp);

    // ------------------------------------------------------------------------------------------------ trades

    /// @notice Rules on a disputed trade; anybody can bring the auditors' signatures.
    /// @dev Emits `TradeRuled`. Requires a trade in dispute that was not ruled on, a party of it or zero for `atFault`, and
    /// `THRESHOLD` auditors' signatures of `tradeRulingDigest`.
    /// @param core The BarterCore.
    /// @param tradeId The trade.
    /// @param atFault The party at fault; the zero address dismisses the dispute.
    /// @param deadline Last second, Unix time, at which the signatures count.
    /// @param signatures In ascending order of auditors.
    function ruleTrade(
        address core,
        bytes32 tradeId,
        address atFault,
        uint256 deadline,
        AuditorSignature[] calldata signatures
    ) external;

    /// @notice Replaces a ruling while it has not taken effect, for good: it can be executed at once.
    /// @dev Emits `TradeOverturned`. Requires a ruling that was not overturned and is still in its window, and
    /// `OVERTURN_THRESHOLD` auditors' signatures of `tradeOverturnDigest`: those of a ruling do not count here.
    /// @param core The BarterCore.
    /// @param tradeId The trade.
    /// @param atFault The party at fault; the zero address dismisses the dispute.
    /// @param deadline Last second, Unix time, at which the signatures count.
    /// @param signatures In ascending order of auditors.
    function overturnTrade(
        address core,
        bytes32 tradeId,
        address atFault,
        uint256 deadline,
        AuditorSignature[] calldata signatures
    ) external;

    /// @notice Carries a ruling out, once nobody can overturn it any more; anybody can.
    /// @dev Emits `TradeExecuted`, and calls `dismissDispute` or `upholdDispute` on the core.
    /// @param core The BarterCore.
    /// @param tradeId The trade.
    function executeTrade(address core, bytes32 tradeId) external;

    // ------------------------------------------------------------------------------------------------ views

    /// @notice Passes if at least `THRESHOLD` auditors signed `digest`, and reverts otherwise.
    /// @param digest An EIP-712 digest of the asking contract's.
    /// @param signatures In ascending order of auditors.
    function requireRuling(bytes32 digest, AuditorSignature[] calldata signatures) external view;

    /// @notice Passes if at least `OVERTURN_THRESHOLD` auditors signed `digest`, and reverts otherwise.
    /// @param digest An EIP-712 digest of the asking contract's.
    /// @param signatures In ascending order of auditors.
    function requireOverturn(bytes32 digest, AuditorSignature[] calldata signatures) external view;

    /// @notice The ruling on a trade.
    /// @param core The BarterCore.
    /// @param tradeId The trade.
    function tradeRuling(address core, bytes32 tradeId) external view returns (TradeRuling memory ruling);

    /// @notice All auditors, in ascending order.
    function auditors() external view returns (address[] memory list);

    /// @notice Whether a wallet is an auditor.
    /// @param wallet The wallet.
    function isAuditor(address wallet) external view returns (bool);

    /// @notice What auditors sign to rule on a trade.
    function tradeRulingDigest(address core, bytes32 tradeId, address atFault, uint256 deadline)
        external
        view
        returns (bytes32);

    /// @notice What auditors sign to overturn a ruling on a trade.
    function tradeOverturnDigest(address core, bytes32 tradeId, address atFault, uint256 deadline)
        external
        view
        returns (bytes32);

    /// @notice Auditors that make a ruling (m).
    function THRESHOLD() external view returns (uint256);
    /// @notice Auditors that overturn one, more than `THRESHOLD`.
    function OVERTURN_THRESHOLD() external view returns (uint256);
    /// @notice Seconds between a ruling and its effect.
    function OVERTURN_WINDOW() external view returns (uint256);
}
