//! How scores are spread.

use super::{
    name,
    plot::{Plot, Scores},
    ratio, side,
    text::{count, or_none, percent, things},
};
use crate::{Outcome, outcome::Spread};

/// Height of each half of the plot of both sides.
const HALF: u32 = 110;

pub(super) fn section(outcome: &Outcome) -> String {
    let sides = || outcome.honest_scores.iter().chain(&outcome.hostile_scores);
    let range = (sides().map(|scores| scores.lowest).min(), sides().map(|scores| scores.highest).max());
    let (Some(lowest), Some(highest)) = range else {
        return section_of("", "<p>No wallet settled a trade, so there are no scores.</p>\n");
    };
    let scale = Scores::between(lowest, highest);
    let legend = "<p class=\"legend\"><span class=\"mark honest\"></span>honest, upwards <span class=\"mark hostile\"></span>hostile, downwards</p>\n";
    let content = [legend.to_owned(), both(outcome, &scale), ranges(outcome, &scale)].concat();
    section_of(&found(outcome), &content)
}

fn section_of(found: &str, content: &str) -> String {
    super::section(
        "How high scores are",
        "Of the wallets that settled a trade: what share of each side ended with which score. Honest wallets point up, hostile \
         ones down; the score grows to the right, and four bars are a doubling. Where the two sides do not overlap, a score \
         tells them apart; where hostile wallets lie further right, it tells the wrong story.",
        found,
        content,
    )
}

fn found(outcome: &Outcome) -> String {
    let of = |side: &str, scores: Option<Spread>| match scores {
        Some(scores) => format!(
            "The typical {side} wallet has a score of <b>{}</b>; half of the {} lie between {} and {}, the highest is {}.",
            count(scores.median),
            count(scores.count),
            count(scores.quarter),
            count(scores.three_quarters),
            count(scores.highest)
        ),
        None => format!("No {side} wallet settled a trade."),
    };
    let idle = |hostile: bool| {
        let crowds = outcome.crowds.iter().filter(|crowd| crowd.hostile == hostile);
        crowds.map(|crowd| crowd.wallets - crowd.active_wallets.min(crowd.wallets)).sum::<u64>()
    };
    let idle = match (idle(false), idle(true)) {
        (0, 0) => String::new(),
        (honest, hostile) => format!(
            " Left out are {} and {} that settled none.",
            things(honest, "honest wallet"),
            count(hostile) + " hostile"
        ),
    };
    format!("{} {}{idle}", of("honest", outcome.honest_scores), of("hostile", outcome.hostile_scores))
}

/// Both sides: honest up, hostile down.
fn both(outcome: &Outcome, scale: &Scores) -> String {
    let shares = |hostile: bool| {
        let mut counts = vec![0_u64; scale.steps().end];
        let wallets = outcome.wallets.iter().filter(|wallet| wallet.settled > 0 && wallet.hostile == hostile);
        for wallet in wallets {
            if let Some(count) = counts.get_mut(Scores::index(wallet.score)) {
                *count += 1;
            }
        }
        let all = counts.iter().sum();
        counts.into_iter().map(move |count| (count, ratio(count, all).unwrap_or(0.0))).collect::<Vec<_>>()
    };
    let (honest, hostile) = (shares(false), shares(true));
    let highest = honest.iter().chain(&hostile).map(|(_, share)| *share).fold(0.0, f64::max);
    if highest <= 0.0 {
        return String::new();
    }
    let step = nice_share(highest);
    let (middle, unit) = (f64::from(HALF), f64::from(HALF - 6) / highest);
    let mut plot = Plot::new(2 * HALF);
    for (along, label) in scale.marks() {
        plot.mark_below(along, &label);
    }
    let mut share = step;
    while share <= highest {
        for down in [middle - share * unit, middle + share * unit] {
            plot.mark_left(down, &percent(share));
        }
        share += step;
    }
    for (shares, hostile) in [(&honest, false), (&hostile, true)] {
        for (index, (number, share)) in shares.iter().enumerate().filter(|(_, (number, _))| *number > 0) {
            let down = if hostile { (middle, middle + share * unit) } else { (middle - share * unit, middle) };
            // A single wallet among very many is to be seen.
            let down = if hostile { (down.0, down.1.max(middle + 1.0)) } else { (down.0.min(middle - 1.0), down.1) };
            let (first, last) = (Scores::first(index), Scores::first(index + 1) - 1);
            let range = if first == last { count(first) } else { format!("{} to {}", count(first), count(last)) };
            let title =
                format!("score {range}: {} of the {} wallets, {}", percent(*share), side(hostile), count(*number));
            let (from, to) = (scale.place_of(index), scale.place_of(index + 1));
            plot.bar((from, to - (to - from) * 0.08), down, side(hostile), &title);
        }
    }
    plot.straight((0.0, middle), (100.0, middle), "base");
    plot.finish("Shares of honest and of hostile wallets by score", true)
        + "<p class=\"small\">Below: the score. On the left: share of the side's wallets.</p>\n"
}

/// Each crowd by itself.
fn ranges(outcome: &Outcome, scale: &Scores) -> String {
    let crowds: Vec<_> = outcome.crowds.iter().filter_map(|crowd| Some((crowd, crowd.scores?))).collect();
    let mut rows = String::new();
    for (crowd, scores) in crowds {
        let mut plot = Plot::new(22);
        let (class, down) = (side(crowd.hostile), 11.0);
        for (along, _) in scale.marks() {
            plot.straight((along, 0.0), (along, 22.0), "grid");
        }
        let place = |score| scale.place(score);
        plot.straight((place(scores.lowest), down), (place(scores.highest), down), &format!("{class} thin"));
        let title = format!(
            "{}: lowest {}, a quarter below {}, half below {}, three quarters below {}, highest {}",
            crowd.name, scores.lowest, scores.quarter, scores.median, scores.three_quarters, scores.highest
        );
        plot.bar((place(scores.quarter), place(scores.three_quarters)), (down - 5.0, down + 5.0), class, &title);
        plot.dot((place(scores.median), down), 6.0, class, &title);
        rows.push_str(&format!(
            "<figure class=\"range\"><figcaption>{} <span class=\"value\">· {} · median {}, highest {}</span></figcaption>{}</figure>\n",
            name(crowd),
            things(scores.count, "wallet"),
            count(scores.median),
            count(scores.highest),
            plot.finish(&title, true)
        ));
    }
    format!(
        "<h3>Crowd by crowd</h3>\n<p class=\"reads\">On the same scale. The dot is the middle wallet, the bar the middle half, \
         the line reaches from the lowest to the highest.</p>\n<div class=\"ranges\">{rows}</div>\n"
    )
}

/// A step that makes two to five marks.
fn nice_share(highest: f64) -> f64 {
    let steps = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.25];
    steps.into_iter().find(|step| highest / step < 4.0).unwrap_or(0.5)
}

/// The median of a side, for tables.
pub(super) fn median(scores: Option<Spread>) -> String {
    or_none(scores, |scores| count(scores.median))
}
