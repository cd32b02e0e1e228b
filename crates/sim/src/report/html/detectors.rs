//! Which detector sees what.

use super::{
    Cell, name,
    plot::{Anchor, Plot},
    table,
    text::{count, escape, list, or_none, percent, share, things},
};
use crate::{
    CrowdId, Outcome,
    detection::{CrowdFound, Detector, Findings},
    outcome::CrowdOutcome,
};

/// What stands for several detectors at once begins so.
const TOGETHER: &str = "any ";
/// All flags at once.
const ANY_FLAG: &str = "any flag";

/// Height of a ROC curve.
const HEIGHT: u32 = 180;
/// The rate of false alarms at which detectors are compared.
const FALSE_ALARMS: f64 = 0.01;
/// Fewer wallets than this on a side, and a share says little.
const FEW: u64 = 30;

const TITLE: &str = "Which detector sees it";
const READS: &str = "Detectors look at settled trades alone and do not know who is hostile; here they are compared with the truth. \
                     <b>Precision</b> is the share of the wallets a detector points at that are hostile, <b>recall</b> the share of the \
                     hostile wallets it points at, and <b>false alarms</b> the share of honest wallets it points at, all with its \
                     thresholds as they come. <b>AUC</b> does without a threshold: how often a hostile wallet looks more suspicious than \
                     an honest one. 1 is always, 0.5 is a coin, below that it points the wrong way. The stronger the color of a cell, the better.";

fn nothing(said: &str) -> String {
    super::section(TITLE, READS, "", &format!("<p>{said}</p>\n"))
}

pub(super) fn section(outcome: &Outcome) -> String {
    let Some(findings) = &outcome.findings else {
        return nothing("The detectors were switched off in this run.");
    };
    if findings.detectors.is_empty() || findings.honest + findings.hostile == 0 {
        return nothing("There was nothing for the detectors to look at: no wallet settled a trade.");
    }
    let content = [
        few(findings),
        quality(findings),
        at_one_percent(outcome, findings),
        by_default(outcome, findings),
        curves(findings),
    ]
    .concat();
    super::section(TITLE, READS, &list_found(outcome, findings), &content)
}

/// What came out, for the head of the page.
pub(super) fn in_short(outcome: &Outcome) -> Vec<String> {
    let Some(findings) = outcome.findings.as_ref().filter(|findings| findings.hostile > 0 && findings.honest > 0)
    else {
        return Vec::new();
    };
    let mut sentences = Vec::new();
    if let Some((detector, found, all)) = best_at_one_percent(findings) {
        sentences.push(format!(
            "With at most 1% of honest wallets falsely suspected, the single detector that sees most, <b>{}</b>, finds {} of {} \
             ({}). Each detector's threshold is the best for that, which only somebody who knows the truth can choose.",
            escape(&detector.name),
            count(found),
            things(all, "hostile wallet"),
            percent(super::ratio(found, all).unwrap_or(0.0))
        ));
    }
    let unflagged: Vec<_> =
        unflagged(outcome, findings).map(|crowd| format!("<b>{}</b>", escape(&crowd.name))).collect();
    if !unflagged.is_empty() {
        sentences.push(format!("No flag was ever raised for a wallet of {}.", list(&unflagged)));
    }
    let unseen: Vec<_> = unseen(outcome, findings).map(|crowd| format!("<b>{}</b>", escape(&crowd.name))).collect();
    if !unseen.is_empty() {
        sentences.push(format!("At that rate no detector finds a single wallet of {}.", list(&unseen)));
    }
    sentences
}

fn best_at_one_percent(findings: &Findings) -> Option<(&Detector, u64, u64)> {
    let single = findings.detectors.iter().filter(|detector| !detector.name.starts_with(TOGETHER));
    let sums = single.map(|detector| {
        let found = detector.found_at_one_percent.iter().map(|crowd| crowd.found).sum::<u64>();
        (detector, found, detector.found_at_one_percent.iter().map(|crowd| crowd.wallets).sum::<u64>())
    });
    // Of equals the first.
    sums.filter(|(_, _, all)| *all > 0).reduce(|best, other| if other.1 > best.1 { other } else { best })
}

