//! The demo on a page: to be read in ten seconds.

use std::time::Duration;

use alloy_primitives::Address;
use anstyle::Style;
use barter_lightning::{Invoice, Paid};
use barter_protocol::TradeId;
use barter_sdk::{Receipt, TrustProfile};

use super::{
    lightning::{Lightning, Side},
    report::{Change, DemoReport, RefusalReport},
    stage::Stage,
};
use crate::{
    chain::CHAIN_ID,
    page::{BAD, BEST, Cell, FAINT, GOOD, NAME, Page, TITLE, styled},
    text::{ends, grouped, instant, msats, printable, sats, short_address, short_hash},
};

/// Characters of a preimage or a description that a line has room for.
const SHOWN_CHARS: usize = 44;

/// Ends of an invoice that a line has room for.
const INVOICE_HEAD_CHARS: usize = 24;

/// Where the text of an act begins.
const INDENT: &str = "              ";

/// A payer and a payee meet.
pub(super) fn beginning(stage: &Stage, lightning: &Lightning) -> Page {
    let mut page = Page::new();
    page.gap();
    page.line(format!("  {}  a trade proven by its Lightning payment", styled("BARTER", BEST)));
    page.gap();
    fact(&mut page, "chain", &format!("anvil on this machine, chain {CHAIN_ID}, the contracts' real bytecode"));
    fact(&mut page, "contract", &stage.deployment.barter_core.to_string());
    fact(&mut page, "lightning", "two LDK nodes in this process, a channel between them");
    let party = |wallet: Address, side: &Side| {
        format!("{}  {}", styled(wallet.to_string(), NAME), styled(format!("node {}", ends(&side.public_key)), FAINT))
    };
    fact(&mut page, "payer", &party(stage.payer_wallet, &lightning.payer));
    fact(&mut page, "payee", &party(stage.payee_wallet, &lightning.payee));
    page.gap();
    page
}

/// 1: what is to be paid.
pub(super) fn invoice(invoice: &Invoice) -> Page {
    let mut page = Page::new();
    let description = crate::text::cut(&printable(&invoice.description().to_string()), SHOWN_CHARS);
    let asked = styled(sats(invoice.amount_sats()), TITLE);
    act(&mut page, 1, "invoice", NAME, &format!("The payee signs an invoice: {asked}, \"{description}\""));
    let head: String = invoice.text().chars().take(INVOICE_HEAD_CHARS).collect();
    let hash = short_hash(invoice.payment_hash());
    aside(&mut page, &format!("BOLT11 {head}…  payment hash {hash}"));
    page
}

/// 2: the payer's terms.
pub(super) fn proposed(trade_id: TradeId, receipt: &Receipt) -> Page {
    let mut page = Page::new();
    act(&mut page, 2, "propose", NAME, "The payer puts the trade, with that payment hash, on the chain");
    aside(&mut page, &format!("trade {}  {}", short_hash(trade_id), mined(receipt)));
    page
}

/// 3: the payee agrees.
pub(super) fn accepted(receipt: &Receipt) -> Page {
    let mut page = Page::new();
    act(&mut page, 3, "accept", NAME, "The payee accepts");
    aside(&mut page, &mined(receipt));
    page
}

/// 4: the payee tries to cheat.
pub(super) fn refused(refusal: &RefusalReport) -> Page {
    let mut page = Page::new();
    act(&mut page, 4, "refused", BAD, "The payee, who made the preimage, tries to settle unpaid");
    let said = styled("the contract answers", FAINT);
    let reason = styled(format!("{} cannot settle", short_address(refusal.caller)), FAINT);
    page.line(format!("{INDENT}{said} {}{}", styled("NotPayer", BAD), styled(": ", FAINT) + &reason));
    page
}

/// 5: the payer pays, and learns the preimage.
pub(super) fn paid(invoice: &Invoice, paid: Paid) -> Page {
    let mut page = Page::new();
    let learned = short_hash(paid.preimage);
    act(&mut page, 5, "pay", NAME, &format!("The payer pays the invoice, and learns the preimage {learned}"));
    let (amount, fee) = (sats(invoice.amount_sats()), msats(paid.fee_msats));
    aside(&mut page, &format!("{amount} through the channel, from node to node, fee {fee}"));
    page
}

