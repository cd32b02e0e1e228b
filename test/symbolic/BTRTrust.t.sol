// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";

import {BTRTrust} from "../../contracts/BTRTrust.sol";
import {Formulas} from "../../contracts/libraries/Formulas.sol";
import {MAX_AMOUNT_SATS} from "../../contracts/libraries/Limits.sol";
import {svm} from "./Svm.sol";

/// @notice Steps of an induction: whatever the contract's storage holds, one call keeps the rule. The storage is any at
/// all but for what each proof assumes of it; this test is BarterCore to the contract, having deployed it.
contract BTRTrustSymbolicTest is Test {
    /// @dev Far from the ends the packed counters are not checked for.
    uint256 private constant COUNTER_END = 1 << 39;

    struct Profile {
        uint256 score;
        uint256 uniqueCounterparties;
        uint256 memberSince;
        uint256 tradeCount;
        uint256 lastTradeAt;
    }

    BTRTrust private trust;

    function setUp() external {
        vm.warp(1_763_600_000);
        trust = new BTRTrust();
        svm.enableSymbolicStorage(address(trust));
    }

    /// @dev Nobody but BarterCore raises a score.
    function check_OnlyCoreRaises(address caller, bytes32 tradeId, address partyA, address partyB, uint256 amountSats)
        external
    {
        vm.prank(caller);
        (bool success,) =
            address(trust).call(abi.encodeCall(BTRTrust.raiseScores, (tradeId, partyA, partyB, amountSats)));
        if (success) assertEq(caller, address(this));
    }

    /// @dev From at most five to at most five, and the same both ways round.
    function check_PairCountNeverPassesFive(address partyA, address partyB, uint256 amountSats) external {
        vm.assume(partyA != partyB && amountSats <= MAX_AMOUNT_SATS);
        uint256 before = trust.pairCount(partyA, partyB);
        vm.assume(before <= 5);
        bool counted = trust.raiseScores(0, partyA, partyB, amountSats);
        assertEq(counted, before < 5);
        assertEq(trust.pairCount(partyA, partyB), counted ? before + 1 : before);
        assertLe(trust.pairCount(partyA, partyB), 5);
        assertEq(trust.pairCount(partyB, partyA), trust.pairCount(partyA, partyB));
    }

    /// @dev No other pair's count moves.
    function check_OtherPairsStay(address partyA, address partyB, address walletA, address walletB) external {
        vm.assume(partyA != partyB);
        vm.assume(!(walletA == partyA && walletB == partyB) && !(walletA == partyB && walletB == partyA));
        uint256 before = trust.pairCount(walletA, walletB);
        trust.raiseScores(0, partyA, partyB, 50_000);
        assertEq(trust.pairCount(walletA, walletB), before);
    }

    /// @dev Both parties gain the formula's score if the trade counts and nothing if not; a trade is counted either way.
    function check_BothGainTheFormula(address partyA, address partyB, uint256 amountSats) external {
        vm.assume(partyA != partyB && amountSats <= MAX_AMOUNT_SATS);
        Profile memory a = _profile(partyA);
        Profile memory b = _profile(partyB);
        bool isFirst = trust.pairCount(partyA, partyB) == 0;
        bool counted = trust.raiseScores(0, partyA, partyB, amountSats);
        uint256 gained = counted ? Formulas.score(amountSats) : 0;
        _assertGained(a, _profile(partyA), gained, isFirst);
        _assertGained(b, _profile(partyB), gained, isFirst);
    }

    /// @dev Nobody else's profile moves.
    function check_OthersStay(address partyA, address partyB, address other, uint256 amountSats) external {
        vm.assume(partyA != partyB && other != partyA && other != partyB);
        vm.assume(amountSats <= MAX_AMOUNT_SATS);
        Profile memory before = _profile(other);
        trust.raiseScores(0, partyA, partyB, amountSats);
        Profile memory afterwards = _profile(other);
        assertEq(abi.encode(afterwards), abi.encode(before));
    }

    /// @dev A token exists where there is a settled trade, and is its own wallet's.
    function check_TokenIsItsWallets(uint256 tokenId) external view {
        (bool success, bytes memory answer) = address(trust).staticcall(abi.encodeCall(BTRTrust.ownerOf, (tokenId)));
        if (!success) return;
        assertEq(abi.decode(answer, (uint256)), tokenId);
        assertEq(trust.balanceOf(address(uint160(tokenId))), 1);
    }

    /// @dev No wallet can move or approve any token.
    function check_NothingMoves(address caller, address from, address to, uint256 tokenId, bool approved) external {
        bytes[5] memory calls = [
            abi.encodeCall(BTRTrust.transferFrom, (from, to, tokenId)),
            abi.encodeWithSignature("safeTransferFrom(address,address,uint256)", from, to, tokenId),
            abi.encodeWithSignature("safeTransferFrom(address,address,uint256,bytes)", from, to, tokenId, ""),
            abi.encodeCall(BTRTrust.approve, (to, tokenId)),
            abi.encodeCall(BTRTrust.setApprovalForAll, (to, approved))
        ];
        for (uint256 i = 0; i < calls.length; ++i) {
            vm.prank(caller);
            (bool success,) = address(trust).call(calls[i]);
            assertFalse(success);
        }
    }

    function _profile(address wallet) private view returns (Profile memory profile) {
        (profile.score, profile.uniqueCounterparties, profile.memberSince, profile.tradeCount, profile.lastTradeAt) =
            trust.getTrustProfile(wallet);
        vm.assume(
            profile.score < COUNTER_END && profile.uniqueCounterparties < COUNTER_END
                && profile.tradeCount < COUNTER_END
        );
    }

    function _assertGained(Profile memory before, Profile memory profile, uint256 gained, bool isFirst) private pure {
        assertEq(profile.score, before.score + gained);
        assertEq(profile.tradeCount, before.tradeCount + 1);
        assertEq(profile.uniqueCounterparties, before.uniqueCounterparties + (isFirst ? 1 : 0));
    }
}
