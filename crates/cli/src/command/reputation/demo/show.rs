//! The demo on a page.

use std::time::Duration;

use anstyle::Style;
use barter_reputation::wire::AttestationEnvelope;
use barter_sdk::{Receipt, TokenAmount};

use super::{
    records::{CONSUMERS, DISPUTED, HUB},
    report::{Anchored, Claimed, DemoReport, Disputed, Executed, Recorded, Ruled, Staked},
    stage::Stage,
};
use crate::{
    chain::CHAIN_ID,
    error::ErrorReport,
    page::{BAD, BEST, Cell, FAINT, GOOD, NAME, Page, TITLE, styled},
    reputation::{
        answer::ScoreAnswer,
        verification::{Outcome, Verification},
    },
    text::{counted, ends, grouped, short_hash},
};

/// Where the text of an act begins.
const INDENT: &str = "               ";
/// Seconds of a day.
const DAY: u64 = 86_400;
/// Millionths in a hundredth.
const PPM_IN_PERCENT: u32 = 10_000;

/// Who meets.
pub(super) fn beginning(stage: &Stage) -> Page {
    let mut page = Page::new();
    let wallet = |client: &barter_sdk::BarterClient| styled(client.wallet().unwrap_or_default().to_string(), NAME);
    page.gap();
    page.line(format!("  {}  a bond behind a provider's quality", styled("BARTER", BEST)));
    page.gap();
    fact(&mut page, "chain", &format!("anvil on this machine, chain {CHAIN_ID}, the contracts' real bytecode"));
    let bond = stage.deployment.barter_bond.unwrap_or_default();
    fact(&mut page, "bond", &format!("{bond}, in test dollars"));
    fact(&mut page, "service", &format!("{}, with a log of its own", stage.service_url()));
    fact(&mut page, "provider", &wallet(&stage.provider));
    fact(&mut page, "", &styled(HUB, FAINT));
    fact(&mut page, "consumer", &wallet(&stage.consumer));
    fact(&mut page, "auditors", "five, of whom two rule and three overturn");
    page.gap();
    page
}

/// 1: money behind quality.
pub(super) fn staked(staked: &Staked) -> Page {
    let mut page = Page::new();
    act(&mut page, 1, "stake", NAME, &format!("The provider stakes {} and declares its hub", usd(staked.amount)));
    aside(&mut page, &mined(&staked.funded.receipt));
    page
}

/// 2: consumers sign what they got.
pub(super) fn recorded(recorded: &Recorded) -> Page {
    let mut page = Page::new();
    let what = format!("{} consumers sign {} outcomes; the service checks each", CONSUMERS, recorded.received);
    act(&mut page, 2, "record", NAME, &what);
    let log = counted(recorded.log_size, "outcome");
    aside(&mut page, &format!("a log of {log}, root {}", short_hash(recorded.log_root)));
    page
}

/// 3: the provider tries to cheat.
pub(super) fn refused(refusal: &ErrorReport) -> Page {
    let mut page = Page::new();
    act(&mut page, 3, "refused", BAD, "The provider praises itself in a consumer's name");
    let code = refusal.message.rsplit_once('(').map_or("", |(_, code)| code).trim_end_matches(", HTTP 200)");
    page.line(format!("{INDENT}{} {}", styled("the service answers", FAINT), styled(code, BAD)));
    page
}

/// 4: one call went wrong.
pub(super) fn disputed(dispute: &Disputed) -> Page {
    let mut page = Page::new();
    act(
        &mut page,
        4,
        "dispute",
        NAME,
        &format!("{} disputes inv_{DISPUTED}, and asks for {}", dispute.by, percent(dispute.requested_ppm)),
    );
    aside(&mut page, &format!("\"{}\"", dispute.reason));
    let deposit = usd(dispute.on_chain.deposit);
    aside(&mut page, &format!("deposit {deposit}; {}", mined(&dispute.on_chain.funded.receipt)));
    page
}

/// 5: the auditors rule.
pub(super) fn ruled(ruling: &Ruled) -> Page {
    let mut page = Page::new();
    let what =
        format!("{} of {} auditors sign: {} of the bond", ruling.auditors.len(), ruling.of, percent(ruling.slash_ppm));
    act(&mut page, 5, "rule", NAME, &what);
    aside(&mut page, &mined(&ruling.receipt));
    page
}

/// 6: a ruling can be overturned for a while.
pub(super) fn passed(ruling: &Ruled) -> Page {
    let mut page = Page::new();
    let days = counted(ruling.overturn_window / DAY, "day");
    act(&mut page, 6, "wait", FAINT, &format!("{days} pass, in which all {} could overturn it", ruling.of));
    aside(&mut page, "skipped: the chain's clock is put forward");
    page
}

/// 7: money moves.
pub(super) fn executed(execution: &Executed) -> Page {
    let mut page = Page::new();
    let what =
        format!("{} of the bond become the consumer's; {} stay", usd(execution.slashed), usd(execution.bond_left));
    act(&mut page, 7, "execute", GOOD, &what);
    aside(&mut page, &mined(&execution.receipt));
    page
}

/// 8: the consumer is paid.
pub(super) fn claimed(claim: &Claimed, dispute: &Disputed) -> Page {
    let mut page = Page::new();
    let deposit = usd(dispute.on_chain.deposit);
    act(
        &mut page,
        8,
        "claim",
        GOOD,
        &format!("The consumer takes out {}, its deposit of {deposit} in it", usd(claim.amount)),
    );
    aside(&mut page, &mined(&claim.receipt));
    page
}

