//! What the detectors say while a world runs, and at its end.

use alloy_primitives::Address;
use barter_compliance::{FlagKind, RiskLevel, Settings, SettledTrade, TradeGraph, flags, velocity};

use super::{
    detector::Measure,
    findings::Reading,
    hindsight::{self, Hindsight},
};
use crate::{WalletId, scenario::DetectionSettings};

/// Most trades of a wallet that is looked at each day it trades.
const DAILY_TRADES: u64 = 256;
/// A wallet with more is looked at when this part of its history is new. So all looks at a wallet together cost as much as a few at its
/// end, however long a run is.
const NEW_PART: u64 = 16;

/// How many detectors look day by day: the first ones of [`Measure::ALL`].
const DAILY: usize = Measure::RiskLevel.index() + 1;

/// Looks at wallets day by day while a world runs, and at everything when it has ended.
///
/// A day's look is at the wallets that traded that day. With more than 256 trades a wallet is looked at only when a sixteenth of its
/// history is new, and at the end. What can be missed then is a share, an isolation or a risk level that did not last; the trades of
/// a day, and those with one counterparty, are always seen.
#[derive(Debug)]
pub struct Watch {
    settings: Settings,
    /// With these the flags say their numbers of every wallet.
    lowest: Settings,
    trusted_wallets: u64,
    /// By wallet; shorter than all wallets are where the last ones have not traded.
    wallets: Vec<Watched>,
    /// Those that settled a trade since the last midnight, each once.
    today: Vec<WalletId>,
    /// The last second of the last day that ended, Unix seconds.
    last_second: u64,
}

/// What was seen of a wallet so far.
#[derive(Clone, Debug, Default)]
struct Watched {
    address: Address,
    trades: u64,
    trades_today: u64,
    /// Trades on the busiest day looked at.
    busiest_day: u64,
    /// How many trades there were when it was last looked at.
    looked_at: u64,
    highest: [f64; DAILY],
    points_at: [bool; DAILY],
}

impl Watched {
    fn see(&mut self, measure: Measure, statistic: f64, points_at: bool) {
        let place = measure.index();
        self.highest[place] = self.highest[place].max(statistic);
        self.points_at[place] |= points_at;
    }

    const fn is_due(&self) -> bool {
        self.trades <= DAILY_TRADES || (self.trades - self.looked_at) * NEW_PART >= self.trades
    }

    fn reading(&self, hindsight: &Hindsight<'_>, is_trusted: bool) -> Reading {
        let (mut statistics, mut points_at) = (self.highest.to_vec(), self.points_at.to_vec());
        for (statistic, is_pointed_at) in hindsight.of(self.address) {
            statistics.push(statistic);
            points_at.push(is_pointed_at);
        }
        Reading { statistics, points_at, is_trusted }
    }
}

/// What each detector says of the wallets of a world.
#[derive(Debug)]
pub struct Measured {
    /// By wallet; none for a wallet without a settled trade.
    pub wallets: Vec<Option<Reading>>,
}

impl Watch {
    /// A watch that has seen nothing.
    pub fn new(settings: &DetectionSettings) -> Self {
        Self {
            settings: settings.settings,
            lowest: lowest(settings.settings),
            trusted_wallets: settings.trusted_wallets,
            wallets: Vec::new(),
            today: Vec::new(),
            last_second: 0,
        }
    }

    /// A trade between two wallets was settled.
    pub fn settled(&mut self, payer: WalletId, payee: WalletId, trade: &SettledTrade) {
        for (wallet, address) in [(payer, trade.payer), (payee, trade.payee)] {
            if self.wallets.len() <= wallet.index() {
                self.wallets.resize(wallet.index() + 1, Watched::default());
            }
            let watched = &mut self.wallets[wallet.index()];
            watched.address = address;
            watched.trades += 1;
            if watched.trades_today == 0 {
                self.today.push(wallet);
            }
            watched.trades_today += 1;
        }
    }

