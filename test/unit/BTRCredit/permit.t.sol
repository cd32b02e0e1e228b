// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {Vm} from "forge-std/Vm.sol";

import {BTRCredit} from "../../../contracts/BTRCredit.sol";
import {IBTRCredit} from "../../../contracts/interfaces/IBTRCredit.sol";
import {CreditTest} from "../../utils/CreditTest.sol";

contract PermitTest is CreditTest {
    uint256 private constant DEADLINE = 1_763_600_000 + 1 hours;

    struct Signed {
        uint8 v;
        bytes32 r;
        bytes32 s;
    }

    function testFuzz_Approves(uint256 key, address spender, uint256 value, uint256 deadline, address caller) public {
        key = boundPrivateKey(key);
        spender = address(uint160(bound(uint160(spender), 1, type(uint160).max)));
        deadline = bound(deadline, vm.getBlockTimestamp(), type(uint256).max);
        address owner = vm.addr(key);
        Signed memory signed = _sign(key, owner, spender, value, 0, deadline);
        vm.prank(caller);
        credit.permit(owner, spender, value, deadline, signed.v, signed.r, signed.s);
        assertEq(credit.allowance(owner, spender), value);
        assertEq(credit.nonces(owner), 1);
    }

    function test_EmitsPermitUsedAndApproval() public {
        Signed memory signed = _sign(aliceKey, alice, carol, 5e18, 0, DEADLINE);
        vm.recordLogs();
        emit IBTRCredit.PermitUsed(alice, 0);
        emit IERC20.Approval(alice, carol, 5e18);
        Vm.Log[] memory expected = vm.getRecordedLogs();
        credit.permit(alice, carol, 5e18, DEADLINE, signed.v, signed.r, signed.s);
        _assertLogs(expected);
    }

    function test_NoncesRunUp() public {
        for (uint256 nonce = 0; nonce < 3; ++nonce) {
            Signed memory signed = _sign(aliceKey, alice, carol, nonce + 1, nonce, DEADLINE);
            credit.permit(alice, carol, nonce + 1, DEADLINE, signed.v, signed.r, signed.s);
            assertEq(credit.allowance(alice, carol), nonce + 1);
            assertEq(credit.nonces(alice), nonce + 1);
        }
        assertEq(credit.nonces(bob), 0);
    }

    function test_CountsInTheLastSecond() public {
        Signed memory signed = _sign(aliceKey, alice, carol, 1, 0, DEADLINE);
        vm.warp(DEADLINE);
        credit.permit(alice, carol, 1, DEADLINE, signed.v, signed.r, signed.s);
    }

    function test_RevertGiven_OneSecondTooLate() public {
        Signed memory signed = _sign(aliceKey, alice, carol, 1, 0, DEADLINE);
        vm.warp(DEADLINE + 1);
        vm.expectRevert(abi.encodeWithSelector(IBTRCredit.PermitExpired.selector, DEADLINE));
        credit.permit(alice, carol, 1, DEADLINE, signed.v, signed.r, signed.s);
    }

    function test_RevertGiven_ItWasUsed() public {
        Signed memory signed = _sign(aliceKey, alice, carol, 1, 0, DEADLINE);
        credit.permit(alice, carol, 1, DEADLINE, signed.v, signed.r, signed.s);
        _expectInvalid(alice);
        credit.permit(alice, carol, 1, DEADLINE, signed.v, signed.r, signed.s);
        // Its mirror image recovers to the same signer, and is used up with it.
        _expectInvalid(alice);
        credit.permit(
            alice, carol, 1, DEADLINE, signed.v == 27 ? 28 : 27, signed.r, bytes32(SECP256K1_ORDER - uint256(signed.s))
        );
        assertEq(credit.nonces(alice), 1, "a refused permit uses no nonce");
    }

    function test_RevertWhen_TheNonceIsNotTheNext() public {
        Signed memory signed = _sign(aliceKey, alice, carol, 1, 1, DEADLINE);
        _expectInvalid(alice);
        credit.permit(alice, carol, 1, DEADLINE, signed.v, signed.r, signed.s);
    }

    function testFuzz_RevertWhen_SignedBySomebodyElse(uint256 key) public {
        key = boundPrivateKey(key);
        if (key == aliceKey) key = aliceKey - 1;
        Signed memory signed = _sign(key, alice, carol, 1, 0, DEADLINE);
        _expectInvalid(alice);
        credit.permit(alice, carol, 1, DEADLINE, signed.v, signed.r, signed.s);
    }

    function testFuzz_RevertWhen_AnySignedValueDiffers(uint256 which, uint256 by) public {
        Signed memory signed = _sign(aliceKey, alice, carol, 1, 0, DEADLINE);
        which = bound(which, 0, 2);
        by = bound(by, 1, type(uint128).max);
        address spender = which == 0 ? address(uint160(carol) ^ uint160(by)) : carol;
        uint256 value = which == 1 ? 1 + by : 1;
        uint256 deadline = which == 2 ? DEADLINE + by : DEADLINE;
        _expectInvalid(alice);
        credit.permit(alice, spender, value, deadline, signed.v, signed.r, signed.s);
    }

    function testFuzz_RevertWhen_TheSignatureIsGarbage(uint8 v, bytes32 r, bytes32 s) public {
        _expectInvalid(alice);
        credit.permit(alice, carol, 1, DEADLINE, v, r, s);
    }

    /// @dev A signature of nobody's recovers to the zero address, which nevertheless approves nothing.
    function testFuzz_RevertWhen_TheOwnerIsZero(uint8 v, bytes32 r, bytes32 s) public {
        _expectInvalid(address(0));
        credit.permit(address(0), carol, 1, DEADLINE, v, r, s);
    }

    function test_RevertWhen_SignedForAnotherChain() public {
        Signed memory signed = _sign(aliceKey, alice, carol, 1, 0, DEADLINE);
        vm.chainId(block.chainid + 1);
        _expectInvalid(alice);
        credit.permit(alice, carol, 1, DEADLINE, signed.v, signed.r, signed.s);
    }

    function test_RevertWhen_SignedForAnotherToken() public {
        Signed memory signed = _sign(aliceKey, alice, carol, 1, 0, DEADLINE);
        credit = new BTRCredit();
        _expectInvalid(alice);
        credit.permit(alice, carol, 1, DEADLINE, signed.v, signed.r, signed.s);
    }

    function test_RevertWhen_TheSpenderIsZero() public {
        Signed memory signed = _sign(aliceKey, alice, address(0), 1, 0, DEADLINE);
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InvalidSpender.selector, address(0)));
        credit.permit(alice, address(0), 1, DEADLINE, signed.v, signed.r, signed.s);
    }

    function _expectInvalid(address owner) private {
        vm.expectRevert(abi.encodeWithSelector(IBTRCredit.InvalidPermit.selector, owner));
    }

    /// @dev EIP-2612 and EIP-712 written out, not asked of the contract.
    function _sign(uint256 key, address owner, address spender, uint256 value, uint256 nonce, uint256 deadline)
        private
        view
        returns (Signed memory signed)
    {
        bytes32 separator = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("BTR-Credit"),
                keccak256("1"),
                block.chainid,
                address(credit)
            )
        );
        bytes32 structHash = keccak256(
            abi.encode(
                0x6e71edae12b1b97f4d1f60370fef10105fa2faae0126114a169c64845d6126c9,
                owner,
                spender,
                value,
                nonce,
                deadline
            )
        );
        (signed.v, signed.r, signed.s) = vm.sign(key, keccak256(abi.encodePacked(hex"1901", separator, structHash)));
    }
}