/// 9: other hubs are told.
pub(super) fn attested(attestation: &AttestationEnvelope) -> Page {
    let mut page = Page::new();
    act(&mut page, 9, "attest", NAME, "The service signs what the chain took, for other hubs");
    let proof = if attestation.pom.is_some() { "the consumer's dispute as proof" } else { "without proof" };
    aside(&mut page, &format!("number {}, {proof}, key {}", attestation.seq, ends(&attestation.issuer_pubkey_b64)));
    page
}

/// 10: the log on the chain.
pub(super) fn anchored(anchor: &Anchored) -> Page {
    let mut page = Page::new();
    act(&mut page, 10, "anchor", NAME, &format!("The log's root goes on the chain: {}", short_hash(anchor.root)));
    aside(&mut page, &mined(&anchor.receipt));
    page
}

/// 11: nobody has to believe it.
pub(super) fn verified(verification: &Verification) -> Page {
    let mut page = Page::new();
    let held = verification.checks.iter().filter(|check| check.outcome == Outcome::Holds).count() as u64;
    act(&mut page, 11, "verify", GOOD, "The consumer computes the score again, from log and chain");
    aside(
        &mut page,
        &format!("{}: {held} of {} checks hold", counted(verification.entries, "outcome"), verification.checks.len()),
    );
    page
}

/// The score before and after, term by term.
pub(super) fn end(report: &DemoReport, took: Duration) -> Page {
    let mut page = Page::new();
    let (before, after) = (&report.scores.before, &report.scores.after);
    page.gap();
    page.table(2, &["", "before", "after", "worth before", "worth after"], &rows(before, after));
    page.gap();
    page.line(format!(
        "  {} ${} for the consumer, {} of trust lost, and all of it verified. {}",
        styled("✔", BEST),
        styled(report.execution.slashed.to_string(), BEST),
        styled(format!("{:.3}", before.trust_score - after.trust_score), BEST),
        styled(format!("({:.1} s)", took.as_secs_f64()), FAINT),
    ));
    page.gap();
    page
}

fn rows(before: &ScoreAnswer, after: &ScoreAnswer) -> Vec<Vec<Cell>> {
    let weights = &after.settings.weights;
    // Nothing earned and nothing lost is no number.
    let points = |worth: f64| if worth == 0.0 { String::new() } else { format!("{worth:+.4}") };
    let row = |label: &str, measured: &dyn Fn(&ScoreAnswer) -> String, worth: &dyn Fn(&ScoreAnswer) -> f64| {
        let style = if worth(before).to_bits() == worth(after).to_bits() { Style::new() } else { TITLE };
        vec![
            Cell::new(label, FAINT),
            Cell::from(measured(before)),
            Cell::new(measured(after), style),
            Cell::from(points(worth(before))),
            Cell::new(points(worth(after)), style),
        ]
    };
    vec![
        row("age", &|answer| format!("{:.1} days", answer.details.age_days), &|answer| {
            answer.details.age_factor * weights.age
        }),
        row("bond", &|answer| format!("${:.2}", answer.details.bond_usd), &|answer| {
            answer.details.bond_factor * weights.bond
        }),
        row("success rate", &|answer| format!("{:.1}%", answer.details.success_rate_30d * 100.0), &|answer| {
            answer.details.success_rate_30d * weights.success_rate
        }),
        row("volume", &|answer| format!("${:.2}", answer.details.volume_usd), &|answer| {
            answer.details.volume_factor * weights.volume
        }),
        row("slash ratio", &|answer| format!("{:.1}%", answer.details.slash_ratio * 100.0), &|answer| {
            -answer.details.slash_penalty
        }),
        row("disputes", &|answer| grouped(answer.details.dispute_count), &|answer| -answer.details.dispute_penalty),
        row("other hubs", &|answer| grouped(answer.record.strong_issuers + answer.record.weak_issuers), &|answer| {
            -answer.details.federated_deduction
        }),
        row("quality", &|answer| format!("{:.2}", answer.details.avg_quality_score_30d), &|_| 0.0),
        vec![
            Cell::new("score", TITLE),
            Cell::new("", FAINT),
            Cell::new("", FAINT),
            Cell::new(format!("{:.4}", before.trust_score), TITLE),
            Cell::new(format!("{:.4}", after.trust_score), BEST),
        ],
    ]
}

fn usd(amount: TokenAmount) -> String {
    format!("${}", crate::reputation::amount::dollars(amount.units()))
}

fn percent(ppm: u32) -> String {
    format!("{}%", ppm / PPM_IN_PERCENT)
}

fn fact(page: &mut Page, label: &str, value: &str) {
    page.line(format!("  {}{value}", styled(format!("{label:<11}"), FAINT)));
}

fn act(page: &mut Page, number: u8, name: &str, style: Style, what: &str) {
    page.line(format!("  {number:>2}  {} {what}", styled(format!("{name:<8}"), style)));
}

fn aside(page: &mut Page, text: &str) {
    page.line(format!("{INDENT}{}", styled(text, FAINT)));
}

fn mined(receipt: &Receipt) -> String {
    format!("block {}, {} gas", grouped(receipt.block_number), grouped(receipt.gas_used))
}
