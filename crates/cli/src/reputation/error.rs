//! Everything that stops a command about reputation, and how it says so.

use std::{net::SocketAddr, path::PathBuf};

use barter_protocol::bond::HubError;
use barter_reputation::{
    key, oracle, score,
    service::{self, TokenError},
    wire,
};

use crate::{exit::Exit, text};

/// Everything that stops a command about reputation.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// What is to be somebody's hub is no URL.
    #[error(transparent)]
    Hub(#[from] HubError),
    /// What is to be signed or sent is not of its form.
    #[error(transparent)]
    Wire(#[from] wire::Error),
    /// A key that nobody can be held to.
    #[error(transparent)]
    Key(#[from] key::Error),
    /// A key file cannot be read.
    #[error(transparent)]
    KeyFile(#[from] key::FileError),
    /// A key file cannot be made.
    #[error(transparent)]
    KeyNotMade(key::FileError),
    /// A setting of scores is not one.
    #[error(transparent)]
    Score(#[from] score::Error),
    /// The operator's token is none. Not repeated.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// The place of the log is none.
    #[error(transparent)]
    Place(#[from] barter_store::Error),
    /// The log cannot be used.
    #[error(transparent)]
    Oracle(#[from] oracle::Error),
    /// The service does not start.
    #[error(transparent)]
    Service(#[from] service::Error),
    /// Nobody can be listened to there.
    #[error("nobody can be listened to at {address}: {reason}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// Why not.
        reason: String,
    },
    /// A number that an argument wants otherwise.
    #[error("{argument} is {found:?}, expected {expected}")]
    InvalidNumber {
        /// The argument.
        argument: &'static str,
        /// What was given.
        found: String,
        /// What can be.
        expected: &'static str,
    },
    /// A number beyond what an argument takes.
    #[error("{argument} is {found}, expected {expected}")]
    OutOfRange {
        /// The argument.
        argument: &'static str,
        /// What was given.
        found: String,
        /// From where to where.
        expected: String,
    },
    /// The service's address is none.
    #[error("the service's address {address:?} cannot be used: {reason}")]
    InvalidUrl {
        /// What was given, without what may be a password.
        address: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The service did not answer.
    #[error("the service at {service} did not answer: {reason}")]
    Unreachable {
        /// Where it should be.
        service: String,
        /// Why not.
        reason: String,
    },
    /// The service answered, and not as it should have.
    #[error("the service at {service} answered {question} with what cannot be read: {reason}")]
    InvalidAnswer {
        /// Where it is.
        service: String,
        /// What it was asked.
        question: String,
        /// What is wrong with the answer.
        reason: String,
    },
    /// The service says no.
    #[error("the service at {service} refuses: {message} ({code}, HTTP {status})")]
    Refused {
        /// Where it is.
        service: String,
        /// The HTTP status.
        status: u16,
        /// Its kind of refusal.
        code: String,
        /// Its sentence.
        message: String,
    },
    /// An operator's command, and no token.
    #[error("there is no operator token: {reason}")]
    NoToken {
        /// Where it was looked for.
        reason: String,
    },
    /// The token can be read by others already.
    #[error("{}: others than its owner can read the operator's token (mode {mode:03o}): make another, or `chmod 600` it if nobody did", path.display())]
    TokenExposed {
        /// The file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// The token would be read by whoever is on the way.
    #[error("the operator's token is not sent to {service}: without TLS, others on the way could read it")]
    TokenInTheClear {
        /// Where it would have gone.
        service: String,
    },
    /// A record in a file cannot be read.
    #[error("record {number} of {} cannot be read: {reason}", from.display())]
    InvalidRecord {
        /// The file; `-` is standard input.
        from: PathBuf,
        /// The record, counted from 1.
        number: u64,
        /// What is wrong with it.
        reason: String,
    },
    /// A file without a record, as a failed command leaves it behind.
    #[error("there is no record in {}", from.display())]
    NoRecord {
        /// The file; `-` is standard input.
        from: PathBuf,
    },
    /// Something went wrong after records were sent. What became of these is told in the result.
    #[error("{error}; in all, {} taken and {rejected} rejected", text::counted(*taken, "record"))]
    Cut {
        /// How many are on the service's disk.
        taken: u64,
        /// How many were not taken.
        rejected: u64,
        /// What it was.
        error: Box<Error>,
    },
    /// Records were sent, and some not taken. They are told in the result.
    #[error("{rejected} of {} rejected", text::counted(*sent, "record"))]
    Rejected {
        /// How many were not taken.
        rejected: u64,
        /// Of how many.
        sent: u64,
    },
    /// A file of a log is not one.
    #[error("{} is not an exported log: {reason}", path.display())]
    InvalidLog {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A file of a log is not what its own first line says of it.
    #[error("{} is damaged: {reason}", path.display())]
    DamagedLog {
        /// The file.
        path: PathBuf,
        /// What is not as it says.
        reason: String,
    },
    /// Something the service said does not follow from log and chain. What, is told in the result.
    #[error("{} of what the service says {} not hold", text::counted(*failed, "check"), if *failed == 1 { "does" } else { "do" })]
    Differs {
        /// How many checks failed.
        failed: u64,
    },
    /// The network's deployment has no bond contract.
    #[error("no bond contract is known for this network")]
    NoBond,
    /// The log is anchored as it is.
    #[error("the log has {size} entries, and was anchored with {anchored}: there is nothing new to anchor")]
    NothingToAnchor {
        /// Leaves of the log.
        size: u64,
        /// Leaves of the last anchor.
        anchored: u128,
    },
}

impl Error {
    /// The kind of error as a stable name, for programs.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Hub(_) => "invalid_hub",
            Self::Wire(error) => error.code(),
            Self::Key(error) => error.code(),
            Self::KeyFile(_) | Self::KeyNotMade(_) => "key_file",
            Self::Score(_) => "invalid_setting",
            Self::Token(_) => "invalid_operator_token",
            Self::Place(_) => "invalid_database",
            Self::Oracle(error) => error.code(),
            Self::Service(_) => "service_not_started",
            Self::Listen { .. } => "cannot_listen",
            Self::InvalidNumber { .. } => "invalid_number",
            Self::OutOfRange { .. } => "out_of_range",
            Self::InvalidUrl { .. } => "invalid_service_url",
            Self::Unreachable { .. } => "service_unreachable",
            Self::InvalidAnswer { .. } => "invalid_service_answer",
            Self::Refused { status: 404, .. } => "unknown_to_the_service",
            Self::Refused { .. } => "refused_by_the_service",
            Self::NoToken { .. } => "no_operator_token",
            Self::TokenExposed { .. } => "token_file",
            Self::TokenInTheClear { .. } => "token_in_the_clear",
            Self::InvalidRecord { .. } => "invalid_record",
            Self::NoRecord { .. } => "no_record",
            Self::Cut { error, .. } => error.code(),
            Self::Rejected { .. } => "rejected",
            Self::InvalidLog { .. } => "invalid_exported_log",
            Self::DamagedLog { .. } => "damaged_log",
            Self::Differs { .. } => "reputation_differs",
            Self::NoBond => "no_bond_contract",
            Self::NothingToAnchor { .. } => "nothing_to_anchor",
        }
    }

    /// What to do next, in a sentence.
    pub(crate) fn next_step(&self) -> &'static str {
        match self {
            Self::Wire(_) | Self::InvalidNumber { .. } | Self::OutOfRange { .. } => {
                "Correct the value; the command's --help says what can be given."
            }
            Self::Hub(_) => "Give it as https://host, or with a path; a bond counts for the hub that it declares.",
            Self::Key(_) => "Ask for a key that barter reputation keygen, or any other Ed25519 program, made.",
            Self::KeyFile(_) => {
                "Make a key with barter reputation keygen, or barter bank keygen; keep it where only you can read it."
            }
            Self::KeyNotMade(key::FileError { problem: key::FileProblem::Exists, .. }) => {
                "Name another file: no key takes the place of one."
            }
            Self::KeyNotMade(_) => {
                "See that the folder is there, that you may write to it, and that the disk has room."
            }
            Self::Score(_) => "Correct the argument, or the environment variable.",
            Self::Token(_) => "Make one with openssl rand -hex 32, say.",
            Self::Place(_) | Self::Oracle(_) => {
                "Name another place with --database, or see what keeps this one from being used."
            }
            Self::Service(_) => "Correct what it names.",
            Self::Listen { .. } => "Give another address or port with --listen; port 0 takes any free one.",
            Self::InvalidUrl { .. } => "Give --service as http://host:port or https://host.",
            Self::Unreachable { .. } => "See that the service runs, and that --service names it.",
            Self::InvalidAnswer { .. } => "See that --service names a reputation service, of this version.",
            Self::Refused { code, .. } if code == "other_key_registered" => {
                "If the key did change, say so with --replace; what was signed with the one before stays on record."
            }
            Self::Refused { status: 401 | 403, .. } => "Use the operator token that the service was started with.",
            Self::Refused { status: 404, .. } => "Check the name, and that --service names the service that knows it.",
            Self::Refused { status: 429 | 503, .. } => "Wait a little, then try again.",
            Self::Refused { .. } => "Correct what the service names.",
            Self::NoToken { .. } => "Set BARTER_REPUTATION_TOKEN, or name a file with --token-file.",
            Self::TokenExposed { .. } => "Keep the token where only you can read it.",
            Self::TokenInTheClear { .. } => "Give --service as https://…, or ask the service on its own machine.",
            Self::InvalidRecord { .. } => "Correct this record; barter reputation sign writes such records.",
            Self::NoRecord { .. } => {
                "See that the command which was to write it did; barter reputation sign writes such records."
            }
            Self::Cut { error, .. } => error.next_step(),
            Self::Rejected { .. } => "See the reasons in the result; those that were taken are taken.",
            Self::InvalidLog { .. } => "Make it again with barter reputation export.",
            Self::DamagedLog { .. } => {
                "Use another copy of yours; one that is made now holds the service only to what it says now."
            }
            Self::Differs { .. } => "Do not rely on this score; show the operator what does not hold.",
            Self::NoBond => "Name a deployment file with BarterBond in it, with --deployment or BARTER_DEPLOYMENT.",
            Self::NothingToAnchor { .. } => "Anchor again once the log has grown.",
        }
    }

    /// What the program exits with.
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Cut { error, .. } => error.exit(),
            Self::Hub(_)
            | Self::Wire(_)
            | Self::Key(_)
            | Self::Score(_)
            | Self::Token(_)
            | Self::Place(_)
            | Self::InvalidNumber { .. }
            | Self::OutOfRange { .. }
            | Self::InvalidUrl { .. }
            | Self::NoRecord { .. }
            | Self::TokenInTheClear { .. }
            | Self::InvalidRecord { .. }
            | Self::InvalidLog { .. }
            | Self::DamagedLog { .. } => Exit::Input,
            Self::Refused { status: 404, .. } => Exit::NotFound,
            Self::Refused { status: 429 | 500.., .. } | Self::Unreachable { .. } | Self::InvalidAnswer { .. } => {
                Exit::Network
            }
            Self::KeyFile(_)
            | Self::KeyNotMade(_)
            | Self::Oracle(_)
            | Self::Service(_)
            | Self::Listen { .. }
            | Self::NoToken { .. }
            | Self::TokenExposed { .. }
            | Self::NoBond
            | Self::Refused { status: 401 | 403, .. } => Exit::SetUp,
            Self::Refused { .. } | Self::Rejected { .. } | Self::Differs { .. } | Self::NothingToAnchor { .. } => {
                Exit::Refused
            }
        }
    }
}
