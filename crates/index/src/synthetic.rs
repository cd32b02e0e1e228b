//! Chains that nobody mined, for tests and benchmarks: real ABI-encoded logs of valid trades.

use std::{collections::HashMap, convert::Infallible};

use alloy_primitives::{Address, B256, Bytes, LogData, U256, keccak256};
use alloy_sol_types::SolEvent;
use barter_bindings::{Addresses, BTRCredit, BTRTrust, BarterCore, ContractEvent};
use barter_protocol::{
    Preimage, Role, Terms, TradeId, credit,
    limits::{MAX_PAIR_COUNT, MIN_AMOUNT_SATS},
    score,
};

use crate::{Chain, Header, Identity, Log, Page};

/// An event as its contract writes it: which contract, topics and data.
pub fn encode(contracts: &Addresses, event: &ContractEvent) -> (Address, LogData) {
    let core = contracts.core;
    match event.clone() {
        ContractEvent::TradeProposed {
            trade_id,
            party_a,
            party_b,
            payer,
            payment_hash,
            amount_sats,
            category,
            description,
        } => {
            let event = BarterCore::TradeProposed {
                tradeId: trade_id,
                partyA: party_a,
                partyB: party_b,
                payer,
                paymentHash: payment_hash.into(),
                amountSats: U256::from(amount_sats),
                category,
                description,
            };
            (core, event.encode_log_data())
        }
        ContractEvent::TradeAccepted { trade_id } => {
            (core, BarterCore::TradeAccepted { tradeId: trade_id }.encode_log_data())
        }
        ContractEvent::TradeSettled { trade_id, preimage } => {
            let preimage = B256::from(*preimage.as_bytes());
            (core, BarterCore::TradeSettled { tradeId: trade_id, preimage }.encode_log_data())
        }
        ContractEvent::TradeDisputed { trade_id, by } => {
            (core, BarterCore::TradeDisputed { tradeId: trade_id, by }.encode_log_data())
        }
        ContractEvent::DisputeDismissed { trade_id } => {
            (core, BarterCore::DisputeDismissed { tradeId: trade_id }.encode_log_data())
        }
        ContractEvent::DisputeUpheld { trade_id, at_fault } => {
            (core, BarterCore::DisputeUpheld { tradeId: trade_id, atFault: at_fault }.encode_log_data())
        }
        ContractEvent::SignatureCancelled { signer, digest } => {
            (core, BarterCore::SignatureCancelled { signer, digest }.encode_log_data())
        }
        ContractEvent::ScoreUpdated { wallet, trade_id, score } => {
            let event = BTRTrust::ScoreUpdated { wallet, tradeId: trade_id, score: U256::from(score) };
            (contracts.trust, event.encode_log_data())
        }
        ContractEvent::CreditTransferred { from, to, value } => {
            (contracts.credit, BTRCredit::Transfer { from, to, value }.encode_log_data())
        }
        other => unreachable!("no contract writes {other:?}"),
    }
}

/// A block's log of an event.
pub fn log(contracts: &Addresses, header: &Header, log_index: u64, event: &ContractEvent) -> Log {
    let (address, data) = encode(contracts, event);
    let (topics, data): (Vec<B256>, Bytes) = data.split();
    Log {
        address,
        topics,
        data,
        block_number: header.number,
        block_hash: header.hash,
        transaction_hash: B256::from(U256::from(header.number) << 64 | U256::from(log_index)),
        log_index,
        removed: false,
    }
}

/// An identity for chains that nobody mined.
pub fn identity() -> Identity {
    let contracts = Addresses::of_core(Address::repeat_byte(0xc0));
    Identity {
        chain_id: 31_337,
        barter_core: contracts.core,
        btr_trust: contracts.trust,
        btr_credit: contracts.credit,
        first_block: 1,
    }
}

/// What a synthetic chain is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Trades in all.
    pub trades: u64,
    /// Wallets that trade with each other: the first by far the most, the last hardly.
    pub wallets: u64,
    /// Trades that are proposed in each block, accepted in the next, and settled in the one after.
    pub trades_per_block: u64,
    /// Blocks of each page.
    pub blocks_per_page: u64,
    /// What all random choices follow from.
    pub seed: u64,
}

impl Default for Settings {
    fn default() -> Self {
        // Fifty thousand logs a page, which is what a follower writes at once.
        Self { trades: 10_000, wallets: 1_000, trades_per_block: 50, blocks_per_page: 150, seed: 1 }
    }
}

/// A chain of valid trades, page by page, each made when it is asked for. Every trade is proposed, accepted and settled, and
/// but for those beyond a pair's cap brings two scores and two mints: seven events. In memory are the wallets' scores and the
/// pairs' counts, and nothing for each trade.
#[derive(Debug)]
pub struct Synthetic {
    settings: Settings,
    contracts: Addresses,
    /// The next block.
    next: u64,
    parent_hash: B256,
    scores: Vec<u64>,
    pairs: HashMap<(u32, u32), u8>,
}

