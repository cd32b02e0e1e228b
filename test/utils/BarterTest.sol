// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { Test } from "forge-std/Test.sol";

import { BarterCore } from "../../contracts/BarterCore.sol";
import { IBarterCore } from "../../contracts/interfaces/IBarterCore.sol";
import { IBTRCredit } from "../../contracts/interfaces/IBTRCredit.sol";
import { IBTRTrust } from "../../contracts/interfaces/IBTRTrust.sol";

/// @notice A deployment with an arbiter, three wallets with keys, and the steps of a trade.
abstract contract BarterTest is Test {
    uint256 internal constant START = 1_763_600_000;
    string internal constant CATEGORY = "digital-goods";
    string internal constant DESCRIPTION = "Logo design commission, three drafts and two revisi";

    BarterCore internal core;
    IBTRTrust internal trust;
    IBTRCredit internal credit;

    address internal arbiter = makeAddr("arbiter");
    address internal alice;
    address internal bob;
    address internal carol;
    uint256 internal aliceKey;
    uint256 internal bobKey;
    uint256 internal carolKey;

    uint256 private _preimages;

    function setUp() public virtual {
        vm.warp(START);
        (alice, aliceKey) = makeAddrAndKey("alice");
        (bob, bobKey) = makeAddrAndKey("bob");
        (carol, carolKey) = makeAddrAndKey("carol");
        core = new BarterCore(arbiter);
        trust = core.TRUST();
        credit = core.CREDIT();
    }

    /// @dev A preimage nobody used yet, with its hash computed here: sha256 is a call, and would spend a prank.
    function _newPreimage() internal returns (bytes32 preimage, bytes32 paymentHash) {
        preimage = keccak256(abi.encode("preimage", ++_preimages));
        paymentHash = sha256(abi.encode(preimage));
    }

    function _terms(address payer, address payee, bytes32 paymentHash, uint256 amountSats)
        internal
        pure
        returns (IBarterCore.Terms memory)
    {
        return IBarterCore.Terms(payer, payee, paymentHash, amountSats, CATEGORY, DESCRIPTION);
    }

    function _propose(address payer, address payee, uint256 amountSats)
        internal
        returns (bytes32 tradeId, bytes32 preimage)
    {
        bytes32 paymentHash;
        (preimage, paymentHash) = _newPreimage();
        vm.prank(payer);
        tradeId = core.proposeTrade(payee, paymentHash, amountSats, CATEGORY, DESCRIPTION);
    }

    function _accept(address payer, address payee, uint256 amountSats)
        internal
        returns (bytes32 tradeId, bytes32 preimage)
    {
        (tradeId, preimage) = _propose(payer, payee, amountSats);
        vm.prank(payee);
        core.acceptTrade(tradeId);
    }

    function _settle(address payer, address payee, uint256 amountSats) internal returns (bytes32 tradeId) {
        bytes32 preimage;
        (tradeId, preimage) = _accept(payer, payee, amountSats);
        vm.prank(payer);
        core.settleTrade(tradeId, preimage);
    }

    function _sign(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    function _status(bytes32 tradeId) internal view returns (IBarterCore.Status) {
        return core.getTrade(tradeId).status;
    }
}
