//! Wash rings: the paper's method on small examples, against a slow model, and in a market.

#[path = "../../benches/market/mod.rs"]
mod market;
mod model;
mod planted;
mod properties;

use std::collections::BTreeSet;

use alloy_primitives::{Address, B256};
use barter_compliance::{Error, MAX_EVIDENCE, RingSettings, SettledTrade, TradeGraph, WashRing, wash_rings};

const HOUR: u64 = 3_600;
const DAY: u64 = 86_400;
const WEEK: u64 = 604_800;
/// A Thursday, 00:00:00: an hour, a day and a week all begin here.
const START: u64 = 2_900 * WEEK;

/// Payer, payee, amount, seconds after the start.
type Payment = (u8, u8, u64, u64);

fn wallet(number: u8) -> Address {
    Address::with_last_byte(number + 1)
}

fn trade(place: usize, (payer, payee, amount_sats, after): Payment) -> SettledTrade {
    SettledTrade {
        trade_id: B256::left_padding_from(&(place as u64).to_be_bytes()),
        payer: wallet(payer),
        payee: wallet(payee),
        amount_sats,
        settled_at: START + after,
    }
}

fn graph(payments: &[Payment]) -> TradeGraph {
    let mut graph = TradeGraph::whole();
    for (place, payment) in payments.iter().enumerate() {
        graph.push(trade(place, *payment));
    }
    graph
}

fn rings(payments: &[Payment]) -> Vec<WashRing> {
    wash_rings(&graph(payments), &RingSettings::default())
}

/// Wallets and trades of each ring by their numbers.
fn found(payments: &[Payment]) -> Vec<(Vec<u8>, Vec<usize>)> {
    rings(payments).iter().map(|ring| (wallets_of(ring), trades_of(ring))).collect()
}

fn wallets_of(ring: &WashRing) -> Vec<u8> {
    ring.wallets.iter().map(|wallet| wallet[19] - 1).collect()
}

fn trades_of(ring: &WashRing) -> Vec<usize> {
    ring.trades.iter().map(|trade_id| usize::from(trade_id[30]) << 8 | usize::from(trade_id[31])).collect()
}

/// The paper's two-account structure, by far the most frequent one it finds: A pays B, B pays A.
#[test]
fn two_wallets_paying_each_other_are_a_ring() {
    let payments = [(0, 1, 50_000, 10), (1, 0, 50_000, 20)];

    let [ring] = &rings(&payments)[..] else { panic!("one ring") };

    assert_eq!(ring.wallets, [wallet(0), wallet(1)]);
    assert_eq!(trades_of(ring), [0, 1]);
    assert_eq!((ring.trade_count, ring.volume_sats, ring.largest_net_sats), (2, 100_000, 0));
    assert_eq!((ring.window_seconds, ring.first_at, ring.last_at), (HOUR, START + 10, START + 20));
}

#[test]
fn a_ring_of_three_is_found_in_its_window() {
    let payments = [(0, 1, 50_000, 0), (1, 2, 50_000, 2 * HOUR), (2, 0, 50_000, 4 * HOUR)];

    let [ring] = &rings(&payments)[..] else { panic!("one ring") };

    assert_eq!((wallets_of(ring), trades_of(ring)), (vec![0, 1, 2], vec![0, 1, 2]));
    assert_eq!(ring.window_seconds, DAY);
}

/// Figure 6 of the paper draws the structures it found up to isomorphism, ordered by their number of accounts and
/// edges. Here every structure there can be of two and three accounts, one of each in turn: the directed graphs in
/// which everybody is reached from everybody, with payments around a circle through each edge.
#[test]
fn every_structure_of_two_and_three_wallets_is_found_whole() {
    let mut structures = 0;
    for wallets in [2_u8, 3] {
        let pairs: Vec<(u8, u8)> =
            (0..wallets).flat_map(|one| (0..wallets).map(move |other| (one, other))).filter(|(a, b)| a != b).collect();
        for chosen in 1..1_u32 << pairs.len() {
            let edges: Vec<(u8, u8)> =
                (0..pairs.len()).filter(|bit| chosen >> bit & 1 == 1).map(|bit| pairs[bit]).collect();
            let circles: Option<Vec<Payment>> = circles(&edges, wallets);
            let Some(payments) = circles else { continue };
            structures += 1;

            let ring = &found(&payments);

            assert_eq!(ring.len(), 1, "{edges:?}");
            assert_eq!(ring[0], ((0..wallets).collect(), (0..payments.len()).collect()), "{edges:?}");
        }
    }
    // One of two wallets; eighteen of three, counting each naming.
    assert_eq!(structures, 1 + 18);
}

