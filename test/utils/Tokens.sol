// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Balances and allowances; what a transfer answers is for each token to say. No events, so that a test can compare
/// all that was logged with what a contract of ours should have logged.
abstract contract TokenLedger {
    mapping(address owner => uint256) internal _balances;
    mapping(address owner => mapping(address spender => uint256)) public allowance;

    error BalanceTooSmall(address owner);
    error AllowanceTooSmall(address spender);

    function mint(address to, uint256 amount) external {
        _balances[to] += amount;
    }

    function approve(address spender, uint256 amount) external {
        allowance[msg.sender][spender] = amount;
    }

    function balanceOf(address owner) external view virtual returns (uint256) {
        return _balances[owner];
    }

    function _move(address from, address to, uint256 amount) internal virtual {
        _take(from, amount);
        _balances[to] += amount;
    }

    function _moveFor(address from, address to, uint256 amount) internal {
        if (allowance[from][msg.sender] < amount) revert AllowanceTooSmall(msg.sender);
        if (allowance[from][msg.sender] != type(uint256).max) allowance[from][msg.sender] -= amount;
        _move(from, to, amount);
    }

    function _take(address from, uint256 amount) internal {
        if (_balances[from] < amount) revert BalanceTooSmall(from);
        _balances[from] -= amount;
    }
}

/// @notice As the standard has it.
contract PlainToken is TokenLedger {
    function transfer(address to, uint256 amount) external virtual returns (bool) {
        _move(msg.sender, to, amount);
        return true;
    }

    function transferFrom(address from, address to, uint256 amount) external virtual returns (bool) {
        _moveFor(from, to, amount);
        return true;
    }
}

/// @notice Returns nothing, as USDT does.
contract SilentToken is TokenLedger {
    function transfer(address to, uint256 amount) external {
        _move(msg.sender, to, amount);
    }

    function transferFrom(address from, address to, uint256 amount) external {
        _moveFor(from, to, amount);
    }
}

/// @notice Says no instead of reverting, once it is told to.
contract RefusingToken is PlainToken {
    bool private refuses;

    function refuse() external {
        refuses = true;
    }

    function transfer(address to, uint256 amount) external override returns (bool) {
        if (!refuses) _move(msg.sender, to, amount);
        return !refuses;
    }

    function transferFrom(address from, address to, uint256 amount) external override returns (bool) {
        if (!refuses) _moveFor(from, to, amount);
        return !refuses;
    }
}

/// @notice Keeps a share of what it transfers: less arrives than was sent.
contract FeeToken is PlainToken {
    uint256 public immutable FEE_PPM;

    constructor(uint256 feePpm) {
        FEE_PPM = feePpm;
    }

    function _move(address from, address to, uint256 amount) internal override {
        _take(from, amount);
        _balances[to] += amount - amount * FEE_PPM / 1_000_000;
    }
}

/// @notice Takes more from who sends than was sent, by one base unit.
contract SenderFeeToken is PlainToken {
    function _move(address from, address to, uint256 amount) internal override {
        _take(from, amount + 1);
        _balances[to] += amount;
    }
}

/// @notice Has a list of wallets that can neither send nor receive, as USDT and USDC do.
contract BlockingToken is SilentToken {
    mapping(address wallet => bool) private blocked;

    error Blocked(address wallet);

    function blockWallet(address wallet) external {
        blocked[wallet] = true;
    }

    function _move(address from, address to, uint256 amount) internal override {
        if (blocked[from]) revert Blocked(from);
        if (blocked[to]) revert Blocked(to);
        super._move(from, to, amount);
    }
}

/// @notice Does not answer for a balance until something was transferred.
contract TornToken is PlainToken {
    bool private torn;

    error Torn();

    function tear() external {
        torn = true;
    }

    function balanceOf(address owner) external view override returns (uint256) {
        if (torn) revert Torn();
        return _balances[owner];
    }

    function _move(address from, address to, uint256 amount) internal override {
        torn = false;
        super._move(from, to, amount);
    }
}

/// @notice Calls whatever it was told to, before and after it moves anything, and keeps what came of it.
contract CallingToken is PlainToken {
    struct Attempt {
        address target;
        bytes call;
        bool beforehand;
        bool made;
        bool succeeded;
        bytes answer;
    }

    Attempt[] private attempts;

    function plan(address target, bytes calldata call, bool beforehand) external {
        attempts.push(Attempt(target, call, beforehand, false, false, ""));
    }

    function attemptCount() external view returns (uint256) {
        return attempts.length;
    }

    function getAttempt(uint256 index) external view returns (Attempt memory) {
        return attempts[index];
    }

    function _move(address from, address to, uint256 amount) internal override {
        _try(true);
        super._move(from, to, amount);
        _try(false);
    }

    function _try(bool beforehand) private {
        for (uint256 i = 0; i < attempts.length; ++i) {
            Attempt storage attempt = attempts[i];
            if (attempt.beforehand != beforehand || attempt.made) continue;
            attempt.made = true;
            (attempt.succeeded, attempt.answer) = attempt.target.call(attempt.call);
        }
    }
}
