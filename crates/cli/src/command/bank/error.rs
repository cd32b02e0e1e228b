//! Everything that stops a command about banks, and how it says so.

use std::net::SocketAddr;

use barter_bank::{
    client,
    document::{self, AmountError, NotAHash},
    plan,
    rpc::InvitationError,
    store,
};

use crate::exit::Exit;

/// Everything that stops a command about banks.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The client says so.
    #[error(transparent)]
    Client(#[from] client::Error),
    /// Something is no document.
    #[error(transparent)]
    Document(#[from] document::Error),
    /// It is no deal, or none that these leads can settle.
    #[error(transparent)]
    Plan(#[from] plan::Error),
    /// It is no invitation to follow.
    #[error(transparent)]
    Invitation(#[from] InvitationError),
    /// It is no amount.
    #[error(transparent)]
    Amount(#[from] AmountError),
    /// It is no hash.
    #[error(transparent)]
    Hash(#[from] NotAHash),
    /// The bank's store cannot be used.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The place of the store is none.
    #[error(transparent)]
    Place(#[from] barter_store::Error),
    /// Nobody can be listened to there.
    #[error("nobody can be listened to at {address}: {reason}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// Why not.
        reason: String,
    },
    /// It names no bank.
    #[error("{found:?} names no bank, expected KEY@URL: {reason}")]
    Pin {
        /// What was given.
        found: String,
        /// What is wrong with it.
        reason: String,
    },
    /// There is a journal where a new one was to be.
    #[error("there is a deal in {path} already")]
    JournalExists {
        /// The file.
        path: String,
    },
    /// There is no journal.
    #[error("there is no deal in {path}")]
    NoJournal {
        /// The file.
        path: String,
    },
    /// A key that has nothing to sign in a deal.
    #[error("{key} has no account in this deal, and nothing to sign")]
    NotInDeal {
        /// Whose.
        key: String,
    },
    /// A deal that a journal has otherwise than the holder's banks say.
    #[error(transparent)]
    Unfit(#[from] client::Unfit),
    /// A journal that has a bank elsewhere than its holder knows it to be.
    #[error("the journal says that bank {bank} is at {found}, and you named it at {expected}")]
    OtherAddress {
        /// Which.
        bank: String,
        /// Where the journal says it is.
        found: String,
        /// Where its holder says.
        expected: String,
    },
    /// A bank of the published protocol.
    #[error("bank {bank} does not tell what waits at it: it is one of the published protocol, which has no list_legs")]
    NoInbox {
        /// Which.
        bank: String,
    },
    /// No such deal to be ended.
    #[error("the deal {deal} waits for you at none of these banks: nothing was ended")]
    NotWaiting {
        /// Which.
        deal: String,
    },
    /// A bank without its key.
    #[error("{store} is the store of bank {owner}, and there is no key file {key}: a new key would be another bank")]
    KeyLost {
        /// The store.
        store: String,
        /// Whose it is.
        owner: String,
        /// Where its key was looked for.
        key: String,
    },
    /// Nobody said yes to a deal.
    #[error("the deal was not signed and nothing was sent to any bank: {reason}")]
    NotSigned {
        /// Why.
        reason: &'static str,
    },
    /// A store that is not as it should be.
    #[error("the store is not as it should be: {} found", crate::text::counted(*wrong, "fault"))]
    StoreDiffers {
        /// Rows at fault.
        wrong: u64,
    },
}

impl Error {
    /// A stable name, for programs.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Client(error) => match error {
                client::Error::Url { .. } => "bank_url",
                client::Error::Unreachable { .. } => "bank_unreachable",
                client::Error::NotPinned { .. } => "bank_not_pinned",
                client::Error::Refused { .. } => "bank_refused",
                client::Error::Answer { .. } => "bank_answer",
                client::Error::UnknownBank { .. } => "unknown_bank",
                client::Error::Unsigned { .. } => "unsigned",
                client::Error::GivenUp { .. } => "given_up",
                client::Error::Plan(_) => "no_deal",
                client::Error::Document(_) => "document",
                client::Error::Journal { .. } => "journal",
                _ => "bank",
            },
            Self::Document(_) => "document",
            Self::Plan(_) => "no_deal",
            Self::Invitation(_) => "invitation",
            Self::Amount(_) => "amount",
            Self::Hash(_) => "hash",
            Self::Store(_) | Self::Place(_) => "bank_store",
            Self::Listen { .. } => "listen",
            Self::Pin { .. } => "bank_pin",
            Self::JournalExists { .. } => "journal_exists",
            Self::NoJournal { .. } => "no_journal",
            Self::NotInDeal { .. } => "not_in_deal",
            Self::StoreDiffers { .. } => "store_differs",
            Self::NoInbox { .. } => "no_inbox",
            Self::Unfit(_) => "unfit_deal",
            Self::OtherAddress { .. } => "other_address",
            Self::NotWaiting { .. } => "not_waiting",
            Self::KeyLost { .. } => "key_lost",
            Self::NotSigned { .. } => "not_confirmed",
        }
    }

    /// What to do next, in a sentence.
    pub(crate) fn next_step(&self) -> &'static str {
        match self {
            Self::Client(client::Error::Unreachable { .. }) => {
                "Do the same again when the bank answers: what is done is not done twice."
            }
            Self::Client(client::Error::NotPinned { .. }) => {
                "Ask whoever gave you the bank's key and address; do not send it anything before."
            }
            Self::Client(client::Error::Refused { .. }) => {
                "See what the bank says; a deal goes on with barter bank settle once that is mended."
            }
            Self::Client(client::Error::Answer { .. }) => "Ask the bank's operator what it runs.",
            Self::Client(client::Error::Unsigned { .. }) => {
                "Hand the journal on: each holder signs with barter bank confirm."
            }
            Self::Client(client::Error::GivenUp { .. }) => "Make the deal anew, with another journal.",
            Self::Client(client::Error::Journal { .. }) => "See that the file is whole and may be written to.",
            Self::Client(client::Error::UnknownBank { .. }) => {
                "Add the bank to the deal's banks, with its key and url."
            }
            Self::Client(client::Error::Plan(_)) | Self::Plan(plan::Error::Cycle { .. }) => {
                "Leave --lead out, for the smallest set that breaks every cycle."
            }
            Self::Plan(_) => "Correct the transfers; barter bank deal --help shows how they are written.",
            Self::Client(_) | Self::Document(_) => "Check its content against what the command's --help says.",
            Self::Invitation(InvitationError::Expired { .. }) => "Ask for a new invitation.",
            Self::Invitation(_) => "Take the invitation whole, as it was sent; if it is, do not follow it.",
            Self::Amount(_) => "Give a decimal over zero, such as 1 or 0.25.",
            Self::Hash(_) => "Give the hash as barter bank accounts shows it.",
            Self::Store(store::Error::OtherBank { .. }) => {
                "Name this bank's own store with --database, or its own key."
            }
            Self::Store(_) | Self::Place(_) => {
                "See whether another barter bank serve has it, or name another --database."
            }
            Self::Listen { .. } => "Choose another address or port with --listen.",
            Self::Pin { .. } => "Give the key and the address that barter bank serve prints, joined by @.",
            Self::JournalExists { .. } => "Go on with it by barter bank settle, or name another --journal.",
            Self::NoJournal { .. } => "Make the deal with barter bank deal, or name its journal.",
            Self::NotInDeal { .. } => "Use the key of a holder of an account in it.",
            Self::Unfit(client::Unfit::OtherBank { .. }) => {
                "Name it with --bank, by the key and address that you opened your account with; if you have none there, do not sign."
            }
            Self::Unfit(_) => {
                "Do not sign it, and ask whoever proposed it why: with such terms, what you give could be taken for nothing."
            }
            Self::OtherAddress { .. } => "Ask the bank, not the journal, where it is; do not sign before.",
            Self::NoInbox { .. } => {
                "See what is in your accounts with barter bank accounts; ask whoever proposed the deal."
            }
            Self::NotWaiting { .. } => "See what waits with barter bank inbox; what is settled or rejected is final.",
            Self::KeyLost { .. } => {
                "Bring the key back from a copy and name it with --key, or name another --database."
            }
            Self::NotSigned { .. } => "Look at who leads and what is at risk, then answer y, or give --yes.",
            Self::StoreDiffers { .. } => {
                "Stop the bank, go back to a copy that is whole, and find out who wrote to this one."
            }
        }
    }

    /// What the program exits with.
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Client(client::Error::Unreachable { .. } | client::Error::Answer { .. }) => Exit::Network,
            Self::Client(
                client::Error::Refused { .. } | client::Error::Unsigned { .. } | client::Error::GivenUp { .. },
            )
            | Self::NotInDeal { .. }
            | Self::NoInbox { .. }
            | Self::Unfit(_)
            | Self::OtherAddress { .. }
            | Self::StoreDiffers { .. } => Exit::Refused,
            Self::Client(client::Error::NotPinned { .. } | client::Error::Journal { .. })
            | Self::Store(_)
            | Self::KeyLost { .. }
            | Self::Place(_)
            | Self::Listen { .. } => Exit::SetUp,
            Self::NoJournal { .. } | Self::NotWaiting { .. } => Exit::NotFound,
            _ => Exit::Input,
        }
    }
}

impl From<client::Error> for crate::error::Error {
    fn from(error: client::Error) -> Self {
        Error::from(error).into()
    }
}
