// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {IERC721Metadata} from "@openzeppelin/contracts/token/ERC721/extensions/IERC721Metadata.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {IERC5267} from "@openzeppelin/contracts/interfaces/IERC5267.sol";
import {console} from "forge-std/console.sol";

import {IAuditorQuorum} from "../contracts/interfaces/IAuditorQuorum.sol";
import {IBarterBond} from "../contracts/interfaces/IBarterBond.sol";
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
        if (deployed.quorum != address(0)) _checkQuorum(IAuditorQuorum(deployed.quorum));
        if (deployed.bond != address(0)) _checkBond(IBarterBond(deployed.bond));
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
        deployed = _addressesIn(json);

        Addresses memory expected = _addresses();
        _same("BarterCore's address", deployed.core, expected.core);
        _same("BTRTrust's address", deployed.trust, expected.trust);
        _same("BTRCredit's address", deployed.credit, expected.credit);
        _same("AuditorQuorum's address", deployed.quorum, expected.quorum);
        _same("BarterBond's address", deployed.bond, expected.bond);
        _same("BondToken's address", deployed.token, expected.token);
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

    function _checkQuorum(IAuditorQuorum quorum) private view {
        (uint256 threshold, uint256 overturnThreshold, uint256 window) = _thresholds();
        _same("AuditorQuorum.THRESHOLD()", quorum.THRESHOLD(), threshold);
        _same("AuditorQuorum.OVERTURN_THRESHOLD()", quorum.OVERTURN_THRESHOLD(), overturnThreshold);
        _same("AuditorQuorum.OVERTURN_WINDOW()", quorum.OVERTURN_WINDOW(), window);
        address[] memory expected = _auditors();
        _same("AuditorQuorum.auditors()", vm.toString(abi.encode(quorum.auditors())), vm.toString(abi.encode(expected)));
        for (uint256 i = 0; i < expected.length; ++i) {
            require(quorum.isAuditor(expected[i]), string.concat(vm.toString(expected[i]), " is no auditor"));
        }
    }

    function _checkBond(IBarterBond bond) private view {
        IBarterBond.Parameters memory expected = _bondParameters();
        _same("BarterBond.TOKEN()", bond.TOKEN(), expected.token);
        _same("BarterBond.QUORUM()", address(bond.QUORUM()), expected.quorum);
        _same("BarterBond.MINIMUM_BOND()", bond.MINIMUM_BOND(), expected.minimumBond);
        _same("BarterBond.MINIMUM_DEPOSIT()", bond.MINIMUM_DEPOSIT(), expected.minimumDeposit);
        _same("BarterBond.DEPOSIT_PPM()", bond.DEPOSIT_PPM(), expected.depositPpm);
        _same("BarterBond.MAX_SLASH_PPM()", bond.MAX_SLASH_PPM(), expected.maxSlashPpm);
        _same("BarterBond.UNBONDING_DELAY()", bond.UNBONDING_DELAY(), expected.unbondingDelay);
        _same("BarterBond.RULING_PERIOD()", bond.RULING_PERIOD(), expected.rulingPeriod);
        _same("BarterBond.OVERTURN_WINDOW()", bond.OVERTURN_WINDOW(), bond.QUORUM().OVERTURN_WINDOW());
        if (!_hasTestDollar()) return;
        _same("TestDollar.symbol()", IERC20Metadata(expected.token).symbol(), "TUSD");
        _same("TestDollar.decimals()", IERC20Metadata(expected.token).decimals(), TEST_DOLLAR_DECIMALS);
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
        if (deployed.quorum != address(0)) _checkDomain("AuditorQuorum", deployed.quorum, "Barter Auditors");
        if (deployed.bond != address(0)) _checkDomain("BarterBond", deployed.bond, "Barter Bond");
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

    /// @dev The code on the chain has immutables in it that the artifacts have not. So all is built again from the
    /// artifacts, on the same addresses and chain id, and the results compared whole.
    function _checkCode(Addresses memory deployed) private {
        bytes32 trust = deployed.trust.codehash;
        bytes32 credit = deployed.credit.codehash;
        _erase(deployed.trust);
        _erase(deployed.credit);
        // Whole before the first is erased: what a constructor is told may be asked of the chain.
        Part[] memory parts = _parts();
        bytes32 salt = _salt();
        for (uint256 i = 0; i < parts.length; ++i) {
            _checkPart(parts[i], salt);
        }
        _same("BTRTrust's code hash", vm.toString(trust), vm.toString(deployed.trust.codehash));
        _same("BTRCredit's code hash", vm.toString(credit), vm.toString(deployed.credit.codehash));
    }

    function _checkPart(Part memory part, bytes32 salt) private {
        bytes32 onChain = part.account.codehash;
        _erase(part.account);
        (bool success,) = CREATE2_FACTORY.call(abi.encodePacked(salt, part.initCode));
        require(success, string.concat("the artifact of ", part.name, " cannot be built again on this chain's state"));
        _same(string.concat(part.name, "'s code hash"), vm.toString(onChain), vm.toString(part.account.codehash));
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
        require(_isSame(actual, expected), string.concat(what, " is ", actual, ", expected ", expected));
    }
}
