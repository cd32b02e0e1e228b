//! A score seen from somewhere: small examples, attacks, what is promised of it, and a slow model.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests, which may")]

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::{Address, B256};
use barter_compliance::{Error, MAX_TRUSTED, SeenScore, SettledTrade, TradeGraph, Viewpoint, ViewpointSettings};
use proptest::prelude::*;

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

/// The attacker of all attacks below, at 10 points from me, and from where its fake wallets are counted.
const ATTACKER: u32 = 1;
const FAKES: u32 = 1_000;

/// Sum over the fake wallets.
fn gained(view: &Viewpoint, fakes: u32) -> f64 {
    (FAKES..FAKES + fakes).map(|fake| seen(view, fake)).sum()
}

/// The serial attack of `MeritRank` (`add_sybil_path_region` in the authors' notebook `02_SybilAttack`, with 50 fake
/// wallets and equal weights): a path from the attacker away. Each step keeps half of half, and a tenth less.
#[test]
fn a_serial_attack_gains_a_geometric_series() {
    let mut pairs = vec![(ME, ATTACKER, 10), (ATTACKER, FAKES, 10)];
    pairs.extend((0..50).map(|step| (FAKES + step, FAKES + step + 1, 10)));

    let view = from_me(&pairs);

    assert_close(seen(&view, ATTACKER), 10.0);
    for step in 0..10 {
        assert_close(seen(&view, FAKES + step), 10.0 * 0.225_f64.powi(i32::try_from(step).unwrap() + 1));
    }
    assert_close(gained(&view, 51), 10.0 * 0.225 / (1.0 - 0.225));
}

/// The parallel attack (`add_sybil_parallel_region`): many fake wallets, each with a link to the attacker. They share
/// what one would get.
#[test]
fn a_parallel_attack_gains_less_than_half_however_many_there_are() {
    for fakes in [1, 10, 50, 500] {
        let mut pairs = vec![(ME, ATTACKER, 10)];
        pairs.extend((0..fakes).map(|fake| (ATTACKER, FAKES + fake, 10)));

        let view = from_me(&pairs);

        assert_close(seen(&view, ATTACKER), 10.0);
        assert_close(gained(&view, fakes), 10.0 * 0.45 * f64::from(fakes) / f64::from(fakes + 1));
    }
}

/// The cycle attack (`add_sybil_cycle_region`): links there and back, the best there is against a personalised
/// `PageRank`, which counts who comes by again. Ours does not count what comes back over a bridge: the attacker itself
/// gains nothing at all.
#[test]
fn a_cycle_attack_gains_the_attacker_nothing() {
    let mut pairs = vec![(ME, ATTACKER, 10)];
    for fake in 0..50 {
        pairs.extend([(ATTACKER, FAKES + fake, 20), (FAKES + fake, ATTACKER, 20)]);
        pairs.push((FAKES + fake, FAKES + (fake + 1) % 50, 20));
    }

    let view = from_me(&pairs);

    assert_close(seen(&view, ATTACKER), 10.0);
    assert!(gained(&view, 50) <= 0.9 * 10.0, "{}", gained(&view, 50));
}

#[test]
fn a_thousand_fake_wallets_are_worth_no_more_than_their_bridge() {
    let mut pairs = vec![(ME, 2, 10), (ME, 3, 10), (2, ATTACKER, 10), (3, ATTACKER, 10), (2, 3, 10)];
    let honest = from_me(&pairs);
    for fake in 0..1_000 {
        if fake % 7 == 0 {
            pairs.extend([(ATTACKER, FAKES + fake, 30); 5]);
        }
        for step in [1, 3, 10, 30, 100] {
            pairs.push((FAKES + fake, FAKES + (fake + step) % 1_000, 40));
        }
    }

    let attacked = from_me(&pairs);

    assert!(seen(&attacked, ATTACKER) <= seen(&honest, ATTACKER));
    let gained = gained(&attacked, 1_000);
    assert!(gained > 0.0 && gained <= 0.9 * seen(&attacked, ATTACKER), "{gained}");
    assert!(attacked.score(wallet(FAKES)).score > 10 * attacked.score(wallet(2)).score);
}

/// `EigenTrust` divides what a peer says of others by all it says, so that who says more does not say it louder. Here:
/// however many counterparties a wallet has and however much it trades with them, it hands on half of what it received.
/// Known, and documented: less of what it hands on comes around again.
#[test]
fn a_trade_with_somebody_unseen_lowers_what_is_seen_of_oneself() {
    let triangle = [(ME, 1, 10), (1, 2, 10), (1, 3, 10), (2, 3, 10)];

    // r(2) = 0.9 / 2 · 10 / 3 + r(3) / 4, and r(3) is the same; then r(3) has a sixth of r(2) instead of a fourth.
    assert_close(seen(&from_me(&triangle), 2), 2.0);
    assert_close(seen(&from_me(&[&triangle[..], &[(2, 4, 10)]].concat()), 2), 1.875 / (1.0 - 1.0 / 24.0));
}

