//! Outcomes made by hand.

use std::{collections::BTreeMap, fmt::Write as _};

use alloy_primitives::{Address, B256};
use barter_sim::{
    AgentId, CrowdId, Formula, Outcome, Scenario,
    detection::{CrowdFound, Detector, Findings},
    outcome::{AgentOutcome, CostPoint, CrowdOutcome, MilestoneOutcome, Spread, WalletOutcome},
    random::Random,
    spent::Spent,
    sweep::{Axis, Mode, SweepOutcome, SweepPoint},
    world::{MILESTONES, Milestone},
};

/// Text that would be markup, if it could.
pub(crate) const HOSTILE_TEXT: &str = "<script>alert(\"1\")</script>'&\u{202e}";

/// A scenario with an honest crowd and so many attacks.
pub(crate) fn scenario(attacks: usize) -> Scenario {
    let mut text = "name = \"Made by hand\"\ndescription = \"Numbers from a pencil.\"\nseed = 7\n[[crowd]]\nagent = \"trader\"\ncount = 50\n".to_owned();
    for attack in 0..attacks {
        let _ = write!(text, "[[crowd]]\nagent = \"circle\"\nname = \"attack {attack}\"\ncount = 4\n");
    }
    Scenario::parse(&text).unwrap()
}

pub(crate) fn spent(sats: u64) -> Spent {
    // At 1 gwei and 3,000,000 sats an ether a satoshi is 333 gwei.
    Spent {
        gas: sats * 300,
        gas_wei: u128::from(sats) * 200_000_000_000,
        lightning_msat: u128::from(sats) * 390,
        locked_sat_seconds: u128::from(sats) * 63_000_000,
    }
}

pub(crate) fn milestone(sats: u64) -> Milestone {
    Milestone { after_seconds: sats * 60, spent: spent(sats), trades: sats / 100 + 1, wallets: 2 + sats % 7 }
}

/// A wallet's statistics by so many detectors, hostile ones a little higher.
fn statistics(random: &mut Random, hostile: bool, detectors: usize) -> Vec<f64> {
    (0..detectors).map(|detector| random.unit() + if hostile { 0.2 * detector as f64 } else { 0.0 }).collect()
}

/// Everything there can be.
pub(crate) fn outcome(attacks: usize, honest_wallets: usize) -> Outcome {
    let scenario = scenario(attacks);
    let mut random = Random::stream(1, 2);
    let names = [
        "high velocity",
        "isolation",
        "amount uniformity",
        "off-hours",
        "pair cap",
        "wash rings",
        "cluster",
        "viewpoint",
    ];
    let mut wallets = Vec::new();
    let mut agents = Vec::new();
    for crowd in 0..=attacks {
        let hostile = crowd > 0;
        let count = if hostile { 20 + crowd * 5 } else { honest_wallets };
        for number in 0..count {
            let score =
                if hostile { random.log_normal(40.0 * crowd as f64, 0.7) } else { random.log_normal(60.0, 0.6) };
            let settled = if number % 17 == 0 { 0 } else { score as u64 / 6 + 1 };
            let score = if settled == 0 { 0 } else { score as u64 + 1 };
            wallets.push(WalletOutcome {
                world: 0,
                address: Address::with_last_byte(u8::try_from(wallets.len() % 256).unwrap()),
                agent: AgentId(
                    u32::try_from(if hostile { honest_wallets + 4 * crowd + number % 4 } else { number }).unwrap(),
                ),
                crowd: CrowdId(u16::try_from(crowd).unwrap()),
                hostile,
                score,
                settled,
                counted: settled - settled / 9,
                disputed: number as u64 % 3,
                credit_tokens: score * 10,
                statistics: if settled > 0 { statistics(&mut random, hostile, names.len()) } else { Vec::new() },
            });
        }
        for number in 0..if hostile { 4 } else { honest_wallets } {
            let cost = (crowd as u64 + 1) * 300 + number as u64 * 50;
            agents.push(AgentOutcome {
                world: 0,
                agent: AgentId(u32::try_from(agents.len()).unwrap()),
                crowd: CrowdId(u16::try_from(crowd).unwrap()),
                wallets: 5,
                settled: 40,
                counted: 31,
                score: 400,
                highest_score: 150,
                spent: spent(cost * 10),
                refused: number as u64,
                retreats: 0,
                milestones: vec![
                    (hostile && number < 3).then(|| milestone(cost)),
                    (crowd > 1).then(|| milestone(cost * 4)),
                    None,
                ],
                curve: vec![
                    CostPoint { score: 10, reached: milestone(cost / 9) },
                    CostPoint { score: 100, reached: milestone(cost) },
                ],
            });
        }
    }
    let scores = |wanted: &dyn Fn(&WalletOutcome) -> bool| {
        Spread::of(
            wallets.iter().filter(|wallet| wallet.settled > 0 && wanted(wallet)).map(|wallet| wallet.score).collect(),
        )
    };
    let reached = |score: u64, sats: u64| MilestoneOutcome {
        score,
        reached_by: 3,
        cheapest_sats: Some(milestone(sats).spent.sats(&scenario.costs)),
        median_sats: Some(milestone(sats * 3).spent.sats(&scenario.costs)),
        cheapest_gas: Some(milestone(sats).spent.gas),
        cheapest: Some(milestone(sats)),
    };
    let missed = |score| MilestoneOutcome {
        score,
        reached_by: 0,
        cheapest_sats: None,
        median_sats: None,
        cheapest_gas: None,
        cheapest: None,
    };
    let crowds = scenario.crowd.iter().enumerate().map(|(place, crowd)| {
        let hostile = place > 0;
        let own = |wallet: &WalletOutcome| wallet.crowd.index() == place;
        let sats = 4_000 / (place as u64 + 1) * if hostile { 1 } else { 30 };
        let milestones = MILESTONES.iter().zip(0_u64..).map(|(score, index)| {
            if hostile && place as u64 > index {
                reached(*score, (index + 1) * 500 * place as u64 * place as u64)
            } else {
                missed(*score)
            }
        });
        CrowdOutcome {
            name: crowd.name().to_owned(),
            agent: crowd.agent.clone(),
            hostile,
            agents: crowd.count,
            wallets: wallets.iter().filter(|wallet| own(wallet)).count() as u64,
            active_wallets: wallets.iter().filter(|wallet| own(wallet) && wallet.settled > 0).count() as u64,
            settled: 1_200,
            counted: 1_100,
            disputed: 3,
            score: 3_000,
            highest_score: 250,
            scores: scores(&own),
            spent: spent(sats),
            spent_sats: spent(sats).sats(&scenario.costs),
            score_per_sat: Some(3_000.0 / spent(sats).sats(&scenario.costs)),
            best_wallet_sats_per_point: Some(1.5),
            refused: place as u64,
            milestones: milestones.collect(),
            honest_median: hostile.then(|| reached(60, 400 * place as u64)),
            honest_ninety: hostile.then(|| if place == 1 { missed(110) } else { reached(110, 900) }),
        }
    });
    let crowds: Vec<_> = crowds.collect();
    let findings = Findings {
        honest: wallets.iter().filter(|wallet| !wallet.hostile && wallet.settled > 0).count() as u64,
        hostile: wallets.iter().filter(|wallet| wallet.hostile && wallet.settled > 0).count() as u64,
        hostile_agents: 4 * attacks as u64,
        detectors: names.iter().zip(1_u64..).map(|(name, number)| detector(name, number, attacks)).collect(),
    };
    Outcome {
        log_hash: B256::repeat_byte(0xab),
        world_log_hashes: vec![B256::repeat_byte(0xcd), B256::repeat_byte(0xef)],
        transactions: 12_345,
        settled: 4_000,
        gas: 987_654_321,
        refusals: BTreeMap::from([("NotAccepted".to_owned(), 12), ("WrongPreimage".to_owned(), 3_456)]),
        honest_scores: scores(&|wallet| !wallet.hostile),
        hostile_scores: scores(&|wallet| wallet.hostile),
        crowds,
        agents,
        wallets,
        findings: Some(findings),
        scenario,
    }
}

