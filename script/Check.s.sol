// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {IERC721Metadata} from "@openzeppelin/contracts/token/ERC721/extensions/IERC721Metadata.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {IERC5267} from "@openzeppelin/contracts/interfaces/IERC5267.sol";
import {console} from "forge-std/console.sol";

import {IBarterCore} from "../contracts/interfaces/IBarterCore.sol";
import {IBTRCredit} from "../contracts/interfaces/IBTRCredit.sol";
import {IBTRTrust} from "../contracts/interfaces/IBTRTrust.sol";
import {IERC5192} from "../contracts/interfaces/IERC5192.sol";
import {IERC6454} from "../contracts/interfaces/IERC6454.sol";
import {MAX_AMOUNT_SATS, MAX_BATCH, MAX_PAGE, MIN_AMOUNT_SATS} from "../contracts/libraries/Limits.sol";
import {Deployment} from "./Deployment.sol";

/// @notice Reads a recorded deployment back from its chain and fails at the first thing that is not as it should be.
/// Sends nothing.
contract Check is Deployment {
    function run() external {
        _checkChain();
        Addresses memory deployed = _recorded();
        _checkWiring(deployed);
        _checkTokens(deployed);
        _checkDomains(deployed);
        _checkLimits(deployed);
        // Last, because it rebuilds the contracts in this script's copy of the state.
        _checkCode(deployed);
        console.log("Checked: the chain holds what deployments/ says, byte for byte.");
    }

    function _recorded() private view returns (Addresses memory deployed) {
        string memory file = _file();
        require(vm.exists(file), string.concat(file, " does not exist; deploy first"));
        string memory json = vm.readFile(file);
        deployed.core = vm.parseJsonAddress(json, ".BarterCore");
        deployed.trust = vm.parseJsonAddress(json, ".BTRTrust");
        deployed.credit = vm.parseJsonAddress(json, ".BTRCredit");

        Addresses memory expected = _addresses();
        _same("BarterCore's address", deployed.core, expected.core);
        _same("BTRTrust's address", deployed.trust, expected.trust);
        _same("BTRCredit's address", deployed.credit, expected.credit);
        uint256 includedAt = vm.parseJsonUint(json, ".block");
        require(
            includedAt != 0 && includedAt <= block.number,
            string.concat("block ", vm.toString(includedAt), " is not a block of this chain")
        );
    }

    function _checkWiring(Addresses memory deployed) private view {
        require(
            deployed.core.code.length != 0, string.concat("BarterCore ", vm.toString(deployed.core), " has no code")
        );
        _same("BarterCore.TRUST()", address(IBarterCore(deployed.core).TRUST()), deployed.trust);
        _same("BarterCore.CREDIT()", address(IBarterCore(deployed.core).CREDIT()), deployed.credit);
        _same("BarterCore.ARBITER()", IBarterCore(deployed.core).ARBITER(), _arbiter());
        _same("BTRTrust.CORE()", IBTRTrust(deployed.trust).CORE(), deployed.core);
        _same("BTRCredit.CORE()", IBTRCredit(deployed.credit).CORE(), deployed.core);
    }

    function _checkTokens(Addresses memory deployed) private view {
        IBTRTrust trust = IBTRTrust(deployed.trust);
        _same("BTRTrust.name()", trust.name(), "BTR-Trust");
        _same("BTRTrust.symbol()", trust.symbol(), "BTR-T");
        IBTRCredit credit = IBTRCredit(deployed.credit);
        _same("BTRCredit.name()", credit.name(), "BTR-Credit");
        _same("BTRCredit.symbol()", credit.symbol(), "BTR-C");
        _same("BTRCredit.decimals()", credit.decimals(), 18);

        _checkInterface(trust, type(IERC165).interfaceId, true);
        _checkInterface(trust, type(IERC721).interfaceId, true);
        _checkInterface(trust, type(IERC721Metadata).interfaceId, true);
        _checkInterface(trust, 0x49064906, true); // ERC-4906, which has no function to make an id of.
        _checkInterface(trust, type(IERC5192).interfaceId, true);
        _checkInterface(trust, type(IERC6454).interfaceId, true);
        _checkInterface(trust, 0x0489b56f, false); // ERC-5484, whose metadata may not change.
        _checkInterface(trust, 0xffffffff, false);
    }

    function _checkInterface(IBTRTrust trust, bytes4 id, bool expected) private view {
        bool claimed = trust.supportsInterface(id);
        string memory call = string.concat("BTRTrust.supportsInterface(", vm.toString(abi.encodePacked(id)), ")");
        _same(call, claimed ? "true" : "false", expected ? "true" : "false");
    }

    function _checkDomains(Addresses memory deployed) private view {
        _checkDomain("BarterCore", deployed.core, "Barter");
        _checkDomain("BTRCredit", deployed.credit, "BTR-Credit");
    }

    function _checkDomain(string memory contractName, address account, string memory expectedName) private view {
        (, string memory name, string memory version, uint256 chainId, address verifier,,) =
            IERC5267(account).eip712Domain();
        _same(string.concat(contractName, "'s EIP-712 name"), name, expectedName);
        _same(string.concat(contractName, "'s EIP-712 version"), version, "1");
        _same(string.concat(contractName, "'s EIP-712 chain id"), chainId, block.chainid);
        _same(string.concat(contractName, "'s EIP-712 contract"), verifier, account);
    }

    /// @dev The limits are not stored anywhere: the refusals quote them.
    function _checkLimits(Addresses memory deployed) private {
        IBarterCore core = IBarterCore(deployed.core);
        IBarterCore.Terms memory terms = IBarterCore.Terms(address(1), address(2), 0, 0, "", "");
        _checkRefusal(
            deployed.core,
            abi.encodeCall(core.tradeIdOf, (address(1), terms)),
            abi.encodeWithSelector(IBarterCore.AmountOutOfRange.selector, 0, MIN_AMOUNT_SATS, MAX_AMOUNT_SATS)
        );
        _checkRefusal(
            deployed.core,
            abi.encodeCall(core.settleTrades, (new IBarterCore.Settlement[](0))),
            abi.encodeWithSelector(IBarterCore.BatchSize.selector, 0, MAX_BATCH)
        );
        _checkRefusal(
            deployed.core,
            abi.encodeCall(core.getTradesPaged, (address(1), 0, 0)),
            abi.encodeWithSelector(IBarterCore.PageSize.selector, 0, MAX_PAGE)
        );
    }

    function _checkRefusal(address account, bytes memory call, bytes memory expected) private {
        (bool success, bytes memory answer) = account.call(call);
        require(!success, string.concat("BarterCore did not refuse ", vm.toString(call)));
        _same("BarterCore's refusal", vm.toString(answer), vm.toString(expected));
    }

    /// @dev The code on the chain has immutables in it that the artifact has not. So the three are built again from the
    /// artifact, on the same addresses and chain id, and the results compared whole.
    function _checkCode(Addresses memory deployed) private {
        bytes32[3] memory onChain = [deployed.core.codehash, deployed.trust.codehash, deployed.credit.codehash];
        _erase(deployed.core);
        _erase(deployed.trust);
        _erase(deployed.credit);
        (bool success,) = CREATE2_FACTORY.call(abi.encodePacked(_salt(), _initCode()));
        require(success, "the committed artifact cannot be built again on this chain's state");
        _same("BarterCore's code hash", vm.toString(onChain[0]), vm.toString(deployed.core.codehash));
        _same("BTRTrust's code hash", vm.toString(onChain[1]), vm.toString(deployed.trust.codehash));
        _same("BTRCredit's code hash", vm.toString(onChain[2]), vm.toString(deployed.credit.codehash));
    }

    function _erase(address account) private {
        vm.etch(account, "");
        vm.resetNonce(account);
    }

    function _same(string memory what, address actual, address expected) private pure {
        _same(what, vm.toString(actual), vm.toString(expected));
    }

    function _same(string memory what, uint256 actual, uint256 expected) private pure {
        _same(what, vm.toString(actual), vm.toString(expected));
    }

    function _same(string memory what, string memory actual, string memory expected) private pure {
        require(
            keccak256(bytes(actual)) == keccak256(bytes(expected)),
            string.concat(what, " is ", actual, ", expected ", expected)
        );
    }
}
