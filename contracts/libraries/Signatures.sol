// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ECDSA} from "solady/utils/ECDSA.sol";
import {SignatureCheckerLib} from "solady/utils/SignatureCheckerLib.sol";

/// @title Signatures
/// @notice Who signed what, for EOAs and for wallets that are contracts.
library Signatures {
    /// @notice Whether a signature of `digest` is `signer`'s. An EOA's key counts even where the EOA has code (EIP-7702);
    /// otherwise the wallet decides (ERC-1271). Nothing is the zero address's.
    /// @dev The rule of BarterCore. A wallet is asked by a static call, and can only refuse.
    function isBy(address signer, bytes32 digest, bytes calldata signature) internal view returns (bool) {
        // An unreadable signature recovers to the zero address.
        if (signer == address(0)) return false;
        return ECDSA.tryRecoverCalldata(digest, signature) == signer
            || SignatureCheckerLib.isValidERC1271SignatureNowCalldata(signer, digest, signature);
    }
}
