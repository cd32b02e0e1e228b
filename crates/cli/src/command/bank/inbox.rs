//! `barter bank inbox`

use barter_bank::{
    client::{Connection, Error as ClientError, Waiting},
    document::Hash,
    ledger::State,
    rpc::code,
};
use clap::Args;
use serde::Serialize;

use super::{Error, Key, now, pin, plan::short};
use crate::{
    context::Context,
    error::Error as Stopped,
    output::Report,
    page::{BAD, CARE, Cell, FAINT, GOOD, NAME, Page},
    progress::waiting,
    text::{instant, printable},
};

/// Show what waits for you at your banks: what each deal gives and takes, and what you can do
///
/// A bank tells what is at it and nobody else's accounts. Whoever drives a deal has its journal, by which it is signed (barter bank
/// confirm) and carried on (barter bank settle); what waits here without a journal of yours can be ended with --reject, or ends by itself
/// when its hold does.
#[derive(Args)]
#[command(after_help = "Examples:
  barter bank inbox --key bob.key --bank KEY@https://one.example --bank KEY@https://two.example
  barter bank inbox --key bob.key --bank KEY@https://one.example --reject DEAL")]
pub(crate) struct Inbox {
    #[command(flatten)]
    key: Key,

    /// A bank where you have accounts: its key and its address
    #[arg(long, value_name = "KEY@URL", env = "BARTER_BANK", value_delimiter = ',', required = true)]
    bank: Vec<String>,

    /// End this deal at each of these banks where it waits
    #[arg(long, value_name = "DEAL")]
    reject: Option<String>,
}

/// What waits for somebody.
#[derive(Serialize)]
struct Listed {
    holder: String,
    deals: Vec<Row>,
}

/// A deal at a bank.
#[derive(Serialize)]
struct Row {
    deal: String,
    bank: String,
    proposer: String,
    state: State,
    role: &'static str,
    accounts: Vec<Account>,
    confirmed: bool,
    unconfirmed: u64,
    held_until_ms: Option<u64>,
    rejected: bool,
    next: &'static str,
}

#[derive(Serialize)]
struct Account {
    account: String,
    promise: String,
    name: String,
    change: String,
}

impl Row {
    fn new(bank: &str, waiting: Waiting) -> Self {
        let next = next(&waiting);
        let account = |part: barter_bank::client::WaitingAccount| Account {
            account: part.account.to_string(),
            promise: part.promise.hash().to_string(),
            name: part.promise.name.clone(),
            change: part.delta.to_string(),
        };
        Self {
            deal: waiting.tx.to_string(),
            bank: bank.to_owned(),
            proposer: waiting.proposer.to_string(),
            state: waiting.state,
            role: waiting.role.word(),
            accounts: waiting.accounts.into_iter().map(account).collect(),
            confirmed: waiting.is_confirmed,
            unconfirmed: waiting.unconfirmed,
            held_until_ms: waiting.until_ms,
            rejected: false,
            next,
        }
    }
}

/// What its holder can do.
fn next(waiting: &Waiting) -> &'static str {
    match (waiting.state, waiting.is_confirmed) {
        (_, false) => "confirm it, or end it with --reject",
        (State::Confirmed, true) => "it can be settled; wait, or carry it on with its journal",
        (_, true) if waiting.unconfirmed > 0 => "wait until others confirm, or end it with --reject",
        (_, true) => "wait until it is held, or end it with --reject",
    }
}

impl Report for Listed {
    fn show(&self, page: &mut Page) {
        page.field("holder", &self.holder);
        if self.deals.is_empty() {
            page.line("nothing waits for you");
        }
        for row in &self.deals {
            page.gap();
            page.field("deal", Cell::new(&row.deal, NAME));
            page.field("at", format!("{}, which {}s", row.bank, row.role));
            page.field("proposed by", short(&row.proposer));
            for Account { name, change, .. } in &row.accounts {
                let (label, amount, style) = match change.strip_prefix('-') {
                    Some(amount) => ("you give", amount, CARE),
                    None => ("you get", change.as_str(), GOOD),
                };
                page.field(label, Cell::new(format!("{amount} of \u{201c}{}\u{201d}", printable(name)), style));
            }
            if row.rejected {
                page.field("state", Cell::new("rejected by you", BAD));
                continue;
            }
            page.field("state", row.state.word());
            page.field_if("held until", row.held_until_ms.map(|until| instant(until / 1_000)));
            page.field("next", Cell::new(row.next, FAINT));
        }
    }
}

impl Inbox {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Stopped> {
        let key = self.key.read()?;
        let pins = self.bank.iter().map(|bank| pin(bank)).collect::<Result<Vec<_>, _>>()?;
        let reject: Option<Hash> = self.reject.map(|deal| deal.parse()).transpose().map_err(Error::from)?;
        let (mut deals, mut failed) = (Vec::new(), None);
        for pin in pins {
            let url = pin.url.clone();
            let asked = async {
                let connection = Connection::open(pin).await?;
                let mut rows = Vec::new();
                for waiting in connection.waiting(&key, now()).await? {
                    let ends = reject == Some(waiting.tx);
                    if ends {
                        connection.reject(&key, waiting.tx, None, now()).await?;
                    }
                    if ends || reject.is_none() {
                        rows.push(Row { rejected: ends, ..Row::new(&url, waiting) });
                    }
                }
                Ok::<_, ClientError>(rows)
            };
            match waiting("asking the banks", asked).await {
                Ok(rows) => deals.extend(rows),
                Err(error) => {
                    let error = told(error);
                    // The others are asked all the same, and the last failure is what the command ends with.
                    context.output().warn("bank_not_asked", &error.to_string());
                    failed = Some(error);
                }
            }
        }
        let is_found = reject.is_none() || !deals.is_empty();
        context.output().result(&Listed { holder: key.public().to_string(), deals })?;
        match (failed, reject) {
            (Some(error), _) => Err(error.into()),
            (None, Some(deal)) if !is_found => Err(Error::NotWaiting { deal: deal.to_string() }.into()),
            _ => Ok(()),
        }
    }
}

/// A bank that knows no such method says so in a way that only programs understand.
fn told(error: ClientError) -> Error {
    match error {
        ClientError::Refused { bank, code: code::METHOD, .. } => Error::NoInbox { bank: bank.to_string() },
        other => other.into(),
    }
}
