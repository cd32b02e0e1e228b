//! The calls that change the record: what `BarterCore` does for each of its functions.

use std::collections::BTreeMap;

use alloy_primitives::{Address, B256};

use crate::{Approval, Error, Ledger, Preimage, Role, Terms, Trade, TradeId, limits::MAX_BATCH};

use super::wallet::Counters;

/// One settlement of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Settlement {
    /// The trade to settle.
    pub trade_id: TradeId,
    /// 32 bytes whose sha256 is the trade's payment hash.
    pub preimage: Preimage,
    /// The payer's signature; none where the caller is the payer.
    pub approval: Option<Approval>,
}

impl Ledger {
    /// The wallet in the role `proposer` proposes a trade: `proposeTrade` for the payer, `proposeTradeAsPayee` for the
    /// payee. Returns the trade's id.
    ///
    /// # Errors
    /// [`Error::PaymentHashReused`]. What else the contract refuses, [`Terms::new`] has.
    pub fn propose(&mut self, terms: Terms, proposer: Role, now: u64) -> Result<TradeId, Error> {
        self.check_unused(&terms, proposer)?;
        Ok(self.insert(Trade::propose(terms, proposer, now)))
    }

    /// The caller proposes a trade and brings the other party's signature: proposed and accepted at once.
    ///
    /// # Errors
    /// [`Error::NotParty`] with the zero id, as there is no trade yet; [`Error::SignatureExpired`],
    /// [`Error::SignatureIsCancelled`], [`Error::InvalidSignature`]; [`Error::PaymentHashReused`].
    pub fn open(&mut self, caller: Address, terms: Terms, approval: &Approval, now: u64) -> Result<TradeId, Error> {
        let Some(proposer) = terms.role_of(caller) else {
            return Err(Error::NotParty { trade_id: TradeId::ZERO, wallet: caller });
        };
        let digest = self.domain.open_trade_digest(&terms, proposer, approval.deadline);
        self.check_approval(approval, terms.wallet(proposer.other()), digest, now)?;
        self.check_unused(&terms, proposer)?;
        let trade_id = self.insert(Trade::open(terms, proposer, now));
        self.count_parties(trade_id, |counters| counters.accepted += 1)?;
        Ok(trade_id)
    }

    /// The caller accepts a proposal.
    ///
    /// # Errors
    /// [`Error::TradeNotFound`], or as [`Trade::accept`].
    pub fn accept(&mut self, caller: Address, trade_id: TradeId, now: u64) -> Result<(), Error> {
        self.trade_mut(trade_id)?.accept(caller, now)?;
        self.count_parties(trade_id, |counters| counters.accepted += 1)
    }

    /// The caller, who must be the payer, shows the preimage: both scores rise and both credits are minted, unless the
    /// pair has had its counted trades.
    ///
    /// # Errors
    /// [`Error::TradeNotFound`], or as [`Trade::settle`].
    pub fn settle(&mut self, caller: Address, trade_id: TradeId, preimage: Preimage, now: u64) -> Result<(), Error> {
        let trade = self.settled(caller, &Settlement { trade_id, preimage, approval: None }, None, now)?;
        self.record(trade, now);
        Ok(())
    }

    /// Somebody settles with the payer's signature.
    ///
    /// # Errors
    /// [`Error::TradeNotFound`]; [`Error::WrongStatus`]; [`Error::SignatureExpired`], [`Error::SignatureIsCancelled`],
    /// [`Error::InvalidSignature`]; [`Error::PreimageMismatch`].
    pub fn settle_by_signature(
        &mut self,
        trade_id: TradeId,
        preimage: Preimage,
        approval: Approval,
        now: u64,
    ) -> Result<(), Error> {
        // With an approval the caller does not matter.
        let settlement = Settlement { trade_id, preimage, approval: Some(approval) };
        let trade = self.settled(Address::ZERO, &settlement, None, now)?;
        self.record(trade, now);
        Ok(())
    }

    /// Settles several trades in order, all or none.
    ///
    /// # Errors
    /// [`Error::BatchSize`], or the first refusal of [`settle`](Self::settle) or
    /// [`settle_by_signature`](Self::settle_by_signature).
    pub fn settle_batch(&mut self, caller: Address, settlements: &[Settlement], now: u64) -> Result<(), Error> {
        if settlements.is_empty() || settlements.len() > MAX_BATCH {
            return Err(Error::BatchSize { length: settlements.len(), maximum: MAX_BATCH });
        }
        // A trade named twice meets itself settled, so each is checked against those before it.
        let mut pending: BTreeMap<TradeId, Trade> = BTreeMap::new();
        let mut order = Vec::with_capacity(settlements.len());
        for settlement in settlements {
            let trade = self.settled(caller, settlement, pending.get(&settlement.trade_id), now)?;
            pending.insert(settlement.trade_id, trade.clone());
            order.push(trade);
        }
        for trade in order {
            self.record(trade, now);
        }
        Ok(())
    }

    /// The caller, a party, disputes an accepted trade.
    ///
    /// # Errors
    /// [`Error::TradeNotFound`], or as [`Trade::dispute`].
    pub fn dispute(&mut self, caller: Address, trade_id: TradeId, now: u64) -> Result<(), Error> {
        self.trade_mut(trade_id)?.dispute(caller, now)?;
        self.count_parties(trade_id, |counters| counters.disputed += 1)
    }

