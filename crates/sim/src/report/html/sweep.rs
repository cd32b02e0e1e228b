//! Runs beside each other: what a parameter does.

use super::{
    Cell,
    attacks::cheapest,
    escape, hostile, name,
    plot::{Anchor, Decades, Plot},
    section, table,
    text::{count, cut, or_none, percent, real, sats, share},
};
use crate::{
    Outcome, compare,
    outcome::CrowdOutcome,
    report::plain,
    sweep::{Axis, Mode, SweepOutcome},
    world::MILESTONES,
};

const HEIGHT: u32 = 150;
/// Characters of a value below a plot.
const VALUE_CHARACTERS: usize = 12;
/// From which share of the reference's honest trades on a change does them no harm: of those that settle, and those that count.
const HARMLESS: f64 = 0.99;
/// Characters that fit below a plot beside each other.
const CHARACTERS_A_ROW: usize = 34;

/// An outcome, and what is special about it.
struct Point<'a> {
    label: String,
    outcome: &'a Outcome,
}

/// Outcomes beside each other.
struct Row<'a> {
    points: Vec<Point<'a>>,
    /// Whether their labels are numbers, so that a line from one to the next means something.
    ordered: bool,
}

/// A sweep's page.
pub(super) fn of_sweep(sweep: &SweepOutcome) -> String {
    let mut page = header(
        &sweep.scenario.name,
        &sweep.scenario.description,
        "What becomes of scores, attacks and detectors when one of the scenario's values is changed and all else, luck included, \
         stays as it is.",
    );
    let points = points_of(sweep);
    let reference = sweep
        .reference()
        .and_then(|reference| points.iter().find(|point| std::ptr::eq(point.outcome, &raw const reference.outcome)));
    page.push_str(&trade_off(reference, &points));
    for (place, axis) in sweep.axes.iter().enumerate() {
        page.push_str(&along(sweep, place, axis));
    }
    page + &everything(&points)
}

/// The page of a comparison.
pub(super) fn of_comparison(outcomes: &[Outcome]) -> String {
    let points = outcomes.iter().zip(compare::labels(outcomes)).map(|(outcome, label)| Point { label, outcome });
    let row = Row { points: points.collect(), ordered: false };
    let names: Vec<_> = row.points.iter().map(|point| point.label.as_str()).collect();
    let mut page = header("Comparison", &names.join(" · "), "");
    if row.points.is_empty() {
        return page + "<p>There is nothing to compare.</p>\n";
    }
    page.push_str(&trade_off(row.points.first(), &row.points));
    page.push_str(&section("Side by side", READS, &change(&row.points), &(panels(&row) + &by_attack(&row.points))));
    page + &everything(&row.points)
}

const READS: &str = "Each plot has the values along its lower edge. Orange is the attackers' side, blue the honest one. Costs are those of \
                     the cheapest attack, on a scale where each mark is ten times the one below.";

fn header(name: &str, description: &str, reads: &str) -> String {
    format!(
        "<header>\n<h1>{}</h1>\n<p class=\"lead\">{}</p>\n<p class=\"reads\">{reads}</p>\n</header>\n",
        escape(name),
        escape(description)
    )
}

/// All points of a sweep, each named by what it sets.
fn points_of(sweep: &SweepOutcome) -> Vec<Point<'_>> {
    let points = sweep.points.iter().map(|point| {
        let settings = sweep.axes.iter().zip(&point.values);
        let changed =
            settings.filter(|(axis, value)| sweep.mode == Mode::Grid || Some(*value) != base(sweep, axis).as_ref());
        let changed: Vec<_> =
            changed.map(|(axis, value)| format!("{} {}", short_key(&axis.key), plain(value))).collect();
        let label = if changed.is_empty() { "as it is".to_owned() } else { changed.join(", ") };
        Point { label, outcome: &point.outcome }
    });
    points.collect()
}

