//! Every refusal of the protocol.

use alloy_primitives::{Address, B256, U256};

use crate::{BondError, PaymentHash, TradeId, TradeStatus};

/// A refusal. Those of the contracts carry what the contracts' errors of the same name carry.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A party is the zero address.
    #[error("a party of the trade is the zero address; give the counterparty's wallet")]
    ZeroCounterparty,
    /// Both parties are one wallet.
    #[error("{wallet} cannot trade with itself; payer and payee must differ")]
    SelfTrade {
        /// The wallet.
        wallet: Address,
    },
    /// The amount is outside the limits.
    #[error("the amount is {amount_sats} sats, expected {minimum} to {maximum}")]
    AmountOutOfRange {
        /// Amount in satoshis.
        amount_sats: u64,
        /// Smallest, in satoshis.
        minimum: u64,
        /// Largest, in satoshis.
        maximum: u64,
    },
    /// The category is too long.
    #[error("the category has {length} bytes, expected at most {maximum}")]
    CategoryTooLong {
        /// Its length in bytes.
        length: usize,
        /// Most it may have.
        maximum: usize,
    },
    /// The description is too long.
    #[error("the description has {length} bytes, expected at most {maximum}")]
    DescriptionTooLong {
        /// Its length in bytes.
        length: usize,
        /// Most it may have.
        maximum: usize,
    },
    /// The pair already has a trade with this payment hash.
    #[error("{party_a} and {party_b} already have a trade with payment hash {payment_hash}; use a new invoice")]
    PaymentHashReused {
        /// The proposer of the trade refused.
        party_a: Address,
        /// Its counterparty.
        party_b: Address,
        /// The payment hash.
        payment_hash: PaymentHash,
    },
    /// There is no such trade.
    #[error("there is no trade {trade_id}")]
    TradeNotFound {
        /// The id asked for.
        trade_id: TradeId,
    },
    /// The trade's status does not allow it.
    #[error("trade {trade_id} is {actual}, expected {required}")]
    WrongStatus {
        /// The trade.
        trade_id: TradeId,
        /// Its status.
        actual: TradeStatus,
        /// The status that would allow it.
        required: TradeStatus,
    },
    /// The proposal was not accepted in time.
    #[error("trade {trade_id} could be accepted until Unix time {expires_at}; propose it again")]
    TradeExpired {
        /// The trade.
        trade_id: TradeId,
        /// Last second at which it could be accepted, Unix time.
        expires_at: u64,
    },
    /// Only the counterparty may accept.
    #[error("{caller} cannot accept trade {trade_id}, only its counterparty {counterparty} can")]
    NotCounterparty {
        /// The trade.
        trade_id: TradeId,
        /// Who tried.
        caller: Address,
        /// Who may.
        counterparty: Address,
    },
    /// Only the payer, or somebody with its signature, may settle.
    #[error("{caller} cannot settle trade {trade_id}, only its payer {payer} or a bearer of the payer's signature can")]
    NotPayer {
        /// The trade.
        trade_id: TradeId,
        /// Who tried.
        caller: Address,
        /// Who may.
        payer: Address,
    },
    /// Not a party of the trade.
    #[error("{wallet} is not a party of trade {trade_id}")]
    NotParty {
        /// The trade.
        trade_id: TradeId,
        /// The wallet.
        wallet: Address,
    },
    /// The preimage is not the one of the trade's payment hash.
    #[error("the preimage hashes to {actual}, expected {expected}, the payment hash of trade {trade_id}")]
    PreimageMismatch {
        /// The trade.
        trade_id: TradeId,
        /// The trade's payment hash.
        expected: PaymentHash,
        /// sha256 of the preimage given.
        actual: PaymentHash,
    },
    /// A dispute of this trade was dismissed; there is no second one.
    #[error("a dispute of trade {trade_id} was dismissed, and it cannot be disputed again")]
    DisputeAlreadyDismissed {
        /// The trade.
        trade_id: TradeId,
    },
    /// A dispute of this trade was already upheld.
    #[error("the dispute of trade {trade_id} was already upheld; that ruling is final")]
    DisputeAlreadyUpheld {
        /// The trade.
        trade_id: TradeId,
    },
    /// Only the arbiter may rule.
    #[error("{caller} cannot rule on disputes, only the arbiter {arbiter} can (the zero address: nobody)")]
    NotArbiter {
        /// Who tried.
        caller: Address,
        /// Who may; the zero address means nobody.
        arbiter: Address,
    },
    /// The signature's deadline has passed.
    #[error("the signature counted until Unix time {deadline}, and it is {timestamp}")]
    SignatureExpired {
        /// Last second at which it counted, Unix time.
        deadline: u64,
        /// The time of the call, Unix time.
        timestamp: u64,
    },
    /// The signature is not the expected signer's over what the call says.
    #[error("the signature is not {signer}'s over the digest {digest}")]
    InvalidSignature {
        /// Who must have signed.
        signer: Address,
        /// What must have been signed.
        digest: B256,
    },
    /// The signer cancelled the signature.
    #[error("{signer} cancelled its signature over the digest {digest}")]
    SignatureIsCancelled {
        /// Who signed.
        signer: Address,
        /// What was signed.
        digest: B256,
    },
    /// A batch is empty or too long.
    #[error("the batch has {length} settlements, expected 1 to {maximum}")]
    BatchSize {
        /// Settlements in it.
        length: usize,
        /// Most it may have.
        maximum: usize,
    },
    /// A page is empty or too long.
    #[error("the page is of {limit} entries, expected 1 to {maximum}")]
    PageSize {
        /// Entries asked for.
        limit: usize,
        /// Most it may have.
        maximum: usize,
    },
    /// The wallet holds less credit than needed.
    #[error("{wallet} holds {balance} of the smallest units of BTR-Credit, expected at least {needed}")]
    InsufficientCredit {
        /// The wallet.
        wallet: Address,
        /// What it holds, in 1e-18 tokens.
        balance: U256,
        /// What the call needs, in 1e-18 tokens.
        needed: U256,
    },
    /// Credit cannot go to this address.
    #[error("BTR-Credit cannot go to {receiver}; to destroy it, burn it")]
    InvalidCreditReceiver {
        /// The address.
        receiver: Address,
    },
    /// Credit cannot come from this address.
    #[error("BTR-Credit cannot come from {sender}, which holds none")]
    InvalidCreditSender {
        /// The address.
        sender: Address,
    },
    /// Nobody has the zero address, so it can spend nothing.
    #[error("{spender} cannot be allowed to move BTR-Credit")]
    InvalidCreditSpender {
        /// The address.
        spender: Address,
    },
    /// The spender was allowed less than needed.
    #[error("{spender} may move {allowance} of the smallest units of BTR-Credit, expected at least {needed}")]
    InsufficientAllowance {
        /// Who tried to move another wallet's credit.
        spender: Address,
        /// What it may still move, in 1e-18 tokens.
        allowance: U256,
        /// What the call needs, in 1e-18 tokens.
        needed: U256,
    },
    /// No such status.
    #[error("{code} is no trade status, expected 0 to 4")]
    UnknownStatus {
        /// The number.
        code: u8,
    },
    /// No such ruling.
    #[error("{code} is no ruling, expected 0 to 3")]
    UnknownRuling {
        /// The number.
        code: u8,
    },
    /// A character is no hexadecimal digit. The text itself is not kept: it may be a secret.
    #[error("digit {position} of the {what} is not hexadecimal, expected 64 digits of 0-9 and a-f after 0x")]
    NotHexadecimal {
        /// What was read.
        what: &'static str,
        /// Which digit, counted from 1 after any `0x`.
        position: usize,
    },
    /// Too few or too many hexadecimal digits.
    #[error("the {what} has {digits} hexadecimal digits, expected {expected}")]
    WrongLength {
        /// What was read.
        what: &'static str,
        /// How many were given.
        digits: usize,
        /// How many there must be.
        expected: usize,
    },
    /// A refusal of the bond's or of the auditors' quorum.
    #[error(transparent)]
    Bond(#[from] BondError),
}

