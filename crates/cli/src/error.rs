//! Everything that stops the program, and how it says so.

use std::{io, path::PathBuf};

use alloy_primitives::{Address, B256};
use barter_protocol::{PaymentHash, TradeId, TradeStatus};
use barter_sdk::BondToken;
use serde::Serialize;

use crate::{chain::ChainError, command::bank, exit::Exit, reputation, signal::Signal, text, words};

/// Everything that stops the program.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The client says so: a rule of the protocol, the node, or the set-up.
    #[error(transparent)]
    Client(Box<barter_sdk::Error>),
    /// The client says so, and what to do next depends on more than it knows.
    #[error("{error}")]
    Advised {
        /// What it says.
        error: Box<barter_sdk::Error>,
        /// What to do next, in sentences.
        next_step: String,
    },
    /// The client says so, and this command knows better words for it: amounts in tokens, times as dates.
    #[error("{message}")]
    Reworded {
        /// What it says.
        error: Box<barter_sdk::Error>,
        /// The same, in a sentence.
        message: String,
    },
    /// A preimage is asked for that is not known, or not to be shown: a payee's before it was paid.
    #[error("deal {id} has no preimage to show: it was not paid, as far as is known here")]
    NoPreimage {
        /// The deal.
        id: String,
    },
    /// There is no folder for a journal.
    #[error("there is no folder for the journal of deals: neither XDG_STATE_HOME nor HOME is set")]
    NoHome,
    /// A command that needs a Lightning node was not told of one.
    #[error("no Lightning node is named, expected the address of an LND node's REST interface")]
    NoLightningNode,
    /// A payee is to agree to a trade, and there is no Lightning node to ask whether the invoice is its own.
    #[error(
        "the trade pays this wallet, and no Lightning node is named that knows whether it is for an invoice of yours"
    )]
    InvoiceUnchecked,
    /// Money would have moved, and nobody said yes.
    #[error("nothing was paid: {reason}")]
    NotConfirmed {
        /// Why there was no yes.
        reason: &'static str,
    },
    /// A signal said to stop when a payment was perhaps under way.
    #[error("stopped by a signal; payment {payment_hash} may have been begun, and then goes on")]
    StoppedWhilePaying {
        /// What is to be paid.
        payment_hash: PaymentHash,
    },
    /// The node failed after it was asked to pay.
    #[error("{error}; payment {payment_hash} may have been begun, and then goes on")]
    PaymentUnclear {
        /// What is to be paid.
        payment_hash: PaymentHash,
        /// What happened.
        error: Box<barter_lightning::Error>,
    },
    /// A payment was made or a deal went on, and what is to be told of it could not be printed.
    #[error("{what}, and only the report is lost: the output cannot be written: {source}")]
    Unreported {
        /// What was done, without a full stop.
        what: String,
        /// Why it could not be printed.
        #[source]
        source: io::Error,
    },
    /// There is no chain on this machine.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// The command line is not of the form the help shows.
    #[error("{message}")]
    Usage {
        /// What is wrong with it.
        message: String,
        /// What was perhaps meant.
        tip: Option<String>,
    },
    /// A key on the command line, where other users of the machine and the shell's history see it. Not repeated.
    #[error("a private key was given on the command line, expected one in the environment or in a file")]
    KeyInArguments,
    /// A file cannot be read.
    #[error("{} cannot be read: {reason}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// A file cannot be written.
    #[error("{} cannot be written: {reason}", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// What was read is not of its form. It is not repeated: it may hold a secret.
    #[error("{what} cannot be read: {reason}")]
    Malformed {
        /// What was read, and from where.
        what: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A keystore cannot be opened.
    #[error("the keystore {} cannot be opened: {reason}", path.display())]
    Keystore {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// Whose wallet is meant was not said, and there is no key to tell.
    #[error("no wallet was named, and there is no key whose wallet it could be")]
    NoWallet,
    /// Something is to be signed or withdrawn, and with another key than it takes.
    #[error("this key is {wallet}'s, expected that of {signer}")]
    NotSigner {
        /// The key's wallet.
        wallet: Address,
        /// Whose key it takes.
        signer: Address,
    },
    /// A signature is to be withdrawn that a trade was opened or settled with.
    #[error("the signature was used, and withdrawing it undoes nothing: trade {trade_id} is {status}")]
    SignatureUsed {
        /// The trade.
        trade_id: TradeId,
        /// How it stands.
        status: TradeStatus,
    },
    /// The machine gives no random bytes.
    #[error("the machine gives no random bytes: {reason}")]
    NoRandomness {
        /// Why.
        reason: String,
    },
    /// The demo did not go as the rules say it must.
    #[error("the demo went wrong: {what}")]
    DemoFailed {
        /// What was not as it must be.
        what: String,
    },
    /// A signal said to stop.
    #[error("stopped by a signal")]
    Interrupted {
        /// Which.
        signal: Signal,
    },
    /// A signal said to stop when a transaction was perhaps under way.
    #[error("stopped by a signal; a transaction may have been sent: look before trying again")]
    StoppedWhileSending,
    /// A transaction is mined, and what it did could not be printed. Also where nobody reads on: who reads the id will not.
    #[error("it was done, and only the report is lost: {done} The output cannot be written: {source}")]
    ReportLost {
        /// What was done, in a sentence.
        done: String,
        /// The trade it was done to, if it was one.
        trade_id: Option<TradeId>,
        /// The transaction that did it.
        transaction_hash: B256,
        /// Why it could not be printed.
        #[source]
        source: io::Error,
    },
    /// A policy cannot be used.
    #[error("{} cannot be used: {error}", path.display())]
    Policy {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        error: barter_sdk::ComplianceError,
    },
    /// Screening says no. The answer is printed; nothing more has to be said.
    #[error("the wallet is denied")]
    Denied,
    /// The index is not what the chain says.
    #[error("{} of the index {} not as the chain says", text::counted(*rows, "row"), if *rows == 1 { "is" } else { "are" })]
    IndexDiffers {
        /// How many.
        rows: u64,
    },
    /// A scenario cannot be run.
    #[error("the scenario {named} cannot be run: {error}")]
    Scenario {
        /// As it was named.
        named: String,
        /// What is wrong with it.
        error: String,
    },
    /// There is no scenario of this name.
    #[error("there is no scenario {named}, expected a file or one of {expected}")]
    NoScenario {
        /// As it was named.
        named: String,
        /// Those that are built in.
        expected: String,
    },
    /// A simulation's event log has nothing of what was asked for.
    #[error("{} has no record of {what}", path.display())]
    NoRecord {
        /// The file.
        path: PathBuf,
        /// What was asked for.
        what: String,
    },
    /// There are results already.
    #[error("{} is there already, and nothing was written over", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// A simulation's event log is not one, or not what the contracts do.
    #[error("{}: {error}", path.display())]
    Replay {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        error: Box<barter_sim::replay::ReplayError>,
    },
    /// Something about reputation: a record, a service, a log.
    #[error(transparent)]
    Reputation(Box<reputation::Error>),
    /// A command about banks.
    #[error(transparent)]
    Bank(Box<bank::Error>),
    /// Work was stopped half-way, for a reason that whoever stopped it knows.
    #[error("stopped")]
    Stopped,
    /// What was to be printed could not be.
    #[error("the output cannot be written: {0}")]
    Output(#[source] io::Error),
    /// The operating system refused something the program cannot do without.
    #[error("{what} failed: {reason}")]
    System {
        /// What was to be done.
        what: &'static str,
        /// Why it was not.
        reason: String,
    },
}

impl From<barter_sdk::Error> for Error {
    fn from(error: barter_sdk::Error) -> Self {
        Self::Client(Box::new(error))
    }
}

impl From<reputation::Error> for Error {
    fn from(error: reputation::Error) -> Self {
        Self::Reputation(Box::new(error))
    }
}

impl From<bank::Error> for Error {
    fn from(error: bank::Error) -> Self {
        Self::Bank(Box::new(error))
    }
}

impl From<barter_lightning::Error> for Error {
    fn from(error: barter_lightning::Error) -> Self {
        barter_sdk::Error::from(error).into()
    }
}

impl From<barter_lightning::InvoiceError> for Error {
    fn from(error: barter_lightning::InvoiceError) -> Self {
        barter_lightning::Error::from(error).into()
    }
}

impl From<barter_protocol::Error> for Error {
    fn from(rule: barter_protocol::Error) -> Self {
        barter_sdk::Error::from(rule).into()
    }
}

/// An error as `--json` prints it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct ErrorReport {
    /// Its kind, as a stable name.
    pub(crate) code: &'static str,
    /// What happened, in a sentence, its causes included.
    pub(crate) message: String,
    /// What to do next.
    pub(crate) next_step: String,
    /// The transaction that was signed before it happened, if one was.
    pub(crate) transaction_hash: Option<B256>,
    /// The trade that was changed all the same, if one was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) trade_id: Option<TradeId>,
    /// What the program exits with.
    pub(crate) exit_code: u8,
}

impl Error {
    /// The same, with amounts in tokens where it says something of them in base units.
    pub(crate) fn in_tokens(self, token: &BondToken) -> Self {
        match self {
            Self::Client(error) => match words::reworded(&error, Some(token)) {
                Some(message) => Self::Reworded { error, message },
                None => Self::Client(error),
            },
            other => other,
        }
    }

    /// The kind of error as a stable name, for programs.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Client(error) | Self::Advised { error, .. } | Self::Reworded { error, .. } => error.code(),
            Self::NoPreimage { .. } => "no_preimage",
            Self::NoHome => "no_home",
            Self::NoLightningNode => "no_lightning_node",
            Self::PaymentUnclear { .. } => "payment_unclear",
            Self::InvoiceUnchecked => "invoice_not_checked",
            Self::NotConfirmed { .. } => "not_confirmed",
            Self::StoppedWhilePaying { .. } => "stopped_while_paying",
            Self::Chain(error) => error.code(),
            Self::Usage { .. } => "usage",
            Self::KeyInArguments => "key_in_arguments",
            Self::Unreadable { .. } => "unreadable_file",
            Self::Unwritable { .. } => "unwritable_file",
            Self::Malformed { .. } => "malformed_input",
            Self::Keystore { .. } => "keystore",
            Self::NoWallet => "no_wallet",
            Self::NotSigner { .. } => "not_signer",
            Self::SignatureUsed { .. } => "signature_used",
            Self::NoRandomness { .. } => "no_randomness",
            Self::DemoFailed { .. } => "demo_failed",
            Self::Interrupted { .. } => "interrupted",
            Self::StoppedWhileSending => "stopped_while_sending",
            Self::ReportLost { .. } | Self::Unreported { .. } => "report_lost",
            Self::Policy { .. } => "invalid_policy",
            Self::Denied => "denied",
            Self::IndexDiffers { .. } => "index_differs",
            Self::Scenario { .. } => "invalid_scenario",
            Self::NoScenario { .. } => "no_scenario",
            Self::NoRecord { .. } => "no_record",
            Self::Exists { .. } => "exists",
            Self::Replay { error, .. } if is_difference(error) => "log_differs",
            Self::Replay { .. } => "invalid_log",
            Self::Reputation(error) => error.code(),
            Self::Bank(error) => error.code(),
            Self::Stopped => "stopped",
            Self::Output(_) => "output",
            Self::System { .. } => "system",
        }
    }

    /// What to do next, in a sentence.
    pub(crate) fn next_step(&self) -> &'static str {
        match self {
            Self::Client(error) | Self::Advised { error, .. } | Self::Reworded { error, .. } => client_next_step(error),
            Self::NoPreimage { .. } => "Go on with it by barter deals resume.",
            Self::NoHome => "Name a folder with --journal or BARTER_JOURNAL.",
            Self::NoLightningNode => {
                "Set BARTER_LND_URL and BARTER_LND_MACAROON, or give --lnd-url and --lnd-macaroon."
            }
            Self::InvoiceUnchecked => {
                "Name the node with BARTER_LND_URL and BARTER_LND_MACAROON; or make sure that nobody else knows the preimage, and give --unchecked."
            }
            Self::NotConfirmed { .. } => "Look at what is to be paid, then answer y, or give --yes.",
            Self::StoppedWhilePaying { .. } | Self::PaymentUnclear { .. } => {
                "Do the same again: it waits for this payment, and begins no second one."
            }
            Self::Unreported { .. } => {
                "See barter deals list, or do the same again, a sale by its --id: it is told again, and nothing is paid twice."
            }
            Self::Chain(error) => error.next_step(),
            Self::Usage { .. } => "Run the command with --help; it shows an example.",
            Self::KeyInArguments => {
                "Set DEPLOYER_PRIVATE_KEY, or use --keystore; and use this key for nothing of worth any more."
            }
            Self::Unreadable { .. } => "Check the path and its permissions.",
            Self::Unwritable { .. } => "Choose a folder that exists and may be written to.",
            Self::Malformed { .. } => "Check its content against what the command's --help says.",
            Self::Keystore { .. } => "Check the file and its password.",
            Self::NoWallet => "Name the wallet, or set DEPLOYER_PRIVATE_KEY.",
            Self::NotSigner { .. } => "Use the key of the wallet that is expected.",
            Self::SignatureUsed { status: TradeStatus::Accepted, .. } => {
                "Dispute the trade with barter trade dispute if it must not go on."
            }
            Self::SignatureUsed { .. } => "Look at the trade with barter trade get.",
            Self::NoRandomness { .. } | Self::System { .. } => "See what the operating system lacks, then try again.",
            Self::DemoFailed { .. } => "This is a fault of Barter: please report it.",
            Self::Interrupted { .. } | Self::Stopped => "Start it again.",
            Self::StoppedWhileSending => {
                "Look at the trade, or at your wallet's latest transactions, before trying again."
            }
            Self::ReportLost { .. } => "Do not repeat it: the transaction is mined. Look it up by its hash.",
            Self::Policy { .. } => "See barter compliance screen --help for what a policy can say.",
            Self::Denied => "See the reasons.",
            Self::IndexDiffers { .. } => "Index anew, into another database; and find out who wrote to this one.",
            Self::Scenario { .. } => {
                "Print one that works with barter sim show siege; barter sim scenarios lists the kinds of agents."
            }
            Self::NoScenario { .. } => "List the built-in ones with barter sim scenarios, or check the path.",
            Self::NoRecord { .. } => {
                "See what there is with barter sim replay LOG --show; each world has a log of its own."
            }
            Self::Exists { .. } => "Name another folder, or give --force to replace it.",
            Self::Replay { error, .. } if is_difference(error) => {
                "The log was changed, or was made by another version: run its scenario again."
            }
            Self::Replay { .. } => "Name an event log as barter sim run --log writes it.",
            Self::Reputation(error) => error.next_step(),
            Self::Bank(error) => error.next_step(),
            Self::Output(_) => "See that there is room for it.",
        }
    }

    /// What the program exits with.
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Client(error) | Self::Advised { error, .. } | Self::Reworded { error, .. } => Exit::of(error),
            Self::Reputation(error) => error.exit(),
            Self::Bank(error) => error.exit(),
            Self::SignatureUsed { .. } | Self::IndexDiffers { .. } => Exit::Refused,
            Self::Replay { error, .. } if is_difference(error) => Exit::Refused,
            Self::Usage { .. }
            | Self::KeyInArguments
            | Self::Unreadable { .. }
            | Self::Unwritable { .. }
            | Self::Malformed { .. }
            | Self::Policy { .. }
            | Self::Scenario { .. }
            | Self::Exists { .. }
            | Self::Replay { .. }
            | Self::NotConfirmed { .. }
            | Self::NoWallet => Exit::Input,
            Self::Denied => Exit::Denied,
            Self::NoPreimage { .. } | Self::NoScenario { .. } | Self::NoRecord { .. } => Exit::NotFound,
            Self::Chain(_)
            | Self::NoHome
            | Self::NoLightningNode
            | Self::InvoiceUnchecked
            | Self::Keystore { .. }
            | Self::NoRandomness { .. }
            | Self::System { .. }
            | Self::NotSigner { .. }
            | Self::Stopped
            | Self::Output(_) => Exit::SetUp,
            Self::StoppedWhileSending
            | Self::ReportLost { .. }
            | Self::StoppedWhilePaying { .. }
            | Self::PaymentUnclear { .. }
            | Self::Unreported { .. } => Exit::Unknown,
            Self::Interrupted { signal } => Exit::Signal(*signal),
            Self::DemoFailed { .. } => Exit::Fault,
        }
    }

    /// This error as data.
    pub(crate) fn report(&self) -> ErrorReport {
        let (message, transaction_hash) = match self {
            // It repeats what was given where a wallet, an id or a file is wanted, which may be a key by mistake.
            Self::Client(error) | Self::Advised { error, .. } => {
                let message = words::reworded(error, None).unwrap_or_else(|| error.report().message);
                (without_keys(&message, error), error.transaction_hash())
            }
            Self::Reworded { error, message } => (text::printable(message), error.transaction_hash()),
            // All they tell is on the chain, or a payment hash, or the node's.
            Self::SignatureUsed { .. }
            | Self::Replay { .. }
            | Self::StoppedWhilePaying { .. }
            | Self::PaymentUnclear { .. }
            | Self::Unreported { .. } => (text::printable(&self.to_string()), None),
            Self::ReportLost { transaction_hash, .. } => (self.to_string(), Some(*transaction_hash)),
            other => (text::without_keys(&other.to_string()), None),
        };
        ErrorReport {
            code: self.code(),
            message,
            next_step: match self {
                Self::Usage { tip: Some(next_step), .. } | Self::Advised { next_step, .. } => next_step.clone(),
                _ => self.next_step().to_owned(),
            },
            transaction_hash,
            trade_id: match self {
                Self::ReportLost { trade_id, .. } => *trade_id,
                _ => None,
            },
            exit_code: self.exit().code(),
        }
    }

    /// Whether it only says that whoever read our output has read enough.
    pub(crate) fn is_closed_pipe(&self) -> bool {
        matches!(self, Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }
}