/// What an axis is at in the scenario as it is.
fn base(sweep: &SweepOutcome, axis: &Axis) -> Option<toml::Value> {
    sweep.scenario.current(&axis.key)
}

/// One axis of a sweep.
fn along(sweep: &SweepOutcome, place: usize, axis: &Axis) -> String {
    let base = base(sweep, axis);
    let points = sweep.along(place).into_iter().filter_map(|point| {
        let value = point.values.get(place)?;
        let star = if Some(value) == base.as_ref() { "*" } else { "" };
        Some(Point { label: format!("{}{star}", plain(value)), outcome: &point.outcome })
    });
    let ordered = axis.values.iter().all(|value| value.is_integer() || value.is_float());
    let row = Row { points: points.collect(), ordered };
    if row.points.is_empty() {
        return String::new();
    }
    section(
        &format!("What {} does", escape(&axis.key)),
        &match &base {
            Some(base) => format!("{READS} The scenario's own value, {}, has a star.", escape(&plain(base))),
            None => READS.to_owned(),
        },
        &change(&row.points),
        &(panels(&row) + &by_attack(&row.points)),
    )
}

/// A key without the table it is in.
fn short_key(key: &str) -> &str {
    key.strip_prefix("parameters.").or_else(|| key.strip_prefix("crowd.")).unwrap_or(key)
}