impl Error {
    /// The refusal's stable name, for programs: the variant's, in snake case.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::ZeroCounterparty => "zero_counterparty",
            Self::SelfTrade { .. } => "self_trade",
            Self::AmountOutOfRange { .. } => "amount_out_of_range",
            Self::CategoryTooLong { .. } => "category_too_long",
            Self::DescriptionTooLong { .. } => "description_too_long",
            Self::PaymentHashReused { .. } => "payment_hash_reused",
            Self::TradeNotFound { .. } => "trade_not_found",
            Self::WrongStatus { .. } => "wrong_status",
            Self::TradeExpired { .. } => "trade_expired",
            Self::NotCounterparty { .. } => "not_counterparty",
            Self::NotPayer { .. } => "not_payer",
            Self::NotParty { .. } => "not_party",
            Self::PreimageMismatch { .. } => "preimage_mismatch",
            Self::DisputeAlreadyDismissed { .. } => "dispute_already_dismissed",
            Self::DisputeAlreadyUpheld { .. } => "dispute_already_upheld",
            Self::NotArbiter { .. } => "not_arbiter",
            Self::SignatureExpired { .. } => "signature_expired",
            Self::InvalidSignature { .. } => "invalid_signature",
            Self::SignatureIsCancelled { .. } => "signature_is_cancelled",
            Self::BatchSize { .. } => "batch_size",
            Self::PageSize { .. } => "page_size",
            Self::InsufficientCredit { .. } => "insufficient_credit",
            Self::InvalidCreditReceiver { .. } => "invalid_credit_receiver",
            Self::InvalidCreditSender { .. } => "invalid_credit_sender",
            Self::InsufficientAllowance { .. } => "insufficient_allowance",
            Self::InvalidCreditSpender { .. } => "invalid_credit_spender",
            Self::NotHexadecimal { .. } => "not_hexadecimal",
            Self::WrongLength { .. } => "wrong_length",
            Self::UnknownStatus { .. } => "unknown_status",
            Self::UnknownRuling { .. } => "unknown_ruling",
            Self::Bond(error) => error.code(),
        }
    }

    /// What to do about it, in a sentence.
    pub const fn next_step(&self) -> &'static str {
        match self {
            Self::ZeroCounterparty => "Name the counterparty's wallet.",
            Self::SelfTrade { .. } => "Name another wallet than your own as the counterparty.",
            Self::AmountOutOfRange { .. } => "Trade an amount within these limits.",
            Self::CategoryTooLong { .. } | Self::DescriptionTooLong { .. } => {
                "Shorten the text; letters beyond ASCII take several bytes."
            }
            Self::PaymentHashReused { .. } => "Ask the payee for a new invoice, and use its payment hash.",
            Self::TradeNotFound { .. } => "Check the id and the network, or list the wallet's trades.",
            Self::WrongStatus { .. } => "Read the trade: somebody may have acted on it already.",
            Self::TradeExpired { .. } => "Propose the trade again.",
            Self::NotCounterparty { .. } => "Let the counterparty accept.",
            Self::NotPayer { .. } => "Let the payer settle, or ask the payer for a signature.",
            Self::NotParty { .. } => "Use the key of one of the trade's parties.",
            Self::PreimageMismatch { .. } => "Give the preimage that paying this trade's invoice revealed.",
            Self::DisputeAlreadyDismissed { .. } => "Settle the trade; it cannot be disputed again.",
            Self::DisputeAlreadyUpheld { .. } => "Nothing: the ruling is final.",
            Self::NotArbiter { .. } => "Let the arbiter rule, if the deployment has one.",
            Self::SignatureExpired { .. } => "Ask for a signature with a later deadline.",
            Self::InvalidSignature { .. } => "Ask the signer to sign exactly these terms, for this chain and contract.",
            Self::SignatureIsCancelled { .. } => "Ask for a new signature with another deadline.",
            Self::BatchSize { .. } => "Split the batch.",
            Self::PageSize { .. } => "Ask for a page within these limits.",
            Self::InsufficientCredit { .. } => "Use at most the wallet's balance.",
            Self::InvalidCreditReceiver { .. } => "Burn the credit instead.",
            Self::InvalidCreditSender { .. } => "Name a wallet that holds credit.",
            Self::InsufficientAllowance { .. } => "Ask the holder for a larger allowance.",
            Self::InvalidCreditSpender { .. } => "Name a wallet that may spend.",
            Self::NotHexadecimal { .. } | Self::WrongLength { .. } => "Give 0x and 64 hexadecimal digits.",
            Self::UnknownStatus { .. } | Self::UnknownRuling { .. } => "Use the number that the contract gave.",
            Self::Bond(error) => error.next_step(),
        }
    }
}
