//! Calls about disputed trades, on both sides.

use alloy_primitives::{Address, B256, Log, U256};
use barter_bindings::{Addresses, AuditorQuorum, BarterCore, ContractError};
use barter_protocol::{
    Preimage, Role, Ruling, Terms, Trade, TradeId, TradeStatus,
    bond::{BondError, QuorumDomain, RulingStatus, TradeOverturn, TradeRuling},
    ledger::Settlement,
};

use crate::{
    chain::CHAIN_ID,
    model::{
        bond::operation::{Fault, Over, Panel, Pick, Place, Stage, When},
        disagreement::Disagreement,
        logs,
        operation::Deadline,
        wallet::Name,
    },
};

use super::{BondWorld, Known, UNKNOWN, disputes::OTHER_CHAIN, refused, views};

/// Who sends what anybody may.
const SENDER: Name = Name::new(9);

/// Satoshis of every trade here.
const AMOUNT_SATS: u64 = 50_000;

/// A ruling on a trade or its overturning, as both are signed alike.
#[derive(Clone, Copy)]
struct Said {
    core: Address,
    trade_id: TradeId,
    at_fault: Address,
    deadline: U256,
}

impl BondWorld {
    /// A trade proposed by one wallet, accepted by another, disputed by the first, and ruled on, as far as it is to go.
    pub(super) fn trade(&mut self, place: Place, stage: Stage, wallets: u8) -> Result<(), Disagreement> {
        let place = usize::from(place != Place::Ours);
        let payer = Name::new(wallets % 4);
        let payee = Name::new((wallets % 4 + 1 + wallets / 4 % 3) % 4);
        let preimage = Preimage::new([u8::try_from(self.trades.len()).unwrap_or(u8::MAX); 32]);
        let hash = preimage.payment_hash();
        let terms = Terms::new(self.address(payer), self.address(payee), hash, AMOUNT_SATS, "", "");
        let contracts = Addresses::of_core(self.core(place));
        let ledger = &mut self.ledgers[place];
        let ours = terms.and_then(|terms| ledger.propose(terms, Role::Payer, self.now));
        let known = ours.as_ref().ok().map(|&trade_id| Known { place, trade_id, preimage });
        let ours = match &ours {
            Ok(trade_id) => ledger.trade(*trade_id).map(|trade| vec![logs::proposed(&contracts, trade)]),
            Err(error) => Err(error.clone()),
        };
        let call = BarterCore::proposeTradeCall {
            counterparty: self.address(payee),
            paymentHash: hash.into(),
            amountSats: U256::from(AMOUNT_SATS),
            category: String::new(),
            description: String::new(),
        };
        let core = contracts.core;
        self.check("propose", payer, core, &call, ours.map_err(refused))?;
        let Some(known) = known else { return Ok(()) };
        self.trades.push(known);

        let trade_id = known.trade_id;
        let ours = self.ledgers[place].accept(self.address(payee), trade_id, self.now);
        let ours = ours.map(|()| vec![logs::accepted(&contracts, trade_id)]).map_err(refused);
        self.check("accept", payee, core, &BarterCore::acceptTradeCall { tradeId: trade_id }, ours)?;
        if stage == Stage::Accepted {
            return Ok(());
        }
        let by = self.address(payer);
        let ours = self.ledgers[place].dispute(by, trade_id, self.now);
        let disputed = logs::log(core, &BarterCore::TradeDisputed { tradeId: trade_id, by });
        let ours = ours.map(|()| vec![disputed]).map_err(refused);
        self.check("dispute", payer, core, &BarterCore::disputeTradeCall { tradeId: trade_id }, ours)?;
        if stage == Stage::Disputed {
            return Ok(());
        }
        let fault = if wallets.is_multiple_of(2) { Fault::PartyB } else { Fault::Nobody };
        self.rule_trade(Place::Ours, Pick::Fitting(0), fault, Deadline::Never, Panel::SOUND)
    }

