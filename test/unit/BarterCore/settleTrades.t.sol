// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Vm} from "forge-std/Vm.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {IERC4906} from "@openzeppelin/contracts/interfaces/IERC4906.sol";

import {IBarterCore} from "../../../contracts/interfaces/IBarterCore.sol";
import {IBTRTrust} from "../../../contracts/interfaces/IBTRTrust.sol";
import {IERC5192} from "../../../contracts/interfaces/IERC5192.sol";
import {BarterTest} from "../../utils/BarterTest.sol";

contract SettleTradesTest is BarterTest {
    uint256 private constant DEADLINE = START + 1 hours;

    function test_SettlesOne() public {
        IBarterCore.Settlement[] memory batch = _ownBatch(1);
        vm.prank(alice);
        core.settleTrades(batch);
        _assertAllSettled(batch);
        assertEq(core.getWallet(alice).settled, 1);
    }

    function test_SettlesAHundred() public {
        IBarterCore.Settlement[] memory batch = _ownBatch(100);
        vm.prank(alice);
        core.settleTrades(batch);
        _assertAllSettled(batch);
        assertEq(core.getWallet(alice).settled, 100);
        assertEq(trust.getScore(alice), 30, "five of the pair count");
    }

    function testFuzz_SettlesAnyNumber(uint256 length) public {
        length = bound(length, 1, 20);
        IBarterCore.Settlement[] memory batch = _ownBatch(length);
        vm.prank(alice);
        core.settleTrades(batch);
        _assertAllSettled(batch);
        assertEq(core.getWallet(bob).settled, length);
        assertEq(trust.pairCount(alice, bob), length < 5 ? length : 5);
    }

    /// @dev A batch is worth what its settlements are worth one by one.
    function testFuzz_EqualsSettlingOneByOne(uint256[6] calldata amounts) public {
        address[6] memory payees = [bob, carol, bob, bob, carol, bob];
        IBarterCore.Settlement[] memory batch = new IBarterCore.Settlement[](6);
        for (uint256 i = 0; i < 6; ++i) {
            uint256 amountSats = bound(amounts[i], 1_000, 2_100_000_000_000_000);
            (batch[i].tradeId, batch[i].preimage) = _accept(alice, payees[i], amountSats);
        }
        uint256 snapshot = vm.snapshotState();
        vm.prank(alice);
        core.settleTrades(batch);
        bytes memory together = _profiles();
        assertTrue(vm.revertToState(snapshot));
        for (uint256 i = 0; i < 6; ++i) {
            vm.prank(alice);
            core.settleTrade(batch[i].tradeId, batch[i].preimage);
        }
        assertEq(together, _profiles());
    }

    /// @dev The caller's own beside one the caller is not the payer of, by the payer's signature.
    function test_OwnAndBySignatureMixed() public {
        IBarterCore.Settlement[] memory batch = new IBarterCore.Settlement[](3);
        (batch[0].tradeId, batch[0].preimage) = _accept(alice, bob, 50_000);
        batch[1] = _signedSettlement(carol, carolKey, bob);
        (batch[2].tradeId, batch[2].preimage) = _accept(alice, carol, 50_000);
        vm.recordLogs();
        emit IBarterCore.TradeSettled(batch[0].tradeId, batch[0].preimage);
        _emitFirst(alice, batch[0].tradeId);
        _emitFirst(bob, batch[0].tradeId);
        _emitCredit(alice, bob);
        emit IBarterCore.TradeSettled(batch[1].tradeId, batch[1].preimage);
        _emitFirst(carol, batch[1].tradeId);
        _emitSecond(bob, batch[1].tradeId);
        _emitCredit(carol, bob);
        emit IBarterCore.TradeSettled(batch[2].tradeId, batch[2].preimage);
        _emitSecond(alice, batch[2].tradeId);
        _emitSecond(carol, batch[2].tradeId);
        _emitCredit(alice, carol);
        Vm.Log[] memory expected = vm.getRecordedLogs();

        vm.prank(alice);
        core.settleTrades(batch);
        _assertLogs(expected, "BTTTTTTCCBTTTTTCCBTTTTCC");
        _assertAllSettled(batch);
    }

    function testFuzz_AnybodyBringsABatchOfSignatures(address caller) public {
        IBarterCore.Settlement[] memory batch = new IBarterCore.Settlement[](2);
        batch[0] = _signedSettlement(alice, aliceKey, bob);
        batch[1] = _signedSettlement(carol, carolKey, alice);
        vm.prank(caller);
        core.settleTrades(batch);
        _assertAllSettled(batch);
    }

    /// @dev The payer's own signature serves the payer too, and the deadline of an empty one is not looked at.
    function test_ThePayerMayBringItsOwnSignature() public {
        IBarterCore.Settlement[] memory batch = new IBarterCore.Settlement[](2);
        batch[0] = _signedSettlement(alice, aliceKey, bob);
        (batch[1].tradeId, batch[1].preimage) = _accept(alice, bob, 50_000);
        batch[1].deadline = START - 1;
        vm.prank(alice);
        core.settleTrades(batch);
        _assertAllSettled(batch);
    }

    function test_RevertWhen_TheBatchIsEmpty() public {
        vm.expectRevert(abi.encodeWithSelector(IBarterCore.BatchSize.selector, 0, 100));
        core.settleTrades(new IBarterCore.Settlement[](0));
    }

    function test_RevertWhen_TheBatchIsTooLong() public {
        IBarterCore.Settlement[] memory batch = _ownBatch(101);
        vm.expectRevert(abi.encodeWithSelector(IBarterCore.BatchSize.selector, 101, 100));
        vm.prank(alice);
        core.settleTrades(batch);
        assertEq(core.getWallet(alice).settled, 0);
    }

    function testFuzz_RevertWhen_TheBatchIsMuchTooLong(uint256 length) public {
        length = bound(length, 101, 400);
        vm.expectRevert(abi.encodeWithSelector(IBarterCore.BatchSize.selector, length, 100));
        core.settleTrades(new IBarterCore.Settlement[](length));
    }

    function test_RevertWhen_ATradeIsThereTwice() public {
        IBarterCore.Settlement[] memory batch = _ownBatch(3);
        batch[2] = batch[0];
        vm.expectRevert(
            abi.encodeWithSelector(
                IBarterCore.WrongStatus.selector,
                batch[0].tradeId,
                IBarterCore.Status.Settled,
                IBarterCore.Status.Accepted
            )
        );
        vm.prank(alice);
        core.settleTrades(batch);
        assertEq(uint8(_status(batch[0].tradeId)), uint8(IBarterCore.Status.Accepted));
        assertEq(core.getWallet(alice).settled, 0);
    }

    function test_RevertWhen_ATradeIsThereTwiceInBothForms() public {
        IBarterCore.Settlement[] memory batch = new IBarterCore.Settlement[](2);
        batch[0] = _signedSettlement(alice, aliceKey, bob);
        (batch[1].tradeId, batch[1].preimage) = (batch[0].tradeId, batch[0].preimage);
        vm.expectRevert(
            abi.encodeWithSelector(
                IBarterCore.WrongStatus.selector,
                batch[0].tradeId,
                IBarterCore.Status.Settled,
                IBarterCore.Status.Accepted
            )
        );
        vm.prank(alice);
        core.settleTrades(batch);
    }

    function testFuzz_AllOrNone(uint256 length, uint256 bad) public {
        length = bound(length, 1, 10);
        bad = bound(bad, 0, length - 1);
        IBarterCore.Settlement[] memory batch = _ownBatch(length);
        batch[bad].preimage = ~batch[bad].preimage;
        bytes32 expected = core.getTrade(batch[bad].tradeId).paymentHash;
        bytes32 actual = sha256(abi.encode(batch[bad].preimage));
        vm.expectRevert(
            abi.encodeWithSelector(IBarterCore.PreimageMismatch.selector, batch[bad].tradeId, expected, actual)
        );
        vm.prank(alice);
        core.settleTrades(batch);
        for (uint256 i = 0; i < length; ++i) {
            assertEq(uint8(_status(batch[i].tradeId)), uint8(IBarterCore.Status.Accepted));
        }
        assertEq(trust.getScore(alice), 0);
        assertEq(credit.totalSupply(), 0);
    }

    function test_RevertWhen_OneIsNotTheCallersAndHasNoSignature() public {
        IBarterCore.Settlement[] memory batch = _ownBatch(2);
        (batch[1].tradeId, batch[1].preimage) = _accept(carol, alice, 50_000);
        vm.expectRevert(abi.encodeWithSelector(IBarterCore.NotPayer.selector, batch[1].tradeId, alice, carol));
        vm.prank(alice);
        core.settleTrades(batch);
    }

    function test_RevertWhen_OneSignatureIsWrong() public {
        IBarterCore.Settlement[] memory batch = new IBarterCore.Settlement[](2);
        batch[0] = _signedSettlement(alice, aliceKey, bob);
        batch[1] = _signedSettlement(carol, bobKey, bob);
        bytes32 digest = core.settleTradeDigest(batch[1].tradeId, batch[1].preimage, DEADLINE);
        vm.expectRevert(abi.encodeWithSelector(IBarterCore.InvalidSignature.selector, carol, digest));
        core.settleTrades(batch);
        assertEq(uint8(_status(batch[0].tradeId)), uint8(IBarterCore.Status.Accepted));
    }

    function test_RevertWhen_OneSignatureIsTooLate() public {
        IBarterCore.Settlement[] memory batch = new IBarterCore.Settlement[](1);
        batch[0] = _signedSettlement(alice, aliceKey, bob);
        vm.warp(DEADLINE + 1);
        vm.expectRevert(abi.encodeWithSelector(IBarterCore.SignatureExpired.selector, DEADLINE, DEADLINE + 1));
        vm.prank(alice);
        core.settleTrades(batch);
    }

    function test_RevertWhen_OneIsUnknown() public {
        IBarterCore.Settlement[] memory batch = _ownBatch(2);
        batch[0].tradeId = bytes32(uint256(7));
        vm.expectRevert(abi.encodeWithSelector(IBarterCore.TradeNotFound.selector, bytes32(uint256(7))));
        vm.prank(alice);
        core.settleTrades(batch);
    }

    function test_RevertGiven_OneIsNotAccepted() public {
        IBarterCore.Settlement[] memory batch = _ownBatch(2);
        (batch[1].tradeId, batch[1].preimage) = _propose(alice, bob, 50_000);
        vm.expectRevert(
            abi.encodeWithSelector(
                IBarterCore.WrongStatus.selector,
                batch[1].tradeId,
                IBarterCore.Status.Proposed,
                IBarterCore.Status.Accepted
            )
        );
        vm.prank(alice);
        core.settleTrades(batch);
    }

    function _ownBatch(uint256 length) private returns (IBarterCore.Settlement[] memory batch) {
        batch = new IBarterCore.Settlement[](length);
        for (uint256 i = 0; i < length; ++i) {
            (batch[i].tradeId, batch[i].preimage) = _accept(alice, bob, 50_000);
        }
    }

    function _signedSettlement(address payer, uint256 key, address payee)
        private
        returns (IBarterCore.Settlement memory)
    {
        (bytes32 tradeId, bytes32 preimage) = _accept(payer, payee, 50_000);
        bytes memory signature = _sign(key, core.settleTradeDigest(tradeId, preimage, DEADLINE));
        return IBarterCore.Settlement(tradeId, preimage, DEADLINE, signature);
    }

    function _assertAllSettled(IBarterCore.Settlement[] memory batch) private view {
        for (uint256 i = 0; i < batch.length; ++i) {
            assertEq(uint8(_status(batch[i].tradeId)), uint8(IBarterCore.Status.Settled));
        }
    }

    function _profiles() private view returns (bytes memory) {
        return abi.encode(core.getWallet(alice), core.getWallet(bob), core.getWallet(carol));
    }

    function _emitFirst(address wallet, bytes32 tradeId) private {
        emit IERC721.Transfer(address(0), wallet, uint160(wallet));
        emit IERC5192.Locked(uint160(wallet));
        emit IBTRTrust.ScoreUpdated(wallet, tradeId, 6);
    }

    function _emitSecond(address wallet, bytes32 tradeId) private {
        emit IERC4906.MetadataUpdate(uint160(wallet));
        emit IBTRTrust.ScoreUpdated(wallet, tradeId, 12);
    }

    function _emitCredit(address payer, address payee) private {
        emit IERC20.Transfer(address(0), payer, 50e18);
        emit IERC20.Transfer(address(0), payee, 50e18);
    }
}
