//! Reading, all of one point in the chain.

use std::collections::{HashMap, HashSet};

use alloy_primitives::{Address, B256, U256};
use barter_protocol::{PaymentHash, Preimage, TradeId, TradeStatus, formula::CREDIT_UNIT, limits::PROPOSAL_LIFETIME};

use crate::{
    Block, Error,
    engine::{Engine, Value, row},
    known::{self, WalletNumber},
};

/// Settlements that are read at once where all are: what is in memory of them.
const SETTLEMENTS_AT_ONCE: usize = if cfg!(test) { 7 } else { 16_384 };

/// Reads an index at one point in the chain: see [`Index::read`](crate::Index::read).
pub struct Reader {
    pub(crate) engine: Box<dyn Engine<Error>>,
}

/// A settled trade.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Settled {
    /// Its number among all settlements, from 1, in the chain's order, without gaps.
    pub number: u64,
    /// The trade.
    pub trade_id: TradeId,
    /// Who paid.
    pub payer: Address,
    /// Who was paid.
    pub payee: Address,
    /// Amount in satoshis.
    pub amount_sats: u64,
    /// When it was settled, Unix seconds.
    pub settled_at: u64,
}

/// A settled trade without its number and id, which take longer to read than all the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Dealing {
    /// Who paid.
    pub payer: Address,
    /// Who was paid.
    pub payee: Address,
    /// Amount in satoshis.
    pub amount_sats: u64,
    /// When it was settled, Unix seconds.
    pub settled_at: u64,
}

/// Reads the trades of many wallets that trade with each other: from [`Reader::dealings`].
pub struct Dealings<'a> {
    engine: &'a mut dyn Engine<Error>,
    addresses: Addresses,
}

/// Up to where settlements were read. Where two readers give the same point for a number, all settlements up to it are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SettledPoint {
    /// The last settlement's number.
    pub number: u64,
    /// Its block.
    pub block_number: u64,
    /// That block's hash.
    pub block_hash: B256,
}

/// What the record says of a wallet besides its settled trades.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Score.
    pub score: u64,
    /// Credit it holds, in 1e-18 tokens.
    pub credit: U256,
    /// Credit it ever earned, in 1e-18 tokens.
    pub credit_earned: U256,
    /// Its trades in dispute, or ended by one.
    pub disputed: u64,
    /// When its trades were accepted that are neither settled nor disputed; Unix seconds, rising.
    pub accepted_at: Vec<u64>,
}

/// A trade, of whatever status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trade {
    /// The trade.
    pub trade_id: TradeId,
    /// The proposer.
    pub party_a: Address,
    /// The counterparty.
    pub party_b: Address,
    /// Which of the two pays.
    pub payer: Address,
    /// sha256 of the preimage.
    pub payment_hash: PaymentHash,
    /// Amount in satoshis.
    pub amount_sats: u64,
    /// Written by a stranger: it may hold anything but NUL, which is U+FFFD here.
    pub category: String,
    /// As the category.
    pub description: String,
    /// When it was proposed, Unix seconds.
    pub created_at: u64,
    /// When it was accepted, if it was.
    pub accepted_at: Option<u64>,
    /// When it was settled, if it was.
    pub settled_at: Option<u64>,
    /// Public once it is settled.
    pub preimage: Option<Preimage>,
    /// Whether it is disputed, or was ended so.
    pub is_disputed: bool,
}

impl Trade {
    /// Where it stands at a time, Unix seconds.
    pub const fn status(&self, now: u64) -> TradeStatus {
        if self.settled_at.is_some() {
            TradeStatus::Settled
        } else if self.is_disputed {
            TradeStatus::Disputed
        } else if self.accepted_at.is_some() {
            TradeStatus::Accepted
        } else if now > self.created_at.saturating_add(PROPOSAL_LIFETIME) {
            TradeStatus::Expired
        } else {
            TradeStatus::Proposed
        }
    }
}

