//! Reading, all of one point in the chain.

use alloy_primitives::{Address, B256, U256};
use barter_protocol::{PaymentHash, Preimage, TradeId, TradeStatus, formula::CREDIT_UNIT, limits::PROPOSAL_LIFETIME};

use crate::{
    Block, Error,
    engine::{Engine, Value},
    known::{self, WalletNumber},
    row,
};

/// Reads an index at one point in the chain: see [`Index::read`](crate::Index::read).
pub struct Reader {
    pub(crate) engine: Box<dyn Engine>,
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
        let mut trades = Vec::new();
        for side in ["payer", "payee"] {
            // No trade is on both: nobody trades with oneself.
            let sql = format!("{SETTLED} WHERE s.{side} = $1 ORDER BY s.id");
            self.engine.query(&sql, &[Value::Integer(wallet)], &mut |row| {
                trades.push(settled(row)?);
                Ok(())
            })?;
        }
        trades.sort_unstable_by_key(|trade| trade.number);
        Ok(trades)
    }

    /// Hands out all settled trades whose numbers are above one, oldest first. Takes no memory for them.
    ///
    /// # Errors
    /// What the database or `on_settled` fails with.
    pub fn settlements_after(
        &mut self,
        number: u64,
        mut on_settled: impl FnMut(Settled) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let sql = format!("{SETTLED} WHERE s.id > $1 ORDER BY s.id");
        let number = [Value::Integer(i64::try_from(number).unwrap_or(i64::MAX))];
        self.engine.query(&sql, &number, &mut |row| on_settled(settled(row)?))
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

impl std::fmt::Debug for Reader {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Reader").finish_non_exhaustive()
    }
}

/// The newest block of the index; none before the first page.
pub(crate) fn head(engine: &mut dyn Engine) -> Result<Option<Block>, Error> {
    block(engine, "SELECT number, hash, timestamp FROM checkpoints ORDER BY number DESC LIMIT 1", &[])
}

/// The newest block at or before one that the index knows: one with events, or a checkpoint.
pub(crate) fn known_block(engine: &mut dyn Engine, at_most: u64) -> Result<Option<Block>, Error> {
    let number = [Value::Integer(i64::try_from(at_most).unwrap_or(i64::MAX))];
    let mut newest = |table| {
        let sql =
            format!("SELECT number, hash, timestamp FROM {table} WHERE number <= $1 ORDER BY number DESC LIMIT 1");
        block(engine, &sql, &number)
    };
    let known = [newest("checkpoints")?, newest("blocks")?];
    Ok(known.into_iter().flatten().max_by_key(|block| block.number))
}

fn block(engine: &mut dyn Engine, sql: &str, parameters: &[Value<'_>]) -> Result<Option<Block>, Error> {
    let mut block = None;
    engine.query(sql, parameters, &mut |row| {
        let hash = B256::from(row::array(row, 1)?);
        block = Some(Block { number: row::unsigned(row, 0)?, hash, timestamp: row::unsigned(row, 2)? });
        Ok(())
    })?;
    Ok(block)
}

const SETTLED: &str = "
    SELECT s.id, p.trade_id, y.address AS payer, e.address AS payee, s.amount_sats, s.settled_at FROM settlements s
    JOIN proposals p ON p.id = s.trade
    JOIN wallets y ON y.id = s.payer
    JOIN wallets e ON e.id = s.payee";

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

fn settled(row: &[Value<'_>]) -> Result<Settled, Error> {
    Ok(Settled {
        number: row::unsigned(row, 0)?,
        trade_id: TradeId::from(row::array(row, 1)?),
        payer: Address::from(row::array(row, 2)?),
        payee: Address::from(row::array(row, 3)?),
        amount_sats: row::unsigned(row, 4)?,
        settled_at: row::unsigned(row, 5)?,
    })
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
