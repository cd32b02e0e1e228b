// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Vm} from "forge-std/Vm.sol";

import {IBarterBond} from "../../../contracts/interfaces/IBarterBond.sol";

/// @notice Disputes as they were when the log said they ended, and how often it said so.
contract EndStore {
    IBarterBond private immutable bond;

    mapping(bytes32 disputeId => bytes32) public firstSeen;
    /// @notice How often a dispute ended, by the log.
    mapping(bytes32 disputeId => uint256) public ends;
    /// @notice How many disputes against a provider were upheld, and what they took, by the log.
    mapping(address provider => uint256) public upheld;
    mapping(address provider => uint256) public slashed;

    constructor(IBarterBond bond_) {
        bond = bond_;
    }

    function observe(Vm.Log[] calldata logs) external {
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] != IBarterBond.DisputeEnded.selector) continue;
            address provider = address(uint160(uint256(logs[i].topics[2])));
            (IBarterBond.DisputeStatus status, uint256 amount) =
                abi.decode(logs[i].data, (IBarterBond.DisputeStatus, uint256));
            bytes32 disputeId = logs[i].topics[1];
            if (++ends[disputeId] == 1) firstSeen[disputeId] = keccak256(abi.encode(bond.getDispute(disputeId)));
            slashed[provider] += amount;
            if (status == IBarterBond.DisputeStatus.Upheld) ++upheld[provider];
        }
    }
}