#[test]
fn nobody_hands_on_more_by_trading_more() {
    for (counterparties, points) in [(1, 2), (1, 40), (100, 2), (100, 40)] {
        let mut pairs = vec![(ME, 1, 10)];
        pairs.extend((0..counterparties).map(|number| (1, FAKES + number, points)));

        let view = view(&pairs, &[ME], decays(50, 0));

        let with_others = float(u64::from(counterparties) * points);
        assert_close(gained(&view, counterparties), 10.0 * 0.5 * with_others / (10.0 + with_others));
    }
}

#[test]
fn a_chain_of_200_000_wallets_does_not_end_the_stack() {
    let pairs: Vec<Pair> = (0..200_000).map(|number| (number, number + 1, 10)).collect();

    let view = from_me(&pairs);

    assert_close(seen(&view, 1), 10.0);
    assert_eq!(view.score(wallet(200_000)).bridge, Some(wallet(199_999)));
}

/// A model with nothing clever in it: bridges by leaving wallets out, the equation by elimination.
mod model {
    use super::*;

    pub(super) struct Model {
        pub(super) points: BTreeMap<(u32, u32), u64>,
        pub(super) scores: BTreeMap<u32, u64>,
        trusted: BTreeSet<u32>,
    }

    impl Model {
        pub(super) fn new(pairs: &[Pair], trusted: &[u32]) -> Self {
            let mut counted: BTreeMap<(u32, u32), Vec<u64>> = BTreeMap::new();
            for (one, other, points) in pairs {
                counted.entry((*one, *other)).or_default().push(*points);
                counted.entry((*other, *one)).or_default().push(*points);
            }
            let points: BTreeMap<_, u64> =
                counted.into_iter().map(|(pair, points)| (pair, points.iter().take(5).sum())).collect();
            let mut scores = BTreeMap::new();
            for ((one, _), points) in &points {
                *scores.entry(*one).or_default() += points;
            }
            Self { points, scores, trusted: trusted.iter().copied().collect() }
        }

        fn reached_without(&self, left_out: Option<u32>) -> BTreeSet<u32> {
            let mut reached = self.trusted.clone();
            loop {
                let next: BTreeSet<u32> = self
                    .points
                    .keys()
                    .filter(|(one, other)| reached.contains(one) && Some(*other) != left_out)
                    .map(|(_, other)| *other)
                    .collect();
                let before = reached.len();
                reached.extend(next);
                if reached.len() == before {
                    return reached;
                }
            }
        }

        pub(super) fn is_bridge(&self, bridge: u32, wallet: u32) -> bool {
            bridge != wallet
                && !self.trusted.contains(&bridge)
                && !self.trusted.contains(&wallet)
                && self.reached_without(None).contains(&wallet)
                && !self.reached_without(Some(bridge)).contains(&wallet)
        }

        pub(super) fn seen(&self, settings: ViewpointSettings) -> BTreeMap<u32, f64> {
            let kept = 1.0 - float(settings.transitivity_decay_percent) / 100.0;
            let over_bridge = 1.0 - float(settings.connectivity_decay_percent) / 100.0;
            let others: Vec<u32> =
                self.scores.keys().copied().filter(|wallet| !self.trusted.contains(wallet)).collect();
            // One row a wallet: (I - M) r = shared with trusted wallets.
            let mut rows: Vec<Vec<f64>> = others
                .iter()
                .map(|to| {
                    let mut row: Vec<f64> = others
                        .iter()
                        .map(|from| {
                            let points = self.points.get(&(*from, *to)).copied().unwrap_or_default();
                            let share = kept * float(points) / float(self.scores[from]);
                            let part = match (self.is_bridge(*to, *from), self.is_bridge(*from, *to)) {
                                (true, _) => 0.0,
                                (false, true) => share * over_bridge,
                                (false, false) => share,
                            };
                            f64::from(u8::from(from == to)) - part
                        })
                        .collect();
                    let shared = self.trusted.iter().filter_map(|trusted| self.points.get(&(*trusted, *to)));
                    row.push(float(shared.sum()));
                    row
                })
                .collect();
            eliminate(&mut rows);
            let seen = others.iter().zip(&rows).map(|(wallet, row)| (*wallet, row[others.len()]));
            let whole = self
                .trusted
                .iter()
                .map(|trusted| (*trusted, self.scores.get(trusted).map_or(0.0, |score| float(*score))));
            seen.chain(whole).collect()
        }
    }