    pub(super) fn rule_trade(
        &mut self,
        place: Place,
        pick: Pick,
        fault: Fault,
        deadline: Deadline,
        panel: Panel,
    ) -> Result<(), Disagreement> {
        let is_rulable = |world: &Self, known: &Known| {
            let trade = world.ledgers[known.place].trade(known.trade_id);
            trade.is_ok_and(|trade| trade.status(world.now) == TradeStatus::Disputed && trade.ruling() == Ruling::None)
                && world.recorded(*known) == RulingStatus::None
        };
        let (ledger, said) = self.said_of_trade(place, self.pick_trade(pick, is_rulable), fault, deadline);
        let needed = self.bond.auditors().threshold();
        let signatures = self.signed(panel, needed, |over| self.trade_digest(said, over, false));
        let Said { core, trade_id, at_fault, deadline } = said;
        let ours = match ledger {
            Some(place) => {
                let ledger = &self.ledgers[place];
                let ours = self.quorum.rule_trade(ledger, trade_id, at_fault, deadline, &signatures.ours, self.now);
                ours.map(|event| self.logged([event])).map_err(refused)
            }
            // What is no BarterCore has no trade to show.
            None => Err(ContractError::NoReason),
        };
        let (to, signatures) = (self.at_quorum(), signatures.for_quorum);
        let digest = AuditorQuorum::tradeRulingDigestCall { core, tradeId: trade_id, atFault: at_fault, deadline };
        self.witness.check(&[views::ask(to, &digest, self.quorum.domain().digest(&said.ruling()))])?;
        let call = AuditorQuorum::ruleTradeCall { core, tradeId: trade_id, atFault: at_fault, deadline, signatures };
        self.check("rule trade", SENDER, to, &call, ours).map(drop)
    }

    pub(super) fn overturn_trade(
        &mut self,
        place: Place,
        pick: Pick,
        fault: Fault,
        deadline: Deadline,
        panel: Panel,
    ) -> Result<(), Disagreement> {
        let is_overturnable = |world: &Self, known: &Known| world.recorded(*known) == RulingStatus::Ruled;
        let (ledger, said) = self.said_of_trade(place, self.pick_trade(pick, is_overturnable), fault, deadline);
        let needed = self.bond.auditors().overturn_threshold();
        let signatures = self.signed(panel, needed, |over| self.trade_digest(said, over, true));
        let Said { core, trade_id, at_fault, deadline } = said;
        let ours = match ledger {
            Some(place) => {
                let ledger = &self.ledgers[place];
                let ours = self.quorum.overturn_trade(ledger, trade_id, at_fault, deadline, &signatures.ours, self.now);
                ours.map(|event| self.logged([event])).map_err(refused)
            }
            None => Err(no_ruling(core, trade_id)),
        };
        let (to, signatures) = (self.at_quorum(), signatures.for_quorum);
        let digest = AuditorQuorum::tradeOverturnDigestCall { core, tradeId: trade_id, atFault: at_fault, deadline };
        self.witness.check(&[views::ask(to, &digest, self.quorum.domain().digest(&said.overturn()))])?;
        let call =
            AuditorQuorum::overturnTradeCall { core, tradeId: trade_id, atFault: at_fault, deadline, signatures };
        self.check("overturn trade", SENDER, to, &call, ours).map(drop)
    }

    pub(super) fn execute_trade(&mut self, place: Place, pick: Pick, when: When) -> Result<(), Disagreement> {
        let is_executable = |world: &Self, known: &Known| {
            matches!(world.recorded(*known), RulingStatus::Ruled | RulingStatus::Overturned)
        };
        let known = self.pick_trade(pick, is_executable);
        let (ledger, said) = self.said_of_trade(place, known, Fault::Nobody, Deadline::Never);
        let Said { core, trade_id, .. } = said;
        if when == When::Due {
            self.wait_until(self.quorum.trade_ruling(core, trade_id).executable_at);
        }
        let ours = match ledger {
            Some(place) => {
                let at_fault = self.quorum.trade_ruling(core, trade_id).at_fault;
                let ours = self.quorum.execute_trade(&mut self.ledgers[place], trade_id, self.now);
                ours.map(|event| {
                    let mut logs = self.logged([event]);
                    logs.push(ended(core, trade_id, at_fault));
                    logs
                })
                .map_err(refused)
            }
            None => Err(no_ruling(core, trade_id)),
        };
        let to = self.at_quorum();
        let call = AuditorQuorum::executeTradeCall { core, tradeId: trade_id };
        self.check("execute trade", SENDER, to, &call, ours).map(drop)
    }

