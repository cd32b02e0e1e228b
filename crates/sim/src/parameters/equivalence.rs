//! Today's parameters written into today's formula's variant give what the committed artifact gives: over random sequences of
//! calls, the same answers, events and refusals, the same state, and the same gas. The last because the compiler makes the
//! same code of a marker as of a number, and pushing 32 bytes costs what pushing one does.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

use alloy_primitives::{Address, B256, Bytes, U256};
use alloy_sol_types::SolCall;
use barter_bindings::{Addresses, BTRTrust, BarterCore, ContractError};
use barter_protocol::{Preimage, limits::MAX_AMOUNT_SATS};
use proptest::{
    prelude::*,
    test_runner::{Config, RngSeed, TestRunner},
};
use revm::{
    Context, DatabaseCommit, ExecuteEvm, MainBuilder, MainContext, MainnetEvm,
    context::{
        BlockEnv, CfgEnv, TxEnv,
        result::{ExecutionResult, Output},
    },
    database::InMemoryDB,
    handler::MainnetContext,
    primitives::{TxKind, hardfork::SpecId},
};

use super::Parameters;

const CASES: u32 = 64;
/// Few, so that pairs meet again and pass their cap.
const WALLETS: u8 = 3;
/// Only as many of the newest trades are acted on, or most would wait for their next step for ever.
const RECENT: usize = 3;
const ARBITER: Address = Address::repeat_byte(0xa7);
const START: u64 = 1_800_000_000;

/// What must have happened at least once, or the sequences test less than they seem to.
const OUTCOMES: [&str; 9] = [
    "AmountOutOfRange",
    "NotCounterparty",
    "NotPayer",
    "PreimageMismatch",
    "TradeExpired",
    "WrongStatus",
    "settled",
    "settled beyond the cap",
    "upheld",
];

#[derive(Clone, Debug)]
struct Proposal {
    from: u8,
    to: u8,
    pays: bool,
    amount_sats: u64,
    description: String,
}

/// One thing tried. `trade` is how many trades were proposed after the one meant.
#[derive(Clone, Debug)]
enum Operation {
    Propose(Proposal),
    /// Propose, accept, settle.
    Trade(Proposal),
    Accept {
        by: Option<u8>,
        trade: usize,
    },
    Settle {
        by: Option<u8>,
        trade: usize,
        preimage_known: bool,
    },
    Dispute {
        by: u8,
        trade: usize,
    },
    Dismiss {
        trade: usize,
    },
    Uphold {
        trade: usize,
        at_fault: u8,
    },
    Wait {
        seconds: u64,
    },
}

fn operation() -> impl Strategy<Value = Operation> {
    let wallet = || 0..WALLETS;
    let trade = || 0..RECENT;
    let mostly_right = || prop::option::weighted(0.1, 0..WALLETS);
    let amount = prop_oneof![
        1 => 998..=1_002_u64,
        1 => MAX_AMOUNT_SATS - 1..=MAX_AMOUNT_SATS + 1,
        4 => (10..50_u32, any::<u64>()).prop_map(|(bits, any)| any >> (64 - bits)),
    ];
    let lifetime = Parameters::default().proposal_lifetime_seconds;
    let seconds = prop_oneof![4 => 0..100_u64, 1 => lifetime - 1..=lifetime + 1];
    let proposal = (wallet(), wallet(), any::<bool>(), amount, ".{0,40}")
        .prop_map(|(from, to, pays, amount_sats, description)| Proposal { from, to, pays, amount_sats, description });
    prop_oneof![
        6 => proposal.clone().prop_map(Operation::Propose),
        6 => proposal.prop_map(Operation::Trade),
        6 => (mostly_right(), trade()).prop_map(|(by, trade)| Operation::Accept { by, trade }),
        6 => (mostly_right(), trade(), prop::bool::weighted(0.9))
            .prop_map(|(by, trade, preimage_known)| Operation::Settle { by, trade, preimage_known }),
        3 => (wallet(), trade()).prop_map(|(by, trade)| Operation::Dispute { by, trade }),
        2 => trade().prop_map(|trade| Operation::Dismiss { trade }),
        2 => (trade(), wallet()).prop_map(|(trade, at_fault)| Operation::Uphold { trade, at_fault }),
        3 => seconds.prop_map(|seconds| Operation::Wait { seconds }),
    ]
}

fn wallet(number: u8) -> Address {
    Address::repeat_byte(number + 1)
}

fn preimage(trade: usize) -> Preimage {
    Preimage::new(U256::from(trade).to_be_bytes())
}

