// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBarterBond} from "../../contracts/interfaces/IBarterBond.sol";
import {BondTest} from "../utils/BondTest.sol";
import {DomainTest} from "../utils/DomainTest.sol";

/// @notice The digests consumers and auditors sign, against EIP-712 written out a second time, and the domains as ERC-5267
/// tells them.
contract EIP712BondTest is BondTest, DomainTest {
    bytes32 private constant DOMAIN_TYPEHASH =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    string private constant DOMAIN_TYPE =
        '{"types":{"EIP712Domain":[{"name":"name","type":"string"},{"name":"version","type":"string"},{"name":"chainId","type":"uint256"},{"name":"verifyingContract","type":"address"}],';

    function testFuzz_ComplaintDigest(IBarterBond.Complaint calldata complaint, uint64 chainId) public {
        vm.chainId(bound(chainId, 1, type(uint64).max));
        bytes32 structHash = keccak256(
            bytes.concat(
                keccak256(
                    "Complaint(address provider,address consumer,bytes32 outcome,bytes32 evidence,uint256 deadline)"
                ),
                bytes32(uint256(uint160(complaint.provider))),
                bytes32(uint256(uint160(complaint.consumer))),
                complaint.outcome,
                complaint.evidence,
                bytes32(complaint.deadline)
            )
        );
        assertEq(bond.complaintDigest(complaint), _typedData("Barter Bond", address(bond), structHash));
    }

    function testFuzz_RulingDigest(bytes32 disputeId, uint256 slashPpm, uint256 deadline, uint64 chainId) public {
        vm.chainId(bound(chainId, 1, type(uint64).max));
        bytes memory rest = bytes.concat(disputeId, bytes32(slashPpm), bytes32(deadline));
        bytes32 ruling = keccak256("Ruling(bytes32 disputeId,uint256 slashPpm,uint256 deadline)");
        bytes32 overturn = keccak256("Overturn(bytes32 disputeId,uint256 slashPpm,uint256 deadline)");
        assertEq(
            bond.rulingDigest(disputeId, slashPpm, deadline),
            _typedData("Barter Bond", address(bond), keccak256(bytes.concat(ruling, rest)))
        );
        assertEq(
            bond.overturnDigest(disputeId, slashPpm, deadline),
            _typedData("Barter Bond", address(bond), keccak256(bytes.concat(overturn, rest)))
        );
    }

    function testFuzz_TradeRulingDigest(
        address core,
        bytes32 tradeId,
        address atFault,
        uint256 deadline,
        uint64 chainId
    ) public {
        vm.chainId(bound(chainId, 1, type(uint64).max));
        bytes memory rest = bytes.concat(
            bytes32(uint256(uint160(core))), tradeId, bytes32(uint256(uint160(atFault))), bytes32(deadline)
        );
        bytes32 ruling = keccak256("TradeRuling(address core,bytes32 tradeId,address atFault,uint256 deadline)");
        bytes32 overturn = keccak256("TradeOverturn(address core,bytes32 tradeId,address atFault,uint256 deadline)");
        assertEq(
            quorum.tradeRulingDigest(core, tradeId, atFault, deadline),
            _typedData("Barter Auditors", address(quorum), keccak256(bytes.concat(ruling, rest)))
        );
        assertEq(
            quorum.tradeOverturnDigest(core, tradeId, atFault, deadline),
            _typedData("Barter Auditors", address(quorum), keccak256(bytes.concat(overturn, rest)))
        );
    }

    // ------------------------------------------------------------------------------------------------ wallets

    /// @dev What a wallet computes from the JSON it is shown: forge's own implementation of eth_signTypedData_v4.
    function test_WalletsComputeTheSameComplaintDigest() public view {
        IBarterBond.Complaint memory complaint = _complaint(1);
        string memory json = string.concat(
            DOMAIN_TYPE,
            '"Complaint":[{"name":"provider","type":"address"},{"name":"consumer","type":"address"},{"name":"outcome","type":"bytes32"},{"name":"evidence","type":"bytes32"},{"name":"deadline","type":"uint256"}]},"primaryType":"Complaint",',
            _jsonDomain("Barter Bond", address(bond)),
            ',"message":{"provider":"',
            vm.toString(complaint.provider),
            '","consumer":"',
            vm.toString(complaint.consumer)
        );
        json = string.concat(
            json,
            '","outcome":"',
            vm.toString(complaint.outcome),
            '","evidence":"',
            vm.toString(complaint.evidence),
            '","deadline":"',
            vm.toString(complaint.deadline),
            '"}}'
        );
        assertEq(bond.complaintDigest(complaint), vm.eip712HashTypedData(json));
    }

    function test_WalletsComputeTheSameRulingDigests() public view {
        bytes32 disputeId = keccak256("dispute");
        string[2] memory types = ["Ruling", "Overturn"];
        bytes32[2] memory digests =
            [bond.rulingDigest(disputeId, 50_000, START), bond.overturnDigest(disputeId, 50_000, START)];
        for (uint256 i = 0; i < 2; ++i) {
            string memory json = string.concat(
                DOMAIN_TYPE,
                '"',
                types[i],
                '":[{"name":"disputeId","type":"bytes32"},{"name":"slashPpm","type":"uint256"},{"name":"deadline","type":"uint256"}]},"primaryType":"',
                types[i],
                '",',
                _jsonDomain("Barter Bond", address(bond)),
                ',"message":{"disputeId":"',
                vm.toString(disputeId)
            );
            json = string.concat(json, '","slashPpm":"50000","deadline":"1763600000"}}');
            assertEq(digests[i], vm.eip712HashTypedData(json));
        }
    }

    function test_WalletsComputeTheSameTradeRulingDigests() public view {
        bytes32 tradeId = keccak256("trade");
        string[2] memory types = ["TradeRuling", "TradeOverturn"];
        bytes32[2] memory digests = [
            quorum.tradeRulingDigest(stranger, tradeId, provider, START),
            quorum.tradeOverturnDigest(stranger, tradeId, provider, START)
        ];
        for (uint256 i = 0; i < 2; ++i) {
            string memory json = string.concat(
                DOMAIN_TYPE,
                '"',
                types[i],
                '":[{"name":"core","type":"address"},{"name":"tradeId","type":"bytes32"},{"name":"atFault","type":"address"},{"name":"deadline","type":"uint256"}]},"primaryType":"',
                types[i],
                '",',
                _jsonDomain("Barter Auditors", address(quorum))
            );
            json = string.concat(
                json,
                ',"message":{"core":"',
                vm.toString(stranger),
                '","tradeId":"',
                vm.toString(tradeId),
                '","atFault":"',
                vm.toString(provider),
                '","deadline":"1763600000"}}'
            );
            assertEq(digests[i], vm.eip712HashTypedData(json));
        }
    }

    // ------------------------------------------------------------------------------------------------ domains

    function testFuzz_TheContractsTellTheirDomains(uint64 chainId) public {
        vm.chainId(bound(chainId, 1, type(uint64).max));
        _assertDomain(address(bond), "Barter Bond");
        _assertDomain(address(quorum), "Barter Auditors");
    }

    function _jsonDomain(string memory name, address verifier) private view returns (string memory) {
        return string.concat(
            '"domain":{"name":"',
            name,
            '","version":"1","chainId":"',
            vm.toString(block.chainid),
            '","verifyingContract":"',
            vm.toString(verifier),
            '"}'
        );
    }

    function _typedData(string memory name, address verifier, bytes32 structHash) private view returns (bytes32) {
        bytes32 separator =
            keccak256(abi.encode(DOMAIN_TYPEHASH, keccak256(bytes(name)), keccak256("1"), block.chainid, verifier));
        return keccak256(bytes.concat(hex"1901", separator, structHash));
    }
}
