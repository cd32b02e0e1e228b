// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC5267} from "@openzeppelin/contracts/interfaces/IERC5267.sol";

import {IBarterCore} from "../../../contracts/interfaces/IBarterCore.sol";
import {BarterTest} from "../../utils/BarterTest.sol";

contract FallbackTest is BarterTest {
    function test_RevertWhen_TheCallIsEmpty() public {
        _assertUnknown("");
    }

    /// @dev Right after a trade was stored, in the same transaction: nothing of it is left to be asked for.
    function test_RevertWhen_TheCallIsEmptyAfterAProposal() public {
        _propose(alice, bob, 50_000);
        _assertUnknown("");
    }

    function test_RevertWhen_TheCallIsEmptyAfterARefusedProposal() public {
        bytes32 paymentHash = keccak256("twice");
        vm.startPrank(alice);
        core.proposeTrade(bob, paymentHash, 50_000, CATEGORY, DESCRIPTION);
        vm.expectRevert();
        core.proposeTrade(bob, paymentHash, 50_000, CATEGORY, DESCRIPTION);
        vm.stopPrank();
        _assertUnknown("");
    }

    function testFuzz_RevertWhen_TheSelectorIsUnknown(bytes4 selector, bytes calldata rest) public {
        _assertUnknown(bytes.concat(_isKnown(selector) ? bytes4(0xffffffff) : selector, rest));
    }

    function testFuzz_RevertWhen_TheCallIsShorterThanASelector(bytes4 start, uint256 length) public {
        bytes memory data = abi.encodePacked(start);
        length = bound(length, 0, 3);
        assembly ("memory-safe") {
            mstore(data, length)
        }
        _assertUnknown(data);
    }

    /// @dev Not payable, and so refused by the compiler's own check, which says nothing.
    function testFuzz_RevertWhen_EtherIsSent(uint256 amount, bytes calldata data) public {
        amount = bound(amount, 1, type(uint128).max);
        vm.deal(address(this), amount);
        (bool success, bytes memory result) = address(core).call{value: amount}(data);
        assertFalse(success);
        assertEq(result, "");
        assertEq(address(core).balance, 0);
    }

    function test_RevertWhen_EtherIsSentWithAKnownCall() public {
        vm.deal(alice, 1);
        bytes memory call =
            abi.encodeCall(IBarterCore.proposeTrade, (bob, keccak256("hash"), uint256(50_000), CATEGORY, DESCRIPTION));
        vm.prank(alice);
        (bool success, bytes memory result) = address(core).call{value: 1}(call);
        assertFalse(success);
        assertEq(result, "");
    }

    function test_RevertWhen_EtherIsSentToTheTokens() public {
        vm.deal(address(this), 2);
        (bool toTrust,) = address(trust).call{value: 1}("");
        (bool toCredit,) = address(credit).call{value: 1}("");
        assertFalse(toTrust);
        assertFalse(toCredit);
    }

    function _assertUnknown(bytes memory data) private {
        (bool success, bytes memory result) = address(core).call(data);
        assertFalse(success);
        assertEq(result, abi.encodeWithSelector(IBarterCore.UnknownCall.selector));
        (success, result) = address(core).staticcall(data);
        assertFalse(success);
        assertEq(result, abi.encodeWithSelector(IBarterCore.UnknownCall.selector));
    }

    function _isKnown(bytes4 selector) private pure returns (bool) {
        bytes4[24] memory known = [
            IBarterCore.proposeTrade.selector,
            IBarterCore.proposeTradeAsPayee.selector,
            IBarterCore.openTrade.selector,
            IBarterCore.acceptTrade.selector,
            IBarterCore.settleTrade.selector,
            IBarterCore.settleTradeBySignature.selector,
            IBarterCore.settleTrades.selector,
            IBarterCore.disputeTrade.selector,
            IBarterCore.dismissDispute.selector,
            IBarterCore.upholdDispute.selector,
            IBarterCore.cancelSignature.selector,
            IBarterCore.trades.selector,
            IBarterCore.getTrade.selector,
            IBarterCore.getTradesByAddress.selector,
            IBarterCore.getTradesPaged.selector,
            IBarterCore.getWallet.selector,
            IBarterCore.tradeIdOf.selector,
            IBarterCore.openTradeDigest.selector,
            IBarterCore.settleTradeDigest.selector,
            IBarterCore.isSignatureCancelled.selector,
            IBarterCore.TRUST.selector,
            IBarterCore.CREDIT.selector,
            IBarterCore.ARBITER.selector,
            IERC5267.eip712Domain.selector
        ];
        for (uint256 i = 0; i < known.length; ++i) {
            if (selector == known[i]) return true;
        }
        return false;
    }
}