    /// The diagonal is larger than the rest of its column, so it needs no other pivot.
    fn eliminate(rows: &mut [Vec<f64>]) {
        for pivot in 0..rows.len() {
            let by = rows[pivot][pivot];
            rows[pivot].iter_mut().for_each(|value| *value /= by);
            let pivot_row = rows[pivot].clone();
            for (place, row) in rows.iter_mut().enumerate() {
                let times = row[pivot];
                if place != pivot {
                    row.iter_mut().zip(&pivot_row).for_each(|(value, other)| *value -= times * other);
                }
            }
        }
    }
}

fn pairs(wallets: u32, most: usize) -> impl Strategy<Value = Vec<Pair>> {
    let pair = (0..wallets, 1..wallets, 2..40_u64);
    prop::collection::vec(pair, 0..most).prop_map(move |pairs| {
        pairs.into_iter().map(|(one, step, points)| (one, (one + step) % wallets, points)).collect()
    })
}

fn settings() -> impl Strategy<Value = ViewpointSettings> {
    prop_oneof![
        Just(ViewpointSettings::default()),
        (5..=100_u64, 0..=100_u64).prop_map(|(one, other)| decays(one, other))
    ]
}

fn kept(settings: ViewpointSettings) -> f64 {
    1.0 - float(settings.transitivity_decay_percent) / 100.0
}

fn over_bridge(settings: ViewpointSettings) -> f64 {
    1.0 - float(settings.connectivity_decay_percent) / 100.0
}

