//! What is characteristic of each kind of agent, read off the event log of a small world.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests, which may")]

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    sync::{Arc, Mutex},
};

use barter_compliance::{FlagKind, SettledTrade, TradeGraph, flags};
use barter_protocol::{Role, TradeId};
use barter_sim::{
    Error, Observer, Outcome, Scenario, TradeRef, WalletId, agent,
    log::Reader,
    outcome::CrowdOutcome,
    record::{Call, Event, Record, Refusal},
    world::GENESIS,
};

const DAY: u64 = 86_400;

/// A trade as the log tells it.
#[derive(Clone, Copy, Debug)]
struct Trade {
    payer: WalletId,
    payee: WalletId,
    proposer: Role,
    amount_sats: u64,
    accepted: bool,
    disputed: bool,
    disputed_at: Option<u64>,
    settled_at: Option<u64>,
}

impl Trade {
    const fn parties(&self) -> (u32, u32) {
        (self.payer.0, self.payee.0)
    }

    fn pair(&self) -> (u32, u32) {
        (self.payer.0.min(self.payee.0), self.payer.0.max(self.payee.0))
    }
}

/// A world that has ended.
struct Seen {
    outcome: Outcome,
    trades: Vec<Trade>,
    calls: Vec<(u64, Call, Result<(), Refusal>)>,
    /// Lightning payments that went through.
    payments: Vec<(u64, TradeRef)>,
}

#[derive(Clone, Default)]
struct Memory(Arc<Mutex<Vec<u8>>>);

impl io::Write for Memory {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Observer for Memory {
    fn log(&self, _world: u64) -> io::Result<Option<Box<dyn io::Write + Send>>> {
        Ok(Some(Box::new(self.clone())))
    }
}

/// Runs `days` of crowds, and reads the log.
fn run(days: u64, crowds: &str) -> Seen {
    let scenario = Scenario::parse(&format!("name = \"test\"\ndays = {days}\n{crowds}")).unwrap();
    let log = Memory::default();
    let outcome = barter_sim::run(&scenario, &log).unwrap();
    let bytes = std::mem::take(&mut *log.0.lock().unwrap());
    let mut seen = Seen { outcome, trades: Vec::new(), calls: Vec::new(), payments: Vec::new() };
    let mut now = GENESIS;
    for record in Reader::new(&bytes[..]).unwrap() {
        match record.unwrap() {
            Record::Block { time, .. } => now = time,
            Record::Transaction { call, result, .. } => {
                result.iter().flat_map(|events| events.iter()).for_each(|event| seen.apply(&call, *event, now));
                seen.calls.push((now, call.into_owned(), result.map(|_| ())));
            }
            Record::Payment(trade) => seen.payments.push((now, trade)),
            Record::Wallet { .. } => {}
        }
    }
    seen
}

impl Seen {
    fn apply(&mut self, call: &Call, event: Event, now: u64) {
        match event {
            Event::Proposed(trade) => {
                let (Call::Propose { wallet, counterparty, role, amount_sats, .. }
                | Call::Open { wallet, counterparty, role, amount_sats, .. }) = *call
                else {
                    panic!("{call:?} proposed a trade");
                };
                let (payer, payee) = if role == Role::Payer { (wallet, counterparty) } else { (counterparty, wallet) };
                assert_eq!(trade.index(), self.trades.len());
                self.trades.push(Trade {
                    payer,
                    payee,
                    proposer: role,
                    amount_sats,
                    accepted: false,
                    disputed: false,
                    disputed_at: None,
                    settled_at: None,
                });
            }
            Event::Accepted(trade) => self.trades[trade.index()].accepted = true,
            Event::Disputed(trade) => {
                self.trades[trade.index()].disputed = true;
                self.trades[trade.index()].disputed_at = Some(now);
            }
            Event::Settled(trade) => self.trades[trade.index()].settled_at = Some(now),
            _ => {}
        }
    }

    fn settled(&self) -> Vec<Trade> {
        self.trades.iter().copied().filter(|trade| trade.settled_at.is_some()).collect()
    }

    fn crowd(&self, name: &str) -> &CrowdOutcome {
        self.outcome.crowds.iter().find(|crowd| crowd.name == name).unwrap()
    }

    /// Numbers of a crowd's wallets.
    fn wallets(&self, name: &str) -> BTreeSet<u32> {
        let place = self.outcome.crowds.iter().position(|crowd| crowd.name == name).unwrap();
        let wallets = self.outcome.wallets.iter().zip(0..);
        wallets.filter(|(wallet, _)| wallet.crowd.index() == place).map(|(_, number)| number).collect()
    }

