//! `barter bank invite`

use barter_bank::rpc::{Invitation, Leg};
use clap::{Args, Subcommand};
use serde::Serialize;

use super::{Error, Key, now};
use crate::{
    context::Context,
    error::Error as Stopped,
    output::Report,
    page::{Cell, NAME, Page},
};

const SECONDS_PER_HOUR: u64 = 3_600;
const MILLIS: u64 = 1_000;

/// Invite somebody to trade, or look at an invitation: it proves itself before anybody is called
#[derive(Subcommand)]
pub(crate) enum Invite {
    Sign(Sign),
    Show(Show),
}

/// Sign an invitation to trade
#[derive(Args)]
#[command(after_help = "Example:
  barter bank invite sign --key alice.key --bank-url https://bank.example/rpc --give PROMISE:1 --get PROMISE:2")]
pub(crate) struct Sign {
    #[command(flatten)]
    key: Key,

    /// Where your bank is asked
    #[arg(long, value_name = "URL")]
    bank_url: String,

    /// What you give
    #[arg(long, value_name = "PROMISE:AMOUNT")]
    give: String,

    /// What you want for it
    #[arg(long, value_name = "PROMISE:AMOUNT")]
    get: String,

    /// Hours for which it stands
    #[arg(long, default_value_t = 24, value_parser = clap::value_parser!(u64).range(1..=8_760))]
    hours: u64,
}

/// Check an invitation, and show what it offers
#[derive(Args)]
#[command(after_help = "Example:
  barter bank invite show 'barter://KEY@bank.example/rpc?give=PROMISE:1&get=PROMISE:2&exp=1800000000&sig=SIGNATURE'")]
pub(crate) struct Show {
    /// The invitation
    invitation: String,
}

/// An invitation.
#[derive(Serialize)]
struct Shown {
    invitation: String,
    inviter: String,
    bank_url: String,
    gives: String,
    wants: String,
    expires_at: u64,
}

impl From<Invitation> for Shown {
    fn from(invitation: Invitation) -> Self {
        let leg = |leg: &Leg| format!("{}:{}", leg.promise, leg.amount);
        Self {
            invitation: invitation.to_string(),
            inviter: invitation.inviter.to_string(),
            gives: leg(&invitation.give),
            wants: leg(&invitation.get),
            expires_at: invitation.expires_at,
            bank_url: invitation.bank_url,
        }
    }
}

impl Report for Shown {
    fn show(&self, page: &mut Page) {
        page.field("inviter", Cell::new(&self.inviter, NAME));
        page.field("bank", &self.bank_url);
        page.field("gives", &self.gives);
        page.field("wants", &self.wants);
        page.field("stands until", crate::text::instant(self.expires_at));
        page.field("invitation", &self.invitation);
    }
}

impl Invite {
    pub(crate) fn run(self, context: &Context) -> Result<(), Stopped> {
        let now = now() / MILLIS;
        let invitation = match self {
            Self::Sign(command) => {
                let key = command.key.read()?;
                let (give, get) = (leg(&command.give)?, leg(&command.get)?);
                let expires_at = now + command.hours * SECONDS_PER_HOUR;
                Invitation::sign(&key, &command.bank_url, give, get, expires_at).map_err(Error::from)?
            }
            Self::Show(command) => Invitation::read(&command.invitation, now).map_err(Error::from)?,
        };
        context.output().result(&Shown::from(invitation))
    }
}

fn leg(text: &str) -> Result<Leg, Error> {
    let (promise, amount) = text.split_once(':').unwrap_or((text, ""));
    Ok(Leg { promise: promise.parse()?, amount: amount.parse()? })
}
