//! A score seen from somewhere: small examples, attacks, what is promised of it, and a slow model.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests, which may")]

mod attacks;
mod model;
mod properties;

use alloy_primitives::{Address, B256};
use barter_compliance::{Error, MAX_TRUSTED, SeenScore, SettledTrade, TradeGraph, Viewpoint, ViewpointSettings};

/// Two wallets and the points a trade between them gives each.
type Pair = (u32, u32, u64);

/// The trusted wallet in most examples.
const ME: u32 = 0;

fn wallet(number: u32) -> Address {
    Address::left_padding_from(&number.to_be_bytes())
}

/// Trades of exactly these points: a score of p takes 2^(p-1) - 1 thousand satoshis.
fn graph(pairs: &[Pair]) -> TradeGraph {
    let mut graph = TradeGraph::whole();
    for (place, (payer, payee, points)) in pairs.iter().enumerate() {
        let amount_sats = ((1_u64 << (points - 1)) - 1) * 1_000;
        assert_eq!(barter_protocol::score(amount_sats), *points);
        graph.push(SettledTrade {
            trade_id: B256::left_padding_from(&(place as u64).to_be_bytes()),
            payer: wallet(*payer),
            payee: wallet(*payee),
            amount_sats,
            settled_at: 1_780_000_000,
        });
    }
    graph
}

fn decays(transitivity: u64, connectivity: u64) -> ViewpointSettings {
    ViewpointSettings { transitivity_decay_percent: transitivity, connectivity_decay_percent: connectivity }
}

fn view(pairs: &[Pair], trusted: &[u32], settings: ViewpointSettings) -> Viewpoint {
    let trusted: Vec<Address> = trusted.iter().copied().map(wallet).collect();
    Viewpoint::new(&graph(pairs), &trusted, &settings).unwrap()
}

fn from_me(pairs: &[Pair]) -> Viewpoint {
    view(pairs, &[ME], ViewpointSettings::default())
}

fn seen(view: &Viewpoint, number: u32) -> f64 {
    view.score(wallet(number)).seen
}

#[allow(clippy::cast_precision_loss, reason = "small numbers")]
fn float(number: u64) -> f64 {
    number as f64
}

#[track_caller]
fn assert_close(value: f64, expected: f64) {
    assert!((value - expected).abs() <= 1e-9 * expected.abs().max(1.0), "{value} is not {expected}");
}

#[test]
fn what_is_shared_with_a_trusted_wallet_counts_fully() {
    let view = from_me(&[(ME, 1, 10), (2, ME, 7)]);

    assert_eq!(view.score(wallet(1)), SeenScore { wallet: wallet(1), seen: 10.0, score: 10, share: 1.0, bridge: None });
    assert_close(seen(&view, 2), 7.0);
}

/// 10 points reach wallet 1; half of them go on, half of that to wallet 2 (10 of 20 points), over a bridge.
#[test]
fn a_step_further_half_goes_on_in_proportion_and_a_tenth_less_over_a_bridge() {
    let view = from_me(&[(ME, 1, 10), (1, 2, 10)]);

    let [one, two] = [1, 2].map(|number| view.score(wallet(number)));
    assert_close(one.seen, 10.0);
    assert_eq!((one.score, one.bridge), (20, None));
    assert_close(one.share, 0.5);
    assert_close(two.seen, 10.0 * 0.5 * 0.5 * 0.9);
    assert_eq!((two.score, two.bridge), (10, Some(wallet(1))));
}

/// Two ways: nobody is a bridge, nothing more is lost, and what comes back counts.
#[test]
fn with_two_ways_there_is_no_bridge() {
    let view = from_me(&[(ME, 1, 10), (ME, 2, 10), (1, 3, 10), (2, 3, 10)]);

    // r1 = r2 = 10 + r3/4, r3 = r1/4 + r2/4.
    assert_close(seen(&view, 3), 40.0 / 7.0);
    assert_close(seen(&view, 1), 10.0 + 10.0 / 7.0);
    assert_eq!(view.score(wallet(3)).bridge, None);
}

#[test]
fn the_nearest_bridge_is_named() {
    // Over 1 to the circle 2, 3, 4; over 4 to 5.
    let view = from_me(&[(ME, 1, 9), (1, 2, 9), (2, 3, 9), (3, 4, 9), (4, 2, 9), (4, 5, 9)]);

    let bridges = [1, 2, 3, 4, 5].map(|number| view.score(wallet(number)).bridge);
    assert_eq!(bridges, [None, Some(wallet(1)), Some(wallet(2)), Some(wallet(2)), Some(wallet(4))]);
}

#[test]
fn a_trusted_wallets_own_score_is_seen_whole() {
    let view = view(&[(ME, 1, 10), (1, 2, 20), (2, 3, 5)], &[ME, 2], ViewpointSettings::default());

    assert_eq!(view.score(wallet(2)), SeenScore { wallet: wallet(2), seen: 25.0, score: 25, share: 1.0, bridge: None });
    assert_close(seen(&view, 1), 30.0);
}

