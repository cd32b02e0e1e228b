// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {IERC4906} from "@openzeppelin/contracts/interfaces/IERC4906.sol";
import {Vm} from "forge-std/Vm.sol";

import {IBarterCore} from "../../../contracts/interfaces/IBarterCore.sol";
import {IBTRCredit} from "../../../contracts/interfaces/IBTRCredit.sol";
import {IBTRTrust} from "../../../contracts/interfaces/IBTRTrust.sol";
import {IERC5192} from "../../../contracts/interfaces/IERC5192.sol";

/// @notice Rebuilds every view from the event log and the blocks' times. It is given logs and nothing else: it knows the
/// three addresses, and calls none of them.
contract EventReplay {
    address private immutable CORE;
    address private immutable TRUST;
    address private immutable CREDIT;

    /// @dev `status` is what the events say, without expiry.
    mapping(bytes32 tradeId => IBarterCore.Trade) private _trades;
    bytes32[] public tradeIds;
    mapping(bytes32 tradeId => uint256) public settlements;
    mapping(bytes32 tradeId => bytes32) public preimageOf;

    mapping(address wallet => bytes32[]) private _tradesOf;
    mapping(address wallet => IBarterCore.Wallet) private _wallets;
    mapping(address walletA => mapping(address walletB => bool)) private _hasTradedWith;
    mapping(address walletA => mapping(address walletB => uint256)) public pairCount;
    mapping(address signer => mapping(bytes32 digest => bool)) public isSignatureCancelled;

    /// @notice How often the wallet's token was minted; more than once would be wrong.
    mapping(uint256 tokenId => uint256) public mintsOf;
    mapping(uint256 tokenId => address) public ownerOf;
    mapping(uint256 tokenId => bool) public locked;

    uint256 public totalSupply;
    mapping(address owner => mapping(address spender => uint256)) public allowance;
    mapping(address owner => uint256) public nonces;

    /// @notice Logs that say what cannot be: of an unknown kind, about an unknown trade, or against an earlier one.
    uint256 public oddities;

    constructor(address core, address trust, address credit) {
        CORE = core;
        TRUST = trust;
        CREDIT = credit;
    }

    // ------------------------------------------------------------------------------------------------ reading logs

    /// @param timestamp Time of the block the logs are from.
    function feed(Vm.Log[] calldata logs, uint256 timestamp) external {
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].emitter == CORE) _feedCore(logs[i], timestamp);
            else if (logs[i].emitter == TRUST) _feedTrust(logs[i]);
            else if (logs[i].emitter == CREDIT) _feedCredit(logs[i]);
        }
    }

    function _feedCore(Vm.Log calldata log, uint256 timestamp) private {
        bytes32 topic = log.topics[0];
        if (topic == IBarterCore.SignatureCancelled.selector) {
            isSignatureCancelled[_address(log.topics[1])][log.topics[2]] = true;
        } else if (topic == IBarterCore.TradeProposed.selector) {
            _proposed(log, timestamp);
        } else {
            IBarterCore.Trade storage trade = _trades[log.topics[1]];
            if (trade.tradeId == 0) ++oddities;
            if (topic == IBarterCore.TradeAccepted.selector) {
                _accepted(trade, timestamp);
            } else if (topic == IBarterCore.TradeSettled.selector) {
                _settled(trade, abi.decode(log.data, (bytes32)), timestamp);
            } else if (topic == IBarterCore.TradeDisputed.selector) {
                _disputed(trade);
            } else if (topic == IBarterCore.DisputeDismissed.selector) {
                _dismissed(trade);
            } else if (topic == IBarterCore.DisputeUpheld.selector) {
                _upheld(trade, _address(log.topics[2]));
            } else {
                ++oddities;
            }
        }
    }

    function _proposed(Vm.Log calldata log, uint256 timestamp) private {
        IBarterCore.Trade storage trade = _trades[log.topics[1]];
        if (trade.tradeId != 0) ++oddities;
        trade.tradeId = log.topics[1];
        trade.partyA = _address(log.topics[2]);
        trade.partyB = _address(log.topics[3]);
        (trade.payer, trade.paymentHash, trade.amountSats, trade.category, trade.description) =
            abi.decode(log.data, (address, bytes32, uint256, string, string));
        trade.createdAt = timestamp;
        tradeIds.push(trade.tradeId);
        _tradesOf[trade.partyA].push(trade.tradeId);
        _tradesOf[trade.partyB].push(trade.tradeId);
        ++_wallets[trade.partyA].proposed;
        ++_wallets[trade.partyB].proposed;
        ++_wallets[trade.partyA].initiated;
    }

    function _accepted(IBarterCore.Trade storage trade, uint256 timestamp) private {
        if (trade.status != IBarterCore.Status.Proposed) ++oddities;
        trade.status = IBarterCore.Status.Accepted;
        trade.acceptedAt = timestamp;
        ++_wallets[trade.partyA].accepted;
        ++_wallets[trade.partyB].accepted;
    }

    function _settled(IBarterCore.Trade storage trade, bytes32 preimage, uint256 timestamp) private {
        if (trade.status != IBarterCore.Status.Accepted) ++oddities;
        trade.status = IBarterCore.Status.Settled;
        trade.settledAt = timestamp;
        ++settlements[trade.tradeId];
        preimageOf[trade.tradeId] = preimage;
        _settledFor(trade.partyA, trade.partyB, timestamp);
        _settledFor(trade.partyB, trade.partyA, timestamp);
    }

    function _settledFor(address wallet, address other, uint256 timestamp) private {
        IBarterCore.Wallet storage summary = _wallets[wallet];
        if (summary.settled == 0) summary.memberSince = timestamp;
        ++summary.settled;
        summary.lastTradeAt = timestamp;
        if (!_hasTradedWith[wallet][other]) ++summary.uniqueCounterparties;
        _hasTradedWith[wallet][other] = true;
    }

    function _disputed(IBarterCore.Trade storage trade) private {
        if (trade.status != IBarterCore.Status.Accepted) ++oddities;
        trade.status = IBarterCore.Status.Disputed;
        ++_wallets[trade.partyA].disputed;
        ++_wallets[trade.partyB].disputed;
    }

    function _dismissed(IBarterCore.Trade storage trade) private {
        if (trade.status != IBarterCore.Status.Disputed) ++oddities;
        trade.status = IBarterCore.Status.Accepted;
        trade.ruling = IBarterCore.Ruling.Dismissed;
        --_wallets[trade.partyA].disputed;
        --_wallets[trade.partyB].disputed;
    }

    function _upheld(IBarterCore.Trade storage trade, address atFault) private {
        if (trade.status != IBarterCore.Status.Disputed) ++oddities;
        bool isPartyA = atFault == trade.partyA;
        trade.ruling = isPartyA ? IBarterCore.Ruling.AgainstPartyA : IBarterCore.Ruling.AgainstPartyB;
        ++_wallets[atFault].faults;
    }

    function _feedTrust(Vm.Log calldata log) private {
        bytes32 topic = log.topics[0];
        if (topic == IBTRTrust.ScoreUpdated.selector) {
            (bytes32 tradeId, uint256 score) = abi.decode(log.data, (bytes32, uint256));
            _scored(_address(log.topics[1]), tradeId, score);
        } else if (topic == IERC721.Transfer.selector) {
            uint256 tokenId = uint256(log.topics[3]);
            ++mintsOf[tokenId];
            ownerOf[tokenId] = _address(log.topics[2]);
            if (log.topics[1] != 0) ++oddities;
        } else if (topic == IERC5192.Locked.selector) {
            locked[abi.decode(log.data, (uint256))] = true;
        } else if (topic == IERC4906.MetadataUpdate.selector) {
            if (mintsOf[abi.decode(log.data, (uint256))] == 0) ++oddities;
        } else {
            ++oddities;
        }
    }

    function _scored(address wallet, bytes32 tradeId, uint256 score) private {
        if (score <= _wallets[wallet].score) ++oddities;
        _wallets[wallet].score = score;
        IBarterCore.Trade storage trade = _trades[tradeId];
        if (wallet != trade.partyA && wallet != trade.partyB) ++oddities;
        // One event for each party, and one count for both.
        if (wallet != trade.partyA) return;
        ++pairCount[trade.partyA][trade.partyB];
        ++pairCount[trade.partyB][trade.partyA];
    }

    function _feedCredit(Vm.Log calldata log) private {
        bytes32 topic = log.topics[0];
        if (topic == IERC20.Transfer.selector) {
            _moved(_address(log.topics[1]), _address(log.topics[2]), abi.decode(log.data, (uint256)));
        } else if (topic == IERC20.Approval.selector) {
            allowance[_address(log.topics[1])][_address(log.topics[2])] = abi.decode(log.data, (uint256));
        } else if (topic == IBTRCredit.PermitUsed.selector) {
            address owner = _address(log.topics[1]);
            if (abi.decode(log.data, (uint256)) != nonces[owner]) ++oddities;
            ++nonces[owner];
        } else {
            ++oddities;
        }
    }

    function _moved(address from, address to, uint256 amount) private {
        if (from == address(0)) {
            totalSupply += amount;
            _wallets[to].creditEarned += amount;
        } else {
            _wallets[from].creditBalance -= amount;
        }
        if (to == address(0)) totalSupply -= amount;
        else _wallets[to].creditBalance += amount;
    }

    function _address(bytes32 topic) private pure returns (address) {
        return address(uint160(uint256(topic)));
    }

    // ------------------------------------------------------------------------------------------------ the views

    function length() external view returns (uint256) {
        return tradeIds.length;
    }

    /// @notice As `BarterCore.getTrade` at the current block's time.
    function getTrade(bytes32 tradeId) external view returns (IBarterCore.Trade memory trade) {
        trade = _trades[tradeId];
        bool late = block.timestamp > trade.createdAt + 7 days;
        if (trade.status == IBarterCore.Status.Proposed && late) trade.status = IBarterCore.Status.Expired;
    }

    /// @notice As `BarterCore.getTradesByAddress`.
    function getTradesByAddress(address wallet) external view returns (bytes32[] memory) {
        return _tradesOf[wallet];
    }

    /// @notice As `BarterCore.getWallet`.
    function getWallet(address wallet) external view returns (IBarterCore.Wallet memory) {
        return _wallets[wallet];
    }
}
