// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BarterCore} from "../../contracts/BarterCore.sol";
import {IBarterCore} from "../../contracts/interfaces/IBarterCore.sol";
import {Measured} from "./Measured.sol";

/// @notice What each step of a trade costs: between two wallets that have traded before, with 13 bytes of category and 51 of
/// description, except where the name says so.
contract TradeGasTest is Measured {
    string private constant GROUP = "Barter";

    function setUp() public override {
        super.setUp();
        assertEq(bytes(CATEGORY).length, 13);
        assertEq(bytes(DESCRIPTION).length, 51);
        _settle(alice, bob, 50_000);
    }

    /// @dev Alice's proposals 1 to 4: three share a page that is already open, the fourth opens the next. Whoever proposes
    /// four times pays the average.
    function test_Propose() public {
        uint256 total = 0;
        for (uint256 number = 1; number <= 4; ++number) {
            _propose(alice, bob, 50_000);
            total += _gasOfLastCall();
            if (number == 1) _record(GROUP, "propose, on an open page (3 of 4)");
            if (number == 4) _record(GROUP, "propose, opening a page (1 of 4)");
        }
        vm.snapshotValue(GROUP, "propose, average of 4", total / 4);
    }

    function test_Accept() public {
        (bytes32 tradeId,) = _propose(alice, bob, 50_000);
        vm.prank(bob);
        core.acceptTrade(tradeId);
        _record(GROUP, "accept");
    }

    function test_Settle() public {
        (bytes32 tradeId, bytes32 preimage) = _accept(alice, bob, 50_000);
        vm.prank(alice);
        core.settleTrade(tradeId, preimage);
        _record(GROUP, "settle");
    }

    function test_SettleBeyondThePairCap() public {
        for (uint256 i = 0; i < 4; ++i) {
            _settle(alice, bob, 50_000);
        }
        (bytes32 tradeId, bytes32 preimage) = _accept(alice, bob, 50_000);
        vm.prank(alice);
        core.settleTrade(tradeId, preimage);
        _record(GROUP, "settle, pair cap reached");
    }

    function test_OpenAndSettle() public {
        uint256 total = 0;
        for (uint256 number = 1; number <= 4; ++number) {
            (bytes32 preimage, bytes32 paymentHash) = _newPreimage();
            IBarterCore.Terms memory terms = _terms(alice, bob, paymentHash, 50_000);
            bytes memory signature = _sign(bobKey, core.openTradeDigest(alice, terms, START + 1 hours));
            vm.prank(alice);
            bytes32 tradeId = core.openTrade(terms, START + 1 hours, signature);
            total += _gasOfLastCall();
            if (number == 1) _record(GROUP, "open, on an open page (3 of 4)");
            if (number == 4) _record(GROUP, "open, opening a page (1 of 4)");
            vm.prank(alice);
            core.settleTrade(tradeId, preimage);
            total += _gasOfLastCall();
        }
        vm.snapshotValue(GROUP, "open and settle, average of 4", total / 4);
    }

    function test_SettleBySignature() public {
        (bytes32 tradeId, bytes32 preimage) = _accept(alice, bob, 50_000);
        bytes memory signature = _sign(aliceKey, core.settleTradeDigest(tradeId, preimage, START + 1 hours));
        vm.prank(carol);
        core.settleTradeBySignature(IBarterCore.Settlement(tradeId, preimage, START + 1 hours, signature));
        _record(GROUP, "settle by signature");
    }

    /// @dev One payer, ten payees it has traded with before.
    function test_SettleTenTogether() public {
        IBarterCore.Settlement[] memory settlements = new IBarterCore.Settlement[](10);
        for (uint256 i = 0; i < settlements.length; ++i) {
            address payee = makeAddr(vm.toString(i));
            _settle(alice, payee, 50_000);
            (bytes32 tradeId, bytes32 preimage) = _accept(alice, payee, 50_000);
            settlements[i] = IBarterCore.Settlement(tradeId, preimage, 0, "");
        }
        vm.prank(alice);
        core.settleTrades(settlements);
        vm.snapshotValue(GROUP, "each of 10 settled together", _gasOfLastCall() / settlements.length);
    }

    function test_DisputeAndRuling() public {
        (bytes32 tradeId,) = _accept(alice, bob, 50_000);
        vm.prank(bob);
        core.disputeTrade(tradeId);
        _record(GROUP, "dispute");
        vm.prank(arbiter);
        core.dismissDispute(tradeId);
        _record(GROUP, "dismiss");
        (tradeId,) = _accept(alice, bob, 50_000);
        vm.prank(alice);
        core.disputeTrade(tradeId);
        vm.prank(arbiter);
        core.upholdDispute(tradeId, bob);
        _record(GROUP, "uphold");
    }

    /// @dev The worst case existing clients' gas limits must hold: the first trade ever of both wallets, texts at their
    /// longest. Their limits: propose 300,000, accept 200,000, settle 400,000.
    function test_FirstTradeEver() public {
        (address newcomer, address stranger) = (makeAddr("newcomer"), makeAddr("stranger"));
        (bytes32 preimage, bytes32 paymentHash) = _newPreimage();
        string memory description = string(abi.encodePacked(new bytes(200)));
        for (uint256 i = 0; i < 200; ++i) {
            bytes(description)[i] = "x";
        }
        vm.prank(newcomer);
        bytes32 tradeId = core.proposeTrade(
            stranger, paymentHash, 2_100_000_000_000_000, "0123456789abcdef0123456789abcdef", description
        );
        assertLe(_gasOfLastCall(), 300_000);
        _record(GROUP, "first trade ever, 200-byte description: propose");
        vm.prank(stranger);
        core.acceptTrade(tradeId);
        assertLe(_gasOfLastCall(), 200_000);
        _record(GROUP, "first trade ever, 200-byte description: accept");
        vm.prank(newcomer);
        core.settleTrade(tradeId, preimage);
        assertLe(_gasOfLastCall(), 400_000);
        _record(GROUP, "first trade ever, 200-byte description: settle");
    }

    /// @dev EIP-170 allows 24,576 bytes of code, EIP-3860 49,152 of init code.
    function test_CodeSize() public {
        vm.snapshotValue(GROUP, "code size: BarterCore", address(core).code.length);
        vm.snapshotValue(GROUP, "code size: BTRTrust", address(trust).code.length);
        vm.snapshotValue(GROUP, "code size: BTRCredit", address(credit).code.length);
        vm.snapshotValue(GROUP, "init code size: BarterCore", type(BarterCore).creationCode.length);
    }
}
