//! From events to rows: the state machines of trades, scores and credit, run over what happened.

use std::collections::{BTreeMap, VecDeque};

use alloy_primitives::{Address, U256};
use barter_bindings::ContractEvent;
use barter_protocol::{Preimage, TradeId, credit, credit_tokens, limits::MAX_PAIR_COUNT, score};

use crate::{
    Contradiction,
    engine::{Table, Value},
    known::{Known, KnownTrade, WalletNumber, WalletState, credit_parts, pair_of},
    page::{Decoded, Event},
    schema::{
        ACCEPTANCES, BLOCKS, CANCELLED_SIGNATURES, CREDIT_TRANSFERS, DISMISSED, DISPUTED, DISPUTES, OPEN_TRADES,
        PROPOSALS, SETTLEMENTS, UPHELD, WALLETS,
    },
};

/// The rows a page adds, and those of `open_trades` that it ends.
#[derive(Debug, Default)]
pub(crate) struct Rows<'e> {
    /// By table, each table's values in a row.
    pub(crate) added: Vec<(&'static Table, Vec<Value<'e>>)>,
    /// Trades that were open before the page and are not any more, or not without a break.
    pub(crate) closed: Vec<Value<'e>>,
}

/// Folds a page in: what it adds to the tables, and to what is known. After a contradiction what is known is of no use.
pub(crate) fn fold<'e>(known: &mut Known, decoded: &'e Decoded) -> Result<Rows<'e>, Contradiction> {
    let mut fold = Fold {
        known,
        values: BTreeMap::new(),
        opened: BTreeMap::new(),
        closed: Vec::new(),
        settled: Vec::new(),
        due: VecDeque::new(),
    };
    for block in &decoded.blocks {
        let row = [signed(block.number), Value::Bytes(block.hash.as_slice()), signed(block.timestamp)];
        fold.values.entry(BLOCKS.name).or_default().extend(row);
    }
    let mut block = decoded.from;
    for event in &decoded.events {
        if event.block_number != block {
            fold.end_block(block)?;
            block = event.block_number;
        }
        fold.event(event)?;
    }
    fold.end_block(block)?;
    Ok(fold.rows())
}

struct Fold<'e, 'k> {
    known: &'k mut Known,
    values: BTreeMap<&'static str, Vec<Value<'e>>>,
    /// Rows of `open_trades`, by the trade.
    opened: BTreeMap<i64, [Value<'e>; 4]>,
    closed: Vec<Value<'e>>,
    settled: Vec<TradeId>,
    /// What the contracts write after the settlement that came last, before they write anything else.
    due: VecDeque<ContractEvent>,
}

/// A number of a block, a log or an amount, whose range was checked where it came in.
const fn signed<'e>(number: u64) -> Value<'e> {
    Value::Integer(number.cast_signed())
}

impl<'e> Fold<'e, '_> {
    fn event(&mut self, event: &'e Event) -> Result<(), Contradiction> {
        if let Some(expected) = self.due.pop_front() {
            if event.kind == expected {
                return Ok(());
            }
            let (expected, found) = (Box::new(expected), Some(Box::new(event.kind.clone())));
            return Err(Contradiction::WrongReward { block: event.block_number, expected, found });
        }
        match &event.kind {
            ContractEvent::TradeProposed { .. } => self.proposed(event),
            ContractEvent::TradeAccepted { trade_id } => self.accepted(event, *trade_id),
            ContractEvent::TradeSettled { trade_id, preimage } => self.settled(event, *trade_id, preimage),
            ContractEvent::TradeDisputed { trade_id, by } => self.disputed(event, *trade_id, *by),
            ContractEvent::DisputeDismissed { trade_id } => self.dismissed(event, *trade_id),
            ContractEvent::DisputeUpheld { trade_id, at_fault } => self.upheld(event, *trade_id, *at_fault),
            ContractEvent::SignatureCancelled { signer, digest } => {
                let signer = self.wallet_of(signer, event);
                self.row(&CANCELLED_SIGNATURES, event, [Value::Integer(signer), Value::Bytes(digest.as_slice())]);
                Ok(())
            }
            ContractEvent::CreditTransferred { from, to, value } if !from.is_zero() => {
                self.transferred(event, (from, to), *value)
            }
            kind => {
                let (block, log_index) = (event.block_number, event.log_index);
                Err(Contradiction::Unearned { block, log_index, event: Box::new(kind.clone()) })
            }
        }
    }