/// What looking honest costs by each attack, and what it gains.
fn by_attack(points: &[Point<'_>]) -> String {
    let Some(first) = points.first() else { return String::new() };
    let row = |(place, crowd): (usize, &CrowdOutcome)| {
        let cells = points.iter().map(|point| {
            let Some(crowd) = point.outcome.crowds.get(place) else { return Cell::Value("–".to_owned()) };
            let cost = or_none(crowd.honest_median.as_ref().and_then(|milestone| milestone.cheapest_sats), real);
            Cell::Value(format!("{cost}<small>{} a sat</small>", or_none(crowd.score_per_sat, real)))
        });
        [Cell::Name(name(crowd))].into_iter().chain(cells).collect::<Vec<_>>()
    };
    let rows: Vec<_> = first.outcome.crowds.iter().enumerate().filter(|(_, crowd)| crowd.hostile).map(row).collect();
    if rows.is_empty() {
        return String::new();
    }
    let labels: Vec<_> = points.iter().map(|point| escape(&point.label)).collect();
    let head: Vec<_> = ["Attack"].into_iter().chain(labels.iter().map(String::as_str)).collect();
    format!(
        "<h3>Attack by attack</h3>\n<p class=\"reads\">What the typical honest wallet's score costs, in sats; small, the points of score \
         gained for a sat until the end.</p>\n{}",
        table(&head, &rows)
    )
}

// -------------------------------------------------------------------------------------------------------- the numbers

/// Cost of the honest wallets' median score by the cheapest attack: the same question under each formula.
fn like_honest(outcome: &Outcome) -> Option<f64> {
    cheapest(outcome, |crowd| crowd.honest_median.as_ref())?.1.cheapest_sats
}

fn like_the_best(outcome: &Outcome) -> Option<f64> {
    cheapest(outcome, |crowd| crowd.honest_ninety.as_ref())?.1.cheapest_sats
}

fn milestone(outcome: &Outcome, index: usize) -> Option<f64> {
    cheapest(outcome, |crowd| crowd.milestones.get(index))?.1.cheapest_sats
}

/// Honest wallets' trades that settled, where there are honest wallets.
fn honest_settled(outcome: &Outcome) -> Option<f64> {
    super::ratio(outcome.honest_settled(), 1).filter(|_| outcome.crowds.iter().any(|crowd| !crowd.hostile))
}

/// Those of them that counted.
fn honest_counted(outcome: &Outcome) -> Option<f64> {
    super::ratio(outcome.honest_counted(), 1).filter(|_| outcome.crowds.iter().any(|crowd| !crowd.hostile))
}

#[allow(clippy::cast_precision_loss, reason = "a place in a picture")]
fn median(outcome: &Outcome, hostile: bool) -> Option<f64> {
    let scores = if hostile { outcome.hostile_scores } else { outcome.honest_scores };
    scores.map(|scores| scores.median as f64)
}

fn best_gain(outcome: &Outcome) -> Option<f64> {
    hostile(outcome).filter_map(|crowd| crowd.score_per_sat).max_by(f64::total_cmp)
}

fn honest_gain(outcome: &Outcome) -> Option<f64> {
    outcome.crowds.iter().filter(|crowd| !crowd.hostile).filter_map(|crowd| crowd.score_per_sat).max_by(f64::total_cmp)
}

/// Share of hostile wallets found at 1% false alarms by the detector that finds most.
fn found(outcome: &Outcome) -> Option<f64> {
    let detectors = outcome.findings.iter().flat_map(|findings| &findings.detectors);
    let shares = detectors.filter_map(|detector| {
        let found = detector.found_at_one_percent.iter().map(|crowd| crowd.found).sum();
        super::ratio(found, detector.found_at_one_percent.iter().map(|crowd| crowd.wallets).sum())
    });
    shares.max_by(f64::total_cmp)
}

/// What came of an axis, in a sentence or two.
fn change(points: &[Point<'_>]) -> String {
    let mut sentences = String::new();
    let costs = points.iter().filter_map(|point| Some((point, like_honest(point.outcome)?)));
    let least = costs.clone().min_by(|one, other| one.1.total_cmp(&other.1));
    let most = costs.max_by(|one, other| one.1.total_cmp(&other.1));
    if let (Some((cheap, least)), Some((dear, most))) = (least, most) {
        let sentence = if most > least {
            format!(
                "To look like the typical honest wallet costs from <b>{}</b> ({}) to <b>{}</b> ({}).",
                sats(least),
                escape(&cheap.label),
                sats(most),
                escape(&dear.label)
            )
        } else {
            format!("To look like the typical honest wallet costs <b>{}</b>, whatever the value.", sats(least))
        };
        sentences.push_str(&sentence);
    } else {
        sentences.push_str("No attack came to look like the typical honest wallet.");
    }
    let between = |number: &dyn Fn(&Outcome) -> Option<f64>| {
        let numbers = points.iter().filter_map(|point| number(point.outcome));
        let (low, high) = numbers.fold((f64::INFINITY, 0.0_f64), |(low, high), one| (low.min(one), high.max(one)));
        let (least, most) = (real(low), real(high));
        (low <= high).then(|| if low < high { format!("{least} to {most}") } else { most })
    };
    if let (Some(settled), Some(counted)) = (between(&honest_settled), between(&honest_counted)) {
        sentences.push_str(&format!(" Honest wallets settle {settled} trades, and {counted} of them count."));
    }
    sentences
}

// -------------------------------------------------------------------------------------------------------- the plots

/// A line of a plot: what it is, its class, and where its numbers come from.
type Line<'a> = (&'a str, &'a str, &'a dyn Fn(&Outcome) -> Option<f64>);

fn panels(row: &Row<'_>) -> String {
    let milestones: Vec<_> = MILESTONES.iter().map(|score| format!("a score of {score}")).collect();
    let styles = ["hostile", "hostile second", "hostile last"];
    let cost: Vec<_> = (0..MILESTONES.len()).map(|index| move |outcome: &Outcome| milestone(outcome, index)).collect();
    let costs: Vec<Line<'_>> = milestones
        .iter()
        .zip(styles)
        .zip(&cost)
        .map(|((name, style), cost)| (name.as_str(), style, cost as &dyn Fn(&Outcome) -> Option<f64>))
        .collect();
    let panels = [
        powers(
            "To look honest costs, in sats",
            row,
            &[
                ("the typical honest wallet's score", "hostile", &like_honest),
                ("one that one in ten reaches", "hostile second", &like_the_best),
            ],
        ),
        powers("A fixed score costs, in sats", row, &costs),
        powers(
            "Score gained for a sat",
            row,
            &[
                ("the attack that gains most", "hostile", &best_gain),
                ("the honest crowd that does", "honest", &honest_gain),
            ],
        ),
        powers(
            "Typical score",
            row,
            &[
                ("honest wallets", "honest", &|outcome| median(outcome, false)),
                ("hostile wallets", "hostile", &|outcome| median(outcome, true)),
            ],
        ),
        upright(
            "Honest wallets' trades",
            row,
            &[("that count", "honest", &honest_counted), ("that settle", "honest second", &honest_settled)],
            None,
            real,
        ),
        upright("AUC of the best detector", row, &[("its AUC", "third", &crate::report::best_auc)], Some(1.0), share),
        upright(
            "Hostile wallets found at 1% false alarms",
            row,
            &[("by the detector that finds most", "third", &found)],
            Some(1.0),
            percent,
        ),
    ];
    format!("<div class=\"panels beside\">\n{}</div>\n", panels.concat())
}

/// A plot on a scale of powers of ten.
fn powers(title: &str, row: &Row<'_>, lines: &[Line<'_>]) -> String {
    let numbers = lines.iter().flat_map(|(_, _, number)| row.points.iter().filter_map(|point| number(point.outcome)));
    let Some(scale) = Decades::of(numbers) else { return empty(title) };
    let down = |number| (1.0 - scale.place(number) / 100.0) * f64::from(HEIGHT);
    let mut plot = Plot::new(HEIGHT);
    for (place, label) in scale.marks() {
        plot.mark_left((1.0 - place / 100.0) * f64::from(HEIGHT), &label);
    }
    draw(title, plot, row, lines, down, real)
}