impl Reader {
    /// The newest block of the index; none before the first page.
    ///
    /// # Errors
    /// What the database fails with.
    pub fn head(&mut self) -> Result<Option<Block>, Error> {
        head(&mut *self.engine)
    }

    /// How many trades were ever settled: the number of the last one.
    ///
    /// # Errors
    /// What the database fails with.
    pub fn settlements(&mut self) -> Result<u64, Error> {
        self.number("SELECT COALESCE(max(id), 0) FROM settlements", &[])
    }

    /// The point up to which settlements are read with the one of a number; none if there is no such.
    ///
    /// # Errors
    /// What the database fails with.
    pub fn settled_point(&mut self, number: u64) -> Result<Option<SettledPoint>, Error> {
        let sql =
            "SELECT b.number, b.hash FROM settlements s JOIN blocks b ON b.number = s.block_number WHERE s.id = $1";
        let mut point = None;
        self.engine.query(sql, &[Value::Integer(i64::try_from(number).unwrap_or(i64::MAX))], &mut |row| {
            let block_hash = B256::from(row::array(row, 1)?);
            point = Some(SettledPoint { number, block_number: row::unsigned(row, 0)?, block_hash });
            Ok(())
        })?;
        Ok(point)
    }

    /// All settled trades of a wallet, oldest first.
    ///
    /// # Errors
    /// What the database fails with.
    pub fn settled_trades_of(&mut self, wallet: Address) -> Result<Vec<Settled>, Error> {
        let Some(wallet) = self.wallet(wallet)? else { return Ok(Vec::new()) };
        let mut rows = Vec::new();
        for side in SIDES {
            let sql = format!("{SETTLED} WHERE s.{side} = $1 ORDER BY s.id");
            self.engine.query(&sql, &[Value::Integer(wallet)], &mut |row| {
                rows.push(SettledRow::read(row)?);
                Ok(())
            })?;
        }
        rows.sort_unstable_by_key(|row| row.number);
        let mut addresses = Addresses::default();
        addresses.learn(&mut *self.engine, rows.iter().flat_map(SettledRow::parties))?;
        rows.iter().map(|row| row.named(&addresses)).collect()
    }