/// The time of block 0.
const GENESIS: u64 = 1_700_000_000;
/// Seconds between blocks.
const BLOCK_SECONDS: u64 = 12;

/// A trade, which follows from the seed and its number alone.
struct SyntheticTrade {
    a: u64,
    b: u64,
    trade_id: TradeId,
    preimage: Preimage,
    terms: Terms,
    proposer: Role,
}

impl Synthetic {
    /// The chain that these settings make, at its beginning.
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            contracts: identity().contracts(),
            next: identity().first_block,
            parent_hash: hash_of(settings.seed, identity().first_block - 1),
            scores: vec![0; usize::try_from(settings.wallets).unwrap_or_default()],
            pairs: HashMap::new(),
        }
    }

    /// The last block.
    pub const fn last_block(&self) -> u64 {
        // The last trades are accepted and settled in two more.
        self.settings.trades.div_ceil(self.settings.trades_per_block) + 2
    }

    /// The address of a wallet: they are numbered by how much they trade, from 0.
    pub fn wallet(&self, number: u64) -> Address {
        wallet(self.settings.seed, number)
    }

    fn trade(&self, number: u64) -> SyntheticTrade {
        let Settings { seed, wallets, .. } = self.settings;
        let random = |salt: u64| mix(seed ^ mix(number.wrapping_mul(8).wrapping_add(salt)));
        let a = heavy_tailed(random(0), wallets);
        let b = heavy_tailed(random(1), wallets);
        // Nobody trades with oneself.
        let b = if a == b { (b + 1) % wallets } else { b };
        let proposer = if random(2).is_multiple_of(4) { Role::Payee } else { Role::Payer };
        let (payer, payee) = if proposer == Role::Payer { (a, b) } else { (b, a) };
        let mut preimage = [0; 32];
        for (place, part) in preimage.chunks_exact_mut(8).enumerate() {
            part.copy_from_slice(&mix(random(3) ^ place as u64).to_be_bytes());
        }
        let preimage = Preimage::new(preimage);
        // Most trades are small, some very large: up to 2^27 times the smallest.
        let amount_sats = (MIN_AMOUNT_SATS << (random(4) % 28).min(random(5) % 28)) + random(6) % 1_000;
        let category = ["digital-goods", "services", "hardware", "consulting-work", "groceries"];
        let terms = Terms::new(
            wallet(seed, payer),
            wallet(seed, payee),
            preimage.payment_hash(),
            amount_sats,
            category[usize::try_from(random(7) % 5).unwrap_or_default()],
            format!("Order {number:07}: forty bytes of description"),
        );
        let terms = terms.unwrap_or_else(|error| unreachable!("valid terms: {error}"));
        SyntheticTrade { a, b, trade_id: terms.trade_id(proposer), preimage, terms, proposer }
    }

    fn propose(&self, number: u64) -> ContractEvent {
        let trade = self.trade(number);
        ContractEvent::TradeProposed {
            trade_id: trade.trade_id,
            party_a: trade.terms.wallet(trade.proposer),
            party_b: trade.terms.wallet(trade.proposer.other()),
            payer: trade.terms.payer(),
            payment_hash: trade.terms.payment_hash(),
            amount_sats: trade.terms.amount_sats(),
            category: trade.terms.category().to_owned(),
            description: trade.terms.description().to_owned(),
        }
    }

    fn settle(&mut self, number: u64, events: &mut Vec<ContractEvent>) {
        let trade = self.trade(number);
        let (trade_id, amount_sats) = (trade.trade_id, trade.terms.amount_sats());
        events.push(ContractEvent::TradeSettled { trade_id, preimage: trade.preimage });
        let small = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
        let count = self.pairs.entry((small(trade.a.min(trade.b)), small(trade.a.max(trade.b)))).or_default();
        if u64::from(*count) >= MAX_PAIR_COUNT {
            return;
        }
        *count += 1;
        let parties = [trade.a, trade.b];
        for number in parties {
            let total = &mut self.scores[usize::try_from(number).unwrap_or_default()];
            *total += score(amount_sats);
            let wallet = wallet(self.settings.seed, number);
            events.push(ContractEvent::ScoreUpdated { wallet, trade_id, score: *total });
        }
        for number in parties {
            let to = wallet(self.settings.seed, number);
            events.push(ContractEvent::CreditTransferred { from: Address::ZERO, to, value: credit(amount_sats) });
        }
    }

    /// What happens in a block: trades are settled, accepted, proposed.
    fn events(&mut self, block: u64) -> Vec<ContractEvent> {
        let Settings { trades, trades_per_block, .. } = self.settings;
        let of_block =
            |block: u64| (block * trades_per_block).min(trades)..((block + 1) * trades_per_block).min(trades);
        let step = block - identity().first_block;
        let mut events = Vec::new();
        if let Some(settled) = step.checked_sub(2) {
            of_block(settled).for_each(|number| self.settle(number, &mut events));
        }
        if let Some(accepted) = step.checked_sub(1) {
            let accepted = of_block(accepted).map(|number| self.trade(number).trade_id);
            events.extend(accepted.map(|trade_id| ContractEvent::TradeAccepted { trade_id }));
        }
        events.extend(of_block(step).map(|number| self.propose(number)));
        events
    }

    /// The next block.
    fn block(&mut self) -> (Header, Vec<ContractEvent>) {
        let header = header(self.settings.seed, self.next);
        let events = self.events(self.next);
        self.parent_hash = header.hash;
        self.next += 1;
        (header, events)
    }

    /// The next page, which goes to block `to` at most; none after the last block.
    fn page_to(&mut self, to: u64) -> Option<Page> {
        let (from, parent_hash) = (self.next, self.parent_hash);
        let to = to.min(from + self.settings.blocks_per_page - 1).min(self.last_block());
        let (mut headers, mut logs) = (Vec::new(), Vec::new());
        while self.next <= to {
            let (header, events) = self.block();
            let of_block = events.iter().enumerate();
            logs.extend(of_block.map(|(place, event)| log(&self.contracts, &header, place as u64, event)));
            headers.push(header);
        }
        let last = headers.last().copied()?;
        Some(Page { from, to: last, parent_hash, headers, logs })
    }
}

