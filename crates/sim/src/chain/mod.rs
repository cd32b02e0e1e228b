//! The committed bytecode, running in an EVM in this process.
//!
//! The state of the chain is that of the EVM's own journal, which is never written out to a database: between transactions
//! it is what a database would hold, and what a transaction loads from it is charged as the first access it is. Gas is
//! therefore exactly what a chain charges (`snapshots/` has the same figures), at the price of one map.

mod trial;

use std::convert::Infallible;

use alloy_primitives::{Address, B256, Bytes, Log, U256};
use alloy_sol_types::SolCall;
use barter_bindings::{Addresses, ContractError, Deployment};
use revm::{
    Context, ExecuteEvm, MainBuilder, MainContext, MainnetEvm,
    bytecode::Bytecode,
    context::{
        BlockEnv, CfgEnv, TxEnv,
        result::{ExecutionResult, Output},
    },
    database::EmptyDBTyped,
    handler::MainnetContext,
    primitives::{TxKind, hardfork::SpecId},
    state::{Account, AccountInfo},
};

/// Chain id of the EVM.
pub const CHAIN_ID: u64 = 31_337;

/// Who rules on disputes, where somebody does.
pub const ARBITER: Address = Address::repeat_byte(0xaf);

/// Who deploys the contracts.
const DEPLOYER: Address = Address::repeat_byte(0xde);

/// Enough for any call, and for what a reused payment hash leaves of it: one part in 64.
const GAS_LIMIT: u64 = 60_000_000;

type Evm = MainnetEvm<MainnetContext<EmptyDBTyped<Infallible>>>;

/// What came of a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Execution {
    /// Gas used, net of refunds.
    pub gas: u64,
    /// How it ended.
    pub end: End,
    /// What it returned, or reverted with.
    pub output: Bytes,
    /// What it emitted.
    pub logs: Vec<Log>,
}

/// How a transaction ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Well.
    Success,
    /// Reverted by the contract.
    Revert,
    /// Stopped by the EVM, as when gas runs out.
    Halt,
}

/// What a successful call gave.
#[derive(Clone, Debug)]
pub struct Receipt<T> {
    /// What it returned.
    pub value: T,
    /// What it emitted.
    pub logs: Vec<Log>,
}

/// An EVM with one deployment of the contracts.
pub struct Chain {
    evm: Evm,
    /// Where the contracts are.
    pub addresses: Addresses,
}

impl Chain {
    /// A chain with the three contracts, deployed as `Deployment` says.
    ///
    /// # Panics
    /// As [`create`](Self::create).
    pub fn deploy(deployer: Address, arbiter: Address) -> Self {
        Self::with(deployer, Deployment::new(arbiter, B256::ZERO).init_code().clone())
    }

    /// A chain on which this code has made the three contracts.
    ///
    /// # Panics
    /// As [`create`](Self::create).
    pub fn deploy_code(init_code: Bytes) -> Self {
        Self::with(DEPLOYER, init_code)
    }

    fn with(deployer: Address, init_code: Bytes) -> Self {
        let mut chain = Self { evm: evm(), addresses: Addresses::of_core(Address::ZERO) };
        chain.addresses = Addresses::of_core(chain.create(deployer, init_code));
        chain
    }

    // -------------------------------------------------------------------------------------------- the chain itself

    /// The time of the blocks from here on.
    pub fn set_time(&mut self, now: u64) {
        self.evm.ctx.block.timestamp = U256::from(now);
    }

    /// Creates a contract.
    ///
    /// # Panics
    /// With init code that fails: whatever is created here is the compiler's output.
    pub fn create(&mut self, caller: Address, init_code: Bytes) -> Address {
        match self.run(transaction(caller, TxKind::Create, init_code, GAS_LIMIT)) {
            ExecutionResult::Success { output: Output::Create(_, Some(address)), .. } => address,
            failed => panic!("creating a contract failed: {failed:?}"),
        }
    }

    /// Creates a contract whose constructor may refuse.
    ///
    /// # Errors
    /// What it refused with.
    pub fn try_create(&mut self, caller: Address, init_code: Bytes) -> Result<Address, ContractError> {
        match self.run(transaction(caller, TxKind::Create, init_code, GAS_LIMIT)) {
            ExecutionResult::Success { output: Output::Create(_, Some(address)), .. } => Ok(address),
            failed => Err(ContractError::decode(&Execution::from(failed).output)),
        }
    }

    /// Puts code at an address, as genesis does.
    pub fn install(&mut self, address: Address, code: Bytes) {
        let account = AccountInfo::from_bytecode(Bytecode::new_raw(code));
        self.evm.ctx.journaled_state.inner.state.insert(address, Account::from(account));
    }

    /// Drops an account that nothing will look at again: to the contracts it was never there.
    pub(crate) fn forget_account(&mut self, address: Address) {
        self.evm.ctx.journaled_state.inner.state.remove(&address);
    }

