//! Which wallet, which trade and which preimage an operation means in the world as it stands.

use alloy_primitives::Address;
use barter_protocol::{Preimage, Trade, TradeId, TradeStatus};

use crate::model::{
    operation::{Pick, Shown, Who},
    views,
    wallet::{Name, Target, Wallet},
};

use super::World;

/// The id of no trade.
pub(super) const UNKNOWN: TradeId = TradeId::repeat_byte(0xee);

impl World {
    pub(super) fn wait_until(&mut self, time: u64) {
        // No block is older than the one before it.
        self.now = self.now.max(time);
        self.witness.set_time(self.now);
    }

    pub(super) fn wallet(&self, name: Name) -> &Wallet {
        &self.wallets[name.index()]
    }

    pub(super) fn address(&self, name: Name) -> Address {
        self.wallet(name).address()
    }

    pub(super) fn target(&self, target: Target) -> Address {
        match target {
            Target::Wallet(name) => self.address(name),
            Target::Nobody => Address::ZERO,
        }
    }

    pub(super) fn pick(&self, pick: Pick, status: TradeStatus) -> TradeId {
        let nth = |ids: &[TradeId], index: u8| ids.get(usize::from(index) % ids.len().max(1)).copied();
        let fitting = || {
            let fits = |id: &TradeId| self.ledger.trade(*id).is_ok_and(|trade| trade.status(self.now) == status);
            self.trades.iter().copied().filter(fits).collect::<Vec<_>>()
        };
        let picked = match pick {
            Pick::Fitting(index) => nth(&fitting(), index).or_else(|| nth(&self.trades, index)),
            Pick::Any(index) => nth(&self.trades, index),
            Pick::Tampered(index) => nth(&self.trades, index).map(views::tampered),
            Pick::Unknown => None,
        };
        picked.unwrap_or(UNKNOWN)
    }

    /// Proposer and counterparty; two traders where there is no such trade.
    pub(super) fn parties(&self, trade_id: TradeId) -> (Target, Target) {
        self.of_trade(trade_id, |trade| (trade.party_a(), trade.party_b()))
    }

    /// Payer and payee; two traders where there is no such trade.
    pub(super) fn roles(&self, trade_id: TradeId) -> (Target, Target) {
        self.of_trade(trade_id, |trade| (trade.terms().payer(), trade.terms().payee()))
    }

    fn of_trade(&self, trade_id: TradeId, two: impl Fn(&Trade) -> (Address, Address)) -> (Target, Target) {
        let named = |address: Address| {
            let wallet = self.wallets.iter().find(|wallet| wallet.address() == address);
            wallet.map_or(Target::Nobody, |wallet| wallet.name().into())
        };
        self.ledger.trade(trade_id).map_or((Name::ALICE.into(), Name::BOB.into()), |trade| {
            let (one, other) = two(trade);
            (named(one), named(other))
        })
    }

    pub(super) fn preimage(&self, trade_id: TradeId, shown: Shown) -> Preimage {
        match (shown, self.preimages.get(&trade_id)) {
            (Shown::Right, Some(preimage)) => *preimage,
            (Shown::Right, None) => Preimage::new([0xff; 32]),
            (Shown::Wrong(byte), _) => Preimage::new([byte; 32]),
        }
    }
}

/// Who is meant, of the two that could be. Nobody can do nothing, so Alice does it.
pub(super) fn resolve(who: Who, right: Target, other: Target) -> Name {
    let chosen = match who {
        Who::Right => right,
        Who::Other => other,
        Who::Wallet(name) => name.into(),
    };
    match chosen {
        Target::Wallet(name) => name,
        Target::Nobody => Name::ALICE,
    }
}
