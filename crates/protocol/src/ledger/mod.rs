//! The whole record in memory: what the three contracts keep, as a value.
//!
//! Written for being obviously right, not for being small: every view is kept or found by looking. The contracts, which
//! keep the same facts in as few slots as they can, are compared with it after every step of random sequences.

mod credit;
mod trading;
mod trust;
mod wallet;

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::{Address, B256};

pub use credit::CreditBook;
pub use trading::Settlement;
pub use trust::{Profile, TrustBook};
pub use wallet::Wallet;

use crate::{Error, SigningDomain, Trade, TradeId, limits::MAX_PAGE};

use wallet::Counters;

/// Everything the contracts keep, with the calls that change it and the views that show it.
///
/// A refused call changes nothing, and refuses with what the contract would revert with. Times are Unix seconds and
/// come in as arguments; they must not run backwards.
///
/// ```
/// use alloy_primitives::Address;
/// use barter_protocol::{Ledger, Preimage, Role, SigningDomain, Terms};
///
/// let (alice, bob, core) = (Address::repeat_byte(1), Address::repeat_byte(2), Address::repeat_byte(3));
/// let mut ledger = Ledger::new(SigningDomain::new(31_337, core), Address::ZERO);
/// let preimage = Preimage::new([7; 32]);
/// let terms = Terms::new(alice, bob, preimage.payment_hash(), 50_000, "digital-goods", "Logo design")?;
///
/// let trade_id = ledger.propose(terms, Role::Payer, 1_000)?;
/// ledger.accept(bob, trade_id, 1_060)?;
/// ledger.settle(alice, trade_id, preimage, 1_120)?;
/// assert_eq!(ledger.wallet(bob).score, 6);
/// assert_eq!(ledger.wallet(bob).settled, 1);
/// # Ok::<(), barter_protocol::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ledger {
    domain: SigningDomain,
    arbiter: Address,
    trades: BTreeMap<TradeId, Trade>,
    /// First bytes of the ids taken: a pair's payment hash, once.
    keys: BTreeSet<[u8; 12]>,
    counters: BTreeMap<Address, Counters>,
    /// A wallet's trades on either side, oldest first.
    lists: BTreeMap<Address, Vec<TradeId>>,
    cancelled: BTreeSet<(Address, B256)>,
    trust: TrustBook,
    credit: CreditBook,
}

impl Ledger {
    /// An empty ledger of the contract and chain of `domain`, with the arbiter fixed at deployment: the zero address
    /// means nobody.
    pub fn new(domain: SigningDomain, arbiter: Address) -> Self {
        Self {
            domain,
            arbiter,
            trades: BTreeMap::new(),
            keys: BTreeSet::new(),
            counters: BTreeMap::new(),
            lists: BTreeMap::new(),
            cancelled: BTreeSet::new(),
            trust: TrustBook::default(),
            credit: CreditBook::default(),
        }
    }

    /// Where signatures count.
    pub const fn domain(&self) -> &SigningDomain {
        &self.domain
    }

    /// Who may rule on disputes; the zero address means nobody.
    pub const fn arbiter(&self) -> Address {
        self.arbiter
    }

    /// Scores, profiles and pairs: what BTRTrust keeps.
    pub const fn trust(&self) -> &TrustBook {
        &self.trust
    }

    /// Balances: what BTRCredit keeps.
    pub const fn credit(&self) -> &CreditBook {
        &self.credit
    }

    /// BTRCredit's own calls: transfers and burning.
    pub const fn credit_mut(&mut self) -> &mut CreditBook {
        &mut self.credit
    }

    /// A trade.
    ///
    /// # Errors
    /// [`Error::TradeNotFound`].
    pub fn trade(&self, trade_id: TradeId) -> Result<&Trade, Error> {
        self.trades.get(&trade_id).ok_or(Error::TradeNotFound { trade_id })
    }

    /// All trades, in the order of their ids.
    pub fn trades(&self) -> impl ExactSizeIterator<Item = &Trade> {
        self.trades.values()
    }

    /// A wallet's trade ids, on either side, oldest first.
    pub fn trades_of(&self, wallet: Address) -> &[TradeId] {
        self.lists.get(&wallet).map_or(&[], Vec::as_slice)
    }

    /// A page of a wallet's trades, newest first, and what to pass as `before` for the next one.
    ///
    /// # Errors
    /// [`Error::PageSize`]; [`Error::TradeNotFound`] and [`Error::NotParty`] for a `before` that is not one of the
    /// wallet's trades.
    pub fn page(
        &self,
        wallet: Address,
        before: Option<TradeId>,
        limit: usize,
    ) -> Result<(Vec<&Trade>, Option<TradeId>), Error> {
        if limit == 0 || limit > MAX_PAGE {
            return Err(Error::PageSize { limit, maximum: MAX_PAGE });
        }
        if let Some(trade_id) = before
            && !self.trade(trade_id)?.is_party(wallet)
        {
            return Err(Error::NotParty { trade_id, wallet });
        }
        let mut left = self.trades_of(wallet).iter().rev();
        if let Some(trade_id) = before {
            left.find(|id| **id == trade_id);
        }
        let page = left.by_ref().take(limit).map(|id| self.trade(*id)).collect::<Result<Vec<_>, _>>()?;
        let next = if left.len() == 0 { None } else { page.last().map(|trade| trade.trade_id()) };
        Ok((page, next))
    }

    /// A wallet's whole profile.
    pub fn wallet(&self, wallet: Address) -> Wallet {
        let counters = self.counters.get(&wallet).copied().unwrap_or_default();
        let profile = self.trust.profile(wallet);
        Wallet {
            score: profile.score,
            unique_counterparties: profile.unique_counterparties,
            member_since: profile.member_since,
            last_trade_at: profile.last_trade_at,
            proposed: counters.proposed,
            initiated: counters.initiated,
            accepted: counters.accepted,
            settled: profile.trade_count,
            disputed: counters.disputed,
            faults: counters.faults,
            credit_balance: self.credit.balance_of(wallet),
            credit_earned: self.credit.total_earned(wallet),
        }
    }

    /// Whether a wallet cancelled its signature over `digest`.
    pub fn is_signature_cancelled(&self, signer: Address, digest: B256) -> bool {
        self.cancelled.contains(&(signer, digest))
    }
}
