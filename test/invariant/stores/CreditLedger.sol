// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice What the credit should be: who holds how much, and what was ever earned and burned.
contract CreditLedger {
    mapping(address wallet => uint256) public balanceOf;
    mapping(address wallet => uint256) public earnedBy;
    mapping(address owner => mapping(address spender => uint256)) public allowance;
    mapping(address owner => uint256) public nonces;
    uint256 public earned;
    uint256 public burned;

    function earn(address wallet, uint256 amount) external {
        balanceOf[wallet] += amount;
        earnedBy[wallet] += amount;
        earned += amount;
    }

    function burn(address wallet, uint256 amount) external {
        balanceOf[wallet] -= amount;
        burned += amount;
    }

    function move(address from, address to, uint256 amount) external {
        balanceOf[from] -= amount;
        balanceOf[to] += amount;
    }

    function approve(address owner, address spender, uint256 amount) external {
        allowance[owner][spender] = amount;
    }

    function spend(address owner, address spender, uint256 amount) external {
        if (allowance[owner][spender] != type(uint256).max) allowance[owner][spender] -= amount;
    }

    function permit(address owner) external {
        ++nonces[owner];
    }
}
