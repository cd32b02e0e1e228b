//! Looks at the chain every few seconds.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use alloy_primitives::Address;
use tokio::{
    sync::watch,
    time::{Instant, MissedTickBehavior, interval, timeout},
};

use super::{Block, Chain, Error, Knowledge, View};

/// Wallets whose bonds are asked for at once.
pub const WALLETS_A_CALL: usize = 200;
/// How long one look may take.
pub const LOOK_LIMIT: Duration = Duration::from_secs(30);

/// How long a node may be without the block that was read last, before that is taken for one of another chain.
pub const MISSING_LIMIT: Duration = Duration::from_mins(10);

/// How the chain is followed.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// The chain that the bond contract is on.
    pub chain_id: u64,
    /// Blocks that have to be above the one that is read.
    pub confirmations: u64,
    /// Time between looks.
    pub every: Duration,
    /// The wallet that anchors this service's log, if it has one.
    pub oracle: Option<Address>,
}

/// Lists the wallets to read. Called for each look, where it may wait for a disk.
pub type Wallets = Arc<dyn Fn() -> Result<Vec<Address>, String> + Send + Sync>;

/// Follows the chain at some blocks' distance.
pub struct Follower {
    chain: Arc<dyn Chain>,
    settings: Settings,
    wallets: Wallets,
    known: watch::Sender<Knowledge>,
    /// Since when the node answers, and has no block where the last one was.
    missing_since: Mutex<Option<Instant>>,
}

impl std::fmt::Debug for Follower {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Follower").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl Follower {
    /// Follows a chain, of which nothing is known yet.
    pub fn new(chain: Arc<dyn Chain>, settings: Settings, wallets: Wallets) -> Self {
        let known = watch::Sender::new(Knowledge::default());
        Self { chain, settings, wallets, known, missing_since: Mutex::default() }
    }

    /// What is known, now and later.
    pub fn known(&self) -> watch::Receiver<Knowledge> {
        self.known.subscribe()
    }

    /// Looks again and again, until told to stop. A look that fails changes nothing of what is known but that it says why.
    pub async fn run(self, mut stopping: watch::Receiver<bool>) {
        let mut ticks = interval(self.settings.every);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                // A sender that is gone has stopped as well.
                _ = stopping.wait_for(|is_stopping| *is_stopping) => return,
                _ = ticks.tick() => {}
            }
            tokio::select! {
                _ = stopping.wait_for(|is_stopping| *is_stopping) => return,
                () = self.look() => {}
            }
        }
    }

    /// Looks once.
    pub async fn look(&self) {
        let late = || Error::Unreachable { reason: format!("nothing within {} seconds", LOOK_LIMIT.as_secs()) };
        let seen = timeout(LOOK_LIMIT, self.read()).await.unwrap_or_else(|_| Err(late()));
        let trouble = match seen {
            Ok(Some(view)) => {
                let view = Arc::new(view);
                self.known.send_modify(|known| (known.view, known.trouble) = (Some(view), None));
                return;
            }
            Ok(None) => None,
            Err(error) => Some(error),
        };
        let is_news = self.known.borrow().trouble != trouble;
        if let Some(error) = trouble.as_ref().filter(|_| is_news) {
            tracing::warn!(code = error.code(), %error, "the chain was not read; what was known before stays");
        }
        self.known.send_if_modified(|known| {
            known.trouble = trouble;
            is_news
        });
    }

    /// What is to be known now; `None` if nothing has changed.
    async fn read(&self) -> Result<Option<View>, Error> {
        let Settings { chain_id: expected, confirmations, oracle, .. } = self.settings;
        let found = self.chain.chain_id().await?;
        if found != expected {
            return Err(Error::WrongChain { expected, found });
        }
        let head = self.chain.head().await?;
        let before = self.known.borrow().view.clone();
        let is_gone = match &before {
            Some(view) => self.is_gone(view.block, head).await?,
            None => false,
        };
        let number = head.checked_sub(confirmations).ok_or(Error::Behind { head, needed: confirmations })?;
        if let Some(view) = before.as_ref().filter(|view| !is_gone && number < view.block.number) {
            return Err(Error::Behind { head, needed: view.block.number.saturating_add(confirmations) });
        }
        let block = self.chain.block(number).await?.ok_or(Error::Behind { head, needed: number })?;
        let wallets = self.wallets().await?;
        let has_all = |view: &View| view.block == block && wallets.iter().all(|wallet| view.bonds.contains_key(wallet));
        if before.as_deref().is_some_and(has_all) {
            return Ok(None);
        }
        let quorum = self.chain.quorum(&block).await?;
        let anchor = match oracle {
            Some(oracle) => self.chain.last_anchor(&block, oracle).await?,
            None => None,
        };
        let bonds = self.bonds(&block, &wallets).await?;
        // A node that changed its mind in between may have answered for two blocks.
        if self.chain.block(number).await? != Some(block) {
            return Err(Error::NoSuchBlock { number, hash: block.hash });
        }
        Ok(Some(View { block, quorum, anchor, bonds }))
    }

    /// Was a block that had been taken for settled replaced? A node that has not got there yet does not know; one that never gets
    /// there had told of another chain.
    async fn is_gone(&self, block: Block, head: u64) -> Result<bool, Error> {
        let Block { number, hash, .. } = block;
        let found = self.chain.block(number).await?.map(|found| found.hash);
        let is_missing_for_long = self.is_missing_for_long(found.is_none());
        match found {
            Some(found) if found == hash => return Ok(false),
            Some(found) => {
                tracing::warn!(number, %hash, %found, "the chain was reorganised below the confirmations asked for");
            }
            None if is_missing_for_long => {
                tracing::warn!(number, %hash, head, "the node has not had the last block for long; it is forgotten");
            }
            None => return Err(Error::Behind { head, needed: number }),
        }
        // Counted once, because what is known is replaced, or else forgotten, right after.
        self.known.send_modify(|known| {
            known.reorganisations += 1;
            known.view = None;
        });
        Ok(true)
    }

    /// Has the block been missing for [`MISSING_LIMIT`]?
    fn is_missing_for_long(&self, is_missing: bool) -> bool {
        let mut since = self.missing_since.lock().unwrap_or_else(PoisonError::into_inner);
        if !is_missing {
            *since = None;
            return false;
        }
        let is_long = since.get_or_insert_with(Instant::now).elapsed() >= MISSING_LIMIT;
        if is_long {
            *since = None;
        }
        is_long
    }

    async fn wallets(&self) -> Result<Vec<Address>, Error> {
        let wallets = Arc::clone(&self.wallets);
        let listed = tokio::task::spawn_blocking(move || wallets()).await;
        let listed = listed.unwrap_or_else(|_| Err("the list of wallets could not be made".to_owned()));
        listed.map_err(|reason| Error::Unreadable { reason })
    }

    async fn bonds(&self, block: &Block, wallets: &[Address]) -> Result<HashMap<Address, super::Bond>, Error> {
        let mut bonds = HashMap::with_capacity(wallets.len());
        for asked in wallets.chunks(WALLETS_A_CALL) {
            let told = self.chain.bonds(block, asked).await?;
            if told.len() != asked.len() {
                let reason = format!("{} bonds for {} wallets", told.len(), asked.len());
                return Err(Error::Unreadable { reason });
            }
            bonds.extend(asked.iter().copied().zip(told));
        }
        Ok(bonds)
    }
}
