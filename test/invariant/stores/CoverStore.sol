// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBarterBond} from "../../../contracts/interfaces/IBarterBond.sol";
import {Actors} from "../Actors.sol";
import {BondLedger} from "./BondLedger.sol";

/// @notice By how much the bonds fall short of what open disputes can take together: the later ones of active money alone, the
/// earlier ones of what those leave and of what is leaving. More disputes can promise more than there is; but nothing else may
/// ever make it worse, and a withdrawal least of all.
contract CoverStore {
    IBarterBond private immutable bond;
    BondLedger private immutable ledger;
    Actors private immutable actors;

    mapping(address provider => uint256) public missing;
    /// @notice Providers whose cover fell without a filing.
    address[] public uncovered;

    mapping(address provider => uint256) private _filings;

    constructor(IBarterBond bond_, BondLedger ledger_, Actors actors_) {
        bond = bond_;
        ledger = ledger_;
        actors = actors_;
    }

    function observe() external {
        for (uint256 i = 0; i < actors.COUNT(); ++i) {
            address provider = actors.wallets(i);
            IBarterBond.Bond memory state = bond.getBond(provider);
            uint256 now_ = _missing(state, ledger.promised(provider), ledger.held(provider));
            uint256 filings = ledger.filings(provider);
            if (now_ > missing[provider] && filings == _filings[provider]) uncovered.push(provider);
            missing[provider] = now_;
            _filings[provider] = filings;
        }
    }

    function _missing(IBarterBond.Bond memory state, uint256 promised, uint256 earlier) private pure returns (uint256) {
        uint256 later = promised - earlier;
        uint256 ofLater = later > state.active ? later - state.active : 0;
        uint256 there = state.unbonding + (ofLater == 0 ? state.active - later : 0);
        return ofLater + (earlier > there ? earlier - there : 0);
    }

    function count() external view returns (uint256) {
        return uncovered.length;
    }
}
