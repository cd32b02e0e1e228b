//! The trades of a world that can still change, and for a while those that cannot.

use std::collections::{HashMap, VecDeque};

use alloy_primitives::{Address, B256, U256, b256, keccak256, map::FbBuildHasher};
use barter_protocol::{Role, TradeId};

use super::Wallet;
use crate::{TradeRef, WalletId, chain::Chain};

/// How long a trade that cannot change any more is kept: calls that come late are still refused by the contracts.
pub(crate) const KEPT_SECONDS: u64 = 3_600;

/// Trades of a proposer that share a storage slot (`TradeState.sol`).
const TRADES_PER_PAGE: u64 = 4;
/// Slot of `BarterCore._states`.
const STATES_SLOT: U256 = U256::from_limbs([1, 0, 0, 0]);
/// keccak256 of what creates every record, `5f5f5f5f335afa503d5f5f3e3d5ff3` (`TradeRecord.sol`).
const RECORD_INIT_CODE_HASH: B256 = b256!("c5f7f3c6056196ed626032be62d181d3073b0eb7ff6ee6bb16f732e7240e80bc");
/// Bytes of a trade's id that are its key: the first ones.
const KEY_BYTES: usize = 12;

/// A trade as its parties know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TradeInfo {
    /// Its id in the contract.
    pub trade_id: TradeId,
    /// Who pays.
    pub payer: WalletId,
    /// Who is paid.
    pub payee: WalletId,
    /// Which of the two proposed it.
    pub proposer: Role,
    /// Amount in satoshis.
    pub amount_sats: u64,
    /// When it was proposed, in Unix seconds.
    pub created_at: u64,
    /// Where it stands.
    pub stage: Stage,
    /// Whether the payer has made the Lightning payment.
    pub paid: bool,
    /// Who a fair arbiter would find at fault, once there is a dispute.
    pub(crate) at_fault: Option<WalletId>,
    /// How many trades its proposer had proposed before.
    number: u64,
}

impl TradeInfo {
    /// The wallet that proposed it.
    pub const fn party_a(&self) -> WalletId {
        match self.proposer {
            Role::Payer => self.payer,
            Role::Payee => self.payee,
        }
    }

    /// The other one.
    pub const fn party_b(&self) -> WalletId {
        match self.proposer {
            Role::Payer => self.payee,
            Role::Payee => self.payer,
        }
    }
}

/// Where a trade stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Proposed, maybe expired.
    Proposed,
    /// Accepted.
    Accepted,
    /// Settled.
    Settled,
    /// Disputed, not ruled on.
    Disputed,
    /// Disputed and upheld.
    Upheld,
}

/// A trade that was just proposed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NewTrade {
    pub(crate) trade_id: TradeId,
    pub(crate) payer: WalletId,
    pub(crate) payee: WalletId,
    pub(crate) proposer: Role,
    pub(crate) number: u64,
    pub(crate) amount_sats: u64,
    pub(crate) created_at: u64,
}

/// Trades by number.
#[derive(Debug)]
pub(crate) struct Trades {
    live: HashMap<u64, TradeInfo, FbBuildHasher<8>>,
    next: u64,
    /// How long a proposal can be accepted.
    lifetime: u64,
    /// When to look at a proposal again, oldest first.
    proposals: VecDeque<(u64, TradeRef)>,
    /// When to forget a trade that is over, oldest first.
    over: VecDeque<(u64, TradeRef)>,
    /// How many trades of a page, by proposer and page, are forgotten, while not all are.
    pages: HashMap<(WalletId, u64), u64>,
    /// Off in the tests that show that it makes no difference.
    forgets: bool,
}

impl Trades {
    /// None yet. `lifetime` is for how many seconds a proposal can be accepted.
    pub(crate) fn new(lifetime: u64) -> Self {
        Self {
            live: HashMap::default(),
            next: 0,
            lifetime,
            proposals: VecDeque::new(),
            over: VecDeque::new(),
            pages: HashMap::new(),
            forgets: true,
        }
    }

