// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Test} from "forge-std/Test.sol";
import {Vm} from "forge-std/Vm.sol";

import {BTRCredit} from "../../contracts/BTRCredit.sol";
import {IBTRCredit} from "../../contracts/interfaces/IBTRCredit.sol";
import {Formulas} from "../../contracts/libraries/Formulas.sol";

/// @notice The token as OpenZeppelin would write it: what ours is measured against.
contract ReferenceCredit is ERC20Permit {
    constructor() ERC20("BTR-Credit", "BTR-C") ERC20Permit("BTR-Credit") {}

    function grantReward(address partyA, address partyB, uint256 amountSats) external returns (uint256 reward) {
        reward = Formulas.credit(amountSats);
        _mint(partyA, reward);
        _mint(partyB, reward);
    }

    function burn(uint256 amount) external {
        _burn(msg.sender, amount);
    }

    /// @dev Ours tells what is left of an allowance at each use of it; here that is the last argument.
    function _approve(address owner, address spender, uint256 value, bool) internal override {
        super._approve(owner, spender, value, true);
    }
}

/// @notice ERC-20 (and EIP-2612) by comparison: the same random calls on ours and on OpenZeppelin's give the same answers,
/// the same errors, the same events, and leave the same balances, allowances, nonces and supply.
contract ERC20Test is Test {
    uint256 private constant STEPS = 40;

    BTRCredit private ours;
    ReferenceCredit private theirs;
    address[4] private wallets;
    uint256[4] private keys;

    function setUp() public {
        vm.warp(1_763_600_000);
        ours = new BTRCredit();
        theirs = new ReferenceCredit();
        for (uint256 i = 0; i < 4; ++i) {
            (wallets[i], keys[i]) = makeAddrAndKey(vm.toString(i));
        }
    }

    /// forge-config: default.fuzz.runs = 128
    function testFuzz_BehavesAsTheReference(uint256 seed) public {
        for (uint256 i = 0; i < STEPS; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            if (seed % 16 == 0) _permit(seed >> 8);
            else if (seed % 16 < 4) _both(address(this), _grant(seed >> 8));
            else _both(wallets[(seed >> 8) % 4], _call(seed >> 16));
            _compareState();
        }
    }

    function test_Metadata() public view {
        assertEq(ours.name(), theirs.name());
        assertEq(ours.symbol(), theirs.symbol());
        assertEq(ours.decimals(), theirs.decimals());
    }

    function _grant(uint256 seed) private view returns (bytes memory) {
        uint256 a = seed % 4;
        uint256 b = (a + 1 + (seed >> 8) % 3) % 4;
        return abi.encodeCall(BTRCredit.grantReward, (wallets[a], wallets[b], (seed >> 16) % 20_000_000));
    }

    function _call(uint256 seed) private view returns (bytes memory) {
        // One of five is the zero address.
        address one = (seed >> 8) % 5 == 4 ? address(0) : wallets[(seed >> 8) % 5];
        // Zero as owner is the one case where errors differ: ours names the sender, theirs the approver.
        address from = wallets[(seed >> 16) % 4];
        uint256 value = _value(from, seed >> 24);
        if (seed % 4 == 0) return abi.encodeCall(IERC20.transfer, (one, value));
        if (seed % 4 == 1) return abi.encodeCall(IERC20.approve, (one, value));
        if (seed % 4 == 2) return abi.encodeCall(IERC20.transferFrom, (from, one, value));
        return abi.encodeCall(IBTRCredit.burn, (value));
    }

    /// @dev Amounts around what matters: nothing, a part of a balance, all of it, one more, anything, everything.
    function _value(address wallet, uint256 seed) private view returns (uint256) {
        uint256 balance = ours.balanceOf(wallet);
        if (seed % 6 == 0) return 0;
        if (seed % 6 == 1) return balance;
        if (seed % 6 == 2) return balance + 1;
        if (seed % 6 == 3) return type(uint256).max;
        if (seed % 6 == 4) return uint256(keccak256(abi.encode(seed)));
        return balance == 0 ? 1 : (seed >> 8) % balance;
    }

    function _both(address caller, bytes memory data) private {
        vm.recordLogs();
        vm.prank(caller);
        (bool theirSuccess, bytes memory theirResult) = address(theirs).call(data);
        Vm.Log[] memory theirLogs = vm.getRecordedLogs();
        vm.prank(caller);
        (bool success, bytes memory result) = address(ours).call(data);
        Vm.Log[] memory logs = vm.getRecordedLogs();

        assertEq(success, theirSuccess, "success");
        assertEq(result, theirResult, "result");
        assertEq(logs.length, theirLogs.length, "number of events");
        for (uint256 i = 0; i < logs.length; ++i) {
            assertEq(logs[i].emitter, address(ours), "emitter");
            assertEq(logs[i].topics, theirLogs[i].topics, "topics");
            assertEq(logs[i].data, theirLogs[i].data, "data");
        }
    }

    /// @dev Signed for each by itself, because the domains differ; the same mistakes in both.
    function _permit(uint256 seed) private {
        uint256 key = keys[seed % 4];
        address owner = wallets[(seed >> 8) % 8 == 0 ? (seed + 1) % 4 : seed % 4];
        uint256 value = _value(owner, seed >> 16);
        uint256 deadline = (seed >> 32) % 8 == 0 ? vm.getBlockTimestamp() - 1 : vm.getBlockTimestamp();
        uint256 nonce = ours.nonces(owner) + ((seed >> 40) % 8 == 0 ? 1 : 0);
        bytes32 structHash = keccak256(
            abi.encode(
                keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"),
                owner,
                wallets[(seed >> 48) % 4],
                value,
                nonce,
                deadline
            )
        );
        bool accepted = _permitOn(theirs, key, structHash, owner, wallets[(seed >> 48) % 4], value, deadline);
        assertEq(
            _permitOn(ERC20Permit(address(ours)), key, structHash, owner, wallets[(seed >> 48) % 4], value, deadline),
            accepted,
            "permit"
        );
    }

    function _permitOn(
        ERC20Permit token,
        uint256 key,
        bytes32 structHash,
        address owner,
        address spender,
        uint256 value,
        uint256 deadline
    ) private returns (bool success) {
        bytes32 digest = keccak256(abi.encodePacked(hex"1901", token.DOMAIN_SEPARATOR(), structHash));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        (success,) = address(token).call(abi.encodeCall(token.permit, (owner, spender, value, deadline, v, r, s)));
    }

    function _compareState() private view {
        assertEq(ours.totalSupply(), theirs.totalSupply(), "supply");
        uint256 sum = 0;
        for (uint256 i = 0; i < 4; ++i) {
            assertEq(ours.balanceOf(wallets[i]), theirs.balanceOf(wallets[i]), "balance");
            assertEq(ours.nonces(wallets[i]), theirs.nonces(wallets[i]), "nonce");
            sum += ours.balanceOf(wallets[i]);
            for (uint256 j = 0; j < 4; ++j) {
                assertEq(ours.allowance(wallets[i], wallets[j]), theirs.allowance(wallets[i], wallets[j]), "allowance");
            }
        }
        assertEq(ours.balanceOf(address(0)), 0);
        assertEq(sum, ours.totalSupply());
    }
}
