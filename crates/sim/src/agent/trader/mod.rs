//! Honest traders: people, programs and shops.
//!
//! What they want is what they buy, and not a score. They are as odd as real ones, because a detector is only worth as much as
//! its silence about them: some trade a hundred times as often as others; some are shops with one price; some pay the same
//! partner the same amount every week; some live where it is night in London; some are programs that never sleep.
//!
//! - Amounts: log-normal, with a Pareto tail (Clauset, Shalizi and Newman, "Power-Law Distributions in Empirical Data", 2009), and
//!   often a round number.
//! - Activity and popularity: Pareto over wallets. A popular wallet offers itself to the market more often than others, and is met
//!   more often.
//! - Partners: mostly old ones, by the number of past trades (Kondor and others, 2014), else somebody of the market.
//! - Faults: proposals that nobody answers, accepted trades that are never paid, goods that never come, and disputes about both,
//!   some of them without reason.
//!
//! A trader answers what strangers propose to buy, up to a number of open trades with each, but pays a bill only to somebody
//! whom it has traded with: a bill is a proposal by the payee, and one nobody asked for is ignored, or at most accepted by
//! mistake and never paid.

mod partners;
mod rhythm;

use barter_protocol::Role;
use serde::{Deserialize, Serialize};

use super::{
    Agent, Kind, Notice,
    collusion::whole,
    settings::{self, within},
};
use crate::{
    TradeRef, WalletId,
    random::Random,
    scenario::Crowd,
    world::{Desk, Shown, Stage, TradeInfo},
};
use partners::Partners;
use rhythm::Rhythm;

pub(super) const KIND: Kind = Kind {
    name: "trader",
    hostile: false,
    summary: "an honest person, program or shop that buys from others, old partners before new ones",
    make,
};

const DAY: u64 = 86_400;
/// The busiest wallet trades so many times as often as the mean.
const MAX_ACTIVITY: f64 = 100.0;
/// The most popular wallet offers itself so often.
const MAX_POPULARITY: f64 = 256.0;
/// A shop is met so many times as often as a person, and buys so many times as often.
const SHOP_POPULARITY: f64 = 6.0;
const SHOP_ACTIVITY: f64 = 0.3;
/// Most prices of a shop, and how many of its customers choose the first, second …: one in this many goes on to the next.
const MAX_PRICES: u64 = 5;
const NEXT_PRICE: f64 = 0.4;
/// Where the tail of amounts begins, in medians.
const TAIL_FROM: f64 = 10.0;
/// An open sale is complained about after so long: a day after it begins to count against the payer.
const PATIENCE_SECONDS: u64 = 8 * DAY;
/// A trader remembers so many open sales, and has at most so many open with one buyer.
const MAX_OPEN: usize = 32;
const MAX_OPEN_EACH: usize = 3;
/// A trader has so many subscriptions at most.
const MAX_SUBSCRIPTIONS: usize = 4;
/// Longest anybody takes to answer.
const MAX_ANSWER_SECONDS: u64 = 5 * DAY;

