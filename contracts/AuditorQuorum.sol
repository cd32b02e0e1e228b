// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EIP712} from "solady/utils/EIP712.sol";

import {IAuditorQuorum} from "./interfaces/IAuditorQuorum.sol";
import {IBarterCore} from "./interfaces/IBarterCore.sol";
import {MAX_AUDITORS, MAX_OVERTURN_WINDOW} from "./libraries/Limits.sol";
import {Signatures} from "./libraries/Signatures.sol";

/// @title AuditorQuorum
/// @notice See {IAuditorQuorum}.
contract AuditorQuorum is IAuditorQuorum, EIP712 {
    bytes32 private constant TRADE_RULING_TYPEHASH =
        keccak256("TradeRuling(address core,bytes32 tradeId,address atFault,uint256 deadline)");
    bytes32 private constant TRADE_OVERTURN_TYPEHASH =
        keccak256("TradeOverturn(address core,bytes32 tradeId,address atFault,uint256 deadline)");

    /// @inheritdoc IAuditorQuorum
    uint256 public immutable THRESHOLD;
    /// @inheritdoc IAuditorQuorum
    uint256 public immutable OVERTURN_THRESHOLD;
    /// @inheritdoc IAuditorQuorum
    uint256 public immutable OVERTURN_WINDOW;

    /// @inheritdoc IAuditorQuorum
    mapping(address wallet => bool) public isAuditor;
    address[] private _auditors;
    mapping(address core => mapping(bytes32 tradeId => TradeRuling)) private _rulings;

    /// @param list The auditors, in ascending order.
    /// @param threshold Auditors that make a ruling.
    /// @param overturnThreshold Auditors that overturn one.
    /// @param overturnWindow Seconds between a ruling and its effect.
    constructor(address[] memory list, uint256 threshold, uint256 overturnThreshold, uint256 overturnWindow) {
        uint256 count = list.length;
        if (count < 2 || count > MAX_AUDITORS) revert AuditorCount(count, MAX_AUDITORS);
        if (threshold == 0 || threshold >= overturnThreshold || overturnThreshold > count) {
            revert InvalidThresholds(threshold, overturnThreshold, count);
        }
        if (overturnWindow == 0 || overturnWindow > MAX_OVERTURN_WINDOW) {
            revert InvalidWindow(overturnWindow, MAX_OVERTURN_WINDOW);
        }
        address last = address(0);
        for (uint256 i = 0; i < count; ++i) {
            if (list[i] <= last) revert AuditorsNotAscending(list[i]);
            last = list[i];
            isAuditor[last] = true;
        }
        _auditors = list;
        THRESHOLD = threshold;
        OVERTURN_THRESHOLD = overturnThreshold;
        OVERTURN_WINDOW = overturnWindow;
    }

    // ------------------------------------------------------------------------------------------------ trades

    /// @inheritdoc IAuditorQuorum
    function ruleTrade(
        address core,
        bytes32 tradeId,
        address atFault,
        uint256 deadline,
        AuditorSignature[] calldata signatures
    ) external {
        TradeRuling storage ruling = _rulings[core][tradeId];
        _requireStatus(core, tradeId, ruling.status, RulingStatus.None);
        _checkDispute(core, tradeId, atFault);
        _checkDeadline(deadline);
        _requireSigned(tradeRulingDigest(core, tradeId, atFault, deadline), THRESHOLD, signatures);

        uint256 executableAt = block.timestamp + OVERTURN_WINDOW;
        _rulings[core][tradeId] = TradeRuling(RulingStatus.Ruled, atFault, uint64(executableAt));
        emit TradeRuled(core, tradeId, atFault, executableAt);
    }

    /// @inheritdoc IAuditorQuorum
    function overturnTrade(
        address core,
        bytes32 tradeId,
        address atFault,
        uint256 deadline,
        AuditorSignature[] calldata signatures
    ) external {
        TradeRuling storage ruling = _rulings[core][tradeId];
        _requireStatus(core, tradeId, ruling.status, RulingStatus.Ruled);
        uint256 executableAt = ruling.executableAt;
        if (block.timestamp >= executableAt) revert OverturnWindowOver(executableAt, block.timestamp);
        _checkDispute(core, tradeId, atFault);
        _checkDeadline(deadline);
        _requireSigned(tradeOverturnDigest(core, tradeId, atFault, deadline), OVERTURN_THRESHOLD, signatures);

        _rulings[core][tradeId] = TradeRuling(RulingStatus.Overturned, atFault, uint64(block.timestamp));
        emit TradeOverturned(core, tradeId, atFault);
    }

    /// @inheritdoc IAuditorQuorum
    function executeTrade(address core, bytes32 tradeId) external {
        TradeRuling storage ruling = _rulings[core][tradeId];
        RulingStatus status = ruling.status;
        if (status != RulingStatus.Overturned) _requireStatus(core, tradeId, status, RulingStatus.Ruled);
        uint256 executableAt = ruling.executableAt;
        if (block.timestamp < executableAt) revert OverturnWindowOpen(executableAt, block.timestamp);

        ruling.status = RulingStatus.Executed;
        address atFault = ruling.atFault;
        emit TradeExecuted(core, tradeId, atFault);

        // uncovered: the report misses the second branch here, and counts its line all the same.
        if (atFault == address(0)) IBarterCore(core).dismissDispute(tradeId);
        else IBarterCore(core).upholdDispute(tradeId, atFault);
    }

    // ------------------------------------------------------------------------------------------------ views

    /// @inheritdoc IAuditorQuorum
    function requireRuling(bytes32 digest, AuditorSignature[] calldata signatures) external view {
        _requireSigned(digest, THRESHOLD, signatures);
    }

    /// @inheritdoc IAuditorQuorum
    function requireOverturn(bytes32 digest, AuditorSignature[] calldata signatures) external view {
        _requireSigned(digest, OVERTURN_THRESHOLD, signatures);
    }

    /// @inheritdoc IAuditorQuorum
    function tradeRuling(address core, bytes32 tradeId) external view returns (TradeRuling memory ruling) {
        return _rulings[core][tradeId];
    }

    /// @inheritdoc IAuditorQuorum
    function auditors() external view returns (address[] memory list) {
        return _auditors;
    }

    /// @inheritdoc IAuditorQuorum
    function tradeRulingDigest(address core, bytes32 tradeId, address atFault, uint256 deadline)
        public
        view
        returns (bytes32)
    {
        return _hashTypedData(keccak256(abi.encode(TRADE_RULING_TYPEHASH, core, tradeId, atFault, deadline)));
    }

    /// @inheritdoc IAuditorQuorum
    function tradeOverturnDigest(address core, bytes32 tradeId, address atFault, uint256 deadline)
        public
        view
        returns (bytes32)
    {
        return _hashTypedData(keccak256(abi.encode(TRADE_OVERTURN_TYPEHASH, core, tradeId, atFault, deadline)));
    }

    // ------------------------------------------------------------------------------------------------ checks

    /// @dev Each auditor counts once, because the list must ascend. One bad signature refuses all: who brings them knows.
    function _requireSigned(bytes32 digest, uint256 needed, AuditorSignature[] calldata signatures) private view {
        uint256 given = signatures.length;
        if (given < needed) revert TooFewAuditors(given, needed);
        address last = address(0);
        for (uint256 i = 0; i < given; ++i) {
            address auditor = signatures[i].auditor;
            if (auditor <= last) revert SignaturesNotAscending(auditor);
            if (!isAuditor[auditor]) revert NotAuditor(auditor);
            if (!Signatures.isBy(auditor, digest, signatures[i].signature)) {
                revert InvalidAuditorSignature(auditor, digest);
            }
            last = auditor;
        }
    }

    /// @dev So that a ruling that its core would refuse is not made. The core is whatever contract was signed, and may be hostile:
    /// it is asked by a static call here, what is kept about it is kept under its own address, and it is called last of all.
    function _checkDispute(address core, bytes32 tradeId, address atFault) private view {
        IBarterCore.Trade memory trade = IBarterCore(core).getTrade(tradeId);
        if (trade.status != IBarterCore.Status.Disputed || trade.ruling != IBarterCore.Ruling.None) {
            revert NotInDispute(core, tradeId);
        }
        if (atFault != address(0) && atFault != trade.partyA && atFault != trade.partyB) {
            revert NotPartyOfTrade(core, tradeId, atFault);
        }
    }

    function _checkDeadline(uint256 deadline) private view {
        if (block.timestamp > deadline) revert RulingExpired(deadline, block.timestamp);
    }

    function _requireStatus(address core, bytes32 tradeId, RulingStatus actual, RulingStatus required) private pure {
        if (actual != required) revert WrongRulingStatus(core, tradeId, actual, required);
    }

    function _domainNameAndVersion() internal pure override returns (string memory name, string memory version) {
        return ("Barter Auditors", "1");
    }
}
