//! What the views show, against the ledger and the chain's own logs.

use std::{
    collections::{BTreeMap, BTreeSet},
    iter,
};

use alloy_primitives::{Address, U256};
use barter_bindings::ContractEvent;
use barter_index::{Log, synthetic};
use barter_protocol::{Role, Trade, TradeId, TradeStatus, credit_tokens, formula::CREDIT_UNIT, score};

use super::{
    FakeChain,
    place::{Cell, Place},
};

type Row = Vec<Cell>;

/// An event and the log it is of.
type Event<'a> = (&'a Log, ContractEvent);

/// Every row of every view is what the chain says. Memory, which nobody else reaches, is passed over.
pub fn check(place: &Place, chain: &FakeChain) {
    if matches!(place, Place::Memory) {
        return;
    }
    let contracts = synthetic::identity().contracts();
    let read = |log: &Log| ContractEvent::decode(&contracts, log.address, &log.topics, &log.data).unwrap().unwrap();
    let events: Vec<Event<'_>> =
        chain.blocks.iter().flat_map(|block| &block.logs).map(|log| (log, read(log))).collect();
    assert_eq!(
        place.rows(
            "SELECT trade_id, party_a, party_b, payer, payment_hash, amount_sats, category, description, status, created_at, \
             expires_at, accepted_at, settled_at, preimage, block_number, log_index, transaction_hash FROM trades ORDER BY trade"
        ),
        trades(chain, &events)
    );
    assert_eq!(
        place.rows(
            "SELECT trade_id, payer, payee, amount_sats, settled_at, preimage, points, credit_tokens, category, description, \
             block_number, log_index, transaction_hash FROM settled_trades ORDER BY settlement"
        ),
        settled_trades(chain, &events)
    );
    let sorted = |mut rows: Vec<Row>| {
        rows.sort();
        rows
    };
    assert_eq!(
        sorted(place.rows("SELECT wallet, trade_id, points, score, settled_at, block_number FROM score_changes")),
        sorted(score_changes(chain, &events))
    );
    assert_eq!(
        sorted(place.rows("SELECT kind, sender, receiver, tokens, units, block_number FROM credit_movements")),
        sorted(credit_movements(&events))
    );
    assert_eq!(
        place.rows(
            "SELECT address, score, settled, open, earned_tokens, moved_tokens, moved_units FROM wallet_standings ORDER BY address"
        ),
        wallet_standings(chain, &events)
    );
}

fn trade(chain: &FakeChain, trade_id: TradeId) -> &Trade {
    chain.last().world.ledger.trade(trade_id).unwrap()
}

fn time(chain: &FakeChain, log: &Log) -> u64 {
    chain.header_of(log.block_number).unwrap().timestamp
}

fn place_of(log: &Log) -> [Cell; 3] {
    [log.block_number.into(), log.log_index.into(), Cell::bytes(log.transaction_hash)]
}

fn trades(chain: &FakeChain, events: &[Event<'_>]) -> Vec<Row> {
    let world = &chain.last().world;
    let row = |(log, event): &Event<'_>| {
        let ContractEvent::TradeProposed { trade_id, category, description, .. } = event else { return None };
        let trade = trade(chain, *trade_id);
        let (status, preimage) = match trade.status(world.now) {
            // The view knows no time of asking.
            TradeStatus::Proposed | TradeStatus::Expired => ("proposed", None),
            TradeStatus::Accepted => ("accepted", None),
            TradeStatus::Settled => ("settled", world.trades.iter().find(|(id, _)| id == trade_id)),
            TradeStatus::Disputed => ("disputed", None),
        };
        let mut row = vec![
            Cell::bytes(*trade_id),
            Cell::bytes(trade.party_a()),
            Cell::bytes(trade.party_b()),
            Cell::bytes(trade.payer()),
            Cell::bytes(trade.payment_hash().as_bytes()),
            trade.terms().amount_sats().into(),
            Cell::text(category),
            Cell::text(description),
            Cell::text(status),
            trade.created_at().into(),
            trade.expires_at().into(),
            trade.accepted_at().into(),
            trade.settled_at().into(),
            preimage.map_or(Cell::Null, |(_, preimage)| Cell::bytes(preimage.as_bytes())),
        ];
        row.extend(place_of(log));
        Some(row)
    };
    events.iter().filter_map(row).collect()
}

