//! What the index knows while it writes, so that it asks the database only for what it has not seen lately.
//!
//! Before a page is folded in, everything its events refer to is brought here, with one lookup for each kind; folding itself
//! reads no database.

use std::collections::{HashMap, HashSet};

use alloy_primitives::{Address, B256, U256};
use barter_bindings::ContractEvent;
use barter_protocol::{Preimage, Trade, TradeId, formula::CREDIT_UNIT};

use crate::{
    Error,
    cache::Cache,
    engine::{Engine, Value, row},
    page::{self, Event},
    schema::{self, DISMISSED, DISPUTED, UPHELD},
};

/// Wallets whose number is kept in memory, 60 bytes each.
const KNOWN_WALLETS: usize = 500_000;
/// Wallets whose score and credit are kept in memory, 60 bytes each.
const KNOWN_STATES: usize = 500_000;
/// Open trades kept in memory, 500 bytes each.
const KNOWN_TRADES: usize = 50_000;
/// Pairs whose counted trades are kept in memory, 30 bytes each.
const KNOWN_PAIRS: usize = 500_000;

/// A wallet's number in the index.
pub(crate) type WalletNumber = i64;

/// What a wallet has earned, and what transfers have done to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct WalletState {
    pub(crate) score: i64,
    pub(crate) earned_tokens: i64,
    /// Received less given away and burned, in 1e-18 tokens.
    pub(crate) net: i128,
}

impl WalletState {
    /// What the wallet has, in 1e-18 tokens. None below nothing, which no chain says.
    pub(crate) fn balance(&self) -> Option<u128> {
        (i128::from(self.earned_tokens) * i128::from(CREDIT_UNIT)).checked_add(self.net)?.try_into().ok()
    }

    /// [`net`](Self::net) as the tables have it: whole tokens, rounded down, and units above them.
    pub(crate) fn net_parts(&self) -> (i64, i64) {
        let unit = i128::from(CREDIT_UNIT);
        // Less than what was ever earned, which fits, so this fits; the rest is below 10^18.
        let tokens = i64::try_from(self.net.div_euclid(unit)).unwrap_or(i64::MAX);
        (tokens, i64::try_from(self.net.rem_euclid(unit)).unwrap_or(i64::MAX))
    }

    /// The inverse of [`net_parts`](Self::net_parts).
    pub(crate) fn net_of(tokens: i64, units: i64) -> i128 {
        i128::from(tokens) * i128::from(CREDIT_UNIT) + i128::from(units)
    }
}

/// A trade and its numbers.
#[derive(Clone, Debug)]
pub(crate) struct KnownTrade {
    pub(crate) number: i64,
    pub(crate) party_a: WalletNumber,
    pub(crate) party_b: WalletNumber,
    pub(crate) trade: Trade,
}

/// What is known. Of the block it was last brought up to, and of no use for another.
#[derive(Debug)]
pub(crate) struct Known {
    pub(crate) wallets: Cache<Address, WalletNumber>,
    pub(crate) states: Cache<WalletNumber, WalletState>,
    pub(crate) trades: Cache<TradeId, KnownTrade>,
    pub(crate) pairs: Cache<(WalletNumber, WalletNumber), i64>,
    /// The last number given in each table whose rows are numbered, by the table's name.
    pub(crate) last: HashMap<&'static str, i64>,
    /// The head it goes with; none where nothing is known.
    head: Option<B256>,
}

impl Default for Known {
    fn default() -> Self {
        Self {
            wallets: Cache::new(KNOWN_WALLETS),
            states: Cache::new(KNOWN_STATES),
            trades: Cache::new(KNOWN_TRADES),
            pairs: Cache::new(KNOWN_PAIRS),
            last: HashMap::new(),
            head: None,
        }
    }
}

/// A pair's key: the same both ways round.
pub(crate) fn pair_of(a: WalletNumber, b: WalletNumber) -> (WalletNumber, WalletNumber) {
    (a.min(b), a.max(b))
}

impl Known {
    /// Forgets everything: the database changed by other ways than a page folded in.
    pub(crate) fn forget(&mut self) {
        self.wallets.clear();
        self.states.clear();
        self.trades.clear();
        self.pairs.clear();
        self.head = None;
    }

