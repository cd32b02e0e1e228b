// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC5267} from "@openzeppelin/contracts/interfaces/IERC5267.sol";
import {Test} from "forge-std/Test.sol";

/// @notice The EIP-712 domain of a contract, as ERC-5267 tells it.
abstract contract DomainTest is Test {
    /// @dev That the contract tells its name, version 1, the chain it is on and its own address, and nothing else.
    function _assertDomain(address verifier, string memory name) internal view {
        (
            bytes1 fields,
            string memory actualName,
            string memory version,
            uint256 chainId,
            address verifyingContract,
            bytes32 salt,
            uint256[] memory extensions
        ) = IERC5267(verifier).eip712Domain();
        assertEq(fields, hex"0f", "name, version, chain id and contract; no salt");
        assertEq(actualName, name);
        assertEq(version, "1");
        assertEq(chainId, block.chainid);
        assertEq(verifyingContract, verifier);
        assertEq(salt, 0);
        assertEq(extensions.length, 0);
    }
}
