// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Measured} from "./Measured.sol";

interface ISchemaRegistry {
    function register(string calldata schema, address resolver, bool revocable) external returns (bytes32);
}

interface IEAS {
    struct AttestationRequestData {
        address recipient;
        uint64 expirationTime;
        bool revocable;
        bytes32 refUID;
        bytes data;
        uint256 value;
    }

    struct AttestationRequest {
        bytes32 schema;
        AttestationRequestData data;
    }

    function attest(AttestationRequest calldata request) external payable returns (bytes32);
}

interface IERC20Swap {
    function lock(bytes32 preimageHash, uint256 amount, address token, address claimAddress, uint256 timelock) external;
    function claim(bytes32 preimage, uint256 amount, address token, address refundAddress, uint256 timelock) external;
}

interface IToken {
    function approve(address spender, uint256 amount) external returns (bool);
    function transfer(address to, uint256 amount) external returns (bool);
}

/// @notice The same measure on what a user would otherwise use, as published on npm: an attestation about a trade (EAS), a
/// hash-locked swap (Boltz). Their own compiled code, not ours.
contract PeersGasTest is Measured {
    string private constant GROUP = "Peers";
    string private constant EAS =
        "tools/peers/node_modules/@ethereum-attestation-service/eas-contracts/artifacts/contracts";
    string private constant BOLTZ = "tools/peers/node_modules/boltz-core/out";

    function test_EasAttest() public {
        address registry = _deploy(string.concat(EAS, "/SchemaRegistry.sol/SchemaRegistry.json"), ".bytecode", "");
        address eas = _deploy(string.concat(EAS, "/EAS.sol/EAS.json"), ".bytecode", abi.encode(registry));
        bytes32 schema = ISchemaRegistry(registry).register("bytes32 tradeId,uint256 amountSats", address(0), true);
        IEAS.AttestationRequestData memory data = IEAS.AttestationRequestData({
            recipient: bob,
            expirationTime: 0,
            revocable: true,
            refUID: 0,
            data: abi.encode(keccak256("trade"), uint256(50_000)),
            value: 0
        });
        assertEq(data.data.length, 64);
        // The second of one attester's: the first also pays for slots of its own.
        vm.prank(alice);
        IEAS(eas).attest(IEAS.AttestationRequest(schema, data));
        data.data = abi.encode(keccak256("another trade"), uint256(50_000));
        vm.prank(alice);
        IEAS(eas).attest(IEAS.AttestationRequest(schema, data));
        _record(GROUP, "EAS attest, 64 bytes");
    }

    function test_BoltzErc20Swap() public {
        address swap = _deploy(string.concat(BOLTZ, "/ERC20Swap.sol/ERC20Swap.json"), ".bytecode.object", "");
        address token = _deploy(
            string.concat(BOLTZ, "/TestERC20.sol/TestERC20.json"),
            ".bytecode.object",
            abi.encode("Token", "TKN", uint8(18), uint256(1000e18))
        );
        assertTrue(IToken(token).transfer(alice, 100e18));
        assertTrue(IToken(token).transfer(bob, 1e18));
        vm.prank(alice);
        IToken(token).approve(swap, type(uint256).max);
        (bytes32 preimage, bytes32 paymentHash) = _newPreimage();
        (bytes32 other, bytes32 otherHash) = _newPreimage();
        assertTrue(other != preimage);
        // The contract holds tokens of another swap, as one in use does.
        vm.prank(alice);
        IERC20Swap(swap).lock(otherHash, 1e18, token, carol, block.number + 100);

        vm.prank(alice);
        IERC20Swap(swap).lock(paymentHash, 5e18, token, bob, block.number + 100);
        _record(GROUP, "Boltz ERC20Swap lock");
        vm.prank(bob);
        IERC20Swap(swap).claim(preimage, 5e18, token, alice, block.number + 100);
        _record(GROUP, "Boltz ERC20Swap claim");
    }

    function _deploy(string memory path, string memory key, bytes memory arguments) private returns (address deployed) {
        bytes memory initCode = bytes.concat(vm.parseJsonBytes(vm.readFile(path), key), arguments);
        assembly ("memory-safe") {
            deployed := create(0, add(initCode, 0x20), mload(initCode))
        }
        assertTrue(deployed.code.length != 0, path);
    }
}