    /// Every flag of a crowd's wallets at every midnight: wallet, kind, day.
    fn flags(&self, name: &str) -> Vec<(u32, FlagKind, u64)> {
        let settings = self.outcome.scenario.detection.settings;
        let address = |wallet: WalletId| self.outcome.wallets[wallet.index()].address;
        let mut settled: Vec<_> =
            self.trades.iter().zip(0_u64..).filter(|(trade, _)| trade.settled_at.is_some()).collect();
        settled.sort_by_key(|(trade, _)| trade.settled_at);
        let mut settled = settled.into_iter().peekable();
        let (mut graph, mut found) = (TradeGraph::whole(), Vec::new());
        for day in 1..=self.outcome.scenario.days {
            let midnight = GENESIS + day * DAY;
            while let Some((trade, number)) = settled.next_if(|(trade, _)| trade.settled_at.unwrap() < midnight) {
                let mut id = [0; 32];
                id[24..].copy_from_slice(&number.to_be_bytes());
                graph.push(SettledTrade {
                    trade_id: TradeId::from(id),
                    payer: address(trade.payer),
                    payee: address(trade.payee),
                    amount_sats: trade.amount_sats,
                    settled_at: trade.settled_at.unwrap(),
                });
            }
            for wallet in self.wallets(name) {
                let flags = flags(&graph, address(WalletId(wallet)), midnight, &settings);
                found.extend(flags.into_iter().map(|flag| (wallet, flag.kind, day)));
            }
        }
        found
    }

