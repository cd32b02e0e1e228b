//! What each error is called by programs, and what people can do about it; and all of that as data.

use alloy_primitives::B256;
use barter_compliance::Error as Unsuitable;
use serde::Serialize;

use super::Error;
#[cfg(feature = "index")]
use crate::index::fault;

/// An error as data: what `--json` prints.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ErrorReport {
    /// [`Error::code`].
    pub code: &'static str,
    /// What happened, in a sentence, its causes included.
    pub message: String,
    /// [`Error::next_step`].
    pub next_step: &'static str,
    /// [`Error::transaction_hash`].
    pub transaction_hash: Option<B256>,
}

impl Error {
    /// The kind of error as a stable name, for programs. Of a refusal by a rule, the rule's.
    pub fn code(&self) -> &'static str {
        match self {
            Self::InvalidAddress { .. } => "invalid_address",
            Self::InsufficientAmount { .. } => "insufficient_amount",
            Self::SelfTrade { .. } => "self_trade",
            Self::TradeNotFound { .. } => "trade_not_found",
            Self::PreimageMismatch { .. } => "preimage_mismatch",
            Self::Refused(rule) => rule.code(),
            Self::AlreadyProposed { .. } => "already_proposed",
            Self::Reverted { .. } => "reverted",
            Self::NoTrustToken { .. } => "no_trust_token",
            Self::InvalidTradeId { .. } => "invalid_trade_id",
            Self::InvalidCreditAmount { .. } => "invalid_credit_amount",
            Self::BondRefused(rule) => rule.code(),
            Self::InvalidTokenAmount { .. } => "invalid_token_amount",
            Self::TokenAmountTooLarge { .. } => "token_amount_too_large",
            Self::ZeroAmount => "zero_amount",
            Self::TooManyTestDollars { .. } => "too_many_test_dollars",
            Self::NotLocal { .. } => "not_local",
            Self::InvalidHub(_) => "invalid_hub",
            Self::HubNotNormal { .. } => "hub_not_normal",
            Self::InsufficientTokens { .. } => "insufficient_tokens",
            Self::DisputeNotFound { .. } => "dispute_not_found",
            Self::NoSignatures => "no_signatures",
            Self::SignaturesDiffer { .. } => "signatures_differ",
            Self::SignedForOtherContract { .. } => "signed_for_other_contract",
            Self::NotTestToken { .. } => "not_test_token",
            Self::NoBondContract { .. } => "no_bond_contract",
            Self::NoAuditors { .. } => "no_auditors",
            Self::DeploymentDiffers { .. } => "deployment_differs",
            Self::InvalidPlan { .. } => "invalid_plan",
            Self::UnknownNetwork { .. } => "unknown_network",
            Self::NoRpcUrl { .. } => "no_rpc_url",
            Self::InvalidRpcUrl { .. } => "invalid_rpc_url",
            Self::NoDeployment { .. } => "no_deployment",
            Self::InvalidDeployment { .. } => "invalid_deployment",
            Self::InvalidEnvironmentFile { .. } => "invalid_environment_file",
            Self::NoSigner => "no_signer",
            Self::InvalidPrivateKey => "invalid_private_key",
            Self::Signing { .. } => "signing",
            Self::Tls { .. } => "tls",
            Self::Network { .. } => "network",
            Self::HttpStatus { .. } => "http_status",
            Self::RequestTimedOut { .. } => "request_timed_out",
            Self::InvalidResponse { .. } => "invalid_response",
            Self::NodeRefused { .. } => "node_refused",
            Self::WrongChain { .. } => "wrong_chain",
            Self::SignedForOtherChain { .. } => "signed_for_other_chain",
            Self::NoContract { .. } => "no_contract",
            Self::InsufficientFunds { .. } => "insufficient_funds",
            Self::FeeAboveCap { .. } => "fee_above_cap",
            Self::NotSent { .. } => "not_sent",
            Self::Unconfirmed { .. } => "unconfirmed",
            Self::TimedOut { .. } => "timed_out",
            Self::Replaced { .. } => "replaced",
            Self::ReorganisedTooDeep { .. } => "reorganised_too_deep",
            Self::TooManyTrades { .. } => "too_many_trades",
            Self::ChainChanged { .. } => "chain_changed",
            Self::NeedsIndexFeature => "needs_index_feature",
            Self::Compliance(error) => match error {
                Unsuitable::SettingOutOfRange { .. } | Unsuitable::NoTimeOfDay { .. } => "invalid_setting",
                _ => "invalid_policy",
            },
            #[cfg(feature = "index")]
            Self::NoIndex => "no_index",
            #[cfg(feature = "index")]
            Self::Index(error) => fault::code(error),
            #[cfg(feature = "index")]
            Self::EmptyIndex { .. } => "empty_index",
            #[cfg(feature = "lightning")]
            Self::Deal(error) => error.code(),
            #[cfg(feature = "lightning")]
            Self::Lightning(error) => error.code(),
            Self::NoDeployer { .. } => "no_deployer",
        }
    }

    /// What to do next, in a sentence.
    pub fn next_step(&self) -> &'static str {
        match self {
            Self::InvalidAddress { .. } => "Give the wallet as 0x and 40 hexadecimal digits.",
            Self::InsufficientAmount { .. } => "Trade a larger amount.",
            Self::SelfTrade { .. } => "Name another wallet than your own as the counterparty.",
            Self::TradeNotFound { .. } => "Check the id and the network, or list the wallet's trades.",
            Self::PreimageMismatch { .. } => "Give the preimage that paying this trade's invoice revealed.",
            Self::Refused(rule) => rule.next_step(),
            Self::AlreadyProposed { .. } => "Carry on with this trade, or propose with a new invoice.",
            Self::Reverted { .. } => "Read the trade's state, and see whether the call still makes sense.",
            Self::NoTrustToken { .. } => "Settle a trade with this wallet first.",
            Self::InvalidTradeId { .. } => "Give the id that proposing the trade printed.",
            Self::InvalidCreditAmount { .. } => "Give the number of tokens, such as 12.5.",
            Self::BondRefused(rule) => rule.next_step(),
            Self::InvalidTokenAmount { .. } | Self::TokenAmountTooLarge { .. } | Self::ZeroAmount => {
                "Give the number of tokens, such as 12.5."
            }
            Self::TooManyTestDollars { .. } => "Make a smaller number, more than once if need be.",
            Self::NotLocal { .. } => "Use barter devnet, or another chain of your own machine.",
            Self::InvalidHub(_) => "Give the URL that the hub is reached at, such as https://hub.example.",
            Self::HubNotNormal { .. } => "Declare the normal form: it cannot be changed later.",
            Self::InsufficientTokens { .. } => "Send the wallet more of the token, or name a smaller amount.",
            Self::DisputeNotFound { .. } => "Check the id and the network, or list the provider's disputes.",
            Self::NoSignatures => "Ask the auditors for their signatures.",
            Self::SignaturesDiffer { .. } => "Bring signatures of one ruling, all with the same deadline.",
            Self::SignedForOtherContract { .. } => {
                "Ask for a signature for this deployment's contract, or use the other deployment."
            }
            Self::NotTestToken { .. } => "Get the token where it is traded.",
            Self::NoBondContract { .. } | Self::NoAuditors { .. } => {
                "Use a deployment that has one: its file names AuditorQuorum, BarterBond and BondToken."
            }
            Self::DeploymentDiffers { .. } => "Correct the deployment's addresses.",
            Self::InvalidPlan { .. } => "Name no arbiter beside the auditors.",
            Self::UnknownNetwork { .. } => "Name one of these networks, or give the chain id.",
            Self::NoRpcUrl { .. } => "Give the node's address, or set ALCHEMY_RPC_URL.",
            Self::InvalidRpcUrl { .. } => "Give the node's address, such as http://127.0.0.1:8545.",
            Self::NoDeployment { .. } => {
                "Give the contracts' addresses, or set BARTER_DEPLOYMENT to a deployment file, or deploy the contracts."
            }
            Self::InvalidDeployment { .. } => {
                "Give a file such as {\"BarterCore\": \"0x…\", \"BTRTrust\": \"0x…\", \"BTRCredit\": \"0x…\", \"block\": 1}."
            }
            Self::InvalidEnvironmentFile { .. } => "Mend the file: one NAME=value a line.",
            Self::NoSigner => "Set DEPLOYER_PRIVATE_KEY, or give the builder a signer.",
            Self::InvalidPrivateKey => "Check the key in DEPLOYER_PRIVATE_KEY.",
            Self::Signing { .. } => "See that the signer is there and willing, then try again.",
            Self::Tls { .. } => "Install the system's certificates, or use an http:// node on this machine.",
            Self::Network { .. } => "See that the node runs and its address is right, then try again.",
            Self::HttpStatus { .. } => {
                "See that the node's address and its key are right and its quota is not used up."
            }
            Self::RequestTimedOut { .. } => "Try again, or use another node.",
            Self::InvalidResponse { .. } => "See that the address is an Ethereum node's, or use another node.",
            Self::NodeRefused { .. } => "Read what the node says; another node may take it.",
            Self::WrongChain { .. } => "Use a node of the client's network, or name the node's network to the client.",
            Self::SignedForOtherChain { .. } => "Ask for a signature for this chain, or use a client of that one.",
            Self::NoContract { .. } => "Check the deployment's addresses and the network, or deploy the contracts.",
            Self::InsufficientFunds { .. } => "Send the wallet ether for fees, then try again.",
            Self::FeeAboveCap { .. } => "Wait for lower fees, or raise the cap.",
            Self::NotSent { .. } => "Mend what the node complains of, then try again: it did not take this one.",
            Self::Unconfirmed { .. } | Self::TimedOut { .. } => {
                "Look the transaction up before trying again: it may still be mined."
            }
            Self::Replaced { .. } => "Try again: this transaction will never be mined.",
            Self::ReorganisedTooDeep { .. } => "Start watching again, from an earlier block.",
            Self::TooManyTrades { .. } => {
                "Run an index and give it to the client: it reads only the wallet's own trades."
            }
            Self::ChainChanged { .. } => "Try again when the chain has settled.",
            Self::NeedsIndexFeature => "Build with the feature index.",
            Self::Compliance(_) => "Mend the setting or the policy.",
            #[cfg(feature = "index")]
            Self::NoIndex => "Name the index's file or database to the builder, or set BARTER_INDEX.",
            #[cfg(feature = "index")]
            Self::Index(error) => fault::next_step(error),
            #[cfg(feature = "index")]
            Self::EmptyIndex { .. } => "Run the index first.",
            #[cfg(feature = "lightning")]
            Self::Deal(error) => error.next_step(),
            #[cfg(feature = "lightning")]
            Self::Lightning(error) => error.next_step(),
            Self::NoDeployer { .. } => "Put the deterministic deployer on this chain first, or use another chain.",
        }
    }

    /// This error as data.
    pub fn report(&self) -> ErrorReport {
        let mut message = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            let text = error.to_string();
            // Some say their cause themselves.
            if !message.contains(&text) {
                message = format!("{message}: {text}");
            }
            cause = error.source();
        }
        ErrorReport {
            code: self.code(),
            message,
            next_step: self.next_step(),
            transaction_hash: self.transaction_hash(),
        }
    }
}