    /// Says that what is known goes with this head.
    pub(crate) fn is_of(&mut self, head: B256) {
        self.head = Some(head);
    }

    /// Brings everything here that folding the events in will ask for. `head` is the database's, in this transaction.
    pub(crate) fn prepare(
        &mut self,
        engine: &mut dyn Engine<Error>,
        head: Option<B256>,
        events: &[Event],
    ) -> Result<(), Error> {
        if head.is_none() || self.head != head {
            self.forget();
            self.last = last_numbers(engine)?;
            self.head = head;
        }
        self.wallets.age();
        self.states.age();
        self.trades.age();
        self.pairs.age();

        self.prepare_trades(engine, events)?;
        self.prepare_wallets(engine, events)?;
        let (active, pairs) = self.needed(events);
        self.prepare_states(engine, active)?;
        self.prepare_pairs(engine, pairs)
    }

    /// The trades that something happens to, but for those that are proposed on the page itself.
    fn prepare_trades(&mut self, engine: &mut dyn Engine<Error>, events: &[Event]) -> Result<(), Error> {
        let mut seen = HashSet::new();
        let mut unknown = Vec::new();
        for event in events {
            if let Some(trade_id) = trade_of(&event.kind)
                && seen.insert(trade_id)
                && event.trade.is_none()
                && !self.trades.renew(&trade_id)
            {
                unknown.push(trade_id);
            }
        }
        let keys: Vec<_> = unknown.iter().map(|trade_id| Value::Bytes(trade_id.as_slice())).collect();
        let (trades, wallets) = (&mut self.trades, &mut self.wallets);
        engine.lookup(TRADE, 1, &keys, &mut |number, row| {
            let known = known_trade(row)?;
            for (address, wallet) in [(known.trade.party_a(), known.party_a), (known.trade.party_b(), known.party_b)] {
                wallets.insert(address, wallet);
            }
            trades.insert(unknown[number], known);
            Ok(())
        })
    }

    /// The wallets that are named. Those of scores and mints are the parties of the trade that was settled.
    fn prepare_wallets(&mut self, engine: &mut dyn Engine<Error>, events: &[Event]) -> Result<(), Error> {
        let mut unknown = HashSet::new();
        for event in events {
            let named = match &event.kind {
                ContractEvent::TradeProposed { party_a, party_b, .. } => [Some(*party_a), Some(*party_b)],
                ContractEvent::CreditTransferred { from, to, .. } if !from.is_zero() => [Some(*from), Some(*to)],
                ContractEvent::SignatureCancelled { signer, .. } => [Some(*signer), None],
                kind => match trade_of(kind).and_then(|trade_id| self.trades.get(&trade_id)) {
                    Some(known) => [Some(known.trade.party_a()), Some(known.trade.party_b())],
                    None => [None, None],
                },
            };
            for address in named.into_iter().flatten() {
                if !self.wallets.renew(&address) {
                    unknown.insert(address);
                }
            }
        }
        let unknown: Vec<_> = unknown.into_iter().collect();
        let keys: Vec<_> = unknown.iter().map(|address| Value::Bytes(address.as_slice())).collect();
        let wallets = &mut self.wallets;
        engine.lookup("SELECT id FROM wallets WHERE address = $1", 1, &keys, &mut |number, row| {
            wallets.insert(unknown[number], row::integer(row, 0)?);
            Ok(())
        })
    }

    /// The wallets whose score or credit changes, and the pairs whose trades are settled, as far as they were there before.
    fn needed(&self, events: &[Event]) -> (HashSet<WalletNumber>, HashSet<(WalletNumber, WalletNumber)>) {
        let proposed: HashMap<TradeId, &Trade> =
            events.iter().filter_map(|event| Some((trade_of(&event.kind)?, event.trade.as_ref()?))).collect();
        let (mut active, mut pairs) = (HashSet::new(), HashSet::new());
        for event in events {
            let (a, b) = match &event.kind {
                ContractEvent::TradeSettled { trade_id, .. } => {
                    let known = self.trades.get(trade_id).map(|known| &known.trade);
                    let Some(trade) = known.or_else(|| proposed.get(trade_id).copied()) else { continue };
                    (trade.party_a(), trade.party_b())
                }
                ContractEvent::CreditTransferred { from, to, .. } if !from.is_zero() => (*from, *to),
                _ => continue,
            };
            let (a, b) = (self.wallets.get(&a).copied(), self.wallets.get(&b).copied());
            active.extend(a);
            active.extend(b);
            if let (Some(a), Some(b), ContractEvent::TradeSettled { .. }) = (a, b, &event.kind) {
                pairs.insert(pair_of(a, b));
            }
        }
        (active, pairs)
    }