    /// A settlement and what it brings are of one transaction, so of one block.
    fn end_block(&mut self, block: u64) -> Result<(), Contradiction> {
        match self.due.pop_front() {
            Some(expected) => Err(Contradiction::WrongReward { block, expected: Box::new(expected), found: None }),
            None => Ok(()),
        }
    }

    // -------------------------------------------------------------------------------------------- what happens

    fn proposed(&mut self, event: &'e Event) -> Result<(), Contradiction> {
        let ContractEvent::TradeProposed {
            trade_id,
            party_a,
            party_b,
            payer,
            payment_hash,
            amount_sats,
            category,
            description,
        } = &event.kind
        else {
            return Ok(());
        };
        let (Some(trade), block) = (event.trade.clone(), event.block_number) else { return Ok(()) };
        let party_a = self.wallet_of(party_a, event);
        let party_b = self.wallet_of(party_b, event);
        let payer = self.wallet_of(payer, event);
        if self.known.trades.get(trade_id).is_some() {
            return Err(Contradiction::ProposedTwice { block, trade_id: *trade_id });
        }
        let row = [
            Value::Bytes(trade_id.as_slice()),
            Value::Integer(party_a),
            Value::Integer(party_b),
            Value::Integer(payer),
            Value::Bytes(payment_hash.as_bytes()),
            signed(*amount_sats),
            Value::Text(category),
            Value::Text(description),
        ];
        let number = self.row(&PROPOSALS, event, row);
        self.known.trades.insert(*trade_id, KnownTrade { number, party_a, party_b, trade });
        Ok(())
    }

    fn accepted(&mut self, event: &'e Event, trade_id: TradeId) -> Result<(), Contradiction> {
        let known = self.step(event, trade_id, "accepted", |trade| trade.accept(trade.party_b(), event.timestamp))?;
        self.row(&ACCEPTANCES, event, [Value::Integer(known.number)]);
        self.open(&known, event.timestamp);
        Ok(())
    }

    fn settled(&mut self, event: &'e Event, trade_id: TradeId, preimage: &'e Preimage) -> Result<(), Contradiction> {
        let step = |trade: &mut barter_protocol::Trade| trade.settle_for_payer(*preimage, event.timestamp);
        let known = self.step(event, trade_id, "settled", step)?;
        self.settled.push(trade_id);
        self.close(known.number);

        let trade = &known.trade;
        let amount_sats = trade.terms().amount_sats();
        let pair_count = self.pair_count(known.party_a, known.party_b);
        let counted = pair_count.cast_unsigned() < MAX_PAIR_COUNT;
        let (mut points, mut tokens) = (0, 0);
        if counted {
            *pair_count += 1;
            (points, tokens) = (score(amount_sats).cast_signed(), credit_tokens(amount_sats).cast_signed());
        }
        let mut states = [WalletState::default(); 2];
        for (state, wallet) in states.iter_mut().zip([known.party_a, known.party_b]) {
            let kept = self.state(wallet);
            kept.score += points;
            kept.earned_tokens += tokens;
            *state = *kept;
        }
        if counted {
            self.expect_reward(trade_id, trade, states);
        }

        let proposer_pays = trade.payer() == trade.party_a();
        let sides = [(known.party_a, states[0]), (known.party_b, states[1])];
        let [(payer, payer_state), (payee, payee_state)] = if proposer_pays { sides } else { [sides[1], sides[0]] };
        let row = [
            Value::Integer(known.number),
            Value::Integer(payer),
            Value::Integer(payee),
            signed(amount_sats),
            signed(event.timestamp),
            Value::Bytes(preimage.as_bytes()),
            Value::Integer(points),
            Value::Integer(tokens),
            Value::Integer(payer_state.score),
            Value::Integer(payee_state.score),
            Value::Integer(payer_state.earned_tokens),
            Value::Integer(payee_state.earned_tokens),
        ];
        self.row(&SETTLEMENTS, event, row);
        Ok(())
    }

