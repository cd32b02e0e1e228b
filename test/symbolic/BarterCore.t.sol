// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";

import {BarterCore} from "../../contracts/BarterCore.sol";
import {IBarterCore} from "../../contracts/interfaces/IBarterCore.sol";
import {svm} from "./Svm.sol";

/// @notice Who may do what to a trade. The real contract, with its record as code of an account of its own, runs inside the
/// prover.
///
/// Proven for any payment hash, amount, preimage, caller and time the proofs take as arguments. Fixed, one value standing
/// for all: the two parties' addresses, the texts (13 bytes in all), the time of the proposal, and an otherwise empty
/// contract, so that this is the two parties' first trade. The invariants run the same rules over other values.
///
/// sha256 is an unknown function to the prover: "settles exactly if sha256(preimage) is the payment hash" holds whatever
/// that function is. That no two preimages share a hash is not proven, nor provable. keccak256 is taken to have no
/// collisions. ecrecover too is unknown: what is proven of signatures is that the right digest was signed by the right
/// wallet. Only signatures of 65 bytes and wallets without code are tried; the unit tests have the others.
contract BarterCoreSymbolicTest is Test {
    uint256 private constant START = 1_763_600_000;
    uint256 private constant MIN_AMOUNT_SATS = 1_000;
    uint256 private constant MAX_AMOUNT_SATS = 2_100_000_000_000_000;
    uint256 private constant MAX_S = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0;
    address private constant PROPOSER = address(0xa11ce);
    address private constant COUNTERPARTY = address(0xb0b);
    address private constant ARBITER = address(0xa4b17e4);

    struct Signature {
        bytes32 r;
        bytes32 s;
        uint8 v;
    }

    BarterCore private core;
    BarterCore private coreWithoutArbiter;

    function setUp() external {
        vm.warp(START);
        core = new BarterCore(ARBITER);
        coreWithoutArbiter = new BarterCore(address(0));
    }

    // ------------------------------------------------------------------------------------------------ accepting

    /// @dev Accepted exactly if the counterparty does it within seven days.
    function check_OnlyTheCounterpartyAccepts(
        bytes32 paymentHash,
        uint256 amountSats,
        bool proposerPays,
        address caller,
        uint256 time
    ) external {
        bytes32 tradeId = _propose(core, paymentHash, amountSats, proposerPays);
        vm.assume(time >= START && time < START + 3650 days);
        vm.warp(time);
        bool success = _call(core, caller, abi.encodeCall(BarterCore.acceptTrade, (tradeId)));
        assertEq(success, caller == COUNTERPARTY && time <= START + 7 days);
    }

    // ------------------------------------------------------------------------------------------------ settling

    /// @dev Settled exactly if the payer shows a preimage of the payment hash.
    function check_SettlesExactlyIfThePayerShowsThePreimage(
        bytes32 paymentHash,
        uint256 amountSats,
        bool proposerPays,
        address caller,
        bytes32 preimage
    ) external {
        bytes32 tradeId = _accept(core, paymentHash, amountSats, proposerPays);
        bool matches = sha256(abi.encode(preimage)) == paymentHash;
        bool success = _call(core, caller, abi.encodeCall(BarterCore.settleTrade, (tradeId, preimage)));
        assertEq(success, caller == _payer(proposerPays) && matches);
        assertEq(_status(core, tradeId), success ? 2 : 1);
    }

    /// @dev The same as a batch of one without signature.
    function check_BatchSettlesExactlyIfThePayerShowsThePreimage(
        bytes32 paymentHash,
        bool proposerPays,
        address caller,
        bytes32 preimage,
        uint256 deadline
    ) external {
        bytes32 tradeId = _accept(core, paymentHash, 50_000, proposerPays);
        bool matches = sha256(abi.encode(preimage)) == paymentHash;
        IBarterCore.Settlement[] memory settlements = new IBarterCore.Settlement[](1);
        settlements[0] = IBarterCore.Settlement(tradeId, preimage, deadline, "");
        bool success = _call(core, caller, abi.encodeCall(BarterCore.settleTrades, (settlements)));
        assertEq(success, caller == _payer(proposerPays) && matches);
    }

    /// @dev By signature: exactly if it recovers to the payer over this very trade, preimage and deadline, the deadline has
    /// not passed, and the preimage is right; whoever brings it.
    function check_SettlesBySignatureExactlyIfThePayerSigned(
        bytes32 paymentHash,
        address caller,
        bytes32 preimage,
        uint256 deadline,
        Signature memory signature
    ) external {
        bytes32 tradeId = _accept(core, paymentHash, 50_000, true);
        bytes32 digest = _digest(
            keccak256(
                abi.encode(
                    keccak256("SettleTrade(bytes32 tradeId,bytes32 preimage,uint256 deadline)"),
                    tradeId,
                    preimage,
                    deadline
                )
            )
        );
        bool signed = _isSignedBy(PROPOSER, digest, signature);
        bool matches = sha256(abi.encode(preimage)) == paymentHash;
        IBarterCore.Settlement memory settlement =
            IBarterCore.Settlement(tradeId, preimage, deadline, _encode(signature));
        bool success = _call(core, caller, abi.encodeCall(BarterCore.settleTradeBySignature, (settlement)));
        assertEq(success, signed && matches && START <= deadline);
    }

    /// @dev A settled trade does not settle again, nor does anything else happen to it.
    function check_SettledIsFinal(bytes32 paymentHash, bytes32 preimage, address caller, bytes32 second) external {
        bytes32 tradeId = _accept(core, paymentHash, 50_000, true);
        vm.assume(sha256(abi.encode(preimage)) == paymentHash);
        vm.prank(PROPOSER);
        core.settleTrade(tradeId, preimage);
        _assertRefusesAll(core, tradeId, caller, second);
        assertEq(_status(core, tradeId), 2);
    }

    /// @dev Before it is accepted, a trade does not settle, nor can it be disputed or ruled on.
    function check_ProposedOnlyAccepts(bytes32 paymentHash, bytes32 preimage, address caller) external {
        bytes32 tradeId = _propose(core, paymentHash, 50_000, true);
        vm.assume(caller != COUNTERPARTY);
        _assertRefusesAll(core, tradeId, caller, preimage);
        assertEq(_status(core, tradeId), 0);
    }

    // ------------------------------------------------------------------------------------------------ disputes

    function check_OnlyPartiesDispute(bytes32 paymentHash, bool proposerPays, address caller) external {
        bytes32 tradeId = _accept(core, paymentHash, 50_000, proposerPays);
        bool success = _call(core, caller, abi.encodeCall(BarterCore.disputeTrade, (tradeId)));
        assertEq(success, caller == PROPOSER || caller == COUNTERPARTY);
    }

    function check_OnlyTheArbiterRules(bytes32 paymentHash, address caller, bool uphold, address atFault) external {
        bytes32 tradeId = _dispute(core, paymentHash);
        bytes memory data = uphold
            ? abi.encodeCall(BarterCore.upholdDispute, (tradeId, atFault))
            : abi.encodeCall(BarterCore.dismissDispute, (tradeId));
        bool success = _call(core, caller, data);
        bool isParty = atFault == PROPOSER || atFault == COUNTERPARTY;
        assertEq(success, caller == ARBITER && (!uphold || isParty));
    }

    /// @dev Without an arbiter a dispute is the end. The zero address sends no transactions.
    function check_DisputedWithoutArbiterIsFinal(bytes32 paymentHash, address caller, bytes32 preimage) external {
        vm.assume(caller != address(0));
        bytes32 tradeId = _dispute(coreWithoutArbiter, paymentHash);
        _assertRefusesAll(coreWithoutArbiter, tradeId, caller, preimage);
        assertEq(_status(coreWithoutArbiter, tradeId), 3);
    }

    /// @dev An upheld dispute is the end too.
    function check_UpheldIsFinal(bytes32 paymentHash, address caller, bytes32 preimage) external {
        bytes32 tradeId = _dispute(core, paymentHash);
        vm.prank(ARBITER);
        core.upholdDispute(tradeId, COUNTERPARTY);
        _assertRefusesAll(core, tradeId, caller, preimage);
        assertEq(_status(core, tradeId), 3);
    }

    // ------------------------------------------------------------------------------------------------ proposing

    /// @dev A pair's payment hash cannot be used again, by either, whatever the other terms.
    function check_PaymentHashOnce(bytes32 paymentHash, uint256 amountSats, bool byCounterparty, bool asPayee)
        external
    {
        _propose(core, paymentHash, 50_000, true);
        address caller = byCounterparty ? COUNTERPARTY : PROPOSER;
        address other = byCounterparty ? PROPOSER : COUNTERPARTY;
        bytes memory data = asPayee
            ? abi.encodeCall(BarterCore.proposeTradeAsPayee, (other, paymentHash, amountSats, "", "again"))
            : abi.encodeCall(BarterCore.proposeTrade, (other, paymentHash, amountSats, "", "again"));
        assertFalse(_call(core, caller, data));
    }

    /// @dev Proposed exactly if the amount is within the limits, and then read back as proposed.
    function check_AmountWithinLimits(bytes32 paymentHash, uint256 amountSats, bool proposerPays) external {
        bytes memory data = proposerPays
            ? abi.encodeCall(BarterCore.proposeTrade, (COUNTERPARTY, paymentHash, amountSats, "goods", "a thing"))
            : abi.encodeCall(
                BarterCore.proposeTradeAsPayee, (COUNTERPARTY, paymentHash, amountSats, "goods", "a thing")
            );
        vm.prank(PROPOSER);
        (bool success, bytes memory answer) = address(core).call(data);
        assertEq(success, amountSats >= MIN_AMOUNT_SATS && amountSats <= MAX_AMOUNT_SATS);
        if (!success) return;
        IBarterCore.Trade memory trade = core.getTrade(abi.decode(answer, (bytes32)));
        assertEq(trade.paymentHash, paymentHash);
        assertEq(trade.amountSats, amountSats);
        assertEq(trade.partyA, PROPOSER);
        assertEq(trade.partyB, COUNTERPARTY);
        assertEq(trade.payer, _payer(proposerPays));
    }

    /// @dev Opened exactly by a party whose counterparty signed these very terms, for it as proposer, before the deadline.
    function check_OpensExactlyIfTheCounterpartySigned(
        bytes32 paymentHash,
        uint256 amountSats,
        bool proposerPays,
        uint256 deadline,
        Signature memory signature
    ) external {
        vm.assume(amountSats >= MIN_AMOUNT_SATS && amountSats <= MAX_AMOUNT_SATS);
        (address payer, address payee) = proposerPays ? (PROPOSER, COUNTERPARTY) : (COUNTERPARTY, PROPOSER);
        bytes32 digest = _digest(
            keccak256(
                abi.encode(
                    keccak256(
                        "OpenTrade(address proposer,address payer,address payee,bytes32 paymentHash,uint256 amountSats,string category,string description,uint256 deadline)"
                    ),
                    PROPOSER,
                    payer,
                    payee,
                    paymentHash,
                    amountSats,
                    keccak256("goods"),
                    keccak256("a thing"),
                    deadline
                )
            )
        );
        bool signed = _isSignedBy(COUNTERPARTY, digest, signature);
        IBarterCore.Terms memory terms = IBarterCore.Terms(payer, payee, paymentHash, amountSats, "goods", "a thing");
        vm.prank(PROPOSER);
        (bool success, bytes memory answer) =
            address(core).call(abi.encodeCall(BarterCore.openTrade, (terms, deadline, _encode(signature))));
        assertEq(success, signed && START <= deadline);
        if (success) assertEq(_status(core, abi.decode(answer, (bytes32))), 1);
    }

    /// @dev Nobody opens a trade between two others, with whatever signature.
    function check_OnlyPartiesOpen(bytes32 paymentHash, address caller, uint256 deadline, Signature memory signature)
        external
    {
        vm.assume(caller != PROPOSER && caller != COUNTERPARTY);
        IBarterCore.Terms memory terms =
            IBarterCore.Terms(PROPOSER, COUNTERPARTY, paymentHash, 50_000, "goods", "a thing");
        bytes memory data = abi.encodeCall(BarterCore.openTrade, (terms, deadline, _encode(signature)));
        assertFalse(_call(core, caller, data));
    }

    // ------------------------------------------------------------------------------------------------ helpers

    function _payer(bool proposerPays) private pure returns (address) {
        return proposerPays ? PROPOSER : COUNTERPARTY;
    }

    function _propose(BarterCore to, bytes32 paymentHash, uint256 amountSats, bool proposerPays)
        private
        returns (bytes32)
    {
        vm.assume(amountSats >= MIN_AMOUNT_SATS && amountSats <= MAX_AMOUNT_SATS);
        vm.prank(PROPOSER);
        if (proposerPays) return to.proposeTrade(COUNTERPARTY, paymentHash, amountSats, "goods", "a thing");
        return to.proposeTradeAsPayee(COUNTERPARTY, paymentHash, amountSats, "goods", "a thing");
    }

    function _accept(BarterCore to, bytes32 paymentHash, uint256 amountSats, bool proposerPays)
        private
        returns (bytes32 tradeId)
    {
        tradeId = _propose(to, paymentHash, amountSats, proposerPays);
        vm.prank(COUNTERPARTY);
        to.acceptTrade(tradeId);
    }

    function _dispute(BarterCore to, bytes32 paymentHash) private returns (bytes32 tradeId) {
        tradeId = _accept(to, paymentHash, 50_000, true);
        vm.prank(PROPOSER);
        to.disputeTrade(tradeId);
    }

    function _call(BarterCore to, address caller, bytes memory data) private returns (bool success) {
        vm.prank(caller);
        (success,) = address(to).call(data);
    }

    /// @dev EIP-712, written out.
    function _digest(bytes32 structHash) private view returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Barter"),
                keccak256("1"),
                block.chainid,
                address(core)
            )
        );
        return keccak256(abi.encodePacked("\x19\x01", domain, structHash));
    }

    /// @dev Of the lower half of signatures, the upper being refused as the same ones mirrored; v is 27 or 28.
    function _isSignedBy(address signer, bytes32 digest, Signature memory signature) private pure returns (bool) {
        vm.assume(uint256(signature.s) <= MAX_S && (signature.v == 27 || signature.v == 28));
        return ecrecover(digest, signature.v, signature.r, signature.s) == signer;
    }

    function _encode(Signature memory signature) private pure returns (bytes memory) {
        return abi.encodePacked(signature.r, signature.s, signature.v);
    }

    function _status(BarterCore of_, bytes32 tradeId) private view returns (uint256) {
        return uint256(of_.getTrade(tradeId).status);
    }

    /// @dev Every call that changes an existing trade, by a caller and with a preimage of the prover's choice.
    function _assertRefusesAll(BarterCore to, bytes32 tradeId, address caller, bytes32 preimage) private {
        assertFalse(_call(to, caller, abi.encodeCall(BarterCore.acceptTrade, (tradeId))));
        assertFalse(_call(to, caller, abi.encodeCall(BarterCore.settleTrade, (tradeId, preimage))));
        assertFalse(_call(to, caller, abi.encodeCall(BarterCore.disputeTrade, (tradeId))));
        assertFalse(_call(to, caller, abi.encodeCall(BarterCore.dismissDispute, (tradeId))));
        assertFalse(_call(to, caller, abi.encodeCall(BarterCore.upholdDispute, (tradeId, PROPOSER))));
        bytes memory signature = svm.createBytes(65, "signature");
        IBarterCore.Settlement memory settlement =
            IBarterCore.Settlement(tradeId, preimage, type(uint256).max, signature);
        assertFalse(_call(to, caller, abi.encodeCall(BarterCore.settleTradeBySignature, (settlement))));
    }
}