/// What a crowd of traders is like. Shares are from 0 to 1.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
struct Settings {
    /// Trades that a wallet begins a day, in the mean over the crowd; it takes part in twice as many. At most 100, because the
    /// busiest begins a hundred times as many, each at least a second after the last. By default 0.5.
    trades_per_day: f64,
    /// Exponent of the Pareto distribution of activity over wallets; smaller is more unequal. By default 1.5.
    activity_tail: f64,
    /// The same for how often a wallet is met by strangers. By default 1.2.
    popularity_tail: f64,
    /// Median amount in satoshis, of the body of amounts. By default 30,000.
    median_sats: f64,
    /// Standard deviation of the amount's logarithm. By default 1.2.
    amount_sigma: f64,
    /// Share of amounts that come from the tail, which begins at ten medians. By default 0.03.
    tail_share: f64,
    /// Exponent of the Pareto distribution of the tail. By default 1.2.
    tail: f64,
    /// Largest amount in satoshis. By default 100,000,000.
    max_sats: u64,
    /// Share of amounts that are rounded to 1, 2 or 5 and zeros. By default 0.5.
    round_share: f64,
    /// Share of trades with a partner of old. By default 0.35.
    repeat_share: f64,
    /// Share of trades with old partners that are begun by the payee, with a bill. By default 0.1.
    bill_share: f64,
    /// Share of unasked bills that are accepted by mistake; they are not paid. By default 0.02.
    careless_share: f64,
    /// Share of wallets that are programs: awake at all hours, and quick to answer. By default 0.2.
    program_share: f64,
    /// Median time a person takes to answer or to pay, in seconds; whoever sleeps answers in the morning. By default 900.
    answer_seconds: f64,
    /// Share of wallets that are shops: with a few prices, many customers, and quick answers. By default 0.05.
    shop_share: f64,
    /// Share of purchases in shops that are repeated every week from then on. By default 0.02.
    subscription_share: f64,
    /// Share of proposals that are never accepted. By default 0.03.
    ignored_share: f64,
    /// Share of accepted trades that the payer never pays. By default 0.01.
    unpaid_share: f64,
    /// Share of unpaid sales that the payee disputes, after eight days. By default 0.3.
    claim_share: f64,
    /// Share of paid trades that the payer disputes because nothing came. By default 0.003.
    undelivered_share: f64,
    /// Share of accepted trades that the payer disputes without reason. By default 0.001.
    wrong_dispute_share: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            trades_per_day: 0.5,
            activity_tail: 1.5,
            popularity_tail: 1.2,
            median_sats: 30_000.0,
            amount_sigma: 1.2,
            tail_share: 0.03,
            tail: 1.2,
            max_sats: 100_000_000,
            round_share: 0.5,
            repeat_share: 0.35,
            bill_share: 0.1,
            careless_share: 0.02,
            program_share: 0.2,
            answer_seconds: 900.0,
            shop_share: 0.05,
            subscription_share: 0.02,
            ignored_share: 0.03,
            unpaid_share: 0.01,
            claim_share: 0.3,
            undelivered_share: 0.003,
            wrong_dispute_share: 0.001,
        }
    }
}

impl settings::Settings for Settings {
    fn check(&self) -> Result<(), String> {
        within("trades_per_day", self.trades_per_day, 0.001..=100.0)?;
        within("activity_tail", self.activity_tail, 1.01..=100.0)?;
        within("popularity_tail", self.popularity_tail, 0.5..=100.0)?;
        within("median_sats", self.median_sats, 1.0..=1e12)?;
        within("amount_sigma", self.amount_sigma, 0.0..=10.0)?;
        within("tail", self.tail, 0.1..=100.0)?;
        within("max_sats", self.max_sats, 1..=barter_protocol::limits::MAX_AMOUNT_SATS)?;
        within("answer_seconds", self.answer_seconds, 0.0..=1e6)?;
        let shares = [
            ("tail_share", self.tail_share),
            ("round_share", self.round_share),
            ("repeat_share", self.repeat_share),
            ("bill_share", self.bill_share),
            ("careless_share", self.careless_share),
            ("program_share", self.program_share),
            ("shop_share", self.shop_share),
            ("subscription_share", self.subscription_share),
            ("ignored_share", self.ignored_share),
            ("unpaid_share", self.unpaid_share),
            ("claim_share", self.claim_share),
            ("undelivered_share", self.undelivered_share),
            ("wrong_dispute_share", self.wrong_dispute_share),
        ];
        shares.into_iter().try_for_each(|(name, share)| within(name, share, 0.0..=1.0))
    }
}

impl Settings {
    /// An amount a person has in mind.
    fn amount(&self, random: &mut Random) -> u64 {
        let sats = if random.chance(self.tail_share) {
            random.pareto(self.median_sats * TAIL_FROM, self.tail)
        } else {
            random.log_normal(self.median_sats, self.amount_sigma)
        };
        let sats = whole(sats).min(self.max_sats);
        if random.chance(self.round_share) { round(sats) } else { sats }
    }
}

/// The largest of 1, 2 and 5, followed by zeros, that an amount reaches; people like 10,000 and 50,000.
fn round(sats: u64) -> u64 {
    let zeros = 10_u64.pow(sats.checked_ilog10().unwrap_or(0));
    match sats / zeros {
        0 => sats,
        1 => zeros,
        2..=4 => 2 * zeros,
        _ => 5 * zeros,
    }
}