    /// The payer of a trade shows its preimage: how a trade whose dispute was dismissed still ends well.
    pub(super) fn settle(&mut self, pick: Pick) -> Result<(), Disagreement> {
        let is_accepted = |world: &Self, known: &Known| {
            let trade = world.ledgers[known.place].trade(known.trade_id);
            trade.is_ok_and(|trade| trade.status(world.now) == TradeStatus::Accepted)
        };
        let Some(Known { place, trade_id, preimage }) = self.pick_trade(pick, is_accepted) else { return Ok(()) };
        let contracts = Addresses::of_core(self.core(place));
        let before = self.ledgers[place].clone();
        let Ok(payer) = before.trade(trade_id).map(|trade| self.name_of(trade.payer())) else { return Ok(()) };
        let caller = self.address(payer);
        let settlement = Settlement { trade_id, preimage, approval: None };
        let ours = match self.ledgers[place].settle(caller, trade_id, preimage, self.now) {
            Ok(()) => logs::settled(&contracts, &before, caller, &[settlement], self.now),
            Err(error) => Err(refused(error)),
        };
        let call = BarterCore::settleTradeCall { tradeId: trade_id, preimage: preimage.into() };
        self.check("settle", payer, contracts.core, &call, ours).map(drop)
    }

    // -------------------------------------------------------------------------------------------- which

    pub(super) fn pick_trade(&self, pick: Pick, fits: impl Fn(&Self, &Known) -> bool) -> Option<Known> {
        let nth = |trades: &[Known], index: u8| trades.get(usize::from(index) % trades.len().max(1)).copied();
        let fitting = || self.trades.iter().rev().filter(|known| fits(self, known)).copied().collect::<Vec<_>>();
        match pick {
            Pick::Fitting(index) => nth(&fitting(), index).or_else(|| nth(&self.trades, index)),
            Pick::Any(index) => nth(&self.trades, index),
            Pick::Unknown => None,
        }
    }

    fn recorded(&self, known: Known) -> RulingStatus {
        self.quorum.trade_ruling(self.core(known.place), known.trade_id).status
    }

    /// What is to be signed, and which ledger it is about, if any.
    fn said_of_trade(
        &self,
        place: Place,
        known: Option<Known>,
        fault: Fault,
        deadline: Deadline,
    ) -> (Option<usize>, Said) {
        let trade_id = known.map_or(UNKNOWN, |known| known.trade_id);
        let its = known.map_or(0, |known| known.place);
        let (ledger, core) = match place {
            Place::Ours => (Some(its), self.core(its)),
            Place::Other => (Some(1 - its), self.core(1 - its)),
            Place::Token => (None, self.token.address),
            Place::Nowhere => (None, Address::ZERO),
        };
        let trade = self.ledgers[its].trade(trade_id).ok();
        let at_fault = match fault {
            Fault::Nobody => Address::ZERO,
            Fault::PartyA => trade.map_or(self.address(Name::ALICE), Trade::party_a),
            Fault::PartyB => trade.map_or(self.address(Name::BOB), Trade::party_b),
            Fault::Wallet(name) => self.address(name),
        };
        (ledger, Said { core, trade_id, at_fault, deadline: self.deadline(deadline) })
    }

    fn trade_digest(&self, said: Said, over: Over, is_overturn: bool) -> B256 {
        let mut said = said;
        match over {
            Over::OtherDeadline => said.deadline ^= U256::ONE,
            Over::OtherSubject => said.core = self.at_bond(),
            Over::OtherVerdict => said.at_fault = self.at_bond(),
            Over::This | Over::OtherKind | Over::OtherContract | Over::OtherChain => {}
        }
        let domain = match over {
            Over::OtherContract => QuorumDomain::new(CHAIN_ID, self.at_bond()),
            Over::OtherChain => QuorumDomain::new(OTHER_CHAIN, self.at_quorum()),
            _ => *self.quorum.domain(),
        };
        if is_overturn == (over == Over::OtherKind) {
            domain.digest(&said.ruling())
        } else {
            domain.digest(&said.overturn())
        }
    }
}

impl Said {
    fn ruling(self) -> TradeRuling {
        let Self { core, trade_id, at_fault, deadline } = self;
        TradeRuling { core, tradeId: trade_id, atFault: at_fault, deadline }
    }

    fn overturn(self) -> TradeOverturn {
        let Self { core, trade_id, at_fault, deadline } = self;
        TradeOverturn { core, tradeId: trade_id, atFault: at_fault, deadline }
    }
}

/// What a `BarterCore` tells of a dispute that ended.
fn ended(core: Address, trade_id: TradeId, at_fault: Address) -> Log {
    if at_fault.is_zero() {
        logs::log(core, &BarterCore::DisputeDismissed { tradeId: trade_id })
    } else {
        logs::log(core, &BarterCore::DisputeUpheld { tradeId: trade_id, atFault: at_fault })
    }
}

/// The refusal where nothing was ever ruled.
fn no_ruling(core: Address, trade_id: TradeId) -> ContractError {
    let (actual, required) = (RulingStatus::None, RulingStatus::Ruled);
    views::refused_bond(BondError::WrongRulingStatus { core, trade_id, actual, required })
}
