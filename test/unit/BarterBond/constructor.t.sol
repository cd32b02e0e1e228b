// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBarterBond} from "../../../contracts/interfaces/IBarterBond.sol";
import {MAX_BOND_PERIOD, MAX_OVERTURN_WINDOW} from "../../../contracts/libraries/Limits.sol";
import {BondTest} from "../../utils/BondTest.sol";
import {FixedAnswerWallet} from "../../utils/Wallets.sol";

contract ConstructorTest is BondTest {
    IBarterBond.Parameters private parameters;

    function setUp() public override {
        super.setUp();
        parameters = _parameters();
    }

    function testFuzz_FixesItsNumbers(IBarterBond.Parameters memory given) public {
        given.token = address(token);
        given.quorum = address(quorum);
        given.minimumBond = bound(given.minimumBond, 0, type(uint128).max);
        given.minimumDeposit = bound(given.minimumDeposit, 0, type(uint128).max);
        given.depositPpm = bound(given.depositPpm, 0, 1e6);
        given.maxSlashPpm = bound(given.maxSlashPpm, 1, 1e6);
        given.unbondingDelay = bound(given.unbondingDelay, 1, MAX_BOND_PERIOD);
        given.rulingPeriod = bound(given.rulingPeriod, 1, MAX_BOND_PERIOD);
        IBarterBond fixedBond = _newBond(given);
        assertEq(fixedBond.TOKEN(), given.token);
        assertEq(address(fixedBond.QUORUM()), given.quorum);
        assertEq(fixedBond.MINIMUM_BOND(), given.minimumBond);
        assertEq(fixedBond.MINIMUM_DEPOSIT(), given.minimumDeposit);
        assertEq(fixedBond.DEPOSIT_PPM(), given.depositPpm);
        assertEq(fixedBond.MAX_SLASH_PPM(), given.maxSlashPpm);
        assertEq(fixedBond.UNBONDING_DELAY(), given.unbondingDelay);
        assertEq(fixedBond.RULING_PERIOD(), given.rulingPeriod);
        assertEq(fixedBond.OVERTURN_WINDOW(), quorum.OVERTURN_WINDOW());
    }

    function test_RevertWhen_TheTokenHasNoCode() public {
        parameters.token = address(0);
        _expectInvalid("token", 0);
        parameters.token = stranger;
        _expectInvalid("token", uint160(stranger));
    }

    function test_RevertWhen_TheQuorumHasNoCode() public {
        parameters.quorum = address(0);
        _expectInvalid("quorum", 0);
        parameters.quorum = stranger;
        _expectInvalid("quorum", uint160(stranger));
    }

    /// @dev Another contract's window might be one that times cannot hold.
    function test_RevertWhen_TheQuorumsWindowIsOutOfRange() public {
        uint256[3] memory windows = [0, MAX_OVERTURN_WINDOW + 1, type(uint256).max];
        for (uint256 i = 0; i < windows.length; ++i) {
            parameters.quorum = address(new FixedAnswerWallet(abi.encode(windows[i]), true));
            _expectInvalid("overturnWindow", windows[i]);
        }
        parameters.quorum = address(new FixedAnswerWallet(abi.encode(MAX_OVERTURN_WINDOW), true));
        assertEq(_newBond(parameters).OVERTURN_WINDOW(), MAX_OVERTURN_WINDOW);
    }

    function test_RevertWhen_AnAmountDoesNotFit() public {
        parameters.minimumBond = 1 << 128;
        _expectInvalid("minimumBond", 1 << 128);
        parameters.minimumBond = 0;
        parameters.minimumDeposit = 1 << 128;
        _expectInvalid("minimumDeposit", 1 << 128);
    }

    function test_RevertWhen_AShareIsOutOfRange() public {
        parameters.depositPpm = 1e6 + 1;
        _expectInvalid("depositPpm", 1e6 + 1);
        parameters.depositPpm = 0;
        parameters.maxSlashPpm = 0;
        _expectInvalid("maxSlashPpm", 0);
        parameters.maxSlashPpm = 1e6 + 1;
        _expectInvalid("maxSlashPpm", 1e6 + 1);
    }

    function test_RevertWhen_ATimeIsOutOfRange() public {
        uint256[2] memory times = [0, MAX_BOND_PERIOD + 1];
        for (uint256 i = 0; i < 2; ++i) {
            parameters = _parameters();
            parameters.unbondingDelay = times[i];
            _expectInvalid("unbondingDelay", times[i]);
            parameters = _parameters();
            parameters.rulingPeriod = times[i];
            _expectInvalid("rulingPeriod", times[i]);
        }
    }

    function test_IsSmallEnoughForEveryChain() public view {
        assertLt(address(bond).code.length, 24_576);
        assertLt(address(quorum).code.length, 24_576);
    }

    function _expectInvalid(string memory name, uint256 value) private {
        vm.expectRevert(abi.encodeWithSelector(IBarterBond.InvalidParameter.selector, name, value));
        _newBond(parameters);
    }
}
