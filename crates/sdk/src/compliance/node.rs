//! What findings need, straight from the node: at one block, in batches, and no more of a wallet's list than its own trades
//! reach back.

use std::collections::HashSet;

use alloy_primitives::{Address, U256};
use barter_bindings::{BarterCore, IBarterCore};
use barter_compliance::{ChainPoint, Settings, SettledTrade, Standing, TradeGraph, Unfinished};
use barter_protocol::{TradeId, TradeStatus, limits::MAX_PAGE};
use serde_json::{Value, json};

use super::Scope;
use crate::{BarterClient, Error, MAX_LISTED_TRADES, Trade, node::Header, number::to_u64};

/// Pages of a wallet's list that are read at most. Strangers can make the list as long as they like, and its end is only
/// looked for as far back as the wallet has trades of its own.
const MAX_PAGES: usize = MAX_LISTED_TRADES / MAX_PAGE;
/// Wallets whose lists are read together, so that no more than a page of each of so many is in memory.
const LISTS_AT_ONCE: usize = 50;
/// How often everything is read at most, because the chain was reorganised meanwhile, or because of several nodes behind one
/// address some did not know the block yet.
const MAX_ATTEMPTS: usize = 3;

/// Everything about a wallet that `scope` asks for, at the latest block.
pub(super) async fn gather(
    client: &BarterClient,
    wallet: Address,
    scope: Scope,
    settings: &Settings,
) -> Result<(TradeGraph, Standing, ChainPoint), Error> {
    if scope == Scope::Everything {
        return Err(Error::NeedsIndexFeature);
    }
    for _ in 1..MAX_ATTEMPTS {
        match attempt(client, wallet, scope, settings).await {
            Err(Error::ChainChanged { .. }) => {}
            Err(Error::NodeRefused { revert_data: None, .. }) => tokio::time::sleep(client.poll_interval()).await,
            outcome => return outcome,
        }
    }
    attempt(client, wallet, scope, settings).await
}

async fn attempt(
    client: &BarterClient,
    wallet: Address,
    scope: Scope,
    settings: &Settings,
) -> Result<(TradeGraph, Standing, ChainPoint), Error> {
    let (reader, account) = Reader::pin(client, wallet).await?;
    let gathered = reader.gather(wallet, &account, scope, settings).await;
    // By its number a block may be another one from one request to the next; by its hash it can be gone.
    if (gathered.is_err() || !reader.is_by_hash) && !reader.is_still_there().await? {
        return Err(Error::ChainChanged { block_number: reader.at.block_number });
    }
    let (graph, standing) = gathered?;
    Ok((graph, standing, reader.at))
}

/// Reads views at one block.
struct Reader<'a> {
    client: &'a BarterClient,
    at: ChainPoint,
    /// The block, as views take it.
    block: Value,
    is_by_hash: bool,
}

impl<'a> Reader<'a> {
    /// Settles on the latest block, and reads the wallet's account there.
    async fn pin(client: &'a BarterClient, wallet: Address) -> Result<(Self, IBarterCore::Wallet), Error> {
        client.node().require_chain_once().await?;
        let head = client.node().head().await?;
        let mut reader = Self::by_hash(client, &head);
        match reader.account(wallet).await {
            // EIP-1898 is optional in practice.
            Err(Error::NodeRefused { revert_data: None, .. }) => {
                reader.block = json!(head.number);
                reader.is_by_hash = false;
                let account = reader.account(wallet).await?;
                Ok((reader, account))
            }
            account => Ok((reader, account?)),
        }
    }

    fn by_hash(client: &'a BarterClient, head: &Header) -> Self {
        let at =
            ChainPoint { block_number: head.number(), block_hash: head.hash, block_timestamp: head.timestamp.to() };
        Self { client, at, block: json!({ "blockHash": head.hash }), is_by_hash: true }
    }

    async fn is_still_there(&self) -> Result<bool, Error> {
        let header = self.client.node().header(self.at.block_number).await?;
        Ok(header.is_some_and(|header| header.hash == self.at.block_hash))
    }

    async fn gather(
        &self,
        wallet: Address,
        account: &IBarterCore::Wallet,
        scope: Scope,
        settings: &Settings,
    ) -> Result<(TradeGraph, Standing), Error> {
        let mut own = List::of(wallet, self.number("accepted", account.accepted)?);
        self.read(std::slice::from_mut(&mut own)).await?;
        let standing = Standing {
            score: self.number("score", account.score)?,
            credit: account.creditBalance,
            unfinished: Unfinished {
                disputed: self.number("disputed", account.disputed)?,
                accepted_at: own.open_since,
            },
        };
        let mut graph = TradeGraph::partial();
        graph.add_wallet(wallet, own.settled);
        if scope == Scope::Cluster {
            loop {
                let wanted = graph.wanted(wallet, settings);
                if wanted.is_empty() {
                    break;
                }
                for some in wanted.chunks(LISTS_AT_ONCE) {
                    for list in self.settled_trades(some).await? {
                        graph.add_wallet(list.wallet, list.settled);
                    }
                }
            }
        }
        Ok((graph, standing))
    }

