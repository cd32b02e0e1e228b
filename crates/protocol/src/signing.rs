//! What wallets sign (EIP-712) so that somebody else may send the transaction.

use alloy_primitives::{Address, B256, U256, keccak256};
use alloy_sol_types::{Eip712Domain, SolStruct, eip712_domain, sol};

use crate::{Preimage, Role, Terms, TradeId};

sol! {
    /// What a counterparty signs, so that the proposer can open an accepted trade at once.
    struct OpenTrade {
        /// Who will call `openTrade`.
        address proposer;
        /// Who pays the Lightning invoice.
        address payer;
        /// Who made the invoice.
        address payee;
        /// sha256 over the 32 bytes of the preimage.
        bytes32 paymentHash;
        /// Amount in satoshis.
        uint256 amountSats;
        /// Category.
        string category;
        /// Description.
        string description;
        /// Last second, Unix time, at which the signature counts.
        uint256 deadline;
    }

    /// What a payer signs, so that somebody else can settle. Holds the preimage: as secret as that is.
    struct SettleTrade {
        /// The trade.
        bytes32 tradeId;
        /// The preimage.
        bytes32 preimage;
        /// Last second, Unix time, at which the signature counts.
        uint256 deadline;
    }
}

impl OpenTrade {
    /// The message for these terms, the wallet in the role `proposer` sending it, counting until `deadline`.
    pub fn new(terms: &Terms, proposer: Role, deadline: u64) -> Self {
        Self {
            proposer: terms.wallet(proposer),
            payer: terms.payer(),
            payee: terms.payee(),
            paymentHash: terms.payment_hash().into(),
            amountSats: U256::from(terms.amount_sats()),
            category: terms.category().to_owned(),
            description: terms.description().to_owned(),
            deadline: U256::from(deadline),
        }
    }
}

impl SettleTrade {
    /// The message for a trade and its preimage, counting until `deadline`.
    pub fn new(trade_id: TradeId, preimage: Preimage, deadline: u64) -> Self {
        Self { tradeId: trade_id, preimage: preimage.into(), deadline: U256::from(deadline) }
    }
}

/// Where a signature counts: one `BarterCore` on one chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SigningDomain {
    chain_id: u64,
    core: Address,
    separator: B256,
}

impl SigningDomain {
    /// The domain of the `BarterCore` at `core` on the chain `chain_id`.
    pub fn new(chain_id: u64, core: Address) -> Self {
        Self { chain_id, core, separator: domain(chain_id, core).separator() }
    }

    /// The chain.
    pub const fn chain_id(&self) -> u64 {
        self.chain_id
    }

    /// The contract.
    pub const fn core(&self) -> Address {
        self.core
    }

    /// The domain as signers take it: name "Barter", version "1", the chain and the contract.
    pub fn eip712(&self) -> Eip712Domain {
        domain(self.chain_id, self.core)
    }

    /// The digest a counterparty signs for `openTrade`.
    pub fn open_trade_digest(&self, terms: &Terms, proposer: Role, deadline: u64) -> B256 {
        self.digest(&OpenTrade::new(terms, proposer, deadline))
    }

    /// The digest a payer signs so that somebody else may settle.
    pub fn settle_trade_digest(&self, trade_id: TradeId, preimage: Preimage, deadline: u64) -> B256 {
        self.digest(&SettleTrade::new(trade_id, preimage, deadline))
    }

    /// EIP-712's digest of any message in this domain.
    pub fn digest(&self, message: &impl SolStruct) -> B256 {
        digest(self.separator, message)
    }
}

/// EIP-712's digest of a message, with the domain's separator computed once.
pub(crate) fn digest(separator: B256, message: &impl SolStruct) -> B256 {
    let mut bytes = [0; 66];
    bytes[..2].copy_from_slice(&[0x19, 0x01]);
    bytes[2..34].copy_from_slice(separator.as_slice());
    bytes[34..].copy_from_slice(message.eip712_hash_struct().as_slice());
    keccak256(bytes)
}

fn domain(chain_id: u64, core: Address) -> Eip712Domain {
    eip712_domain! {
        name: "Barter",
        version: "1",
        chain_id: chain_id,
        verifying_contract: core,
    }
}

/// A signature as the rules see it: whose it is and what it covers. Recovering that from bytes is cryptography, and
/// asking an ERC-1271 wallet is a call; both are done before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Approval {
    /// Who signed.
    pub signer: Address,
    /// What was signed.
    pub digest: B256,
    /// Last second, Unix time, at which it is said to count. A signature over another deadline is over another digest.
    pub deadline: u64,
}
