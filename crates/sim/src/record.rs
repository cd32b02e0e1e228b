//! What happens in a world, as its event log has it.

use std::borrow::Cow;

use alloy_primitives::{Address, hex};
use barter_bindings::{BTRCredit::BTRCreditErrors, BTRTrust::BTRTrustErrors, BarterCore::BarterCoreErrors};
use barter_protocol::Role;

use crate::{AgentId, CrowdId, TradeRef, WalletId};

/// Gas of a batch beside its trades, and of each trade: what a first trade of two new wallets costs, and a tenth. A test measures
/// both.
const BATCH_GAS: u64 = 110_000;
const BATCH_GAS_EACH: u64 = 100_000;

/// What a transaction asks of the contracts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Call {
    /// `proposeTrade` or `proposeTradeAsPayee`.
    Propose {
        /// The proposer, who sends it.
        wallet: WalletId,
        /// The other party.
        counterparty: WalletId,
        /// The proposer's role.
        role: Role,
        /// Amount in satoshis.
        amount_sats: u64,
        /// Whether it says what it is about: with a category and a description, or with neither.
        texts: bool,
    },
    /// `openTrade`: proposed and accepted at once, with the counterparty's signature.
    Open {
        /// The proposer, who sends it.
        wallet: WalletId,
        /// The other party, who has signed.
        counterparty: WalletId,
        /// The proposer's role.
        role: Role,
        /// Amount in satoshis.
        amount_sats: u64,
        /// Whether it says what it is about: with a category and a description, or with neither.
        texts: bool,
    },
    /// `acceptTrade`, by the counterparty.
    Accept(TradeRef),
    /// `settleTrade`, by the payer.
    Settle {
        /// The trade.
        trade: TradeRef,
        /// The 32 bytes shown.
        shown: Shown,
    },
    /// `settleTrades`, by the payer of all of them.
    SettleBatch(Box<[TradeRef]>),
    /// `settleTrade`, by the payee.
    SettleAsPayee(TradeRef),
    /// `settleTradeBySignature`, by the payee, who has signed it himself in the payer's name.
    SettleForged(TradeRef),
    /// `disputeTrade`.
    Dispute {
        /// The trade.
        trade: TradeRef,
        /// The party who disputes.
        by: WalletId,
        /// Whether the other party is at fault, as a fair arbiter would find out.
        deserved: bool,
    },
    /// `dismissDispute`, by the arbiter.
    Dismiss(TradeRef),
    /// `upholdDispute`, by the arbiter.
    Uphold {
        /// The trade.
        trade: TradeRef,
        /// The party at fault.
        at_fault: WalletId,
    },
}

/// The 32 bytes shown as a preimage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// The preimage, where the wallet's agent knows it; otherwise a guess.
    Known,
    /// A guess.
    Guess,
    /// The preimage of another trade, as everybody can read it once that one is settled.
    Of(TradeRef),
}

/// What the contracts said, in the terms of a world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// `TradeProposed`.
    Proposed(TradeRef),
    /// `TradeAccepted`.
    Accepted(TradeRef),
    /// `TradeSettled`.
    Settled(TradeRef),
    /// `TradeDisputed`.
    Disputed(TradeRef),
    /// `DisputeDismissed`.
    Dismissed(TradeRef),
    /// `DisputeUpheld`.
    Upheld(TradeRef),
    /// `ScoreUpdated`.
    Score {
        /// The wallet.
        wallet: WalletId,
        /// The score after it.
        score: u64,
    },
    /// Credit earned: `Transfer` from the zero address.
    Credit {
        /// The wallet.
        wallet: WalletId,
        /// Whole tokens.
        tokens: u64,
    },
}

/// Why a transaction failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Refusal {
    /// The contract reverted, with an error that begins with these bytes: its selector. Zeros where it gave none.
    Reverted([u8; 4]),
    /// The EVM stopped it: its gas ran out.
    Halted,
}

impl Refusal {
    /// The name of the Solidity error, where there is one; otherwise its selector.
    pub fn name(self) -> String {
        match self {
            Self::Halted => "OutOfGas".to_owned(),
            Self::Reverted(selector) => BarterCoreErrors::name_by_selector(selector)
                .or_else(|| BTRTrustErrors::name_by_selector(selector))
                .or_else(|| BTRCreditErrors::name_by_selector(selector))
                .map_or_else(|| hex::encode_prefixed(selector), str::to_owned),
        }
    }
}

/// One entry of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record<'a> {
    /// A wallet was made.
    Wallet {
        /// Its address.
        address: Address,
        /// Whose it is.
        agent: AgentId,
        /// The crowd of its agent.
        crowd: CrowdId,
    },
    /// A block begins.
    Block {
        /// Its number.
        number: u64,
        /// Its time, in Unix seconds.
        time: u64,
        /// What gas costs in it.
        wei_per_gas: u64,
    },
    /// A transaction of the block.
    Transaction {
        /// What it asked.
        call: Cow<'a, Call>,
        /// What it paid for gas beyond the block's price.
        tip_wei: u64,
        /// Gas used.
        gas: u64,
        /// What came of it.
        result: Result<Cow<'a, [Event]>, Refusal>,
    },
    /// A Lightning payment went through.
    Payment(TradeRef),
}

impl Call {
    /// The trade it names, where it names one.
    pub fn trade(&self) -> Option<TradeRef> {
        match self {
            Self::Propose { .. } | Self::Open { .. } => None,
            Self::Accept(trade)
            | Self::Settle { trade, .. }
            | Self::SettleAsPayee(trade)
            | Self::SettleForged(trade)
            | Self::Dispute { trade, .. }
            | Self::Dismiss(trade)
            | Self::Uphold { trade, .. } => Some(*trade),
            Self::SettleBatch(trades) => trades.first().copied(),
        }
    }

    /// The wallets it names, beside those of a trade that it names.
    pub(crate) fn wallets(&self) -> [Option<WalletId>; 2] {
        match self {
            Self::Propose { wallet, counterparty, .. } | Self::Open { wallet, counterparty, .. } => {
                [Some(*wallet), Some(*counterparty)]
            }
            Self::Dispute { by: wallet, .. } | Self::Uphold { at_fault: wallet, .. } => [Some(*wallet), None],
            _ => [None, None],
        }
    }

    /// The gas limit of a batch of so many trades.
    pub(crate) const fn batch_gas_limit(trades: usize) -> u64 {
        BATCH_GAS + BATCH_GAS_EACH * trades as u64
    }

    /// The gas limit its transaction is sent with: what the published clients send, and for a batch a little more than the
    /// dearest of its length uses. A block has room for a transaction when it has room for this much.
    pub fn gas_limit(&self) -> u64 {
        match self {
            Self::Propose { .. } => 300_000,
            Self::Accept(_) | Self::Dispute { .. } | Self::Dismiss(_) | Self::Uphold { .. } => 200_000,
            Self::Open { .. } | Self::Settle { .. } | Self::SettleAsPayee(_) | Self::SettleForged(_) => 400_000,
            Self::SettleBatch(trades) => Self::batch_gas_limit(trades.len()),
        }
    }
}