fn make(crowd: &Crowd) -> Result<Box<dyn Agent>, String> {
    Ok(Box::new(Trader { settings: settings::read(crowd)?, person: None }))
}

#[derive(Debug)]
struct Trader {
    settings: Settings,
    person: Option<Person>,
}

/// What a trader turned out to be, and remembers.
#[derive(Debug)]
struct Person {
    wallet: WalletId,
    rhythm: Rhythm,
    /// Programs and shops.
    is_quick: bool,
    trades_per_day: f64,
    /// When it begins its next trade.
    due: u64,
    partners: Partners,
    /// Sales it has accepted, or is about to, that are not settled yet; oldest first.
    open_sales: Vec<OpenSale>,
    subscriptions: Vec<(WalletId, u64)>,
}

#[derive(Clone, Copy, Debug)]
struct OpenSale {
    trade: TradeRef,
    buyer: WalletId,
    since: u64,
}

/// What an alarm is for. As a token: the lowest bits, with the trade or the subscription's place above them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Errand {
    Shop,
    Accept(TradeRef),
    Pay(TradeRef),
    Renew(usize),
}

const ERRAND_BITS: u32 = 2;

impl Errand {
    const fn token(self) -> u64 {
        match self {
            Self::Shop => 0,
            Self::Accept(trade) => trade.0 << ERRAND_BITS | 1,
            Self::Pay(trade) => trade.0 << ERRAND_BITS | 2,
            Self::Renew(place) => (place as u64) << ERRAND_BITS | 3,
        }
    }

    #[allow(clippy::cast_possible_truncation, reason = "a place among a few")]
    const fn of(token: u64) -> Self {
        let about = token >> ERRAND_BITS;
        match token % (1 << ERRAND_BITS) {
            0 => Self::Shop,
            1 => Self::Accept(TradeRef(about)),
            2 => Self::Pay(TradeRef(about)),
            _ => Self::Renew(about as usize),
        }
    }
}

impl Agent for Trader {
    fn start(&mut self, desk: &mut Desk<'_>) {
        let settings = &self.settings;
        let wallet = desk.new_wallet();
        let random = desk.random();
        let is_shop = random.chance(settings.shop_share);
        let is_program = random.chance(settings.program_share);
        let rhythm = if is_program { Rhythm::Steady } else { Rhythm::of_somebody(random) };
        // A mean of 1 before the most active are cut off.
        let activity = random.pareto(1.0 - 1.0 / settings.activity_tail, settings.activity_tail).min(MAX_ACTIVITY);
        let popularity = random.pareto(1.0, settings.popularity_tail);
        let (activity, popularity) =
            if is_shop { (activity * SHOP_ACTIVITY, popularity * SHOP_POPULARITY) } else { (activity, popularity) };
        let mut prices = Vec::new();
        if is_shop {
            let count = 1 + random.below(MAX_PRICES);
            prices.extend((0..count).map(|_| round(settings.amount(random).max(1))));
        }
        desk.offer_at(wallet, &prices);
        for _ in 1..whole(popularity.min(MAX_POPULARITY)) {
            desk.offer(wallet);
        }
        let mut person = Person {
            wallet,
            due: desk.now(),
            rhythm,
            is_quick: is_shop || is_program,
            trades_per_day: settings.trades_per_day * activity,
            partners: Partners::default(),
            open_sales: Vec::new(),
            subscriptions: Vec::new(),
        };
        person.sleep(desk);
        self.person = Some(person);
    }

    fn wake(&mut self, token: u64, desk: &mut Desk<'_>) {
        let Self { settings, person: Some(person) } = self else { return };
        match Errand::of(token) {
            Errand::Shop => {
                person.complain(settings, desk);
                person.shop(settings, desk);
                person.sleep(desk);
            }
            Errand::Accept(trade) => person.accept(trade, desk),
            Errand::Pay(trade) => pay(trade, desk),
            Errand::Renew(place) => person.renew(place, desk),
        }
    }

