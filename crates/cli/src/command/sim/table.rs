//! Outcomes as people read them.

use std::path::PathBuf;

use barter_sim::{
    Outcome,
    compare::{Comparison, Row},
    detection::Detector,
    outcome::CrowdOutcome,
    sweep::SweepOutcome,
};

use super::folder::shown;
use crate::{
    page::{BAD, CARE, Cell, FAINT, NAME, Page, styled},
    text::{cut, grouped, printable, short_hash},
};

/// Worlds whose own log hashes are shown.
const WORLDS_SHOWN: usize = 8;
/// Longest name of a crowd that is shown whole.
const NAME_LENGTH: usize = 28;

/// A scenario's outcome.
pub(super) fn outcome(outcome: &Outcome, page: &mut Page) {
    let scenario = &outcome.scenario;
    page.title(printable(&scenario.name));
    page.field("seed", scenario.seed.to_string());
    page.field("worlds", format!("{} of {} days", grouped(scenario.worlds), grouped(scenario.days)));
    page.field("settled trades", grouped(outcome.settled));
    page.field("transactions", grouped(outcome.transactions));
    if let Some(scores) = &outcome.honest_scores {
        page.field("honest score", format!("{} in the middle, {} for one in ten", scores.median, scores.ninety));
    }
    page.field("log hash", outcome.log_hash.to_string());
    for (world, hash) in outcome.world_log_hashes.iter().enumerate().take(WORLDS_SHOWN) {
        page.field(&format!("of world {world}"), hash.to_string());
    }
    if outcome.world_log_hashes.len() > WORLDS_SHOWN {
        page.field("", "those of the other worlds are in --json");
    }
    page.gap();
    let head =
        ["crowd", "", "wallets", "trades", "highest", "score", "spent sats", "score per sat", "to honest middle"];
    page.table(0, &head, &outcome.crowds.iter().map(crowd).collect::<Vec<_>>());
    milestones(outcome, page);
    if let Some(findings) = &outcome.findings {
        page.gap();
        let head = ["detector", "precision", "recall", "false alarms", "auc"];
        page.table(0, &head, &findings.detectors.iter().map(detector).collect::<Vec<_>>());
    }
}

fn crowd(crowd: &CrowdOutcome) -> Vec<Cell> {
    let middle = crowd.honest_median.as_ref().and_then(|milestone| milestone.cheapest_sats);
    vec![
        Cell::new(cut(&printable(&crowd.name), NAME_LENGTH), NAME),
        if crowd.hostile { Cell::new("hostile", BAD) } else { Cell::from("honest") },
        grouped(crowd.wallets).into(),
        grouped(crowd.settled).into(),
        grouped(crowd.highest_score).into(),
        grouped(crowd.score).into(),
        number(Some(crowd.spent_sats)),
        number(crowd.score_per_sat),
        number(middle),
    ]
}

/// What it took hostile crowds to reach scores.
fn milestones(outcome: &Outcome, page: &mut Page) {
    let hostile = outcome.crowds.iter().filter(|crowd| crowd.hostile);
    let reached: Vec<_> =
        hostile.filter(|crowd| crowd.milestones.iter().any(|milestone| milestone.reached_by > 0)).collect();
    let Some(first) = reached.first() else { return };
    let scores = first.milestones.iter().map(|milestone| format!("sats for {}", milestone.score));
    let head: Vec<String> = std::iter::once("crowd".to_owned()).chain(scores).collect();
    let head: Vec<&str> = head.iter().map(String::as_str).collect();
    let rows = reached.iter().map(|crowd| {
        let costs = crowd.milestones.iter().map(|milestone| number(milestone.cheapest_sats));
        let name = Cell::new(cut(&printable(&crowd.name), NAME_LENGTH), NAME);
        std::iter::once(name).chain(costs).collect()
    });
    page.gap().table(0, &head, &rows.collect::<Vec<_>>());
}

fn detector(detector: &Detector) -> Vec<Cell> {
    vec![
        Cell::new(detector.name.clone(), NAME),
        share(detector.precision),
        share(detector.recall),
        share(detector.false_alarms),
        detector.auc.map_or_else(nothing, |auc| format!("{auc:.3}").into()),
    ]
}

/// Outcomes side by side: what is the same in all of them is left out.
pub(super) fn comparison(comparison: &Comparison, page: &mut Page) {
    for column in &comparison.columns {
        let hash = short_hash(column.log_hash);
        page.line(format!("{}  seed {}, log hash {hash}", styled(printable(&column.name), NAME), column.seed));
    }
    let names = comparison.columns.iter().map(|column| cut(&printable(&column.name), NAME_LENGTH));
    let head: Vec<String> = ["of", "number"].map(str::to_owned).into_iter().chain(names).collect();
    let head: Vec<&str> = head.iter().map(String::as_str).collect();
    let differs = |row: &&Row| row.values.iter().any(|value| Some(value) != row.values.first());
    let rows: Vec<_> = comparison.rows.iter().filter(differs).map(compared).collect();
    if rows.is_empty() {
        page.gap().line(styled("no number differs", FAINT));
        return;
    }
    page.gap().table(0, &head, &rows);
}

