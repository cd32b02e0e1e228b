//! Whom a trader has traded with.

use crate::{WalletId, random::Random};

/// Nobody remembers more partners.
const MAX_PARTNERS: usize = 48;
/// Who leaves so many proposals in a row unanswered is forgotten.
const MAX_UNANSWERED: u8 = 3;

/// The partners of a trader, in no order that means anything.
#[derive(Debug, Default)]
pub(super) struct Partners {
    partners: Vec<Partner>,
    trades: u64,
}

#[derive(Clone, Copy, Debug)]
struct Partner {
    wallet: WalletId,
    trades: u32,
    unanswered: u8,
}

impl Partners {
    /// Whether there was a settled trade with a wallet.
    pub(super) fn knows(&self, wallet: WalletId) -> bool {
        self.place(wallet).is_some()
    }

    /// One of them, by the number of trades there were: who has traded much, trades more (Kondor and others, "Do the Rich Get
    /// Richer? An Empirical Analysis of the Bitcoin Transaction Network", 2014).
    pub(super) fn pick(&self, random: &mut Random) -> Option<WalletId> {
        let mut lot = random.below(self.trades);
        for partner in &self.partners {
            let trades = u64::from(partner.trades);
            if lot < trades {
                return Some(partner.wallet);
            }
            lot -= trades;
        }
        None
    }

    /// A trade was settled.
    pub(super) fn settled(&mut self, wallet: WalletId) {
        if let Some(place) = self.place(wallet) {
            let partner = &mut self.partners[place];
            partner.unanswered = 0;
            partner.trades += 1;
            self.trades += 1;
            return;
        }
        if self.partners.len() == MAX_PARTNERS
            && let Some(least) = (0..MAX_PARTNERS).min_by_key(|place| self.partners[*place].trades)
        {
            self.forget_at(least);
        }
        self.partners.push(Partner { wallet, trades: 1, unanswered: 0 });
        self.trades += 1;
    }

    /// A proposal was sent.
    pub(super) fn asked(&mut self, wallet: WalletId) {
        let Some(place) = self.place(wallet) else { return };
        self.partners[place].unanswered += 1;
        if self.partners[place].unanswered > MAX_UNANSWERED {
            self.forget_at(place);
        }
    }

    /// No more trades with a wallet.
    pub(super) fn forget(&mut self, wallet: WalletId) {
        if let Some(place) = self.place(wallet) {
            self.forget_at(place);
        }
    }

    fn forget_at(&mut self, place: usize) {
        self.trades -= u64::from(self.partners.swap_remove(place).trades);
    }

    fn place(&self, wallet: WalletId) -> Option<usize> {
        self.partners.iter().position(|partner| partner.wallet == wallet)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_partner_is_picked_as_often_as_there_were_trades() {
        let mut partners = Partners::default();
        assert_eq!(partners.pick(&mut Random::stream(1, 1)), None);
        for _ in 0..3 {
            partners.settled(WalletId(1));
        }
        partners.settled(WalletId(2));
        let mut random = Random::stream(1, 1);
        let first = (0..4_000).filter(|_| partners.pick(&mut random) == Some(WalletId(1))).count();
        assert!((2_800..3_200).contains(&first), "{first} of 4,000, expected about 3,000");
    }

    #[test]
    fn who_does_not_answer_is_forgotten_and_who_does_is_not() {
        let mut partners = Partners::default();
        partners.settled(WalletId(1));
        for _ in 0..10 {
            (0..3).for_each(|_| partners.asked(WalletId(1)));
            partners.settled(WalletId(1));
        }
        assert!(partners.knows(WalletId(1)));
        (0..4).for_each(|_| partners.asked(WalletId(1)));
        assert!(!partners.knows(WalletId(1)));
        assert_eq!(partners.trades, 0);
    }

    #[test]
    fn memory_is_bounded_and_keeps_the_best() {
        let mut partners = Partners::default();
        (0..5).for_each(|_| partners.settled(WalletId(0)));
        (1..1_000).for_each(|wallet| partners.settled(WalletId(wallet)));
        assert_eq!(partners.partners.len(), MAX_PARTNERS);
        assert!(partners.knows(WalletId(0)) && partners.knows(WalletId(999)));
        assert_eq!(partners.trades, 5 + MAX_PARTNERS as u64 - 1);
    }
}