    /// For the settled trades of many wallets.
    pub fn dealings(&mut self) -> Dealings<'_> {
        Dealings { engine: &mut *self.engine, addresses: Addresses::default() }
    }

    /// Hands out all settled trades whose numbers are above one, oldest first. Of trades, takes memory for a part at a time.
    ///
    /// # Errors
    /// What the database or `on_settled` fails with.
    pub fn settlements_after(
        &mut self,
        number: u64,
        mut on_settled: impl FnMut(Settled) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let sql = format!("{SETTLED} WHERE s.id > $1 ORDER BY s.id LIMIT {SETTLEMENTS_AT_ONCE}");
        let mut last = i64::try_from(number).unwrap_or(i64::MAX);
        let mut addresses = Addresses::default();
        let mut rows: Vec<SettledRow> = Vec::new();
        loop {
            rows.clear();
            self.engine.query(&sql, &[Value::Integer(last)], &mut |row| {
                rows.push(SettledRow::read(row)?);
                Ok(())
            })?;
            addresses.learn(&mut *self.engine, rows.iter().flat_map(SettledRow::parties))?;
            for row in &rows {
                on_settled(row.named(&addresses)?)?;
            }
            match rows.last() {
                Some(row) if rows.len() == SETTLEMENTS_AT_ONCE => last = row.number,
                _ => return Ok(()),
            }
        }
    }

    /// A wallet's standing; nothing for one that was never named. Proposals, which anybody can send to anybody, cost it
    /// nothing, and neither do transfers of credit.
    ///
    /// # Errors
    /// What the database fails with.
    pub fn standing(&mut self, wallet: Address) -> Result<Standing, Error> {
        let Some(wallet) = self.wallet(wallet)? else { return Ok(Standing::default()) };
        let state = known::states(&mut *self.engine, &[wallet])?.pop().unwrap_or_default();
        let mut accepted_at = Vec::new();
        let mut disputed = 0;
        for party in ["party_a", "party_b"] {
            let sql = format!("SELECT accepted_at FROM open_trades WHERE {party} = $1");
            self.engine.query(&sql, &[Value::Integer(wallet)], &mut |row| {
                accepted_at.push(row::unsigned(row, 0)?);
                Ok(())
            })?;
            // A trade is disputed once, and that dismissed at most once.
            let sql = format!(
                "SELECT CAST(COALESCE(sum(CASE kind WHEN 'disputed' THEN 1 WHEN 'dismissed' THEN -1 ELSE 0 END), 0) AS BIGINT)
                 FROM disputes WHERE {party} = $1"
            );
            disputed += self.number(&sql, &[Value::Integer(wallet)])?;
        }
        accepted_at.sort_unstable();
        Ok(Standing {
            score: state.score.unsigned_abs(),
            credit: state.balance().map(U256::from).ok_or_else(|| row::damaged("credit_transfers"))?,
            credit_earned: U256::from(state.earned_tokens.unsigned_abs()) * U256::from(CREDIT_UNIT),
            disputed,
            accepted_at,
        })
    }

    /// A page of a wallet's trades, of whatever status, newest first: at most `limit`, before the trade `before` where one is
    /// given. A `before` that is not in the index gives nothing.
    ///
    /// # Errors
    /// What the database fails with.
    pub fn trades_of(&mut self, wallet: Address, before: Option<TradeId>, limit: usize) -> Result<Vec<Trade>, Error> {
        let Some(wallet) = self.wallet(wallet)? else { return Ok(Vec::new()) };
        let below = match before {
            Some(trade_id) => {
                let sql = "SELECT COALESCE(max(id), 0) FROM proposals WHERE trade_id = $1";
                self.number(sql, &[Value::Bytes(trade_id.as_slice())])?
            }
            None => i64::MAX.unsigned_abs(),
        };
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let mut numbers = Vec::new();
        for party in ["party_a", "party_b"] {
            let sql = format!("SELECT id FROM proposals WHERE {party} = $1 AND id < $2 ORDER BY id DESC LIMIT $3");
            let parameters = [Value::Integer(wallet), Value::Integer(below.cast_signed()), Value::Integer(limit)];
            self.engine.query(&sql, &parameters, &mut |row| {
                numbers.push(row::integer(row, 0)?);
                Ok(())
            })?;
        }
        numbers.sort_unstable_by(|a, b| b.cmp(a));
        numbers.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        let keys: Vec<_> = numbers.into_iter().map(Value::Integer).collect();
        let mut trades = Vec::with_capacity(keys.len());
        self.engine.lookup(TRADE, 1, &keys, &mut |_, row| {
            trades.push(trade(row)?);
            Ok(())
        })?;
        Ok(trades)
    }

    /// A wallet's number.
    fn wallet(&mut self, wallet: Address) -> Result<Option<WalletNumber>, Error> {
        let mut number = None;
        let key = [Value::Bytes(wallet.as_slice())];
        self.engine.query("SELECT id FROM wallets WHERE address = $1", &key, &mut |row| {
            number = Some(row::integer(row, 0)?);
            Ok(())
        })?;
        Ok(number)
    }

    fn number(&mut self, sql: &str, parameters: &[Value<'_>]) -> Result<u64, Error> {
        let mut number = 0;
        self.engine.query(sql, parameters, &mut |row| {
            number = row::unsigned(row, 0)?;
            Ok(())
        })?;
        Ok(number)
    }
}

