//! Calls about bonds and what is to be claimed, on both sides.

use alloy_primitives::{Address, B256, U256};
use barter_bindings::{BarterBond, TestDollar};
use barter_protocol::bond::{BondError, Event, Incoming};

use crate::model::{
    bond::operation::{Fee, Growth, Hub, Money, Part, To},
    disagreement::Disagreement,
    logs::log,
    wallet::{Name, Target},
};

use super::{BondWorld, Expected, Token, views::refused_bond};

impl BondWorld {
    pub(super) fn stake(&mut self, caller: Name, hub: Hub, money: Money, fee: Fee) -> Result<(), Disagreement> {
        let hub = match hub {
            Hub::Ordinary => format!("https://{}.example", self.address(caller)),
            Hub::Longest => "h".repeat(200),
            Hub::TooLong => "h".repeat(201),
            Hub::Empty => String::new(),
        };
        let (from, amount) = (self.address(caller), self.money(caller, money, self.enough_to_stake()));
        let (incoming, token) = self.pulled(from, amount, fee);
        let ours = self.bond.stake(from, &hub, incoming, self.now);
        let ours = self.received(from, incoming, token, ours);
        let to = self.at_bond();
        self.check("stake", caller, to, &BarterBond::stakeCall { hub, amount }, ours).map(drop)
    }

    pub(super) fn top_up(&mut self, caller: Name, to: Name, money: Money, fee: Fee) -> Result<(), Disagreement> {
        let (from, provider) = (self.address(caller), self.address(to));
        let amount = self.money(caller, money, self.enough_to_stake());
        let (incoming, token) = self.pulled(from, amount, fee);
        let ours = self.bond.top_up(from, provider, incoming).map(|event| [event]);
        let ours = self.received(from, incoming, token, ours);
        let to = self.at_bond();
        self.check("top up", caller, to, &BarterBond::topUpCall { provider, amount }, ours).map(drop)
    }

    pub(super) fn unbond(&mut self, caller: Name, part: Part) -> Result<(), Disagreement> {
        let provider = self.address(caller);
        let active = U256::from(self.bond.bond(provider).active);
        let amount = match part {
            Part::Half => active / U256::from(2),
            Part::One => U256::ONE,
            Part::All => active,
            Part::Nothing => U256::ZERO,
            Part::OneMore => active + U256::ONE,
            Part::TooLarge => U256::ONE << 128,
        };
        let ours = self.bond.unbond(provider, amount, self.now);
        let (ours, to) = (self.expect(ours), self.at_bond());
        self.check("unbond", caller, to, &BarterBond::unbondCall { amount }, ours).map(drop)
    }

    pub(super) fn withdraw(&mut self, caller: Name, to: To, fee: Fee) -> Result<(), Disagreement> {
        let (provider, to) = (self.address(caller), self.recipient(caller, to));
        let amount = U256::from(self.bond.bond(provider).withdrawable());
        let fee = Self::fee(fee, amount);
        self.set_fee(fee);
        let mut token = self.token.clone();
        let payment = token.push(to, amount, fee);
        let ours = self.bond.withdraw(provider, to, payment, self.now);
        let (ours, at) = (self.paid(to, amount, token, ours), self.at_bond());
        let name = if to == at { "withdraw to the contract" } else { "withdraw" };
        let value = self.check(name, caller, at, &BarterBond::withdrawCall { to }, ours)?;
        check_answer(name, value, amount)
    }

    pub(super) fn take_out(&mut self, caller: Name, to: To, fee: Fee) -> Result<(), Disagreement> {
        let (owner, to) = (self.address(caller), self.recipient(caller, to));
        let amount = self.bond.claimable(owner);
        let fee = Self::fee(fee, amount);
        self.set_fee(fee);
        let mut token = self.token.clone();
        let payment = token.push(to, amount, fee);
        let ours = self.bond.claim(owner, to, payment);
        let (ours, at) = (self.paid(to, amount, token, ours), self.at_bond());
        let name = if to == at { "claim to the contract" } else { "claim" };
        let value = self.check(name, caller, at, &BarterBond::claimCall { to }, ours)?;
        check_answer(name, value, amount)
    }

