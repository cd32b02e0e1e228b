//! A score seen from somewhere: how much of a wallet's score reaches it from wallets that are trusted already.
//!
//! After `MeritRank` (Nasrulin, Ishmaev, Pouwelse, 2022, <https://arxiv.org/abs/2207.09950>) and `EigenTrust` (Kamvar,
//! Schlosser, Garcia-Molina, 2003). The method, and the proofs of what it promises, are in docs/viewpoint.md.

mod bridges;
mod flow;
mod links;

use alloy_primitives::Address;
use serde::{Serialize, Serializer};

use crate::{Error, TradeGraph, json, number::Whole};
use bridges::Bridges;
use links::Links;

/// Most wallets a viewpoint can trust.
pub const MAX_TRUSTED: usize = 100_000;

pub(crate) const TRUSTED: Whole = Whole { minimum: 1, maximum: MAX_TRUSTED as u64 };
/// With less lost at a step, fake wallets get too many times what their bridge is worth.
const TRANSITIVITY_DECAY: Whole = Whole { minimum: 5, maximum: 100 };
const CONNECTIVITY_DECAY: Whole = Whole { minimum: 0, maximum: 100 };

/// How much is lost on the way from those trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ViewpointSettings {
    /// Lost at each step from a wallet that is not trusted, in percent, from 5 to 100; 50 unless said otherwise. At
    /// 100 only trades with trusted wallets count.
    pub transitivity_decay_percent: u64,
    /// Lost besides, in percent, on the way over a bridge: a wallet that everything somebody receives has passed
    /// through; 10 unless said otherwise.
    pub connectivity_decay_percent: u64,
}

impl Default for ViewpointSettings {
    fn default() -> Self {
        Self { transitivity_decay_percent: 50, connectivity_decay_percent: 10 }
    }
}

impl ViewpointSettings {
    /// Refuses what makes no sense.
    ///
    /// # Errors
    /// [`Error::SettingOutOfRange`] names the first setting outside its range.
    pub fn validate(&self) -> Result<(), Error> {
        TRANSITIVITY_DECAY.check("transitivity_decay_percent", self.transitivity_decay_percent)?;
        CONNECTIVITY_DECAY.check("connectivity_decay_percent", self.connectivity_decay_percent)
    }
}

/// A wallet's score as it is seen from a viewpoint.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct SeenScore {
    /// The wallet.
    #[serde(serialize_with = "json::address")]
    pub wallet: Address,
    /// How much of the score is seen, in points of score: from 0 to `score`. A trusted wallet's score is seen whole.
    pub seen: f64,
    /// The score on the chain, by the trades of the graph.
    pub score: u64,
    /// `seen / score`, from 0 to 1; 0 without a score.
    pub share: f64,
    /// The nearest wallet that all of `seen` has passed through, where there is one: without it nothing would be seen.
    #[serde(serialize_with = "address_or_nothing")]
    pub bridge: Option<Address>,
}

/// All scores of a graph as seen from some trusted wallets.
#[derive(Clone, Debug, PartialEq)]
pub struct Viewpoint {
    /// By address, for all that is below.
    wallets: Vec<Address>,
    seen: Vec<f64>,
    scores: Vec<u64>,
    bridges: Vec<Option<u32>>,
}

impl Viewpoint {
    /// Looks at a whole graph from wallets that are trusted. Trusted wallets without a trade are let be: nothing comes
    /// from them.
    ///
    /// The same trades give the same bits, whatever the order in which wallets came into the graph.
    ///
    /// # Errors
    /// [`Error::SettingOutOfRange`] for decays out of range, and with no trusted wallet or more than [`MAX_TRUSTED`].
    ///
    /// # Panics
    /// On a graph in part: what reaches a wallet may come over any other.
    pub fn new(graph: &TradeGraph, trusted: &[Address], settings: &ViewpointSettings) -> Result<Self, Error> {
        assert!(graph.is_whole(), "a viewpoint needs every trade there is, not a graph in part");
        settings.validate()?;
        TRUSTED.check("the number of trusted wallets", trusted.len() as u64)?;
        let links = Links::new(graph);
        let mut is_trusted = vec![false; links.wallets.len()];
        for wallet in trusted {
            if let Ok(place) = links.wallets.binary_search(wallet) {
                is_trusted[place] = true;
            }
        }
        let bridges = Bridges::new(&links, &is_trusted);
        let mut seen = flow::received(&links, &is_trusted, &bridges, settings);
        for (place, seen) in seen.iter_mut().enumerate() {
            let score = points(links.scores[place]);
            // Rounding may have gone a bit above what is proved to be the most.
            *seen = if is_trusted[place] { score } else { seen.min(score) };
        }
        Ok(Self { wallets: links.wallets, seen, scores: links.scores, bridges: bridges.into_nearest() })
    }

    /// A wallet's score as seen from here; nothing for a wallet without a trade.
    pub fn score(&self, wallet: Address) -> SeenScore {
        self.wallets
            .binary_search(&wallet)
            .map_or(SeenScore { wallet, seen: 0.0, score: 0, share: 0.0, bridge: None }, |place| self.at(place))
    }

    /// All wallets of which anything is seen, those with the most first, of equals the lower address; trusted ones too.
    pub fn ranking(&self) -> Vec<SeenScore> {
        let mut ranking: Vec<_> =
            (0..self.wallets.len()).map(|place| self.at(place)).filter(|score| score.seen > 0.0).collect();
        ranking.sort_by(|one, other| other.seen.total_cmp(&one.seen).then(one.wallet.cmp(&other.wallet)));
        ranking
    }

    fn at(&self, place: usize) -> SeenScore {
        let (seen, score) = (self.seen[place], self.scores[place]);
        SeenScore {
            wallet: self.wallets[place],
            seen,
            score,
            share: if score == 0 { 0.0 } else { seen / points(score) },
            bridge: self.bridges[place].map(|bridge| self.wallets[bridge as usize]),
        }
    }
}

#[allow(clippy::ref_option, reason = "the form serde calls it in")]
fn address_or_nothing<S: Serializer>(wallet: &Option<Address>, serializer: S) -> Result<S::Ok, S::Error> {
    match wallet {
        Some(wallet) => json::address(wallet, serializer),
        None => serializer.serialize_none(),
    }
}

/// A score as what is reckoned with. Exact: no score comes near 2^53.
#[allow(clippy::cast_precision_loss, reason = "see above")]
fn points(score: u64) -> f64 {
    score as f64
}