/// Payments around a circle through each edge; `None` where an edge is in no circle, or a wallet in none of the edges.
fn circles(edges: &[(u8, u8)], wallets: u8) -> Option<Vec<Payment>> {
    let mut payments = Vec::new();
    for (payer, payee) in edges {
        let mut ways = vec![vec![*payee]];
        let circle = loop {
            let way = ways.iter().find(|way| way.last() == Some(payer)).cloned();
            if let Some(way) = way {
                break way;
            }
            let longer: Vec<Vec<u8>> = ways
                .iter()
                .flat_map(|way| {
                    let next = edges.iter().filter(|edge| edge.0 == way[way.len() - 1] && !way.contains(&edge.1));
                    next.map(|edge| [way.clone(), vec![edge.1]].concat())
                })
                .collect();
            if longer.is_empty() {
                return None;
            }
            ways = longer;
        };
        payments.push((*payer, *payee, 70_000, 0));
        payments.extend(circle.windows(2).map(|step| (step[0], step[1], 70_000, 0)));
    }
    let members: BTreeSet<u8> = edges.iter().flat_map(|edge| [edge.0, edge.1]).collect();
    (members.len() == usize::from(wallets)).then_some(payments)
}

#[test]
fn payments_in_one_direction_are_no_ring() {
    assert_eq!(found(&[]), []);
    assert_eq!(found(&[(0, 1, 50_000, 0)]), []);
    assert_eq!(found(&[(0, 1, 50_000, 0), (1, 2, 50_000, 1), (2, 3, 50_000, 2)]), []);
    assert_eq!(found(&[(0, 1, 50_000, 0), (0, 2, 50_000, 1), (2, 3, 50_000, 2), (1, 3, 50_000, 3)]), []);
}

/// As `detect_label_wash_trades` in the authors' code does: the last trade is dropped until the others cancel out.
#[test]
fn trades_at_the_end_that_do_not_fit_are_dropped() {
    let payments = [(0, 1, 50_000, 0), (1, 0, 50_000, 1), (0, 1, 20_000, 2), (1, 0, 35_000, 3)];

    assert_eq!(found(&payments), [(vec![0, 1], vec![0, 1])]);
}

/// Otherwise one small payment in front would hide a ring.
#[test]
fn trades_at_the_beginning_that_do_not_fit_are_dropped() {
    let ring = [(0, 1, 50_000, 10), (1, 2, 50_000, 11), (2, 0, 50_000, 12)];
    let in_front = |count: u64| -> Vec<Payment> { (0..count).map(|after| (0, 1, 1_000, after)).collect() };

    for count in 1..=7 {
        let first = usize::try_from(count).unwrap();
        assert_eq!(
            found(&[in_front(count), ring.to_vec()].concat()),
            [(vec![0, 1, 2], vec![first, first + 1, first + 2])],
            "{count} payments in front"
        );
    }
    // Known, and documented: an eighth is one too many.
    assert_eq!(found(&[in_front(8), ring.to_vec()].concat()), []);
    // In front and behind; and in between, which is not found.
    let behind = [(0, 1, 1_000, 20)];
    assert_eq!(found(&[&in_front(1)[..], &ring, &behind].concat()), [(vec![0, 1, 2], vec![1, 2, 3])]);
    assert_eq!(found(&[&ring[..2], &[(0, 1, 20_000, 11)], &ring[2..]].concat()), []);
}

/// The margin is one of the mean trade: 1% of (a + b) / 2.
#[test]
fn the_margin_is_exact() {
    // 201,000 - 199,000 is 1% of 200,000.
    assert_eq!(found(&[(0, 1, 201_000, 0), (1, 0, 199_000, 1)]).len(), 1);
    assert_eq!(found(&[(0, 1, 201_000, 0), (1, 0, 198_999, 1)]).len(), 0);
    assert_eq!(found(&[(0, 1, 201_001, 0), (1, 0, 199_000, 1)]).len(), 0);
    // The same the other way round.
    assert_eq!(found(&[(0, 1, 199_000, 0), (1, 0, 201_000, 1)]).len(), 1);
    assert_eq!(found(&[(0, 1, 198_999, 0), (1, 0, 201_000, 1)]).len(), 0);
}

