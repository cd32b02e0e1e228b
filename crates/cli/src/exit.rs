//! What the program exits with. The table in the README and in `barter --help` says the same.

use barter_lightning::{Error as LightningError, FailureReason, InvoiceError};
use barter_protocol::Error as Rule;
use barter_sdk::{DealError, DealStage, Error, IndexError, OfferError};

use crate::signal::Signal;

/// What the program exits with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// 1: a rule of the protocol refuses it, or an invoice is not what was agreed, and trying the same again will not help. Or the
    /// index is not as the chain says, a simulation's log not what the contracts do, a reputation not what log and chain say, or a
    /// bank's store not what was signed.
    Refused,
    /// 2: the command line, or something it names, is not of its form.
    Input,
    /// 3: a node or the way to it failed, the chain did not take the transaction, or nothing was paid. Trying again may help.
    Network,
    /// 4: what was asked for does not exist.
    NotFound,
    /// 5: the set-up is not complete or does not fit: key, deployment, network, Lightning node, anvil.
    SetUp,
    /// 6: a transaction was signed, or a payment begun, and what became of it is not known or could not be told. Look before
    /// trying again.
    Unknown,
    /// 7: screening says no.
    Denied,
    /// 70: a fault of this program.
    Fault,
    /// 128 and the signal's number: a signal stopped it.
    Signal(Signal),
}

impl Exit {
    /// Its number.
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Refused => 1,
            Self::Input => 2,
            Self::Network => 3,
            Self::NotFound => 4,
            Self::SetUp => 5,
            Self::Unknown => 6,
            Self::Denied => 7,
            Self::Fault => 70,
            Self::Signal(signal) => 128 + signal.number(),
        }
    }

    /// What an error of the client leads to.
    pub(crate) fn of(error: &Error) -> Self {
        match error {
            Error::Index(error) => Self::of_index(error),
            Error::Lightning(error) => Self::of_lightning(error),
            Error::Deal(error) => Self::of_deal(error),
            Error::TradeNotFound { .. }
            | Error::NoTrustToken { .. }
            | Error::EmptyIndex { .. }
            | Error::DisputeNotFound { .. } => Self::NotFound,
            Error::InvalidAddress { .. }
            | Error::InvalidTradeId { .. }
            | Error::InvalidCreditAmount { .. }
            | Error::InvalidTokenAmount { .. }
            | Error::TokenAmountTooLarge { .. }
            | Error::ZeroAmount
            | Error::InvalidHub(_)
            | Error::HubNotNormal { .. }
            | Error::NoSignatures
            | Error::SignaturesDiffer { .. }
            | Error::UnknownNetwork { .. }
            | Error::Compliance(_)
            | Error::Refused(Rule::NotHexadecimal { .. } | Rule::WrongLength { .. }) => Self::Input,
            Error::NoRpcUrl { .. }
            | Error::InvalidRpcUrl { .. }
            | Error::NoDeployment { .. }
            | Error::InvalidDeployment { .. }
            | Error::InvalidEnvironmentFile { .. }
            | Error::NoSigner
            | Error::InvalidPrivateKey
            | Error::Signing { .. }
            | Error::Tls { .. }
            | Error::WrongChain { .. }
            | Error::NotLocal { .. }
            | Error::SignedForOtherChain { .. }
            | Error::NoContract { .. }
            | Error::InsufficientFunds { .. }
            | Error::NoDeployer { .. }
            | Error::InvalidPlan { .. }
            | Error::InsufficientTokens { .. }
            | Error::SignedForOtherContract { .. }
            | Error::NotTestToken { .. }
            | Error::NoBondContract { .. }
            | Error::NoAuditors { .. }
            | Error::DeploymentDiffers { .. }
            | Error::NoIndex => Self::SetUp,
            Error::Unconfirmed { .. } | Error::TimedOut { .. } => Self::Unknown,
            Error::Network { .. }
            | Error::HttpStatus { .. }
            | Error::RequestTimedOut { .. }
            | Error::InvalidResponse { .. }
            | Error::NodeRefused { .. }
            | Error::FeeAboveCap { .. }
            | Error::NotSent { .. }
            | Error::Replaced { .. }
            | Error::ReorganisedTooDeep { .. }
            | Error::TooManyTrades { .. }
            | Error::ChainChanged { .. } => Self::Network,
            // The rules, and whatever the client learns to say that has no place of its own here.
            _ => Self::Refused,
        }
    }

    /// What an error of the Lightning node, or about an invoice, leads to.
    fn of_lightning(error: &LightningError) -> Self {
        match error {
            LightningError::Invoice(error) => Self::of_invoice(error),
            LightningError::InvalidRequest { .. } | LightningError::InvoiceExpired { .. } => Self::Input,
            LightningError::UnknownInvoice { .. } => Self::NotFound,
            LightningError::InvalidSetting { .. }
            | LightningError::WrongCertificate { .. }
            | LightningError::Unauthorized { .. } => Self::SetUp,
            LightningError::PaymentPending { .. } => Self::Unknown,
            LightningError::PaymentFailed { reason, .. } if *reason != FailureReason::Rejected => Self::Network,
            LightningError::Unreachable { .. }
            | LightningError::NotReady { .. }
            | LightningError::Refused { .. }
            | LightningError::InvalidAnswer { .. } => Self::Network,
            // What is not as it was agreed, and whatever a node learns to say that has no place of its own here.
            _ => Self::Refused,
        }
    }

    fn of_invoice(error: &InvoiceError) -> Self {
        match error {
            InvoiceError::WrongNetwork { .. }
            | InvoiceError::WrongAmount { .. }
            | InvoiceError::WrongPaymentHash { .. }
            | InvoiceError::WrongPayee { .. }
            | InvoiceError::ExpiresTooSoon { .. } => Self::Refused,
            _ => Self::Input,
        }
    }

    fn of_deal(error: &DealError) -> Self {
        match error {
            DealError::Offer(OfferError::Invoice(error)) => Self::of_invoice(error),
            DealError::Offer(
                OfferError::Malformed { .. } | OfferError::WrongChecksum | OfferError::UnknownVersion { .. },
            )
            | DealError::InvalidId { .. } => Self::Input,
            DealError::Offer(OfferError::OtherChain { .. } | OfferError::OtherContract { .. })
            | DealError::Journal { .. }
            | DealError::InvalidRecord { .. } => Self::SetUp,
            DealError::NotFound { .. } => Self::NotFound,
            DealError::Open { stage: DealStage::Paying, .. } | DealError::PaymentForgotten { .. } => Self::Unknown,
            DealError::Open { .. } | DealError::Busy { .. } => Self::Network,
            // What is not as it was agreed, or came to nothing.
            _ => Self::Refused,
        }
    }

    fn of_index(error: &IndexError) -> Self {
        match error {
            IndexError::NotFound { .. } => Self::NotFound,
            IndexError::InvalidLocation { .. } => Self::Input,
            IndexError::Contradiction(_)
            | IndexError::Chain(_)
            | IndexError::ReorganisedTooDeep { .. }
            | IndexError::NodeBehind { .. }
            | IndexError::NotOfTheChain { .. } => Self::Network,
            // The database: it fails, or is another one than it should be.
            _ => Self::SetUp,
        }
    }
}