/// Hostile crowds that have settled trades and for which no flag was raised.
fn unflagged<'a>(outcome: &'a Outcome, findings: &'a Findings) -> impl Iterator<Item = &'a CrowdOutcome> {
    let flags = findings.detectors.iter().find(|detector| detector.name == ANY_FLAG);
    let found = flags.into_iter().flat_map(|flags| &flags.found_by_default);
    let clean = found.filter(|found| found.wallets > 0 && found.found == 0);
    clean.filter_map(|found| outcome.crowds.get(found.crowd.index()))
}

/// Hostile crowds of which no detector finds a wallet at 1% false alarms.
fn unseen<'a>(outcome: &'a Outcome, findings: &'a Findings) -> impl Iterator<Item = &'a CrowdOutcome> {
    let seen = |place: usize| {
        let found = findings.detectors.iter().flat_map(|detector| &detector.found_at_one_percent);
        found.filter(|found| found.crowd.index() == place).any(|crowd| crowd.found > 0)
    };
    let crowds = outcome.crowds.iter().enumerate().filter(|(_, crowd)| crowd.hostile && crowd.active_wallets > 0);
    crowds.filter(move |(place, _)| !seen(*place)).map(|(_, crowd)| crowd)
}

fn list_found(outcome: &Outcome, findings: &Findings) -> String {
    let mut found = match findings
        .detectors
        .iter()
        .filter_map(|detector| Some((detector, detector.auc?)))
        .max_by(|one, other| one.1.total_cmp(&other.1))
    {
        Some((best, auc)) => {
            format!("<b>{}</b> tells the two sides apart best: AUC {}. ", escape(&best.name), share(auc))
        }
        None => "With wallets on one side only, there is nothing to tell apart. ".to_owned(),
    };
    found.push_str(&in_short(outcome).join(" "));
    found
}

fn few(findings: &Findings) -> String {
    let few = findings.honest < FEW || findings.hostile < FEW;
    format!(
        "<p class=\"small\">Measured: {} and {} of {}, all with a settled trade.{}</p>\n",
        things(findings.honest, "honest wallet"),
        count(findings.hostile) + " hostile",
        things(findings.hostile_agents, "attacker"),
        if few { " With so few on a side, a share can be luck: run more worlds before you rely on it." } else { "" }
    )
}

fn quality(findings: &Findings) -> String {
    let rows: Vec<_> = findings
        .detectors
        .iter()
        .map(|detector| {
            let heat = |value: Option<f64>, heat: f64, text: fn(f64) -> String| match value {
                Some(value) => Cell::Heat(heat, text(value)),
                None => Cell::Value("–".to_owned()),
            };
            vec![
                Cell::Name(escape(&detector.name)),
                heat(detector.precision, detector.precision.unwrap_or(0.0), percent),
                heat(detector.recall, detector.recall.unwrap_or(0.0), percent),
                heat(detector.false_alarms, 1.0 - detector.false_alarms.unwrap_or(0.0) * 10.0, percent),
                heat(detector.auc, (detector.auc.unwrap_or(0.0) - 0.5) * 2.0, share),
                Cell::Value(or_none(detector.hostile_pointed_at, count)),
                Cell::Value(or_none(detector.honest_pointed_at, count)),
            ]
        })
        .collect();
    let head = ["Detector", "Precision", "Recall", "False alarms", "AUC", "Hostile wallets pointed at", "Honest ones"];
    table(&head, &rows)
}

fn at_one_percent(outcome: &Outcome, findings: &Findings) -> String {
    let heat = matrix(outcome, findings, |detector| &detector.found_at_one_percent);
    if heat.is_empty() {
        return String::new();
    }
    format!(
        "<h3>Share of each attack found at 1% false alarms</h3>\n<p class=\"reads\">All detectors set so that they suspect at most one honest \
         wallet in a hundred. Each cell: the share of the crowd's wallets found; small, how many of its attackers are known by at \
         least one wallet.</p>\n{heat}"
    )
}

fn by_default(outcome: &Outcome, findings: &Findings) -> String {
    let heat = matrix(outcome, findings, |detector| &detector.found_by_default);
    if heat.is_empty() {
        return String::new();
    }
    format!(
        "<details><summary>The same with the detectors' thresholds as they come</summary>\n<p class=\"reads\">False alarms differ from \
         detector to detector here: see the first table.</p>\n{heat}</details>\n"
    )
}