/// 6: the payer proves it.
pub(super) fn settled(receipt: &Receipt) -> Page {
    let mut page = Page::new();
    act(&mut page, 6, "settle", GOOD, "The payer shows the preimage; its sha256 is the payment hash");
    aside(&mut page, &mined(receipt));
    page
}

/// Both profiles, and the trade's whole story.
pub(super) fn end(report: &DemoReport, took: Duration) -> Page {
    let mut page = Page::new();
    let (payer, payee) = (&report.profiles.payer, &report.profiles.payee);
    let row = |label: &str, value: &dyn Fn(&TrustProfile) -> String, unit: &str| {
        let cell = |before: &TrustProfile, after: &TrustProfile| {
            let (before, after) = (value(before), value(after));
            let style = if before == after { Style::new() } else { GOOD };
            Cell::new(format!("{before} → {after}{unit}"), style)
        };
        vec![Cell::new(label, FAINT), cell(&payer.before, &payer.after), cell(&payee.before, &payee.after)]
    };
    let rows = [
        row("score", &|profile| grouped(profile.score), ""),
        row("credit", &|profile| profile.credit_balance.to_string(), " BTR-C"),
        row("trades settled", &|profile| grouped(profile.trade_count), ""),
        row("counterparties", &|profile| grouped(profile.unique_counterparties), ""),
        row("completion", &|profile| completion(profile), ""),
    ];
    let (paying, paid) = (&report.payment.payer.spendable_sats, &report.payment.payee.spendable_sats);
    let moved = |sats: &Change<u64>| Cell::new(format!("{} → {}", grouped(sats.before), grouped(sats.after)), GOOD);
    let rows = rows.into_iter().chain([vec![Cell::new("sats to send", FAINT), moved(paying), moved(paid)]]);
    let rows: Vec<Vec<Cell>> = rows.collect();
    let side = |name: &str, wallet: Address| format!("{name} {}", short_address(wallet));
    page.gap();
    page.table(2, &["", &side("payer", report.payer), &side("payee", report.payee)], &rows);
    page.gap();
    story(report, &mut page);
    page.gap();
    let seconds = took.as_secs_f64();
    page.line(format!(
        "  {} Both scores rose by {}, both wallets earned {} BTR-C. {}",
        styled("✔", BEST),
        styled(grouped(report.gained.score), BEST),
        styled(report.gained.credit.to_string(), BEST),
        styled(format!("({seconds:.1} s)"), FAINT),
    ));
    page.gap();
    page
}

fn completion(profile: &TrustProfile) -> String {
    profile.completion_rate.map_or_else(|| "–".to_owned(), |rate| format!("{rate:.1}%"))
}

/// The trade from proposal to settlement.
fn story(report: &DemoReport, page: &mut Page) {
    let trade = &report.trade;
    page.line(format!("  {} {}", styled("Trade", TITLE), trade.trade_id));
    let description = printable(&trade.description);
    page.line(format!(
        "  {}, {}, \"{description}\"",
        styled(sats(trade.amount_sats), TITLE),
        printable(&trade.category)
    ));
    let mut step = |name: &str, style: Style, at: Option<u64>, by: &str| {
        if let Some(seconds) = at {
            let name = styled(format!("{name:<8}"), style);
            page.line(format!("  {name}  {}  {}", instant(seconds), styled(format!("by the {by}"), FAINT)));
        }
    };
    step("proposed", NAME, Some(trade.created_at), "payer");
    step("accepted", NAME, trade.accepted_at, "payee");
    step("settled", GOOD, trade.settled_at, "payer");
}

fn fact(page: &mut Page, label: &str, value: &str) {
    page.line(format!("  {}{value}", styled(format!("{label:<11}"), FAINT)));
}

fn act(page: &mut Page, number: u8, name: &str, style: Style, what: &str) {
    page.line(format!("  {number}  {} {what}", styled(format!("{name:<8}"), style)));
}

fn aside(page: &mut Page, text: &str) {
    page.line(format!("{INDENT}{}", styled(text, FAINT)));
}

fn mined(receipt: &Receipt) -> String {
    format!("block {}, {} gas", grouped(receipt.block_number), grouped(receipt.gas_used))
}