    /// The caller, the arbiter, sends a disputed trade back to accepted, for good.
    ///
    /// # Errors
    /// [`Error::NotArbiter`], [`Error::TradeNotFound`], or as [`Trade::dismiss`].
    pub fn dismiss(&mut self, caller: Address, trade_id: TradeId, now: u64) -> Result<(), Error> {
        self.check_arbiter(caller)?;
        self.trade_mut(trade_id)?.dismiss(now)?;
        self.count_parties(trade_id, |counters| counters.disputed -= 1)
    }

    /// The caller, the arbiter, ends a disputed trade and finds a party at fault.
    ///
    /// # Errors
    /// [`Error::NotArbiter`], [`Error::TradeNotFound`], or as [`Trade::uphold`].
    pub fn uphold(&mut self, caller: Address, trade_id: TradeId, at_fault: Address, now: u64) -> Result<(), Error> {
        self.check_arbiter(caller)?;
        self.trade_mut(trade_id)?.uphold(at_fault, now)?;
        self.counters.entry(at_fault).or_default().faults += 1;
        Ok(())
    }

    /// The caller withdraws a signature that has not been used. Safe to repeat.
    pub fn cancel_signature(&mut self, caller: Address, digest: B256) {
        self.cancelled.insert((caller, digest));
    }

    /// Whether an approval counts at `now` as `signer`'s over `digest`.
    ///
    /// # Errors
    /// [`Error::SignatureExpired`], [`Error::SignatureIsCancelled`], [`Error::InvalidSignature`].
    pub fn check_approval(&self, approval: &Approval, signer: Address, digest: B256, now: u64) -> Result<(), Error> {
        if now > approval.deadline {
            return Err(Error::SignatureExpired { deadline: approval.deadline, timestamp: now });
        }
        if self.is_signature_cancelled(signer, digest) {
            return Err(Error::SignatureIsCancelled { signer, digest });
        }
        if approval.signer != signer || approval.digest != digest {
            return Err(Error::InvalidSignature { signer, digest });
        }
        Ok(())
    }

    // -------------------------------------------------------------------------------------------- effects

    fn insert(&mut self, trade: Trade) -> TradeId {
        let trade_id = trade.trade_id();
        self.keys.insert(trade.terms().pair_key());
        self.counters.entry(trade.party_a()).or_default().initiated += 1;
        for wallet in [trade.party_a(), trade.party_b()] {
            self.counters.entry(wallet).or_default().proposed += 1;
            self.lists.entry(wallet).or_default().push(trade_id);
        }
        self.trades.insert(trade_id, trade);
        trade_id
    }

    /// Puts a trade just settled in its place, and counts it.
    fn record(&mut self, trade: Trade, now: u64) {
        let (party_a, party_b, amount_sats) = (trade.party_a(), trade.party_b(), trade.terms().amount_sats());
        self.trades.insert(trade.trade_id(), trade);
        if self.trust.record(party_a, party_b, amount_sats, now) {
            self.credit.reward(party_a, party_b, amount_sats);
        }
    }

    fn count_parties(&mut self, trade_id: TradeId, change: impl Fn(&mut Counters)) -> Result<(), Error> {
        let trade = self.trade(trade_id)?;
        for wallet in [trade.party_a(), trade.party_b()] {
            change(self.counters.entry(wallet).or_default());
        }
        Ok(())
    }

    // -------------------------------------------------------------------------------------------- checks

    fn trade_mut(&mut self, trade_id: TradeId) -> Result<&mut Trade, Error> {
        self.trades.get_mut(&trade_id).ok_or(Error::TradeNotFound { trade_id })
    }

    /// The trade as it is after a settlement, or its refusal. `pending` is the trade where an earlier settlement of the
    /// same batch has touched it.
    fn settled(
        &self,
        caller: Address,
        settlement: &Settlement,
        pending: Option<&Trade>,
        now: u64,
    ) -> Result<Trade, Error> {
        let mut trade = match pending {
            Some(trade) => trade.clone(),
            None => self.trade(settlement.trade_id)?.clone(),
        };
        if let Some(approval) = &settlement.approval {
            trade.require_accepted(now)?;
            let digest = self.domain.settle_trade_digest(settlement.trade_id, settlement.preimage, approval.deadline);
            self.check_approval(approval, trade.payer(), digest, now)?;
            trade.settle_for_payer(settlement.preimage, now)?;
        } else {
            trade.settle(caller, settlement.preimage, now)?;
        }
        Ok(trade)
    }

    fn check_unused(&self, terms: &Terms, proposer: Role) -> Result<(), Error> {
        if self.keys.contains(&terms.pair_key()) {
            return Err(Error::PaymentHashReused {
                party_a: terms.wallet(proposer),
                party_b: terms.wallet(proposer.other()),
                payment_hash: terms.payment_hash(),
            });
        }
        Ok(())
    }

    fn check_arbiter(&self, caller: Address) -> Result<(), Error> {
        if caller != self.arbiter || caller.is_zero() {
            return Err(Error::NotArbiter { caller, arbiter: self.arbiter });
        }
        Ok(())
    }
}
