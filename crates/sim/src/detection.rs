//! The detectors of `barter-compliance`, measured against what the scenario knows to be true.

use barter_compliance::TradeGraph;

use crate::scenario::DetectionSettings;

/// How the detectors did.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Findings {
    /// Each detector.
    pub detectors: Vec<Detector>,
}

/// How one detector did, over all wallets with a settled trade.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Detector {
    /// Its name.
    pub name: String,
    /// What its statistic is, in one sentence.
    pub statistic: String,
    /// Share of the wallets it points at that are hostile, at its default threshold; none where it points at nobody.
    pub precision: Option<f64>,
    /// Share of the hostile wallets it points at, at its default threshold.
    pub recall: Option<f64>,
    /// Share of the honest wallets it points at, at its default threshold.
    pub false_alarms: Option<f64>,
    /// Area under the ROC curve: how often a hostile wallet's statistic is above an honest one's. 0.5 is a coin.
    pub auc: Option<f64>,
    /// The ROC curve: (false alarms, found), from (0, 0) to (1, 1).
    pub roc: Vec<(f64, f64)>,
    /// By hostile crowd: share of its wallets found with the threshold at which 1% of honest wallets are pointed at.
    pub found_at_one_percent: Vec<CrowdFound>,
}

/// What a detector finds of a crowd.
#[derive(Clone, Debug, serde::Serialize)]
pub struct CrowdFound {
    /// The crowd.
    pub crowd: crate::CrowdId,
    /// Share of its wallets found.
    pub share: f64,
}

/// Looks at wallets day by day, while a world runs.
#[derive(Debug)]
pub(crate) struct Watch;

impl Watch {
    pub(crate) fn new(_settings: &DetectionSettings) -> Self {
        Self
    }

    /// A day has ended.
    pub(crate) fn end_day(&mut self, _graph: &TradeGraph, _midnight: u64) {}
}
