// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title IERC6454
/// @notice Minimal transferable-NFT detection (ERC-6454), interface id 0x91a6262f.
interface IERC6454 {
    /// @notice Whether the token may move from one address to another. Always false here.
    function isTransferable(uint256 tokenId, address from, address to) external view returns (bool);
}
