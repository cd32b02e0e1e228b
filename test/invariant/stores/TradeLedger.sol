// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBarterCore} from "../../../contracts/interfaces/IBarterCore.sol";

/// @notice What the trades should be: a list, and loops over it. Shares no code with the contracts but the names of the
/// statuses, and no arithmetic: each rule is written out again from the specification, in the most obvious way.
contract TradeLedger {
    struct Entry {
        bytes32 tradeId;
        address partyA;
        address partyB;
        address payer;
        bytes32 preimage;
        bytes32 paymentHash;
        uint256 amountSats;
        IBarterCore.Status status;
        IBarterCore.Ruling ruling;
        bool counted;
    }

    Entry[] private _entries;
    mapping(bytes32 tradeId => uint256 time) public createdAt;
    /// @notice A pair's settled trades, the same both ways round.
    mapping(address walletA => mapping(address walletB => uint256)) public settledOf;
    /// @notice Those of them that counted.
    mapping(address walletA => mapping(address walletB => uint256)) public countedOf;

    // ------------------------------------------------------------------------------------------------ what happens

    function propose(Entry memory entry) external {
        require(createdAt[entry.tradeId] == 0, "a trade id was given twice");
        createdAt[entry.tradeId] = block.timestamp;
        _entries.push(entry);
    }

    function accept(uint256 index) external {
        _entries[index].status = IBarterCore.Status.Accepted;
    }

    /// @notice Settles, and says whether it counts: if fewer than five of the pair's trades counted before.
    function settle(uint256 index) external returns (bool counted) {
        Entry storage entry = _entries[index];
        (address partyA, address partyB) = (entry.partyA, entry.partyB);
        entry.status = IBarterCore.Status.Settled;
        ++settledOf[partyA][partyB];
        ++settledOf[partyB][partyA];
        counted = countedOf[partyA][partyB] < 5;
        if (!counted) return false;
        entry.counted = true;
        ++countedOf[partyA][partyB];
        ++countedOf[partyB][partyA];
    }

    function dispute(uint256 index) external {
        _entries[index].status = IBarterCore.Status.Disputed;
    }

    function dismiss(uint256 index) external {
        _entries[index].status = IBarterCore.Status.Accepted;
        _entries[index].ruling = IBarterCore.Ruling.Dismissed;
    }

    function uphold(uint256 index, address atFault) external {
        _entries[index].ruling =
            atFault == _entries[index].partyA ? IBarterCore.Ruling.AgainstPartyA : IBarterCore.Ruling.AgainstPartyB;
    }

    // ------------------------------------------------------------------------------------------------ the formulas

    /// @notice How often a number of thousands of satoshis, plus one, can be halved before nothing is left.
    function scoreOf(uint256 amountSats) public pure returns (uint256 score) {
        for (uint256 rest = amountSats / 1000 + 1; rest > 0; rest /= 2) {
            ++score;
        }
    }

    /// @notice A token for each thousand satoshis, one at least, ten thousand at most.
    function creditOf(uint256 amountSats) public pure returns (uint256) {
        uint256 tokens = amountSats / 1000;
        if (tokens < 1) tokens = 1;
        if (tokens > 10_000) tokens = 10_000;
        return tokens * 1 ether;
    }

    // ------------------------------------------------------------------------------------------------ what should be

    function length() external view returns (uint256) {
        return _entries.length;
    }

    function entryAt(uint256 index) external view returns (Entry memory) {
        return _entries[index];
    }

    function tradeIdAt(uint256 index) external view returns (bytes32) {
        return _entries[index].tradeId;
    }

    /// @notice The status as of now.
    function statusAt(uint256 index) public view returns (IBarterCore.Status) {
        Entry storage entry = _entries[index];
        bool late = block.timestamp > createdAt[entry.tradeId] + 7 days;
        return entry.status == IBarterCore.Status.Proposed && late ? IBarterCore.Status.Expired : entry.status;
    }

    /// @notice Some trade of a status, if there is one.
    function pick(IBarterCore.Status status, uint256 seed) external view returns (bool found, uint256 index) {
        uint256 total = _entries.length;
        if (total == 0) return (false, 0);
        index = seed % total;
        for (uint256 tried = 0; tried < total; ++tried) {
            if (statusAt(index) == status) return (true, index);
            index = (index + 1) % total;
        }
        return (false, 0);
    }

    /// @notice Whether two wallets have a trade with a payment hash.
    function isHashUsed(address walletA, address walletB, bytes32 paymentHash) external view returns (bool) {
        for (uint256 i = 0; i < _entries.length; ++i) {
            if (_entries[i].paymentHash != paymentHash) continue;
            if (isParty(_entries[i], walletA) && isParty(_entries[i], walletB)) return true;
        }
        return false;
    }

    /// @notice The score formula, summed over a wallet's counted trades.
    function scoreOf(address wallet) external view returns (uint256 score) {
        for (uint256 i = 0; i < _entries.length; ++i) {
            if (_entries[i].counted && isParty(_entries[i], wallet)) score += scoreOf(_entries[i].amountSats);
        }
    }

    /// @notice The credit formula, summed over a wallet's counted trades.
    function creditOf(address wallet) external view returns (uint256 credit) {
        for (uint256 i = 0; i < _entries.length; ++i) {
            if (_entries[i].counted && isParty(_entries[i], wallet)) credit += creditOf(_entries[i].amountSats);
        }
    }

    /// @notice How many of a wallet's trades are of a status.
    function countOf(address wallet, IBarterCore.Status status) external view returns (uint256 count) {
        for (uint256 i = 0; i < _entries.length; ++i) {
            if (statusAt(i) == status && isParty(_entries[i], wallet)) ++count;
        }
    }

    /// @notice How many of a wallet's trades were ruled against it.
    function faultsOf(address wallet) external view returns (uint256 count) {
        for (uint256 i = 0; i < _entries.length; ++i) {
            Entry storage entry = _entries[i];
            if (entry.ruling == IBarterCore.Ruling.AgainstPartyA && entry.partyA == wallet) ++count;
            if (entry.ruling == IBarterCore.Ruling.AgainstPartyB && entry.partyB == wallet) ++count;
        }
    }

    function isParty(Entry storage entry, address wallet) private view returns (bool) {
        return entry.partyA == wallet || entry.partyB == wallet;
    }
}
