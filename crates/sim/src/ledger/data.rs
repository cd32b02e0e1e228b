//! Calls as the contracts read them.

use alloy_primitives::{B256, Bytes, U256};
use alloy_signer::SignerSync as _;
use alloy_sol_types::SolCall as _;
use barter_bindings::{BarterCore, IBarterCore};
use barter_protocol::{Preimage, Role};

use super::{Ledger, TradeInfo};
use crate::{
    TradeRef, WalletId,
    record::{Call, Shown},
};

/// The texts of every trade that has any: as long as those that gas is quoted for.
const CATEGORY: &str = "digital-goods";
const DESCRIPTION: &str = "Logo design, three drafts, source files included...";

/// How long a signature counts.
const SIGNATURE_SECONDS: u64 = 86_400;

/// What somebody shows who does not know the preimage.
const GUESS: Preimage = Preimage::new([0x99; 32]);

/// The category and the description of a trade.
fn texts_of(texts: bool) -> (String, String) {
    if texts { (CATEGORY.to_owned(), DESCRIPTION.to_owned()) } else { (String::new(), String::new()) }
}

/// The data of proposals, written once: of each, only three words are its own.
#[derive(Debug)]
pub(super) struct Proposals {
    plain: Proposal,
    bare: Proposal,
}

impl Proposals {
    pub(super) fn new() -> Self {
        Self { plain: Proposal::new(true), bare: Proposal::new(false) }
    }
}

/// The data of a proposal with texts, or without.
#[derive(Debug)]
struct Proposal {
    as_payer: Vec<u8>,
    as_payee: Vec<u8>,
}

impl Proposal {
    const SELECTOR_BYTES: usize = 4;
    const WORD_BYTES: usize = 32;

    fn new(texts: bool) -> Self {
        let (category, description) = texts_of(texts);
        let call = BarterCore::proposeTradeCall { category, description, ..Default::default() };
        let as_payer = call.abi_encode();
        let mut as_payee = as_payer.clone();
        as_payee[..Self::SELECTOR_BYTES].copy_from_slice(&BarterCore::proposeTradeAsPayeeCall::SELECTOR);
        Self { as_payer, as_payee }
    }

    fn data(&self, role: Role, words: [B256; 3]) -> Vec<u8> {
        let mut data = match role {
            Role::Payer => self.as_payer.clone(),
            Role::Payee => self.as_payee.clone(),
        };
        let places = data[Self::SELECTOR_BYTES..].chunks_exact_mut(Self::WORD_BYTES);
        for (place, word) in places.zip(words) {
            place.copy_from_slice(word.as_slice());
        }
        data
    }
}

impl Ledger {
    /// Who sends a call (the arbiter, if no wallet), and its data.
    pub(super) fn data(&mut self, call: &Call) -> Option<(Option<WalletId>, Bytes)> {
        if let Call::Open { wallet, counterparty, role, amount_sats, texts } = call {
            let data = self.open_data(*wallet, *counterparty, *role, *amount_sats, *texts)?;
            return Some((Some(*wallet), data.into()));
        }
        let info = |trade: &TradeRef| self.trades.get(*trade);
        let (caller, data) = match call {
            Call::Propose { wallet, counterparty, role, amount_sats, texts } => {
                (*wallet, self.propose_data(*counterparty, *role, *amount_sats, *texts))
            }
            Call::Open { .. } => return None,
            Call::Accept(trade) => {
                let info = info(trade)?;
                (info.party_b(), BarterCore::acceptTradeCall { tradeId: info.trade_id }.abi_encode())
            }
            Call::Settle { trade, shown } => {
                let info = info(trade)?;
                (info.payer, settle_data(info, self.shown(*trade, info, *shown)))
            }
            Call::SettleBatch(trades) => {
                let mut settlements = Vec::with_capacity(trades.len());
                for trade in trades {
                    let info = info(trade)?;
                    let preimage = self.shown(*trade, info, Shown::Known).into();
                    let signature = Bytes::new();
                    settlements.push(IBarterCore::Settlement {
                        tradeId: info.trade_id,
                        preimage,
                        deadline: U256::ZERO,
                        signature,
                    });
                }
                (info(trades.first()?)?.payer, BarterCore::settleTradesCall { settlements }.abi_encode())
            }
            Call::SettleAsPayee(trade) => {
                let info = info(trade)?;
                (info.payee, settle_data(info, self.preimage(*trade)))
            }
            Call::SettleForged(trade) => {
                let info = info(trade)?;
                (info.payee, self.forged_data(*trade, info))
            }
            Call::Dispute { trade, by, .. } => {
                (*by, BarterCore::disputeTradeCall { tradeId: info(trade)?.trade_id }.abi_encode())
            }
            Call::Dismiss(trade) => {
                let data = BarterCore::dismissDisputeCall { tradeId: info(trade)?.trade_id }.abi_encode();
                return Some((None, data.into()));
            }
            Call::Uphold { trade, at_fault } => {
                let at_fault = self.wallet(*at_fault).address;
                let call = BarterCore::upholdDisputeCall { tradeId: info(trade)?.trade_id, atFault: at_fault };
                return Some((None, call.abi_encode().into()));
            }
        };
        Some((Some(caller), data.into()))
    }

