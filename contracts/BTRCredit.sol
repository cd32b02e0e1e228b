// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {ECDSA} from "solady/utils/ECDSA.sol";
import {EIP712} from "solady/utils/EIP712.sol";

import {IBTRCredit} from "./interfaces/IBTRCredit.sol";
import {Formulas} from "./libraries/Formulas.sol";

/// @title BTRCredit
/// @notice See {IBTRCredit}.
/// @dev Written out rather than inherited from a library because balance and lifetime earnings share a slot: two slots
/// less to write at each settlement, 10,000 gas. 2^128 base units are more than 2^54 trades of the largest reward.
contract BTRCredit is IBTRCredit, EIP712 {
    /// @dev One slot: lifetime earnings in the upper 128 bits, balance in the lower.
    struct Holding {
        uint256 packed;
    }

    bytes32 private constant PERMIT_TYPEHASH =
        keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");

    /// @inheritdoc IERC20Metadata
    string public constant name = "BTR-Credit";
    /// @inheritdoc IERC20Metadata
    string public constant symbol = "BTR-C";
    /// @inheritdoc IERC20Metadata
    uint8 public constant decimals = 18;

    /// @inheritdoc IBTRCredit
    address public immutable CORE = msg.sender;

    /// @inheritdoc IERC20
    uint256 public totalSupply;
    /// @inheritdoc IERC20
    mapping(address owner => mapping(address spender => uint256)) public allowance;
    /// @inheritdoc IERC20Permit
    mapping(address owner => uint256) public nonces;
    mapping(address wallet => Holding) private _holdings;

    // ------------------------------------------------------------------------------------------------ credit

    /// @inheritdoc IBTRCredit
    function grantReward(address partyA, address partyB, uint256 amountSats) external returns (uint256 reward) {
        if (msg.sender != CORE) revert NotCore(msg.sender, CORE);
        reward = Formulas.credit(amountSats);
        unchecked {
            totalSupply += 2 * reward;
        }
        _earn(partyA, reward);
        _earn(partyB, reward);
    }

    /// @inheritdoc IBTRCredit
    function burn(uint256 amount) external {
        _take(msg.sender, amount);
        totalSupply -= amount;
        emit Transfer(msg.sender, address(0), amount);
    }

    /// @inheritdoc IBTRCredit
    function totalEarned(address wallet) external view returns (uint256) {
        return _holdings[wallet].packed >> 128;
    }

    // ------------------------------------------------------------------------------------------------ ERC-20

    /// @inheritdoc IERC20
    function balanceOf(address wallet) external view returns (uint256) {
        return uint128(_holdings[wallet].packed);
    }

    /// @inheritdoc IERC20
    function transfer(address to, uint256 value) external returns (bool) {
        _transfer(msg.sender, to, value);
        return true;
    }

    /// @inheritdoc IERC20
    /// @dev An allowance of 2^256 - 1 is not used up. Emits `Approval` where one is, so that logs say what is left of it.
    function transferFrom(address from, address to, uint256 value) external returns (bool) {
        uint256 allowed = allowance[from][msg.sender];
        if (allowed != type(uint256).max) {
            if (allowed < value) revert ERC20InsufficientAllowance(msg.sender, allowed, value);
            _approve(from, msg.sender, allowed - value);
        }
        _transfer(from, to, value);
        // uncovered: IR merges this with the same line of `transfer`; transferFrom.t.sol asserts the answer.
        return true;
    }

    /// @inheritdoc IERC20
    function approve(address spender, uint256 value) external returns (bool) {
        _approve(msg.sender, spender, value);
        return true;
    }

    // ------------------------------------------------------------------------------------------------ EIP-2612

    /// @inheritdoc IERC20Permit
    function permit(address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s)
        external
    {
        if (block.timestamp > deadline) revert PermitExpired(deadline);
        uint256 nonce = nonces[owner]++;
        bytes32 structHash = keccak256(abi.encode(PERMIT_TYPEHASH, owner, spender, value, nonce, deadline));
        address signer = ECDSA.tryRecover(_hashTypedData(structHash), v, r, s);
        if (signer == address(0) || signer != owner) revert InvalidPermit(owner);
        emit PermitUsed(owner, nonce);
        _approve(owner, spender, value);
    }

    /// @inheritdoc IERC20Permit
    function DOMAIN_SEPARATOR() external view returns (bytes32) {
        return _domainSeparator();
    }

    // ------------------------------------------------------------------------------------------------ effects

    function _earn(address wallet, uint256 reward) private {
        // Adds to both halves at once. Neither can pass 128 bits: that takes 2^54 of the largest reward.
        unchecked {
            Holding storage holding = _holdings[wallet];
            holding.packed = holding.packed + ((reward << 128) | reward);
        }
        emit Transfer(address(0), wallet, reward);
    }

    function _take(address from, uint256 value) private {
        uint256 balance = uint128(_holdings[from].packed);
        if (balance < value) revert ERC20InsufficientBalance(from, balance, value);
        unchecked {
            _holdings[from].packed -= value;
        }
    }

    function _transfer(address from, address to, uint256 value) private {
        // Zero from nobody would look like a mint in the log.
        if (from == address(0)) revert ERC20InvalidSender(from);
        if (to == address(0)) revert ERC20InvalidReceiver(to);
        _take(from, value);
        // Cannot pass 128 bits: a balance is at most the total supply, which is at most all that was ever earned.
        unchecked {
            _holdings[to].packed += value;
        }
        emit Transfer(from, to, value);
    }

    function _approve(address owner, address spender, uint256 value) private {
        if (spender == address(0)) revert ERC20InvalidSpender(spender);
        allowance[owner][spender] = value;
        emit Approval(owner, spender, value);
    }

    function _domainNameAndVersion() internal pure override returns (string memory, string memory) {
        return (name, "1");
    }
}
