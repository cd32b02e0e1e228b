// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {IERC4906} from "@openzeppelin/contracts/interfaces/IERC4906.sol";
import {Test} from "forge-std/Test.sol";
import {Vm} from "forge-std/Vm.sol";

import {BTRTrust} from "../../../contracts/BTRTrust.sol";
import {IBTRTrust} from "../../../contracts/interfaces/IBTRTrust.sol";
import {IERC5192} from "../../../contracts/interfaces/IERC5192.sol";

/// @dev The test is the token's core: whoever deploys it is.
contract RaiseScoresTest is Test {
    bytes32 private constant TRADE = keccak256("a trade");

    BTRTrust private trust;
    address private alice = makeAddr("alice");
    address private bob = makeAddr("bob");
    address private carol = makeAddr("carol");

    /// @dev What a wallet's profile should be, kept the plain way.
    struct Expected {
        uint256 score;
        uint256 uniqueCounterparties;
        uint256 memberSince;
        uint256 tradeCount;
        uint256 lastTradeAt;
    }

    mapping(address wallet => Expected) private expected;
    mapping(address walletA => mapping(address walletB => uint256)) private counted;

    function setUp() public {
        trust = new BTRTrust();
    }

    function test_TheDeployerIsTheCore() public view {
        assertEq(trust.CORE(), address(this));
    }

    function test_FirstTrade() public {
        vm.warp(1_000);
        assertTrue(trust.raiseScores(TRADE, alice, bob, 7_000));
        _assertProfile(alice, 4, 1, 1_000, 1, 1_000);
        _assertProfile(bob, 4, 1, 1_000, 1, 1_000);
        assertEq(trust.pairCount(alice, bob), 1);
    }

    function test_FirstTradeEmitsMintLockAndScore() public {
        vm.recordLogs();
        emit IERC721.Transfer(address(0), alice, uint160(alice));
        emit IERC5192.Locked(uint160(alice));
        emit IBTRTrust.ScoreUpdated(alice, TRADE, 4);
        emit IERC721.Transfer(address(0), bob, uint160(bob));
        emit IERC5192.Locked(uint160(bob));
        emit IBTRTrust.ScoreUpdated(bob, TRADE, 4);
        _assertEmits(7_000, true);
    }

    /// @dev One wallet new, the other not.
    function test_MintsOnlyWhereThereIsNoToken() public {
        trust.raiseScores(TRADE, bob, carol, 7_000);
        vm.recordLogs();
        emit IERC721.Transfer(address(0), alice, uint160(alice));
        emit IERC5192.Locked(uint160(alice));
        emit IBTRTrust.ScoreUpdated(alice, TRADE, 2);
        emit IERC4906.MetadataUpdate(uint160(bob));
        emit IBTRTrust.ScoreUpdated(bob, TRADE, 6);
        _assertEmits(1_000, true);
    }

    /// @dev The sixth trade of a pair changes no score, and says nothing.
    function test_BeyondTheCapItCountsTheTradeAlone() public {
        vm.warp(1_000);
        for (uint256 i = 0; i < 5; ++i) {
            assertTrue(trust.raiseScores(TRADE, alice, bob, 1_000));
        }
        vm.warp(2_000);
        vm.recordLogs();
        _assertEmits(2_100_000_000_000_000, false);
        _assertProfile(alice, 10, 1, 1_000, 6, 2_000);
        _assertProfile(bob, 10, 1, 1_000, 6, 2_000);
        assertEq(trust.pairCount(alice, bob), 5);
    }

    /// @dev Any trades among four wallets, against plain bookkeeping.
    function testFuzz_EqualsPlainBookkeeping(uint256 seed) public {
        address[4] memory wallets = [alice, bob, carol, address(this)];
        for (uint256 i = 0; i < 30; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            uint256 a = seed % 4;
            uint256 b = (a + 1 + (seed >> 8) % 3) % 4;
            uint256 amountSats = bound(seed >> 16, 1_000, 2_100_000_000_000_000);
            skip((seed >> 80) % 1_000_000);
            assertEq(_expect(wallets[a], wallets[b], amountSats), _raise(wallets[a], wallets[b], amountSats));
        }
        for (uint256 i = 0; i < 4; ++i) {
            Expected memory e = expected[wallets[i]];
            _assertProfile(wallets[i], e.score, e.uniqueCounterparties, e.memberSince, e.tradeCount, e.lastTradeAt);
            for (uint256 j = 0; j < 4; ++j) {
                assertEq(trust.pairCount(wallets[i], wallets[j]), counted[wallets[i]][wallets[j]]);
            }
        }
    }

    /// @dev The token exists from the first trade on, not before, for that wallet and no other.
    function testFuzz_TheTokenIsTheWallets(address walletA, address walletB) public {
        walletA = address(uint160(bound(uint160(walletA), 1, type(uint160).max - 1)));
        if (walletA == walletB || walletB == address(0)) walletB = address(uint160(walletA) + 1);
        assertEq(trust.balanceOf(walletA), 0);
        trust.raiseScores(TRADE, walletA, walletB, 1_000);
        assertEq(trust.balanceOf(walletA), 1);
        assertEq(trust.balanceOf(walletB), 1);
        assertEq(trust.ownerOf(uint160(walletA)), walletA);
        assertEq(trust.ownerOf(uint160(walletB)), walletB);
    }

    function testFuzz_RevertWhen_TheCallerIsNotTheCore(address caller) public {
        if (caller == address(this)) caller = alice;
        vm.expectRevert(abi.encodeWithSelector(IBTRTrust.NotCore.selector, caller, address(this)));
        vm.prank(caller);
        trust.raiseScores(TRADE, alice, bob, 1_000);
    }

    function _raise(address a, address b, uint256 amountSats) private returns (bool) {
        return trust.raiseScores(TRADE, a, b, amountSats);
    }

    function _expect(address a, address b, uint256 amountSats) private returns (bool counts) {
        counts = counted[a][b] < 5;
        uint256 gained = 1;
        for (uint256 x = amountSats / 1_000 + 1; x > 1; x /= 2) {
            ++gained;
        }
        address[2] memory parties = [a, b];
        for (uint256 i = 0; i < 2; ++i) {
            Expected storage e = expected[parties[i]];
            if (counts) e.score += gained;
            if (counted[a][b] == 0) ++e.uniqueCounterparties;
            if (e.tradeCount == 0) e.memberSince = vm.getBlockTimestamp();
            ++e.tradeCount;
            e.lastTradeAt = vm.getBlockTimestamp();
        }
        if (counts) counted[b][a] = ++counted[a][b];
    }

    function _assertEmits(uint256 amountSats, bool counts) private {
        Vm.Log[] memory wanted = vm.getRecordedLogs();
        assertEq(trust.raiseScores(TRADE, alice, bob, amountSats), counts);
        Vm.Log[] memory actual = vm.getRecordedLogs();
        assertEq(actual.length, wanted.length);
        for (uint256 i = 0; i < actual.length; ++i) {
            assertEq(actual[i].emitter, address(trust));
            assertEq(actual[i].topics, wanted[i].topics);
            assertEq(actual[i].data, wanted[i].data);
        }
    }

    function _assertProfile(
        address wallet,
        uint256 score,
        uint256 uniqueCounterparties,
        uint256 memberSince,
        uint256 tradeCount,
        uint256 lastTradeAt
    ) private view {
        (uint256 s, uint256 u, uint256 m, uint256 t, uint256 l) = trust.getTrustProfile(wallet);
        assertEq(s, score, "score");
        assertEq(trust.getScore(wallet), score, "getScore");
        assertEq(u, uniqueCounterparties, "uniqueCounterparties");
        assertEq(m, memberSince, "memberSince");
        assertEq(t, tradeCount, "tradeCount");
        assertEq(l, lastTradeAt, "lastTradeAt");
    }
}