/// A plot from nothing up to a number, or to the largest there is.
fn upright(title: &str, row: &Row<'_>, lines: &[Line<'_>], top: Option<f64>, text: fn(f64) -> String) -> String {
    let numbers = lines.iter().flat_map(|(_, _, number)| row.points.iter().filter_map(|point| number(point.outcome)));
    let Some(largest) = numbers.max_by(f64::total_cmp) else { return empty(title) };
    let top = top.unwrap_or(largest);
    // Where all are 0, they lie on the lower edge.
    let down = |number: f64| (1.0 - if top > 0.0 { number / top } else { 0.0 }) * f64::from(HEIGHT);
    let mut plot = Plot::new(HEIGHT);
    for mark in [0.0, top / 2.0, top] {
        plot.mark_left(down(mark), &text(mark));
    }
    draw(title, plot, row, lines, down, text)
}

#[allow(clippy::cast_precision_loss, reason = "places in a picture")]
fn draw(
    title: &str,
    mut plot: Plot,
    row: &Row<'_>,
    lines: &[Line<'_>],
    down: impl Fn(f64) -> f64,
    text: fn(f64) -> String,
) -> String {
    let along = |index: usize| (index as f64 + 0.5) / row.points.len() as f64 * 100.0;
    mark_values(&mut plot, row, along);
    let mut legend = String::new();
    for (name, class, number) in lines {
        let numbers = row.points.iter().map(|point| number(point.outcome));
        let places: Vec<_> = numbers.enumerate().map(|(index, number)| Some((along(index), number?))).collect();
        for run in places.split(Option::is_none).filter(|run| row.ordered && run.len() > 1) {
            let run: Vec<_> = run.iter().flatten().map(|(along, number)| (*along, down(*number))).collect();
            plot.path(&run, class);
        }
        let (radius, dot) = dot_of(class);
        for (point, place) in row.points.iter().zip(&places) {
            let Some((along, number)) = place else { continue };
            plot.dot((*along, down(*number)), radius, &dot, &format!("{}: {name} {}", point.label, text(*number)));
        }
        let line = if row.ordered { format!("<path class=\"{class}\" d=\"M0 6L24 6\"/>") } else { String::new() };
        legend.push_str(&format!(
            "<span class=\"key\"><svg width=\"24\" height=\"12\" class=\"plot\">{line}\
             <circle class=\"{dot}\" cx=\"12\" cy=\"6\" r=\"{}\"/></svg>{name}</span>",
            radius / 1.6
        ));
    }
    format!(
        "<figure><figcaption><h3>{title}</h3><p class=\"keys\">{legend}</p></figcaption>{}</figure>\n",
        plot.finish(title, true)
    )
}

/// The values below a plot: in two rows where one is too short, and only some where two are. Pointing at a dot says its value.
fn mark_values(plot: &mut Plot, row: &Row<'_>, along: impl Fn(usize) -> f64) {
    let widths = row.points.iter().map(|point| point.label.chars().count().min(VALUE_CHARACTERS) + 2);
    let rows = widths.sum::<usize>().div_ceil(CHARACTERS_A_ROW).max(1);
    let every = rows.div_ceil(2);
    for (number, index) in (0..row.points.len()).step_by(every).enumerate() {
        let lower = if rows > 1 && number % 2 == 1 { 14.0 } else { 0.0 };
        let label = cut(&row.points[index].label, VALUE_CHARACTERS);
        plot.text((along(index), f64::from(HEIGHT) + 16.0 + lower), Anchor::Middle, "tick", &label);
    }
}

/// The dot that goes with a line. The second and the last are rings that show around the first.
fn dot_of(class: &str) -> (f64, String) {
    match class.split_once(' ') {
        None => (4.5, class.to_owned()),
        Some((side, "second")) => (7.0, format!("{side} hollow")),
        Some((side, _)) => (9.5, format!("{side} hollow")),
    }
}

fn empty(title: &str) -> String {
    format!(
        "<figure><figcaption><h3>{title}</h3></figcaption><p class=\"small\">Nothing to show: it never happened.</p></figure>\n"
    )
}

// -------------------------------------------------------------------------------------------------------- the trade-off

/// What a change does to attackers and to the honest, against the reference.
struct Change<'a> {
    point: &'a Point<'a>,
    /// What looking honest costs; none where nobody came to it.
    cost: Option<f64>,
    /// How many times as much that is.
    dearer: Option<f64>,
    /// Honest trades that settle, as a share of those that did.
    settled: f64,
    /// Honest trades that count, as a share of those that did: what a change keeps from happening does not count either.
    counted: f64,
}