    /// The number of the next trade to be proposed.
    pub(crate) const fn next(&self) -> TradeRef {
        TradeRef(self.next)
    }

    /// The number of the trade proposed last.
    pub(crate) fn newest(&self) -> Option<TradeRef> {
        self.next.checked_sub(1).map(TradeRef)
    }

    /// How many are kept.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.live.len()
    }

    pub(crate) fn push(&mut self, trade: NewTrade) {
        let NewTrade { trade_id, payer, payee, proposer, number, amount_sats, created_at } = trade;
        let (stage, paid, at_fault) = (Stage::Proposed, false, None);
        let info =
            TradeInfo { trade_id, payer, payee, proposer, amount_sats, created_at, stage, paid, at_fault, number };
        self.live.insert(self.next, info);
        self.proposals.push_back((created_at.saturating_add(self.lifetime + KEPT_SECONDS), TradeRef(self.next)));
        self.next += 1;
    }

    pub(crate) fn get(&self, trade: TradeRef) -> Option<&TradeInfo> {
        self.live.get(&trade.0)
    }

    pub(crate) fn get_mut(&mut self, trade: TradeRef) -> Option<&mut TradeInfo> {
        self.live.get_mut(&trade.0)
    }

    /// A trade is in another stage from now on.
    pub(crate) fn move_to(&mut self, trade: TradeRef, stage: Stage, now: u64) {
        let Some(info) = self.live.get_mut(&trade.0) else { return };
        info.stage = stage;
        if matches!(stage, Stage::Settled | Stage::Upheld) {
            self.over.push_back((now.saturating_add(KEPT_SECONDS), trade));
        }
    }

    /// Forgets what has been over for long enough, and has the contracts forget it: nothing will name it again.
    pub(crate) fn forget_until(&mut self, now: u64, wallets: &[Wallet], chain: &mut Chain) {
        if !self.forgets {
            return;
        }
        while let Some((_, trade)) = self.over.pop_front_if(|(time, _)| *time < now) {
            self.forget(trade, wallets, chain);
        }
        while let Some((_, trade)) = self.proposals.pop_front_if(|(time, _)| *time < now) {
            if self.get(trade).is_some_and(|info| info.stage == Stage::Proposed) {
                self.forget(trade, wallets, chain);
            }
        }
    }

    fn forget(&mut self, trade: TradeRef, wallets: &[Wallet], chain: &mut Chain) {
        let Some(info) = self.live.remove(&trade.0) else { return };
        let core = chain.addresses.core;
        chain.forget_account(record_address(core, info.trade_id));
        let (proposer, page) = (info.party_a(), info.number / TRADES_PER_PAGE);
        let forgotten = self.pages.entry((proposer, page)).or_default();
        *forgotten += 1;
        if *forgotten == TRADES_PER_PAGE {
            self.pages.remove(&(proposer, page));
            chain.forget_slot(core, page_slot(wallets[proposer.index()].address, page));
        }
    }

    /// Keeps everything, for ever.
    #[cfg(test)]
    pub(crate) fn keep_all(&mut self) {
        self.forgets = false;
    }
}

/// The account that holds a trade's record.
fn record_address(core: Address, trade_id: TradeId) -> Address {
    let mut key = B256::ZERO;
    key[..KEY_BYTES].copy_from_slice(&trade_id[..KEY_BYTES]);
    core.create2(key, RECORD_INIT_CODE_HASH)
}

/// The slot that holds the states of four trades.
fn page_slot(proposer: Address, page: u64) -> U256 {
    let key: U256 = U256::from_be_slice(proposer.as_slice()) << 96_u32 | U256::from(page);
    let mut place = [0; 64];
    place[..32].copy_from_slice(&key.to_be_bytes::<32>());
    place[32..].copy_from_slice(&STATES_SLOT.to_be_bytes::<32>());
    keccak256(place).into()
}
