//! What attacks cost, and what they gain.

use super::{
    Cell, hostile, name,
    plot::{Anchor, Decades, Plot},
    section, side,
    summary::extremes,
    table,
    text::{alternatives, count, cut, duration, escape, or_none, real, sats, things},
};
use crate::{
    Outcome,
    outcome::{CrowdOutcome, MilestoneOutcome},
    world::MILESTONES,
};

const ROW: f64 = 40.0;

/// The attack that reached something at the least cost.
pub(super) fn cheapest<'a>(
    outcome: &'a Outcome,
    milestone: impl Fn(&'a CrowdOutcome) -> Option<&'a MilestoneOutcome>,
) -> Option<(&'a CrowdOutcome, &'a MilestoneOutcome)> {
    let reached = hostile(outcome).filter_map(|crowd| Some((crowd, milestone(crowd)?)));
    let priced = reached.filter_map(|(crowd, milestone)| Some((crowd, milestone, milestone.cheapest_sats?)));
    priced.min_by(|one, other| one.2.total_cmp(&other.2)).map(|(crowd, milestone, _)| (crowd, milestone))
}

/// What the cheapest of a milestone took.
pub(super) fn in_words(milestone: &MilestoneOutcome) -> String {
    let (Some(cheapest), Some(cost)) = (&milestone.cheapest, milestone.cheapest_sats) else {
        return "nobody reached it".to_owned();
    };
    format!(
        "{}, {}, {} gas and in all <b>{}</b>, done after {}",
        things(cheapest.wallets, "wallet"),
        things(cheapest.trades, "trade"),
        count(cheapest.spent.gas),
        sats(cost),
        duration(cheapest.after_seconds)
    )
}

/// What it cost each attack to reach scores.
pub(super) fn costs(outcome: &Outcome) -> String {
    let reads = "What an attacker had spent, in all its wallets, when the first of them reached a score: gas, Lightning fees and \
                 what its locked money would have earned elsewhere. The dot is the cheapest attacker of its kind, the ring the \
                 middle one. Each mark below is ten times the one before: further left is cheaper, and worse for everybody else.";
    if hostile(outcome).next().is_none() {
        return section("What a score costs", reads, "", "<p>There is no hostile crowd in this scenario.</p>\n");
    }
    let targets = targets(outcome);
    let all = targets.iter().flat_map(|(_, milestones)| {
        milestones.iter().flat_map(|(_, milestone)| [milestone.cheapest_sats, milestone.median_sats])
    });
    let Some(scale) = Decades::of(all.flatten()) else {
        let free = targets.iter().flat_map(|(_, milestones)| milestones).any(|(_, milestone)| milestone.reached_by > 0);
        let said = if free {
            "<p>It cost the attackers nothing.</p>\n"
        } else {
            "<p>No attack reached any of these scores.</p>\n"
        };
        return section("What a score costs", reads, "", &format!("{said}{}", table_of(outcome)));
    };
    let panels: String = targets.iter().map(|(title, milestones)| panel(title, milestones, &scale)).collect();
    let content = format!("<div class=\"panels wide\">\n{panels}</div>\n{}", table_of(outcome));
    section("What a score costs", reads, &found(outcome), &content)
}

type Target<'a> = (String, Vec<(&'a CrowdOutcome, &'a MilestoneOutcome)>);

/// The scores that are asked about, with each attack's answer.
fn targets(outcome: &Outcome) -> Vec<Target<'_>> {
    let of = |title: String, milestone: &dyn Fn(&CrowdOutcome) -> Option<&MilestoneOutcome>| {
        (title, hostile(outcome).filter_map(|crowd| Some((crowd, milestone(crowd)?))).collect::<Vec<_>>())
    };
    let mut targets: Vec<_> = MILESTONES
        .iter()
        .enumerate()
        .map(|(index, score)| of(format!("A score of {score}"), &|crowd| crowd.milestones.get(index)))
        .collect();
    if let Some(scores) = outcome.honest_scores {
        let title = format!("As much as the typical honest wallet ({})", count(scores.median));
        targets.push(of(title, &|crowd| crowd.honest_median.as_ref()));
    }
    targets
}

fn found(outcome: &Outcome) -> String {
    let mut found = String::new();
    for (index, score) in MILESTONES.iter().enumerate() {
        if let Some((crowd, milestone)) = cheapest(outcome, |crowd| crowd.milestones.get(index)) {
            let (name, cost) = (escape(&crowd.name), or_none(milestone.cheapest_sats, sats));
            found.push_str(&format!("A score of {score} can be had for <b>{cost}</b> ({name}). "));
        }
    }
    found
}

