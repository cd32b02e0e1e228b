// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC4906} from "@openzeppelin/contracts/interfaces/IERC4906.sol";
import {IERC721Metadata} from "@openzeppelin/contracts/token/ERC721/extensions/IERC721Metadata.sol";

import {IERC5192} from "./IERC5192.sol";
import {IERC6454} from "./IERC6454.sol";

/// @title IBTRTrust
/// @notice A wallet's reputation: a soulbound token whose score only settled trades can raise.
/// @dev ERC-721 with ERC-5192, ERC-4906 and ERC-6454. One token for each wallet, minted at its first settled trade, with
/// `tokenId = uint256(uint160(wallet))`. It never moves; there is no approval; nothing can burn it. Not ERC-5484, whose
/// text forbids metadata that changes. Minting does not call the receiver: a wallet must not be able to block its
/// counterparty's settlement.
interface IBTRTrust is IERC721Metadata, IERC4906, IERC5192, IERC6454 {
    /// @notice A counted trade raised a wallet's score; by how much is the difference to the wallet's previous event.
    /// @param wallet The wallet.
    /// @param tradeId The trade.
    /// @param score The score after it.
    event ScoreUpdated(address indexed wallet, bytes32 tradeId, uint256 score);

    /// @notice Only `core` may record trades.
    error NotCore(address caller, address core);
    /// @notice The token does not exist: its wallet has no settled trade.
    error TokenNotFound(uint256 tokenId);
    /// @notice The token is bound to its wallet: no transfer, no approval.
    error Soulbound();
    /// @notice The zero address has no tokens.
    error ZeroAddress();

    /// @notice Records a settled trade for both parties: counts it, and raises both scores unless the pair has had its
    /// `MAX_PAIR_COUNT` counted trades.
    /// @dev Emits `ScoreUpdated` for both where it counts, `Transfer` and `Locked` where a wallet's token is minted,
    /// `MetadataUpdate` where a score of an existing token changes. Requires BarterCore as caller, which guarantees
    /// `partyA != partyB`.
    /// @param tradeId The trade.
    /// @param partyA The proposer.
    /// @param partyB The counterparty.
    /// @param amountSats Amount in satoshis.
    /// @return counted Whether it counted for score, and so counts for credit.
    function raiseScores(bytes32 tradeId, address partyA, address partyB, uint256 amountSats)
        external
        returns (bool counted);

    /// @notice A wallet's score; 0 with no history.
    /// @param wallet The wallet.
    function getScore(address wallet) external view returns (uint256 score);

    /// @notice A wallet's profile; zeros with no history.
    /// @param wallet The wallet.
    /// @return score The score.
    /// @return uniqueCounterparties Wallets it has settled at least one trade with.
    /// @return memberSince Unix time of its first settled trade.
    /// @return tradeCount Settled trades, counted for score or not.
    /// @return lastTradeAt Unix time of its latest settled trade.
    function getTrustProfile(address wallet)
        external
        view
        returns (
            uint256 score,
            uint256 uniqueCounterparties,
            uint256 memberSince,
            uint256 tradeCount,
            uint256 lastTradeAt
        );

    /// @notice How many settled trades of this pair counted, at most `MAX_PAIR_COUNT`; the same both ways round.
    /// @param walletA One wallet.
    /// @param walletB The other.
    function pairCount(address walletA, address walletB) external view returns (uint256 count);

    /// @notice BarterCore, the only contract that can record trades.
    function CORE() external view returns (address);
}
