//! Attacks: what fake wallets gain.

use barter_compliance::Viewpoint;

use crate::{ME, assert_close, decays, float, from_me, seen, view, wallet};

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