/// An EVM with one deployment. Not the simulator's: nothing here may be left out for speed.
struct Deployed {
    evm: MainnetEvm<MainnetContext<InMemoryDB>>,
    addresses: Addresses,
}

/// All that a call did.
#[derive(Debug, PartialEq)]
struct Outcome {
    /// Answer, events, gas.
    result: ExecutionResult,
    /// Slots it touched, as it left them.
    storage: BTreeMap<(Address, U256), U256>,
    /// Nonces of the accounts it touched, the records' among them.
    nonces: BTreeMap<Address, u64>,
}

impl Deployed {
    fn new(init_code: Bytes) -> Self {
        let mut cfg = CfgEnv::new_with_spec(SpecId::CANCUN);
        cfg.disable_nonce_check = true;
        let block = BlockEnv { gas_limit: u64::MAX, basefee: 0, ..BlockEnv::default() };
        let evm = Context::mainnet().with_db(InMemoryDB::default()).with_cfg(cfg).with_block(block).build_mainnet();
        let mut deployed = Self { evm, addresses: Addresses::of_core(Address::ZERO) };
        let ExecutionResult::Success { output: Output::Create(_, Some(core)), .. } =
            deployed.transact(Address::ZERO, TxKind::Create, init_code).result
        else {
            panic!("the deployment failed")
        };
        deployed.addresses = Addresses::of_core(core);
        deployed
    }

    fn transact(&mut self, caller: Address, kind: TxKind, data: Bytes) -> Outcome {
        let transaction = TxEnv::builder().caller(caller).kind(kind).data(data).gas_limit(10_000_000);
        let outcome = self.evm.transact(transaction.build().unwrap()).unwrap();
        let mut storage = BTreeMap::new();
        let mut nonces = BTreeMap::new();
        for (address, account) in &outcome.state {
            nonces.insert(*address, account.info.nonce);
            storage.extend(account.storage.iter().map(|(slot, value)| ((*address, *slot), value.present_value)));
        }
        self.evm.ctx.journaled_state.database.commit(outcome.state);
        Outcome { result: outcome.result, storage, nonces }
    }
}

/// A proposed trade, as far as a test must know it to act on it.
struct Proposed {
    id: B256,
    payer: Address,
    counterparty: Address,
}

/// The two deployments, and what was done with them.
struct Both {
    committed: Deployed,
    variant: Deployed,
    now: u64,
    trades: Vec<Proposed>,
    outcomes: BTreeSet<String>,
}

impl Both {
    fn new() -> Self {
        let todays = Parameters::default();
        let mut both = Self {
            committed: Deployed::new(todays.init_code(ARBITER)),
            variant: Deployed::new(todays.variant_code(ARBITER)),
            now: START,
            trades: Vec::new(),
            outcomes: BTreeSet::new(),
        };
        assert_eq!(both.committed.addresses, both.variant.addresses);
        both.wait(0);
        both
    }

    fn wait(&mut self, seconds: u64) {
        self.now += seconds;
        for deployed in [&mut self.committed, &mut self.variant] {
            deployed.evm.ctx.block.timestamp = U256::from(self.now);
        }
    }

    /// Sends a call to both, and gives the answer if it is no refusal.
    fn call<C: SolCall>(&mut self, caller: Address, to: Address, call: &C) -> Option<C::Return> {
        let data: Bytes = call.abi_encode().into();
        let [committed, variant] = [&mut self.committed, &mut self.variant]
            .map(|deployed| deployed.transact(caller, TxKind::Call(to), data.clone()));
        assert_eq!(committed, variant, "{}", C::SIGNATURE);
        match committed.result {
            ExecutionResult::Success { output, .. } => Some(C::abi_decode_returns(output.data()).unwrap()),
            ExecutionResult::Revert { output, .. } => {
                let ContractError::Refused(error) = ContractError::decode(&output) else { panic!("{output}") };
                let name = format!("{error:?}");
                self.outcomes.insert(name.split([' ', '(']).next().unwrap_or_default().to_owned());
                None
            }
            ExecutionResult::Halt { reason, .. } => panic!("{} halted: {reason:?}", C::SIGNATURE),
        }
    }

