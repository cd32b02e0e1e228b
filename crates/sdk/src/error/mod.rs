//! Everything that can go wrong, with the values it went wrong with.

mod words;

use std::{path::PathBuf, time::Duration};

use alloy_primitives::{Address, B256, Bytes, U256};
use barter_protocol::{
    BondError, PaymentHash, TradeId, TradeStatus,
    bond::{DisputeId, DisputeStatus, HubError},
};

pub use words::ErrorReport;

use crate::{AddressFault, Refusal, TokenAmount};
#[cfg(feature = "lightning")]
use crate::{DealError, OfferError};

/// Everything that can go wrong.
///
/// [`code`](Self::code) names the kind for programs, [`next_step`](Self::next_step) says what to do for people, and
/// [`transaction_hash`](Self::transaction_hash) tells whether something was signed that the chain may still take. No error
/// shows a private key, a preimage, or more of the node's address than scheme, host and port.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    // -------------------------------------------------------------------------------- the source's table
    /// The text is no address of a wallet.
    #[error("'{input}' is no wallet address: {reason}")]
    InvalidAddress {
        /// What was given, cut where it is long.
        input: String,
        /// What is wrong with it.
        reason: AddressFault,
    },
    /// The amount is below the smallest trade.
    #[error("the amount is {amount_sats} sats, expected at least {minimum_sats}")]
    InsufficientAmount {
        /// Amount given, in satoshis.
        amount_sats: u64,
        /// Smallest, in satoshis.
        minimum_sats: u64,
    },
    /// Both parties are one wallet.
    #[error("{wallet} cannot trade with itself")]
    SelfTrade {
        /// The wallet.
        wallet: Address,
    },
    /// There is no trade with this id.
    #[error("there is no trade {trade_id}")]
    TradeNotFound {
        /// The id.
        trade_id: TradeId,
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

    // -------------------------------------------------------------------------------- other refusals
    /// Another rule of the protocol refuses this: found by a check here, or by simulating the call. Nothing was sent.
    #[error(transparent)]
    Refused(barter_protocol::Error),
    /// These very terms are already a trade: an earlier attempt went through.
    #[error("these terms were already proposed: trade {trade_id} is {status}")]
    AlreadyProposed {
        /// The trade.
        trade_id: TradeId,
        /// How it stands.
        status: TradeStatus,
    },
    /// The call reverts for a reason that is none of the protocol's rules, or a sent transaction was reverted.
    #[error("{call} reverted{}: {refusal}", in_transaction(*.transaction_hash))]
    Reverted {
        /// The function called.
        call: &'static str,
        /// Why.
        refusal: Box<Refusal>,
        /// The transaction, where one was sent; without, nothing was.
        transaction_hash: Option<B256>,
    },
    /// The wallet has no trust token, and so no card: it has no settled trade.
    #[error("{wallet} has no trust token: none of its trades has settled")]
    NoTrustToken {
        /// The wallet.
        wallet: Address,
    },
    /// The text is no trade id.
    #[error("'{input}' is no trade id, expected 0x and 64 hexadecimal digits")]
    InvalidTradeId {
        /// What was given, cut where it is long.
        input: String,
    },
    /// The text is no amount of credit.
    #[error("'{input}' is no amount of credit, expected a decimal number of tokens with at most 18 decimals")]
    InvalidCreditAmount {
        /// What was given, cut where it is long.
        input: String,
    },

    // -------------------------------------------------------------------------------- bonds, disputes
    /// A rule of the bond or of the auditors refuses this: found by a check here, or by simulating the call. Nothing was sent.
    #[error(transparent)]
    BondRefused(BondError),
    /// The text is no amount of the token, or the amount is not of this token.
    #[error(
        "'{input}' is no amount of the token, expected a decimal number of tokens with at most {decimals} decimals"
    )]
    InvalidTokenAmount {
        /// What was given, cut where it is long.
        input: String,
        /// Decimals of the token.
        decimals: u8,
    },
    /// The text is an amount that no bond has room for.
    #[error("'{input}' is too large an amount, expected at most {largest}")]
    TokenAmountTooLarge {
        /// What was given, cut where it is long.
        input: String,
        /// The largest there is.
        largest: TokenAmount,
    },
    /// Nothing is to be moved.
    #[error("the amount is 0, expected more")]
    ZeroAmount,
    /// More test dollars than can be made at once.
    #[error("{amount} test dollars cannot be made at once, expected at most {maximum}")]
    TooManyTestDollars {
        /// What was to be made.
        amount: TokenAmount,
        /// Most that can be made at once.
        maximum: TokenAmount,
    },
    /// The text is no hub's URL. Declared so, for good, a bond would stand behind nothing that can be reached.
    #[error(transparent)]
    InvalidHub(#[from] HubError),
    /// A hub's URL is not as oracles compare it. Declared so, for good, a bond would count for no hub.
    #[error("the hub's URL is '{hub}', expected its normal form '{normal}'")]
    HubNotNormal {
        /// What was given, cut where it is long.
        hub: String,
        /// Its normal form, cut where it is long.
        normal: String,
    },
    /// The wallet holds too little of the token.
    #[error("{wallet} has {balance} of the token, expected at least {needed}")]
    InsufficientTokens {
        /// The wallet.
        wallet: Address,
        /// What it has.
        balance: TokenAmount,
        /// What is to be moved.
        needed: TokenAmount,
    },
    /// There is no dispute with this id.
    #[error("there is no dispute {dispute_id}")]
    DisputeNotFound {
        /// The id.
        dispute_id: DisputeId,
    },
    /// A ruling was brought without a signature.
    #[error("there is no signature of an auditor, expected at least one")]
    NoSignatures,
    /// The auditors' signatures are not all of one ruling.
    #[error("a signature is for another ruling: {what} is {given}, expected {expected}")]
    SignaturesDiffer {
        /// What differs.
        what: &'static str,
        /// In the signature.
        given: String,
        /// In the first one, or by what was called.
        expected: String,
    },
    /// A signature was made for another contract.
    #[error("it was signed for the contract {signed_contract}, expected {contract}")]
    SignedForOtherContract {
        /// The contract it was signed for.
        signed_contract: Address,
        /// The deployment's.
        contract: Address,
    },
    /// The bond's token is not the test networks' own, which anybody can make.
    #[error("the bond's token {token} is not TestDollar, and nobody can make some")]
    NotTestToken {
        /// The token.
        token: Address,
    },
    /// The deployment has no bond contract.
    #[error("the deployment on chain {chain_id} has no BarterBond")]
    NoBondContract {
        /// The chain.
        chain_id: u64,
    },
    /// The deployment has no auditors.
    #[error("the deployment on chain {chain_id} has no AuditorQuorum")]
    NoAuditors {
        /// The chain.
        chain_id: u64,
    },
    /// The bond contract was made with something else than the deployment says.
    #[error("the {what} of the bond contract is {actual}, expected {named}, as the deployment says")]
    DeploymentDiffers {
        /// What differs.
        what: &'static str,
        /// In the deployment.
        named: Address,
        /// In the contract.
        actual: Address,
    },

    // -------------------------------------------------------------------------------- set-up
    /// No network has this name.
    #[error("'{input}' is no network, expected sepolia, mainnet, local or a chain id")]
    UnknownNetwork {
        /// What was given.
        input: String,
    },
    /// No node to talk to was named.
    #[error("no node was named for the network {network}")]
    NoRpcUrl {
        /// The network.
        network: crate::Network,
    },
    /// The node's address cannot be used. It is not repeated: it may hold a key.
    #[error("the node's address is no http:// or https:// address: {reason}")]
    InvalidRpcUrl {
        /// What is wrong with it.
        reason: String,
    },
    /// The contracts' addresses on this chain are not known.
    #[error("no deployment of Barter is known on chain {chain_id}")]
    NoDeployment {
        /// The chain.
        chain_id: u64,
    },
    /// A deployment file cannot be used.
    #[error("the deployment file {} cannot be used: {reason}", path.display())]
    InvalidDeployment {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A `.env` file cannot be used.
    #[error("the environment file {} cannot be used: {reason}", path.display())]
    InvalidEnvironmentFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// Something is to be signed, and there is no key.
    #[error("this needs a key to sign with, and the client has none")]
    NoSigner,
    /// The private key cannot be used. It is not repeated.
    #[error("the private key is not valid, expected 0x and 64 hexadecimal digits")]
    InvalidPrivateKey,
    /// The signer did not sign.
    #[error("the signer of {wallet} did not sign: {reason}")]
    Signing {
        /// The signer's wallet.
        wallet: Address,
        /// What it said.
        reason: String,
    },
    /// The machine's TLS set-up cannot be used.
    #[error("no encrypted connection can be made: {reason}")]
    Tls {
        /// What is wrong with it.
        reason: String,
    },

    // -------------------------------------------------------------------------------- the node
    /// The node cannot be reached.
    #[error("{endpoint} cannot be reached for {method}: {reason}")]
    Network {
        /// Scheme, host and port of the node.
        endpoint: String,
        /// The JSON-RPC method.
        method: &'static str,
        /// What went wrong.
        reason: String,
    },
    /// The node answered with an HTTP status that is no success.
    #[error("{endpoint} answered {method} with HTTP status {status}")]
    HttpStatus {
        /// Scheme, host and port of the node.
        endpoint: String,
        /// The JSON-RPC method.
        method: &'static str,
        /// The status.
        status: u16,
    },
    /// The node did not answer in time.
    #[error("{endpoint} did not answer {method} within {:.1} s", waited.as_secs_f64())]
    RequestTimedOut {
        /// Scheme, host and port of the node.
        endpoint: String,
        /// The JSON-RPC method.
        method: &'static str,
        /// How long it was waited for.
        waited: Duration,
    },
    /// The node answered something that is no answer.
    #[error("{endpoint} gave no usable answer to {method}: {reason}")]
    InvalidResponse {
        /// Scheme, host and port of the node.
        endpoint: String,
        /// The JSON-RPC method.
        method: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// The node refused a request.
    #[error("{endpoint} refused {method}: {message} (code {code})")]
    NodeRefused {
        /// Scheme, host and port of the node.
        endpoint: String,
        /// The JSON-RPC method.
        method: &'static str,
        /// The node's number for it.
        code: i64,
        /// What the node said.
        message: String,
        /// What a reverted call returned, where the node said.
        revert_data: Option<Bytes>,
    },
    /// The node is on another chain than the client.
    #[error("the node is on chain {actual}, expected chain {expected}")]
    WrongChain {
        /// The client's chain.
        expected: u64,
        /// The node's chain.
        actual: u64,
    },
    /// Only a chain of one's own machine does this, and its chain id says that it is none.
    #[error("{what} is possible on a chain of your own machine only, and this is chain {chain_id}")]
    NotLocal {
        /// What was to be done.
        what: &'static str,
        /// The client's chain.
        chain_id: u64,
    },
    /// A signature was made for another chain.
    #[error("it was signed for chain {signed_chain_id}, expected chain {chain_id}")]
    SignedForOtherChain {
        /// The chain it was signed for.
        signed_chain_id: u64,
        /// The client's chain.
        chain_id: u64,
    },
    /// There is no contract at an address of the deployment.
    #[error("there is no contract at {address} on chain {chain_id}")]
    NoContract {
        /// The address.
        address: Address,
        /// The chain.
        chain_id: u64,
    },

    // -------------------------------------------------------------------------------- sending
    /// The wallet cannot pay the fees.
    #[error("{wallet} has {balance_wei} wei, expected at least {needed_wei} for fees")]
    InsufficientFunds {
        /// The wallet.
        wallet: Address,
        /// What it has, in wei.
        balance_wei: U256,
        /// What the transaction may cost, in wei.
        needed_wei: U256,
        /// The transaction, which the node did not take.
        transaction_hash: B256,
    },
    /// The chain asks for more than the cap on fees. Nothing was signed.
    #[error("the chain's base fee is {base_fee_wei} wei for a unit of gas, above the cap of {cap_wei} wei")]
    FeeAboveCap {
        /// The base fee, in wei for a unit of gas.
        base_fee_wei: u128,
        /// The cap, in wei for a unit of gas.
        cap_wei: u128,
    },
    /// The node did not take the signed transaction.
    #[error("the node did not take transaction {transaction_hash}")]
    NotSent {
        /// The transaction.
        transaction_hash: B256,
        /// Why.
        #[source]
        source: Box<Error>,
    },
    /// The transaction was signed, and nothing is known of what became of it.
    #[error("it is not known what became of transaction {transaction_hash}")]
    Unconfirmed {
        /// The transaction, or the latest of its replacements.
        transaction_hash: B256,
        /// The hash of everything that was signed for this call, oldest first, the above included. At most one is mined.
        attempts: Vec<B256>,
        /// What keeps the answer from coming.
        #[source]
        source: Box<Error>,
    },
    /// The transaction was not mined in time. It may still be.
    #[error("transaction {transaction_hash} was not mined within {:.1} s", waited.as_secs_f64())]
    TimedOut {
        /// The transaction, or the latest of its replacements.
        transaction_hash: B256,
        /// The hash of everything that was signed for this call, oldest first, the above included. At most one is mined.
        attempts: Vec<B256>,
        /// Its nonce.
        nonce: u64,
        /// How long it was waited for.
        waited: Duration,
    },
    /// Another transaction of the same wallet took the nonce: this one will never be mined.
    #[error("another transaction of the wallet took nonce {nonce} from transaction {transaction_hash}")]
    Replaced {
        /// The transaction, or the latest of its replacements.
        transaction_hash: B256,
        /// The nonce.
        nonce: u64,
    },

    // -------------------------------------------------------------------------------- watching
    /// The chain was reorganised deeper than events are remembered for.
    #[error("the chain was reorganised below block {oldest_block}, the oldest one remembered")]
    ReorganisedTooDeep {
        /// The oldest block remembered.
        oldest_block: u64,
    },

    // -------------------------------------------------------------------------------- compliance, index
    /// The wallet's list of trades is longer than what is read from a node.
    #[error(
        "{wallet} has more than {maximum} proposals and trades since its oldest accepted one, the most read from a node"
    )]
    TooManyTrades {
        /// The wallet.
        wallet: Address,
        /// Entries of the list that are read at most.
        maximum: usize,
    },
    /// The block everything was read at left the chain meanwhile, time and again.
    #[error("block {block_number} was reorganised away while it was read")]
    ChainChanged {
        /// The block.
        block_number: u64,
    },
    /// Wash rings, and scores seen from somewhere, need every trade there is, and only an index has those.
    #[error("this needs every trade there is, and the program was built without the feature index of barter-sdk")]
    NeedsIndexFeature,
    /// A setting of the findings, or a policy, cannot be used.
    #[error(transparent)]
    Compliance(#[from] barter_compliance::Error),
    /// The client has no index.
    #[cfg(feature = "index")]
    #[error("the client has no index")]
    NoIndex,
    /// The index cannot be used, or the node's answers do not fit it.
    #[cfg(feature = "index")]
    #[error(transparent)]
    Index(#[from] barter_index::Error),
    /// The index has read nothing yet.
    #[cfg(feature = "index")]
    #[error("the index {location} is empty: not one block of the chain was read into it")]
    EmptyIndex {
        /// Where it is kept, without a password.
        location: String,
    },

    // -------------------------------------------------------------------------------- deals
    /// A deal, its offer or its journal.
    #[cfg(feature = "lightning")]
    #[error(transparent)]
    Deal(#[from] DealError),
    /// The Lightning node, or an invoice.
    #[cfg(feature = "lightning")]
    #[error(transparent)]
    Lightning(#[from] barter_lightning::Error),

    // -------------------------------------------------------------------------------- deploying
    /// What is to be deployed contradicts itself.
    #[error("the plan cannot be deployed: {reason}")]
    InvalidPlan {
        /// How.
        reason: String,
    },
    /// The chain lacks the deterministic deployer contract.
    #[error("chain {chain_id} has no deterministic deployer at {deployer}")]
    NoDeployer {
        /// The chain.
        chain_id: u64,
        /// Where the deployer is on other chains.
        deployer: Address,
    },
}

fn in_transaction(transaction_hash: Option<B256>) -> String {
    transaction_hash.map(|hash| format!(" in transaction {hash}")).unwrap_or_default()
}

impl From<barter_protocol::Error> for Error {
    /// Those of the source's table get their own variant; the others are [`Error::Refused`].
    fn from(error: barter_protocol::Error) -> Self {
        use barter_protocol::Error as Rule;
        match error {
            Rule::SelfTrade { wallet } => Self::SelfTrade { wallet },
            Rule::AmountOutOfRange { amount_sats, minimum, .. } if amount_sats < minimum => {
                Self::InsufficientAmount { amount_sats, minimum_sats: minimum }
            }
            Rule::TradeNotFound { trade_id } => Self::TradeNotFound { trade_id },
            Rule::PreimageMismatch { trade_id, expected, actual } => {
                Self::PreimageMismatch { trade_id, expected, actual }
            }
            other => Self::Refused(other),
        }
    }
}

impl From<BondError> for Error {
    /// What a contract says of a dispute that was never filed is [`Error::DisputeNotFound`]; the others are [`Error::BondRefused`].
    fn from(error: BondError) -> Self {
        match error {
            BondError::WrongDisputeStatus { dispute_id, actual: DisputeStatus::None, .. } => {
                Self::DisputeNotFound { dispute_id }
            }
            other => Self::BondRefused(other),
        }
    }
}

#[cfg(feature = "lightning")]
impl From<OfferError> for Error {
    fn from(error: OfferError) -> Self {
        Self::Deal(error.into())
    }
}

impl Error {
    /// The transaction that was signed before this happened; of several that replace each other, the latest. `None` means
    /// that nothing was signed, and so nothing can come of it.
    pub fn transaction_hash(&self) -> Option<B256> {
        match self {
            Self::Reverted { transaction_hash, .. } => *transaction_hash,
            Self::InsufficientFunds { transaction_hash, .. }
            | Self::NotSent { transaction_hash, .. }
            | Self::Unconfirmed { transaction_hash, .. }
            | Self::TimedOut { transaction_hash, .. }
            | Self::Replaced { transaction_hash, .. } => Some(*transaction_hash),
            _ => None,
        }
    }

    /// Whether the node, or the way to it, failed: the same request may succeed later. Nothing is said of whether a
    /// transaction was sent; [`transaction_hash`](Self::transaction_hash) says that.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Network { .. } | Self::RequestTimedOut { .. } | Self::ChainChanged { .. } => true,
            Self::HttpStatus { status, .. } => *status == 429 || *status >= 500,
            #[cfg(feature = "lightning")]
            Self::Lightning(error) => {
                matches!(error, barter_lightning::Error::Unreachable { .. } | barter_lightning::Error::NotReady { .. })
            }
            _ => false,
        }
    }
}
