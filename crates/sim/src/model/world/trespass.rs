//! What nobody may call.

use alloy_primitives::U256;
use alloy_sol_types::{SolCall, sol};
use barter_bindings::{Addresses, BTRCredit, BTRTrust, BarterCore, ContractError};

use crate::model::{
    disagreement::Disagreement,
    operation::{Draft, Forbidden},
    views,
    wallet::Name,
};

use super::{World, choice::UNKNOWN};

sol! {
    /// A function that `BarterCore` does not have.
    function noSuchFunction() returns (bool);
}

impl World {
    pub(super) fn trespass(&mut self, caller: Name, call: Forbidden, draft: &Draft) -> Result<(), Disagreement> {
        let Addresses { core, trust, credit } = self.witness.addresses();
        let (from, to) = (self.address(draft.proposer), self.target(draft.counterparty));
        let (token_id, amount) = (views::token_id(from), U256::from(draft.amount.0));
        let not_core = ContractError::NotCore { caller: self.address(caller), core };
        let soulbound = ContractError::Soulbound;
        match call {
            Forbidden::RaiseScores => {
                let call = BTRTrust::raiseScoresCall { tradeId: UNKNOWN, partyA: from, partyB: to, amountSats: amount };
                self.check("raise scores", caller, trust, &call, Err(not_core), drop)
            }
            Forbidden::GrantReward => {
                let call = BTRCredit::grantRewardCall { partyA: from, partyB: to, amountSats: amount };
                self.check("grant reward", caller, credit, &call, Err(not_core), drop)
            }
            Forbidden::ApproveToken => {
                let call = BTRTrust::approveCall { _0: to, _1: token_id };
                self.check("approve a token", caller, trust, &call, Err(soulbound), drop)
            }
            Forbidden::ApproveAllTokens => {
                let call = BTRTrust::setApprovalForAllCall { _0: to, _1: true };
                self.check("approve all tokens", caller, trust, &call, Err(soulbound), drop)
            }
            Forbidden::MoveToken => {
                let call = BTRTrust::transferFromCall { _0: from, _1: to, _2: token_id };
                self.check("move a token", caller, trust, &call, Err(soulbound), drop)
            }
            Forbidden::MoveTokenSafely => {
                let call = BTRTrust::safeTransferFrom_0Call { _0: from, _1: to, _2: token_id };
                self.check("move a token safely", caller, trust, &call, Err(soulbound), drop)
            }
            Forbidden::MoveTokenWithData => {
                let data = draft.texts.description.clone().into_bytes().into();
                let call = BTRTrust::safeTransferFrom_1Call { _0: from, _1: to, _2: token_id, _3: data };
                self.check("move a token with data", caller, trust, &call, Err(soulbound), drop)
            }
            Forbidden::NoFunction => {
                let unknown = Err(ContractError::UnknownCall);
                self.check("no function", caller, core, &noSuchFunctionCall {}, unknown, drop)
            }
            Forbidden::ShortCall => {
                // The trade's numbers say which function, and how much of its arguments.
                let calls = [
                    (core, BarterCore::acceptTradeCall { tradeId: UNKNOWN }.abi_encode()),
                    (core, BarterCore::settleTradeCall { tradeId: UNKNOWN, preimage: UNKNOWN }.abi_encode()),
                    (core, BarterCore::cancelSignatureCall { digest: UNKNOWN }.abi_encode()),
                    (trust, BTRTrust::pairCountCall { walletA: from, walletB: to }.abi_encode()),
                    (credit, BTRCredit::transferCall { to, value: U256::ZERO }.abi_encode()),
                    (credit, BTRCredit::burnCall { amount: U256::ZERO }.abi_encode()),
                ];
                let numbers = [draft.amount.0.to_le_bytes()[0], draft.preimage.0].map(usize::from);
                let (to, mut data) = calls[numbers[0] % calls.len()].clone();
                data.truncate(4 + numbers[1] * 2 % (data.len() - 4));
                let sent = self.witness.send_data(&self.wallets[caller.index()], to, data.into());
                self.check_sent("short call", caller, sent, Err(ContractError::NoReason), drop)
            }
        }
        .map(drop)
    }
}