#[test]
fn nothing_is_seen_of_wallets_no_trade_leads_to() {
    let view = from_me(&[(ME, 1, 10), (2, 3, 30)]);

    assert_eq!(view.score(wallet(2)), SeenScore { wallet: wallet(2), seen: 0.0, score: 30, share: 0.0, bridge: None });
    assert_eq!(view.score(wallet(9)), SeenScore { wallet: wallet(9), seen: 0.0, score: 0, share: 0.0, bridge: None });
}

#[test]
fn from_a_wallet_without_trades_nothing_is_seen() {
    let view = view(&[(1, 2, 10)], &[ME], ViewpointSettings::default());

    assert_eq!(view.ranking(), []);
    assert_close(seen(&view, 1), 0.0);
    assert_close(seen(&view, ME), 0.0);
}

#[test]
fn trust_in_nobody_is_refused() {
    let refused = |trusted: &[Address], settings: ViewpointSettings| match Viewpoint::new(
        &graph(&[(ME, 1, 10)]),
        trusted,
        &settings,
    ) {
        Err(Error::SettingOutOfRange { name, value, .. }) => (name, value),
        other => panic!("{other:?}"),
    };
    let me = [wallet(ME)];

    assert_eq!(refused(&[], ViewpointSettings::default()), ("the number of trusted wallets", 0));
    let many = vec![wallet(ME); MAX_TRUSTED + 1];
    assert_eq!(refused(&many, ViewpointSettings::default()), ("the number of trusted wallets", many.len() as u64));
    assert_eq!(refused(&me, decays(4, 10)), ("transitivity_decay_percent", 4));
    assert_eq!(refused(&me, decays(101, 10)), ("transitivity_decay_percent", 101));
    assert_eq!(refused(&me, decays(50, 101)), ("connectivity_decay_percent", 101));
    assert!(Viewpoint::new(&graph(&[]), &me, &decays(5, 0)).is_ok());
    assert!(Viewpoint::new(&graph(&[]), &me, &decays(100, 100)).is_ok());
}

/// Its wallets would be seen with less than they have, and nobody would know.
#[test]
#[should_panic(expected = "a viewpoint needs every trade there is")]
fn there_is_no_viewpoint_of_a_graph_in_part() {
    let mut part = TradeGraph::partial();
    part.add_wallet(wallet(1), graph(&[(ME, 1, 10)]).trades_of(wallet(1)));
    let _ = Viewpoint::new(&part, &[wallet(ME)], &ViewpointSettings::default());
}

#[test]
fn with_everything_lost_at_a_step_only_trusted_counterparties_are_seen() {
    let view = view(&[(ME, 1, 10), (1, 2, 10), (2, 1, 10)], &[ME], decays(100, 0));

    assert_close(seen(&view, 1), 10.0);
    assert_close(seen(&view, 2), 0.0);
}

/// As on the chain: the first five trades of a pair count.
#[test]
fn only_the_first_five_trades_of_a_pair_count() {
    let five = [(ME, 1, 10), (1, ME, 11), (ME, 1, 12), (1, ME, 13), (ME, 1, 14)];
    let view = from_me(&[&five[..], &[(1, ME, 40), (ME, 1, 40)]].concat());

    assert_eq!(view.score(wallet(1)).score, 60);
    assert_close(seen(&view, 1), 60.0);
}

#[test]
fn a_ranking_has_everybody_seen_with_the_most_first() {
    let pairs = [(ME, 3, 10), (ME, 1, 10), (1, 4, 10), (3, 5, 10), (7, 8, 10)];

    let order: Vec<Address> = from_me(&pairs).ranking().iter().map(|score| score.wallet).collect();

    assert_eq!(order, [ME, 1, 3, 4, 5].map(wallet));
}

#[test]
fn as_json_a_seen_score_has_checksummed_addresses() {
    let view = from_me(&[(ME, 1, 10), (1, 2, 10)]);

    assert_eq!(
        serde_json::to_value([view.score(wallet(1)), view.score(wallet(2))]).unwrap(),
        serde_json::json!([
            {
                "wallet": "0x0000000000000000000000000000000000000001",
                "seen": 10.0,
                "score": 20,
                "share": 0.5,
                "bridge": null,
            },
            {
                "wallet": "0x0000000000000000000000000000000000000002",
                "seen": 2.25,
                "score": 10,
                "share": 0.225,
                "bridge": "0x0000000000000000000000000000000000000001",
            },
        ])
    );
}

#[test]
fn a_chain_of_200_000_wallets_does_not_end_the_stack() {
    let pairs: Vec<Pair> = (0..200_000).map(|number| (number, number + 1, 10)).collect();

    let view = from_me(&pairs);

    assert_close(seen(&view, 1), 10.0);
    assert_eq!(view.score(wallet(200_000)).bridge, Some(wallet(199_999)));
}
