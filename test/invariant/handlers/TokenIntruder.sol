// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

import {IBTRCredit} from "../../../contracts/interfaces/IBTRCredit.sol";
import {IBTRTrust} from "../../../contracts/interfaces/IBTRTrust.sol";
import {World} from "../World.sol";
import {Intruder} from "./Intruder.sol";

/// @notice Moves of both tokens that must be refused.
contract TokenIntruder is Intruder {
    constructor(World world_) Intruder(world_) {}

    // ------------------------------------------------------------------------------------------------ trust

    /// @dev By its own wallet, and by others.
    function moveTrust(uint256 seed) external step {
        _settled(seed);
        address from = actors.pick(seed);
        address to = actors.pick(seed >> 8);
        uint256 tokenId = uint256(uint160(from));
        uint256 kind = (seed >> 16) % 5;
        bytes memory data;
        if (kind == 0) data = abi.encodeCall(IERC721.transferFrom, (from, to, tokenId));
        else if (kind == 1) data = abi.encodeWithSelector(0x42842e0e, from, to, tokenId);
        else if (kind == 2) data = abi.encodeWithSelector(0xb88d4fde, from, to, tokenId, "");
        else if (kind == 3) data = abi.encodeCall(IERC721.approve, (to, tokenId));
        else data = abi.encodeCall(IERC721.setApprovalForAll, (to, true));
        _refused(
            "move a trust token",
            seed & (1 << 24) == 0 ? from : _outsider(seed >> 25, from, address(0)),
            address(trust),
            data,
            abi.encodeWithSelector(IBTRTrust.Soulbound.selector)
        );
    }

    function raiseScores(uint256 seed) external step {
        address caller = _outsider(seed, address(0), address(0));
        (address partyA, address partyB) = actors.pickPair(seed);
        _refused(
            "raise scores",
            caller,
            address(trust),
            abi.encodeCall(IBTRTrust.raiseScores, (keccak256(abi.encode(seed)), partyA, partyB, 1_000_000)),
            abi.encodeWithSelector(IBTRTrust.NotCore.selector, caller, core)
        );
    }

    // ------------------------------------------------------------------------------------------------ credit

    function grantReward(uint256 seed) external step {
        address caller = _outsider(seed, address(0), address(0));
        (address partyA, address partyB) = actors.pickPair(seed);
        _refused(
            "grant a reward",
            caller,
            address(credit),
            abi.encodeCall(IBTRCredit.grantReward, (partyA, partyB, 1_000_000)),
            abi.encodeWithSelector(IBTRCredit.NotCore.selector, caller, core)
        );
    }

    function transferTooMuch(uint256 seed) external step {
        address from = actors.pick(seed);
        uint256 balance = credits.balanceOf(from);
        uint256 amount = _bound(seed, balance + 1, type(uint256).max);
        _refused(
            "transfer too much",
            from,
            address(credit),
            abi.encodeCall(IERC20.transfer, (actors.pick(seed >> 8), amount)),
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientBalance.selector, from, balance, amount)
        );
    }

    function transferToNobody(uint256 seed) external step {
        _refused(
            "transfer to nobody",
            actors.pick(seed),
            address(credit),
            abi.encodeCall(IERC20.transfer, (address(0), 0)),
            abi.encodeWithSelector(IERC20Errors.ERC20InvalidReceiver.selector, address(0))
        );
    }

    /// @dev The zero address owns nothing, so nothing of it needs no allowance.
    function transferFromNobody(uint256 seed) external step {
        _refused(
            "transfer from nobody",
            actors.pick(seed),
            address(credit),
            abi.encodeCall(IERC20.transferFrom, (address(0), actors.pick(seed >> 8), 0)),
            abi.encodeWithSelector(IERC20Errors.ERC20InvalidSender.selector, address(0))
        );
    }

    function transferFromTooMuch(uint256 seed) external step {
        address from = actors.pick(seed);
        address spender = _outsider(seed >> 8, address(0), address(0));
        uint256 allowed = credits.allowance(from, spender);
        if (allowed == type(uint256).max) spender = address(trust);
        allowed = credits.allowance(from, spender);
        uint256 amount = _bound(seed, allowed + 1, type(uint256).max);
        _refused(
            "transfer beyond the allowance",
            spender,
            address(credit),
            abi.encodeCall(IERC20.transferFrom, (from, spender, amount)),
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, spender, allowed, amount)
        );
    }

    function burnTooMuch(uint256 seed) external step {
        address owner = actors.pick(seed);
        uint256 balance = credits.balanceOf(owner);
        uint256 amount = _bound(seed, balance + 1, type(uint256).max);
        _refused(
            "burn too much",
            owner,
            address(credit),
            abi.encodeCall(IBTRCredit.burn, (amount)),
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientBalance.selector, owner, balance, amount)
        );
    }

    /// @dev Signed by somebody else, or over another nonce, or too late.
    function permitForged(uint256 seed) external step {
        address owner = actors.pickKeyed(seed);
        uint256 kind = (seed >> 16) % 3;
        uint256 deadline = kind == 2 ? block.timestamp - 1 : _deadline(seed);
        uint256 nonce = kind == 1 ? credits.nonces(owner) + 1 : credits.nonces(owner);
        _refused(
            "permit by a forged signature",
            actors.pick(seed >> 8),
            address(credit),
            _permitCall(owner, kind == 0 ? actors.pickOutsider(seed, owner, address(0)) : owner, nonce, deadline),
            kind == 2
                ? abi.encodeWithSelector(IBTRCredit.PermitExpired.selector, deadline)
                : abi.encodeWithSelector(IBTRCredit.InvalidPermit.selector, owner)
        );
    }

    function _permitCall(address owner, address signer, uint256 nonce, uint256 deadline)
        private
        view
        returns (bytes memory)
    {
        address spender = actors.STRANGER();
        bytes memory signature = actors.sign(signer, _permitDigest(owner, spender, 1 ether, nonce, deadline));
        (bytes32 r, bytes32 s) = abi.decode(signature, (bytes32, bytes32));
        uint8 v = uint8(signature[64]);
        return abi.encodeCall(IERC20Permit.permit, (owner, spender, 1 ether, deadline, v, r, s));
    }
}