/// The points and tokens of each trade that was settled: nothing where no score rose.
fn reward(events: &[Event<'_>], chain: &FakeChain, trade_id: TradeId) -> (u64, u64) {
    let counted = events
        .iter()
        .any(|(_, event)| matches!(event, ContractEvent::ScoreUpdated { trade_id: rose, .. } if *rose == trade_id));
    let amount_sats = trade(chain, trade_id).terms().amount_sats();
    if counted { (score(amount_sats), credit_tokens(amount_sats)) } else { (0, 0) }
}

fn settled_trades(chain: &FakeChain, events: &[Event<'_>]) -> Vec<Row> {
    let row = |(log, event): &Event<'_>| {
        let ContractEvent::TradeSettled { trade_id, preimage } = event else { return None };
        let trade = trade(chain, *trade_id);
        let payee = if trade.proposer() == Role::Payer { trade.party_b() } else { trade.party_a() };
        let (points, tokens) = reward(events, chain, *trade_id);
        let mut row = vec![
            Cell::bytes(*trade_id),
            Cell::bytes(trade.payer()),
            Cell::bytes(payee),
            trade.terms().amount_sats().into(),
            time(chain, log).into(),
            Cell::bytes(preimage.as_bytes()),
            points.into(),
            tokens.into(),
            Cell::text(trade.terms().category()),
            Cell::text(trade.terms().description()),
        ];
        row.extend(place_of(log));
        Some(row)
    };
    events.iter().filter_map(row).collect()
}

fn score_changes(chain: &FakeChain, events: &[Event<'_>]) -> Vec<Row> {
    let mut scores = BTreeMap::new();
    let row = |(log, event): &Event<'_>| {
        let ContractEvent::ScoreUpdated { wallet, trade_id, score } = event else { return None };
        let before = scores.insert(*wallet, *score).unwrap_or_default();
        Some(vec![
            Cell::bytes(wallet),
            Cell::bytes(*trade_id),
            (score - before).into(),
            (*score).into(),
            time(chain, log).into(),
            log.block_number.into(),
        ])
    };
    events.iter().filter_map(row).collect()
}

fn credit_movements(events: &[Event<'_>]) -> Vec<Row> {
    let row = |(log, event): &Event<'_>| {
        let ContractEvent::CreditTransferred { from, to, value } = event else { return None };
        let kind = match (from.is_zero(), to.is_zero()) {
            (true, _) => "earned",
            (_, true) => "burned",
            _ => "transferred",
        };
        let wallet = |address: &Address| if address.is_zero() { Cell::Null } else { Cell::bytes(address) };
        let (tokens, units) = value.div_rem(U256::from(CREDIT_UNIT));
        let number = |number: U256| u64::try_from(number).unwrap().into();
        Some(vec![Cell::text(kind), wallet(from), wallet(to), number(tokens), number(units), log.block_number.into()])
    };
    events.iter().filter_map(row).collect()
}

fn wallet_standings(chain: &FakeChain, events: &[Event<'_>]) -> Vec<Row> {
    let named = events.iter().flat_map(|(_, event)| match event {
        ContractEvent::TradeProposed { party_a, party_b, .. } => vec![*party_a, *party_b],
        ContractEvent::CreditTransferred { from, to, .. } => vec![*from, *to],
        ContractEvent::SignatureCancelled { signer, .. } => vec![*signer],
        _ => Vec::new(),
    });
    let wallets: BTreeSet<_> = named.filter(|wallet| !wallet.is_zero()).collect();
    let row = |address: Address| {
        let wallet = chain.last().world.ledger.wallet(address);
        let unit = i128::from(CREDIT_UNIT);
        let signed = |number: U256| i128::try_from(number).unwrap();
        let moved = signed(wallet.credit_balance) - signed(wallet.credit_earned);
        let numbers = [
            wallet.score.into(),
            wallet.settled.into(),
            wallet.open_trades().into(),
            signed(wallet.credit_earned) / unit,
            moved.div_euclid(unit),
            moved.rem_euclid(unit),
        ];
        let numbers = numbers.map(|number: i128| Cell::Integer(i64::try_from(number).unwrap()));
        iter::once(Cell::bytes(address)).chain(numbers).collect()
    };
    wallets.into_iter().map(row).collect()
}
