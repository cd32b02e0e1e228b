// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AuditorQuorum} from "../../contracts/AuditorQuorum.sol";
import {BarterBond} from "../../contracts/BarterBond.sol";
import {BarterCore} from "../../contracts/BarterCore.sol";
import {IAuditorQuorum} from "../../contracts/interfaces/IAuditorQuorum.sol";
import {IBarterBond} from "../../contracts/interfaces/IBarterBond.sol";
import {TestDollar} from "../../contracts/testnet/TestDollar.sol";
import {Measured} from "./Measured.sol";

/// @notice What each step of a bond and of a dispute costs: three auditors, of whom two rule, none a contract; a token that
/// is as cheap as tokens are; and a provider, a consumer and a filer who hold some of it afterwards too.
contract BondGasTest is Measured {
    string private constant GROUP = "Bond";
    string private constant HUB = "https://hub.example.com/ai-market/v2";

    BarterBond private bond;
    AuditorQuorum private quorum;
    TestDollar private token;
    address[] private auditors;
    mapping(address auditor => uint256) private keys;

    function setUp() public override {
        super.setUp();
        for (uint256 i = 0; i < 3; ++i) {
            (address auditor, uint256 key) = makeAddrAndKey(string.concat("auditor ", vm.toString(i)));
            keys[auditor] = key;
            auditors.push(auditor);
            for (uint256 j = i; j > 0 && auditors[j - 1] > auditors[j]; --j) {
                (auditors[j - 1], auditors[j]) = (auditors[j], auditors[j - 1]);
            }
        }
        quorum = new AuditorQuorum(auditors, 2, 3, 2 days);
        token = new TestDollar();
        bond = new BarterBond(
            IBarterBond.Parameters({
                token: address(token),
                quorum: address(quorum),
                minimumBond: 100e6,
                minimumDeposit: 10e6,
                depositPpm: 10_000,
                maxSlashPpm: 100_000,
                unbondingDelay: 28 days,
                rulingPeriod: 14 days
            })
        );
        core = new BarterCore(address(quorum));
        address[4] memory holders = [alice, bob, carol, address(bond)];
        for (uint256 i = 0; i < holders.length; ++i) {
            vm.startPrank(holders[i]);
            token.mint(100_000e6);
            token.approve(address(bond), type(uint256).max);
            vm.stopPrank();
        }
    }

    function test_Bond() public {
        _stake();
        _record(GROUP, "stake, first");
        vm.prank(alice);
        bond.topUp(alice, 500e6);
        _record(GROUP, "top up");
        vm.prank(alice);
        bond.unbond(100e6);
        _record(GROUP, "unbond");
        vm.warp(START + 28 days);
        vm.prank(alice);
        bond.withdraw(alice);
        _record(GROUP, "withdraw");
    }

    function test_UpheldDispute() public {
        _stake();
        bytes32 disputeId = _file("an outcome");
        _record(GROUP, "file a dispute");
        _rule(disputeId, 50_000);
        _record(GROUP, "rule, 2 of 3");
        vm.warp(START + 2 days);
        bond.execute(disputeId);
        _record(GROUP, "execute, upheld");
        vm.prank(bob);
        bond.claim(bob);
        _record(GROUP, "claim");
    }

    function test_OverturnedDispute() public {
        _stake();
        bytes32 disputeId = _file("an outcome");
        _rule(disputeId, 50_000);
        bond.overturn(disputeId, 0, START, _signed(bond.overturnDigest(disputeId, 0, START), 3));
        _record(GROUP, "overturn, 3 of 3");
        bond.execute(disputeId);
        _record(GROUP, "execute, dismissed");
    }

    function test_VoidDispute() public {
        _stake();
        bytes32 disputeId = _file("an outcome");
        vm.warp(START + 14 days + 1);
        bond.execute(disputeId);
        _record(GROUP, "execute, void");
    }

    function test_Anchor() public {
        vm.prank(carol);
        bond.anchor(keccak256("root"), 100);
        _record(GROUP, "anchor, first");
        vm.prank(carol);
        bond.anchor(keccak256("another root"), 200);
        _record(GROUP, "anchor");
    }

    /// @dev The arbiter of these trades is the quorum.
    function test_Trade() public {
        (bytes32 tradeId,) = _dispute(alice, bob, 50_000);
        bytes32 digest = quorum.tradeRulingDigest(address(core), tradeId, bob, START);
        quorum.ruleTrade(address(core), tradeId, bob, START, _signed(digest, 2));
        _record(GROUP, "rule on a trade, 2 of 3");
        vm.warp(START + 2 days);
        quorum.executeTrade(address(core), tradeId);
        _record(GROUP, "execute on a trade, upheld");
    }

    /// @dev EIP-170 allows 24,576 bytes of code.
    function test_CodeSize() public {
        vm.snapshotValue(GROUP, "code size: AuditorQuorum", address(quorum).code.length);
        vm.snapshotValue(GROUP, "code size: BarterBond", address(bond).code.length);
    }

    function _stake() private {
        vm.prank(alice);
        bond.stake(HUB, 1000e6);
    }

    /// @dev Carol files what Bob signed, and pays the deposit.
    function _file(string memory outcome) private returns (bytes32) {
        IBarterBond.Complaint memory complaint =
            IBarterBond.Complaint(alice, bob, keccak256(bytes(outcome)), keccak256("evidence"), START);
        bytes memory signature = _sign(bobKey, bond.complaintDigest(complaint));
        vm.prank(carol);
        return bond.file(complaint, signature, 10e6);
    }

    function _rule(bytes32 disputeId, uint256 slashPpm) private {
        bond.rule(disputeId, slashPpm, START, _signed(bond.rulingDigest(disputeId, slashPpm, START), 2));
    }

    function _signed(bytes32 digest, uint256 count)
        private
        view
        returns (IAuditorQuorum.AuditorSignature[] memory signatures)
    {
        signatures = new IAuditorQuorum.AuditorSignature[](count);
        for (uint256 i = 0; i < count; ++i) {
            signatures[i] = IAuditorQuorum.AuditorSignature(auditors[i], _sign(keys[auditors[i]], digest));
        }
    }
}
