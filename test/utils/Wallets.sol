// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";

/// @notice A wallet that is a contract: it calls what its test tells it to, and takes its owner's signatures for its own
/// (ERC-1271).
contract OwnedWallet is IERC1271 {
    address private immutable OWNER;

    constructor(address owner) {
        OWNER = owner;
    }

    function execute(address target, bytes calldata data) external returns (bytes memory) {
        (bool success, bytes memory result) = target.call(data);
        if (!success) {
            assembly ("memory-safe") {
                revert(add(result, 0x20), mload(result))
            }
        }
        return result;
    }

    function isValidSignature(bytes32 digest, bytes calldata signature) external view virtual returns (bytes4) {
        if (signature.length != 65) return 0xffffffff;
        address signer = ecrecover(digest, uint8(signature[64]), bytes32(signature[:32]), bytes32(signature[32:64]));
        return signer == OWNER ? IERC1271.isValidSignature.selector : bytes4(0xffffffff);
    }
}

/// @notice Answers every call, whatever it is, in one fixed way.
contract FixedAnswerWallet {
    bytes private answer;
    bool private immutable SUCCEEDS;

    constructor(bytes memory answer_, bool succeeds) {
        answer = answer_;
        SUCCEEDS = succeeds;
    }

    fallback() external payable {
        bytes memory data = answer;
        if (SUCCEEDS) {
            assembly ("memory-safe") {
                return(add(data, 0x20), mload(data))
            }
        }
        assembly ("memory-safe") {
            revert(add(data, 0x20), mload(data))
        }
    }
}

/// @notice Says yes, and then returns a great many bytes more.
contract LongAnswerWallet {
    uint256 private immutable BYTES;

    constructor(uint256 bytes_) {
        BYTES = bytes_;
    }

    fallback() external {
        bytes4 magic = IERC1271.isValidSignature.selector;
        uint256 length = BYTES;
        assembly ("memory-safe") {
            let answer := mload(0x40)
            mstore(answer, magic)
            return(answer, length)
        }
    }
}

/// @notice Burns all the gas it is given.
contract GasBurningWallet {
    fallback() external {
        assembly ("memory-safe") {
            invalid()
        }
    }
}
