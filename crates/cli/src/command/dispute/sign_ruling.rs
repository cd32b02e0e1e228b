//! `barter dispute sign-ruling`

use std::path::PathBuf;

use alloy_primitives::Address;
use barter_sdk::{BondClient, RulingKind, WalletInput};
use clap::Args;

use super::{
    deadline::DeadlineArguments,
    signatures::{Signature, read_one},
    subject::About,
};
use crate::{
    command::bond::{fault, verdict},
    context::Context,
    error::Error,
    options::hash,
    output::Output,
    progress::waiting,
    text::instant,
};

/// As an auditor: sign a ruling, for whoever collects the signatures
///
/// Prints the signature as JSON, and sends nothing. All auditors must sign the same, its end included: the second one takes it from
/// the first one's signature by --like, and reads what it says.
#[derive(Args)]
#[command(after_help = "Examples:
  barter dispute sign-ruling 0x9d3c1b55a7f0c2e4d6b8a091f3e5c7d92b4a6c8e0f1d3b5a79c8e6f4d2b0a1c3 --slash-percent 5 > one.json
  barter dispute sign-ruling --like one.json > two.json
  barter dispute sign-ruling --dismiss \\
    --trade 0x4bb06f8e4e3a7715d201d573d0aa423762e55dabd61a2c02278fa56cc6d294e0 > one.json")]
pub(crate) struct SignRuling {
    /// The dispute about a bond
    #[arg(value_name = "DISPUTE ID", value_parser = hash, conflicts_with = "trade")]
    dispute_id: Option<alloy_primitives::B256>,

    /// The disputed trade, instead
    #[arg(long, value_name = "TRADE ID", value_parser = hash)]
    trade: Option<alloy_primitives::B256>,

    /// Sign what another auditor signed
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with_all = ["dispute_id", "trade", "slash_percent", "at_fault", "dismiss", "overturn", "valid_for", "deadline"]
    )]
    like: Option<PathBuf>,

    /// Of a bond: the share to take of what it was at filing, with at most 4 decimals
    #[arg(long, value_name = "PERCENT", value_parser = percent, allow_negative_numbers = true, conflicts_with = "trade")]
    slash_percent: Option<u32>,

    /// Of a trade: the party at fault
    #[arg(long, value_name = "ADDRESS", requires = "trade")]
    at_fault: Option<String>,

    /// Dismiss the dispute
    #[arg(long, conflicts_with_all = ["slash_percent", "at_fault"])]
    dismiss: bool,

    /// Replace a ruling, for good: the larger quorum's right while the ruling has not taken effect
    #[arg(long)]
    overturn: bool,

    #[command(flatten)]
    deadline: DeadlineArguments,
}

/// What is to be signed.
enum Wanted {
    Bond { dispute_id: alloy_primitives::B256, slash_ppm: u32 },
    Trade { trade_id: alloy_primitives::B256, at_fault: Option<Address> },
}

