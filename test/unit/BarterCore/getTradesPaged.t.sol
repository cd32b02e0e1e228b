// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBarterCore} from "../../../contracts/interfaces/IBarterCore.sol";
import {BarterTest} from "../../utils/BarterTest.sol";

contract GetTradesPagedTest is BarterTest {
    bytes32[] private ids;

    function test_IsEmptyForAStranger() public view {
        (IBarterCore.Trade[] memory page, bytes32 next) = core.getTradesPaged(carol, 0, 10);
        assertEq(page.length, 0);
        assertEq(next, 0);
    }

    function test_NewestFirstAndWhole() public {
        _make(3);
        vm.prank(alice);
        core.acceptTrade(ids[1]);
        (IBarterCore.Trade[] memory page, bytes32 next) = core.getTradesPaged(alice, 0, 10);
        assertEq(page.length, 3);
        assertEq(next, 0);
        for (uint256 i = 0; i < 3; ++i) {
            assertEq(abi.encode(page[i]), abi.encode(core.getTrade(ids[2 - i])));
        }
    }

    /// @dev Page by page, whatever the page size, the pages are the list backwards.
    function testFuzz_PagesAreTheListBackwards(uint256 length, uint256 limit, bool ofBob) public {
        length = bound(length, 0, 20);
        limit = bound(limit, 1, 25);
        address wallet = ofBob ? bob : alice;
        _make(length);
        bytes32 before;
        uint256 seen;
        do {
            (IBarterCore.Trade[] memory page, bytes32 next) = core.getTradesPaged(wallet, before, limit);
            for (uint256 i = 0; i < page.length; ++i) {
                assertEq(page[i].tradeId, ids[length - ++seen]);
            }
            if (next != 0) {
                assertEq(page.length, limit, "only the last page is short");
                assertEq(next, page[limit - 1].tradeId);
            }
            before = next;
        } while (before != 0);
        assertEq(seen, length);
    }

    /// @dev A page that ends exactly where the history ends has no next.
    function test_TheLastPageMayBeFull() public {
        _make(4);
        (IBarterCore.Trade[] memory page, bytes32 next) = core.getTradesPaged(alice, 0, 2);
        assertEq(page.length, 2);
        assertEq(next, ids[2]);
        (page, next) = core.getTradesPaged(alice, next, 2);
        assertEq(page.length, 2);
        assertEq(page[1].tradeId, ids[0]);
        assertEq(next, 0);
    }

    function test_BeforeTheOldestThereIsNothing() public {
        _make(2);
        (IBarterCore.Trade[] memory page, bytes32 next) = core.getTradesPaged(alice, ids[0], 5);
        assertEq(page.length, 0);
        assertEq(next, 0);
    }

    /// @dev A trade made while somebody pages does not shift the pages to come.
    function test_NewTradesDoNotShiftPages() public {
        _make(4);
        (, bytes32 next) = core.getTradesPaged(alice, 0, 2);
        _propose(carol, alice, 50_000);
        (IBarterCore.Trade[] memory page,) = core.getTradesPaged(alice, next, 2);
        assertEq(page[0].tradeId, ids[1]);
        assertEq(page[1].tradeId, ids[0]);
    }

    function test_LimitOfOne() public {
        _make(2);
        (IBarterCore.Trade[] memory page, bytes32 next) = core.getTradesPaged(alice, 0, 1);
        assertEq(page.length, 1);
        assertEq(page[0].tradeId, ids[1]);
        assertEq(next, ids[1]);
    }

    function test_LargestLimit() public {
        _make(501);
        (IBarterCore.Trade[] memory page, bytes32 next) = core.getTradesPaged(bob, 0, 500);
        assertEq(page.length, 500);
        assertEq(page[0].tradeId, ids[500]);
        assertEq(page[499].tradeId, ids[1]);
        assertEq(next, ids[1]);
        (page, next) = core.getTradesPaged(bob, next, 500);
        assertEq(page.length, 1);
        assertEq(page[0].tradeId, ids[0]);
        assertEq(next, 0);
    }

    function test_LargestLimitOnAShortHistory() public {
        _make(1);
        (IBarterCore.Trade[] memory page, bytes32 next) = core.getTradesPaged(alice, 0, 500);
        assertEq(page.length, 1);
        assertEq(next, 0);
    }

    function test_RevertWhen_TheLimitIsZero() public {
        _make(1);
        vm.expectRevert(abi.encodeWithSelector(IBarterCore.PageSize.selector, 0, 500));
        core.getTradesPaged(alice, 0, 0);
    }

    function testFuzz_RevertWhen_TheLimitIsTooLarge(uint256 limit) public {
        limit = bound(limit, 501, type(uint256).max);
        vm.expectRevert(abi.encodeWithSelector(IBarterCore.PageSize.selector, limit, 500));
        core.getTradesPaged(alice, 0, limit);
    }

    function test_RevertWhen_TheLimitIsOneTooLarge() public {
        vm.expectRevert(abi.encodeWithSelector(IBarterCore.PageSize.selector, 501, 500));
        core.getTradesPaged(alice, 0, 501);
    }

    function test_RevertWhen_TheCursorIsAnotherWallets() public {
        _make(1);
        vm.expectRevert(abi.encodeWithSelector(IBarterCore.NotParty.selector, ids[0], carol));
        core.getTradesPaged(carol, ids[0], 10);
    }

    function testFuzz_RevertWhen_TheCursorIsUnknown(bytes32 before) public {
        _make(1);
        if (before == 0) before = bytes32(uint256(1));
        vm.expectRevert(abi.encodeWithSelector(IBarterCore.TradeNotFound.selector, before));
        core.getTradesPaged(alice, before, 10);
    }

    function test_RevertWhen_TheCursorsCommitmentIsWrong() public {
        _make(1);
        bytes32 other = ids[0] ^ bytes32(uint256(1));
        vm.expectRevert(abi.encodeWithSelector(IBarterCore.TradeNotFound.selector, other));
        core.getTradesPaged(alice, other, 10);
    }

    /// @dev Trades between alice and bob, proposed by each in turn.
    function _make(uint256 length) private {
        for (uint256 i = 0; i < length; ++i) {
            (bytes32 tradeId,) = i % 2 == 0 ? _propose(alice, bob, 50_000) : _propose(bob, alice, 50_000);
            ids.push(tradeId);
        }
    }
}
