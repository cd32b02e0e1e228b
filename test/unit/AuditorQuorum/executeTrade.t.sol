// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAuditorQuorum} from "../../../contracts/interfaces/IAuditorQuorum.sol";
import {IBarterCore} from "../../../contracts/interfaces/IBarterCore.sol";
import {QuorumTest} from "../../utils/QuorumTest.sol";

/// @notice Disputes of BarterCore from their beginning to the end that the auditors gave them.
contract ExecuteTradeTest is QuorumTest {
    function test_DismissedAndSettledAfterAll() public {
        _ruleTrade(address(0));
        skip(OVERTURN_WINDOW);
        _executeTrade();
        _assertRuling(IAuditorQuorum.RulingStatus.Executed, address(0), START + OVERTURN_WINDOW);
        IBarterCore.Trade memory trade = core.getTrade(tradeId);
        assertEq(uint8(trade.status), uint8(IBarterCore.Status.Accepted));
        assertEq(uint8(trade.ruling), uint8(IBarterCore.Ruling.Dismissed));
        assertEq(core.getWallet(provider).disputed, 0);
        assertEq(core.getWallet(consumer).disputed, 0);

        vm.prank(consumer);
        core.settleTrade(tradeId, PREIMAGE);
        assertEq(uint8(_tradeStatus()), uint8(IBarterCore.Status.Settled));
        assertEq(core.TRUST().getScore(provider), 6);
        assertEq(core.getWallet(provider).faults, 0);
    }

    function test_UpheldAgainstEither() public {
        address[2] memory parties = [provider, consumer];
        uint256 before = vm.snapshotState();
        for (uint256 i = 0; i < 2; ++i) {
            vm.revertToState(before);
            _ruleTrade(parties[i]);
            skip(OVERTURN_WINDOW);
            _executeTrade();
            _assertRuling(IAuditorQuorum.RulingStatus.Executed, parties[i], START + OVERTURN_WINDOW);
            assertEq(uint8(_tradeStatus()), uint8(IBarterCore.Status.Disputed));
            assertEq(core.getWallet(parties[i]).faults, 1);
            assertEq(core.getWallet(parties[1 - i]).faults, 0);
        }
    }

    /// @dev At once, and as the larger quorum said: the first ruling has no trace in the core.
    function test_Overturned() public {
        _ruleTrade(provider);
        skip(OVERTURN_WINDOW - 1);
        _overturnTrade(consumer);
        _executeTrade();
        assertEq(core.getWallet(provider).faults, 0);
        assertEq(core.getWallet(consumer).faults, 1);
    }

    function test_OverturnedToADismissal() public {
        _ruleTrade(provider);
        _overturnTrade(address(0));
        _executeTrade();
        assertEq(core.getWallet(provider).faults, 0);
        vm.prank(consumer);
        core.settleTrade(tradeId, PREIMAGE);
        assertEq(core.TRUST().getScore(provider), 6);
    }

    function test_EmitsTradeExecutedAndTheCoresEvent() public {
        _ruleTrade(provider);
        skip(OVERTURN_WINDOW);
        vm.expectEmit(address(quorum));
        emit IAuditorQuorum.TradeExecuted(address(core), tradeId, provider);
        vm.expectEmit(address(core));
        emit IBarterCore.DisputeUpheld(tradeId, provider);
        _executeTrade();
    }

    /// @dev Each in its own core's books.
    function test_OneTradeOfTwoCores() public {
        IBarterCore twin = _newCore(address(quorum));
        _ruleTrade(provider);
        IAuditorQuorum.TradeRuling memory none;
        assertEq(abi.encode(quorum.tradeRuling(address(twin), tradeId)), abi.encode(none));
    }

    // ------------------------------------------------------------------------------------------------ refusals

    function test_FromTheFirstSecondAfterTheWindow() public {
        _ruleTrade(provider);
        skip(OVERTURN_WINDOW - 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                IAuditorQuorum.OverturnWindowOpen.selector, START + OVERTURN_WINDOW, START + OVERTURN_WINDOW - 1
            )
        );
        _executeTrade();
        skip(1);
        _executeTrade();
        assertEq(core.getWallet(provider).faults, 1);
    }

    function test_RevertGiven_ItWasNotRuledOn() public {
        vm.expectRevert(_wrongRulingStatus(IAuditorQuorum.RulingStatus.None, IAuditorQuorum.RulingStatus.Ruled));
        _executeTrade();
    }

    function test_RevertGiven_ItWasExecuted() public {
        _ruleTrade(provider);
        skip(OVERTURN_WINDOW);
        _executeTrade();
        vm.expectRevert(_wrongRulingStatus(IAuditorQuorum.RulingStatus.Executed, IAuditorQuorum.RulingStatus.Ruled));
        _executeTrade();
        assertEq(core.getWallet(provider).faults, 1);
    }

    /// @dev A core with another arbiter refuses, and the ruling is still only a ruling.
    function test_RevertGiven_TheCoreHasAnotherArbiter() public {
        core = _newCore(stranger);
        tradeId = _dispute(PREIMAGE);
        _ruleTrade(provider);
        skip(OVERTURN_WINDOW);
        vm.expectRevert(abi.encodeWithSelector(IBarterCore.NotArbiter.selector, address(quorum), stranger));
        _executeTrade();
        _assertRuling(IAuditorQuorum.RulingStatus.Ruled, provider, START + OVERTURN_WINDOW);
    }
}