    fn step(&mut self, operation: Operation) {
        let core = self.committed.addresses.core;
        match operation {
            Operation::Wait { seconds } => self.wait(seconds),
            Operation::Propose(proposal) => self.propose(proposal),
            Operation::Trade(proposal) => {
                self.propose(proposal);
                self.accept(0, None);
                self.settle(0, None, true);
            }
            Operation::Accept { by, trade } => self.accept(trade, by),
            Operation::Settle { by, trade, preimage_known } => self.settle(trade, by, preimage_known),
            Operation::Dispute { by, trade } => {
                let Some(id) = self.id(trade) else { return };
                self.call(wallet(by), core, &BarterCore::disputeTradeCall { tradeId: id });
            }
            Operation::Dismiss { trade } => {
                let Some(id) = self.id(trade) else { return };
                self.call(ARBITER, core, &BarterCore::dismissDisputeCall { tradeId: id });
            }
            Operation::Uphold { trade, at_fault } => {
                let Some(id) = self.id(trade) else { return };
                let call = BarterCore::upholdDisputeCall { tradeId: id, atFault: wallet(at_fault) };
                if self.call(ARBITER, core, &call).is_some() {
                    self.outcomes.insert("upheld".to_owned());
                }
            }
        }
    }

    fn recent(&self, trade: usize) -> Option<usize> {
        self.trades.len().checked_sub(trade + 1)
    }

    fn id(&self, trade: usize) -> Option<B256> {
        self.recent(trade).map(|place| self.trades[place].id)
    }

    fn propose(&mut self, proposal: Proposal) {
        let core = self.committed.addresses.core;
        let (from, to) = (wallet(proposal.from), wallet(proposal.to));
        let terms = BarterCore::proposeTradeCall {
            counterparty: to,
            paymentHash: B256::from(*preimage(self.trades.len()).payment_hash().as_bytes()),
            amountSats: U256::from(proposal.amount_sats),
            category: "goods".to_owned(),
            description: proposal.description,
        };
        let id = if proposal.pays {
            self.call(from, core, &terms)
        } else {
            let BarterCore::proposeTradeCall { counterparty, paymentHash, amountSats, category, description } = terms;
            let call =
                BarterCore::proposeTradeAsPayeeCall { counterparty, paymentHash, amountSats, category, description };
            self.call(from, core, &call)
        };
        if let Some(id) = id {
            self.trades.push(Proposed { id, payer: if proposal.pays { from } else { to }, counterparty: to });
        }
    }

    fn accept(&mut self, trade: usize, by: Option<u8>) {
        let Some(place) = self.recent(trade) else { return };
        let Proposed { id, counterparty, .. } = self.trades[place];
        let call = BarterCore::acceptTradeCall { tradeId: id };
        self.call(by.map_or(counterparty, wallet), self.committed.addresses.core, &call);
    }

    fn settle(&mut self, trade: usize, by: Option<u8>, preimage_known: bool) {
        let Some(place) = self.recent(trade) else { return };
        let Addresses { core, trust, .. } = self.committed.addresses;
        let Proposed { id, payer, .. } = self.trades[place];
        let shown = preimage(if preimage_known { place } else { usize::MAX });
        let caller = by.map_or(payer, wallet);
        let score = BTRTrust::getScoreCall { wallet: payer };
        let before = self.call(caller, trust, &score);
        let call = BarterCore::settleTradeCall { tradeId: id, preimage: B256::from(*shown.as_bytes()) };
        if self.call(caller, core, &call).is_some() {
            let gained = self.call(caller, trust, &score) != before;
            self.outcomes.insert(if gained { "settled" } else { "settled beyond the cap" }.to_owned());
        }
    }

    fn compare_views(&mut self) {
        let Addresses { core, trust, .. } = self.committed.addresses;
        for place in 0..self.trades.len() {
            let call = BarterCore::getTradeCall { tradeId: self.trades[place].id };
            self.call(ARBITER, core, &call).unwrap();
        }
        for number in 0..WALLETS {
            self.call(ARBITER, core, &BarterCore::getWalletCall { wallet: wallet(number) }).unwrap();
            let call = BTRTrust::pairCountCall { walletA: wallet(number), walletB: wallet((number + 1) % WALLETS) };
            self.call(ARBITER, trust, &call).unwrap();
        }
    }
}

#[test]
fn todays_parameters_in_the_variant_are_the_committed_artifact() {
    let config = Config { cases: CASES, rng_seed: RngSeed::Fixed(5), failure_persistence: None, ..Config::default() };
    let outcomes = RefCell::new(BTreeSet::new());
    let sequences = prop::collection::vec(operation(), 40..160);
    let run = TestRunner::new(config).run(&sequences, |operations| {
        let mut both = Both::new();
        for operation in operations {
            both.step(operation);
        }
        both.compare_views();
        outcomes.borrow_mut().append(&mut both.outcomes);
        Ok(())
    });
    if let Err(failure) = run {
        panic!("{failure}");
    }
    let outcomes = outcomes.into_inner();
    for outcome in OUTCOMES {
        assert!(outcomes.contains(outcome), "{outcome} never happened, only {outcomes:?}");
    }
}
