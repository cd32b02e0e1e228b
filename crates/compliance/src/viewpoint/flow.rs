//! What reaches each wallet from those trusted.

use super::{ViewpointSettings, bridges::Bridges, links::Links};

/// What is left out: what arrives after so many steps that less than this part of it is left.
const NEGLIGIBLE: f64 = 1e-12;

/// Points received by each wallet; of trusted wallets, nothing.
///
/// `r(v) = Σ points(s,v) + α Σ r(u) · points(u,v) / points(u) · bridge(u,v)`, the first sum over trusted wallets s, the
/// second over all others, as the sum over ways from those trusted by their number of steps. Steps end where `α^steps`
/// is [`NEGLIGIBLE`], so but for rounding the result is a little less than the exact one, never more: by less than
/// `10^-12 / (1 − α)` of all points that those trusted share. That is after 39 steps with half lost at each, after 538 with 5% lost.
pub(super) fn received(
    links: &Links,
    is_trusted: &[bool],
    bridges: &Bridges,
    settings: &ViewpointSettings,
) -> Vec<f64> {
    let kept = 1.0 - percent(settings.transitivity_decay_percent);
    let weights = weights(links, is_trusted, bridges, kept, 1.0 - percent(settings.connectivity_decay_percent));
    let mut arrived = shared_by_trusted(links, is_trusted);
    let mut received = arrived.clone();
    let mut left = kept;
    while left > NEGLIGIBLE && arrived.iter().any(|points| *points > 0.0) {
        arrived = step(links, &weights, &arrived);
        for (total, points) in received.iter_mut().zip(&arrived) {
            *total += points;
        }
        left *= kept;
    }
    received
}

/// What trusted wallets share with each of the others.
fn shared_by_trusted(links: &Links, is_trusted: &[bool]) -> Vec<f64> {
    wallets(links)
        .map(|wallet| {
            let with_trusted = links.of(wallet).iter().filter(|link| is_trusted[link.wallet as usize]);
            let shared = with_trusted.map(|link| link.points).sum();
            if is_trusted[wallet as usize] { 0.0 } else { super::points(shared) }
        })
        .collect()
}

/// By link, what part of the points its counterparty received arrives at the wallet.
fn weights(links: &Links, is_trusted: &[bool], bridges: &Bridges, kept: f64, over_bridge: f64) -> Vec<f64> {
    let mut weights = Vec::with_capacity(links.len());
    for wallet in wallets(links) {
        for link in links.of(wallet) {
            let share = kept * super::points(link.points) / super::points(links.scores[link.wallet as usize]);
            weights.push(if is_trusted[wallet as usize] || is_trusted[link.wallet as usize] {
                0.0
            } else if bridges.is_bridge(wallet, link.wallet) {
                // It all came from this wallet: coming back, it says nothing new.
                0.0
            } else if bridges.is_bridge(link.wallet, wallet) {
                share * over_bridge
            } else {
                share
            });
        }
    }
    weights
}

fn step(links: &Links, weights: &[f64], arrived: &[f64]) -> Vec<f64> {
    wallets(links)
        .map(|wallet| {
            let weights = &weights[links.start(wallet)..];
            links.of(wallet).iter().zip(weights).map(|(link, weight)| arrived[link.wallet as usize] * weight).sum()
        })
        .collect()
}

#[allow(clippy::cast_possible_truncation, reason = "a graph has fewer than 2^32 wallets")]
fn wallets(links: &Links) -> impl Iterator<Item = u32> + use<> {
    0..links.wallets.len() as u32
}

fn percent(percent: u64) -> f64 {
    super::points(percent) / 100.0
}