impl Change<'_> {
    /// The share of what the honest had that is left to them.
    const fn kept(&self) -> f64 {
        self.counted.min(self.settled)
    }
}

fn trade_off<'a>(reference: Option<&'a Point<'a>>, points: &'a [Point<'a>]) -> String {
    let Some(reference) = reference else { return String::new() };
    let base = reference.outcome;
    let Some(cost) = like_honest(base).filter(|cost| *cost > 0.0 && points.len() > 1) else { return String::new() };
    if base.honest_counted() == 0 {
        return String::new();
    }
    let differ = points.iter().filter(|point| point.outcome.scenario != base.scenario);
    let changes = [reference].into_iter().chain(differ).filter_map(|point| {
        let own = like_honest(point.outcome);
        let settled = super::ratio(point.outcome.honest_settled(), base.honest_settled())?;
        let counted = super::ratio(point.outcome.honest_counted(), base.honest_counted())?;
        Some(Change { point, cost: own, dearer: own.map(|own| own / cost), settled, counted })
    });
    let mut changes: Vec<_> = changes.collect();
    let rank = |change: &Change<'_>| change.dearer.unwrap_or(f64::INFINITY);
    changes.sort_by(|one, other| rank(other).total_cmp(&rank(one)).then(other.kept().total_cmp(&one.kept())));
    let rows: Vec<_> = changes
        .iter()
        .map(|change| {
            let dearer = match change.dearer {
                Some(dearer) => Cell::Heat(libm::log10(dearer) / 2.0, format!("× {}", real(dearer))),
                None => Cell::Heat(1.0, "nobody came to it".to_owned()),
            };
            vec![
                Cell::Name(escape(&change.point.label)),
                dearer,
                kept(change.settled, change.point.outcome.honest_settled()),
                kept(change.counted, change.point.outcome.honest_counted()),
                Cell::Value(or_none(change.cost, real)),
                Cell::Value(or_none(median(change.point.outcome, false), real)),
                Cell::Value(or_none(found(change.point.outcome), percent)),
            ]
        })
        .collect();
    let head = [
        "Change",
        "Looking honest is dearer",
        "Honest trades settled",
        "Honest trades that count",
        "It costs, sats",
        "Honest median score",
        "Found at 1%",
    ];
    section(
        "Which change hurts attackers most",
        &format!(
            "Against <b>{}</b>. Scores mean something else under each formula, so the question is not what a fixed score costs, \
             but what it costs to have the score of the typical honest wallet under the same rules. A good change has a high \
             number on the left and still 1, or nearly, in both columns beside it: trades that never happen are harm, too. Where nobody came to it, the attackers of this scenario had \
             too little money, time or wit; others may have more.",
            escape(&reference.label)
        ),
        &hurts_most(&changes),
        &table(&head, &rows),
    )
}