    fn prepare_states(&mut self, engine: &mut dyn Engine<Error>, active: HashSet<WalletNumber>) -> Result<(), Error> {
        let unknown: Vec<_> = active.into_iter().filter(|wallet| !self.states.renew(wallet)).collect();
        for (wallet, state) in unknown.iter().zip(states(engine, &unknown)?) {
            self.states.insert(*wallet, state);
        }
        Ok(())
    }

    fn prepare_pairs(
        &mut self,
        engine: &mut dyn Engine<Error>,
        pairs: HashSet<(WalletNumber, WalletNumber)>,
    ) -> Result<(), Error> {
        let unknown: Vec<_> = pairs.into_iter().filter(|pair| !self.pairs.renew(pair)).collect();
        let both_ways = unknown.iter().flat_map(|(a, b)| [*a, *b, *b, *a]);
        let keys: Vec<_> = both_ways.map(Value::Integer).collect();
        for pair in &unknown {
            self.pairs.insert(*pair, 0);
        }
        let pairs = &mut self.pairs;
        engine.lookup(COUNTED, 2, &keys, &mut |number, row| {
            if let Some(count) = pairs.get_mut(&unknown[number / 2]) {
                *count += row::integer(row, 0)?;
            }
            Ok(())
        })
    }
}

/// How many trades of a payer and a payee counted.
const COUNTED: &str = "SELECT count(*) AS counted FROM settlements WHERE payer = $1 AND payee = $2 AND points > 0";

/// A trade with everything that has happened to it.
const TRADE: &str = "
    SELECT p.id, p.party_a, p.party_b, p.payer, a.address AS address_a, b.address AS address_b, p.payment_hash,
        p.amount_sats, p.category, p.description, proposed.timestamp AS created_at, accepted.timestamp AS accepted_at,
        s.settled_at, s.preimage,
        (SELECT d.kind FROM disputes d WHERE d.trade = p.id ORDER BY d.id DESC LIMIT 1) AS kind,
        (SELECT d.wallet FROM disputes d WHERE d.trade = p.id ORDER BY d.id DESC LIMIT 1) AS wallet
    FROM proposals p
    JOIN wallets a ON a.id = p.party_a
    JOIN wallets b ON b.id = p.party_b
    JOIN blocks proposed ON proposed.number = p.block_number
    LEFT JOIN acceptances c ON c.trade = p.id
    LEFT JOIN blocks accepted ON accepted.number = c.block_number
    LEFT JOIN settlements s ON s.trade = p.id
    WHERE p.trade_id = $1";

const SCORE_AS_PAYER: &str =
    "SELECT payer_score, payer_earned_tokens FROM settlements WHERE payer = $1 ORDER BY id DESC LIMIT 1";
const SCORE_AS_PAYEE: &str =
    "SELECT payee_score, payee_earned_tokens FROM settlements WHERE payee = $1 ORDER BY id DESC LIMIT 1";
const MOVED_AS_SENDER: &str = "SELECT id, sender_net_tokens, sender_net_units FROM credit_transfers WHERE sender = $1
    ORDER BY id DESC LIMIT 1";
const MOVED_AS_RECEIVER: &str = "SELECT id, receiver_net_tokens, receiver_net_units FROM credit_transfers
    WHERE receiver = $1 ORDER BY id DESC LIMIT 1";

