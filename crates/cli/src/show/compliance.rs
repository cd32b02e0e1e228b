//! Findings about wallets on a page.

use anstyle::Style;
use barter_sdk::{
    Address, AnomalyFlag, ChainPoint, ClusterReport, ComplianceReport, CreditAmount, Decision, RiskLevel, Screening,
    Severity, VelocityReport, WalletSummary,
};

use crate::{
    output::Report,
    page::{BAD, BEST, CARE, Cell, FAINT, GOOD, NAME, Page, styled},
    text::{counted, grouped, instant, sats},
};

/// Most lines of a list that is only a sample of what data has in full.
const MAX_LINES: usize = 10;

/// Puts a flag on a page, with what it rests on.
pub(crate) fn flag(flag: &AnomalyFlag, page: &mut Page) {
    let style = match flag.severity {
        Severity::Notice => CARE,
        Severity::Warning | Severity::Critical => BAD,
    };
    page.line(format!("{}  {}", styled(&flag.message, style), styled(format!("({})", flag.severity), FAINT)));
    let evidence = &flag.evidence;
    for with in evidence.by_counterparty.iter().take(MAX_LINES) {
        page.line(format!("  {}  {}", styled(with.counterparty.to_string(), NAME), counted(with.trades, "trade")));
    }
    more(evidence.counterparties, "counterparty", "counterparties", page);
    for trade_id in evidence.trade_ids.iter().take(MAX_LINES) {
        page.line(format!("  {}", styled(trade_id.to_string(), FAINT)));
    }
    more(evidence.trades, "trade", "trades", page);
}

/// Says how many of a list were left out.
fn more(all: u64, one: &str, many: &str, page: &mut Page) {
    let left_out = all.saturating_sub(MAX_LINES as u64);
    if left_out > 0 {
        let noun = if left_out == 1 { one } else { many };
        page.line(styled(format!("  and {} more {noun} (--json lists up to 100)", grouped(left_out)), FAINT));
    }
}

/// Puts wallets on a page, one a line.
pub(crate) fn wallet_lines(wallets: &[Address], page: &mut Page) {
    for wallet in wallets.iter().take(MAX_LINES) {
        page.line(format!("  {}", styled(wallet.to_string(), NAME)));
    }
    let left_out = wallets.len().saturating_sub(MAX_LINES);
    if left_out > 0 {
        page.line(styled(format!("  and {left_out} more (--json lists them)"), FAINT));
    }
}

fn risk_style(risk: RiskLevel) -> Style {
    match risk {
        RiskLevel::Low => GOOD,
        RiskLevel::Medium => CARE,
        RiskLevel::High => BAD,
    }
}

fn completion(rate: Option<f64>) -> Cell {
    match rate {
        Some(rate) => Cell::from(format!("{rate:.1}%")),
        None => Cell::new("nothing to go by yet", FAINT),
    }
}

/// The point in the chain that something is of.
pub(crate) fn as_of(at: &ChainPoint) -> Cell {
    let ChainPoint { block_number, block_hash, block_timestamp } = at;
    Cell::new(format!("block {block_number} of {}, {block_hash}", instant(*block_timestamp)), FAINT)
}

/// A volume, which may be more than there are satoshis.
pub(crate) fn volume(amount_sats: u128) -> String {
    u64::try_from(amount_sats).map_or_else(|_| format!("{amount_sats} sats"), sats)
}

fn velocity_fields(velocity: &VelocityReport, page: &mut Page) {
    let style = if velocity.is_elevated { BAD } else { Style::new() };
    page.field("last 24 hours", Cell::new(counted(velocity.trades_24h, "trade"), style));
    page.field("last 7 days", counted(velocity.trades_7d, "trade"));
    page.field("last 30 days", counted(velocity.trades_30d, "trade"));
    page.field_if("mean amount", velocity.mean_amount_30d_sats.map(|mean| format!("{} in those 30 days", sats(mean))));
}

fn cluster_fields(cluster: &ClusterReport, page: &mut Page) {
    let cut = if cluster.is_complete { "" } else { ", the nearest of more" };
    let wallets = format!("{} within {}{cut}", counted(cluster.wallet_count, "wallet"), counted(cluster.depth, "step"));
    page.field("cluster", wallets);
    if cluster.volume_inside_sats + cluster.volume_leaving_sats == 0 {
        page.field("isolation", Cell::new("nothing to go by yet", FAINT));
        return;
    }
    let isolation = format!("{:.3}, the share of their volume that stays among them", cluster.isolation_score);
    page.field("isolation", isolation);
    let (inside, leaving) = (volume(cluster.volume_inside_sats), volume(cluster.volume_leaving_sats));
    page.field("volume", format!("{inside} among them, {leaving} with others"));
    let note = if !cluster.is_complete {
        "The nearest wallets only: their trade with the others within those steps counts as leaving."
    } else if cluster.volume_leaving_sats == 0 {
        "They trade with nobody else. Where these are the whole market, that is so of everybody and says nothing."
    } else {
        return;
    };
    page.field("", Cell::new(note, FAINT));
}

impl Report for VelocityReport {
    fn show(&self, page: &mut Page) {
        page.title(format!("Velocity of {}", self.wallet));
        velocity_fields(self, page);
    }
}

impl Report for ClusterReport {
    fn show(&self, page: &mut Page) {
        page.title(format!("Cluster of {}", self.wallet));
        cluster_fields(self, page);
        // The first is the one in the middle.
        wallet_lines(self.wallets.get(1..).unwrap_or_default(), page);
    }
}

impl Report for ComplianceReport {
    fn show(&self, page: &mut Page) {
        page.title(format!("Wallet {}", self.address));
        page.field("risk", Cell::new(self.risk_level.to_string(), risk_style(self.risk_level)));
        page.field("score", Cell::new(format!("{}  level {}", grouped(self.score), self.level), BEST));
        page.field("trades", format!("{} settled", grouped(self.trade_count)));
        page.field("completion", completion(self.completion_rate));
        page.field("counterparties", grouped(self.counterparties));
        velocity_fields(&self.velocity, page);
        cluster_fields(&self.cluster, page);
        page.field("as of", as_of(&self.at));
        if !self.flags.is_empty() {
            page.gap().title("Flags");
        }
        for raised in &self.flags {
            flag(raised, page);
        }
    }
}

impl Report for WalletSummary {
    fn show(&self, page: &mut Page) {
        page.title(format!("Wallet {}", self.address));
        page.field("score", Cell::new(format!("{}  level {}", grouped(self.score), self.level), BEST));
        page.field("trades", format!("{} settled", grouped(self.trades)));
        page.field("completion", completion(self.completion_rate));
        page.field("counterparties", grouped(self.counterparties));
        page.field("credit", format!("{} BTR-C", CreditAmount::from_units(self.btr_credit)));
        let risk = match self.flags {
            0 => self.risk.to_string(),
            flags => format!("{}, {}", self.risk, counted(flags, "flag")),
        };
        page.field("risk", Cell::new(risk, risk_style(self.risk)));
        page.field("as of", as_of(&self.at));
    }
}

impl Report for Screening {
    fn show(&self, page: &mut Page) {
        let (word, style) = match self.decision {
            Decision::Allow => ("allow", GOOD),
            Decision::Deny => ("deny", BAD),
        };
        page.line(format!("{}  {}", styled(word, style), styled(self.wallet.to_string(), NAME)));
        for reason in &self.reasons {
            page.line(format!("  {reason}"));
        }
        page.field("as of", as_of(&self.at));
    }
}