fn detector(name: &str, number: u64, attacks: usize) -> Detector {
    let bend = 1.0 / number as f64;
    let found: Vec<_> = (1..=attacks)
        .map(|crowd| {
            let wallets = 20 + 5 * crowd as u64;
            let found = (wallets * number / 8 / crowd as u64).min(wallets);
            CrowdFound {
                crowd: CrowdId(u16::try_from(crowd).unwrap()),
                wallets,
                found,
                share: Some(found as f64 / wallets as f64),
                agents: 4,
                agents_found: found.min(4),
                agents_share: Some(found.min(4) as f64 / 4.0),
                score: 1_000,
                score_found: 500,
                score_share: Some(0.5),
            }
        })
        .collect();
    let ruled = name != "cluster";
    Detector {
        name: name.to_owned(),
        statistic: format!("what {name} measures"),
        rule: ruled.then(|| "the flag was raised".to_owned()),
        honest_pointed_at: ruled.then_some(number),
        hostile_pointed_at: ruled.then_some(40),
        precision: ruled.then_some(0.9),
        recall: ruled.then_some(1.0 - bend / 2.0),
        false_alarms: ruled.then_some(0.02 * number as f64),
        found_by_default: if ruled { found.clone() } else { Vec::new() },
        auc: Some(1.0 / (1.0 + bend)),
        roc: (0..=20).map(|step| f64::from(step) / 20.0).map(|share| (share, libm::pow(share, bend))).collect(),
        threshold_at_one_percent: Some(0.5),
        false_alarms_at_one_percent: Some(0.009),
        found_at_one_percent: found,
    }
}

/// Two axes, one at a time.
pub(crate) fn sweep() -> SweepOutcome {
    let axes = vec![
        Axis { key: "parameters.pair_cap".to_owned(), values: vec![1.into(), 5.into(), 20.into()] },
        Axis { key: "parameters.formula".to_owned(), values: vec!["log2".into(), "flat".into()] },
    ];
    let settings: [(i64, &str); 6] = [(5, "log2"), (1, "log2"), (5, "log2"), (20, "log2"), (5, "log2"), (5, "flat")];
    let points = settings.iter().map(|(cap, formula)| {
        let mut outcome = outcome(3, 40);
        outcome.scenario.parameters.pair_cap = u64::try_from(*cap).unwrap();
        if *formula == "flat" {
            outcome.scenario.parameters.formula = Formula::Flat;
            // Nobody came to look honest.
            for crowd in &mut outcome.crowds {
                crowd.honest_median = None;
            }
        }
        if let Some(cost) =
            outcome.crowds[1].honest_median.as_mut().and_then(|milestone| milestone.cheapest_sats.as_mut())
        {
            *cost /= *cap as f64;
        }
        outcome.forget_lists();
        SweepPoint { values: vec![(*cap).into(), (*formula).into()], outcome }
    });
    SweepOutcome { points: points.collect(), scenario: scenario(3), mode: Mode::OneAtATime, axes }
}
