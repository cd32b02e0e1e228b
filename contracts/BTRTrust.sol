// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {IERC721Metadata} from "@openzeppelin/contracts/token/ERC721/extensions/IERC721Metadata.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";

import {IBTRTrust} from "./interfaces/IBTRTrust.sol";
import {IERC5192} from "./interfaces/IERC5192.sol";
import {IERC6454} from "./interfaces/IERC6454.sol";
import {Formulas} from "./libraries/Formulas.sol";
import {MAX_PAIR_COUNT} from "./libraries/Limits.sol";
import {Profile} from "./libraries/Profile.sol";
import {TrustCard} from "./libraries/TrustCard.sol";

/// @title BTRTrust
/// @notice See {IBTRTrust}.
contract BTRTrust is IBTRTrust {
    bytes4 private constant ERC165_ID = 0x01ffc9a7;
    bytes4 private constant ERC721_ID = 0x80ac58cd;
    bytes4 private constant ERC721_METADATA_ID = 0x5b5e139f;
    bytes4 private constant ERC4906_ID = 0x49064906;
    bytes4 private constant ERC5192_ID = 0xb45a3c0e;
    bytes4 private constant ERC6454_ID = 0x91a6262f;

    /// @inheritdoc IERC721Metadata
    string public constant name = "BTR-Trust";
    /// @inheritdoc IERC721Metadata
    string public constant symbol = "BTR-T";

    /// @inheritdoc IBTRTrust
    address public immutable CORE = msg.sender;

    /// @dev What is kept of a wallet.
    struct Holder {
        Profile profile;
    }

    /// @dev What is kept of a pair.
    struct Pair {
        uint256 count;
    }

    mapping(address wallet => Holder) private _holders;
    mapping(address lower => mapping(address higher => Pair)) private _pairs;

    // ------------------------------------------------------------------------------------------------ score

    /// @inheritdoc IBTRTrust
    function raiseScores(bytes32 tradeId, address partyA, address partyB, uint256 amountSats)
        external
        returns (bool counted)
    {
        if (msg.sender != CORE) revert NotCore(msg.sender, CORE);
        Pair storage pair = _pairOf(partyA, partyB);
        uint256 pairTrades = pair.count;
        counted = pairTrades < MAX_PAIR_COUNT;
        if (counted) pair.count = pairTrades + 1;

        // The first five trades of a pair all count, so its first is the one before which none did.
        bool newPair = pairTrades == 0;
        uint256 gained = counted ? Formulas.score(amountSats) : 0;
        _record(tradeId, partyA, gained, newPair);
        _record(tradeId, partyB, gained, newPair);
    }

    /// @inheritdoc IBTRTrust
    function getScore(address wallet) external view returns (uint256) {
        return _holders[wallet].profile.score();
    }

    /// @inheritdoc IBTRTrust
    function getTrustProfile(address wallet)
        external
        view
        returns (
            uint256 score,
            uint256 uniqueCounterparties,
            uint256 memberSince,
            uint256 tradeCount,
            uint256 lastTradeAt
        )
    {
        Profile profile = _holders[wallet].profile;
        return (
            profile.score(),
            profile.uniqueCounterparties(),
            profile.memberSince(),
            profile.tradeCount(),
            profile.lastTradeAt()
        );
    }

    /// @inheritdoc IBTRTrust
    function pairCount(address walletA, address walletB) external view returns (uint256) {
        return _pairOf(walletA, walletB).count;
    }

    // ------------------------------------------------------------------------------------------------ token

    /// @inheritdoc IERC721
    function balanceOf(address wallet) external view returns (uint256) {
        if (wallet == address(0)) revert ZeroAddress();
        return _holders[wallet].profile.isEmpty() ? 0 : 1;
    }

    /// @inheritdoc IERC721
    function ownerOf(uint256 tokenId) external view returns (address wallet) {
        (wallet,) = _tokenOf(tokenId);
    }

    /// @inheritdoc IERC721Metadata
    function tokenURI(uint256 tokenId) external view returns (string memory) {
        (address wallet, Profile profile) = _tokenOf(tokenId);
        return TrustCard.uri(wallet, profile);
    }

    /// @inheritdoc IERC5192
    function locked(uint256 tokenId) external view returns (bool) {
        _tokenOf(tokenId);
        return true;
    }

    /// @inheritdoc IERC6454
    function isTransferable(uint256 tokenId, address from, address to) external view returns (bool) {
        if (from == address(0) && to != address(0)) {
            // Asked about minting: a wallet's own token can come to be, once.
            return uint256(uint160(to)) == tokenId && _holders[to].profile.isEmpty();
        }
        _tokenOf(tokenId);
        return false;
    }

    /// @inheritdoc IERC721
    function getApproved(uint256 tokenId) external view returns (address) {
        _tokenOf(tokenId);
        return address(0);
    }

    /// @inheritdoc IERC721
    function isApprovedForAll(address, address) external pure returns (bool) {
        return false;
    }

    /// @inheritdoc IERC721
    function approve(address, uint256) external pure {
        revert Soulbound();
    }

    /// @inheritdoc IERC721
    function setApprovalForAll(address, bool) external pure {
        revert Soulbound();
    }

    /// @inheritdoc IERC721
    function transferFrom(address, address, uint256) external pure {
        revert Soulbound();
    }

    /// @inheritdoc IERC721
    function safeTransferFrom(address, address, uint256) external pure {
        revert Soulbound();
    }

    /// @inheritdoc IERC721
    function safeTransferFrom(address, address, uint256, bytes calldata) external pure {
        revert Soulbound();
    }

    /// @inheritdoc IERC165
    function supportsInterface(bytes4 interfaceId) external pure returns (bool) {
        return interfaceId == ERC165_ID || interfaceId == ERC721_ID || interfaceId == ERC721_METADATA_ID
            || interfaceId == ERC4906_ID || interfaceId == ERC5192_ID || interfaceId == ERC6454_ID;
    }

    // ------------------------------------------------------------------------------------------------ private

    /// @dev A trade that gains nothing is one beyond the pair's cap: counted as a trade, and nothing else.
    function _record(bytes32 tradeId, address wallet, uint256 gained, bool newPair) private {
        Holder storage holder = _holders[wallet];
        Profile profile = holder.profile;
        bool minted = profile.isEmpty();
        profile = profile.withTrade(gained, newPair, block.timestamp);
        holder.profile = profile;

        uint256 tokenId = uint256(uint160(wallet));
        if (minted) {
            emit Transfer(address(0), wallet, tokenId);
            emit Locked(tokenId);
        } else if (gained != 0) {
            emit MetadataUpdate(tokenId);
        }
        if (gained != 0) emit ScoreUpdated(wallet, tradeId, profile.score());
    }

    function _tokenOf(uint256 tokenId) private view returns (address wallet, Profile profile) {
        wallet = address(uint160(tokenId));
        profile = _holders[wallet].profile;
        if (uint256(uint160(wallet)) != tokenId || profile.isEmpty()) revert TokenNotFound(tokenId);
    }

    function _pairOf(address walletA, address walletB) private view returns (Pair storage) {
        return walletA < walletB ? _pairs[walletA][walletB] : _pairs[walletB][walletA];
    }
}