#[test]
fn a_margin_of_nothing_takes_equal_amounts_only() {
    let settings = RingSettings::new(&[HOUR], 0).unwrap();

    assert_eq!(wash_rings(&graph(&[(0, 1, 50_000, 0), (1, 0, 50_000, 1)]), &settings).len(), 1);
    assert_eq!(wash_rings(&graph(&[(0, 1, 50_000, 0), (1, 0, 49_999, 1)]), &settings).len(), 0);
}

#[test]
fn amounts_beyond_all_bounds_do_not_overflow() {
    let most = u64::MAX;

    let [ring] = &rings(&[(0, 1, most, 0), (1, 0, most, 0), (0, 1, most, 0), (1, 0, most, 0)])[..] else {
        panic!("one ring")
    };

    assert_eq!(ring.volume_sats, 4 * u128::from(most));
}

/// Windows are counted from the Unix epoch; a window takes in its first second and not the one after its last.
#[test]
fn windows_are_exact() {
    for (first, second, window) in [
        (0, HOUR - 1, Some(HOUR)),
        (HOUR - 1, HOUR, Some(DAY)),
        (DAY - 1, DAY, Some(WEEK)),
        (0, WEEK - 1, Some(WEEK)),
        (WEEK - 1, WEEK, None),
    ] {
        let rings = rings(&[(0, 1, 50_000, first), (1, 0, 50_000, second)]);

        assert_eq!(rings.first().map(|ring| ring.window_seconds), window, "{first} and {second}");
        assert!(rings.len() <= 1);
    }
}

/// What the paper's margin alone would take in: C got 1,000 of a mean of 600,000, which is within 1%, and never paid
/// in this window.
#[test]
fn a_small_payment_in_one_direction_is_no_part_of_a_ring() {
    let payments =
        [(0, 1, 900_000, 0), (0, 2, 1_000, 1), (1, 0, 900_000, 2), (2, 0, 700_000, WEEK), (0, 2, 300_000, 2 * WEEK)];

    assert_eq!(found(&payments), [(vec![0, 1], vec![0, 2])]);
}

/// Both pairs cancel out in one window and belong to one component of the market; each is a ring of two, there is none
/// of four.
#[test]
fn two_pairs_are_no_ring_of_four() {
    let payments = [
        (0, 1, 50_000, 0),
        (2, 3, 50_000, 1),
        (1, 0, 50_000, 2),
        (3, 2, 50_000, 3),
        (1, 2, 80_000, WEEK),
        (3, 0, 30_000, 2 * WEEK),
    ];

    assert_eq!(found(&payments), [(vec![0, 1], vec![0, 2]), (vec![2, 3], vec![1, 3])]);
}

/// Between the trades of their ring its three wallets also trade in circles with others, so that all are one component
/// and nothing cancels out. Once they trade with each other more often than with others, they are alone a layer further
/// down.
#[test]
fn a_ring_inside_a_component_is_found_layer_by_layer() {
    let once = [
        (3, 0, 11_000, 0),
        (0, 1, 50_000, 1),
        (0, 4, 23_000, 2),
        (1, 2, 50_000, 3),
        (4, 1, 37_000, 4),
        (2, 0, 50_000, 5),
        (1, 3, 5_000, 6),
    ];
    let again = [(0, 1, 50_000, 7), (1, 2, 50_000, 8), (2, 0, 50_000, 9)];

    assert_eq!(found(&once), []);
    assert_eq!(found(&[&once[..], &again].concat()), [(vec![0, 1, 2], vec![1, 3, 5, 7, 8, 9])]);
}

