//! The page, as a browser and a reader meet it.

use barter_sim::{Outcome, Scenario, report};
use proptest::prelude::*;

use crate::made::{self, HOSTILE_TEXT};

fn page(outcome: &Outcome) -> String {
    let mut bytes = Vec::new();
    report::write_html(outcome, &mut bytes).unwrap();
    check(String::from_utf8(bytes).unwrap())
}

/// A page that stands alone, whose elements close in order, and whose pictures have real numbers.
fn check(page: String) -> String {
    assert!(page.starts_with("<!DOCTYPE html>"));
    let style = page.split("<style>").nth(1).and_then(|rest| rest.split("</style>").next()).unwrap();
    // Markup without what is in quotes: text may say anything, names of elements and attributes may not.
    let tags = page.split('<').skip(1).filter_map(|part| part.split_once('>'));
    let markup: String = tags.flat_map(|(tag, _)| ["<"].into_iter().chain(tag.split('"').step_by(2))).collect();
    for outside in ["src=", "href=", "<script", "<link", "<iframe", "<object", "<img", " on"] {
        assert!(!markup.contains(outside), "{outside}");
    }
    for outside in ["//", "url(", "@import"] {
        assert!(!style.contains(outside), "{outside}");
    }
    for nonsense in ["NaN", "inf%", "=\"inf", "=\"-inf", "\"-0.00"] {
        assert!(!page.contains(nonsense), "{nonsense}");
    }
    assert!(!page.chars().any(|character| character.is_control() && !matches!(character, '\n' | '\t')));
    let mut open: Vec<&str> = Vec::new();
    let (before, after) = page.split_once("<style>").unwrap();
    let rest = after.split_once("</style>").unwrap().1;
    for part in before.split('<').skip(2).chain(rest.split('<').skip(1)) {
        let (tag, text) = part.split_once('>').unwrap_or_else(|| panic!("'<' that begins no tag: {part}"));
        assert!(!text.contains('>'), "'>' that ends no tag: {text}");
        let name = tag.split([' ', '/']).find(|name| !name.is_empty()).unwrap();
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name), "closed out of order");
        } else if !tag.ends_with('/') && name != "meta" {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "{open:?} never closed");
    page
}

/// What of a page is text.
fn text(page: &str) -> String {
    let body = page.split_once("</style>").unwrap().1;
    let parts: Vec<_> = body.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text)).collect();
    unescaped(&parts.concat())
}

fn unescaped(text: &str) -> String {
    text.replace("&quot;", "\"").replace("&#39;", "'").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

#[test]
fn a_page_says_what_came_out() {
    let outcome = made::outcome(3, 300);
    let text = text(&page(&outcome));
    let cheapest = &outcome.crowds[1].milestones[0];
    let said = format!(
        "The cheapest way to a score of 100 was attack 0: 5 wallets, 6 trades, 150,000 gas and in all {:.0} sats",
        cheapest.cheapest_sats.unwrap()
    );
    assert!(text.contains(&said), "{said} is not in {text}");
    let median = outcome.honest_scores.unwrap().median;
    assert!(text.contains(&format!("The typical honest wallet has a score of {median}")));
    for heading in [
        "In short",
        "How high scores are",
        "What a score costs",
        "What an attack gains",
        "Which detector sees it",
        "Who took part",
        "Run it again",
    ] {
        assert!(text.contains(heading), "{heading}");
    }
    assert!(text.contains("viewpoint tells the two sides apart best: AUC 0.889"));
    assert!(text.contains("Not reached by attack 0."));
    assert!(text.contains("NotAccepted"));
    assert!(text.contains(&format!("{:#x}", outcome.log_hash)));
    assert!(outcome.world_log_hashes.iter().all(|hash| text.contains(&format!("{hash:#x}"))));
    assert!(text.contains("seed = 7") && text.contains("barter sim run scenario.toml"));
}

#[test]
fn runs_of_one_name_are_told_apart() {
    let mut outcomes = [made::outcome(1, 5), made::outcome(2, 5), made::outcome(2, 5)];
    outcomes[1].scenario.name = "Other".to_owned();
    let mut bytes = Vec::new();
    report::write_comparison_html(&outcomes, &mut bytes).unwrap();
    assert!(text(&check(String::from_utf8(bytes).unwrap())).contains("Made by hand #1 · Other · Made by hand #3"));
    let columns = barter_sim::compare::Comparison::new(&outcomes).columns;
    let names: Vec<_> = columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["Made by hand #1", "Other", "Made by hand #3"]);
}