    fn notice(&mut self, notice: Notice, desk: &mut Desk<'_>) {
        let Self { settings, person: Some(person) } = self else { return };
        let (Notice::Proposed(trade)
        | Notice::Accepted(trade)
        | Notice::Paid(trade)
        | Notice::Settled(trade)
        | Notice::Disputed(trade)) = notice
        else {
            return;
        };
        let Some(info) = desk.trade(trade).copied() else { return };
        match notice {
            Notice::Proposed(_) if info.party_b() == person.wallet => person.consider(trade, &info, settings, desk),
            Notice::Accepted(_) if info.payer == person.wallet => person.go_on(trade, &info, settings, desk),
            // Disputed in the meantime: a preimage shown now would be refused.
            Notice::Paid(_) if info.stage != Stage::Accepted => {}
            Notice::Paid(_) if desk.random().chance(settings.undelivered_share) => {
                desk.dispute(trade, person.wallet, true);
            }
            Notice::Paid(_) => desk.settle(trade, Shown::Known),
            Notice::Settled(_) => {
                person.partners.settled(person.other(&info));
                person.open_sales.retain(|sale| sale.trade != trade);
            }
            Notice::Disputed(_) => {
                person.partners.forget(person.other(&info));
                person.open_sales.retain(|sale| sale.trade != trade);
            }
            _ => {}
        }
    }
}

impl Person {
    /// Sets the alarm for the next trade it will begin.
    ///
    /// From when the last one was due, and not from the block it came to: blocks that come seldom have more in them.
    fn sleep(&mut self, desk: &mut Desk<'_>) {
        let seconds = self.rhythm.until_next(self.due, self.trades_per_day, desk.random());
        self.due = self.due.saturating_add(seconds);
        desk.wake_in(self.due.saturating_sub(desk.now()), Errand::Shop.token());
    }

    /// Begins a trade.
    fn shop(&mut self, settings: &Settings, desk: &mut Desk<'_>) {
        let old = desk.random().chance(settings.repeat_share).then(|| self.partners.pick(desk.random())).flatten();
        let Some(partner) = old.or_else(|| desk.any_partner(self.wallet)) else { return };
        if old.is_some() && desk.random().chance(settings.bill_share) {
            let amount_sats = settings.amount(desk.random());
            self.propose(partner, Role::Payee, amount_sats, desk);
            return;
        }
        let price = choose(partner, desk);
        let amount_sats = price.unwrap_or_else(|| settings.amount(desk.random()));
        self.propose(partner, Role::Payer, amount_sats, desk);
        if price.is_some()
            && self.subscriptions.len() < MAX_SUBSCRIPTIONS
            && desk.random().chance(settings.subscription_share)
        {
            self.subscriptions.push((partner, amount_sats));
            desk.wake_in(7 * DAY, Errand::Renew(self.subscriptions.len() - 1).token());
        }
    }

    /// Buys again what it buys every week.
    fn renew(&mut self, place: usize, desk: &mut Desk<'_>) {
        let Some((partner, amount_sats)) = self.subscriptions.get(place).copied() else { return };
        self.propose(partner, Role::Payer, amount_sats, desk);
        desk.wake_in(7 * DAY, Errand::Renew(place).token());
    }

    /// What is too small for the protocol is not traded.
    fn propose(&mut self, partner: WalletId, role: Role, amount_sats: u64, desk: &mut Desk<'_>) {
        if amount_sats >= desk.parameters().minimum_sats {
            self.partners.asked(partner);
            desk.propose(self.wallet, partner, role, amount_sats);
        }
    }

    /// Answers a proposal, or not.
    fn consider(&mut self, trade: TradeRef, info: &TradeInfo, settings: &Settings, desk: &mut Desk<'_>) {
        let is_wanted = if info.payee == self.wallet {
            self.open_sales.iter().filter(|sale| sale.buyer == info.payer).count() < MAX_OPEN_EACH
        } else {
            self.partners.knows(info.payee) || desk.random().chance(settings.careless_share)
        };
        if is_wanted && !desk.random().chance(settings.ignored_share) {
            if info.payee == self.wallet {
                self.promise(trade, info.payer, desk.now());
            }
            self.soon(Errand::Accept(trade), settings, desk);
        }
    }

    fn promise(&mut self, trade: TradeRef, buyer: WalletId, since: u64) {
        if self.open_sales.len() == MAX_OPEN {
            self.open_sales.remove(0);
        }
        self.open_sales.push(OpenSale { trade, buyer, since });
    }

