// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "solady/tokens/ERC20.sol";

/// @title TestDollar
/// @notice Money of no worth, with six decimals as USDT has, for test networks: anybody can make some.
contract TestDollar is ERC20 {
    /// @notice Most that one call makes, in base units: a hundred thousand.
    uint256 public constant MAX_MINT = 100_000e6;

    /// @notice More than `maximum` at once.
    error TooMuch(uint256 amount, uint256 maximum);

    /// @notice Makes some for the caller.
    /// @param amount In base units, at most `MAX_MINT`.
    function mint(uint256 amount) external {
        if (amount > MAX_MINT) revert TooMuch(amount, MAX_MINT);
        _mint(msg.sender, amount);
    }

    /// @inheritdoc ERC20
    function name() public pure override returns (string memory) {
        return "Test Dollar";
    }

    /// @inheritdoc ERC20
    function symbol() public pure override returns (string memory) {
        return "TUSD";
    }

    /// @inheritdoc ERC20
    function decimals() public pure override returns (uint8) {
        return 6;
    }
}