    /// A day has ended: the one before `midnight`, Unix seconds. `graph` has the trades settled so far.
    pub fn end_day(&mut self, graph: &TradeGraph, midnight: u64) {
        // At midnight itself the first second of the day would be more than a day ago.
        self.last_second = midnight.saturating_sub(1);
        for wallet in std::mem::take(&mut self.today) {
            let trades_today = std::mem::take(&mut self.wallets[wallet.index()].trades_today);
            if trades_today > self.wallets[wallet.index()].busiest_day {
                self.wallets[wallet.index()].busiest_day = trades_today;
                self.look_at_velocity(graph, wallet.index());
            }
            if self.wallets[wallet.index()].is_due() {
                self.look(graph, wallet.index());
            }
        }
    }

    /// The world has ended. `is_honest`: by wallet, for all there are. It decides who can be trusted, and nothing else.
    ///
    /// # Panics
    /// Where a wallet has traded that is not among them.
    pub fn finish(mut self, graph: &TradeGraph, is_honest: &[bool]) -> Measured {
        assert!(self.wallets.len() <= is_honest.len(), "a wallet that there is not has traded");
        for place in 0..self.wallets.len() {
            if self.wallets[place].looked_at < self.wallets[place].trades {
                self.look(graph, place);
            }
        }
        let honest =
            self.wallets.iter().zip(is_honest).filter(|(watched, is_honest)| watched.trades > 0 && **is_honest);
        let trusted = hindsight::trusted(honest.map(|(watched, _)| watched.address).collect(), self.trusted_wallets);
        let hindsight = Hindsight::new(graph, &trusted, &self.settings);
        let is_trusted = |wallet: Address| trusted.binary_search(&wallet).is_ok();
        let read =
            |watched: &Watched| (watched.trades > 0).then(|| watched.reading(&hindsight, is_trusted(watched.address)));
        let mut wallets: Vec<_> = self.wallets.iter().map(read).collect();
        wallets.resize(is_honest.len(), None);
        Measured { wallets }
    }

    fn look_at_velocity(&mut self, graph: &TradeGraph, place: usize) {
        let watched = &mut self.wallets[place];
        let report = velocity(graph, watched.address, self.last_second, &self.settings);
        watched.see(Measure::HighVelocity, number(report.trades_24h), report.is_elevated);
    }

    fn look(&mut self, graph: &TradeGraph, place: usize) {
        let watched = &mut self.wallets[place];
        watched.looked_at = watched.trades;
        let raised = flags(graph, watched.address, self.last_second, &self.settings);
        for flag in &raised {
            watched.see(measure(flag.kind), 0.0, true);
        }
        let is_high = RiskLevel::of(raised.len()) == RiskLevel::High;
        watched.see(Measure::RiskLevel, number(raised.len() as u64), is_high);
        // Every wallet that traded has a trade with somebody.
        watched.see(Measure::PairCap, 1.0, false);
        for flag in flags(graph, watched.address, self.last_second, &self.lowest) {
            let (count, trades) = (number(flag.evidence.count), number(flag.evidence.trade_count));
            let statistic = match flag.kind {
                // Looked at on every day that could be the busiest.
                FlagKind::HighVelocity => continue,
                FlagKind::Isolation => trades,
                FlagKind::AmountUniformity | FlagKind::OffHours => count / trades,
                FlagKind::PairCapExceeded => count,
            };
            watched.see(measure(flag.kind), statistic, false);
        }
    }
}

/// The lowest thresholds there are, except where a flag requires something at least.
fn lowest(settings: Settings) -> Settings {
    Settings {
        // Not asked for its number: evidence of a wallet's whole day would be collected in vain.
        velocity_trades_24h: 1_000_000,
        isolation_trades: 1,
        uniformity_percent: 0,
        off_hours_percent: 0,
        pair_trades: 1,
        ..settings
    }
}

const fn measure(flag: FlagKind) -> Measure {
    match flag {
        FlagKind::HighVelocity => Measure::HighVelocity,
        FlagKind::Isolation => Measure::Isolation,
        FlagKind::AmountUniformity => Measure::AmountUniformity,
        FlagKind::OffHours => Measure::OffHours,
        FlagKind::PairCapExceeded => Measure::PairCap,
    }
}

/// A count as a statistic. Exact: no count comes near 2^53.
#[allow(clippy::cast_precision_loss, reason = "see above")]
const fn number(count: u64) -> f64 {
    count as f64
}
