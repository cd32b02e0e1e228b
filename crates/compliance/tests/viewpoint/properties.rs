//! What is promised of it, for any trades there may be.

use std::collections::BTreeMap;

use barter_compliance::{SeenScore, ViewpointSettings};
use proptest::prelude::*;

use crate::{ME, Pair, decays, float, model, seen, view, wallet};

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