/// What wallets have, each of it kept with the last event that changed it.
pub(crate) fn states(engine: &mut dyn Engine<Error>, wallets: &[WalletNumber]) -> Result<Vec<WalletState>, Error> {
    let keys: Vec<_> = wallets.iter().copied().map(Value::Integer).collect();
    let mut states = vec![WalletState::default(); wallets.len()];
    for sql in [SCORE_AS_PAYER, SCORE_AS_PAYEE] {
        engine.lookup(sql, 1, &keys, &mut |number, row| {
            // Neither ever falls, so the larger is the later.
            let state = &mut states[number];
            state.score = state.score.max(row::integer(row, 0)?);
            state.earned_tokens = state.earned_tokens.max(row::integer(row, 1)?);
            Ok(())
        })?;
    }
    let mut latest = vec![0; wallets.len()];
    for sql in [MOVED_AS_SENDER, MOVED_AS_RECEIVER] {
        engine.lookup(sql, 1, &keys, &mut |number, row| {
            let id = row::integer(row, 0)?;
            if id > latest[number] {
                latest[number] = id;
                states[number].net = WalletState::net_of(row::integer(row, 1)?, row::integer(row, 2)?);
            }
            Ok(())
        })?;
    }
    Ok(states)
}

/// The last number given in each table whose rows are numbered.
pub(crate) fn last_numbers(engine: &mut dyn Engine<Error>) -> Result<HashMap<&'static str, i64>, Error> {
    let mut last = HashMap::new();
    for table in schema::NUMBERED.into_iter().chain([&schema::WALLETS]) {
        let sql = format!("SELECT COALESCE(max(id), 0) FROM {}", table.name);
        engine.query(&sql, &[], &mut |row| {
            last.insert(table.name, row::integer(row, 0)?);
            Ok(())
        })?;
    }
    Ok(last)
}

/// The trade that something happened to.
fn trade_of(event: &ContractEvent) -> Option<TradeId> {
    match event {
        ContractEvent::TradeProposed { trade_id, .. }
        | ContractEvent::TradeAccepted { trade_id }
        | ContractEvent::TradeSettled { trade_id, .. }
        | ContractEvent::TradeDisputed { trade_id, .. }
        | ContractEvent::DisputeDismissed { trade_id }
        | ContractEvent::DisputeUpheld { trade_id, .. } => Some(*trade_id),
        _ => None,
    }
}

/// Lives through a trade again, from a row of [`TRADE`].
fn known_trade(row: &[Value<'_>]) -> Result<KnownTrade, Error> {
    let (number, party_a, party_b) = (row::integer(row, 0)?, row::integer(row, 1)?, row::integer(row, 2)?);
    let (address_a, address_b) = (Address::from(row::array(row, 4)?), Address::from(row::array(row, 5)?));
    let payer = if row::integer(row, 3)? == party_a { address_a } else { address_b };
    let trade = || {
        let (payee, proposer) = page::sides(address_a, address_b, payer)?;
        let hash = row::array(row, 6).ok()?;
        let amount_sats = row::integer(row, 7).ok()?.unsigned_abs();
        let texts = (row::text(row, 8).ok()?, row::text(row, 9).ok()?);
        let terms = page::terms(payer, payee, hash.into(), amount_sats, texts).ok()?;
        let mut trade = Trade::propose(terms, proposer, row::unsigned(row, 10).ok()?);
        if let Some(accepted_at) = row::optional(row, 11).ok()? {
            trade.accept(address_b, accepted_at).ok()?;
        }
        let kind = row::optional_text(row, 14).ok()?;
        if matches!(kind, Some(DISPUTED | DISMISSED | UPHELD)) {
            trade.dispute(address_a, 0).ok()?;
        }
        match kind {
            Some(DISMISSED) => trade.dismiss(0).ok()?,
            Some(UPHELD) => {
                trade.uphold(if row::integer(row, 15).ok()? == party_a { address_a } else { address_b }, 0).ok()?;
            }
            _ => {}
        }
        if let Some(settled_at) = row::optional(row, 12).ok()? {
            trade.settle_for_payer(Preimage::new(row::array(row, 13).ok()?), settled_at).ok()?;
        }
        Some(trade)
    };
    let trade = trade().ok_or_else(|| row::damaged(schema::PROPOSALS.name))?;
    Ok(KnownTrade { number, party_a, party_b, trade })
}

/// An amount of credit in its parts: whole tokens and 1e-18ths. None for more tokens than a table holds.
pub(crate) fn credit_parts(value: U256) -> Option<(i64, i64)> {
    let (tokens, units) = value.div_rem(U256::from(CREDIT_UNIT));
    Some((tokens.try_into().ok()?, units.try_into().ok()?))
}