/// How many honest trades there still are, and what share of the reference's.
fn kept(share: f64, trades: u64) -> Cell {
    Cell::Heat((share - 0.5) * 2.0, format!("× {}<small>{}</small>", real(share), count(trades)))
}

/// The best of the changes that do honest trades no harm. `changes` begins with what hurts most.
fn hurts_most(changes: &[Change<'_>]) -> String {
    let harmless =
        changes.iter().find(|change| change.kept() >= HARMLESS && change.dearer.is_none_or(|dearer| dearer > 1.0));
    let Some(change) = harmless else {
        return "No change makes attacks dearer and leaves honest trades as they are.".to_owned();
    };
    let label = escape(&change.point.label);
    let so = "Of the changes that leave honest trades as they are (99% or more of them still settle, and still count)";
    match change.dearer {
        Some(dearer) => {
            format!(
                "{so}, <b>{label}</b> hurts attackers most: to look honest costs them {} times as much.",
                real(dearer)
            )
        }
        None => {
            format!("{so}, <b>{label}</b> hurts attackers most: no attack of this scenario came to look honest at all.")
        }
    }
}

/// Every point in numbers.
fn everything(points: &[Point<'_>]) -> String {
    let rows: Vec<_> = points
        .iter()
        .map(|point| {
            let outcome = point.outcome;
            let mut row = vec![Cell::Name(escape(&point.label)), Cell::Value(count(outcome.settled))];
            row.extend([median(outcome, false), median(outcome, true)].map(|score| Cell::Value(or_none(score, real))));
            row.extend((0..MILESTONES.len()).map(|index| Cell::Value(or_none(milestone(outcome, index), real))));
            row.push(Cell::Value(or_none(like_honest(outcome), real)));
            row.push(Cell::Value(or_none(best_gain(outcome), real)));
            row.push(Cell::Value(or_none(crate::report::best_auc(outcome), share)));
            row.push(Cell::Value(format!("<code>{}</code>", cut(&format!("{:#x}", outcome.log_hash), 11))));
            row
        })
        .collect();
    let costs: Vec<_> = MILESTONES.iter().map(|score| format!("Cost of {score}, sats")).collect();
    let head =
        ["Change", "Trades", "Honest median", "Hostile median"].into_iter().chain(costs.iter().map(String::as_str));
    let head: Vec<_> = head.chain(["Cost of honest median", "Most score per sat", "Best AUC", "Log"]).collect();
    section(
        "All points",
        "Costs are the cheapest attack's, in satoshis; a dash is what nobody reached.",
        "",
        &table(&head, &rows),
    )
}
