// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {World} from "../World.sol";
import {Handler} from "./Handler.sol";

/// @notice What holders do with credit.
contract CreditHandler is Handler {
    constructor(World world_) Handler(world_) {}

    function transfer(uint256 seed, uint256 amount) external step {
        address from = _holder(seed);
        address to = _receiver(seed >> 8);
        amount = _bound(amount, 0, credits.balanceOf(from));
        vm.prank(from);
        credit.transfer(to, amount);
        credits.move(from, to, amount);
    }

    /// @dev Under an allowance given just before, limited or not, and not always used up.
    function transferFrom(uint256 seed, uint256 amount) external step {
        address from = _holder(seed);
        address to = _receiver(seed >> 8);
        address spender = actors.pick(seed >> 16);
        amount = _bound(amount, 0, credits.balanceOf(from));
        if (credits.allowance(from, spender) < amount) {
            _approve(from, spender, seed & 1 == 0 ? type(uint256).max : amount + (seed >> 128));
        }
        vm.prank(spender);
        credit.transferFrom(from, to, amount);
        credits.spend(from, spender, amount);
        credits.move(from, to, amount);
    }

    function approve(uint256 seed, uint256 amount) external step {
        _approve(actors.pick(seed), actors.pick(seed >> 8), amount);
    }

    function permit(uint256 seed, uint256 amount) external step {
        address owner = actors.pickKeyed(seed);
        address spender = actors.pick(seed >> 8);
        uint256 deadline = _deadline(seed);
        bytes memory signature =
            actors.sign(owner, _permitDigest(owner, spender, amount, credits.nonces(owner), deadline));
        (bytes32 r, bytes32 s) = abi.decode(signature, (bytes32, bytes32));
        vm.prank(actors.pick(seed >> 16));
        credit.permit(owner, spender, amount, deadline, uint8(signature[64]), r, s);
        credits.permit(owner);
        credits.approve(owner, spender, amount);
    }

    function burn(uint256 seed, uint256 amount) external step {
        address owner = _holder(seed);
        amount = _bound(amount, 0, credits.balanceOf(owner) / 2);
        vm.prank(owner);
        credit.burn(amount);
        credits.burn(owner, amount);
    }

    function _approve(address owner, address spender, uint256 amount) private {
        vm.prank(owner);
        credit.approve(spender, amount);
        credits.approve(owner, spender, amount);
    }

    /// @dev Somebody with a balance, and if nobody has one, a party of a trade settled for the purpose.
    function _holder(uint256 seed) private returns (address holder) {
        for (uint256 i = 0; i < actors.COUNT(); ++i) {
            holder = actors.pick(seed % actors.COUNT() + i);
            if (credits.balanceOf(holder) != 0) return holder;
        }
        uint256 index = _accepted(seed);
        _settle(index);
        return trades.entryAt(index).partyA;
    }

    /// @dev Anybody, the stranger, the sender itself and the contracts included.
    function _receiver(uint256 seed) private view returns (address) {
        address[] memory list = world.holders();
        return list[seed % list.length];
    }
}
