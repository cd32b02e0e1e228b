// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBarterCore} from "../../../contracts/interfaces/IBarterCore.sol";
import {TradeLedger} from "./TradeLedger.sol";

/// @notice What each trade looked like when it was first seen at its end.
contract FinalityStore {
    IBarterCore private immutable CORE;
    TradeLedger private immutable LEDGER;

    /// @notice Hash of the whole trade as first seen at its end; zero before.
    mapping(bytes32 tradeId => bytes32) public finalOf;

    constructor(IBarterCore core, TradeLedger ledger) {
        CORE = core;
        LEDGER = ledger;
    }

    /// @notice Looks at every trade that was not final yet.
    function observe() external {
        uint256 length = LEDGER.length();
        for (uint256 i = 0; i < length; ++i) {
            bytes32 tradeId = LEDGER.tradeIdAt(i);
            if (finalOf[tradeId] != 0) continue;
            IBarterCore.Trade memory trade = CORE.getTrade(tradeId);
            if (_isFinal(trade)) finalOf[tradeId] = keccak256(abi.encode(trade));
        }
    }

    function _isFinal(IBarterCore.Trade memory trade) private view returns (bool) {
        if (trade.status == IBarterCore.Status.Settled || trade.status == IBarterCore.Status.Expired) return true;
        if (trade.status != IBarterCore.Status.Disputed) return false;
        return CORE.ARBITER() == address(0) || trade.ruling != IBarterCore.Ruling.None;
    }
}
