// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {EIP712} from "solady/utils/EIP712.sol";
import {ReentrancyGuardTransient} from "solady/utils/ReentrancyGuardTransient.sol";
import {SafeTransferLib} from "solady/utils/SafeTransferLib.sol";

import {IAuditorQuorum} from "./interfaces/IAuditorQuorum.sol";
import {IBarterBond} from "./interfaces/IBarterBond.sol";
import {Bonds} from "./libraries/Bonds.sol";
import {MAX_BOND_PERIOD, MAX_HUB_BYTES, MAX_OVERTURN_WINDOW} from "./libraries/Limits.sol";
import {PPM, Ppms} from "./libraries/Ppm.sol";
import {Signatures} from "./libraries/Signatures.sol";

/// @title BarterBond
/// @notice See {IBarterBond}.
/// @dev The token is the only foreign code that is called while money moves, and may be hostile: whatever transfers it is
/// guarded against being entered again, and believes balances only.
contract BarterBond is IBarterBond, EIP712, ReentrancyGuardTransient {
    using Bonds for Bond;
    using Ppms for uint256;
    using SafeTransferLib for address;

    bytes32 private constant COMPLAINT_TYPEHASH =
        keccak256("Complaint(address provider,address consumer,bytes32 outcome,bytes32 evidence,uint256 deadline)");
    bytes32 private constant RULING_TYPEHASH = keccak256("Ruling(bytes32 disputeId,uint256 slashPpm,uint256 deadline)");
    bytes32 private constant OVERTURN_TYPEHASH =
        keccak256("Overturn(bytes32 disputeId,uint256 slashPpm,uint256 deadline)");

    /// @inheritdoc IBarterBond
    address public immutable TOKEN;
    /// @inheritdoc IBarterBond
    IAuditorQuorum public immutable QUORUM;
    /// @inheritdoc IBarterBond
    uint256 public immutable MINIMUM_BOND;
    /// @inheritdoc IBarterBond
    uint256 public immutable MINIMUM_DEPOSIT;
    /// @inheritdoc IBarterBond
    uint256 public immutable DEPOSIT_PPM;
    /// @inheritdoc IBarterBond
    uint256 public immutable MAX_SLASH_PPM;
    /// @inheritdoc IBarterBond
    uint256 public immutable UNBONDING_DELAY;
    /// @inheritdoc IBarterBond
    uint256 public immutable RULING_PERIOD;
    /// @inheritdoc IBarterBond
    uint256 public immutable OVERTURN_WINDOW;

    mapping(address provider => Bond) private _bonds;
    mapping(bytes32 disputeId => Dispute) private _disputes;
    mapping(address oracle => Anchor[]) private _anchors;
    /// @inheritdoc IBarterBond
    mapping(address owner => uint256) public claimable;

    /// @param parameters What is fixed from here on.
    constructor(Parameters memory parameters) {
        if (parameters.quorum.code.length == 0) revert InvalidParameter("quorum", uint160(parameters.quorum));
        uint256 overturnWindow = IAuditorQuorum(parameters.quorum).OVERTURN_WINDOW();
        _checkParameters(parameters, overturnWindow);
        TOKEN = parameters.token;
        QUORUM = IAuditorQuorum(parameters.quorum);
        MINIMUM_BOND = parameters.minimumBond;
        MINIMUM_DEPOSIT = parameters.minimumDeposit;
        DEPOSIT_PPM = parameters.depositPpm;
        MAX_SLASH_PPM = parameters.maxSlashPpm;
        UNBONDING_DELAY = parameters.unbondingDelay;
        RULING_PERIOD = parameters.rulingPeriod;
        OVERTURN_WINDOW = overturnWindow;
    }

    // ------------------------------------------------------------------------------------------------ bond

    /// @inheritdoc IBarterBond
    function stake(string calldata hub, uint256 amount) external nonReentrant {
        uint256 length = bytes(hub).length;
        if (length == 0 || length > MAX_HUB_BYTES) revert HubLength(length, MAX_HUB_BYTES);
        Bond storage bond = _bonds[msg.sender];
        if (bond.isDeclared()) revert AlreadyBonded(msg.sender);
        uint128 arrived = _receive(amount);

        bond.hub = keccak256(bytes(hub));
        bond.firstBondedAt = uint40(block.timestamp);
        emit HubDeclared(msg.sender, bond.hub, hub);
        _credit(msg.sender, bond, arrived);
    }

    /// @inheritdoc IBarterBond
    function topUp(address provider, uint256 amount) external nonReentrant {
        Bond storage bond = _bonds[provider];
        if (!bond.isDeclared()) revert NeverBonded(provider);
        _credit(provider, bond, _receive(amount));
    }

    /// @inheritdoc IBarterBond
    function unbond(uint256 amount) external {
        Bond storage bond = _bonds[msg.sender];
        if (amount == 0 || amount > bond.active) revert UnbondingOutOfRange(amount, bond.active);

        uint256 releaseAt = block.timestamp + UNBONDING_DELAY;
        bond.startUnbonding(uint128(amount), uint40(releaseAt));
        emit Unbonding(msg.sender, amount, releaseAt);
    }

    /// @inheritdoc IBarterBond
    function withdraw(address to) external nonReentrant returns (uint256 amount) {
        Bond storage bond = _bonds[msg.sender];
        if (block.timestamp < bond.releaseAt) revert StillUnbonding(bond.releaseAt, block.timestamp);
        amount = bond.withdrawable();
        if (amount == 0) revert NothingToWithdraw(bond.unbonding, bond.held);

        bond.unbonding -= uint128(amount);
        emit Withdrawn(msg.sender, to, amount);
        _pay(to, amount);
    }

    // ------------------------------------------------------------------------------------------------ disputes

    /// @inheritdoc IBarterBond
    function file(Complaint calldata complaint, bytes calldata signature, uint256 deposit)
        external
        nonReentrant
        returns (bytes32 disputeId)
    {
        _checkComplaint(complaint, signature);
        disputeId = disputeIdOf(complaint.provider, complaint.consumer, complaint.outcome);
        if (_disputes[disputeId].status != DisputeStatus.None) revert AlreadyDisputed(disputeId);
        // First the money: a token may call others, who may end a dispute, and what stands is what stands afterwards.
        uint128 arrived = _receive(deposit);
        Bond storage bond = _bonds[complaint.provider];
        uint256 standing = bond.standing(block.timestamp);
        if (standing == 0) revert NoBond(complaint.provider);
        uint256 required = requiredDeposit(complaint.provider);
        if (arrived < required) revert DepositTooSmall(arrived, required);

        _open(disputeId, complaint, uint128(standing), arrived);
        // Does not fit for many disputes of one bond near 2^128 only: those are refused.
        bond.reserve(uint128(standing.shareDown(MAX_SLASH_PPM)), block.timestamp);
    }

    /// @inheritdoc IBarterBond
    function rule(
        bytes32 disputeId,
        uint256 slashPpm,
        uint256 deadline,
        IAuditorQuorum.AuditorSignature[] calldata signatures
    ) external {
        Dispute storage dispute = _disputes[disputeId];
        _requireStatus(disputeId, dispute.status, DisputeStatus.Filed);
        uint256 last = dispute.filedAt + RULING_PERIOD;
        if (block.timestamp > last) revert RulingPeriodOver(last, block.timestamp);
        _checkRuling(slashPpm, deadline);
        QUORUM.requireRuling(rulingDigest(disputeId, slashPpm, deadline), signatures);

        uint256 executableAt = block.timestamp + OVERTURN_WINDOW;
        _save(dispute, DisputeStatus.Ruled, slashPpm, executableAt);
        emit DisputeRuled(disputeId, slashPpm, executableAt);
    }

    /// @inheritdoc IBarterBond
    function overturn(
        bytes32 disputeId,
        uint256 slashPpm,
        uint256 deadline,
        IAuditorQuorum.AuditorSignature[] calldata signatures
    ) external {
        Dispute storage dispute = _disputes[disputeId];
        _requireStatus(disputeId, dispute.status, DisputeStatus.Ruled);
        uint256 executableAt = dispute.executableAt;
        if (block.timestamp >= executableAt) {
            revert IAuditorQuorum.OverturnWindowOver(executableAt, block.timestamp);
        }
        _checkRuling(slashPpm, deadline);
        QUORUM.requireOverturn(overturnDigest(disputeId, slashPpm, deadline), signatures);

        _save(dispute, DisputeStatus.Overturned, slashPpm, block.timestamp);
        emit DisputeOverturned(disputeId, slashPpm);
    }

    /// @inheritdoc IBarterBond
    function execute(bytes32 disputeId) external {
        Dispute storage dispute = _disputes[disputeId];
        DisputeStatus end = _endOf(disputeId, dispute);
        address provider = dispute.provider;
        Bond storage bond = _bonds[provider];
        uint256 filedAt = dispute.filedAt;
        bond.unreserve(uint128(uint256(dispute.bondAtFiling).shareDown(MAX_SLASH_PPM)), filedAt);
        dispute.status = end;

        uint128 slashed = 0;
        if (end == DisputeStatus.Upheld) {
            slashed = bond.slash(uint256(dispute.bondAtFiling).shareDown(dispute.slashPpm), filedAt);
            dispute.slashed = slashed;
            ++bond.upheld;
            claimable[dispute.consumer] += slashed;
        }
        claimable[end == DisputeStatus.Dismissed ? provider : dispute.filer] += dispute.deposit;
        emit DisputeEnded(disputeId, provider, end, slashed);
    }

    /// @inheritdoc IBarterBond
    function claim(address to) external nonReentrant returns (uint256 amount) {
        amount = claimable[msg.sender];
        if (amount == 0) revert NothingToClaim(msg.sender);

        claimable[msg.sender] = 0;
        emit Claimed(msg.sender, to, amount);
        _pay(to, amount);
    }

    // ------------------------------------------------------------------------------------------------ anchors

    /// @inheritdoc IBarterBond
    function anchor(bytes32 root, uint256 size) external returns (uint256 index) {
        Anchor[] storage anchors = _anchors[msg.sender];
        index = anchors.length;
        uint256 last = index == 0 ? 0 : anchors[index - 1].size;
        if (size <= last) revert AnchorNotGrowing(size, last);
        if (size > type(uint128).max) revert AmountTooLarge(size);

        anchors.push(Anchor(root, uint128(size), uint128(block.timestamp)));
        emit Anchored(msg.sender, index, root, size);
    }

    // ------------------------------------------------------------------------------------------------ views

    /// @inheritdoc IBarterBond
    function getBond(address provider) external view returns (Bond memory bond) {
        return _bonds[provider];
    }

    /// @inheritdoc IBarterBond
    function isListed(address provider) external view returns (bool) {
        return _bonds[provider].isDeclared() && _bonds[provider].active >= MINIMUM_BOND;
    }

    /// @inheritdoc IBarterBond
    function getDispute(bytes32 disputeId) external view returns (Dispute memory dispute) {
        return _disputes[disputeId];
    }

    /// @inheritdoc IBarterBond
    function requiredDeposit(address provider) public view returns (uint256 amount) {
        uint256 share = _bonds[provider].standing(block.timestamp).shareUp(DEPOSIT_PPM);
        return share > MINIMUM_DEPOSIT ? share : MINIMUM_DEPOSIT;
    }

    /// @inheritdoc IBarterBond
    function anchorCount(address oracle) external view returns (uint256 count) {
        return _anchors[oracle].length;
    }

    /// @inheritdoc IBarterBond
    function getAnchor(address oracle, uint256 index) external view returns (Anchor memory state) {
        uint256 count = _anchors[oracle].length;
        if (index >= count) revert AnchorNotFound(oracle, index, count);
        return _anchors[oracle][index];
    }

    /// @inheritdoc IBarterBond
    function disputeIdOf(address provider, address consumer, bytes32 outcome) public pure returns (bytes32) {
        return keccak256(abi.encode(provider, consumer, outcome));
    }

    /// @inheritdoc IBarterBond
    function complaintDigest(Complaint calldata complaint) public view returns (bytes32) {
        return _hashTypedData(
            keccak256(
                abi.encode(
                    COMPLAINT_TYPEHASH,
                    complaint.provider,
                    complaint.consumer,
                    complaint.outcome,
                    complaint.evidence,
                    complaint.deadline
                )
            )
        );
    }

    /// @inheritdoc IBarterBond
    function rulingDigest(bytes32 disputeId, uint256 slashPpm, uint256 deadline) public view returns (bytes32) {
        return _hashTypedData(keccak256(abi.encode(RULING_TYPEHASH, disputeId, slashPpm, deadline)));
    }

    /// @inheritdoc IBarterBond
    function overturnDigest(bytes32 disputeId, uint256 slashPpm, uint256 deadline) public view returns (bytes32) {
        return _hashTypedData(keccak256(abi.encode(OVERTURN_TYPEHASH, disputeId, slashPpm, deadline)));
    }

    // ------------------------------------------------------------------------------------------------ money

    /// @dev Takes a transfer from the caller.
    /// @return arrived By how much the balance grew, which is what counts.
    function _receive(uint256 amount) private returns (uint128 arrived) {
        uint256 before = _balance();
        TOKEN.safeTransferFrom(msg.sender, address(this), amount);
        uint256 increase = _balance() - before;
        if (increase == 0) revert NothingArrived(amount);
        if (increase > type(uint128).max) revert AmountTooLarge(increase);
        return uint128(increase);
    }

    /// @dev Pays, and sees to it that nobody else's money pays a token's fee. Paid to this contract, it would be nobody's.
    function _pay(address to, uint256 amount) private {
        if (to == address(0) || to == address(this)) revert InvalidRecipient(to);
        uint256 before = _balance();
        TOKEN.safeTransfer(to, amount);
        uint256 left = _balance();
        if (left + amount < before) revert TokenTookMore(before - left, amount);
    }

    /// @dev Not SafeTransferLib's, which takes a refusal to answer for a balance of nothing: read as nothing before a transfer
    /// and in full after it, all that is here would be credited to whoever sent it.
    function _balance() private view returns (uint256) {
        return IERC20(TOKEN).balanceOf(address(this));
    }

    function _credit(address provider, Bond storage bond, uint128 arrived) private {
        bond.credit(arrived);
        emit Bonded(provider, msg.sender, arrived, bond.active);
    }

    // ------------------------------------------------------------------------------------------------ effects

    function _open(bytes32 disputeId, Complaint calldata complaint, uint128 standing, uint128 deposit) private {
        Dispute storage dispute = _disputes[disputeId];
        dispute.provider = complaint.provider;
        dispute.filedAt = uint40(block.timestamp);
        dispute.status = DisputeStatus.Filed;
        dispute.consumer = complaint.consumer;
        dispute.filer = msg.sender;
        dispute.bondAtFiling = standing;
        dispute.deposit = deposit;
        dispute.evidence = complaint.evidence;
        emit DisputeFiled(
            disputeId,
            complaint.provider,
            complaint.consumer,
            msg.sender,
            complaint.outcome,
            complaint.evidence,
            standing,
            deposit
        );
    }

    function _save(Dispute storage dispute, DisputeStatus status, uint256 slashPpm, uint256 executableAt) private {
        dispute.status = status;
        dispute.slashPpm = uint32(slashPpm);
        dispute.executableAt = uint40(executableAt);
    }

    // ------------------------------------------------------------------------------------------------ checks

    function _checkComplaint(Complaint calldata complaint, bytes calldata signature) private view {
        if (complaint.provider == complaint.consumer) revert SelfDispute(complaint.consumer);
        if (block.timestamp > complaint.deadline) revert ComplaintExpired(complaint.deadline, block.timestamp);
        bytes32 digest = complaintDigest(complaint);
        if (!Signatures.isBy(complaint.consumer, digest, signature)) {
            revert InvalidComplaintSignature(complaint.consumer, digest);
        }
    }

    function _checkRuling(uint256 slashPpm, uint256 deadline) private view {
        if (slashPpm > MAX_SLASH_PPM) revert SlashOutOfRange(slashPpm, MAX_SLASH_PPM);
        if (block.timestamp > deadline) revert IAuditorQuorum.RulingExpired(deadline, block.timestamp);
    }

    /// @dev How a dispute ends if it ends now.
    function _endOf(bytes32 disputeId, Dispute storage dispute) private view returns (DisputeStatus) {
        DisputeStatus status = dispute.status;
        if (status == DisputeStatus.Filed) {
            uint256 last = dispute.filedAt + RULING_PERIOD;
            if (block.timestamp <= last) revert RulingPeriodOpen(last, block.timestamp);
            return DisputeStatus.Void;
        }
        if (status != DisputeStatus.Overturned) _requireStatus(disputeId, status, DisputeStatus.Ruled);
        if (block.timestamp < dispute.executableAt) {
            revert IAuditorQuorum.OverturnWindowOpen(dispute.executableAt, block.timestamp);
        }
        return dispute.slashPpm == 0 ? DisputeStatus.Dismissed : DisputeStatus.Upheld;
    }

    function _requireStatus(bytes32 disputeId, DisputeStatus actual, DisputeStatus required) private pure {
        if (actual != required) revert WrongDisputeStatus(disputeId, actual, required);
    }

    function _checkParameters(Parameters memory parameters, uint256 overturnWindow) private view {
        if (parameters.token.code.length == 0) revert InvalidParameter("token", uint160(parameters.token));
        if (parameters.minimumBond > type(uint128).max) revert InvalidParameter("minimumBond", parameters.minimumBond);
        if (parameters.minimumDeposit > type(uint128).max) {
            revert InvalidParameter("minimumDeposit", parameters.minimumDeposit);
        }
        if (parameters.depositPpm > PPM) revert InvalidParameter("depositPpm", parameters.depositPpm);
        if (parameters.maxSlashPpm == 0 || parameters.maxSlashPpm > PPM) {
            revert InvalidParameter("maxSlashPpm", parameters.maxSlashPpm);
        }
        if (parameters.unbondingDelay == 0 || parameters.unbondingDelay > MAX_BOND_PERIOD) {
            revert InvalidParameter("unbondingDelay", parameters.unbondingDelay);
        }
        if (parameters.rulingPeriod == 0 || parameters.rulingPeriod > MAX_BOND_PERIOD) {
            revert InvalidParameter("rulingPeriod", parameters.rulingPeriod);
        }
        // An AuditorQuorum's is in range; another contract's might not fit where times are kept.
        if (overturnWindow == 0 || overturnWindow > MAX_OVERTURN_WINDOW) {
            revert InvalidParameter("overturnWindow", overturnWindow);
        }
    }

    function _domainNameAndVersion() internal pure override returns (string memory name, string memory version) {
        return ("Barter Bond", "1");
    }

    /// @dev Transient storage on every chain, not only on mainnet.
    function _useTransientReentrancyGuardOnlyOnMainnet() internal pure override returns (bool) {
        return false;
    }
}