impl Chain for Synthetic {
    type Error = Infallible;

    fn head(&mut self) -> Result<Header, Infallible> {
        Ok(header(self.settings.seed, self.last_block()))
    }

    fn header(&mut self, number: u64) -> Result<Option<Header>, Infallible> {
        Ok((1..=self.last_block()).contains(&number).then(|| header(self.settings.seed, number)))
    }

    /// The page that begins at `from`: the next one without work for those before it, an earlier one by beginning again.
    fn page(&mut self, from: u64, to: u64) -> Result<Option<Page>, Infallible> {
        if from < self.next {
            *self = Self::new(self.settings);
        }
        while self.next < from {
            self.block();
        }
        Ok(self.page_to(to))
    }
}

impl Iterator for Synthetic {
    type Item = Page;

    fn next(&mut self) -> Option<Page> {
        self.page_to(u64::MAX)
    }
}

fn header(seed: u64, number: u64) -> Header {
    Header {
        number,
        hash: hash_of(seed, number),
        parent_hash: hash_of(seed, number - 1),
        timestamp: GENESIS + number * BLOCK_SECONDS,
    }
}

fn hash_of(seed: u64, number: u64) -> B256 {
    let mut text = [0; 16];
    text[..8].copy_from_slice(&seed.to_be_bytes());
    text[8..].copy_from_slice(&number.to_be_bytes());
    keccak256(text)
}

fn wallet(seed: u64, number: u64) -> Address {
    let mut address = Address::ZERO;
    for (place, part) in address.as_mut_slice().chunks_mut(8).enumerate() {
        part.copy_from_slice(&mix(mix(seed ^ number) ^ place as u64).to_be_bytes()[..part.len()]);
    }
    address
}

/// A number below `count`: the cube of an even choice, so that the first hundredth of all is chosen a fifth of the time.
fn heavy_tailed(random: u64, count: u64) -> u64 {
    let even = u128::from(random);
    let cube = (((even * even) >> 64) * even) >> 64;
    u64::try_from((cube * u128::from(count)) >> 64).unwrap_or_default()
}

/// Splitmix64's finaliser: each bit of the input changes half of those of the output.
const fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    /// An index can stand at any block, and asks for what comes after it.
    #[test]
    fn there_is_a_page_after_every_block() {
        let settings = Settings { trades: 20, wallets: 5, trades_per_block: 2, blocks_per_page: 5, seed: 3 };
        let whole: Vec<_> = Synthetic::new(settings).flat_map(|page| page.logs).collect();
        let mut chain = Synthetic::new(settings);
        let last = chain.last_block();
        for from in (1..=last).chain((1..=last).rev()) {
            for to in from..=last {
                let page = chain.page(from, to).unwrap().unwrap();
                assert_eq!((page.from, page.to.number), (from, to.min(from + 4)));
                assert_eq!(page.parent_hash, hash_of(settings.seed, from - 1));
                let expected = whole.iter().filter(|log| (from..=page.to.number).contains(&log.block_number));
                assert!(page.logs.iter().eq(expected));
            }
        }
        assert!(chain.page(last + 1, last + 1).unwrap().is_none());
    }
}
