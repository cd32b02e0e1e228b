// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";

import {IBarterBond} from "../../contracts/interfaces/IBarterBond.sol";
import {Actors} from "./Actors.sol";
import {Auditors} from "./Auditors.sol";
import {BondHandler} from "./handlers/BondHandler.sol";
import {BondIntruder} from "./handlers/BondIntruder.sol";
import {ComplaintIntruder} from "./handlers/ComplaintIntruder.sol";
import {LastHandler} from "./handlers/LastHandler.sol";
import {RulingHandler} from "./handlers/RulingHandler.sol";
import {RulingIntruder} from "./handlers/RulingIntruder.sol";
import {BondLedger} from "./stores/BondLedger.sol";
import {CoverStore} from "./stores/CoverStore.sol";
import {EndStore} from "./stores/EndStore.sol";
import {BondWorld} from "./BondWorld.sol";
import {Money} from "./Money.sol";

/// @notice The invariants of the bond, checked after every call of every handler, in any order. Numbers and wording as in
/// docs/INVARIANTS.md, with the bug each of them was seen to catch.
abstract contract BondInvariants is Test {
    uint256 private constant START = 1_763_600_000;
    uint256 private constant PPM = 1_000_000;

    BondWorld internal world;
    IBarterBond internal bond;
    Money internal money;
    Actors internal actors;
    BondLedger internal ledger;
    EndStore internal ends;
    CoverStore internal cover;
    LastHandler private last;

    function setUp() public virtual {
        vm.warp(START);
        Auditors auditors = new Auditors();
        // By artifact, not by import: the contracts stay as they are compiled for the chain, and the test code need not be.
        address quorum = deployCode(
            "AuditorQuorum.sol:AuditorQuorum",
            abi.encode(auditors.list(), auditors.THRESHOLD(), auditors.OVERTURN_THRESHOLD(), 2 days)
        );
        IBarterBond.Parameters memory parameters = IBarterBond.Parameters({
            token: address(_money()),
            quorum: quorum,
            minimumBond: 100e6,
            minimumDeposit: 10e6,
            depositPpm: 10_000,
            maxSlashPpm: _maxSlashPpm(),
            unbondingDelay: 28 days,
            rulingPeriod: 14 days
        });
        world = new BondWorld(
            IBarterBond(deployCode("BarterBond.sol:BarterBond", abi.encode(parameters))), auditors, START
        );
        bond = world.bond();
        money = world.money();
        actors = world.actors();
        ledger = world.ledger();
        ends = world.ends();
        cover = world.cover();

        last = new LastHandler(world);

        // Functions are drawn evenly, and there are more ways to be refused than to go on: three of these.
        for (uint256 i = 0; i < 3; ++i) {
            targetContract(address(new BondHandler(world)));
            targetContract(address(new RulingHandler(world)));
        }
        targetContract(address(new BondIntruder(world)));
        targetContract(address(new ComplaintIntruder(world)));
        targetContract(address(new RulingIntruder(world)));
    }

    /// @dev What everything is in.
    function _money() internal virtual returns (Money);

    /// @dev Most that one dispute can take: the larger, the sooner several promise more than there is.
    function _maxSlashPpm() internal pure virtual returns (uint256);

    // ------------------------------------------------------------------------------------------------ the bond's

    /// @notice B1. Bonds, deposits of open disputes and what can be claimed are together what the contract holds.
    function invariant_B1_AllMoneyIsAccountedFor() external view {
        uint256 sum = 0;
        address[] memory wallets = world.holders();
        for (uint256 i = 0; i < wallets.length; ++i) {
            IBarterBond.Bond memory state = bond.getBond(wallets[i]);
            sum += uint256(state.active) + state.unbonding + bond.claimable(wallets[i]);
        }
        for (uint256 i = 0; i < ledger.length(); ++i) {
            if (ledger.isOpen(i)) sum += bond.getDispute(ledger.entryAt(i).disputeId).deposit;
        }
        assertEq(money.balanceOf(address(bond)), sum, "held against bonds, deposits and claims");
        assertEq(money.balanceOf(address(bond)), ledger.received() - ledger.paid(), "held against in and out");
    }

    /// @notice B2. A dispute ends once, and nothing about it changes afterwards.
    function invariant_B2_EachDisputeEndsOnce() external view {
        for (uint256 i = 0; i < ledger.length(); ++i) {
            bytes32 disputeId = ledger.entryAt(i).disputeId;
            assertEq(ends.ends(disputeId), ledger.isOpen(i) ? 0 : 1, "how often it ended");
            if (ledger.isOpen(i)) continue;
            bytes32 now_ = keccak256(abi.encode(bond.getDispute(disputeId)));
            assertEq(now_, ends.firstSeen(disputeId), "a dispute changed after its end");
        }
    }

    /// @notice B3. A dispute never takes more than the cap of what stood when it was filed, nor more than was ruled.
    function invariant_B3_NeverMoreThanTheCap() external view {
        for (uint256 i = 0; i < ledger.length(); ++i) {
            BondLedger.Entry memory entry = ledger.entryAt(i);
            uint256 slashed = bond.getDispute(entry.disputeId).slashed;
            assertLe(slashed * PPM, uint256(entry.dispute.bondAtFiling) * _maxSlashPpm(), "more than the cap");
            assertLe(slashed * PPM, uint256(entry.dispute.bondAtFiling) * entry.dispute.slashPpm, "more than ruled");
        }
    }

    /// @notice B4. What is leaving can still be slashed by what was filed before its delay was over: no withdrawal, and nothing
    /// else but another dispute, makes less be there than open disputes can take. What was filed later holds none of it.
    function invariant_B4_LeavingMoneyCanStillBeSlashed() external view {
        assertEq(cover.count(), 0, "a bond lost what a dispute could take");
        address[] memory wallets = world.holders();
        for (uint256 i = 0; i < wallets.length; ++i) {
            IBarterBond.Bond memory state = bond.getBond(wallets[i]);
            assertEq(state.reserved, ledger.promised(wallets[i]), "reserved");
            assertEq(state.held, ledger.held(wallets[i]), "held");
            if (state.held == 0) assertEq(ledger.withdrawable(wallets[i]), state.unbonding, "held by later disputes");
        }
    }

    /// @notice B5. A bond's counts are the sums of what happened, and what is there is what came less what went.
    function invariant_B5_CountsAddUp() external view {
        address[] memory wallets = world.holders();
        for (uint256 i = 0; i < wallets.length; ++i) {
            IBarterBond.Bond memory state = bond.getBond(wallets[i]);
            IBarterBond.Bond memory expected = ledger.bondOf(wallets[i]);
            assertEq(state.upheld, ends.upheld(wallets[i]), "upheld");
            assertEq(state.everSlashed, ends.slashed(wallets[i]), "ever slashed");
            assertEq(state.everBonded, expected.everBonded, "ever bonded");
            assertLe(uint256(state.active) + state.unbonding + state.everSlashed, state.everBonded, "more than came");
            assertEq(bond.isListed(wallets[i]), state.hub != 0 && expected.active >= 100e6, "listed");
        }
    }

    /// @notice B6. A log's anchors only grow, and none ever changes.
    function invariant_B6_AnchorsOnlyGrow() external view {
        address[] memory wallets = world.holders();
        for (uint256 i = 0; i < wallets.length; ++i) {
            IBarterBond.Anchor[] memory expected = ledger.anchorsOf(wallets[i]);
            assertEq(bond.anchorCount(wallets[i]), expected.length, "anchors");
            uint256 last = 0;
            for (uint256 j = 0; j < expected.length; ++j) {
                IBarterBond.Anchor memory state = bond.getAnchor(wallets[i], j);
                assertGt(state.size, last, "an anchor that does not grow");
                assertEq(abi.encode(state), abi.encode(expected[j]), "anchor");
                last = state.size;
            }
        }
    }

    /// @notice B7. What a wallet can claim changes by the ends of disputes and by its own claims alone.
    function invariant_B7_ClaimsComeFromEnds() external view {
        address[] memory wallets = world.holders();
        for (uint256 i = 0; i < wallets.length; ++i) {
            assertEq(bond.claimable(wallets[i]), ledger.owed(wallets[i]), "claimable");
        }
    }

    /// @notice B8. Every bond and every dispute is what the ledger says, in every field.
    function invariant_B8_LedgerAgrees() external view {
        for (uint256 i = 0; i < actors.COUNT(); ++i) {
            address provider = actors.wallets(i);
            assertEq(abi.encode(bond.getBond(provider)), abi.encode(ledger.bondOf(provider)), "bond");
            assertEq(bond.requiredDeposit(provider), ledger.depositFor(provider), "required deposit");
        }
        for (uint256 i = 0; i < ledger.length(); ++i) {
            BondLedger.Entry memory entry = ledger.entryAt(i);
            assertEq(abi.encode(bond.getDispute(entry.disputeId)), abi.encode(entry.dispute), "dispute");
        }
    }

    /// @notice B9. What must be refused was refused, for the right reason, and changed nothing: too few auditors, one twice,
    /// others, and whatever was signed for something else.
    function invariant_B9_RefusalsHold() external view {
        string memory breaches = world.breaches().list();
        assertTrue(bytes(breaches).length == 0, breaches);
    }

    /// @notice B10. However it went, everybody gets out all that is theirs, and nothing is left. Asked at the end of each
    /// sequence, because it is an end of its own.
    function afterInvariant() external {
        last.finish();
        assertEq(money.balanceOf(address(bond)), 0, "left over");
        string memory breaches = world.breaches().list();
        assertTrue(bytes(breaches).length == 0, breaches);
    }
}
