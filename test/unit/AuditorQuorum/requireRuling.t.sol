// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAuditorQuorum} from "../../../contracts/interfaces/IAuditorQuorum.sol";
import {BondTest} from "../../utils/BondTest.sol";

/// @dev And `requireOverturn`. Auditors that are contracts are in test/conformance/ERC1271Bond.t.sol.
contract RequireRulingTest is BondTest {
    /// @dev Any auditors, as long as they are enough: each of the 32 sets there are.
    /// forge-config: default.fuzz.runs = 8
    function testFuzz_CountsAuditors(bytes32 digest) public {
        for (uint256 bits = 0; bits < 1 << AUDITORS; ++bits) {
            IAuditorQuorum.AuditorSignature[] memory signatures = _signaturesOf(digest, bits);
            if (signatures.length < THRESHOLD) _expectTooFew(signatures.length, THRESHOLD);
            quorum.requireRuling(digest, signatures);
            if (signatures.length < OVERTURN_THRESHOLD) _expectTooFew(signatures.length, OVERTURN_THRESHOLD);
            quorum.requireOverturn(digest, signatures);
        }
    }

    function testFuzz_TheOrderIsTheirAddresses(bytes32 digest, uint256 seed) public {
        IAuditorQuorum.AuditorSignature[] memory signatures = _signatures(digest, AUDITORS);
        uint256 one = bound(seed, 0, AUDITORS - 2);
        (signatures[one], signatures[one + 1]) = (signatures[one + 1], signatures[one]);
        _expectRefusal(
            digest,
            signatures,
            abi.encodeWithSelector(IAuditorQuorum.SignaturesNotAscending.selector, signatures[one + 1].auditor)
        );
    }

    /// @dev Each auditor counts once, whatever it signs twice.
    function test_RevertWhen_AnAuditorSignsTwice() public {
        bytes32 digest = keccak256("digest");
        IAuditorQuorum.AuditorSignature[] memory signatures = _signatures(digest, AUDITORS);
        for (uint256 i = 1; i < AUDITORS; ++i) {
            signatures[i] = signatures[0];
        }
        _expectRefusal(
            digest, signatures, abi.encodeWithSelector(IAuditorQuorum.SignaturesNotAscending.selector, auditors[0])
        );
        // Nor with the other signature that recovers to it.
        signatures[1].signature = _malleable(signatures[1].signature);
        _expectRefusal(
            digest, signatures, abi.encodeWithSelector(IAuditorQuorum.SignaturesNotAscending.selector, auditors[0])
        );
    }

    function test_RevertWhen_ASignerIsNoAuditor() public {
        bytes32 digest = keccak256("digest");
        // Where its address belongs, so that nothing but its not being an auditor is wrong.
        (address signer, uint256 key) = (stranger, strangerKey);
        uint256 place = 0;
        while (place < AUDITORS && auditors[place] < signer) ++place;
        IAuditorQuorum.AuditorSignature[] memory signatures = new IAuditorQuorum.AuditorSignature[](AUDITORS + 1);
        for (uint256 i = 0; i < AUDITORS; ++i) {
            signatures[i < place ? i : i + 1] =
                IAuditorQuorum.AuditorSignature(auditors[i], _sign(auditorKeys[i], digest));
        }
        signatures[place] = IAuditorQuorum.AuditorSignature(signer, _sign(key, digest));
        _expectRefusal(digest, signatures, abi.encodeWithSelector(IAuditorQuorum.NotAuditor.selector, signer));
    }

    /// @dev A bad one more than is needed refuses all: who brings them can leave it out.
    function testFuzz_RevertWhen_OneSignatureIsBad(uint256 which, bytes calldata garbage) public {
        bytes32 digest = keccak256("digest");
        which = bound(which, 0, AUDITORS - 1);
        bytes[4] memory bad = [
            bytes(garbage),
            new bytes(65),
            _sign(auditorKeys[(which + 1) % AUDITORS], digest),
            _sign(auditorKeys[which], keccak256("another digest"))
        ];
        for (uint256 i = 0; i < bad.length; ++i) {
            IAuditorQuorum.AuditorSignature[] memory signatures = _signatures(digest, AUDITORS);
            signatures[which].signature = bad[i];
            _expectRefusal(
                digest,
                signatures,
                abi.encodeWithSelector(IAuditorQuorum.InvalidAuditorSignature.selector, auditors[which], digest)
            );
        }
    }

    /// @dev The zero address is no auditor, and what cannot be read is nobody's.
    function test_RevertWhen_TheZeroAddressSigns() public {
        IAuditorQuorum.AuditorSignature[] memory signatures = new IAuditorQuorum.AuditorSignature[](OVERTURN_THRESHOLD);
        _expectRefusal(
            keccak256("digest"),
            signatures,
            abi.encodeWithSelector(IAuditorQuorum.SignaturesNotAscending.selector, address(0))
        );
    }

    /// @dev 64 bytes (EIP-2098) as well as 65.
    function test_CompactSignaturesCount() public view {
        bytes32 digest = keccak256("digest");
        IAuditorQuorum.AuditorSignature[] memory signatures = _signatures(digest, AUDITORS);
        for (uint256 i = 0; i < AUDITORS; ++i) {
            (bytes32 r, bytes32 s, uint8 v) = _split(signatures[i].signature);
            signatures[i].signature = abi.encodePacked(r, s | bytes32(uint256(v - 27) << 255));
        }
        quorum.requireOverturn(digest, signatures);
    }

    // ------------------------------------------------------------------------------------------------ helpers

    /// @dev By both questions.
    function _expectRefusal(bytes32 digest, IAuditorQuorum.AuditorSignature[] memory signatures, bytes memory refusal)
        private
    {
        vm.expectRevert(refusal);
        quorum.requireRuling(digest, signatures);
        vm.expectRevert(refusal);
        quorum.requireOverturn(digest, signatures);
    }

    function _expectTooFew(uint256 given, uint256 needed) private {
        vm.expectRevert(abi.encodeWithSelector(IAuditorQuorum.TooFewAuditors.selector, given, needed));
    }

    function _malleable(bytes memory signature) private pure returns (bytes memory) {
        (bytes32 r, bytes32 s, uint8 v) = _split(signature);
        return abi.encodePacked(r, SECP256K1_ORDER - uint256(s), v == 27 ? 28 : 27);
    }

    function _split(bytes memory signature) private pure returns (bytes32 r, bytes32 s, uint8 v) {
        assembly ("memory-safe") {
            r := mload(add(signature, 0x20))
            s := mload(add(signature, 0x40))
            v := byte(0, mload(add(signature, 0x60)))
        }
    }
}
