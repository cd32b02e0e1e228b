// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {CommonBase} from "forge-std/Base.sol";

import {ContractWallet} from "./ContractWallet.sol";

/// @notice The wallets that trade: few, so that pairs reach their cap; the last is a contract.
contract Actors is CommonBase {
    uint256 public constant COUNT = 5;

    address[COUNT] public wallets;
    /// @notice A wallet that never trades.
    address public immutable STRANGER;

    mapping(address wallet => uint256) private _keys;

    constructor() {
        for (uint256 i = 0; i < COUNT; ++i) {
            uint256 key = uint256(keccak256(abi.encode("actor", i)));
            address wallet = vm.addr(key);
            if (i == COUNT - 1) wallet = address(new ContractWallet(wallet));
            wallets[i] = wallet;
            _keys[wallet] = key;
            vm.label(wallet, string.concat("actor ", vm.toString(i)));
        }
        STRANGER = vm.addr(uint256(keccak256("stranger")));
        _keys[STRANGER] = uint256(keccak256("stranger"));
        vm.label(STRANGER, "stranger");
    }

    /// @notice Any wallet.
    function pick(uint256 seed) public view returns (address) {
        return wallets[seed % COUNT];
    }

    /// @notice Any wallet with a key of its own, which is what a permit needs.
    function pickKeyed(uint256 seed) external view returns (address) {
        return wallets[seed % (COUNT - 1)];
    }

    /// @notice Two wallets; half the time the same two, so that they reach their cap.
    function pickPair(uint256 seed) external view returns (address, address) {
        uint256 first = seed % COUNT;
        uint256 second = (first + 1 + (seed >> 8) % (COUNT - 1)) % COUNT;
        if ((seed >> 16) & 1 == 0) (first, second) = (seed & 1, 1 - (seed & 1));
        return (wallets[first], wallets[second]);
    }

    /// @notice Any wallet, the stranger included, that is not one of two.
    function pickOutsider(uint256 seed, address notThis, address norThis) external view returns (address outsider) {
        uint256 index = seed % (COUNT + 1);
        while (true) {
            outsider = index == COUNT ? STRANGER : wallets[index];
            if (outsider != notThis && outsider != norThis) return outsider;
            index = (index + 1) % (COUNT + 1);
        }
    }

    /// @notice A wallet's signature.
    function sign(address wallet, bytes32 digest) external view returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(_keys[wallet], digest);
        return abi.encodePacked(r, s, v);
    }
}
