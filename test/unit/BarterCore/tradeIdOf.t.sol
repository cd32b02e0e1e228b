// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBarterCore} from "../../../contracts/interfaces/IBarterCore.sol";
import {BarterTest} from "../../utils/BarterTest.sol";

contract TradeIdOfTest is BarterTest {
    /// @dev Against the definition, written out here a second time.
    function testFuzz_EqualsTheDefinition(
        address payer,
        address payee,
        bool payeeProposes,
        bytes32 paymentHash,
        uint256 amountSats,
        string memory category,
        string memory description
    ) public view {
        payer = address(uint160(bound(uint160(payer), 1, type(uint160).max)));
        payee = address(uint160(bound(uint160(payee), 1, type(uint160).max)));
        if (payer == payee) payee = address(uint160(payer) ^ 1);
        if (payee == address(0)) payee = address(2);
        amountSats = bound(amountSats, 1_000, 2_100_000_000_000_000);
        category = _cut(category, 32);
        description = _cut(description, 200);
        IBarterCore.Terms memory terms = IBarterCore.Terms(payer, payee, paymentHash, amountSats, category, description);
        address proposer = payeeProposes ? payee : payer;
        assertEq(core.tradeIdOf(proposer, terms), _definition(proposer, terms));
    }

    /// @dev A fixed vector, made outside of Solidity: what implementations in other languages can be held against.
    function test_Vector() public view {
        IBarterCore.Terms memory terms = IBarterCore.Terms({
            payer: 0x1111111111111111111111111111111111111111,
            payee: 0x2222222222222222222222222222222222222222,
            paymentHash: 0x66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925,
            amountSats: 50_000,
            category: "digital-goods",
            description: unicode"Café ☕"
        });
        bytes32 byPayer = core.tradeIdOf(terms.payer, terms);
        bytes32 byPayee = core.tradeIdOf(terms.payee, terms);
        assertEq(byPayer, 0x4e7adba8a63a4d486a172f2592a83ed105712d9fb9bf2c297fc17d10919f6603);
        assertEq(byPayee, 0x4e7adba8a63a4d486a172f25f19f6ed15069bd8a56a4a51493ec13a67bab06a7);
        assertEq(bytes12(byPayer), bytes12(byPayee), "the key is the pair's");
        assertNotEq(byPayer, byPayee, "the commitment is the proposer's");
    }

    function testFuzz_RevertWhen_TheProposerIsNoParty(address proposer) public {
        if (proposer == alice || proposer == bob) proposer = carol;
        vm.expectRevert(abi.encodeWithSelector(IBarterCore.NotParty.selector, bytes32(0), proposer));
        core.tradeIdOf(proposer, _terms(alice, bob, bytes32(0), 50_000));
    }

    function test_RevertWhen_TheCounterpartyIsZero() public {
        vm.expectRevert(abi.encodeWithSelector(IBarterCore.ZeroCounterparty.selector));
        core.tradeIdOf(alice, _terms(alice, address(0), bytes32(0), 50_000));
    }

    function test_RevertWhen_BothPartiesAreOne() public {
        vm.expectRevert(abi.encodeWithSelector(IBarterCore.SelfTrade.selector, alice));
        core.tradeIdOf(alice, _terms(alice, alice, bytes32(0), 50_000));
    }

    function test_RevertWhen_TheAmountIsOutOfRange() public {
        vm.expectRevert(
            abi.encodeWithSelector(IBarterCore.AmountOutOfRange.selector, 999, 1_000, 2_100_000_000_000_000)
        );
        core.tradeIdOf(alice, _terms(alice, bob, bytes32(0), 999));
    }

    function test_RevertWhen_TheCategoryIsTooLong() public {
        IBarterCore.Terms memory terms = _terms(alice, bob, bytes32(0), 50_000);
        terms.category = string(new bytes(33));
        vm.expectRevert(abi.encodeWithSelector(IBarterCore.CategoryTooLong.selector, 33, 32));
        core.tradeIdOf(alice, terms);
    }

    function test_RevertWhen_TheDescriptionIsTooLong() public {
        IBarterCore.Terms memory terms = _terms(alice, bob, bytes32(0), 50_000);
        terms.description = string(new bytes(201));
        vm.expectRevert(abi.encodeWithSelector(IBarterCore.DescriptionTooLong.selector, 201, 200));
        core.tradeIdOf(alice, terms);
    }

    function _definition(address proposer, IBarterCore.Terms memory terms) private pure returns (bytes32) {
        address other = proposer == terms.payer ? terms.payee : terms.payer;
        bytes memory pair =
            uint160(proposer) < uint160(other) ? abi.encodePacked(proposer, other) : abi.encodePacked(other, proposer);
        bytes12 key = bytes12(keccak256(bytes.concat(pair, terms.paymentHash)));
        bytes1 flags = bytes1(uint8(bytes(terms.category).length + (terms.payer == other ? 128 : 0)));
        bytes memory encoded = bytes.concat(
            bytes7(uint56(terms.amountSats)),
            flags,
            bytes20(proposer),
            bytes20(other),
            terms.paymentHash,
            bytes(terms.category),
            bytes(terms.description)
        );
        bytes20 commitment = bytes20(keccak256(encoded) << 96);
        return bytes32(bytes.concat(key, commitment));
    }
}
