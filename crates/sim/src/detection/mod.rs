//! The detectors of `barter-compliance`, measured against what the scenario knows to be true.
//!
//! Nothing is detected here: `barter-compliance` looks at the settled trades of a world, and this module feeds it, keeps what
//! it says, and counts how often it is right. The detectors know trades and nothing else; who is hostile is the crowd's
//! kind, which only [`Findings::of`] is told.
//!
//! # When the detectors look
//! The five flags, and the risk level made from them, look at the last second of each day (UTC) at the wallets that traded
//! that day; what counts is the most suspicious look of the run, because a wallet that was flagged once has been seen. A
//! wallet with a long history is looked at when it has grown enough since the last time, not every day (see [`Watch`]).
//! Wash rings, clusters and viewpoints look once, at the end, at all trades.
//!
//! # What a detector's statistic is
//! One number per wallet, higher for more suspicious, so that detectors can be compared at one rate of false alarms. For a
//! flag it is the number that the flag compares with its threshold, taken from the evidence of the flag itself with the
//! threshold set to its lowest. So "at least this statistic" is the flag with another threshold, and the ROC curve of a flag leads through the
//! point of its default threshold. What a flag requires at least stays as it is where less would make every newcomer
//! suspicious: one trade is always of one amount.
//!
//! | Detector | Statistic | Points at a wallet when |
//! |---|---|---|
//! | high velocity | most trades on one day | the flag was raised |
//! | isolation | most trades it had with fewer counterparties than the flag asks for | the flag was raised |
//! | amount uniformity | highest share of trades of one amount, 0 below the trades the flag asks for | the flag was raised |
//! | off-hours | highest share of trades in the off-hours, 0 below the trades the flag asks for | the flag was raised |
//! | pair cap | trades with the counterparty it has most with | the flag was raised |
//! | risk level | most flags at one time | it was high: two flags or more |
//! | wash rings | share of its volume that lies in wash rings | it is in one |
//! | cluster | isolation score of its cluster, of at most 100 wallets | never: `barter-compliance` has no threshold for it |
//! | viewpoint | share of its score that is not seen | nothing of its score is seen |
//! | any flag | smallest p-value of the five flags | one of the flags was raised |
//! | any detector | smallest p-value of the flags, rings, cluster and viewpoint | one of them points at it |
//!
//! The last two combine others as Tippett does (*The Methods of Statistics*, 1931). A statistic's p-value is the share of
//! honest wallets, and one more with just this statistic, that have at least it; the combined statistic is 1 less the smallest. This sets all
//! detectors to the same rate of false alarms, and knows that rate from the honest wallets of the run: from one half of them, those with
//! an even address. AUC, ROC curve and threshold at 1% of the two are judged by the other half. A wallet's p-value has
//! nothing of its label in it: equal readings, equal statistics.
//!
//! Where a scenario's parameters are not the protocol's own, detectors do not know it: the viewpoint reckons with scores by the
//! protocol's own formula and pair cap, and the flag for the pair cap is raised above the scenario's *detection* setting, 5 unless it
//! says otherwise.
//!
//! Clusters are cut at 100 wallets, nearest first, where a report about one wallet goes on to a thousand: those of all wallets would take as long
//! as the execution of all trades. In markets of a few thousand wallets a thousand would be most of it, and the score would say nothing.
//!
//! # Who is trusted
//! A viewpoint needs wallets that are known to be honest, as a team knows its partners. They are drawn by lot from the honest
//! wallets that have settled a trade, not the best of them: the lowest addresses, which come from hashes and so are a lot, and the same in
//! every run. The viewpoint sees them whole because it was told to, so they are left out of what is said of it, and of "any detector",
//! which takes it; for the others they are honest wallets like any. Without any nothing is looked at: the statistic is 0.
//!
//! # Who is measured
//! Wallets with a settled trade, in all worlds together. A wallet is hostile if its agent is, and honest otherwise, whoever it
//! traded with. An attacker, that is a hostile agent, is found when one of its wallets is. Precision follows the scenario's share of
//! attackers; recall, false alarms and AUC do not.

mod crowd;
mod detector;
mod findings;
mod hindsight;
mod roc;
mod watch;

pub use crowd::CrowdFound;
pub use findings::{Detector, Findings, Reading, Truth};
pub use roc::{MAX_CURVE, Roc, Step};
pub use watch::{Measured, Watch};

use crate::outcome::WalletOutcome;

/// How the detectors did in all worlds: `measured` by each of them, `wallets` of all of them, both in the order of the worlds. Notes the
/// statistics with the wallets.
pub(crate) fn judge(wallets: &mut [WalletOutcome], measured: impl IntoIterator<Item = Measured>) -> Findings {
    let mut readings: Vec<_> = measured.into_iter().flat_map(|measured| measured.wallets).collect();
    let truths: Vec<_> = wallets.iter().map(Truth::from).collect();
    let findings = Findings::of(&truths, &mut readings);
    for (wallet, reading) in wallets.iter_mut().zip(readings) {
        wallet.statistics = reading.map(|reading| reading.statistics).unwrap_or_default();
    }
    findings
}