    /// What BTRTrust and BTRCredit write for a counted settlement, in their order: both scores, then both mints.
    fn expect_reward(&mut self, trade_id: TradeId, trade: &barter_protocol::Trade, states: [WalletState; 2]) {
        let parties = [trade.party_a(), trade.party_b()];
        for (wallet, state) in parties.into_iter().zip(states) {
            let score = state.score.cast_unsigned();
            self.due.push_back(ContractEvent::ScoreUpdated { wallet, trade_id, score });
        }
        let value = credit(trade.terms().amount_sats());
        for to in parties {
            self.due.push_back(ContractEvent::CreditTransferred { from: Address::ZERO, to, value });
        }
    }

    fn disputed(&mut self, event: &'e Event, trade_id: TradeId, by: Address) -> Result<(), Contradiction> {
        let known = self.step(event, trade_id, "disputed", |trade| trade.dispute(by, event.timestamp))?;
        self.close(known.number);
        self.dispute_row(event, &known, DISPUTED, Some(by));
        Ok(())
    }

    fn dismissed(&mut self, event: &'e Event, trade_id: TradeId) -> Result<(), Contradiction> {
        let step = |trade: &mut barter_protocol::Trade| trade.dismiss(event.timestamp);
        let known = self.step(event, trade_id, "sent back to accepted", step)?;
        self.open(&known, known.trade.accepted_at().unwrap_or_default());
        self.dispute_row(event, &known, DISMISSED, None);
        Ok(())
    }

    fn upheld(&mut self, event: &'e Event, trade_id: TradeId, at_fault: Address) -> Result<(), Contradiction> {
        let step = |trade: &mut barter_protocol::Trade| trade.uphold(at_fault, event.timestamp);
        let known = self.step(event, trade_id, "ruled on", step)?;
        self.dispute_row(event, &known, UPHELD, Some(at_fault));
        Ok(())
    }

    fn transferred(
        &mut self,
        event: &'e Event,
        (from, to): (&'e Address, &'e Address),
        value: U256,
    ) -> Result<(), Contradiction> {
        let sender = self.wallet_of(from, event);
        let balance = self.state(sender).balance().map(U256::from).unwrap_or_default();
        let parts = credit_parts(value).zip(i128::try_from(value).ok()).filter(|_| value <= balance);
        let Some(((tokens, units), moved)) = parts else {
            let (block, log_index) = (event.block_number, event.log_index);
            return Err(Contradiction::Overdrawn { block, log_index, wallet: *from, balance, value });
        };
        let receiver = (!to.is_zero()).then(|| self.wallet_of(to, event));
        self.state(sender).net -= moved;
        if let Some(receiver) = receiver {
            self.state(receiver).net += moved;
        }
        let (sender_tokens, sender_units) = self.state(sender).net_parts();
        let receiver_net = receiver.map(|receiver| self.state(receiver).net_parts());
        let optional = |number: Option<i64>| number.map_or(Value::Null, Value::Integer);
        let row = [
            Value::Integer(sender),
            optional(receiver),
            Value::Integer(tokens),
            Value::Integer(units),
            Value::Integer(sender_tokens),
            Value::Integer(sender_units),
            optional(receiver_net.map(|net| net.0)),
            optional(receiver_net.map(|net| net.1)),
        ];
        self.row(&CREDIT_TRANSFERS, event, row);
        Ok(())
    }

