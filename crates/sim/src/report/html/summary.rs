//! The head of a run's page, and what came out in a few sentences.

use super::{
    attacks::{cheapest, in_words},
    detectors, hostile,
    text::{count, escape, list, or_none, real, sats, things},
};
use crate::{Outcome, world::MILESTONES};

/// Name, description, and the run in numbers.
pub(super) fn header(outcome: &Outcome) -> String {
    let scenario = &outcome.scenario;
    let wallets = |hostile: bool| {
        outcome.crowds.iter().filter(|crowd| crowd.hostile == hostile).map(|crowd| crowd.wallets).sum::<u64>()
    };
    let description = match scenario.description.as_str() {
        "" => "What a score costs: Barter's contracts under simulated crowds of wallets.".to_owned(),
        said => escape(said),
    };
    let tiles: String = [
        (count(outcome.settled), "trades settled"),
        (count(wallets(false)), "honest wallets"),
        (count(wallets(true)), "hostile wallets"),
        (count(outcome.transactions), "transactions"),
        (count(scenario.days), if scenario.days == 1 { "day" } else { "days" }),
        (count(scenario.worlds), if scenario.worlds == 1 { "world" } else { "worlds" }),
    ]
    .iter()
    .map(|(number, what)| format!("<div class=\"tile\"><b>{number}</b><span>{what}</span></div>"))
    .collect();
    format!(
        "<header>\n<h1>{}</h1>\n<p class=\"lead\">{description}</p>\n<div class=\"tiles\">{tiles}</div>\n</header>\n",
        escape(&scenario.name)
    )
}

/// What came out, a sentence for each question.
pub(super) fn in_short(outcome: &Outcome) -> String {
    let mut sentences = vec![
        "Every transaction here was run by the contracts' real bytecode. Wallets trade with each other and gain a \
         <b>score</b> by each trade. <b>Honest</b> wallets trade for their own sake. <b>Hostile</b> ones want a score they \
         have not earned, or want to do harm."
            .to_owned(),
    ];
    sentences.extend(costs(outcome));
    sentences.extend(like_the_honest(outcome));
    sentences.extend(detectors::in_short(outcome));
    let items: String = sentences.iter().map(|sentence| format!("<li>{sentence}</li>\n")).collect();
    format!("<div class=\"short\">\n<h2>In short</h2>\n<ul>\n{items}</ul>\n</div>\n")
}

fn costs(outcome: &Outcome) -> Vec<String> {
    if hostile(outcome).next().is_none() {
        return vec!["Nobody attacked: all wallets of this scenario are honest.".to_owned()];
    }
    let mut sentences = Vec::new();
    let mut missed = Vec::new();
    for (index, score) in MILESTONES.iter().enumerate() {
        match cheapest(outcome, |crowd| crowd.milestones.get(index)) {
            Some((crowd, milestone)) => {
                sentences.push(format!(
                    "The cheapest way to a score of {score} was <b>{}</b>: {}.",
                    escape(&crowd.name),
                    in_words(milestone)
                ));
            }
            None => missed.push(score),
        }
    }
    if !missed.is_empty() {
        sentences.push(format!("No attack brought a wallet to a score of {}.", super::text::alternatives(&missed)));
    }
    sentences
}

fn like_the_honest(outcome: &Outcome) -> Option<String> {
    let scores = outcome.honest_scores.as_ref()?;
    hostile(outcome).next()?;
    let typical = format!(
        "Half of the {} that traded have a score of {} or more.",
        things(scores.count, "honest wallet"),
        count(scores.median)
    );
    let Some((crowd, milestone)) = cheapest(outcome, |crowd| crowd.honest_median.as_ref()) else {
        return Some(format!("{typical} No attack came that far."));
    };
    let cost = or_none(milestone.cheapest_sats, sats);
    Some(format!("{typical} To have as much cost the cheapest attack, <b>{}</b>, {cost}.", escape(&crowd.name)))
}

/// Which attacks gained least and most for what they spent.
pub(super) fn extremes(outcome: &Outcome) -> String {
    let mut gains: Vec<_> = hostile(outcome).filter_map(|crowd| Some((crowd, crowd.score_per_sat?))).collect();
    gains.sort_by(|one, other| other.1.total_cmp(&one.1));
    let vain = gains.split_off(gains.partition_point(|(_, gain)| *gain > 0.0));
    let vain: Vec<_> = vain.iter().map(|(crowd, _)| escape(&crowd.name)).collect();
    let free = hostile(outcome).filter(|crowd| crowd.score_per_sat.is_none());
    let free: Vec<_> = free.map(|crowd| escape(&crowd.name)).collect();
    let mut found = match gains.as_slice() {
        [] => String::new(),
        [(crowd, gain)] => format!("<b>{}</b> gained {} points of score for a sat.", escape(&crowd.name), real(*gain)),
        [(most, gain), .., (least, little)] => format!(
            "<b>{}</b> gained most for its money, {} points of score for a sat; <b>{}</b> least, {}.",
            escape(&most.name),
            real(*gain),
            escape(&least.name),
            real(*little)
        ),
    };
    if !vain.is_empty() {
        found.push_str(&format!(" {} gained nothing for theirs.", list(&vain)));
    }
    if !free.is_empty() {
        found.push_str(&format!(" {} spent nothing.", list(&free)));
    }
    found
}