impl SignRuling {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        let (wanted, kind, like) = self.wanted()?;
        let (client, deadline) = if let Some(deadline) = like {
            // What somebody else wrote is said before the key is so much as read.
            wanted.announce(kind, deadline, context.output());
            (context.signing_client()?, deadline)
        } else {
            let client = context.signing_client()?;
            let deadline = self.deadline.deadline(&client).await;
            wanted.announce(kind, deadline, context.output());
            (client, deadline)
        };
        wanted.sign(&client.bond(), kind, deadline, context.output()).await
    }

    /// What is to be signed, and until when another auditor signed it.
    fn wanted(&self) -> Result<(Wanted, RulingKind, Option<u64>), Error> {
        if let Some(path) = &self.like {
            return Ok(match read_one(path)? {
                Signature::Bond(of) => {
                    let wanted = Wanted::Bond { dispute_id: of.dispute_id, slash_ppm: of.slash_ppm };
                    (wanted, of.kind, Some(of.deadline))
                }
                Signature::Trade(of) => {
                    let wanted = Wanted::Trade { trade_id: of.trade_id, at_fault: of.at_fault };
                    (wanted, of.kind, Some(of.deadline))
                }
            });
        }
        let kind = if self.overturn { RulingKind::Overturn } else { RulingKind::Ruling };
        let wanted = match self.about()? {
            About::Bond { dispute_id } => Wanted::Bond { dispute_id, slash_ppm: self.slash_ppm()? },
            About::Trade { trade_id } => Wanted::Trade { trade_id, at_fault: self.party_at_fault()? },
        };
        Ok((wanted, kind, None))
    }

    fn about(&self) -> Result<About, Error> {
        match (self.dispute_id, self.trade) {
            (Some(dispute_id), _) => Ok(About::Bond { dispute_id }),
            (None, Some(trade_id)) => Ok(About::Trade { trade_id }),
            (None, None) => Err(usage("what to rule on is missing, expected a dispute's id, --trade or --like")),
        }
    }

    fn slash_ppm(&self) -> Result<u32, Error> {
        match (self.slash_percent, self.dismiss) {
            (Some(ppm), _) => Ok(ppm),
            (None, true) => Ok(0),
            (None, false) => Err(usage("the ruling is missing, expected --slash-percent or --dismiss")),
        }
    }

    fn party_at_fault(&self) -> Result<Option<Address>, Error> {
        match (&self.at_fault, self.dismiss) {
            (Some(wallet), _) => Ok(Some(wallet.to_checked_address()?)),
            (None, true) => Ok(None),
            (None, false) => Err(usage("the ruling is missing, expected --at-fault or --dismiss")),
        }
    }
}

impl Wanted {
    /// Says what is about to be signed. It may yet be refused.
    fn announce(&self, kind: RulingKind, deadline: u64, output: Output) {
        let (about, ruling) = match self {
            Self::Bond { dispute_id, slash_ppm } => (format!("dispute {dispute_id}"), verdict(*slash_ppm)),
            Self::Trade { trade_id, at_fault } => (format!("trade {trade_id}"), fault(*at_fault)),
        };
        let instead = match kind {
            RulingKind::Ruling => "",
            RulingKind::Overturn => "in place of the ruling, for good, ",
        };
        output.say(&format!("About to sign, to count until {}: {about}: {instead}{ruling}", instant(deadline)));
    }

    async fn sign(self, bond: &BondClient, kind: RulingKind, deadline: u64, output: Output) -> Result<(), Error> {
        let how = match kind {
            RulingKind::Ruling => "rule",
            RulingKind::Overturn => "overturn",
        };
        let next = format!("With enough of these, anybody brings them with: barter dispute {how} FILE…");
        match self {
            Self::Bond { dispute_id, slash_ppm } => {
                let signed = waiting("signing", bond.sign_ruling(kind, dispute_id, slash_ppm, deadline)).await?;
                output.say(&next);
                output.document(&signed)
            }
            Self::Trade { trade_id, at_fault } => {
                let signed = waiting("signing", bond.sign_trade_ruling(kind, trade_id, at_fault, deadline)).await?;
                output.say(&next);
                output.document(&signed)
            }
        }
    }
}

fn usage(message: &str) -> Error {
    Error::Usage { message: message.to_owned(), tip: None }
}

/// Reads a percentage as parts per million.
fn percent(text: &str) -> Result<u32, String> {
    let expected = || "expected a percentage from 0 to 100 with at most 4 decimals, such as 2.5".to_owned();
    let amount = barter_sdk::TokenAmount::parse(text.trim_end_matches('%'), 4).map_err(|_| expected())?;
    u32::try_from(amount.units()).ok().filter(|ppm| *ppm <= 1_000_000).ok_or_else(expected)
}

#[cfg(test)]
mod tests {
    use super::percent;

    #[test]
    fn percentages_are_exact() {
        for (text, ppm) in [("5", 50_000), ("2.5%", 25_000), ("0", 0), ("100", 1_000_000), ("0.0001", 1)] {
            assert_eq!(percent(text), Ok(ppm), "{text}");
        }
        for text in ["", "-1", "100.0001", "0.00001", "5e1", "five", "340282366920938463463374607431768211456"] {
            assert!(percent(text).is_err(), "{text}");
        }
    }
}
