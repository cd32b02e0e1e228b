// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";

import {IAuditorQuorum} from "../../contracts/interfaces/IAuditorQuorum.sol";
import {IBarterBond} from "../../contracts/interfaces/IBarterBond.sol";
import {BondTest} from "../utils/BondTest.sol";
import {FixedAnswerWallet, GasBurningWallet, LongAnswerWallet, OwnedWallet} from "../utils/Wallets.sol";

/// @notice Consumers and auditors that are contracts (ERC-1271), and EOAs that have code (EIP-7702); and what a hostile one
/// can do: nothing but refuse.
/// forge-config: default.evm_version = "prague"
contract ERC1271BondTest is BondTest {
    function setUp() public override {
        super.setUp();
        _stake(BOND);
    }

    // ------------------------------------------------------------------------------------------------ consumers

    /// @dev It complains, is paid, and has it sent on.
    function test_AConsumerThatIsAContract() public {
        OwnedWallet wallet = new OwnedWallet(consumer);
        consumer = address(wallet);
        _end(_file(1), 50_000);
        wallet.execute(address(bond), abi.encodeCall(bond.claim, (stranger)));
        assertEq(token.balanceOf(stranger), PLENTY + BOND / 20);
    }

    function test_RevertWhen_ItsOwnerDidNotSign() public {
        consumer = address(new OwnedWallet(consumer));
        IBarterBond.Complaint memory complaint = _complaint(1);
        _assertRefused(complaint.consumer, _sign(strangerKey, bond.complaintDigest(complaint)));
    }

    /// @dev Every answer that is not the magic value and nothing but it in its first word; a revert with it; no answer;
    /// and addresses that answer every call without being wallets.
    function test_RevertWhen_TheAnswerIsNotTheMagicValue() public {
        bytes4 magic = IERC1271.isValidSignature.selector;
        bytes[6] memory answers = [
            bytes(""),
            abi.encodePacked(magic),
            abi.encode(bytes4(0xffffffff)),
            abi.encode(true),
            abi.encode(uint32(magic)),
            abi.encodePacked(magic, bytes27(0), bytes1(0x01))
        ];
        for (uint256 i = 0; i < answers.length; ++i) {
            _assertRefused(address(new FixedAnswerWallet(answers[i], true)), abi.encode(magic));
        }
        _assertRefused(address(new FixedAnswerWallet(abi.encode(magic), false)), hex"00");
        _assertRefused(address(bond), hex"00");
        _assertRefused(address(quorum), hex"00");
        _assertRefused(address(token), hex"00");
        for (uint160 precompile = 1; precompile <= 0x11; ++precompile) {
            _assertRefused(address(precompile), "");
            _assertRefused(address(precompile), abi.encode(magic));
            _assertRefused(address(precompile), new bytes(65));
        }
    }

    function test_ALongAnswerIsNotCopied() public {
        consumer = address(new LongAnswerWallet(1_000_000));
        IBarterBond.Complaint memory complaint = _complaint(1);
        vm.prank(filer);
        bond.file{gas: 5_000_000}(complaint, hex"00", BOND);
    }

    // ------------------------------------------------------------------------------------------------ auditors

    /// @dev Contracts and EOAs side by side, as their addresses have it.
    function test_AuditorsThatAreContracts() public {
        bytes32 digest = keccak256("digest");
        IAuditorQuorum.AuditorSignature[] memory signatures = _withWallet(address(new OwnedWallet(stranger)));
        for (uint256 i = 0; i < signatures.length; ++i) {
            uint256 key = _keyOf(signatures[i].auditor);
            signatures[i].signature = _sign(key, digest);
        }
        quorum.requireRuling(digest, signatures);
        quorum.requireOverturn(digest, signatures);
    }

    /// @dev One that burns all gas or refuses holds up only the set that it is in.
    function test_AHostileAuditorIsLeftOut() public {
        bytes32 digest = keccak256("digest");
        address[2] memory hostile =
            [address(new GasBurningWallet()), address(new FixedAnswerWallet(abi.encode(bytes4(0)), true))];
        for (uint256 k = 0; k < 2; ++k) {
            IAuditorQuorum.AuditorSignature[] memory signatures = _withWallet(hostile[k]);
            IAuditorQuorum.AuditorSignature[] memory others =
                new IAuditorQuorum.AuditorSignature[](signatures.length - 1);
            uint256 count = 0;
            for (uint256 i = 0; i < signatures.length; ++i) {
                if (signatures[i].auditor == hostile[k]) continue;
                signatures[i].signature = _sign(_keyOf(signatures[i].auditor), digest);
                others[count] = signatures[i];
                ++count;
            }
            (bool success, bytes memory refusal) =
                address(quorum).call{gas: 3_000_000}(abi.encodeCall(quorum.requireRuling, (digest, signatures)));
            assertFalse(success);
            assertEq(
                refusal, abi.encodeWithSelector(IAuditorQuorum.InvalidAuditorSignature.selector, hostile[k], digest)
            );
            quorum.requireOverturn(digest, others);
        }
    }

    // ------------------------------------------------------------------------------------------------ EIP-7702

    /// @dev EOAs that delegated to a contract sign with their keys as before, whatever that contract would say.
    function test_DelegatedEoasSignWithTheirKeys() public {
        address implementation = address(new FixedAnswerWallet("no", false));
        vm.signAndAttachDelegation(implementation, consumerKey);
        token.approve(stranger, 0);
        assertEq(consumer.code, abi.encodePacked(hex"ef0100", implementation));
        vm.signAndAttachDelegation(implementation, auditorKeys[1]);
        token.approve(stranger, 0);
        assertEq(auditors[1].code, abi.encodePacked(hex"ef0100", implementation));
        _end(_file(1), 50_000);
        assertEq(bond.claimable(consumer), BOND / 20);
    }

    /// @dev And the contract they delegated to speaks for them too.
    function test_DelegatedEoasSignByTheirCode() public {
        vm.signAndAttachDelegation(address(new OwnedWallet(stranger)), consumerKey);
        token.approve(stranger, 0);
        consumerKey = strangerKey;
        _end(_file(1), 50_000);
        assertEq(bond.claimable(consumer), BOND / 20);
    }

    // ------------------------------------------------------------------------------------------------ helpers

    /// @dev A quorum of four EOAs and a wallet, and places for all their signatures.
    function _withWallet(address wallet) private returns (IAuditorQuorum.AuditorSignature[] memory places) {
        address[] memory list = new address[](AUDITORS);
        list[0] = wallet;
        for (uint256 i = 1; i < AUDITORS; ++i) {
            list[i] = auditors[i];
            if (list[i] < list[i - 1]) (list[i], list[i - 1]) = (list[i - 1], list[i]);
        }
        quorum = _newQuorum(list, THRESHOLD, OVERTURN_THRESHOLD, OVERTURN_WINDOW);
        places = new IAuditorQuorum.AuditorSignature[](AUDITORS);
        for (uint256 i = 0; i < AUDITORS; ++i) {
            places[i].auditor = list[i];
        }
    }

    /// @dev The wallet's is its owner's.
    function _keyOf(address auditor) private view returns (uint256) {
        for (uint256 i = 0; i < AUDITORS; ++i) {
            if (auditors[i] == auditor) return auditorKeys[i];
        }
        return strangerKey;
    }

    function _assertRefused(address signer, bytes memory signature) private {
        IBarterBond.Complaint memory complaint = _complaint(1);
        complaint.consumer = signer;
        bytes32 digest = bond.complaintDigest(complaint);
        // Some precompiles burn all the gas there is.
        bytes memory call = abi.encodeCall(bond.file, (complaint, signature, BOND));
        vm.prank(filer);
        (bool filed, bytes memory refusal) = address(bond).call{gas: 3_000_000}(call);
        assertFalse(filed);
        assertEq(refusal, abi.encodeWithSelector(IBarterBond.InvalidComplaintSignature.selector, signer, digest));
    }
}