fn compared(row: &Row) -> Vec<Cell> {
    let cells = row.values.iter().enumerate().map(|(column, value)| {
        let text = value.map_or_else(|| "–".to_owned(), figure);
        match row.change(column).filter(|change| *change != 0.0) {
            Some(change) => Cell::new(format!("{text} ({:+.1}%)", change * 100.0), CARE),
            None => text.into(),
        }
    });
    let names = [Cell::new(printable(&row.subject), NAME), row.measure.replace('_', " ").into()];
    names.into_iter().chain(cells).collect()
}

/// A sweep: a line for each point.
pub(super) fn sweep(outcome: &SweepOutcome, page: &mut Page) {
    page.title(printable(&outcome.scenario.name));
    page.field("seed", outcome.scenario.seed.to_string()).gap();
    let keys = outcome.axes.iter().map(|axis| printable(&axis.key));
    let measures =
        ["honest score", "settled", "counted", "cheapest to it", "by", "cheapest 100", "350", "700", "log hash"]
            .map(str::to_owned);
    let head: Vec<String> = keys.chain(measures).collect();
    let head: Vec<&str> = head.iter().map(String::as_str).collect();
    let reference = outcome.reference();
    let rows = outcome.points.iter().map(|point| {
        let reference = reference.map_or(&point.outcome, |reference| &reference.outcome);
        let values = point.values.iter().map(|value| Cell::from(printable(value.to_string().trim_matches('"'))));
        values.chain(summary(&point.outcome, reference)).collect()
    });
    page.table(0, &head, &rows.collect::<Vec<_>>());
    page.gap().line(styled(
        "honest score: that of the honest wallet in the middle; settled, counted: honest trades, and those that raised a score,",
        FAINT,
    ));
    page.line(styled("with the change from the scenario as it is (of a grid without it, from the first line)", FAINT));
    page.line(styled("cheapest: satoshis that the cheapest attack spent on a score, and whose it was", FAINT));
}

fn summary(outcome: &Outcome, reference: &Outcome) -> [Cell; 9] {
    let hostile = || outcome.crowds.iter().filter(|crowd| crowd.hostile);
    let cheapest = |of: &dyn Fn(&CrowdOutcome) -> Option<f64>| {
        let costs = hostile().filter_map(|crowd| Some((of(crowd)?, crowd)));
        costs.min_by(|(one, _), (other, _)| one.total_cmp(other))
    };
    let sats = |of: &dyn Fn(&CrowdOutcome) -> Option<f64>| number(cheapest(of).map(|(sats, _)| sats));
    let middle = |crowd: &CrowdOutcome| crowd.honest_median.as_ref()?.cheapest_sats;
    let milestone = |place: usize| move |crowd: &CrowdOutcome| crowd.milestones.get(place)?.cheapest_sats;
    [
        outcome.honest_scores.map_or_else(nothing, |scores| grouped(scores.median).into()),
        kept(outcome.honest_settled(), reference.honest_settled()),
        kept(outcome.honest_counted(), reference.honest_counted()),
        sats(&middle),
        cheapest(&middle).map_or_else(nothing, |(_, crowd)| cut(&printable(&crowd.name), NAME_LENGTH).into()),
        sats(&milestone(0)),
        sats(&milestone(1)),
        sats(&milestone(2)),
        Cell::new(short_hash(outcome.log_hash), FAINT),
    ]
}

/// Honest trades, and by how much they are other than the reference's.
fn kept(trades: u64, reference: u64) -> Cell {
    #[allow(clippy::cast_precision_loss, reason = "a share for people")]
    let change = (reference > 0).then(|| (trades as f64 / reference as f64 - 1.0) * 100.0);
    match change.filter(|change| *change != 0.0) {
        Some(change) => Cell::new(format!("{} ({change:+.1}%)", grouped(trades)), CARE),
        None => grouped(trades).into(),
    }
}

/// Where the files are.
pub(super) fn files(files: &[PathBuf], page: &mut Page) {
    if !files.is_empty() {
        page.gap();
    }
    for (place, path) in files.iter().enumerate() {
        page.field(if place == 0 { "written" } else { "" }, shown(path));
    }
}

fn share(share: Option<f64>) -> Cell {
    share.map_or_else(nothing, |share| format!("{:.1}%", share * 100.0).into())
}

fn number(number: Option<f64>) -> Cell {
    number.map_or_else(nothing, |number| figure(number).into())
}

fn nothing() -> Cell {
    Cell::new("–", FAINT)
}

/// A number with as many places as say something.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a whole number above 0; saturates")]
fn figure(number: f64) -> String {
    match number.abs() {
        size if size >= 100.0 || number.fract() == 0.0 => grouped(number.round().max(0.0) as u64),
        size if size >= 1.0 => format!("{number:.2}"),
        size if size >= 0.001 => format!("{number:.4}"),
        _ => format!("{number:.1e}"),
    }
}
