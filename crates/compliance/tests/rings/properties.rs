//! What is promised of rings, for any payments there may be.

use std::collections::BTreeSet;

use proptest::prelude::*;

use crate::{DAY, HOUR, Payment, WEEK, found, model, rings, trades_of, wallets_of};

/// Few amounts, so that many trades cancel out, and times in two weeks that often fall into one hour.
fn payments(wallets: u8, most: usize) -> impl Strategy<Value = Vec<Payment>> {
    let amount = prop_oneof![Just(100_000_u64), Just(200_000), Just(99_500), Just(100_900), 1_000..300_000_u64];
    let after = prop_oneof![0..HOUR, 0..DAY, 0..2 * WEEK];
    let pair = (0..wallets, 1..wallets).prop_map(move |(payer, step)| (payer, (payer + step) % wallets));
    prop::collection::vec((pair, amount, after), 0..most).prop_map(|mut payments| {
        payments.sort_by_key(|(.., after)| *after);
        payments.into_iter().map(|((payer, payee), amount, after)| (payer, payee, amount, after)).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn rings_are_those_of_the_model(payments in payments(6, 24)) {
        let rings: BTreeSet<_> =
            rings(&payments).iter().map(|ring| (ring.window_seconds, trades_of(ring))).collect();

        prop_assert_eq!(rings, model::rings(&payments, &[HOUR, DAY, WEEK]));
    }

    /// What [`WashRing`] says of itself, whatever way it was found.
    #[test]
    fn every_ring_is_its_own_evidence(payments in payments(20, 100)) {
        let mut in_rings = BTreeSet::new();
        for ring in rings(&payments) {
            let places = trades_of(&ring);
            let edges: Vec<_> = places.iter().map(|place| (payments[*place].0, payments[*place].1)).collect();
            prop_assert_eq!(model::components(&edges), vec![wallets_of(&ring)]);
            prop_assert!(model::cancels_out(&payments, &places));
            prop_assert_eq!(ring.first_at / ring.window_seconds, ring.last_at / ring.window_seconds);
            prop_assert_eq!(ring.trade_count, places.len() as u64);
            for place in places {
                prop_assert!(in_rings.insert(place), "trade {} is in two rings", place);
            }
        }
    }

    /// Other names for wallets, and so another order of them wherever there is one, give the same rings under the other
    /// names.
    #[test]
    fn names_of_wallets_do_not_matter(
        payments in payments(8, 60),
        names in Just((0..8).collect::<Vec<u8>>()).prop_shuffle(),
    ) {
        let name = |number: &u8| names[usize::from(*number)];
        let renamed: Vec<Payment> =
            payments.iter().map(|(payer, payee, amount, at)| (name(payer), name(payee), *amount, *at)).collect();

        let expected: Vec<_> = found(&payments)
            .into_iter()
            .map(|(wallets, trades)| {
                let mut wallets: Vec<u8> = wallets.iter().map(name).collect();
                wallets.sort_unstable();
                (wallets, trades)
            })
            .collect();
        prop_assert_eq!(found(&renamed), expected);
    }

    /// A circle of any length, paid around any number of times at prices that differ by little, is found, and nothing
    /// else.
    #[test]
    fn any_circle_is_found(
        wallets in 2..12_u8,
        rounds in 1..6_usize,
        prices in prop::collection::vec(100_000..100_080_u64, 60),
    ) {
        let payments: Vec<Payment> = (0..usize::from(wallets) * rounds)
            .map(|step| {
                let payer = u8::try_from(step % usize::from(wallets)).unwrap();
                (payer, (payer + 1) % wallets, prices[step], step as u64)
            })
            .collect();

        let whole: (Vec<u8>, Vec<usize>) = ((0..wallets).collect(), (0..payments.len()).collect());
        prop_assert_eq!(found(&payments), vec![whole]);
    }
}