    // -------------------------------------------------------------------------------------------- helpers

    /// Takes a trade one step further. A copy of it, as it is then.
    fn step(
        &mut self,
        event: &'e Event,
        trade_id: TradeId,
        what: &'static str,
        step: impl FnOnce(&mut barter_protocol::Trade) -> Result<(), barter_protocol::Error>,
    ) -> Result<KnownTrade, Contradiction> {
        let block = event.block_number;
        let Some(known) = self.known.trades.get_mut(&trade_id) else {
            return Err(Contradiction::NeverProposed { block, trade_id, what });
        };
        step(&mut known.trade).map_err(|source| Contradiction::AgainstTheRules {
            block,
            trade_id,
            what,
            source: source.into(),
        })?;
        Ok(known.clone())
    }

    fn open(&mut self, known: &KnownTrade, accepted_at: u64) {
        let row = [known.number, known.party_a, known.party_b].map(Value::Integer);
        self.opened.insert(known.number, [row[0], row[1], row[2], signed(accepted_at)]);
    }

    fn close(&mut self, number: i64) {
        if self.opened.remove(&number).is_none() {
            self.closed.push(Value::Integer(number));
        }
    }

    fn dispute_row(&mut self, event: &'e Event, known: &KnownTrade, kind: &'static str, wallet: Option<Address>) {
        let number = |wallet| if wallet == known.trade.party_a() { known.party_a } else { known.party_b };
        let row = [
            Value::Integer(known.number),
            Value::Integer(known.party_a),
            Value::Integer(known.party_b),
            Value::Text(kind),
            wallet.map_or(Value::Null, |wallet| Value::Integer(number(wallet))),
        ];
        self.row(&DISPUTES, event, row);
    }

    fn wallet_of(&mut self, address: &'e Address, event: &'e Event) -> WalletNumber {
        if let Some(number) = self.known.wallets.get(address) {
            return *number;
        }
        let number = self.next(&WALLETS);
        self.known.wallets.insert(*address, number);
        let row = [Value::Integer(number), Value::Bytes(address.as_slice()), signed(event.block_number)];
        self.values.entry(WALLETS.name).or_default().extend(row);
        number
    }

    /// What a wallet has. Who was here before the page, was looked up before it; who came with it, began with nothing.
    fn state(&mut self, wallet: WalletNumber) -> &mut WalletState {
        self.known.states.get_or_insert(wallet, WalletState::default())
    }

    /// How many trades of a pair counted; of one with a party that came with the page, none.
    fn pair_count(&mut self, a: WalletNumber, b: WalletNumber) -> &mut i64 {
        self.known.pairs.get_or_insert(pair_of(a, b), 0)
    }

    fn next(&mut self, table: &'static Table) -> i64 {
        let last = self.known.last.entry(table.name).or_default();
        *last += 1;
        *last
    }

    /// Adds an event's row. Its number.
    fn row<const COLUMNS: usize>(&mut self, table: &'static Table, event: &'e Event, row: [Value<'e>; COLUMNS]) -> i64 {
        let number = self.next(table);
        let values = self.values.entry(table.name).or_default();
        values.extend([Value::Integer(number), signed(event.block_number), signed(event.log_index)]);
        values.push(Value::Bytes(event.transaction_hash.as_slice()));
        values.extend(row);
        number
    }

    fn rows(mut self) -> Rows<'e> {
        for trade_id in &self.settled {
            self.known.trades.remove(trade_id);
        }
        let open_trades = self.opened.into_values().flatten().collect();
        self.values.insert(OPEN_TRADES.name, open_trades);
        let mut values = self.values;
        let added = crate::schema::TABLES
            .into_iter()
            .filter_map(|table| Some((table, values.remove(table.name)?)))
            .filter(|(_, values)| !values.is_empty())
            .collect();
        Rows { added, closed: self.closed }
    }
}
