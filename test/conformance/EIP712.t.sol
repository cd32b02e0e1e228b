// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BarterCore} from "../../contracts/BarterCore.sol";
import {IBarterCore} from "../../contracts/interfaces/IBarterCore.sol";
import {BarterTest} from "../utils/BarterTest.sol";
import {DomainTest} from "../utils/DomainTest.sol";

/// @notice The digests users sign, against EIP-712 written out a second time, and the domain as ERC-5267 tells it.
contract EIP712Test is BarterTest, DomainTest {
    bytes32 private constant DOMAIN_TYPEHASH =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");

    function testFuzz_OpenTradeDigest(
        address proposer,
        IBarterCore.Terms calldata terms,
        uint256 deadline,
        uint64 chainId
    ) public {
        vm.chainId(bound(chainId, 1, type(uint64).max));
        bytes32 typeHash = keccak256(
            "OpenTrade(address proposer,address payer,address payee,bytes32 paymentHash,uint256 amountSats,string category,string description,uint256 deadline)"
        );
        bytes memory encoded = bytes.concat(
            typeHash,
            bytes32(uint256(uint160(proposer))),
            bytes32(uint256(uint160(terms.payer))),
            bytes32(uint256(uint160(terms.payee))),
            terms.paymentHash,
            bytes32(terms.amountSats),
            keccak256(bytes(terms.category)),
            keccak256(bytes(terms.description)),
            bytes32(deadline)
        );
        bytes32 expected = _typedData("Barter", address(core), keccak256(encoded));
        assertEq(core.openTradeDigest(proposer, terms, deadline), expected);
    }

    function testFuzz_SettleTradeDigest(bytes32 tradeId, bytes32 preimage, uint256 deadline, uint64 chainId) public {
        vm.chainId(bound(chainId, 1, type(uint64).max));
        bytes32 typeHash = keccak256("SettleTrade(bytes32 tradeId,bytes32 preimage,uint256 deadline)");
        bytes32 structHash = keccak256(bytes.concat(typeHash, tradeId, preimage, bytes32(deadline)));
        bytes32 expected = _typedData("Barter", address(core), structHash);
        assertEq(core.settleTradeDigest(tradeId, preimage, deadline), expected);
    }

    /// @dev What a wallet computes from the JSON it is shown: forge's own implementation of eth_signTypedData_v4.
    function test_WalletsComputeTheSameOpenTradeDigest() public view {
        IBarterCore.Terms memory terms = _terms(alice, bob, keccak256("hash"), 50_000);
        terms.description = unicode"Café \"☕\"";
        string memory json = string.concat(
            '{"types":{"EIP712Domain":[{"name":"name","type":"string"},{"name":"version","type":"string"},{"name":"chainId","type":"uint256"},{"name":"verifyingContract","type":"address"}],"OpenTrade":[{"name":"proposer","type":"address"},{"name":"payer","type":"address"},{"name":"payee","type":"address"},{"name":"paymentHash","type":"bytes32"},{"name":"amountSats","type":"uint256"},{"name":"category","type":"string"},{"name":"description","type":"string"},{"name":"deadline","type":"uint256"}]},"primaryType":"OpenTrade",',
            _jsonDomain(),
            ',"message":{"proposer":"',
            vm.toString(alice),
            '","payer":"',
            vm.toString(alice),
            '","payee":"',
            vm.toString(bob)
        );
        json = string.concat(
            json,
            '","paymentHash":"',
            vm.toString(terms.paymentHash),
            '","amountSats":"50000","category":"digital-goods","description":"',
            unicode"Café \\\"☕\\\"",
            '","deadline":"1763600099"}}'
        );
        assertEq(core.openTradeDigest(alice, terms, START + 99), vm.eip712HashTypedData(json));
    }

    function test_WalletsComputeTheSameSettleTradeDigest() public view {
        string memory json = string.concat(
            '{"types":{"EIP712Domain":[{"name":"name","type":"string"},{"name":"version","type":"string"},{"name":"chainId","type":"uint256"},{"name":"verifyingContract","type":"address"}],"SettleTrade":[{"name":"tradeId","type":"bytes32"},{"name":"preimage","type":"bytes32"},{"name":"deadline","type":"uint256"}]},"primaryType":"SettleTrade",',
            _jsonDomain(),
            ',"message":{"tradeId":"',
            vm.toString(keccak256("trade")),
            '","preimage":"',
            vm.toString(keccak256("preimage")),
            '","deadline":"1763600099"}}'
        );
        assertEq(
            core.settleTradeDigest(keccak256("trade"), keccak256("preimage"), START + 99), vm.eip712HashTypedData(json)
        );
    }

    function testFuzz_CoreTellsItsDomain(uint64 chainId) public {
        vm.chainId(bound(chainId, 1, type(uint64).max));
        _assertDomain(address(core), "Barter");
    }

    function testFuzz_CreditTellsItsDomain(uint64 chainId) public {
        vm.chainId(bound(chainId, 1, type(uint64).max));
        _assertDomain(address(credit), "BTR-Credit");
    }

    function testFuzz_CreditsSeparatorIsThatOfItsDomain(uint64 chainId) public {
        vm.chainId(bound(chainId, 1, type(uint64).max));
        assertEq(credit.DOMAIN_SEPARATOR(), _separator("BTR-Credit", address(credit)));
    }

    /// @dev A deployment at another address has another domain, from its first call on.
    function testFuzz_TheDomainIsTheContracts(bytes32 salt) public {
        address there = address(new Deployer().deploy(salt, arbiter));
        _assertDomain(there, "Barter");
        bytes32 structHash = keccak256(
            bytes.concat(keccak256("SettleTrade(bytes32 tradeId,bytes32 preimage,uint256 deadline)"), salt, salt, salt)
        );
        assertEq(
            IBarterCore(there).settleTradeDigest(salt, salt, uint256(salt)), _typedData("Barter", there, structHash)
        );
    }

    function _jsonDomain() private view returns (string memory) {
        return string.concat(
            '"domain":{"name":"Barter","version":"1","chainId":"',
            vm.toString(block.chainid),
            '","verifyingContract":"',
            vm.toString(address(core)),
            '"}'
        );
    }

    function _typedData(string memory name, address verifier, bytes32 structHash) private view returns (bytes32) {
        return keccak256(bytes.concat(hex"1901", _separator(name, verifier), structHash));
    }

    function _separator(string memory name, address verifier) private view returns (bytes32) {
        return keccak256(abi.encode(DOMAIN_TYPEHASH, keccak256(bytes(name)), keccak256("1"), block.chainid, verifier));
    }
}

/// @dev Another deployer, and so another address.
contract Deployer {
    function deploy(bytes32 salt, address arbiter) external returns (BarterCore) {
        return new BarterCore{salt: salt}(arbiter);
    }
}
