// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeTransferLib} from "solady/utils/SafeTransferLib.sol";

import {IBarterBond} from "../../contracts/interfaces/IBarterBond.sol";
import {BondTest} from "../utils/BondTest.sol";
import {
    BlockingToken,
    FeeToken,
    PlainToken,
    RefusingToken,
    SenderFeeToken,
    SilentToken,
    TornToken
} from "../utils/Tokens.sol";

/// @notice Tokens that are not as the standard has them. Whatever they do, nobody gets what is another's.
contract BondTokensTest is BondTest {
    uint256 private constant DEPOSIT = 200e6;

    // ------------------------------------------------------------------------------------------------ no return value

    function test_ATokenThatReturnsNothing() public {
        _deploy(new SilentToken());
        _wholeLife();
    }

    function test_ATokenAsTheStandardHasIt() public {
        _deploy(new PlainToken());
        _wholeLife();
    }

    // ------------------------------------------------------------------------------------------------ refusals

    /// @dev One that returns false instead of reverting has not paid, and has not taken.
    function test_ATokenThatReturnsFalse() public {
        RefusingToken money = new RefusingToken();
        _deploy(money);
        _stake(BOND);
        _end(_file(1, DEPOSIT), 50_000);
        _unbond(1_000e6);
        skip(UNBONDING_DELAY);
        money.refuse();

        vm.expectRevert(SafeTransferLib.TransferFailed.selector);
        _withdraw();
        vm.expectRevert(SafeTransferLib.TransferFailed.selector);
        vm.prank(consumer);
        bond.claim(consumer);
        vm.expectRevert(SafeTransferLib.TransferFromFailed.selector);
        bond.topUp(provider, 1);
        vm.expectRevert(SafeTransferLib.TransferFromFailed.selector);
        vm.prank(stranger);
        bond.stake(HUB, 1);
        assertEq(bond.getBond(provider).unbonding, 1_000e6);
        assertEq(bond.claimable(consumer), BOND / 20);
    }

    /// @dev A token that is not there any more pays nothing, and what is owed stays owed.
    function test_ATokenThatIsGone() public {
        _stake(BOND);
        _end(_file(1, DEPOSIT), 50_000);
        vm.etch(address(token), "");
        vm.expectRevert();
        vm.prank(consumer);
        bond.claim(consumer);
        vm.expectRevert();
        vm.prank(stranger);
        bond.topUp(provider, 1);
        assertEq(bond.claimable(consumer), BOND / 20);
    }

    /// @dev One that does not answer for a balance before a transfer, and does after it, would make all that is here look
    /// like what has just arrived.
    function test_ATokenThatDoesNotAnswerForABalance() public {
        TornToken money = new TornToken();
        _deploy(money);
        _stake(BOND);
        money.tear();
        vm.expectRevert(TornToken.Torn.selector);
        vm.prank(stranger);
        bond.stake("https://thief.example", 1);
    }

    // ------------------------------------------------------------------------------------------------ fees

    /// @dev What is credited is what arrived, of bonds and of deposits; what is owed is there.
    function testFuzz_ATokenThatKeepsAFee(uint256 feePpm, uint256 amount) public {
        feePpm = bound(feePpm, 1, 500_000);
        amount = bound(amount, 1_000e6, 1e30);
        FeeToken money = new FeeToken(feePpm);
        _deploy(money);
        uint256 arrived = amount - amount * feePpm / 1e6;
        _stake(amount);
        assertEq(bond.getBond(provider).active, arrived);
        assertEq(bond.getBond(provider).everBonded, arrived);
        vm.prank(stranger);
        bond.topUp(provider, amount);
        assertEq(bond.getBond(provider).active, 2 * arrived);

        bytes32 disputeId = _file(1, amount);
        assertEq(bond.getDispute(disputeId).deposit, arrived);
        _assertSolvent(arrived);
        _end(disputeId, MAX_SLASH_PPM);
        _assertSolvent(0);
        vm.prank(consumer);
        assertEq(bond.claim(consumer), arrived * 2 / 10);
        vm.prank(filer);
        assertEq(bond.claim(filer), arrived);
        _assertSolvent(0);
    }

    /// @dev The deposit must be enough after the fee.
    function test_AFeeMakesTheDepositTooSmall() public {
        _deploy(new FeeToken(10_000));
        _stake(1_000e6);
        IBarterBond.Complaint memory complaint = _complaint(1);
        bytes memory signature = _sign(consumerKey, bond.complaintDigest(complaint));
        vm.startPrank(filer);
        vm.expectRevert(
            abi.encodeWithSelector(IBarterBond.DepositTooSmall.selector, MINIMUM_DEPOSIT * 99 / 100, MINIMUM_DEPOSIT)
        );
        bond.file(complaint, signature, MINIMUM_DEPOSIT);
        bond.file(complaint, signature, MINIMUM_DEPOSIT * 100 / 99 + 1);
        vm.stopPrank();
    }

    function test_AFeeOfAllIsNothing() public {
        _deploy(new FeeToken(1_000_000));
        vm.expectRevert(abi.encodeWithSelector(IBarterBond.NothingArrived.selector, BOND));
        _stake(BOND);
    }

    /// @dev A fee on top of a payment would be paid with others' money.
    function test_ATokenThatTakesAFeeFromTheSender() public {
        _deploy(new SenderFeeToken());
        _stake(BOND);
        _end(_file(1, DEPOSIT), 50_000);
        _unbond(1_000e6);
        skip(UNBONDING_DELAY);
        vm.expectRevert(abi.encodeWithSelector(IBarterBond.TokenTookMore.selector, 1_000e6 + 1, 1_000e6));
        _withdraw();
        vm.expectRevert(abi.encodeWithSelector(IBarterBond.TokenTookMore.selector, BOND / 20 + 1, BOND / 20));
        vm.prank(consumer);
        bond.claim(consumer);
        _assertSolvent(0);
    }

    // ------------------------------------------------------------------------------------------------ blocked wallets

    /// @dev A dispute of blocked wallets ends as any other, everybody else is paid, and they can have it sent elsewhere.
    function test_ABlockedWalletHoldsNobodyUp() public {
        BlockingToken money = new BlockingToken();
        _deploy(money);
        _stake(BOND);
        bytes32 upheld = _file(1, DEPOSIT);
        bytes32 dismissed = _file(2, DEPOSIT);
        money.blockWallet(consumer);
        money.blockWallet(provider);
        _rule(upheld, 50_000);
        _rule(dismissed, 0);
        skip(OVERTURN_WINDOW);
        bond.execute(upheld);
        bond.execute(dismissed);
        vm.prank(filer);
        assertEq(bond.claim(filer), DEPOSIT);
        vm.expectRevert(SafeTransferLib.TransferFailed.selector);
        vm.prank(consumer);
        bond.claim(consumer);
        vm.prank(consumer);
        assertEq(bond.claim(stranger), BOND / 20);
        vm.prank(provider);
        assertEq(bond.claim(stranger), DEPOSIT);
        _unbond(BOND - BOND / 20);
        skip(UNBONDING_DELAY);
        vm.prank(provider);
        assertEq(bond.withdraw(stranger), BOND - BOND / 20);
        assertEq(token.balanceOf(address(bond)), 0);
    }

    /// @dev A blocked filer's dispute is filed, ruled on and ended; only its own deposit waits.
    function test_ABlockedFiler() public {
        BlockingToken money = new BlockingToken();
        _deploy(money);
        _stake(BOND);
        bytes32 disputeId = _file(1, DEPOSIT);
        money.blockWallet(filer);
        _end(disputeId, 50_000);
        vm.prank(consumer);
        assertEq(bond.claim(consumer), BOND / 20);
        assertEq(bond.claimable(filer), DEPOSIT);
    }

    // ------------------------------------------------------------------------------------------------ gifts

    /// @dev Tokens that were sent here without a call are nobody's, and disturb nothing.
    function testFuzz_AGiftIsNobodys(uint256 gift) public {
        gift = bound(gift, 1, 1e30);
        token.mint(address(bond), gift);
        _stake(BOND);
        assertEq(bond.getBond(provider).active, BOND);
        _unbond(BOND);
        skip(UNBONDING_DELAY);
        assertEq(_withdraw(), BOND);
        assertEq(token.balanceOf(address(bond)), gift);
    }

    // ------------------------------------------------------------------------------------------------ helpers

    /// @dev Everything there is, once, to the last base unit.
    function _wholeLife() private {
        _stake(BOND);
        vm.prank(stranger);
        bond.topUp(provider, BOND);
        bytes32 upheld = _file(1, DEPOSIT);
        bytes32 dismissed = _file(2, DEPOSIT);
        bytes32 void = _file(3, DEPOSIT);
        _unbond(2 * BOND);
        _rule(upheld, MAX_SLASH_PPM);
        _rule(dismissed, 0);
        skip(RULING_PERIOD + 1);
        bond.execute(upheld);
        bond.execute(dismissed);
        bond.execute(void);
        _assertSolvent(0);
        vm.warp(START + UNBONDING_DELAY);
        assertEq(_withdraw(), 2 * BOND * 9 / 10);
        vm.prank(provider);
        assertEq(bond.claim(provider), DEPOSIT);
        vm.prank(consumer);
        assertEq(bond.claim(consumer), 2 * BOND / 10);
        vm.prank(filer);
        assertEq(bond.claim(filer), 2 * DEPOSIT);
        assertEq(token.balanceOf(address(bond)), 0);
        assertEq(token.balanceOf(provider), PLENTY - BOND + 2 * BOND * 9 / 10 + DEPOSIT);
        assertEq(token.balanceOf(consumer), PLENTY + 2 * BOND / 10);
        assertEq(token.balanceOf(filer), PLENTY - DEPOSIT);
    }
}
