// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";

/// @title IBTRCredit
/// @notice Reward credit: an ERC-20 of 18 decimals with EIP-2612 permit, minted by settled trades and burned by holders.
interface IBTRCredit is IERC20Metadata, IERC20Permit, IERC20Errors {
    /// @notice A permit was used. Tells it from an `approve`, so that the log alone says which nonce is next.
    /// @param owner Who signed it.
    /// @param nonce The nonce it had; the next one's is one more.
    event PermitUsed(address indexed owner, uint256 nonce);

    /// @notice Only `core` may mint.
    error NotCore(address caller, address core);
    /// @notice The permit counted until `deadline`, inclusive.
    error PermitExpired(uint256 deadline);
    /// @notice The permit is not `owner`'s.
    error InvalidPermit(address owner);

    /// @notice Mints the reward of one counted trade to both of its parties.
    /// @dev Emits two `Transfer`s from the zero address. Requires BarterCore as caller, which guarantees
    /// `partyA != partyB` and neither zero.
    /// @param partyA One party.
    /// @param partyB The other.
    /// @param amountSats The trade's amount in satoshis, of which the reward is a function.
    /// @return reward What each of the two got, in 1e-18 tokens.
    function grantReward(address partyA, address partyB, uint256 amountSats) external returns (uint256 reward);

    /// @notice Burns the caller's own credit. `totalEarned` stays.
    /// @dev Emits `Transfer` to the zero address. Requires the balance.
    /// @param amount In 1e-18 tokens.
    function burn(uint256 amount) external;

    /// @notice Credit a wallet ever earned by trading, in 1e-18 tokens. Never falls, and does not move with transfers.
    /// @param wallet The wallet.
    function totalEarned(address wallet) external view returns (uint256 amount);

    /// @notice BarterCore, the only contract that can mint.
    function CORE() external view returns (address);
}
