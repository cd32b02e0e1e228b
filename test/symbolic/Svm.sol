// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice The cheatcodes of Halmos that these proofs use.
interface ISvm {
    /// @notice Any bytes of a length.
    function createBytes(uint256 length, string calldata name) external returns (bytes memory);
    /// @notice Lets every slot of an account hold anything.
    function enableSymbolicStorage(address account) external;
}

ISvm constant svm = ISvm(address(uint160(uint256(keccak256("svm cheat code")))));