fn matrix(outcome: &Outcome, findings: &Findings, found: fn(&Detector) -> &[CrowdFound]) -> String {
    let mut crowds: Vec<CrowdId> =
        findings.detectors.iter().flat_map(|detector| found(detector).iter().map(|found| found.crowd)).collect();
    crowds.sort_unstable();
    crowds.dedup();
    let detectors: Vec<_> = findings.detectors.iter().filter(|detector| !found(detector).is_empty()).collect();
    if crowds.is_empty() {
        return String::new();
    }
    // Attacks down, detectors along: there are more attacks than fit beside each other, and a row reads as one attack's odds.
    let rows: Vec<_> = crowds
        .iter()
        .filter_map(|place| Some((place, outcome.crowds.get(place.index())?)))
        .map(|(place, crowd)| {
            let cells = detectors.iter().map(|detector| {
                let found = found(detector).iter().find(|found| found.crowd == *place);
                match found.and_then(|found| Some((found, found.share?))) {
                    Some((found, share)) => Cell::Heat(
                        share,
                        format!(
                            "{}<small>{} of {}</small>",
                            percent(share),
                            count(found.agents_found),
                            count(found.agents)
                        ),
                    ),
                    None => Cell::Value("–".to_owned()),
                }
            });
            [Cell::Name(name(crowd))].into_iter().chain(cells).collect()
        })
        .collect();
    let names: Vec<_> = detectors.iter().map(|detector| escape(&detector.name)).collect();
    let head: Vec<_> = ["Attack"].into_iter().chain(names.iter().map(String::as_str)).collect();
    table(&head, &rows)
}

fn curves(findings: &Findings) -> String {
    let panels: String = findings.detectors.iter().filter(|detector| detector.roc.len() > 1).map(curve).collect();
    if panels.is_empty() {
        return String::new();
    }
    format!(
        "<h3>Every threshold at once</h3>\n<p class=\"reads\">A ROC curve for each detector: going right, more honest wallets are \
         suspected; going up, more hostile ones are found. The nearer the curve comes to the corner at the top left, the better; along \
         the dashed line the detector does no better than a coin. The dot is its threshold as it comes, the dotted line 1% false \
         alarms.</p>\n<div class=\"panels\">\n{panels}</div>\n"
    )
}

fn curve(detector: &Detector) -> String {
    let height = f64::from(HEIGHT);
    let place = |(false_alarms, found): (f64, f64)| (false_alarms * 100.0, (1.0 - found) * height);
    let mut plot = Plot::new(HEIGHT);
    for (share, label) in [(0.0, "0"), (0.5, "50%"), (1.0, "100%")] {
        plot.mark_below(share * 100.0, label);
        plot.mark_left((1.0 - share) * height, label);
    }
    plot.path(&[(0.0, height), (100.0, 0.0)], "dashed");
    plot.straight((FALSE_ALARMS * 100.0, 0.0), (FALSE_ALARMS * 100.0, height), "dotted");
    let places: Vec<_> = detector.roc.iter().map(|point| place(*point)).collect();
    let area: Vec<_> = places.iter().copied().chain([(100.0, height), (0.0, height)]).collect();
    plot.path(&area, "area third");
    plot.path(&places, "third");
    if let (Some(false_alarms), Some(recall)) = (detector.false_alarms, detector.recall) {
        let title = format!(
            "as it comes: {} of hostile wallets found, {} of honest ones suspected",
            percent(recall),
            percent(false_alarms)
        );
        plot.dot(place((false_alarms, recall)), 5.0, "third", &title);
    }
    plot.text((100.0, height - 8.0), Anchor::End, "aside", &or_none(detector.auc, |auc| format!("AUC {}", share(auc))));
    let rule =
        detector.rule.as_ref().map(|rule| format!(" Points at a wallet when {}.", escape(rule))).unwrap_or_default();
    format!(
        "<figure><figcaption><h3>{}</h3></figcaption>{}<p class=\"small\">Looks at: {}.{rule}</p></figure>\n",
        escape(&detector.name),
        plot.finish(&format!("ROC curve of {}", detector.name), true),
        escape(detector.statistic.trim_end_matches('.'))
    )
}