impl Dealings<'_> {
    /// All settled trades of each of these wallets, in no order. A trade between two of them is with both.
    ///
    /// # Errors
    /// What the database fails with.
    pub fn of(&mut self, wallets: &[Address]) -> Result<Vec<Vec<Dealing>>, Error> {
        let keys: Vec<_> = wallets.iter().map(|wallet| Value::Bytes(wallet.as_slice())).collect();
        let (mut places, mut numbers) = (Vec::new(), Vec::new());
        self.engine.lookup("SELECT id FROM wallets WHERE address = $1", 1, &keys, &mut |place, row| {
            places.push(place);
            numbers.push(Value::Integer(row::integer(row, 0)?));
            Ok(())
        })?;
        let mut rows = vec![Vec::new(); wallets.len()];
        for side in SIDES {
            let sql = format!("SELECT payer, payee, amount_sats, settled_at FROM settlements WHERE {side} = $1");
            self.engine.lookup(&sql, 1, &numbers, &mut |number, row| {
                let parties = (row::integer(row, 0)?, row::integer(row, 1)?);
                rows[places[number]].push((parties, row::unsigned(row, 2)?, row::unsigned(row, 3)?));
                Ok(())
            })?;
        }
        let parties = rows.iter().flatten().flat_map(|((payer, payee), ..)| [*payer, *payee]);
        self.addresses.learn(self.engine, parties)?;
        let named = |((payer, payee), amount_sats, settled_at)| {
            let (payer, payee) = (self.addresses.of(payer)?, self.addresses.of(payee)?);
            Ok(Dealing { payer, payee, amount_sats, settled_at })
        };
        rows.into_iter().map(|rows| rows.into_iter().map(named).collect()).collect()
    }
}

impl std::fmt::Debug for Dealings<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Dealings").finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Reader").finish_non_exhaustive()
    }
}

/// The newest block of the index; none before the first page.
pub(crate) fn head(engine: &mut dyn Engine<Error>) -> Result<Option<Block>, Error> {
    block(engine, "SELECT number, hash, timestamp FROM checkpoints ORDER BY number DESC LIMIT 1", &[])
}

/// The newest block at or before one that the index knows: one with events, or a checkpoint.
pub(crate) fn known_block(engine: &mut dyn Engine<Error>, at_most: u64) -> Result<Option<Block>, Error> {
    let number = [Value::Integer(i64::try_from(at_most).unwrap_or(i64::MAX))];
    let mut newest = |table| {
        let sql =
            format!("SELECT number, hash, timestamp FROM {table} WHERE number <= $1 ORDER BY number DESC LIMIT 1");
        block(engine, &sql, &number)
    };
    let known = [newest("checkpoints")?, newest("blocks")?];
    Ok(known.into_iter().flatten().max_by_key(|block| block.number))
}

