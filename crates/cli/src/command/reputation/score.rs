//! `barter reputation score`

use alloy_primitives::B256;
use clap::Args;

use super::Asked;
use crate::{
    context::Context,
    error::Error,
    output::Report,
    page::{BAD, BEST, CARE, Cell, FAINT, NAME, Page},
    progress::waiting,
    reputation::answer::{ScoreAnswer, WalletAnswer},
    text::{counted, grouped, instant, printable},
};

/// Show a provider's score and everything it is made of, as a service tells it
///
/// The service's word is not checked here: that is what barter reputation verify is for.
#[derive(Args)]
#[command(after_help = "Examples:
  barter reputation score https://p.example
  barter reputation score https://p.example --json | jq .trust_score")]
pub(crate) struct Score {
    /// The provider's hub
    hub: String,

    #[command(flatten)]
    asked: Asked,
}

impl Score {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        let service = self.asked.service(context)?;
        let answer: ScoreAnswer = waiting("asking the service", service.get(&[&self.hub], &[])).await?;
        context.output().result(&answer)
    }
}

impl Report for ScoreAnswer {
    fn show(&self, page: &mut Page) {
        page.field("provider", Cell::new(printable(&self.hub_url), NAME));
        page.field("score", Cell::new(format!("{:.6}", self.trust_score), BEST));
        page.gap();
        breakdown(0, self, page);
        page.gap();
        page.field("listed", listed(self));
        page.field("outcomes", outcomes(self));
        let quality = format!("{:.2} on average", self.details.avg_quality_score_30d);
        page.field("quality", if self.record.quality_count == 0 { "none yet".to_owned() } else { quality });
        page.field("log", format!("{}, root {}", counted(self.log_size, "outcome"), self.log_root));
        page.field("computed", instant(self.computed_at));
        page.field("chain", chain(self));
        for wallet in self.wallets.iter().filter(|wallet| !wallet.counted) {
            page.field("wallet", Cell::new(format!("{} does not count: {}", wallet.address, why_not(wallet)), CARE));
        }
    }
}

/// The terms in columns: what is measured, what it comes to, what that is worth.
pub(crate) fn breakdown(indent: usize, answer: &ScoreAnswer, page: &mut Page) {
    let (details, weights) = (&answer.details, &answer.settings.weights);
    let earned = |name: &str, measured: String, factor: f64, weight: f64| {
        let worth = format!("+{:.4}", factor * weight);
        [Cell::from(name), Cell::from(measured), Cell::new(format!("{factor:.4} × {weight}"), FAINT), Cell::from(worth)]
            .to_vec()
    };
    let lost = |name: &str, measured: String, how: String, deduction: f64| {
        let worth = if deduction > 0.0 { Cell::new(format!("-{deduction:.4}"), BAD) } else { Cell::new("0", FAINT) };
        [Cell::from(name), Cell::from(measured), Cell::new(how, FAINT), worth].to_vec()
    };
    let rows = [
        earned("age", format!("{:.1} days", details.age_days), details.age_factor, weights.age),
        earned("bond", format!("${:.2}", details.bond_usd), details.bond_factor, weights.bond),
        earned(
            "success rate",
            if has_ended(answer) { format!("{:.1}%", details.success_rate_30d * 100.0) } else { "none yet".to_owned() },
            details.success_rate_30d,
            weights.success_rate,
        ),
        earned("volume", format!("${:.2}", details.volume_usd), details.volume_factor, weights.volume),
        lost(
            "slashed",
            format!("{:.1}% of all ever bonded", details.slash_ratio * 100.0),
            format!("{:.4} × 0.3", details.slash_ratio),
            details.slash_penalty,
        ),
        lost(
            "disputes",
            format!("{} upheld", grouped(details.dispute_count)),
            "each 0.005, at most 0.05".to_owned(),
            details.dispute_penalty,
        ),
        lost(
            "other hubs",
            format!("{} with proof, {} without", answer.record.strong_issuers, answer.record.weak_issuers),
            format!("{:.4} × 0.3", details.federated_penalty),
            details.federated_deduction,
        ),
    ];
    page.table(indent, &["term", "measured", "factor", "worth"], &rows);
}

/// Does an outcome in the window count for or against it?
const fn has_ended(answer: &ScoreAnswer) -> bool {
    let counts = &answer.record.outcomes;
    counts.success + counts.failure + counts.timeout > 0
}

/// Whether the bond is enough to be listed.
fn listed(answer: &ScoreAnswer) -> String {
    let words = |is_listed: bool| if is_listed { "yes" } else { "no" };
    format!(
        "on test networks {} (from ${}), on main networks {} (from ${})",
        words(answer.details.is_listed_testnet),
        grouped(answer.settings.min_bond_usd),
        words(answer.details.is_listed_mainnet),
        grouped(answer.settings.mainnet_min_bond_usd),
    )
}

/// Why a wallet's bond is not the provider's.
fn why_not(wallet: &WalletAnswer) -> &'static str {
    match &wallet.bond {
        Some(bond) if bond.hub == B256::ZERO => "it has declared no hub, which the first stake does",
        Some(_) => "it declared another hub, and that for good",
        None => "nothing was read of it yet",
    }
}

/// How the window's outcomes ended.
pub(crate) fn outcomes(answer: &ScoreAnswer) -> String {
    let (counts, details) = (&answer.record.outcomes, &answer.details);
    if details.total_outcomes == 0 {
        return "none yet".to_owned();
    }
    format!(
        "{} in the window: {} success, {} failure, {} timeout, {} disputed; {} ever",
        grouped(counts.success + counts.failure + counts.timeout + counts.disputed),
        grouped(counts.success),
        grouped(counts.failure),
        grouped(counts.timeout),
        grouped(counts.disputed),
        grouped(details.total_outcomes),
    )
}

/// Up to which block the bond is known.
fn chain(answer: &ScoreAnswer) -> Cell {
    let status = printable(&answer.chain.status);
    match &answer.chain.block {
        Some(block) => {
            let known = format!("block {}, {} s old", grouped(block.number), grouped(block.age_seconds));
            if status == "current" { Cell::from(known) } else { Cell::new(format!("{known} ({status})"), CARE) }
        }
        None => Cell::new(format!("no bond was read ({status})"), CARE),
    }
}