    /// A purchase was accepted: pays, or does not.
    fn go_on(&mut self, trade: TradeRef, info: &TradeInfo, settings: &Settings, desk: &mut Desk<'_>) {
        let is_asked_for = info.proposer == Role::Payer || self.partners.knows(info.payee);
        if !is_asked_for || desk.random().chance(settings.unpaid_share) {
            return;
        }
        if desk.random().chance(settings.wrong_dispute_share) {
            desk.dispute(trade, self.wallet, false);
        } else {
            self.soon(Errand::Pay(trade), settings, desk);
        }
    }

    /// Does something when it has the time: a program at once, a person after a while, and not asleep.
    fn soon(&mut self, errand: Errand, settings: &Settings, desk: &mut Desk<'_>) {
        let seconds = if self.is_quick { 0 } else { self.reaction_seconds(settings, desk) };
        match errand {
            Errand::Accept(trade) if seconds == 0 => self.accept(trade, desk),
            Errand::Pay(trade) if seconds == 0 => pay(trade, desk),
            _ => desk.wake_in(seconds, errand.token()),
        }
    }

    /// Accepts a proposal, unless it has expired.
    fn accept(&mut self, trade: TradeRef, desk: &mut Desk<'_>) {
        if desk.can_accept(trade) {
            desk.accept(trade);
        } else {
            self.open_sales.retain(|sale| sale.trade != trade);
        }
    }

    fn reaction_seconds(&self, settings: &Settings, desk: &mut Desk<'_>) -> u64 {
        let seconds = whole(desk.random().log_normal(settings.answer_seconds, 1.5)).min(MAX_ANSWER_SECONDS);
        let asleep = self.rhythm.until_awake(desk.now().saturating_add(seconds));
        if asleep == 0 { seconds } else { seconds + asleep + whole(desk.random().exponential(3_600.0)) }
    }

    /// Disputes sales that were not paid for, or lets them be.
    fn complain(&mut self, settings: &Settings, desk: &mut Desk<'_>) {
        let late = desk.now().saturating_sub(PATIENCE_SECONDS);
        while let Some(sale) = self.open_sales.first().copied().filter(|sale| sale.since < late) {
            self.open_sales.remove(0);
            let is_unpaid = desk.trade(sale.trade).is_some_and(|trade| trade.stage == Stage::Accepted);
            if is_unpaid && desk.random().chance(settings.claim_share) {
                desk.dispute(sale.trade, self.wallet, true);
            }
        }
    }

    fn other(&self, info: &TradeInfo) -> WalletId {
        if info.payer == self.wallet { info.payee } else { info.payer }
    }
}

/// Pays a trade, unless it was disputed in the meantime.
fn pay(trade: TradeRef, desk: &mut Desk<'_>) {
    if desk.trade(trade).is_some_and(|info| info.stage == Stage::Accepted) {
        desk.pay(trade);
    }
}

/// One of a shop's prices, the first ones most often; none of somebody who is no shop.
fn choose(partner: WalletId, desk: &mut Desk<'_>) -> Option<u64> {
    let last = desk.prices(partner).len().checked_sub(1)?;
    let mut place = 0;
    while place < last && desk.random().chance(NEXT_PRICE) {
        place += 1;
    }
    desk.prices(partner).get(place).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_numbers_are_1_2_or_5_and_zeros_and_never_larger() {
        for sats in (0..3_000).chain([9_999, 10_000, 49_999, 50_000, 2_100_000_000_000_000]) {
            let rounded = round(sats);
            assert!(rounded <= sats && (sats == 0 || rounded * 5 > sats * 2), "{sats} as {rounded}");
            assert!(sats == 0 || rounded.to_string().trim_end_matches('0').len() == 1);
        }
    }

    #[test]
    fn an_errand_is_known_by_its_token() {
        for errand in [
            Errand::Shop,
            Errand::Accept(TradeRef(0)),
            Errand::Accept(TradeRef(1 << 61)),
            Errand::Pay(TradeRef(7)),
            Errand::Renew(3),
        ] {
            assert_eq!(Errand::of(errand.token()), errand);
        }
    }
}