    pub(super) fn anchor(&mut self, caller: Name, growth: Growth, root: u8) -> Result<(), Disagreement> {
        let (oracle, root) = (self.address(caller), B256::repeat_byte(root));
        let anchors = self.bond.anchors(oracle);
        let (last, index) = (U256::from(anchors.last().map_or(0, |anchor| anchor.size)), anchors.len());
        let size = match growth {
            Growth::More(leaves) => last + U256::from(leaves),
            Growth::Same => last,
            Growth::Nothing => U256::ZERO,
            Growth::Largest => U256::from(u128::MAX),
            Growth::TooLarge => U256::ONE << 128,
        };
        let ours = self.bond.anchor(oracle, root, size, self.now);
        let (ours, to) = (self.expect(ours), self.at_bond());
        let value = self.check("anchor", caller, to, &BarterBond::anchorCall { root, size }, ours)?;
        check_answer("anchor", value, U256::from(index))
    }

    pub(super) fn allow(&mut self, owner: Name, money: Money) -> Result<(), Disagreement> {
        if self.setup.is_strange {
            return Ok(());
        }
        let (caller, spender) = (owner, self.at_bond());
        let (owner, amount) = (self.address(owner), self.money(owner, money, U256::from(u64::MAX)));
        self.token.allow(owner, amount);
        let token = self.token.address;
        let approved = log(token, &TestDollar::Approval { owner, spender, amount });
        let call = TestDollar::approveCall { spender, amount };
        self.check("approve", caller, token, &call, Ok(vec![approved])).map(drop)
    }

    pub(super) fn lose(&mut self, caller: Name, money: Money) -> Result<(), Disagreement> {
        let (from, to, token) = (self.address(caller), self.at_bond(), self.token.address);
        let amount = self.money(caller, money, U256::ONE).min(self.token.balance(from));
        self.set_fee(U256::ZERO);
        self.token.give(from, amount);
        self.lost += amount;
        let logs = self.moved(from, to, amount);
        if self.setup.is_strange {
            // It returns nothing, which the call's type does not have.
            let call = alloy_sol_types::SolCall::abi_encode(&TestDollar::transferCall { to, amount });
            self.witness.send_data(&self.wallets[caller.index()], token, call.into());
            return Ok(());
        }
        self.check("transfer", caller, token, &TestDollar::transferCall { to, amount }, Ok(logs)).map(drop)
    }

    // -------------------------------------------------------------------------------------------- helpers

    /// How much a wallet brings, where `enough` is what it takes.
    pub(super) fn money(&self, wallet: Name, money: Money, enough: U256) -> U256 {
        let has = self.token.balance(self.address(wallet));
        match money {
            Money::Enough => enough,
            Money::OneLess => enough.saturating_sub(U256::ONE),
            Money::Few(units) => U256::from(units),
            Money::Some(units) => U256::from(units),
            Money::Nothing => U256::ZERO,
            Money::Everything => has,
            Money::OneMore => has + U256::ONE,
            Money::Largest => U256::from(u128::MAX),
            Money::TooLarge => U256::ONE << 128,
        }
    }

    fn enough_to_stake(&self) -> U256 {
        U256::from(self.bond.parameters().minimum_bond.max(1))
    }

    fn recipient(&self, caller: Name, to: To) -> Address {
        match to {
            To::Caller => self.address(caller),
            To::Another(Target::Wallet(name)) => self.address(name),
            To::Another(Target::Nobody) => Address::ZERO,
            To::Contract => self.at_bond(),
        }
    }

    /// What the token does when the contract asks for a wallet's money, and the token as it is after that.
    pub(super) fn pulled(&mut self, from: Address, amount: U256, fee: Fee) -> (Incoming, Token) {
        let fee = Self::fee(fee, amount);
        self.set_fee(fee);
        let mut token = self.token.clone();
        (token.pull(from, amount, fee), token)
    }

    /// What must come of a call that takes money: where it goes well, the token is as it is after that.
    pub(super) fn received<const N: usize>(
        &mut self,
        from: Address,
        incoming: Incoming,
        token: Token,
        ours: Result<[Event; N], BondError>,
    ) -> Expected {
        let events = ours.map_err(refused_bond)?;
        self.token = token;
        let mut logs = self.moved(from, self.at_bond(), incoming.amount);
        logs.extend(self.logged(events));
        Ok(logs)
    }

    /// The same of a call that pays.
    fn paid(&mut self, to: Address, amount: U256, token: Token, ours: Result<Event, BondError>) -> Expected {
        let mut logs = self.expect(ours)?;
        self.token = token;
        logs.extend(self.moved(self.at_bond(), to, amount));
        Ok(logs)
    }
}

fn check_answer(name: &str, theirs: Option<U256>, ours: U256) -> Result<(), Disagreement> {
    let what = || format!("what {name} returned");
    theirs.map_or(Ok(()), |theirs| Disagreement::unless_same(what, &theirs, &ours))
}
