// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title IERC6454
/// @notice Minimal transferable-NFT detection (ERC-6454), interface id 0x91a6262f.
interface IERC6454 {
    /// @notice Whether the token may move from one address to another: never. From the zero address it asks about minting:
    /// true for the token of `to` that does not exist yet. Else it reverts for a token that does not exist.
    /// @param tokenId The token.
    /// @param from Whose it is; zero asks about minting.
    /// @param to Whose it would be; zero asks about burning, both zero about moving in general.
    function isTransferable(uint256 tokenId, address from, address to) external view returns (bool);
}
