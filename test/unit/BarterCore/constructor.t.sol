// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BarterCore} from "../../../contracts/BarterCore.sol";
import {BarterTest} from "../../utils/BarterTest.sol";

contract ConstructorTest is BarterTest {
    function test_FixesTheArbiter() public view {
        assertEq(core.ARBITER(), arbiter);
    }

    function testFuzz_FixesAnyArbiter(address anyone) public {
        assertEq(new BarterCore(anyone).ARBITER(), anyone);
    }

    function test_ArbiterMayBeNobody() public {
        assertEq(new BarterCore(address(0)).ARBITER(), address(0));
    }

    function test_CreatesTheTokensAtItsFirstTwoNonces() public view {
        assertEq(address(trust), vm.computeCreateAddress(address(core), 1));
        assertEq(address(credit), vm.computeCreateAddress(address(core), 2));
    }

    function test_TheTokensKnowTheirCore() public view {
        assertEq(trust.CORE(), address(core));
        assertEq(credit.CORE(), address(core));
    }

    /// @dev The same code and salt from the same deployer give the same three addresses, on every chain.
    function testFuzz_AddressesDependOnSaltAndCodeAlone(bytes32 salt, uint64 chainId) public {
        bytes memory initCode = abi.encodePacked(type(BarterCore).creationCode, abi.encode(arbiter));
        address expected = vm.computeCreate2Address(salt, keccak256(initCode), address(this));
        vm.chainId(bound(chainId, 1, type(uint64).max));
        BarterCore there = new BarterCore{salt: salt}(arbiter);
        assertEq(address(there), expected);
        assertEq(address(there.TRUST()), vm.computeCreateAddress(expected, 1));
        assertEq(address(there.CREDIT()), vm.computeCreateAddress(expected, 2));
    }

    function test_RevertWhen_EtherIsSent() public {
        bytes memory initCode = abi.encodePacked(type(BarterCore).creationCode, abi.encode(arbiter));
        address created;
        vm.deal(address(this), 1);
        assembly ("memory-safe") {
            created := create(1, add(initCode, 0x20), mload(initCode))
        }
        assertEq(created, address(0));
    }
}
