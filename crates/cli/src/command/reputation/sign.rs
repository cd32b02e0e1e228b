//! `barter reputation sign`

use std::path::PathBuf;

use barter_protocol::bond::check_hub;
use barter_reputation::{
    key::SecretKey,
    wire::{
        Dispute, DisputeFields, DisputeForm, DisputeJson, Domain, Form, Outcome, OutcomeFields, OutcomeJson,
        SignedDispute, SignedOutcome, Status,
    },
};
use clap::{Args, Subcommand, ValueEnum};

use crate::{
    context::Context,
    error::Error,
    reputation::{self, amount, read_key},
    secret::{random_bytes, read_text},
};

/// Longest evidence that is read, in bytes. What may be signed is a hundredth of it.
const MAX_EVIDENCE_FILE_BYTES: u64 = 1 << 20;

/// Sign what a service takes: outcomes, events, disputes. Sends nothing
///
/// Prints the record as JSON, with its signature; barter reputation submit sends it, and so does any HTTP client. Records of our own
/// form are good for one bond contract on one chain; those of the published form are what the package aimarket-hub signs.
#[derive(Subcommand)]
pub(crate) enum Sign {
    Outcome(OutcomeArguments),
    Event(EventArguments),
    Dispute(DisputeArguments),
}

/// Who signs.
#[derive(Args)]
struct Signer {
    /// The consumer's key file, as barter reputation keygen makes it
    #[arg(long, value_name = "FILE", env = "BARTER_REPUTATION_KEY_FILE", hide_env_values = true)]
    key: PathBuf,

    /// The provider's hub, as its bond declares it
    #[arg(long, value_name = "URL")]
    provider: String,

    /// The consumer, as the service knows it
    #[arg(long, value_name = "NAME")]
    consumer: String,

    /// When it was, as 2026-01-02T03:04:05Z [default: now]
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
}

/// In which form.
#[derive(Args)]
struct FormArguments {
    /// The form
    #[arg(long, value_enum, default_value_t = FormName::Own)]
    form: FormName,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FormName {
    /// Ours: bound to the network and its bond contract
    Own,
    /// The published package's
    Published,
}

/// Sign how a call went
#[derive(Args)]
#[command(after_help = "Examples:
  barter reputation sign outcome --key consumer.key --provider https://p.example --consumer consumer_1 \\
    --invocation inv_1 --capability translate.multi@v2 --status success --price-usd 0.40 --latency-ms 8100 --quality 0.94
  barter reputation sign outcome --form published --key consumer.key --provider https://p.example --consumer consumer_1 \\
    --invocation inv_2 --status timeout --price-usd 0.4 --latency-ms 60000 --quality 0.0 --at 2026-01-02T03:04:05Z")]
pub(crate) struct OutcomeArguments {
    #[command(flatten)]
    signer: Signer,

    #[command(flatten)]
    form: FormArguments,

    /// The call; each can be reported once
    #[arg(long, value_name = "ID")]
    invocation: String,

    /// What was called
    #[arg(long, value_name = "ID", default_value = "")]
    capability: String,

    /// What was bought
    #[arg(long, value_name = "ID", default_value = "")]
    product: String,

    /// How it ended
    #[arg(long, value_enum)]
    status: StatusName,

    /// What it cost, in dollars
    #[arg(long, value_name = "DOLLARS", allow_hyphen_values = true)]
    price_usd: String,

    /// How long it took, in milliseconds
    #[arg(long, value_name = "MILLISECONDS", allow_hyphen_values = true)]
    latency_ms: u32,

    /// How good it was, 0 to 1
    #[arg(long, value_name = "SHARE", allow_hyphen_values = true)]
    quality: String,
}

#[derive(Clone, Copy, ValueEnum)]
enum StatusName {
    /// As promised
    Success,
    /// Not as promised
    Failure,
    /// Not in time
    Timeout,
    /// Under dispute: counts neither way
    Disputed,
}

/// Sign how a call went, as the published package's event: without an id and a quality
#[derive(Args)]
#[command(after_help = "Example:
  barter reputation sign event --key consumer.key --provider https://p.example --consumer https://c.example \\
    --capability translate.multi@v2 --status success --price-usd 0.4 --latency-ms 8100")]
pub(crate) struct EventArguments {
    #[command(flatten)]
    signer: Signer,