fn block(engine: &mut dyn Engine<Error>, sql: &str, parameters: &[Value<'_>]) -> Result<Option<Block>, Error> {
    let mut block = None;
    engine.query(sql, parameters, &mut |row| {
        let hash = B256::from(row::array(row, 1)?);
        block = Some(Block { number: row::unsigned(row, 0)?, hash, timestamp: row::unsigned(row, 2)? });
        Ok(())
    })?;
    Ok(block)
}

/// The sides of a settlement. No trade has one wallet on both: nobody trades with itself.
const SIDES: [&str; 2] = ["payer", "payee"];

const SETTLED: &str = "
    SELECT s.id, p.trade_id, s.payer, s.payee, s.amount_sats, s.settled_at FROM settlements s
    JOIN proposals p ON p.id = s.trade";

const TRADE: &str = "
    SELECT p.trade_id, a.address AS party_a, b.address AS party_b, y.address AS payer, p.payment_hash, p.amount_sats,
        p.category, p.description, proposed.timestamp AS created_at, accepted.timestamp AS accepted_at, s.settled_at,
        s.preimage,
        (SELECT d.kind FROM disputes d WHERE d.trade = p.id ORDER BY d.id DESC LIMIT 1) AS kind
    FROM proposals p
    JOIN wallets a ON a.id = p.party_a
    JOIN wallets b ON b.id = p.party_b
    JOIN wallets y ON y.id = p.payer
    JOIN blocks proposed ON proposed.number = p.block_number
    LEFT JOIN acceptances c ON c.trade = p.id
    LEFT JOIN blocks accepted ON accepted.number = c.block_number
    LEFT JOIN settlements s ON s.trade = p.id
    WHERE p.id = $1";

/// A settled trade between wallets that are numbers still.
struct SettledRow {
    number: i64,
    trade_id: TradeId,
    payer: WalletNumber,
    payee: WalletNumber,
    amount_sats: u64,
    settled_at: u64,
}

impl SettledRow {
    fn read(row: &[Value<'_>]) -> Result<Self, Error> {
        Ok(Self {
            number: row::integer(row, 0)?,
            trade_id: TradeId::from(row::array(row, 1)?),
            payer: row::integer(row, 2)?,
            payee: row::integer(row, 3)?,
            amount_sats: row::unsigned(row, 4)?,
            settled_at: row::unsigned(row, 5)?,
        })
    }

    const fn parties(&self) -> [WalletNumber; 2] {
        [self.payer, self.payee]
    }

    fn named(&self, addresses: &Addresses) -> Result<Settled, Error> {
        Ok(Settled {
            number: self.number.unsigned_abs(),
            trade_id: self.trade_id,
            payer: addresses.of(self.payer)?,
            payee: addresses.of(self.payee)?,
            amount_sats: self.amount_sats,
            settled_at: self.settled_at,
        })
    }
}

/// Wallets' addresses, each looked up once. Numbers are of one point in the chain, and so is this.
#[derive(Default)]
struct Addresses(HashMap<WalletNumber, Address>);

impl Addresses {
    /// Looks up those that were not met before.
    fn learn(
        &mut self,
        engine: &mut dyn Engine<Error>,
        wallets: impl Iterator<Item = WalletNumber>,
    ) -> Result<(), Error> {
        let unmet: HashSet<_> = wallets.filter(|wallet| !self.0.contains_key(wallet)).collect();
        let mut unmet: Vec<_> = unmet.into_iter().collect();
        // As they lie in the table.
        unmet.sort_unstable();
        let keys: Vec<_> = unmet.iter().copied().map(Value::Integer).collect();
        engine.lookup("SELECT address FROM wallets WHERE id = $1", 1, &keys, &mut |place, row| {
            self.0.insert(unmet[place], Address::from(row::array(row, 0)?));
            Ok(())
        })
    }

    fn of(&self, wallet: WalletNumber) -> Result<Address, Error> {
        self.0.get(&wallet).copied().ok_or_else(|| row::damaged("wallets").into())
    }
}

fn trade(row: &[Value<'_>]) -> Result<Trade, Error> {
    Ok(Trade {
        trade_id: TradeId::from(row::array(row, 0)?),
        party_a: Address::from(row::array(row, 1)?),
        party_b: Address::from(row::array(row, 2)?),
        payer: Address::from(row::array(row, 3)?),
        payment_hash: PaymentHash::new(row::array(row, 4)?),
        amount_sats: row::unsigned(row, 5)?,
        category: row::text(row, 6)?.to_owned(),
        description: row::text(row, 7)?.to_owned(),
        created_at: row::unsigned(row, 8)?,
        accepted_at: row::optional(row, 9)?,
        settled_at: row::optional(row, 10)?,
        preimage: row::optional_array(row, 11)?.map(Preimage::new),
        is_disputed: matches!(row::optional_text(row, 12)?, Some("disputed" | "upheld")),
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::{Index, synthetic};

    #[test]
    fn settlements_read_in_parts_are_all_there() {
        for trades in [0, 1, 6, 7, 8, 13, 14, 15] {
            let settings = synthetic::Settings { trades, wallets: 5, ..Default::default() };
            let mut index = Index::in_memory(&synthetic::identity()).unwrap();
            for page in synthetic::Synthetic::new(settings) {
                index.apply(&page).unwrap();
            }
            for after in 0..=trades + 1 {
                let mut numbers = Vec::new();
                let keep = |trade: Settled| {
                    numbers.push(trade.number);
                    Ok(())
                };
                index.read(|reader| reader.settlements_after(after, keep)).unwrap();
                assert_eq!(numbers, (after + 1..=trades).collect::<Vec<_>>());
            }
        }
    }
}