    async fn account(&self, wallet: Address) -> Result<IBarterCore::Wallet, Error> {
        let accounts = self.accounts(&[wallet]).await?;
        accounts.into_iter().next().ok_or_else(|| self.invalid("a wallet has no account".to_owned()))
    }

    async fn accounts(&self, wallets: &[Address]) -> Result<Vec<IBarterCore::Wallet>, Error> {
        let calls: Vec<_> = wallets.iter().map(|wallet| BarterCore::getWalletCall { wallet: *wallet }).collect();
        self.client.node().views_at(self.core(), &calls, &self.block).await
    }

    async fn settled_trades(&self, wallets: &[Address]) -> Result<Vec<List>, Error> {
        let accounts = self.accounts(wallets).await?;
        let lists = wallets.iter().zip(accounts);
        let lists = lists.map(|(wallet, account)| Ok(List::of(*wallet, self.number("accepted", account.accepted)?)));
        let mut lists: Vec<List> = lists.collect::<Result<_, Error>>()?;
        self.read(&mut lists).await?;
        Ok(lists)
    }

    /// Reads all lists, a page of each at a time.
    async fn read(&self, lists: &mut [List]) -> Result<(), Error> {
        for _ in 0..MAX_PAGES {
            let mut unread: Vec<&mut List> = lists.iter_mut().filter(|list| list.missing > 0).collect();
            if unread.is_empty() {
                return Ok(());
            }
            let calls: Vec<_> = unread.iter().map(|list| list.next_page()).collect();
            let pages = self.client.node().views_at(self.core(), &calls, &self.block).await?;
            for (list, page) in unread.iter_mut().zip(pages) {
                self.take(list, page)?;
            }
        }
        match lists.iter().find(|list| list.missing > 0) {
            Some(list) => Err(Error::TooManyTrades { wallet: list.wallet, maximum: MAX_LISTED_TRADES }),
            None => Ok(()),
        }
    }

    fn take(&self, list: &mut List, page: BarterCore::getTradesPagedReturn) -> Result<(), Error> {
        for trade in page.page {
            let trade = Trade::read(self.client.node(), trade)?;
            if trade.counterparty_of(list.wallet).is_none() {
                return Err(self.invalid(format!("trade {} is not {}'s", trade.trade_id, list.wallet)));
            }
            if trade.accepted_at.is_some() {
                // Given twice it would stand for another one that was left out.
                if !list.met.insert(trade.trade_id) {
                    return Err(self.invalid(format!("the list of {} has trade {} twice", list.wallet, trade.trade_id)));
                }
                list.missing = list.missing.saturating_sub(1);
            }
            match (trade.status, trade.settled_at, trade.accepted_at) {
                (TradeStatus::Settled, Some(settled_at), _) => list.settled.push(SettledTrade {
                    trade_id: trade.trade_id,
                    payer: trade.payer,
                    payee: trade.payee,
                    amount_sats: trade.amount_sats,
                    settled_at,
                }),
                (TradeStatus::Accepted, _, Some(accepted_at)) => list.open_since.push(accepted_at),
                _ => {}
            }
        }
        list.before = page.next;
        if list.before.is_zero() && list.missing > 0 {
            let missing = list.missing;
            return Err(self.invalid(format!("the list of {} lacks {missing} of its accepted trades", list.wallet)));
        }
        Ok(())
    }

    fn core(&self) -> Address {
        self.client.deployment().barter_core
    }

    fn number(&self, name: &str, value: U256) -> Result<u64, Error> {
        to_u64(self.client.node(), name, value)
    }

    fn invalid(&self, reason: String) -> Error {
        self.client.node().invalid("eth_call", reason)
    }
}

/// A wallet's list of trades, as far as it was read: newest first.
struct List {
    wallet: Address,
    /// Accepted trades that were not met yet. Behind the last of them are only proposals, whoever made them.
    missing: u64,
    /// Those that were.
    met: HashSet<TradeId>,
    before: TradeId,
    settled: Vec<SettledTrade>,
    open_since: Vec<u64>,
}

impl List {
    fn of(wallet: Address, accepted: u64) -> Self {
        Self {
            wallet,
            missing: accepted,
            met: HashSet::new(),
            before: TradeId::ZERO,
            settled: Vec::new(),
            open_since: Vec::new(),
        }
    }

    fn next_page(&self) -> BarterCore::getTradesPagedCall {
        BarterCore::getTradesPagedCall { wallet: self.wallet, before: self.before, limit: U256::from(MAX_PAGE) }
    }
}
