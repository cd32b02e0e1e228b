//! The committed bytecode, running in an EVM in this process.

use alloy_primitives::{Address, B256, Bytes, Log, U256};
use alloy_sol_types::SolCall;
use barter_bindings::{Addresses, ContractError, Deployment};
use revm::{
    Context, DatabaseCommit, ExecuteEvm, MainBuilder, MainContext, MainnetEvm,
    bytecode::Bytecode,
    context::{
        BlockEnv, CfgEnv, TxEnv,
        result::{ExecutionResult, Output},
    },
    database::InMemoryDB,
    handler::MainnetContext,
    primitives::{TxKind, hardfork::SpecId},
    state::AccountInfo,
};

/// Chain id of the EVM.
pub const CHAIN_ID: u64 = 31_337;

/// Who rules on disputes, where somebody does.
pub const ARBITER: Address = Address::repeat_byte(0xaf);

/// What came of a transaction.
#[derive(Clone, Debug)]
pub struct Execution {
    /// Gas used, net of refunds.
    pub gas: u64,
    /// Whether it was not reverted.
    pub succeeded: bool,
    /// What it returned, or reverted with.
    pub output: Bytes,
    /// What it emitted.
    pub logs: Vec<Log>,
}

/// Enough for any call, and for what a reused payment hash leaves of it: one part in 64.
const GAS_LIMIT: u64 = 60_000_000;

/// An EVM with one deployment of the contracts.
/// An EVM with one deployment of the contracts.
pub struct Chain {
    evm: MainnetEvm<MainnetContext<InMemoryDB>>,
    pub addresses: Addresses,
}

/// What a successful call gave.
pub struct Receipt<T> {
    pub value: T,
    pub logs: Vec<Log>,
}

impl Chain {
    /// A chain with the three contracts, deployed as `Deployment` says.
    pub fn deploy(deployer: Address, arbiter: Address) -> Self {
        let mut chain = Self { evm: evm(), addresses: Addresses::of_core(Address::ZERO) };
        let deployment = Deployment::new(arbiter, B256::ZERO);
        chain.addresses = Addresses::of_core(chain.create(deployer, deployment.init_code().clone()));
        chain
    }

    /// A chain on which this code has made the three contracts.
    pub fn deploy_code(init_code: Bytes) -> Self {
        let mut chain = Self { evm: evm(), addresses: Addresses::of_core(Address::ZERO) };
        chain.addresses = Addresses::of_core(chain.create(Address::repeat_byte(0xde), init_code));
        chain
    }

    /// Runs a transaction and keeps what it changed.
    pub fn execute(&mut self, caller: Address, to: Address, data: Bytes) -> Execution {
        match self.run(caller, TxKind::Call(to), data, true) {
            ExecutionResult::Success { output, logs, gas, .. } => {
                Execution { gas: gas.tx_gas_used(), succeeded: true, output: output.into_data(), logs }
            }
            ExecutionResult::Revert { output, gas, .. } => {
                Execution { gas: gas.tx_gas_used(), succeeded: false, output, logs: Vec::new() }
            }
            ExecutionResult::Halt { gas, .. } => {
                Execution { gas: gas.tx_gas_used(), succeeded: false, output: Bytes::new(), logs: Vec::new() }
            }
        }
    }

    /// Creates a contract.
    pub fn create(&mut self, caller: Address, init_code: Bytes) -> Address {
        match self.run(caller, TxKind::Create, init_code, true) {
            ExecutionResult::Success { output: Output::Create(_, Some(address)), .. } => address,
            failed => panic!("creating a contract failed: {failed:?}"),
        }
    }

    /// Puts code at an address, as genesis does.
    pub fn install(&mut self, address: Address, code: Bytes) {
        let account = AccountInfo::from_bytecode(Bytecode::new_raw(code));
        self.evm.ctx.journaled_state.database.insert_account_info(address, account);
    }

    /// Sends bare data, and returns what came back.
    pub fn send_data(&mut self, caller: Address, to: Address, data: Bytes) -> Bytes {
        match self.run(caller, TxKind::Call(to), data, true) {
            ExecutionResult::Success { output, .. } => output.into_data(),
            failed => panic!("the call failed: {failed:?}"),
        }
    }

    /// The time of the blocks from here on.
    pub fn set_time(&mut self, now: u64) {
        self.evm.ctx.block.timestamp = U256::from(now);
    }

    /// Sends a call and keeps what it changed.
    pub fn send<C: SolCall>(
        &mut self,
        caller: Address,
        to: Address,
        call: &C,
    ) -> Result<Receipt<C::Return>, ContractError> {
        self.call(caller, to, call, true)
    }

    /// Asks a contract.
    pub fn view<C: SolCall>(&mut self, to: Address, call: &C) -> Result<C::Return, ContractError> {
        self.simulate(Address::ZERO, to, call).map(|receipt| receipt.value)
    }

    /// Sends a call and forgets what it changed.
    pub fn simulate<C: SolCall>(
        &mut self,
        caller: Address,
        to: Address,
        call: &C,
    ) -> Result<Receipt<C::Return>, ContractError> {
        self.call(caller, to, call, false)
    }

    fn call<C: SolCall>(
        &mut self,
        caller: Address,
        to: Address,
        call: &C,
        keep: bool,
    ) -> Result<Receipt<C::Return>, ContractError> {
        match self.run(caller, TxKind::Call(to), call.abi_encode().into(), keep) {
            ExecutionResult::Success { output, logs, .. } => {
                Ok(Receipt { value: C::abi_decode_returns_validate(output.data()).unwrap(), logs })
            }
            ExecutionResult::Revert { output, .. } => Err(ContractError::decode(&output)),
            ExecutionResult::Halt { reason, .. } => panic!("{} halted: {reason:?}", C::SIGNATURE),
        }
    }

    fn run(&mut self, caller: Address, kind: TxKind, data: Bytes, keep: bool) -> ExecutionResult {
        let transaction = TxEnv::builder()
            .caller(caller)
            .kind(kind)
            .data(data)
            .gas_limit(GAS_LIMIT)
            .chain_id(Some(CHAIN_ID))
            .build()
            .unwrap();
        let outcome = self.evm.transact(transaction).unwrap();
        if keep {
            self.evm.ctx.journaled_state.database.commit(outcome.state);
        }
        outcome.result
    }
}

fn evm() -> MainnetEvm<MainnetContext<InMemoryDB>> {
    let mut cfg = CfgEnv::new_with_spec(SpecId::CANCUN);
    cfg.chain_id = CHAIN_ID;
    cfg.disable_nonce_check = true;
    let block = BlockEnv { gas_limit: u64::MAX, basefee: 0, ..BlockEnv::default() };
    Context::mainnet().with_db(InMemoryDB::default()).with_cfg(cfg).with_block(block).build_mainnet()
}

impl std::fmt::Debug for Chain {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Chain").field("addresses", &self.addresses).finish_non_exhaustive()
    }
}