    /// What was called. Not signed
    #[arg(long, value_name = "ID", default_value = "")]
    capability: String,

    /// How it ended
    #[arg(long, value_enum)]
    status: EventStatusName,

    /// What it cost, in dollars
    #[arg(long, value_name = "DOLLARS", allow_hyphen_values = true)]
    price_usd: String,

    /// How long it took, in milliseconds
    #[arg(long, value_name = "MILLISECONDS", allow_hyphen_values = true)]
    latency_ms: u32,
}

#[derive(Clone, Copy, ValueEnum)]
enum EventStatusName {
    /// As promised
    Success,
    /// Not as promised
    Failure,
    /// Not in time
    Timeout,
}

/// Sign what was wrong with a call
///
/// The outcome it is about has to be on record. In our form evidence and wallet are covered by the signature: only who signed for a wallet
/// can have it paid out of the bond. For a dispute of the published form nothing is paid on a chain.
#[derive(Args)]
#[command(after_help = "Example:
  barter reputation sign dispute --key consumer.key --provider https://p.example --consumer consumer_1 \\
    --invocation inv_1 --reason 'asked for French, got German' --slash 0.10 --evidence evidence.json \\
    --wallet 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 > dispute.json

What this prints is filed with the service by barter reputation submit dispute.json; the bond is disputed on-chain with barter dispute.")]
pub(crate) struct DisputeArguments {
    #[command(flatten)]
    signer: Signer,

    #[command(flatten)]
    form: FormArguments,

    /// The dispute, in words of your own [default: a random one]
    #[arg(long, value_name = "ID")]
    id: Option<String>,

    /// The call
    #[arg(long, value_name = "ID")]
    invocation: String,

    /// The wallet that is to be paid, and that complains on the chain [default: your own]. Not in the published form
    #[arg(long, value_name = "ADDRESS")]
    wallet: Option<String>,

    /// What was wrong
    #[arg(long, value_name = "TEXT", default_value = "")]
    reason: String,

    /// The share of the bond that is asked for, 0 to 1
    #[arg(long, value_name = "SHARE", allow_hyphen_values = true)]
    slash: String,

    /// File with what shows it, at most 16,384 bytes; `-` is standard input. Published form: JSON
    #[arg(long, value_name = "FILE")]
    evidence: Option<PathBuf>,
}

impl Sign {
    pub(crate) fn run(self, context: &Context) -> Result<(), Error> {
        match self {
            Self::Outcome(arguments) => arguments.run(context),
            Self::Event(arguments) => arguments.run(context),
            Self::Dispute(arguments) => arguments.run(context),
        }
    }
}

impl FormArguments {
    fn form(&self, context: &Context) -> Result<Form, Error> {
        Ok(match self.form {
            FormName::Published => Form::Published,
            FormName::Own => Form::Bound(domain(context)?),
        })
    }
}

/// The bond contract of the network that the options name.
fn domain(context: &Context) -> Result<Domain, Error> {
    let (chain_id, bond) = reputation::bond_contract(context)?;
    Ok(Domain { chain_id, bond })
}

impl Signer {
    fn outcome(&self, form: Form, fields: OutcomeFields, context: &Context) -> Result<(), Error> {
        let key = read_key(&self.key)?;
        let outcome = Outcome::new(form, fields).map_err(reputation::Error::from)?;
        let signature = key.sign(&outcome.signed_bytes());
        context.output().document(&OutcomeJson::write(&SignedOutcome { outcome, signature }))
    }

    /// The provider, which is a hub as a bond declares it.
    fn provider(&self) -> Result<String, Error> {
        check_hub(&self.provider).map_err(reputation::Error::from)?;
        Ok(self.provider.clone())
    }

