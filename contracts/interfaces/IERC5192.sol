// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title IERC5192
/// @notice Minimal soulbound NFTs (ERC-5192), interface id 0xb45a3c0e.
interface IERC5192 {
    /// @notice The token was locked. Not indexed, as the standard has it.
    event Locked(uint256 tokenId);
    /// @notice The token was unlocked. Never emitted here.
    event Unlocked(uint256 tokenId);

    /// @notice Whether the token is locked; reverts for a token that does not exist.
    function locked(uint256 tokenId) external view returns (bool);
}
