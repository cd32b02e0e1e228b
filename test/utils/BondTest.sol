// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {Vm} from "forge-std/Vm.sol";

import {IAuditorQuorum} from "../../contracts/interfaces/IAuditorQuorum.sol";
import {IBarterBond} from "../../contracts/interfaces/IBarterBond.sol";
import {PlainToken, TokenLedger} from "./Tokens.sol";

/// @notice A quorum of three of five auditors, four to overturn, a bond contract with the numbers of a test network, wallets
/// with keys, and the steps of a dispute.
abstract contract BondTest is Test {
    uint256 internal constant START = 1_763_600_000;
    /// @dev The chain of the tests. `block.chainid` is no constant here, and the optimizer takes it for one.
    uint256 internal constant HERE = 31_337;
    string internal constant HUB = "https://hub.example";

    uint256 internal constant AUDITORS = 5;
    uint256 internal constant THRESHOLD = 3;
    uint256 internal constant OVERTURN_THRESHOLD = 4;
    uint256 internal constant OVERTURN_WINDOW = 2 days;
    uint256 internal constant MINIMUM_BOND = 100e6;
    uint256 internal constant MINIMUM_DEPOSIT = 10e6;
    uint256 internal constant DEPOSIT_PPM = 10_000;
    uint256 internal constant MAX_SLASH_PPM = 100_000;
    uint256 internal constant UNBONDING_DELAY = 28 days;
    uint256 internal constant RULING_PERIOD = 14 days;
    /// @dev Most wallets in a test have all there is: nobody is refused for want of money.
    uint256 internal constant PLENTY = type(uint256).max / 1e6;
    /// @dev The bond of most tests: the deposit for it is more than the least.
    uint256 internal constant BOND = 5_000e6;

    TokenLedger internal token;
    IAuditorQuorum internal quorum;
    IBarterBond internal bond;

    address internal provider;
    address internal consumer;
    uint256 internal consumerKey;
    address internal filer = makeAddr("filer");
    address internal stranger;
    uint256 internal strangerKey;
    address[] internal auditors;
    uint256[] internal auditorKeys;

    function setUp() public virtual {
        vm.warp(START);
        provider = makeAddr("provider");
        (consumer, consumerKey) = makeAddrAndKey("consumer");
        (stranger, strangerKey) = makeAddrAndKey("stranger");
        for (uint256 i = 0; i < AUDITORS; ++i) {
            _addAuditor(string.concat("auditor ", vm.toString(i)));
        }
        quorum = _newQuorum(auditors, THRESHOLD, OVERTURN_THRESHOLD, OVERTURN_WINDOW);
        _deploy(new PlainToken());
    }

    /// @dev A bond contract for that token, and everybody with plenty of it.
    function _deploy(TokenLedger money) internal {
        token = money;
        bond = _newBond(_parameters());
        address[4] memory owners = [provider, consumer, filer, stranger];
        for (uint256 i = 0; i < owners.length; ++i) {
            _fund(owners[i]);
        }
    }

    function _parameters() internal view returns (IBarterBond.Parameters memory) {
        return IBarterBond.Parameters({
            token: address(token),
            quorum: address(quorum),
            minimumBond: MINIMUM_BOND,
            minimumDeposit: MINIMUM_DEPOSIT,
            depositPpm: DEPOSIT_PPM,
            maxSlashPpm: MAX_SLASH_PPM,
            unbondingDelay: UNBONDING_DELAY,
            rulingPeriod: RULING_PERIOD
        });
    }

    function _fund(address owner) internal {
        token.mint(owner, PLENTY);
        vm.prank(owner);
        token.approve(address(bond), type(uint256).max);
    }

    // ------------------------------------------------------------------------------------------------ deployments

    function _newBond(IBarterBond.Parameters memory parameters) internal returns (IBarterBond) {
        return IBarterBond(_create("BarterBond.sol:BarterBond", abi.encode(parameters)));
    }

    function _newQuorum(address[] memory list, uint256 threshold, uint256 overturnThreshold, uint256 overturnWindow)
        internal
        returns (IAuditorQuorum)
    {
        bytes memory arguments = abi.encode(list, threshold, overturnThreshold, overturnWindow);
        return IAuditorQuorum(_create("AuditorQuorum.sol:AuditorQuorum", arguments));
    }

    /// @dev By artifact, not by import: the contracts stay as they are compiled for the chain, and the test code need not be.
    /// Reverts with what the constructor reverts with.
    function _create(string memory artifact, bytes memory arguments) internal returns (address created) {
        bytes memory code = bytes.concat(vm.getCode(artifact), arguments);
        assembly ("memory-safe") {
            created := create(0, add(code, 0x20), mload(code))
            if iszero(created) {
                let free := mload(0x40)
                returndatacopy(free, 0, returndatasize())
                revert(free, returndatasize())
            }
        }
    }

    // ------------------------------------------------------------------------------------------------ steps

    function _stake(uint256 amount) internal {
        vm.prank(provider);
        bond.stake(HUB, amount);
    }

    function _unbond(uint256 amount) internal {
        vm.prank(provider);
        bond.unbond(amount);
    }

    function _withdraw() internal returns (uint256) {
        vm.prank(provider);
        return bond.withdraw(provider);
    }

    function _complaint(uint256 number) internal view returns (IBarterBond.Complaint memory) {
        return IBarterBond.Complaint({
            provider: provider,
            consumer: consumer,
            outcome: keccak256(abi.encode("outcome", number)),
            evidence: keccak256(abi.encode("evidence", number)),
            deadline: vm.getBlockTimestamp() + 1 hours
        });
    }

    /// @dev The dispute about outcome `number`, with the least deposit there can be.
    function _file(uint256 number) internal returns (bytes32) {
        return _file(number, bond.requiredDeposit(provider));
    }

    function _file(uint256 number, uint256 deposit) internal returns (bytes32 disputeId) {
        IBarterBond.Complaint memory complaint = _complaint(number);
        bytes memory signature = _sign(consumerKey, bond.complaintDigest(complaint));
        vm.prank(filer);
        disputeId = bond.file(complaint, signature, deposit);
    }

    /// @dev By exactly as many auditors as it takes.
    function _rule(bytes32 disputeId, uint256 slashPpm) internal {
        bytes32 digest = bond.rulingDigest(disputeId, slashPpm, vm.getBlockTimestamp());
        IAuditorQuorum.AuditorSignature[] memory signatures = _signatures(digest, THRESHOLD);
        vm.prank(stranger);
        bond.rule(disputeId, slashPpm, vm.getBlockTimestamp(), signatures);
    }

    function _overturn(bytes32 disputeId, uint256 slashPpm) internal {
        bytes32 digest = bond.overturnDigest(disputeId, slashPpm, vm.getBlockTimestamp());
        IAuditorQuorum.AuditorSignature[] memory signatures = _signatures(digest, OVERTURN_THRESHOLD);
        vm.prank(stranger);
        bond.overturn(disputeId, slashPpm, vm.getBlockTimestamp(), signatures);
    }

    /// @dev Ruled on and carried out.
    function _end(bytes32 disputeId, uint256 slashPpm) internal {
        _rule(disputeId, slashPpm);
        skip(OVERTURN_WINDOW);
        bond.execute(disputeId);
    }

    // ------------------------------------------------------------------------------------------------ signatures

    function _sign(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    /// @dev By the first `count` auditors.
    function _signatures(bytes32 digest, uint256 count)
        internal
        view
        returns (IAuditorQuorum.AuditorSignature[] memory signatures)
    {
        signatures = new IAuditorQuorum.AuditorSignature[](count);
        for (uint256 i = 0; i < count; ++i) {
            signatures[i] = IAuditorQuorum.AuditorSignature(auditors[i], _sign(auditorKeys[i], digest));
        }
    }

    /// @dev By the auditors whose bits are set.
    function _signaturesOf(bytes32 digest, uint256 bits)
        internal
        view
        returns (IAuditorQuorum.AuditorSignature[] memory signatures)
    {
        signatures = new IAuditorQuorum.AuditorSignature[](AUDITORS);
        uint256 count = 0;
        for (uint256 i = 0; i < AUDITORS; ++i) {
            if (bits >> i & 1 == 0) continue;
            signatures[count] = IAuditorQuorum.AuditorSignature(auditors[i], _sign(auditorKeys[i], digest));
            ++count;
        }
        assembly ("memory-safe") {
            mstore(signatures, count)
        }
    }

    /// @dev Where its address belongs.
    function _addAuditor(string memory name) private {
        (address auditor, uint256 key) = makeAddrAndKey(name);
        auditors.push(auditor);
        auditorKeys.push(key);
        for (uint256 i = auditors.length - 1; i > 0 && auditors[i - 1] > auditor; --i) {
            (auditors[i], auditors[i - 1]) = (auditors[i - 1], auditor);
            (auditorKeys[i], auditorKeys[i - 1]) = (auditorKeys[i - 1], key);
        }
    }

    // ------------------------------------------------------------------------------------------------ checks

    /// @dev That the calls since `expected` was recorded logged exactly those events, in that order, and no other.
    function _assertLogs(Vm.Log[] memory expected, address emitter) internal {
        Vm.Log[] memory actual = vm.getRecordedLogs();
        assertEq(actual.length, expected.length, "number of events");
        for (uint256 i = 0; i < actual.length; ++i) {
            assertEq(actual[i].emitter, emitter, "emitter");
            assertEq(actual[i].topics, expected[i].topics, "topics");
            assertEq(actual[i].data, expected[i].data, "data");
        }
    }

    /// @dev That all the money is the wallets' whom the tests know, but for the deposits of open disputes.
    function _assertSolvent(uint256 openDeposits) internal view {
        uint256 owed = openDeposits;
        address[4] memory owners = [provider, consumer, filer, stranger];
        for (uint256 i = 0; i < owners.length; ++i) {
            IBarterBond.Bond memory state = bond.getBond(owners[i]);
            owed += uint256(state.active) + state.unbonding + bond.claimable(owners[i]);
        }
        assertEq(owed, token.balanceOf(address(bond)), "bonds + deposits + claimable");
    }

    function _assertStatus(bytes32 disputeId, IBarterBond.DisputeStatus expected) internal view {
        assertEq(uint8(bond.getDispute(disputeId).status), uint8(expected), "status");
    }
}
