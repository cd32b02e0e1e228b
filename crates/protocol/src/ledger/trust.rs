//! Scores, profiles and pairs: what BTRTrust keeps.

use std::collections::BTreeMap;

use alloy_primitives::Address;

use crate::{limits::MAX_PAIR_COUNT, score};

/// A wallet's reputation; zeros with no history. As `BTRTrust.getTrustProfile` gives it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Profile {
    /// Score.
    pub score: u64,
    /// Wallets it has settled at least one trade with.
    pub unique_counterparties: u64,
    /// Unix time of its first settled trade.
    pub member_since: u64,
    /// Settled trades, counted for score or not.
    pub trade_count: u64,
    /// Unix time of its latest settled trade.
    pub last_trade_at: u64,
}

/// Profiles of wallets, and how many trades of each pair counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustBook {
    profiles: BTreeMap<Address, Profile>,
    /// By the pair, the lower address first.
    pairs: BTreeMap<(Address, Address), u64>,
}

impl TrustBook {
    /// A wallet's profile; zeros with no history.
    pub fn profile(&self, wallet: Address) -> Profile {
        self.profiles.get(&wallet).copied().unwrap_or_default()
    }

    /// How many settled trades of a pair counted, at most [`MAX_PAIR_COUNT`]; the same both ways round.
    pub fn pair_count(&self, wallet_a: Address, wallet_b: Address) -> u64 {
        self.pairs.get(&ordered(wallet_a, wallet_b)).copied().unwrap_or_default()
    }

    /// Whether a wallet has its soulbound token: from its first settled trade on.
    pub fn has_token(&self, wallet: Address) -> bool {
        self.profiles.contains_key(&wallet)
    }

    /// Records a settled trade of two different wallets. Returns whether it counted for score, and so counts for
    /// credit.
    pub(super) fn record(&mut self, party_a: Address, party_b: Address, amount_sats: u64, now: u64) -> bool {
        let pair_count = self.pairs.entry(ordered(party_a, party_b)).or_default();
        let is_new_pair = *pair_count == 0;
        let counted = *pair_count < MAX_PAIR_COUNT;
        if counted {
            *pair_count += 1;
        }
        for wallet in [party_a, party_b] {
            let profile = self.profiles.entry(wallet).or_insert(Profile { member_since: now, ..Profile::default() });
            profile.trade_count += 1;
            profile.last_trade_at = now;
            if is_new_pair {
                profile.unique_counterparties += 1;
            }
            if counted {
                profile.score += score(amount_sats);
            }
        }
        counted
    }
}

fn ordered(wallet_a: Address, wallet_b: Address) -> (Address, Address) {
    if wallet_a < wallet_b { (wallet_a, wallet_b) } else { (wallet_b, wallet_a) }
}
