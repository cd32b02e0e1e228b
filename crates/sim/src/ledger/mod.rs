//! The contracts, with the wallets and the trades of a world: what a call becomes on the chain, and what the chain says came
//! of it. A world and a [replay](crate::replay) of its log both send their calls here.

#[cfg(test)]
mod check;
mod data;
mod events;
#[cfg(test)]
mod tests;
mod trades;

use alloy_primitives::{Address, B256, Bytes, keccak256};
use alloy_signer_local::PrivateKeySigner;
use barter_protocol::{Preimage, SigningDomain};

pub(crate) use trades::{NewTrade, Trades};
pub use trades::{Stage, TradeInfo};

use crate::{
    AgentId, TradeRef, WalletId,
    chain::{ARBITER, CHAIN_ID, Chain, End, Execution},
    random::Random,
    record::{Call, Event, Refusal},
    scenario::{Arbiter, Scenario},
};

/// A wallet.
#[derive(Debug)]
pub(crate) struct Wallet {
    pub(crate) address: Address,
    pub(crate) agent: AgentId,
    /// Trades it has proposed.
    proposed: u64,
    signer: Option<Box<PrivateKeySigner>>,
}

/// The contracts, with the wallets and the trades of a world.
#[derive(Debug)]
pub(crate) struct Ledger {
    seed: u64,
    now: u64,
    pub(crate) chain: Chain,
    pub(crate) wallets: Vec<Wallet>,
    pub(crate) trades: Trades,
    proposals: data::Proposals,
}

/// What came of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Done {
    /// Gas used.
    pub(crate) gas: u64,
    /// Why it failed, if it did.
    pub(crate) refusal: Option<Refusal>,
}

/// A call as a transaction.
#[derive(Debug)]
pub(crate) struct Transaction {
    sender: Option<WalletId>,
    data: Bytes,
}

impl Transaction {
    /// The wallet that sends it; none, if the arbiter does.
    pub(crate) const fn sender(&self) -> Option<WalletId> {
        self.sender
    }
}

impl Ledger {
    /// The contracts of a scenario, freshly deployed, and nobody there yet.
    pub(crate) fn new(scenario: &Scenario, seed: u64) -> Self {
        let lifetime = scenario.parameters.proposal_lifetime_seconds;
        Self {
            seed,
            now: 0,
            chain: Chain::deploy_code(init_code(scenario)),
            wallets: Vec::new(),
            trades: Trades::new(lifetime),
            proposals: data::Proposals::new(),
        }
    }

    /// Adds a wallet, whose address and key come from the seed and its number alone.
    pub(crate) fn add_wallet(&mut self, agent: AgentId, can_sign: bool) -> WalletId {
        #[allow(clippy::cast_possible_truncation, reason = "wallets are counted in 32 bits")]
        let id = WalletId(self.wallets.len() as u32);
        let word = self.wallet_word(id);
        let signer = if can_sign { PrivateKeySigner::from_bytes(&word).ok().map(Box::new) } else { None };
        let address = signer.as_ref().map_or_else(|| Address::from_word(word), |signer| signer.address());
        self.wallets.push(Wallet { address, agent, proposed: 0, signer });
        id
    }

    /// Whether the next wallet, with this address, is one that can sign: one that cannot has no key, and another address.
    pub(crate) fn next_can_sign(&self, address: Address) -> bool {
        #[allow(clippy::cast_possible_truncation, reason = "wallets are counted in 32 bits")]
        let id = WalletId(self.wallets.len() as u32);
        Address::from_word(self.wallet_word(id)) != address
    }

    fn wallet_word(&self, id: WalletId) -> B256 {
        let mut origin = [0; 16];
        origin[..8].copy_from_slice(&self.seed.to_be_bytes());
        origin[8..].copy_from_slice(&u64::from(id.0).to_be_bytes());
        keccak256(origin)
    }

    /// A wallet.
    pub(crate) fn wallet(&self, id: WalletId) -> &Wallet {
        &self.wallets[id.index()]
    }

    /// Whose a wallet is.
    pub(crate) fn owner(&self, wallet: WalletId) -> AgentId {
        self.wallets[wallet.index()].agent
    }

    /// A block begins. What is over for long enough is forgotten, by the contracts as well.
    pub(crate) fn begin_block(&mut self, now: u64) {
        self.now = now;
        self.chain.set_time(now);
        self.trades.forget_until(now, &self.wallets, &mut self.chain);
    }

    /// The payer of a trade has paid, and knows its preimage. None where the trade is forgotten.
    pub(crate) fn paid(&mut self, trade: TradeRef) -> Option<WalletId> {
        let info = self.trades.get_mut(trade)?;
        info.paid = true;
        Some(info.payer)
    }

    /// A call as a transaction of this moment. None where it names a trade that is forgotten, or needs a key that the wallet
    /// does not have.
    pub(crate) fn transaction(&mut self, call: &Call) -> Option<Transaction> {
        let (sender, data) = self.data(call)?;
        Some(Transaction { sender, data })
    }

    /// Runs a call's transaction. What the contracts say came of it is put into `events`, which must be empty.
    pub(crate) fn execute(&mut self, call: &Call, transaction: Transaction, events: &mut Vec<Event>) -> Done {
        let Transaction { sender, data } = transaction;
        let caller = sender.map_or(ARBITER, |sender| self.wallet(sender).address);
        let core = self.chain.addresses.core;
        let Execution { gas, end, output, logs } = self.chain.execute_within(caller, core, data, call.gas_limit());
        let refusal = match end {
            End::Success => {
                self.apply(call, &logs, events);
                #[cfg(test)]
                self.check(call, &logs, events);
                None
            }
            End::Revert => Some(Refusal::Reverted(output.first_chunk().copied().unwrap_or_default())),
            End::Halt => Some(Refusal::Halted),
        };
        Done { gas, refusal }
    }

    fn domain(&self) -> SigningDomain {
        SigningDomain::new(CHAIN_ID, self.chain.addresses.core)
    }

    /// The preimage of a trade: different for each, and the same in each run.
    fn preimage(&self, trade: TradeRef) -> Preimage {
        const PREIMAGES: u64 = 0x7072_6569_6d61_6765;
        let mut random = Random::stream(self.seed ^ PREIMAGES, trade.0);
        let mut bytes = [0; 32];
        for chunk in bytes.chunks_exact_mut(8) {
            chunk.copy_from_slice(&random.bits().to_be_bytes());
        }
        Preimage::new(bytes)
    }
}

/// What deploys a scenario's contracts.
pub(crate) fn init_code(scenario: &Scenario) -> Bytes {
    let arbiter = match scenario.arbiter {
        Arbiter::None => Address::ZERO,
        Arbiter::Fair { .. } => ARBITER,
    };
    scenario.parameters.init_code(arbiter)
}