    /// Drops a slot that nothing will look at again: to the contracts it was always zero.
    pub(crate) fn forget_slot(&mut self, address: Address, slot: U256) {
        if let Some(account) = self.evm.ctx.journaled_state.inner.state.get_mut(&address) {
            account.storage.remove(&slot);
        }
    }

    /// How many accounts and storage slots the state has.
    pub fn size(&self) -> (usize, usize) {
        let state = &self.evm.ctx.journaled_state.inner.state;
        (state.len(), state.values().map(|account| account.storage.len()).sum())
    }

    // -------------------------------------------------------------------------------------------- transactions

    /// Runs a transaction and keeps what it changed.
    pub fn execute(&mut self, caller: Address, to: Address, data: Bytes) -> Execution {
        self.execute_within(caller, to, data, GAS_LIMIT)
    }

    /// The same with a gas limit.
    ///
    /// # Panics
    /// With a limit below what the data alone costs, which no chain takes either.
    pub fn execute_within(&mut self, caller: Address, to: Address, data: Bytes, gas_limit: u64) -> Execution {
        self.run(transaction(caller, TxKind::Call(to), data, gas_limit)).into()
    }

    /// Sends bare data, and returns what came back.
    ///
    /// # Panics
    /// Where the call fails.
    pub fn send_data(&mut self, caller: Address, to: Address, data: Bytes) -> Bytes {
        let Execution { end, output, .. } = self.execute(caller, to, data);
        assert_eq!(end, End::Success, "the call failed with {output}");
        output
    }

    /// Sends a call and keeps what it changed.
    ///
    /// # Errors
    /// What the contract refused it with.
    pub fn send<C: SolCall>(
        &mut self,
        caller: Address,
        to: Address,
        call: &C,
    ) -> Result<Receipt<C::Return>, ContractError> {
        receipt::<C>(self.execute(caller, to, call.abi_encode().into()))
    }

    /// Asks a contract.
    ///
    /// # Errors
    /// What the contract refused it with.
    pub fn view<C: SolCall>(&mut self, to: Address, call: &C) -> Result<C::Return, ContractError> {
        self.simulate(Address::ZERO, to, call).map(|receipt| receipt.value)
    }

    /// Sends a call and forgets what it changed.
    ///
    /// # Errors
    /// What the contract refused it with.
    pub fn simulate<C: SolCall>(
        &mut self,
        caller: Address,
        to: Address,
        call: &C,
    ) -> Result<Receipt<C::Return>, ContractError> {
        let transaction = transaction(caller, TxKind::Call(to), call.abi_encode().into(), GAS_LIMIT);
        receipt::<C>(valid(trial::run(&mut self.evm, transaction)).into())
    }

    fn run(&mut self, transaction: TxEnv) -> ExecutionResult {
        valid(self.evm.transact_one(transaction))
    }
}

/// The EVM refuses a transaction, rather than running it, for what is wrong with the transaction itself: its chain, its
/// nonce, its fees, or a gas limit too low for its data. Ours are right.
fn valid<T, E: std::fmt::Display>(result: Result<T, E>) -> T {
    result.unwrap_or_else(|error| panic!("the transaction is not valid: {error}"))
}

fn transaction(caller: Address, kind: TxKind, data: Bytes, gas_limit: u64) -> TxEnv {
    TxEnv { caller, kind, data, gas_limit, chain_id: Some(CHAIN_ID), ..TxEnv::default() }
}

/// A call's result as its function's.
fn receipt<C: SolCall>(Execution { end, output, logs, .. }: Execution) -> Result<Receipt<C::Return>, ContractError> {
    match end {
        // What comes back is not the function's return value where there is another contract, or none.
        End::Success => C::abi_decode_returns_validate(&output)
            .map(|value| Receipt { value, logs })
            .map_err(|_| ContractError::Unknown { data: output }),
        End::Revert | End::Halt => Err(ContractError::decode(&output)),
    }
}

impl From<ExecutionResult> for Execution {
    fn from(result: ExecutionResult) -> Self {
        match result {
            ExecutionResult::Success { output, logs, gas, .. } => {
                Self { gas: gas.tx_gas_used(), end: End::Success, output: output.into_data(), logs }
            }
            ExecutionResult::Revert { output, gas, .. } => {
                Self { gas: gas.tx_gas_used(), end: End::Revert, output, logs: Vec::new() }
            }
            ExecutionResult::Halt { gas, .. } => {
                Self { gas: gas.tx_gas_used(), end: End::Halt, output: Bytes::new(), logs: Vec::new() }
            }
        }
    }
}

fn evm() -> Evm {
    let mut cfg = CfgEnv::new_with_spec(SpecId::CANCUN);
    cfg.chain_id = CHAIN_ID;
    cfg.disable_nonce_check = true;
    let block = BlockEnv { gas_limit: u64::MAX, basefee: 0, ..BlockEnv::default() };
    Context::mainnet().with_db(EmptyDBTyped::default()).with_cfg(cfg).with_block(block).build_mainnet()
}

impl std::fmt::Debug for Chain {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Chain").field("addresses", &self.addresses).finish_non_exhaustive()
    }
}