/// Whether a log is one, and the contracts do something else.
fn is_difference(error: &barter_sim::replay::ReplayError) -> bool {
    use barter_sim::replay::ReplayError;
    matches!(error, ReplayError::Differs { .. } | ReplayError::Impossible { .. })
}

/// What to do next in the words of the command line, where the client's are those of its builder.
fn client_next_step(error: &barter_sdk::Error) -> &'static str {
    use barter_sdk::{DealError as Deal, Error as Client, IndexError as Index};
    match error {
        Client::NoSigner => "Set DEPLOYER_PRIVATE_KEY, or name a keystore with --keystore.",
        Client::NoRpcUrl { .. } => "Set ALCHEMY_RPC_URL to the node's address, or give it with --rpc-url.",
        Client::NoDeployment { .. } => {
            "Name a deployment file with --deployment or BARTER_DEPLOYMENT, or deploy the contracts first."
        }
        Client::NoBondContract { .. } | Client::NoAuditors { .. } => {
            "Name a deployment file that has AuditorQuorum, BarterBond and BondToken with --deployment or BARTER_DEPLOYMENT."
        }
        Client::WrongChain { .. } => "Name the node's network with --network, or use a node of this one.",
        Client::SignedForOtherChain { .. } => "Ask for a signature for this chain, or name the other with --network.",
        Client::FeeAboveCap { .. } => "Wait for lower fees, or raise the cap with --max-fee-gwei.",
        Client::TooManyTrades { .. } => {
            "Make an index with barter index run, and name it with --database: it reads only the wallet's own trades."
        }
        Client::NoIndex => "Name the index with --database, or set BARTER_INDEX.",
        Client::EmptyIndex { .. } => "Fill it with barter index run first.",
        Client::Index(Index::InvalidLocation { .. }) => {
            "Give a file, or a PostgreSQL database as postgres://…, after --database or in BARTER_INDEX."
        }
        Client::Index(Index::NotFound { .. }) => {
            "Make it with barter index run, or name another place with --database or BARTER_INDEX."
        }
        Client::Index(Index::NotAnIndex { .. }) => "Name another place with --database or BARTER_INDEX.",
        Client::Index(
            Index::OtherSchema { .. }
            | Index::Damaged { .. }
            | Index::Conflict { .. }
            | Index::ReorganisedTooDeep { .. },
        ) => "Index anew: barter index run, with another place after --database.",
        Client::Index(Index::OtherIdentity { .. }) => {
            "Name the index of this network and deployment with --database, or the index's own with --network and --deployment."
        }
        Client::Index(Index::Busy { .. }) => "See whether another barter index run writes it.",
        Client::Index(Index::NotOfTheChain { .. }) => {
            "Start barter index run first: it undoes what is no longer of the chain."
        }
        Client::Deal(Deal::NotFound { .. }) => {
            "See barter deals list; and that it is the journal of this wallet and network."
        }
        Client::Deal(Deal::Open { .. } | Deal::TooLateToCancel { .. }) => {
            "Resume it with barter deals resume: it goes on where it is."
        }
        Client::Deal(Deal::NotPayee { .. }) => "The payer accepts with barter buy.",
        other => other.next_step(),
    }
}

/// A message that repeats input, without what could be a private key in it.
fn without_keys(message: &str, error: &barter_sdk::Error) -> String {
    use barter_lightning::{Error as Lightning, InvoiceError};
    use barter_sdk::{DealError, Error as Client};
    match error {
        Client::InvalidAddress { .. }
        | Client::InvalidTradeId { .. }
        | Client::InvalidCreditAmount { .. }
        | Client::InvalidTokenAmount { .. }
        | Client::TokenAmountTooLarge { .. }
        | Client::InvalidHub(_)
        | Client::HubNotNormal { .. }
        | Client::UnknownNetwork { .. }
        | Client::InvalidDeployment { .. }
        | Client::InvalidEnvironmentFile { .. }
        | Client::Lightning(Lightning::Invoice(InvoiceError::Malformed { .. }) | Lightning::InvalidSetting { .. })
        | Client::Deal(
            DealError::InvalidId { .. }
            | DealError::NotFound { .. }
            | DealError::Journal { .. }
            | DealError::InvalidRecord { .. },
        ) => text::without_keys(message),
        // A node's own words.
        Client::Lightning(_) => text::printable(message),
        _ => message.to_owned(),
    }
}