    fn propose_data(&self, counterparty: WalletId, role: Role, amount_sats: u64, texts: bool) -> Vec<u8> {
        let counterparty = self.wallet(counterparty).address.into_word();
        let payment_hash = self.preimage(self.trades.next()).payment_hash().into();
        let proposal = if texts { &self.proposals.plain } else { &self.proposals.bare };
        proposal.data(role, [counterparty, payment_hash, U256::from(amount_sats).into()])
    }

    /// An opening. None where the counterparty cannot sign. What is signed, the contract says.
    fn open_data(
        &mut self,
        wallet: WalletId,
        counterparty: WalletId,
        role: Role,
        amount_sats: u64,
        texts: bool,
    ) -> Option<Vec<u8>> {
        let proposer = self.wallet(wallet).address;
        let other = self.wallet(counterparty).address;
        let (payer, payee) = match role {
            Role::Payer => (proposer, other),
            Role::Payee => (other, proposer),
        };
        let (category, description) = texts_of(texts);
        let terms = IBarterCore::Terms {
            payer,
            payee,
            paymentHash: self.preimage(self.trades.next()).payment_hash().into(),
            amountSats: U256::from(amount_sats),
            category,
            description,
        };
        let deadline = U256::from(self.now.saturating_add(SIGNATURE_SECONDS));
        let digest = BarterCore::openTradeDigestCall { proposer, terms: terms.clone(), deadline };
        let digest = self.chain.view(self.chain.addresses.core, &digest).ok()?;
        let signature = self.wallet(counterparty).signer.as_ref()?.sign_hash_sync(&digest).ok()?;
        Some(BarterCore::openTradeCall { terms, deadline, signature: signature.as_bytes().into() }.abi_encode())
    }

    /// A settlement with a signature that is not the payer's: the payee's own, or nobody's where it has no key.
    fn forged_data(&self, trade: TradeRef, info: &TradeInfo) -> Vec<u8> {
        let preimage = self.preimage(trade);
        let deadline = self.now.saturating_add(SIGNATURE_SECONDS);
        let digest = self.domain().settle_trade_digest(info.trade_id, preimage, deadline);
        let signer = self.wallet(info.payee).signer.as_ref();
        let signature = signer.and_then(|signer| signer.sign_hash_sync(&digest).ok());
        let signature = signature.map_or_else(|| vec![1; 65], |signature| signature.as_bytes().to_vec());
        let settlement = IBarterCore::Settlement {
            tradeId: info.trade_id,
            preimage: preimage.into(),
            deadline: U256::from(deadline),
            signature: signature.into(),
        };
        BarterCore::settleTradeBySignatureCall { settlement }.abi_encode()
    }

    /// What the payer of a trade shows: the preimage is known to whoever has paid, and to whoever owns the payee as well.
    fn shown(&self, trade: TradeRef, info: &TradeInfo, shown: Shown) -> Preimage {
        let knows = info.paid || self.owner(info.payer) == self.owner(info.payee);
        match shown {
            Shown::Known if knows => self.preimage(trade),
            Shown::Of(other) => self.preimage(other),
            Shown::Known | Shown::Guess => GUESS,
        }
    }
}

fn settle_data(info: &TradeInfo, preimage: Preimage) -> Vec<u8> {
    BarterCore::settleTradeCall { tradeId: info.trade_id, preimage: preimage.into() }.abi_encode()
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::Address;

    /// The template says what the compiler of the bindings says.
    #[test]
    fn a_proposal_is_encoded_as_the_bindings_do() {
        let counterparty = Address::repeat_byte(0x7c);
        let payment_hash = B256::repeat_byte(0xe1);
        for (amount, texts) in [0, 1_000, u64::MAX].into_iter().flat_map(|amount| [(amount, true), (amount, false)]) {
            let proposal = Proposal::new(texts);
            let amount = U256::from(amount);
            let words = [counterparty.into_word(), payment_hash, amount.into()];
            let (category, description) = texts_of(texts);
            let as_payer = BarterCore::proposeTradeCall {
                counterparty,
                paymentHash: payment_hash,
                amountSats: amount,
                category: category.clone(),
                description: description.clone(),
            };
            assert_eq!(proposal.data(Role::Payer, words), as_payer.abi_encode());
            let as_payee = BarterCore::proposeTradeAsPayeeCall {
                counterparty,
                paymentHash: payment_hash,
                amountSats: amount,
                category,
                description,
            };
            assert_eq!(proposal.data(Role::Payee, words), as_payee.abi_encode());
        }
    }
}