/// All seven trades cancel out together; the closer set has its own first.
#[test]
fn a_trade_is_in_the_ring_of_the_closest_set() {
    let there_and_back = [(0, 1, 50_000, 0), (1, 0, 50_000, 1), (0, 1, 50_000, 2), (1, 0, 50_000, 3)];
    let around = [(0, 1, 50_000, 4), (1, 2, 50_000, 5), (2, 0, 50_000, 6)];

    assert_eq!(
        found(&[&there_and_back[..], &around].concat()),
        [(vec![0, 1], vec![0, 1, 2, 3]), (vec![0, 1, 2], vec![4, 5, 6])]
    );
}

#[test]
fn a_ring_lists_its_first_trades_and_counts_all() {
    let payments: Vec<Payment> = (0..120).map(|place| (place % 2, (place + 1) % 2, 50_000, u64::from(place))).collect();

    let [ring] = &rings(&payments)[..] else { panic!("one ring") };

    assert_eq!(trades_of(ring), (0..MAX_EVIDENCE).collect::<Vec<_>>());
    assert_eq!((ring.trade_count, ring.volume_sats, ring.last_at), (120, 6_000_000, START + 119));
}

#[test]
fn rings_with_more_volume_come_first_then_earlier_ones() {
    let payments = [
        (0, 1, 50_000, 0),
        (1, 0, 50_000, 0),
        (4, 5, 90_000, 1),
        (5, 4, 90_000, 1),
        (2, 3, 50_000, 1),
        (3, 2, 50_000, 1),
    ];

    let order: Vec<_> = found(&payments).into_iter().map(|(wallets, _)| wallets).collect();

    assert_eq!(order, [[4, 5], [0, 1], [2, 3]]);
}

/// petgraph's Tarjan calls itself at each step; at this length it ends the stack.
#[test]
fn a_chain_of_200_000_wallets_is_no_ring_until_it_is_closed() {
    let long = |closed: bool| {
        let mut graph = TradeGraph::whole();
        let wallets = 200_000_u64;
        for number in 0..wallets - u64::from(!closed) {
            graph.push(SettledTrade {
                trade_id: B256::left_padding_from(&number.to_be_bytes()),
                payer: Address::left_padding_from(&number.to_be_bytes()),
                payee: Address::left_padding_from(&((number + 1) % wallets).to_be_bytes()),
                amount_sats: 50_000,
                settled_at: START,
            });
        }
        wash_rings(&graph, &RingSettings::default())
    };

    assert_eq!(long(false), []);
    let [ring] = &long(true)[..] else { panic!("one ring") };
    assert_eq!((ring.wallets.len(), ring.trade_count, ring.trades.len()), (200_000, 200_000, MAX_EVIDENCE));
}

#[test]
fn settings_out_of_range_are_refused() {
    let refused = |windows: &[u64], margin| match RingSettings::new(windows, margin) {
        Err(Error::SettingOutOfRange { name, value, .. }) => (name, value),
        other => panic!("{other:?}"),
    };

    assert_eq!(refused(&[], 0), ("the number of windows", 0));
    assert_eq!(refused(&[HOUR; 17], 0), ("the number of windows", 17));
    assert_eq!(refused(&[HOUR, 0], 0), ("window_seconds", 0));
    assert_eq!(refused(&[366 * DAY + 1], 0), ("window_seconds", 366 * DAY + 1));
    assert_eq!(refused(&[HOUR], 1_000_001), ("margin_ppm", 1_000_001));
    assert_eq!(RingSettings::new(&[WEEK, HOUR, DAY, HOUR], 10_000).unwrap(), RingSettings::default());
    assert_eq!(RingSettings::default().windows_seconds(), [HOUR, DAY, WEEK]);
    assert_eq!(RingSettings::default().margin_ppm(), 10_000);
}

#[test]
fn as_json_a_ring_has_checksummed_addresses_and_sums_as_text() {
    let ring = &rings(&[(0, 1, 50_000, 0), (1, 0, 49_900, 1)])[0];

    assert_eq!(
        serde_json::to_value(ring).unwrap(),
        serde_json::json!({
            "wallets": ["0x0000000000000000000000000000000000000001", "0x0000000000000000000000000000000000000002"],
            "trades": [B256::ZERO, B256::with_last_byte(1)],
            "trade_count": 2,
            "volume_sats": "99900",
            "largest_net_sats": "100",
            "window_seconds": 3600,
            "first_at": START,
            "last_at": START + 1,
        })
    );
}
