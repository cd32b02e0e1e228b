// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Vm} from "forge-std/Vm.sol";

import {IAuditorQuorum} from "../../../contracts/interfaces/IAuditorQuorum.sol";
import {IBarterBond} from "../../../contracts/interfaces/IBarterBond.sol";
import {BondTest} from "../../utils/BondTest.sol";

contract ExecuteTest is BondTest {
    uint256 private constant DEPOSIT = 60e6;
    bytes32 private disputeId;

    function setUp() public override {
        super.setUp();
        _stake(BOND);
        disputeId = _file(1, DEPOSIT);
    }

    // ------------------------------------------------------------------------------------------------ ends

    /// @dev The share of what stood at filing, rounded down, whatever was added or started on its way since; what is
    /// leaving first.
    function testFuzz_Upheld(uint256 slashPpm, uint256 added, uint256 leaving) public {
        slashPpm = bound(slashPpm, 1, MAX_SLASH_PPM);
        added = bound(added, 1, 1e30);
        leaving = bound(leaving, 1, BOND);
        _unbond(leaving);
        vm.prank(stranger);
        bond.topUp(provider, added);
        _rule(disputeId, slashPpm);
        skip(OVERTURN_WINDOW);
        IBarterBond.Bond memory expected = bond.getBond(provider);
        IBarterBond.Dispute memory dispute = bond.getDispute(disputeId);
        vm.prank(stranger);
        bond.execute(disputeId);

        uint256 slashed = BOND * slashPpm / 1e6;
        uint256 fromLeaving = slashed < leaving ? slashed : leaving;
        expected.unbonding -= uint128(fromLeaving);
        expected.active -= uint128(slashed - fromLeaving);
        expected.everSlashed = uint128(slashed);
        (expected.reserved, expected.held) = (0, 0);
        expected.upheld = 1;
        assertEq(abi.encode(bond.getBond(provider)), abi.encode(expected));
        dispute.status = IBarterBond.DisputeStatus.Upheld;
        dispute.slashed = uint128(slashed);
        assertEq(abi.encode(bond.getDispute(disputeId)), abi.encode(dispute));
        _assertClaimable(0, slashed, DEPOSIT);
    }

    function test_Dismissed() public {
        IBarterBond.Bond memory expected = bond.getBond(provider);
        expected.reserved = 0;
        _end(disputeId, 0);
        _assertStatus(disputeId, IBarterBond.DisputeStatus.Dismissed);
        assertEq(abi.encode(bond.getBond(provider)), abi.encode(expected), "filing costs a provider nothing");
        _assertClaimable(DEPOSIT, 0, 0);
    }

    function test_Void() public {
        IBarterBond.Bond memory expected = bond.getBond(provider);
        expected.reserved = 0;
        skip(RULING_PERIOD + 1);
        bond.execute(disputeId);
        _assertStatus(disputeId, IBarterBond.DisputeStatus.Void);
        assertEq(abi.encode(bond.getBond(provider)), abi.encode(expected));
        _assertClaimable(0, 0, DEPOSIT);
    }

    function test_EmitsDisputeEndedAlone() public {
        _rule(disputeId, 50_000);
        bytes32 dismissed = _file(2);
        _rule(dismissed, 0);
        bytes32 void = _file(3);
        skip(RULING_PERIOD + 1);
        _expectEnd(disputeId, IBarterBond.DisputeStatus.Upheld, BOND / 20);
        _expectEnd(dismissed, IBarterBond.DisputeStatus.Dismissed, 0);
        _expectEnd(void, IBarterBond.DisputeStatus.Void, 0);
    }

    /// @dev At once, and as the larger quorum said.
    function test_Overturned() public {
        _rule(disputeId, 50_000);
        _overturn(disputeId, 0);
        bond.execute(disputeId);
        _assertStatus(disputeId, IBarterBond.DisputeStatus.Dismissed);
        bytes32 second = _file(2, DEPOSIT);
        _rule(second, 0);
        skip(1);
        _overturn(second, MAX_SLASH_PPM);
        bond.execute(second);
        _assertStatus(second, IBarterBond.DisputeStatus.Upheld);
        _assertClaimable(DEPOSIT, BOND / 10, DEPOSIT);
    }

    /// @dev One wallet in several parts: each share is its own.
    function test_TheFilerIsTheConsumer() public {
        filer = consumer;
        bytes32 second = _file(2, DEPOSIT);
        _end(second, MAX_SLASH_PPM);
        assertEq(bond.claimable(consumer), BOND / 10 + DEPOSIT);
    }

    /// @dev Each takes its share of what stood when it was filed, not of what the one before it left.
    function test_SeveralDisputesTakeTheirShares() public {
        for (uint256 i = 2; i <= 5; ++i) {
            _file(i, DEPOSIT);
        }
        for (uint256 i = 1; i <= 5; ++i) {
            bytes32 id = bond.disputeIdOf(provider, consumer, _complaint(i).outcome);
            _rule(id, MAX_SLASH_PPM);
        }
        skip(OVERTURN_WINDOW);
        for (uint256 i = 1; i <= 5; ++i) {
            bond.execute(bond.disputeIdOf(provider, consumer, _complaint(i).outcome));
            assertEq(bond.getBond(provider).reserved, (5 - i) * BOND / 10);
        }
        assertEq(bond.getBond(provider).active, BOND / 2);
        assertEq(bond.getBond(provider).everSlashed, BOND / 2);
        assertEq(bond.getBond(provider).upheld, 5);
        _assertClaimable(0, BOND / 2, 5 * DEPOSIT);
    }

    /// @dev Never more than there is: the eleventh finds nothing left, and is upheld all the same.
    function test_ThereMayBeNothingLeft() public {
        for (uint256 i = 2; i <= 11; ++i) {
            _file(i, DEPOSIT);
        }
        bytes32 last;
        for (uint256 i = 1; i <= 11; ++i) {
            last = bond.disputeIdOf(provider, consumer, _complaint(i).outcome);
            _rule(last, MAX_SLASH_PPM);
        }
        skip(OVERTURN_WINDOW);
        for (uint256 i = 1; i <= 11; ++i) {
            bond.execute(bond.disputeIdOf(provider, consumer, _complaint(i).outcome));
        }
        _assertStatus(last, IBarterBond.DisputeStatus.Upheld);
        assertEq(bond.getDispute(last).slashed, 0);
        assertEq(bond.getBond(provider).active, 0);
        assertEq(bond.getBond(provider).upheld, 11);
        assertEq(bond.getBond(provider).reserved, 0);
        _assertClaimable(0, BOND, 11 * DEPOSIT);
    }

    /// @dev A share of so little that it rounds to nothing.
    function test_TooLittleToTakeAShareOf() public {
        provider = stranger;
        _stake(9);
        bytes32 second = _file(2, DEPOSIT);
        assertEq(bond.getBond(provider).reserved, 0);
        _end(second, MAX_SLASH_PPM);
        _assertStatus(second, IBarterBond.DisputeStatus.Upheld);
        assertEq(bond.getDispute(second).slashed, 0);
        assertEq(bond.getBond(provider).active, 9);
        assertEq(bond.getBond(provider).upheld, 1);
    }

    /// @dev The largest bond there can be.
    function test_TheLargestBond() public {
        provider = stranger;
        _stake(type(uint128).max);
        uint256 deposit = bond.requiredDeposit(provider);
        bytes32 second = _file(2, deposit);
        _end(second, MAX_SLASH_PPM);
        uint256 slashed = uint256(type(uint128).max) / 10;
        assertEq(bond.claimable(consumer), slashed);
        assertEq(bond.getBond(provider).active, type(uint128).max - slashed);
    }

    // ------------------------------------------------------------------------------------------------ edges

    function test_FromTheFirstSecondAfterTheWindow() public {
        _rule(disputeId, 50_000);
        skip(OVERTURN_WINDOW - 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                IAuditorQuorum.OverturnWindowOpen.selector, START + OVERTURN_WINDOW, START + OVERTURN_WINDOW - 1
            )
        );
        bond.execute(disputeId);
        skip(1);
        bond.execute(disputeId);
        _assertStatus(disputeId, IBarterBond.DisputeStatus.Upheld);
    }

    function test_VoidFromTheFirstSecondAfterThePeriod() public {
        skip(RULING_PERIOD);
        vm.expectRevert(
            abi.encodeWithSelector(IBarterBond.RulingPeriodOpen.selector, START + RULING_PERIOD, START + RULING_PERIOD)
        );
        bond.execute(disputeId);
        skip(1);
        bond.execute(disputeId);
        _assertStatus(disputeId, IBarterBond.DisputeStatus.Void);
    }

    /// @dev A ruling in time does not lapse, however late it is carried out.
    function test_ARulingDoesNotLapse() public {
        skip(RULING_PERIOD);
        _rule(disputeId, 50_000);
        skip(3650 days);
        bond.execute(disputeId);
        _assertStatus(disputeId, IBarterBond.DisputeStatus.Upheld);
    }

    // ------------------------------------------------------------------------------------------------ refusals

    function test_RevertGiven_ThereIsNoDispute() public {
        disputeId = keccak256("no dispute");
        _expectOver(IBarterBond.DisputeStatus.None);
    }

    /// @dev Each dispute ends once, however it ended.
    function test_RevertGiven_ItIsOver() public {
        bytes32 dismissed = _file(2);
        bytes32 void = _file(3);
        _end(disputeId, 50_000);
        _end(dismissed, 0);
        skip(RULING_PERIOD + 1);
        bond.execute(void);
        _expectOver(IBarterBond.DisputeStatus.Upheld);
        disputeId = dismissed;
        _expectOver(IBarterBond.DisputeStatus.Dismissed);
        disputeId = void;
        _expectOver(IBarterBond.DisputeStatus.Void);
    }

    // ------------------------------------------------------------------------------------------------ helpers

    function _expectEnd(bytes32 id, IBarterBond.DisputeStatus status, uint256 slashed) private {
        vm.recordLogs();
        emit IBarterBond.DisputeEnded(id, provider, status, slashed);
        Vm.Log[] memory expected = vm.getRecordedLogs();
        bond.execute(id);
        _assertLogs(expected, address(bond));
    }

    function _expectOver(IBarterBond.DisputeStatus actual) private {
        vm.expectRevert(
            abi.encodeWithSelector(
                IBarterBond.WrongDisputeStatus.selector, disputeId, actual, IBarterBond.DisputeStatus.Ruled
            )
        );
        bond.execute(disputeId);
    }

    function _assertClaimable(uint256 providers, uint256 consumers, uint256 filers) private view {
        assertEq(bond.claimable(provider), providers, "provider");
        assertEq(bond.claimable(consumer), consumers, "consumer");
        assertEq(bond.claimable(filer), filers, "filer");
        _assertSolvent(0);
    }
}