#[test]
fn a_scenario_on_the_page_is_the_scenario() {
    let outcome = made::outcome(2, 10);
    let page = page(&outcome);
    let file = page.split("<summary>The scenario, scenario.toml</summary>").nth(1).unwrap();
    let file = file.split_once("<pre>").unwrap().1.split_once("</pre>").unwrap().0;
    let file = unescaped(file);
    assert_eq!(Scenario::parse(&file).unwrap(), outcome.scenario);
}

#[test]
fn nothing_of_a_scenario_is_markup() {
    let mut outcome = made::outcome(2, 20);
    let hostile = || HOSTILE_TEXT.to_owned();
    outcome.scenario.name = hostile();
    outcome.scenario.description = hostile();
    for (crowd, said) in outcome.scenario.crowd.iter_mut().zip(&mut outcome.crowds) {
        crowd.name = Some(hostile());
        (said.name, said.agent) = (hostile(), hostile());
    }
    outcome.refusals.insert(hostile(), 1);
    for detector in &mut outcome.findings.as_mut().unwrap().detectors {
        (detector.name, detector.statistic, detector.rule) = (hostile(), hostile(), Some(hostile()));
    }
    let page = page(&outcome);
    assert!(page.contains("&lt;script&gt;") && !page.contains("<script") && !page.contains("alert(\"1\")"));
    let mut sweep = made::sweep();
    (sweep.scenario.name, sweep.scenario.description) = (hostile(), hostile());
    sweep.axes[0].key = hostile();
    for point in &mut sweep.points {
        point.values[0] = HOSTILE_TEXT.into();
        point.outcome.scenario.name = hostile();
        for crowd in &mut point.outcome.crowds {
            crowd.name = hostile();
        }
    }
    let mut bytes = Vec::new();
    report::write_sweep_html(&sweep, &mut bytes).unwrap();
    assert!(!check(String::from_utf8(bytes).unwrap()).contains("<script"));
    let mut bytes = Vec::new();
    let outcomes: Vec<_> = sweep.points.into_iter().map(|point| point.outcome).collect();
    report::write_comparison_html(&outcomes, &mut bytes).unwrap();
    assert!(!check(String::from_utf8(bytes).unwrap()).contains("<script"));
}

#[test]
fn there_is_a_page_where_there_is_little_to_say() {
    // Honest wallets only.
    let calm = made::outcome(0, 30);
    assert!(text(&page(&calm)).contains("Nobody attacked"));
    // Hostile ones only.
    let mut war = made::outcome(3, 0);
    war.honest_scores = None;
    war.crowds[0].scores = None;
    for crowd in &mut war.crowds {
        (crowd.honest_median, crowd.honest_ninety) = (None, None);
    }
    assert!(text(&page(&war)).contains("No honest wallet settled a trade."));
    // No detector.
    let blind = Outcome { findings: None, ..made::outcome(1, 10) };
    assert!(text(&page(&blind)).contains("The detectors were switched off"));
    // One wallet that did nothing.
    let mut still = Outcome { honest_scores: None, hostile_scores: None, ..made::outcome(0, 1) };
    still.wallets.iter_mut().for_each(|wallet| (wallet.score, wallet.settled) = (0, 0));
    still.crowds[0].scores = None;
    (still.crowds[0].score_per_sat, still.crowds[0].spent_sats, still.settled) = (None, 0.0, 0);
    assert!(text(&page(&still)).contains("No wallet settled a trade, so there are no scores."));
    // Attacks that reached nothing, and attacks that cost nothing.
    let mut vain = made::outcome(2, 10);
    for milestone in vain
        .crowds
        .iter_mut()
        .flat_map(|crowd| crowd.milestones.iter_mut().chain(&mut crowd.honest_median).chain(&mut crowd.honest_ninety))
    {
        (milestone.reached_by, milestone.cheapest, milestone.cheapest_sats, milestone.median_sats) =
            (0, None, None, None);
    }
    assert!(text(&page(&vain)).contains("No attack brought a wallet to a score of 100, 350 or 700."));
    let mut free = made::outcome(1, 10);
    for milestone in
        free.crowds.iter_mut().flat_map(|crowd| crowd.milestones.iter_mut().chain(&mut crowd.honest_median))
    {
        (milestone.cheapest_sats, milestone.median_sats) =
            (milestone.cheapest_sats.map(|_| 0.0), milestone.median_sats.map(|_| 0.0));
    }
    (free.crowds[1].score_per_sat, free.crowds[1].spent_sats) = (None, 0.0);
    let said = text(&page(&free));
    assert!(said.contains("It cost the attackers nothing.") && said.contains("attack 0 spent nothing."));
    // Nothing to compare.
    let mut bytes = Vec::new();
    report::write_comparison_html(&[], &mut bytes).unwrap();
    assert!(text(&check(String::from_utf8(bytes).unwrap())).contains("There is nothing to compare."));
}