/// What comparisons of sums in another order are let off.
fn about(value: f64) -> f64 {
    value + 1e-9 * value.abs().max(1.0)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    #[test]
    fn scores_are_those_of_the_model(
        pairs in prop_oneof![pairs(12, 14), pairs(12, 60)],
        trusted in prop::collection::vec(0..14_u32, 1..4),
        settings in settings(),
    ) {
        let view = view(&pairs, &trusted, settings);
        let model = model::Model::new(&pairs, &trusted);

        let expected = model.seen(settings);
        for number in 0..14 {
            let score = view.score(wallet(number));
            let expected = expected.get(&number).copied().unwrap_or_default();
            prop_assert!((score.seen - expected).abs() <= 1e-8 * expected.max(1.0), "{:?} is not {}", score, expected);
            prop_assert_eq!(score.score, model.scores.get(&number).copied().unwrap_or_default());
            // The nearest bridge is one, and every other bridge is one of it.
            for other in 0..14 {
                let is_bridge = model.is_bridge(other, number);
                let is_named = score.bridge == Some(wallet(other));
                let is_behind = score.bridge.is_some() && (0..14).any(|nearest| {
                    score.bridge == Some(wallet(nearest)) && model.is_bridge(other, nearest)
                });
                prop_assert_eq!(is_bridge, is_named || is_behind, "{} for {}", other, number);
            }
        }
    }

    #[test]
    fn nobody_is_seen_with_more_than_its_score(pairs in pairs(30, 100), trusted in 0..30_u32, settings in settings()) {
        let view = view(&pairs, &[trusted], settings);

        for number in 0..30 {
            let SeenScore { seen, score, share, .. } = view.score(wallet(number));
            prop_assert!(seen >= 0.0 && seen <= float(score));
            prop_assert!((0.0..=1.0).contains(&share));
        }
    }

    /// Fake wallets 100 to 139 trade with each other as they like and with one other wallet, their bridge. The bound:
    /// all of them get (1 - b) a / (1 - a) of what the bridge got, a being what is kept at a step and b what is lost
    /// over a bridge. The bridge, and everybody else, has no more than it had without them.
    #[test]
    fn fake_wallets_behind_a_bridge_are_worth_no_more_than_it(
        honest in pairs(20, 80),
        bridge in 1..20_u32,
        among in pairs(40, 200),
        entries in prop::collection::vec((100..140_u32, 2..40_u64), 0..40),
        settings in settings(),
    ) {
        let before = view(&honest, &[ME], settings);
        let among = among.iter().map(|(one, other, points)| (one + 100, other + 100, *points));
        let entries = entries.iter().map(|(fake, points)| (bridge, *fake, *points));
        let attacked: Vec<Pair> = honest.iter().copied().chain(among).chain(entries).collect();
        let after = view(&attacked, &[ME], settings);

        let gained: f64 = (100..140).map(|fake| seen(&after, fake)).sum();
        let bound = over_bridge(settings) * kept(settings) / (1.0 - kept(settings)) * seen(&after, bridge);
        prop_assert!(gained <= about(bound), "{} is more than {}", gained, bound);
        for number in 0..20 {
            prop_assert!(seen(&after, number) <= about(seen(&before, number)), "{} gained", number);
        }
    }

    /// Any group, with any links to others: it gets at most what trusted wallets share with it, and of what all others
    /// share with it the part kept at a step, by 1 / (1 - a).
    #[test]
    fn a_group_gets_no_more_than_its_trades_with_others_allow(
        pairs in pairs(30, 150),
        group in prop::collection::btree_set(1..30_u32, 1..25),
        settings in settings(),
    ) {
        let view = view(&pairs, &[ME], settings);

        let mut entering = 0.0;
        for ((one, other), points) in model::Model::new(&pairs, &[ME]).points {
            if !group.contains(&one) && group.contains(&other) {
                let kept = if one == ME { 1.0 } else { kept(settings) };
                entering += kept * float(points);
            }
        }
        let got: f64 = group.iter().map(|number| seen(&view, *number)).sum();
        prop_assert!(got <= about(entering / (1.0 - kept(settings))), "{} from {}", got, entering);
    }

    #[test]
    fn trusting_one_more_lowers_nobody(pairs in pairs(15, 60), more in 0..15_u32, settings in settings()) {
        let (before, after) = (view(&pairs, &[ME], settings), view(&pairs, &[ME, more], settings));

        for number in 0..15 {
            prop_assert!(seen(&before, number) <= about(seen(&after, number)));
        }
    }

    #[test]
    fn a_trade_with_a_trusted_wallet_does_not_lower_who_made_it(
        pairs in pairs(15, 60),
        number in 1..15_u32,
        points in 2..40_u64,
        settings in settings(),
    ) {
        let after: Vec<Pair> = pairs.iter().copied().chain([(ME, number, points)]).collect();

        let (before, after) = (view(&pairs, &[ME], settings), view(&after, &[ME], settings));

        prop_assert!(seen(&before, number) <= about(seen(&after, number)));
    }

    #[test]
    fn losing_more_on_the_way_raises_nobody(pairs in pairs(15, 60), one in settings(), other in settings()) {
        let less = decays(
            one.transitivity_decay_percent.min(other.transitivity_decay_percent),
            one.connectivity_decay_percent.min(other.connectivity_decay_percent),
        );
        let (less, more) = (view(&pairs, &[ME], less), view(&pairs, &[ME], one));

        for number in 0..15 {
            prop_assert!(seen(&more, number) <= about(seen(&less, number)));
        }
    }

    /// Trades in another order, those of each pair in their own, so that wallets come into the graph in another order:
    /// the same bits.
    #[test]
    fn the_order_in_which_wallets_come_does_not_matter(
        (pairs, other_order) in pairs(15, 60).prop_flat_map(|pairs| {
            let places: Vec<usize> = (0..pairs.len()).collect();
            (Just(pairs), Just(places).prop_shuffle())
        }),
        settings in settings(),
    ) {
        let key = |(one, other, _): &Pair| (one.min(other).to_owned(), one.max(other).to_owned());
        let mut of_pair: BTreeMap<_, Vec<Pair>> = BTreeMap::new();
        for pair in pairs.iter().rev() {
            of_pair.entry(key(pair)).or_default().push(*pair);
        }
        let reordered: Vec<Pair> =
            other_order.iter().map(|place| of_pair.get_mut(&key(&pairs[*place])).unwrap().pop().unwrap()).collect();

        prop_assert_eq!(view(&pairs, &[ME], settings), view(&reordered, &[ME], settings));
    }

    /// Other names for wallets, and so another order of every sum: the same but for rounding, at most 10^-9 of the
    /// score.
    #[test]
    fn names_of_wallets_do_not_matter(
        pairs in pairs(15, 60),
        names in Just((0..15).collect::<Vec<u32>>()).prop_shuffle(),
        settings in settings(),
    ) {
        let name = |number: u32| names[number as usize];
        let renamed: Vec<Pair> = pairs.iter().map(|(one, other, points)| (name(*one), name(*other), *points)).collect();

        let (first, second) = (view(&pairs, &[ME], settings), view(&renamed, &[name(ME)], settings));
        for number in 0..15 {
            let (one, other) = (first.score(wallet(number)), second.score(wallet(name(number))));
            prop_assert_eq!(one.score, other.score);
            prop_assert!((one.seen - other.seen).abs() <= 1e-9 * float(one.score));
            prop_assert_eq!(one.bridge.map(|bridge| bridge[19]), other.bridge.map(|bridge| {
                let number = names.iter().position(|name| wallet(*name) == bridge).unwrap();
                u8::try_from(number).unwrap()
            }));
        }
    }
}
