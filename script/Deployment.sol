// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";

import {IBarterBond} from "../contracts/interfaces/IBarterBond.sol";
import {Settings} from "./Settings.sol";

/// @notice Where Barter's contracts live, on every chain, for one code, one salt and the same settings.
/// @dev Each goes through the deterministic deployer, so its address depends on salt, creation code and arguments alone;
/// but for BTRTrust and BTRCredit, which BarterCore creates as its first and second contract. The creation code is the
/// committed artifact's, the one the clients are built with, not whatever this compilation gave.
abstract contract Deployment is Settings {
    string private constant ARTIFACTS = "crates/bindings/artifacts/";
    /// @dev TestDollar's, which need not be there yet when amounts are written in it. `Check` holds it against the token.
    uint256 internal constant TEST_DOLLAR_DECIMALS = 6;
    /// @dev More, and a thousand would not fit into what a bond can hold.
    uint256 private constant MAX_DECIMALS = 30;

    /// @dev Zero where there is none.
    struct Addresses {
        address core;
        address trust;
        address credit;
        address quorum;
        address bond;
        address token;
    }

    /// @dev What the deterministic deployer is to make of one contract.
    struct Part {
        string name;
        address account;
        bytes initCode;
        bytes arguments;
    }

    /// @dev In the order in which they can be deployed: each after those it is told of.
    function _parts() internal view returns (Part[] memory parts) {
        parts = new Part[](4);
        uint256 count = 0;
        if (_auditors().length != 0) parts[count++] = _quorum();
        parts[count++] = _core();
        if (_hasTestDollar()) parts[count++] = _testDollar();
        if (_hasBond()) parts[count++] = _bond();
        assembly ("memory-safe") {
            mstore(parts, count)
        }
    }

    function _addresses() internal view returns (Addresses memory deployed) {
        deployed.core = _core().account;
        deployed.trust = vm.computeCreateAddress(deployed.core, 1);
        deployed.credit = vm.computeCreateAddress(deployed.core, 2);
        if (_auditors().length != 0) deployed.quorum = _quorum().account;
        if (!_hasBond()) return deployed;
        deployed.bond = _bond().account;
        deployed.token = _token();
    }

    /// @dev Who rules on trades: the quorum where there is one, else `ARBITER`, else nobody.
    function _arbiter() internal view returns (address arbiter) {
        arbiter = _namedArbiter();
        if (_auditors().length == 0) return arbiter;
        address quorum = _quorum().account;
        require(
            arbiter == address(0) || arbiter == quorum,
            string.concat(
                "ARBITER is ",
                vm.toString(arbiter),
                ", and AUDITORS make ",
                vm.toString(quorum),
                " the arbiter: expected one of the two, or the same"
            )
        );
        return quorum;
    }

    /// @dev What BarterBond is told. Shares and times, and amounts of dollars in the token's own units, unless the
    /// environment says otherwise.
    function _bondParameters() internal view returns (IBarterBond.Parameters memory parameters) {
        parameters.token = _token();
        parameters.quorum = _quorum().account;
        parameters.minimumBond = _dollars("MINIMUM_BOND", _isTestNetwork() ? 100 : 1000);
        parameters.minimumDeposit = _dollars("MINIMUM_DEPOSIT", 10);
        parameters.depositPpm = _number("DEPOSIT_PPM", 10_000);
        parameters.maxSlashPpm = _number("MAX_SLASH_PPM", 100_000);
        parameters.unbondingDelay = _number("UNBONDING_DELAY", 28 days);
        parameters.rulingPeriod = _number("RULING_PERIOD", 14 days);
    }

    function _dollars(string memory name, uint256 amount) private view returns (uint256) {
        if (bytes(_setting(name)).length != 0) return _number(name, 0);
        (bool known, uint256 decimals) = _tokenDecimals();
        require(
            known,
            string.concat(
                "BOND_TOKEN ",
                vm.toString(_token()),
                " does not say how many decimals it has, up to ",
                vm.toString(MAX_DECIMALS),
                ": set ",
                name,
                ", in its base units"
            )
        );
        return amount * 10 ** decimals;
    }

    function _tokenDecimals() internal view returns (bool known, uint256 decimals) {
        if (_hasTestDollar()) return (true, TEST_DOLLAR_DECIMALS);
        try IERC20Metadata(_namedToken()).decimals() returns (uint8 said) {
            return (said <= MAX_DECIMALS, said);
        } catch {
            return (false, 0);
        }
    }

    function _token() private view returns (address) {
        return _hasTestDollar() ? _testDollar().account : _namedToken();
    }

    // ------------------------------------------------------------------------------------------------ parts

    function _quorum() private view returns (Part memory) {
        (uint256 threshold, uint256 overturnThreshold, uint256 window) = _thresholds();
        return _part("AuditorQuorum", abi.encode(_auditors(), threshold, overturnThreshold, window));
    }

    function _core() private view returns (Part memory) {
        return _part("BarterCore", abi.encode(_arbiter()));
    }

    function _testDollar() private view returns (Part memory) {
        return _part("TestDollar", "");
    }

    function _bond() private view returns (Part memory) {
        require(_auditors().length != 0, "BOND_TOKEN is set, and AUDITORS is not: a bond needs auditors");
        return _part("BarterBond", abi.encode(_bondParameters()));
    }

    function _part(string memory name, bytes memory arguments) private view returns (Part memory part) {
        part.name = name;
        part.arguments = arguments;
        string memory artifact = string.concat(ARTIFACTS, name, ".json");
        part.initCode = abi.encodePacked(vm.parseJsonBytes(vm.readFile(artifact), ".bytecode"), arguments);
        part.account = vm.computeCreate2Address(_salt(), keccak256(part.initCode), CREATE2_FACTORY);
    }

    // ------------------------------------------------------------------------------------------------ chain

    /// @dev Refuses to go on anywhere but on the chain that was asked for.
    function _checkChain() internal view {
        uint256 expected = vm.envUint("EXPECTED_CHAIN_ID");
        require(
            block.chainid == expected,
            string.concat(
                "the node's chain id is ",
                vm.toString(block.chainid),
                ", and EXPECTED_CHAIN_ID is ",
                vm.toString(expected)
            )
        );
    }

    /// @dev What a file of deployments/ says.
    function _addressesIn(string memory json) internal view returns (Addresses memory recorded) {
        recorded.core = _addressIn(json, "BarterCore");
        recorded.trust = _addressIn(json, "BTRTrust");
        recorded.credit = _addressIn(json, "BTRCredit");
        recorded.quorum = _addressIn(json, "AuditorQuorum");
        recorded.bond = _addressIn(json, "BarterBond");
        recorded.token = _addressIn(json, "BondToken");
    }

    function _addressIn(string memory json, string memory name) private view returns (address) {
        string memory key = string.concat(".", name);
        return vm.keyExistsJson(json, key) ? vm.parseJsonAddress(json, key) : address(0);
    }

    /// @dev deployments/<chain id>.json, or in the folder `DEPLOYMENTS_DIR` names.
    function _file() internal view returns (string memory) {
        string memory folder = _setting("DEPLOYMENTS_DIR");
        if (bytes(folder).length == 0) folder = "deployments";
        return string.concat(folder, "/", vm.toString(block.chainid), ".json");
    }
}