#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "pixels")]
fn panel(title: &str, milestones: &[(&CrowdOutcome, &MilestoneOutcome)], scale: &Decades) -> String {
    let priced = |(crowd, milestone): &(&CrowdOutcome, &MilestoneOutcome)| {
        Some((crowd.name.clone(), crowd.agents, milestone.reached_by, milestone.cheapest_sats?, milestone.median_sats?))
    };
    let mut reached: Vec<_> = milestones.iter().filter_map(priced).collect();
    reached.sort_by(|one, other| one.3.total_cmp(&other.3));
    let missed: Vec<_> = milestones
        .iter()
        .filter(|milestone| priced(milestone).is_none())
        .map(|(crowd, _)| escape(&crowd.name))
        .collect();
    let mut plot = Plot::new((reached.len() as f64 * ROW) as u32);
    for (along, label) in scale.marks() {
        plot.mark_below(along, &label);
    }
    for (row, (name, agents, reached_by, least, middle)) in reached.iter().enumerate() {
        let (top, class) = (row as f64 * ROW, side(true));
        let down = top + 28.0;
        plot.text((0.0, top + 14.0), Anchor::Start, "label", &cut(name, super::NAME_CHARACTERS));
        plot.text((100.0, top + 14.0), Anchor::End, "aside", &sats(*least));
        let reached = format!("{name}: {} of {} reached it", count(*reached_by), things(*agents, "attacker"));
        let (from, to) = (scale.place(*least), scale.place(*middle));
        plot.straight((from, down), (to, down), &format!("{class} thin"));
        plot.dot(
            (to, down),
            5.0,
            &format!("{class} hollow"),
            &format!("{reached}; the middle one for {}", sats(*middle)),
        );
        plot.dot((from, down), 6.0, class, &format!("{reached}; the cheapest for {}", sats(*least)));
    }
    let plot = match reached.as_slice() {
        [] => "<p>No attack reached it.</p>".to_owned(),
        _ => plot.finish(&format!("Cost in satoshis: {title}"), false),
    };
    let missed = match (reached.as_slice(), missed.as_slice()) {
        ([], _) | (_, []) => String::new(),
        (_, missed) => format!("<p class=\"small\">Not reached by {}.</p>", alternatives(missed)),
    };
    format!("<figure><figcaption><h3>{}</h3></figcaption>{plot}{missed}</figure>\n", escape(title))
}

/// Attacks down, scores along.
fn table_of(outcome: &Outcome) -> String {
    let targets = targets(outcome);
    let rows: Vec<_> = hostile(outcome)
        .map(|crowd| {
            let milestones =
                targets.iter().map(|(_, milestones)| milestones.iter().find(|(other, _)| other.name == crowd.name));
            let cells = milestones.map(|milestone| {
                Cell::Value(milestone.map_or_else(String::new, |(_, milestone)| cell(crowd, milestone)))
            });
            [Cell::Name(name(crowd))].into_iter().chain(cells).collect()
        })
        .collect();
    let titles: Vec<_> = targets.iter().map(|(title, _)| format!("{}, in sats", escape(title))).collect();
    let head: Vec<_> = ["Attack"].into_iter().chain(titles.iter().map(String::as_str)).collect();
    table(&head, &rows)
}

fn cell(crowd: &CrowdOutcome, milestone: &MilestoneOutcome) -> String {
    let (Some(cheapest), Some(cost)) = (&milestone.cheapest, milestone.cheapest_sats) else {
        return "–".to_owned();
    };
    format!(
        "{}<small>{}, {}</small><small>{} gas</small><small>{}</small><small>{} of {}</small>",
        real(cost),
        things(cheapest.wallets, "wallet"),
        things(cheapest.trades, "trade"),
        count(cheapest.spent.gas),
        duration(cheapest.after_seconds),
        count(milestone.reached_by),
        things(crowd.agents, "attacker")
    )
}

/// What each crowd gained for what it spent.
#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "pixels")]
pub(super) fn gains(outcome: &Outcome) -> String {
    let reads = "Scores of all wallets of a crowd, added, for each satoshi it spent until the end. Each mark is ten times the one \
                 before. Honest crowds are shown for comparison: they pay for trades they wanted anyway. A protocol is safer the \
                 further the hostile bars stay to the left of the honest ones.";
    let mut gains: Vec<_> = outcome
        .crowds
        .iter()
        .filter_map(|crowd| Some((crowd, crowd.score_per_sat.filter(|gain| *gain > 0.0)?)))
        .collect();
    gains.sort_by(|one, other| other.1.total_cmp(&one.1));
    let Some(scale) = Decades::of(gains.iter().map(|(_, gain)| *gain)).map(Decades::below) else {
        return section("What an attack gains", reads, "", "<p>Nobody gained score by spending.</p>\n");
    };
    let mut plot = Plot::new((gains.len() as f64 * ROW) as u32);
    for (along, label) in scale.marks() {
        plot.mark_below(along, &label);
    }
    for (row, (crowd, gain)) in gains.iter().enumerate() {
        let top = row as f64 * ROW;
        let price = format!("{} per sat · {} a point", real(*gain), sats(1.0 / gain));
        plot.text((0.0, top + 14.0), Anchor::Start, "label", &cut(&crowd.name, super::NAME_CHARACTERS));
        plot.text((100.0, top + 14.0), Anchor::End, "aside", &price);
        let title = format!("{}: {} points for {}", crowd.name, count(crowd.score), sats(crowd.spent_sats));
        plot.bar((0.0, scale.place(*gain)), (top + 20.0, top + 33.0), side(crowd.hostile), &title);
    }
    let content = format!(
        "{}{}<p class=\"small\">Below: points of score for a satoshi.</p>\n",
        super::legend(),
        plot.finish("Score gained per satoshi spent, by crowd", false)
    );
    section("What an attack gains", reads, &extremes(outcome), &content)
}
