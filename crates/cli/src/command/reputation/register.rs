//! `barter reputation register`

use barter_protocol::bond::check_hub;
use barter_reputation::key::PublicKey;
use barter_sdk::WalletInput;
use clap::{Args, Subcommand};
use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Asked, Operator};
use crate::{
    context::Context,
    error::Error,
    output::Report,
    page::{Cell, NAME, Page},
    reputation,
    text::printable,
};

/// Tell a service, as its operator, whose key or wallet is whose
#[derive(Subcommand)]
pub(crate) enum Register {
    Consumer(Consumer),
    Provider(Provider),
}

/// Say which key a consumer signs with. Outcomes of consumers that nobody registered are refused
///
/// A name that has another key is refused unless --replace is said: from then on what is signed with the key before is refused, and that
/// key is nobody else's ever.
#[derive(Args)]
#[command(after_help = "Example:
  barter reputation register consumer consumer_1 iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w= --token-file operator.token")]
pub(crate) struct Consumer {
    /// The consumer, as it signs
    name: String,

    /// Its Ed25519 public key, in base64
    public_key: String,

    /// Put it in the place of the key that this name has
    #[arg(long)]
    replace: bool,

    #[command(flatten)]
    operator: Operator,

    #[command(flatten)]
    asked: Asked,
}

/// Say which wallet bonds for a provider. It counts once it has declared this hub on the chain, by its first stake
#[derive(Args)]
#[command(after_help = "Example:
  barter reputation register provider https://p.example 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 --token-file operator.token")]
pub(crate) struct Provider {
    /// The provider's hub
    hub: String,

    /// The wallet that stakes
    wallet: String,

    #[command(flatten)]
    operator: Operator,

    #[command(flatten)]
    asked: Asked,
}

/// What was registered.
#[derive(Serialize)]
struct Registered {
    hub: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    public_key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    wallet: Option<String>,
    /// Was it not registered before?
    is_new: bool,
}

/// What the service says of it.
#[derive(Deserialize)]
struct Answer {
    is_new: bool,
}

impl Report for Registered {
    fn show(&self, page: &mut Page) {
        page.field("registered", Cell::new(printable(&self.hub), NAME));
        page.field_if("public key", self.public_key.as_deref());
        page.field_if("wallet", self.wallet.as_deref());
        if !self.is_new {
            page.field("before", "the same: nothing changed");
        }
    }
}

impl Register {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        match self {
            Self::Consumer(command) => command.run(context).await,
            Self::Provider(command) => command.run(context).await,
        }
    }
}

impl Consumer {
    async fn run(self, context: &Context) -> Result<(), Error> {
        let key = PublicKey::parse(&self.public_key).map_err(reputation::Error::from)?;
        let key = key.checked().map_err(reputation::Error::from)?;
        let service = self.operator.service(&self.asked, context)?;
        let mut body = json!({ "consumer_hub": self.name, "public_key": key.to_string() });
        if self.replace {
            body["replace"] = true.into();
        }
        let Answer { is_new } = service.send(Method::PUT, &["consumers"], &body).await?;
        context.output().result(&Registered { hub: self.name, public_key: Some(key.to_string()), wallet: None, is_new })
    }
}

impl Provider {
    async fn run(self, context: &Context) -> Result<(), Error> {
        check_hub(&self.hub).map_err(reputation::Error::from)?;
        let wallet = self.wallet.as_str().to_checked_address()?.to_checksum(None);
        let service = self.operator.service(&self.asked, context)?;
        let body = json!({ "provider_hub": self.hub, "wallet": wallet });
        let Answer { is_new } = service.send(Method::PUT, &["providers"], &body).await?;
        context.output().result(&Registered { hub: self.hub, public_key: None, wallet: Some(wallet), is_new })
    }
}
