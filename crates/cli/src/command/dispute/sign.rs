//! `barter dispute sign`

use alloy_primitives::B256;
use barter_sdk::WalletInput;
use clap::Args;

use super::deadline::DeadlineArguments;
use crate::{context::Context, error::Error, options::hash, progress::waiting};

/// As the consumer: sign a complaint about an outcome, for whoever files it
///
/// Prints the complaint as JSON, and sends nothing. Whoever has it chooses the moment to file it until it ends, and you dispute
/// an outcome once.
#[derive(Args)]
#[command(after_help = "Example:
  barter dispute sign --consumer 0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC \\
    --provider 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 \\
    --outcome 0x9d3c1b55a7f0c2e4d6b8a091f3e5c7d92b4a6c8e0f1d3b5a79c8e6f4d2b0a1c3 \\
    --evidence 0x4bb06f8e4e3a7715d201d573d0aa423762e55dabd61a2c02278fa56cc6d294e0 > complaint.json")]
pub(crate) struct Sign {
    /// The provider whose bond is to be slashed
    #[arg(long, value_name = "ADDRESS")]
    provider: String,

    /// The signed outcome it is about: its leaf in the oracle's log
    #[arg(long, value_name = "HASH", value_parser = hash)]
    outcome: B256,

    /// SHA-256 of the signed dispute, which says what happened
    #[arg(long, value_name = "HASH", value_parser = hash)]
    evidence: B256,

    /// The wallet that complains, as the signed dispute names it: another's key is refused
    #[arg(long, value_name = "ADDRESS")]
    consumer: Option<String>,

    #[command(flatten)]
    deadline: DeadlineArguments,
}

impl Sign {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        let consumer = self.consumer.as_deref().map(WalletInput::to_checked_address).transpose()?;
        let client = context.signing_client()?;
        // Auditors dismiss a complaint of another wallet than the signed dispute's, and then its deposit is lost.
        if let (Some(signer), Some(wallet)) = (consumer, client.wallet())
            && signer != wallet
        {
            return Err(Error::NotSigner { wallet, signer });
        }
        let bond = client.bond();
        let deadline = self.deadline.deadline(&client).await;
        let signing = bond.sign_complaint(self.provider.as_str(), self.outcome, self.evidence, deadline);
        let signed = waiting("signing", signing).await?;
        context.output().say("Anybody can file this, for a deposit, with: barter dispute file FILE");
        context.output().document(&signed)
    }
}
