// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";

import {CreditTest} from "../utils/CreditTest.sol";

/// @notice EIP-2612 as a wallet sees it: what it is shown as typed data is what the token takes. Refusals are in
/// test/unit/BTRCredit/permit.t.sol, the comparison with OpenZeppelin's in ERC20.t.sol.
contract ERC2612Test is CreditTest {
    function test_TheCallsAreThoseOfTheStandard() public pure {
        assertEq(IERC20Permit.permit.selector, bytes4(0xd505accf));
        assertEq(IERC20Permit.nonces.selector, bytes4(0x7ecebe00));
        assertEq(IERC20Permit.DOMAIN_SEPARATOR.selector, bytes4(0x3644e515));
    }

    /// @dev The digest by forge's own implementation of eth_signTypedData_v4, and somebody else pays the gas.
    function testFuzz_TakesWhatAWalletSigns(uint256 value, uint64 chainId) public {
        vm.chainId(bound(chainId, 1, type(uint64).max));
        uint256 deadline = vm.getBlockTimestamp();
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(aliceKey, vm.eip712HashTypedData(_json(value, deadline)));
        vm.prank(carol);
        credit.permit(alice, bob, value, deadline, v, r, s);
        assertEq(credit.allowance(alice, bob), value);
        vm.prank(bob);
        assertEq(credit.transferFrom(alice, carol, value > 50e18 ? 50e18 : value), true);
    }

    function _json(uint256 value, uint256 deadline) private view returns (string memory) {
        string memory head = string.concat(
            '{"types":{"EIP712Domain":[{"name":"name","type":"string"},{"name":"version","type":"string"},{"name":"chainId","type":"uint256"},{"name":"verifyingContract","type":"address"}],"Permit":[{"name":"owner","type":"address"},{"name":"spender","type":"address"},{"name":"value","type":"uint256"},{"name":"nonce","type":"uint256"},{"name":"deadline","type":"uint256"}]},"primaryType":"Permit","domain":{"name":"BTR-Credit","version":"1","chainId":"',
            vm.toString(block.chainid),
            '","verifyingContract":"',
            vm.toString(address(credit)),
            '"},"message":{"owner":"'
        );
        return string.concat(
            head,
            vm.toString(alice),
            '","spender":"',
            vm.toString(bob),
            '","value":"',
            vm.toString(value),
            '","nonce":"0","deadline":"',
            vm.toString(deadline),
            '"}}'
        );
    }
}