    fn refusals(&self) -> BTreeMap<&str, u64> {
        self.outcome.refusals.iter().map(|(name, count)| (name.as_str(), *count)).collect()
    }
}

fn crowd(agent: &str, settings: &str) -> String {
    format!("[[crowd]]\nagent = \"{agent}\"\n{settings}\n")
}

fn market(count: u64) -> String {
    crowd("trader", &format!("count = {count}\ntrades_per_day = 2.0"))
}

// ------------------------------------------------------------------------------------------------ colluders

#[test]
fn a_circle_is_two_wallets_by_turns() {
    let seen = run(2, &crowd("circle", "trades = 7"));
    let parties: Vec<_> = seen.settled().iter().map(Trade::parties).collect();
    assert_eq!(parties, [(0, 1), (1, 0), (0, 1), (1, 0), (0, 1), (1, 0), (0, 1)]);
    // Five count: floor(log2(1,001)) + 1 is 10.
    assert_eq!((seen.crowd("circle").score, seen.crowd("circle").highest_score), (100, 50));
}

#[test]
fn in_a_ring_each_pays_the_next() {
    let seen = run(4, &crowd("ring", "wallets = 7\nrounds = 3"));
    let mut edges = BTreeMap::new();
    for trade in seen.settled() {
        assert_eq!(trade.payee.0, (trade.payer.0 + 1) % 7);
        *edges.entry(trade.parties()).or_insert(0) += 1;
    }
    assert_eq!((edges.len(), edges.values().all(|count| *count == 3)), (7, true));
}

#[test]
fn in_a_clique_every_pair_trades_as_often() {
    let seen = run(5, &crowd("clique", "wallets = 5\ntrades_each = 5"));
    let mut pairs = BTreeMap::new();
    seen.settled().iter().for_each(|trade| *pairs.entry(trade.pair()).or_insert(0) += 1);
    assert_eq!((pairs.len(), pairs.values().all(|count| *count == 5)), (10, true));
    assert_eq!(seen.crowd("clique").counted, 2 * 50);
    // By turns: nobody of a pair pays more than three of five.
    let mut edges = BTreeMap::new();
    seen.settled().iter().for_each(|trade| *edges.entry(trade.parties()).or_insert(0) += 1);
    assert!(edges.len() == 20 && edges.values().all(|count| *count == 2 || *count == 3), "{edges:?}");
}

#[test]
fn in_a_star_the_hub_is_in_every_trade_and_a_leaf_never_comes_back() {
    let seen = run(3, &crowd("star", "leaves = 6\ntrades_each = 4"));
    let leaves: Vec<_> = seen.settled().iter().map(|trade| (trade.pair().0, trade.pair().1)).collect();
    let expected: Vec<_> = (1..=6).flat_map(|leaf| [(0, leaf); 4]).collect();
    assert_eq!(leaves, expected);
    assert_eq!(seen.outcome.wallets.iter().filter(|wallet| wallet.settled == 24).count(), 1);
}

#[test]
fn splitting_gains_no_more_than_the_pair_cap_allows() {
    for (parts, partners) in [(1, 1), (5, 1), (20, 1), (20, 3), (20, 4), (20, 7)] {
        let settings = format!("amount_sats = 1000000\nparts = {parts}\npartners = {partners}");
        let seen = run(2, &crowd("splitter", &settings));
        let settled = seen.settled();
        let part = 1_000_000 / parts;
        assert!(settled.iter().all(|trade| trade.amount_sats == part && trade.payer.0 == 0));
        assert_eq!(settled.len() as u64, parts);
        let counted: u64 = (0..partners).map(|partner| ((parts + partners - 1 - partner) / partners).min(5)).sum();
        assert_eq!(seen.crowd("splitter").highest_score, counted * barter_protocol::score(part));
        assert!(counted <= 5 * partners);
    }
}

#[test]
fn a_bridge_alone_deals_with_strangers_and_first() {
    let seen =
        run(10, &(market(60) + &crowd("bridge", "wallets = 4\ntrades_each = 5\nreal_trades = 6\nreal_sats = 20000")));
    let own = seen.wallets("bridge");
    let bridge = *own.first().unwrap();
    let settled = seen.settled();
    let (real, handed_on): (Vec<&Trade>, Vec<_>) = settled
        .iter()
        .filter(|trade| own.contains(&trade.payer.0) || own.contains(&trade.payee.0))
        .partition(|trade| !own.contains(&trade.payee.0));
    assert!(real.iter().all(|trade| trade.payer.0 == bridge) && real.len() >= 6, "{} real trades", real.len());
    assert!(handed_on.iter().all(|trade| trade.payer.0 == bridge || trade.payee.0 == bridge));
    assert_eq!(handed_on.len(), 20);
    let mut earned: Vec<_> = real.iter().map(|trade| trade.settled_at).collect();
    earned.sort_unstable();
    let sixth = earned[5];
    assert!(handed_on.iter().all(|trade| trade.settled_at > sixth));
    let spent = seen.crowd("bridge").spent;
    assert!(spent.lightning_msat > 0 && spent.locked_sat_seconds > 0, "{spent:?}");
}

#[test]
fn opening_costs_less_than_proposing_and_gains_the_same() {
    let [proposed, opened] = [false, true].map(|opens| run(2, &crowd("star", &format!("opens = {opens}"))));
    let (proposed, opened) = (proposed.crowd("star"), opened.crowd("star"));
    assert_eq!((proposed.score, proposed.settled), (opened.score, opened.settled));
    assert!(opened.spent.gas < proposed.spent.gas, "{} and {}", opened.spent.gas, proposed.spent.gas);
}

#[test]
fn who_pays_pays_fees_and_locks_capital_and_who_does_not_does_not() {
    for agent in ["circle", "ring", "clique", "star", "splitter", "slow", "adaptive", "farmer"] {
        let [free, paid] =
            [false, true].map(|pays| run(6, &crowd(agent, &format!("amount_sats = 2000000\npays = {pays}"))));
        let (free, paid) = (free.crowd(agent), paid.crowd(agent));
        assert!(free.settled > 0 && paid.settled > 0, "{agent}");
        if agent != "slow" {
            assert_eq!((free.spent.lightning_msat, free.spent.locked_sat_seconds), (0, 0), "{agent}");
        }
        // Fees of at least half a sat for each payment: the base.
        let trades = u128::from(paid.settled / 2);
        assert!(paid.spent.lightning_msat >= 500 * trades && paid.spent.locked_sat_seconds > 0, "{agent}");
    }
}

#[test]
fn amounts_differ_where_that_is_asked_for() {
    let amounts = |settings: &str| -> BTreeSet<u64> {
        run(2, &crowd("circle", settings)).settled().iter().map(|trade| trade.amount_sats).collect()
    };
    assert_eq!(amounts("trades = 20").len(), 1);
    assert!(amounts("trades = 20\namount_sigma = 0.5").len() > 15);
}

// ------------------------------------------------------------------------------------------------ who hides

#[test]
fn slow_attackers_are_never_flagged() {
    for settings in
        ["pause_seconds = 1800", "wallets = 4\npause_seconds = 60\nhonest_share = 0.5", "honest_share = 0.0"]
    {
        let seen = run(20, &(market(100) + &crowd("slow", settings)));
        let slow = seen.crowd("slow");
        assert_eq!(seen.flags("slow"), [], "{settings}");
        assert!(slow.settled > 50 && slow.counted == slow.settled, "{settings}: {slow:?}");
        let own = seen.wallets("slow");
        let real =
            seen.settled().iter().filter(|trade| own.contains(&trade.payer.0) && !own.contains(&trade.payee.0)).count();
        assert_eq!(real > 0, !settings.ends_with("0.0"), "{settings}: {real} real trades");
    }
}

#[test]
fn slow_attackers_know_thresholds_that_are_not_the_defaults() {
    let detection = "[detection.settings]\nvelocity_trades_24h = 4\nisolation_counterparties = 9\npair_trades = 2\n\
                     off_hours_from = \"00:00:00\"\noff_hours_to = \"11:59:59\"\n";
    let seen = run(30, &(crowd("slow", "pause_seconds = 60") + detection));
    assert_eq!(seen.flags("slow"), []);
    assert!(seen.crowd("slow").settled > 50 && seen.crowd("slow").wallets == 10);
}

#[test]
fn adaptive_attackers_are_flagged_then_change_their_ways() {
    let seen = run(30, &crowd("adaptive", "wallets = 2\npause_seconds = 600\ntrades = 100000"));
    let flagged = seen.flags("adaptive");
    let kinds: BTreeSet<_> = flagged.iter().map(|(_, kind, _)| *kind).collect();
    assert!(kinds.contains(&FlagKind::HighVelocity) && kinds.contains(&FlagKind::PairCapExceeded), "{kinds:?}");
    let agent = &seen.outcome.agents[0];
    assert!(agent.retreats >= 5 && agent.wallets > 4, "{agent:?}");
    // Slower from day to day, until nothing is flagged for that any more.
    let last = |kind| flagged.iter().filter(|flag| flag.1 == kind).map(|flag| flag.2).max().unwrap();
    assert!(last(FlagKind::HighVelocity) < 15);
    let since = GENESIS + 15 * DAY;
    let late: Vec<_> = seen.settled().into_iter().filter(|trade| trade.settled_at.unwrap() > since).collect();
    let amounts: BTreeSet<_> = late.iter().map(|trade| trade.amount_sats).collect();
    assert!(late.len() > 5 && amounts.len() == late.len(), "{} trades of {} amounts", late.len(), amounts.len());
    // The wallets it gave up stay flagged for ever; those it began to use later are not.
    let given_up: BTreeSet<_> = flagged.iter().filter(|flag| flag.2 == 30).map(|flag| flag.0).collect();
    assert!(late.iter().all(|trade| !given_up.contains(&trade.payer.0) && !given_up.contains(&trade.payee.0)));
}

#[test]
fn a_farmer_reaches_its_target_as_planned() {
    for (target, trades, wallets) in [(100, 3, 2), (350, 9, 3), (700, 18, 5)] {
        let seen = run(1, &crowd("farmer", &format!("target = {target}")));
        let farmer = &seen.outcome.agents[0];
        assert_eq!((farmer.settled / 2, farmer.wallets), (trades, wallets));
        assert!(farmer.highest_score >= target && farmer.highest_score < target + 41);
        assert_eq!(seen.calls.len() as u64, trades + 1, "an opening for each, and one settlement");
        let reached = seen.crowd("farmer").milestones.iter().rfind(|milestone| milestone.score == target).unwrap();
        let cheapest = reached.cheapest.unwrap();
        assert_eq!((cheapest.trades, cheapest.wallets), (trades, wallets), "each trade once");
        // What plans are weighed by is about right.
        let planned = trades * 150_000 + wallets * 70_000;
        assert!(farmer.spent.gas.abs_diff(planned) * 5 < planned, "{} gas, weighed as {planned}", farmer.spent.gas);
    }
}

#[test]
fn a_farmer_reaches_its_target_under_any_parameters() {
    for formula in ["log2", "flat", "square-root", "linear", "halving", "vouched"] {
        for (pair_cap, minimum_sats) in [(1, 1_000), (5, 50_000), (20, 1)] {
            let parameters =
                format!("[parameters]\nformula = \"{formula}\"\npair_cap = {pair_cap}\nminimum_sats = {minimum_sats}");
            let settings = crowd("farmer", "target = 60\namount_sats = 100000000\npays = true") + &parameters;
            let seen = run(2, &settings);
            let farmer = &seen.outcome.agents[0];
            let counted = 2 * seen.settled().len() as u64;
            assert!(farmer.highest_score >= 60, "{formula}, cap {pair_cap}: {}", farmer.highest_score);
            assert_eq!((seen.crowd("farmer").counted, seen.crowd("farmer").refused), (counted, 0), "{formula}");
        }
    }
}

#[test]
fn a_farmer_settles_in_batches_that_blocks_have_room_for() {
    // A trade is worth a point: a hundred of them, which is a batch of the longest there is.
    for block_gas_limit in [2_000_000, 30_000_000, 60_000_000] {
        let settings = format!("[chain]\nblock_gas_limit = {block_gas_limit}\n[parameters]\nformula = \"flat\"\n");
        let seen = run(3, &(crowd("farmer", "target = 100") + &settings));
        let longest = seen.calls.iter().filter_map(|(_, call, _)| match call {
            Call::SettleBatch(trades) => Some((trades.len(), call.gas_limit())),
            _ => None,
        });
        let (trades, gas_limit) = longest.max().unwrap();
        assert!(gas_limit <= block_gas_limit / 2 && (gas_limit * 3 > block_gas_limit || trades == 100), "{trades}");
        assert_eq!((seen.crowd("farmer").highest_score, seen.crowd("farmer").refused), (100, 0));
    }
}

#[test]
fn honest_traders_say_what_a_trade_is_about_and_colluders_save_the_gas() {
    let seen = run(3, &(market(40) + &crowd("farmer", "") + &crowd("circle", "") + &crowd("spammer", "")));
    let honest = seen.wallets("trader");
    let mut proposals = 0;
    for (_, call, _) in &seen.calls {
        if let Call::Propose { wallet, texts, .. } | Call::Open { wallet, texts, .. } = call {
            assert_eq!(*texts, honest.contains(&wallet.0), "{call:?}");
            proposals += 1;
        }
    }
    assert!(proposals > 1_000, "{proposals}");
}

#[test]
fn colluders_trade_at_least_the_minimum() {
    let seen = run(2, &(crowd("circle", "amount_sats = 999") + "[parameters]\nminimum_sats = 20000\n"));
    let amounts: Vec<_> = seen.settled().iter().map(|trade| trade.amount_sats).collect();
    assert_eq!((amounts, seen.crowd("circle").refused), (vec![20_000; 5], 0));
}

#[test]
fn a_discreet_farmer_is_never_flagged() {
    for target in [100, 350, 700, 5_000] {
        let seen = run(10, &crowd("farmer", &format!("target = {target}\ndiscreet = true")));
        assert!(seen.outcome.agents[0].highest_score >= target);
        assert_eq!(seen.flags("farmer"), [], "for {target}");
    }
    let bold = run(10, &crowd("farmer", "target = 700"));
    assert_ne!(bold.flags("farmer"), []);
}

// ------------------------------------------------------------------------------------------------ who harms others

#[test]
fn spam_is_sent_as_often_as_said_and_nothing_of_it_is_settled() {
    let seen = run(5, &(market(50) + &crowd("spammer", "proposals = 333\nburst = 20\nwallets = 3")));
    let own = seen.wallets("spammer");
    let spam: Vec<_> = seen.trades.iter().filter(|trade| own.contains(&trade.payer.0)).collect();
    assert!(spam.len() == 333 && spam.iter().all(|trade| trade.settled_at.is_none() && !own.contains(&trade.payee.0)));
    // Honest sellers accept some, but no more than three of a wallet's at a time.
    let mut open = BTreeMap::new();
    spam.iter().filter(|trade| trade.accepted).for_each(|trade| *open.entry(trade.parties()).or_insert(0) += 1);
    assert!(!open.is_empty() && open.values().all(|count| *count <= 3), "{open:?}");
    assert_eq!(seen.crowd("spammer").score, 0);
}

#[test]
fn spam_with_a_tip_goes_first_and_with_itself_reaches_nobody() {
    let seen = run(
        1,
        &(market(100) + &crowd("spammer", "itself = true\ntip_gwei = 2.0\npause_seconds = 12\nproposals = 50000")),
    );
    let own = seen.wallets("spammer");
    let is_spam = |call: &Call| matches!(call, Call::Propose { wallet, .. } if own.contains(&wallet.0));
    let mut blocks: BTreeMap<u64, Vec<bool>> = BTreeMap::new();
    seen.calls.iter().for_each(|(time, call, _)| blocks.entry(*time).or_default().push(is_spam(call)));
    assert!(blocks.values().any(|block| block.contains(&true) && block.contains(&false)));
    assert!(blocks.values().all(|block| block.is_sorted_by(|one, other| one >= other)));
    assert!(seen.trades.iter().filter(|trade| own.contains(&trade.payer.0)).all(|trade| own.contains(&trade.payee.0)));
}

#[test]
fn false_disputes_hurt_honest_wallets_and_gain_nothing() {
    for settings in ["trades = 20", "trades = 20\nsells = true\npopularity = 60"] {
        let seen = run(10, &(market(100) + &crowd("false-disputer", settings)));
        let own = seen.wallets("false-disputer");
        let disputed: Vec<_> = seen
            .trades
            .iter()
            .filter(|trade| trade.disputed && (own.contains(&trade.payer.0) || own.contains(&trade.payee.0)))
            .collect();
        let sells = settings.contains("sells");
        assert_eq!(disputed.len(), 20, "{settings}");
        assert!(
            disputed.iter().all(|trade| own.contains(&trade.payee.0) == sells && own.contains(&trade.payer.0) != sells)
        );
        assert_eq!((own.len(), seen.crowd("false-disputer").score), (5, 0));
        let honest = seen.outcome.wallets.iter().filter(|wallet| !wallet.hostile);
        assert!(honest.map(|wallet| wallet.disputed).sum::<u64>() >= 20);
    }
}

#[test]
fn an_arbiter_dismisses_false_disputes() {
    let arbiter = "[arbiter]\nkind = \"fair\"\nafter_days = 1\n";
    let seen = run(10, &(market(100) + &crowd("false-disputer", "trades = 20") + arbiter));
    let dismissed = seen.calls.iter().filter(|(_, call, _)| matches!(call, Call::Dismiss(_))).count();
    assert!(dismissed >= 20, "{dismissed}");
}

#[test]
fn nobody_is_credited_for_what_was_not_paid() {
    let seen = run(20, &(market(100) + &crowd("unpaid-payee", "trades = 400")));
    let own = seen.wallets("unpaid-payee");
    let crowd = seen.crowd("unpaid-payee");
    assert_eq!((crowd.score, crowd.settled, crowd.spent.lightning_msat), (0, 0, 0));
    let is_own = |wallet: WalletId| own.contains(&wallet.0);
    let mut ways = BTreeMap::new();
    for (_, call, result) in &seen.calls {
        let way = match call {
            Call::SettleAsPayee(trade) if is_own(seen.trades[trade.index()].payee) => "as payee",
            Call::SettleForged(_) => "forged",
            Call::Settle { trade, shown } if is_own(seen.trades[trade.index()].payer) => match shown {
                barter_sim::record::Shown::Guess => "guess",
                barter_sim::record::Shown::Of(_) => "another's",
                barter_sim::record::Shown::Known => panic!("it pays for nothing"),
            },
            _ => continue,
        };
        *ways.entry(way).or_insert(0) += 1;
        assert!(result.is_err(), "{call:?} went through");
    }
    assert!(ways.len() == 4 && ways["guess"] > 100 && ways["as payee"] > 200, "{ways:?}");
    let refusals = seen.refusals();
    for name in ["NotPayer", "InvalidSignature", "PreimageMismatch"] {
        assert!(refusals.contains_key(name), "no {name} in {refusals:?}");
    }
}

// ------------------------------------------------------------------------------------------------ honest traders

#[test]
fn honest_traders_are_as_unequal_as_real_ones() {
    let seen = run(30, &crowd("trader", "count = 400\ntrades_per_day = 1.0"));
    let settled = seen.settled();
    // 400 wallets, a trade a day each, for 30 days, less those that come to nothing.
    assert!((7_000..14_000).contains(&settled.len()), "{} settled", settled.len());

    let mut pairs = BTreeSet::new();
    let repeated = settled.iter().filter(|trade| !pairs.insert(trade.pair())).count();
    let share = share(repeated, settled.len());
    assert!((0.32..0.6).contains(&share), "{share} with a partner of old");

    let mut amounts: Vec<_> = settled.iter().map(|trade| trade.amount_sats).collect();
    amounts.sort_unstable();
    let median = amounts[amounts.len() / 2];
    assert!((10_000..50_000).contains(&median), "median {median}");
    let volume: u64 = amounts.iter().sum();
    let largest: u64 = amounts[amounts.len() * 99 / 100..].iter().sum();
    assert!(largest * 4 > volume, "the largest hundredth has {largest} of {volume}");
    let round = amounts.iter().filter(|sats| sats.to_string().trim_end_matches('0').len() == 1).count();
    assert!(round * 5 > amounts.len() * 2 && round * 5 < amounts.len() * 4, "{round} round amounts");

    let mut activity: Vec<_> = seen.outcome.wallets.iter().map(|wallet| wallet.settled).collect();
    activity.sort_unstable();
    let busiest: u64 = activity[360..].iter().sum();
    assert!(busiest * 10 > activity.iter().sum::<u64>() * 3, "the busiest tenth has {busiest}");

    let bills = seen.trades.iter().filter(|trade| trade.proposer == Role::Payee).count();
    assert!((100..2_000).contains(&bills), "{bills} bills");
    for (what, count) in [
        ("proposals never accepted", seen.trades.iter().filter(|trade| !trade.accepted).count()),
        ("disputes", seen.trades.iter().filter(|trade| trade.disputed).count()),
    ] {
        assert!((5..seen.trades.len() / 10).contains(&count), "{count} {what} of {}", seen.trades.len());
    }
}

#[test]
fn honest_traders_raise_false_alarms() {
    let seen = run(20, &(crowd("trader", "count = 500\ntrades_per_day = 2.0") + "[detection]\nenabled = false\n"));
    let mut flagged: BTreeMap<FlagKind, BTreeSet<u32>> = BTreeMap::new();
    for (wallet, kind, _) in seen.flags("trader") {
        flagged.entry(kind).or_default().insert(wallet);
    }
    let counts: BTreeMap<_, _> = flagged.iter().map(|(kind, wallets)| (*kind, wallets.len())).collect();
    // Which of the rare ones are met is a matter of the seed.
    assert!(counts.len() >= 3, "{counts:?}");
    for kind in [FlagKind::AmountUniformity, FlagKind::PairCapExceeded] {
        assert!(counts.contains_key(&kind), "no {kind} among {counts:?}");
    }
    let uniform = counts[&FlagKind::AmountUniformity];
    assert!((1..75).contains(&uniform), "{uniform} of 500, of whom about 25 are shops");
    assert!(
        [FlagKind::HighVelocity, FlagKind::OffHours]
            .iter()
            .all(|kind| counts.get(kind).is_none_or(|count| *count < 25)),
        "{counts:?}"
    );
}

#[test]
fn what_is_below_the_minimum_is_not_traded() {
    let parameters = "[parameters]\nminimum_sats = 50000\n";
    let seen = run(10, &(crowd("trader", "count = 100\ntrades_per_day = 1.0") + parameters));
    assert!(!seen.trades.is_empty() && seen.trades.iter().all(|trade| trade.amount_sats >= 50_000));
    assert!(seen.refusals().is_empty(), "{:?}", seen.refusals());
    let all = run(10, &crowd("trader", "count = 100\ntrades_per_day = 1.0"));
    assert!(all.trades.len() > 2 * seen.trades.len());
}

#[test]
fn what_is_disputed_is_neither_paid_nor_settled() {
    let seen =
        run(10, &(market(100) + &crowd("false-disputer", "count = 2\nsells = true\ntrades = 100\npopularity = 60")));
    let costs = seen.outcome.scenario.costs;
    let disputed_before =
        |trade: &TradeRef, time| seen.trades[trade.index()].disputed_at.is_some_and(|disputed| disputed < time);
    assert!(seen.trades.iter().filter(|trade| trade.disputed).count() > 50);
    // A payment that was under way goes through.
    let began = |time| time - costs.lightning_seconds - seen.outcome.scenario.chain.block_seconds;
    let late: Vec<_> = seen.payments.iter().filter(|(time, trade)| disputed_before(trade, began(*time))).collect();
    assert!(seen.payments.len() > 500 && late.is_empty(), "{late:?}");
    for (time, call, result) in &seen.calls {
        if let Call::Settle { trade, .. } = call {
            assert!(!disputed_before(trade, *time), "settles trade {} too late: {result:?}", trade.0);
        }
    }
}

#[test]
fn nothing_that_has_expired_is_accepted() {
    let shipped = |name: &str| {
        let built_in = barter_sim::scenario::BUILT_IN.iter().find(|built_in| built_in.name == name);
        Scenario { worlds: 1, days: 12, ..Scenario::parse(built_in.unwrap().text).unwrap() }
    };
    let mut short = shipped("parameters");
    short.parameters.proposal_lifetime_seconds = 3_600;
    for scenario in [shipped("siege"), short] {
        let outcome = barter_sim::run(&scenario, &()).unwrap();
        let refusals: Vec<_> = outcome.refusals.keys().collect();
        let is_late = |name: &&&String| name.starts_with("not sent: no such trade") || **name == "TradeExpired";
        assert!(!refusals.iter().any(|name| is_late(&name)), "{}: {refusals:?}", scenario.name);
    }
}

#[test]
fn traders_trade_as_often_as_said_however_seldom_there_is_a_block() {
    for block_seconds in [1, 12, 3_600, 86_400] {
        let chain = format!("[chain]\nblock_seconds = {block_seconds}\nblock_gas_limit = 1000000000\n");
        let settings =
            "count = 20\ntrades_per_day = 20.0\nactivity_tail = 100.0\nprogram_share = 1.0\nshop_share = 0.0";
        let seen = run(10, &(crowd("trader", settings) + &chain + "[detection]\nenabled = false\n"));
        // The last day's may be of a block that is not made any more. Amounts under the minimum are not proposed: 1 in 400.
        let until = GENESIS + 9 * DAY;
        let proposals =
            seen.calls.iter().filter(|(time, call, _)| *time <= until && matches!(call, Call::Propose { .. }));
        let a_day = share(proposals.count(), 20 * 9);
        assert!((18.5..21.5).contains(&a_day), "{a_day} a day with a block every {block_seconds} s");
    }
}

#[test]
fn there_is_no_market_of_one() {
    let seen = run(3, &crowd("trader", "count = 1"));
    assert_eq!(seen.trades.len(), 0);
}

// ------------------------------------------------------------------------------------------------ settings and bounds

fn refused(agent: &str, setting: &str) -> String {
    let text = format!("name = \"x\"\n{}", crowd(agent, setting));
    match Scenario::parse(&text).and_then(|scenario| barter_sim::run(&scenario, &())) {
        Err(Error::Scenario(sentence)) => sentence,
        other => panic!("{agent} with {setting}: {other:?}"),
    }
}

#[test]
fn settings_are_refused_with_a_sentence() {
    for kind in agent::kinds() {
        let sentence = refused(kind.name, "colour = 1");
        assert!(sentence.contains("there is no setting \"colour\", expected one of"), "{sentence}");
        assert!(!kind.summary.is_empty() && kind.summary.len() < 120);
    }
    for (agent, setting, expected) in [
        ("trader", "trades_per_day = 0", "trades_per_day is 0, expected 0.001 to 100"),
        ("trader", "trades_per_day = nan", "trades_per_day is NaN, expected"),
        ("trader", "repeat_share = 1.1", "repeat_share is 1.1, expected 0 to 1"),
        ("trader", "shop_share = -0.1", "shop_share is -0.1, expected 0 to 1"),
        ("trader", "median_sats = \"many\"", "median_sats: invalid type"),
        ("circle", "trades = 0", "trades is 0, expected 1 to 100000000"),
        ("circle", "amount_sats = 2100000000000001", "amount_sats is 2100000000000001, expected 1 to 2100000000000000"),
        ("circle", "amount_sigma = inf", "amount_sigma is inf, expected 0 to 10"),
        ("circle", "pause_seconds = 0", "pause_seconds is 0, expected 1 to"),
        ("circle", "budget_sats = -1", "budget_sats is -1, expected 0 to"),
        ("circle", "pays = 1", "pays: invalid type"),
        ("ring", "wallets = 2", "wallets is 2, expected 3 to 10000"),
        ("ring", "rounds = 0", "rounds is 0, expected 1 to"),
        ("clique", "wallets = 257", "wallets is 257, expected 3 to 256"),
        ("clique", "trades_each = 0", "trades_each is 0"),
        ("star", "leaves = 0", "leaves is 0"),
        ("splitter", "parts = 2000\namount_sats = 1999", "1999 sats cannot be split into 2000 parts"),
        ("splitter", "partners = 0", "partners is 0"),
        ("bridge", "real_sats = 0", "real_sats is 0"),
        ("farmer", "target = 0", "target is 0, expected 1 to 10000"),
        ("slow", "wallets = 3", "wallets is 3, expected 4 to 256"),
        ("slow", "honest_share = 2", "honest_share is 2, expected 0 to 1"),
        ("adaptive", "wallets = 5\nmax_wallets = 4", "max_wallets is 4, expected 5 to 10000"),
        ("spammer", "burst = 0", "burst is 0"),
        ("spammer", "tip_gwei = -1.5", "tip_gwei is -1.5, expected 0 to 1000000"),
        ("false-disputer", "popularity = 0", "popularity is 0"),
        ("unpaid-payee", "trades = -1", "trades: "),
    ] {
        let sentence = refused(agent, setting);
        assert!(sentence.contains(expected), "{agent} with {setting}: {sentence}");
    }
}

#[test]
fn nobody_spends_more_than_its_budget_and_what_is_under_way() {
    for kind in agent::kinds().iter().filter(|kind| kind.hostile) {
        let budget = 3_000.0;
        let seen = run(10, &(market(60) + &crowd(kind.name, &format!("budget_sats = {budget}"))));
        let spent = seen.crowd(kind.name).spent_sats;
        // What is begun at once is at most ten proposals of a spammer, or a plan of a farmer.
        assert!(spent > 0.0 && spent < budget + 5_000.0, "{} spent {spent}", kind.name);
    }
}

#[test]
fn everybody_together_gives_the_same_log_twice() {
    let attackers: String = agent::kinds().iter().map(|kind| crowd(kind.name, "count = 2")).collect();
    let text = format!("name = \"all\"\ndays = 5\n{}", attackers.replacen("count = 2", "count = 60", 1));
    let scenario = Scenario::parse(&text).unwrap();
    let [one, other] = [(), ()].map(|observer| barter_sim::run(&scenario, &observer).unwrap());
    assert_eq!(one.log_hash, other.log_hash);
    assert!(one.crowds.iter().all(|crowd| crowd.spent.gas > 0));
}

#[allow(clippy::cast_precision_loss, reason = "small")]
fn share(count: usize, of: usize) -> f64 {
    count as f64 / of as f64
}
