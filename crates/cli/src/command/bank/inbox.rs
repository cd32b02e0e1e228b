//! `barter bank inbox`

use barter_bank::{
    client::{Connection, Error as ClientError, Pin, Waiting},
    document::{Hash, SecretKey},
    ledger::State,
    rpc::code,
};
use clap::Args;
use serde::Serialize;

use super::{Error, Key, OwnBanks, now, plan::short};
use crate::{
    context::Context,
    error::Error as Stopped,
    output::Report,
    page::{CARE, Cell, FAINT, GOOD, NAME, Page},
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

    #[command(flatten)]
    banks: OwnBanks,

    /// End this deal at each of these banks where it waits
    #[arg(long, value_name = "DEAL")]
    reject: Option<String>,
}

/// What waits for somebody.
#[derive(Serialize)]
struct Listed {
    holder: String,
    /// Did every bank answer?
    complete: bool,
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
        if self.deals.is_empty() && self.complete {
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
            page.field("state", row.state.word());
            page.field_if("held until", row.held_until_ms.map(|until| instant(until / 1_000)));
            page.field("next", Cell::new(row.next, FAINT));
        }
    }
}

/// A deal that its holder has ended.
#[derive(Serialize)]
struct Ended {
    deal: String,
    ended_at: Vec<String>,
}

impl Report for Ended {
    fn show(&self, page: &mut Page) {
        page.field("deal", Cell::new(&self.deal, NAME));
        for bank in &self.ended_at {
            page.field("ended at", Cell::new(bank, CARE));
        }
    }
}

impl Inbox {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Stopped> {
        let key = self.key.read()?;
        let pins = self.banks.pins()?;
        if let Some(deal) = self.reject {
            return reject(context, &key, pins, deal.parse().map_err(Error::from)?).await;
        }
        let ask = async |connection: Connection| {
            let found = connection.waiting(&key, now()).await?;
            Ok(found.into_iter().map(|waiting| Row::new(&connection.pin().url, waiting)).collect())
        };
        let (deals, failed): (Vec<Vec<Row>>, _) = each(context, pins, ask).await;
        let deals = deals.into_iter().flatten().collect();
        context.output().result(&Listed { holder: key.public().to_string(), complete: failed.is_none(), deals })?;
        failed.map_or(Ok(()), |error| Err(error.into()))
    }
}

/// Ends a deal wherever it is under way. By its name, not by the list: others may have filled that.
async fn reject(context: &Context, key: &SecretKey, pins: Vec<Pin>, deal: Hash) -> Result<(), Stopped> {
    let end = async |connection: Connection| match connection.reject(key, deal, None, now()).await {
        Ok(()) => Ok(Some(connection.pin().url.clone())),
        // Not here, or not theirs here.
        Err(ClientError::Refused { code: code::UNKNOWN | code::UNAUTHORIZED, .. }) => Ok(None),
        Err(error) => Err(error),
    };
    let (ended, failed) = each(context, pins, end).await;
    let (deal, ended_at) = (deal.to_string(), ended.into_iter().flatten().collect::<Vec<_>>());
    let is_found = !ended_at.is_empty();
    if is_found {
        context.output().result(&Ended { deal: deal.clone(), ended_at })?;
    }
    match failed {
        Some(error) => Err(error.into()),
        None if is_found => Ok(()),
        None => Err(Error::NotWaiting { deal }.into()),
    }
}

/// Asks each bank. One that fails is warned of, and the others are asked all the same: with what they answered comes the last failure.
async fn each<T>(
    context: &Context,
    pins: Vec<Pin>,
    ask: impl AsyncFn(Connection) -> Result<T, ClientError>,
) -> (Vec<T>, Option<Error>) {
    let (mut answers, mut failed) = (Vec::new(), None);
    for pin in pins {
        let asked = async { ask(Connection::open(pin).await?).await };
        match waiting("asking the banks", asked).await {
            Ok(answer) => answers.push(answer),
            Err(error) => {
                let error = told(error);
                context.output().warn("bank_not_asked", &error.to_string());
                failed = Some(error);
            }
        }
    }
    (answers, failed)
}

/// A bank that knows no such method says so in a way that only programs understand.
fn told(error: ClientError) -> Error {
    match error {
        ClientError::Refused { bank, code: code::METHOD, .. } => Error::NoInbox { bank: bank.to_string() },
        other => other.into(),
    }
}
