// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice What BarterCore keeps of a wallet, in one slot. Settled trades are counted by BTRTrust, which writes its own
/// slot for them anyway. Widths: nobody can be made to overflow by others (2^40 proposals cost more gas than a chain has);
/// a wallet that overflows its own counters makes its own calls revert.
/// @param latest Key of its newest trade, on either side; zero if none.
/// @param proposed Trades ever proposed, by it or to it.
/// @param initiated Of those, the ones it proposed: the next one's sequence number.
/// @param accepted Trades ever accepted, on either side.
/// @param disputed Trades in dispute, or ended by one.
/// @param faults Disputes upheld against it.
struct Account {
    bytes12 latest;
    uint40 proposed;
    uint40 initiated;
    uint32 accepted;
    uint24 disputed;
    uint24 faults;
}
