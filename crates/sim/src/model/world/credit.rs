//! The calls of BTRCredit, on both sides.

use alloy_primitives::{Address, U256};
use barter_bindings::{BTRCredit, ContractError};

use crate::{
    chain::CHAIN_ID,
    model::{
        disagreement::Disagreement,
        logs,
        operation::{Form, Operation, Share, Signing},
        permit::Permit,
        wallet::{Name, Target},
    },
};

use super::{World, choice::resolve};

impl World {
    pub(super) fn credit(&mut self, operation: &Operation) -> Result<(), Disagreement> {
        let contracts = self.witness.addresses();
        let credit = contracts.credit;
        let balance = |world: &Self, wallet| world.ledger.credit().balance_of(wallet);
        match *operation {
            Operation::Transfer { from, to, share } => {
                let (caller, to) = (self.address(from), self.target(to));
                let value = share.of(balance(self, caller));
                let ours = self.ledger.credit_mut().transfer(caller, to, value).map(|()| true);
                let ours = self.expect(ours, |_, _| Ok(vec![logs::transferred(&contracts, caller, to, value)]));
                let call = BTRCredit::transferCall { to, value };
                self.check("transfer", from, credit, &call, ours, |value| value).map(drop)
            }
            Operation::Approve { owner, spender, share } => {
                let (caller, spender) = (self.address(owner), self.target(spender));
                let value = share.of(balance(self, caller));
                let ours = self.ledger.credit_mut().approve(caller, spender, value).map(|()| true);
                let ours = self.expect(ours, |_, _| Ok(vec![logs::approved(&contracts, caller, spender, value)]));
                let call = BTRCredit::approveCall { spender, value };
                self.check("approve", owner, credit, &call, ours, |value| value).map(drop)
            }
            Operation::TransferFrom { spender, from, to, share, renewed } => {
                if let (Target::Wallet(owner), Some(share)) = (from, renewed) {
                    self.credit(&Operation::Approve { owner, spender: spender.into(), share })?;
                }
                let (caller, from, to) = (self.address(spender), self.target(from), self.target(to));
                let allowance = self.ledger.credit().allowance(from, caller);
                let is_endless = allowance == U256::MAX;
                let value = share.of(if is_endless { balance(self, from) } else { allowance });
                let ours = self.ledger.credit_mut().transfer_from(caller, from, to, value).map(|()| true);
                let ours = self.expect(ours, |world, _| {
                    let left = world.ledger.credit().allowance(from, caller);
                    let mut logs = vec![logs::approved(&contracts, from, caller, left)];
                    logs.retain(|_| !is_endless);
                    logs.push(logs::transferred(&contracts, from, to, value));
                    Ok(logs)
                });
                let call = BTRCredit::transferFromCall { from, to, value };
                self.check("transfer from", spender, credit, &call, ours, |value| value).map(drop)
            }
            Operation::Burn { wallet, share } => {
                let caller = self.address(wallet);
                let amount = share.of(balance(self, caller));
                let ours = self.ledger.credit_mut().burn(caller, amount);
                let burned = logs::transferred(&contracts, caller, Address::ZERO, amount);
                let ours = self.expect(ours, |_, ()| Ok(vec![burned]));
                let call = BTRCredit::burnCall { amount };
                self.check("burn", wallet, credit, &call, ours, drop).map(drop)
            }
            _ => Ok(()),
        }
    }

    pub(super) fn permit(
        &mut self,
        caller: Name,
        owner: Target,
        spender: Target,
        share: Share,
        signing: Signing,
        is_replay: bool,
    ) -> Result<(), Disagreement> {
        let contracts = self.witness.addresses();
        let signer = resolve(signing.by, owner, Target::Wallet(caller));
        let (owner, spender) = (self.target(owner), self.target(spender));
        let value = share.of(self.ledger.credit().balance_of(owner));
        let (nonce, deadline) = (self.nonces.next(owner), self.deadline(signing.deadline));
        let permit = Permit { owner, spender, value, nonce: U256::from(nonce), deadline: U256::from(deadline) };
        let digest = permit.digest(CHAIN_ID, contracts.credit);
        let mut signed = permit.clone();
        if is_replay {
            signed.nonce = U256::from(nonce.wrapping_sub(1));
        }
        if signing.form == Form::OtherDeadline {
            signed.deadline = U256::from(deadline ^ 1);
        }
        let signed = signed.digest(CHAIN_ID, contracts.credit);
        // A permit is cancelled by using its nonce: cancelling at BarterCore does nothing to it.
        if signing.is_cancelled {
            self.cancel(signer, signed)?;
        }
        let (v, r, s, is_signature) = self.wallet(signer).sign_permit(signed, signing.form);

        let ours = if self.now > deadline {
            Err(ContractError::PermitExpired { deadline: U256::from(deadline) })
        } else if !is_signature || self.address(signer) != owner || signed != digest {
            Err(ContractError::InvalidPermit { owner })
        } else {
            self.ledger.credit_mut().approve(owner, spender, value).map_err(ContractError::Refused)
        };
        let ours = ours.map(|()| {
            self.nonces.use_next(owner);
            let used = BTRCredit::PermitUsed { owner, nonce: U256::from(nonce) };
            ((), vec![logs::log(contracts.credit, &used), logs::approved(&contracts, owner, spender, value)])
        });
        let call = BTRCredit::permitCall { owner, spender, value, deadline: U256::from(deadline), v, r, s };
        self.check("permit", caller, contracts.credit, &call, ours, drop).map(drop)
    }
}

impl Share {
    fn of(self, amount: U256) -> U256 {
        match self {
            Self::Nothing => U256::ZERO,
            Self::Half => amount / U256::from(2),
            Self::All => amount,
            Self::OneMore => amount.saturating_add(U256::from(1)),
            Self::Everything => U256::MAX,
        }
    }
}