    fn time(&self) -> Result<u64, Error> {
        Ok(amount::time(self.at.as_deref()).map_err(reputation::Error::from)?)
    }
}

impl OutcomeArguments {
    fn run(self, context: &Context) -> Result<(), Error> {
        let form = self.form.form(context)?;
        let is_published = form == Form::Published;
        let fields = OutcomeFields {
            invocation_id: self.invocation,
            capability_id: self.capability,
            product_id: self.product,
            provider_hub: self.signer.provider()?,
            consumer_hub: self.signer.consumer.clone(),
            status: match self.status {
                StatusName::Success => Status::Success,
                StatusName::Failure => Status::Failure,
                StatusName::Timeout => Status::Timeout,
                StatusName::Disputed => Status::Disputed,
            },
            price: amount::price("--price-usd", &self.price_usd, is_published)?,
            latency_ms: self.latency_ms,
            quality: Some(amount::share("--quality", "quality_score", &self.quality, is_published)?),
            timestamp: self.signer.time()?,
        };
        self.signer.outcome(form, fields, context)
    }
}

impl EventArguments {
    fn run(self, context: &Context) -> Result<(), Error> {
        let fields = OutcomeFields {
            invocation_id: String::new(),
            capability_id: self.capability,
            product_id: String::new(),
            provider_hub: self.signer.provider()?,
            consumer_hub: self.signer.consumer.clone(),
            status: match self.status {
                EventStatusName::Success => Status::Success,
                EventStatusName::Failure => Status::Failure,
                EventStatusName::Timeout => Status::Timeout,
            },
            price: amount::price("--price-usd", &self.price_usd, true)?,
            latency_ms: self.latency_ms,
            quality: None,
            timestamp: self.signer.time()?,
        };
        self.signer.outcome(Form::Event, fields, context)
    }
}

impl DisputeArguments {
    fn form(&self, context: &Context) -> Result<DisputeForm, Error> {
        match (self.form.form, &self.wallet) {
            (FormName::Published, None) => Ok(DisputeForm::Published),
            (FormName::Published, Some(_)) => Err(Error::Malformed {
                what: "--wallet".to_owned(),
                reason: "a dispute of the published form names none, expected --form own".to_owned(),
            }),
            (FormName::Own, wallet) => {
                let (_, wallet) = context.client_for(wallet.as_deref())?;
                Ok(DisputeForm::Bound { domain: domain(context)?, wallet })
            }
        }
    }

    fn run(self, context: &Context) -> Result<(), Error> {
        let form = self.form(context)?;
        let is_published = form == DisputeForm::Published;
        let evidence = match &self.evidence {
            // More than may be, so that the rule says what is wrong with it.
            Some(path) => read_text(path, MAX_EVIDENCE_FILE_BYTES)?,
            None => String::new(),
        };
        if is_published && !evidence.is_empty() {
            let _: serde_json::Value = serde_json::from_str(&evidence).map_err(|error| Error::Malformed {
                what: "the evidence".to_owned(),
                reason: format!("the published form takes JSON: {error}"),
            })?;
        }
        let key: SecretKey = read_key(&self.signer.key)?;
        let fields = DisputeFields {
            dispute_id: match self.id {
                Some(id) => id,
                None => random_id()?,
            },
            invocation_id: self.invocation,
            provider_hub: self.signer.provider()?,
            consumer_hub: self.signer.consumer.clone(),
            reason: self.reason,
            requested_slash: amount::share("--slash", "requested_slash", &self.slash, is_published)?,
            timestamp: self.signer.time()?,
            evidence,
        };
        let dispute = Dispute::new(form, fields).map_err(reputation::Error::from)?;
        let signature = key.sign(&dispute.signed_bytes());
        let signed = SignedDispute { dispute, signature, consumer_key: key.public() };
        context.output().document(&DisputeJson::write(&signed))
    }
}

/// A name for a dispute that nobody else gives.
fn random_id() -> Result<String, Error> {
    let bytes = random_bytes()?;
    Ok(format!("dispute-{}", alloy_primitives::hex::encode(&bytes[..16])))
}