#[test]
fn a_sweep_names_the_change_that_hurts_most() {
    let sweep = made::sweep();
    let mut bytes = Vec::new();
    report::write_sweep_html(&sweep, &mut bytes).unwrap();
    let said = text(&check(String::from_utf8(bytes).unwrap()));
    assert!(
        said.contains("formula flat hurts attackers most: no attack of this scenario came to look honest at all."),
        "{said}"
    );
    assert!(said.contains("What parameters.pair_cap does") && said.contains("5*"));
    assert!(said.contains("\"parameters.pair_cap\" = [1, 5, 20]"));
    // Without the formula that nobody beat, the smallest cap is dearest.
    let mut sweep = made::sweep();
    sweep.points.pop();
    let mut bytes = Vec::new();
    report::write_sweep_html(&sweep, &mut bytes).unwrap();
    let said = text(&check(String::from_utf8(bytes).unwrap()));
    assert!(said.contains("pair_cap 1 hurts attackers most: to look honest costs them 5 times as much."), "{said}");
    // What it takes from attackers is no harm.
    sweep.points[1].outcome.crowds[1].counted = 0;
    let mut bytes = Vec::new();
    report::write_sweep_html(&sweep, &mut bytes).unwrap();
    assert!(text(&check(String::from_utf8(bytes).unwrap())).contains("pair_cap 1 hurts attackers most"));
    // A change that takes honest trades away is no good change: where they do not count, and where they never happen.
    let untouched = sweep.points[1].outcome.crowds[0].clone();
    for (settled, counted) in [(untouched.settled, 550), (600, 550), (600, untouched.counted)] {
        let honest = &mut sweep.points[1].outcome.crowds[0];
        (honest.settled, honest.counted) = (settled, counted);
        let mut bytes = Vec::new();
        report::write_sweep_html(&sweep, &mut bytes).unwrap();
        let said = text(&check(String::from_utf8(bytes).unwrap()));
        assert!(said.contains("No change makes attacks dearer and leaves honest trades as they are."), "{said}");
        assert!(said.contains("× 0.5"), "{said}");
    }
}

/// Numbers at the edges of what a float can be.
fn any_amount() -> impl Strategy<Value = Option<f64>> {
    prop_oneof![
        Just(None),
        Just(Some(0.0)),
        Just(Some(f64::MIN_POSITIVE)),
        Just(Some(f64::MAX)),
        (-12.0..12.0_f64).prop_map(|power| Some(libm::exp10(power)))
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_numbers_make_a_page(
        attacks in 0_usize..5,
        honest in 0_usize..40,
        amounts in prop::collection::vec(any_amount(), 12),
        scores in prop::collection::vec(prop_oneof![0_u64..2_000, Just(u64::MAX)], 8),
    ) {
        let mut outcome = made::outcome(attacks, honest);
        let mut amount = amounts.iter().cycle().copied();
        for crowd in &mut outcome.crowds {
            crowd.score_per_sat = amount.next().flatten();
            crowd.spent_sats = amount.next().flatten().unwrap_or(0.0);
            for milestone in crowd.milestones.iter_mut().chain(&mut crowd.honest_median) {
                (milestone.cheapest_sats, milestone.median_sats) = (amount.next().flatten(), amount.next().flatten());
            }
        }
        for (wallet, score) in outcome.wallets.iter_mut().zip(scores.iter().cycle()) {
            wallet.score = *score;
        }
        outcome.honest_scores = barter_sim::outcome::Spread::of(scores.clone());
        page(&outcome);
        let mut bytes = Vec::new();
        report::write_comparison_html(&[outcome.clone(), made::outcome(2, 9), outcome], &mut bytes).unwrap();
        check(String::from_utf8(bytes).unwrap());
    }
}
