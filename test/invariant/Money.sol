// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice A token of the kinds there are: one that keeps a part of each transfer, or none; one that answers true, or
/// nothing, as USDT does. Anybody can make some.
contract Money {
    uint256 private constant PPM = 1_000_000;

    /// @notice What it keeps of a transfer, in parts per million.
    uint256 public immutable FEE_PPM;
    bool private immutable SILENT;

    mapping(address owner => uint256) public balanceOf;
    mapping(address owner => mapping(address spender => uint256)) public allowance;

    constructor(uint256 feePpm, bool silent) {
        FEE_PPM = feePpm;
        SILENT = silent;
    }

    function mint(address to, uint256 amount) external {
        balanceOf[to] += amount;
    }

    function approve(address spender, uint256 amount) external {
        allowance[msg.sender][spender] = amount;
        _answer();
    }

    function transfer(address to, uint256 amount) external {
        _move(msg.sender, to, amount);
        _answer();
    }

    function transferFrom(address from, address to, uint256 amount) external {
        allowance[from][msg.sender] -= amount;
        _move(from, to, amount);
        _answer();
    }

    /// @notice What arrives of a transfer.
    function arriving(uint256 amount) public view returns (uint256) {
        return amount - amount * FEE_PPM / PPM;
    }

    /// @notice A transfer of which at least `wanted` arrives.
    function sending(uint256 wanted) external view returns (uint256) {
        return FEE_PPM == 0 ? wanted : wanted * PPM / (PPM - FEE_PPM) + 1;
    }

    function _move(address from, address to, uint256 amount) private {
        balanceOf[from] -= amount;
        balanceOf[to] += arriving(amount);
    }

    function _answer() private view {
        if (SILENT) return;
        assembly ("memory-safe") {
            mstore(0, 1)
            return(0, 0x20)
        }
    }
}
