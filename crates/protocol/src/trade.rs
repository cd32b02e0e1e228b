//! One trade's life, as a state machine with time as an argument.

use alloy_primitives::Address;

use crate::{Error, PaymentHash, Preimage, Role, Ruling, Terms, TradeId, TradeStatus, limits::PROPOSAL_LIFETIME};

/// A trade: its terms, who proposed it, and what has happened to it.
///
/// A refused call changes nothing. Times are Unix seconds and come from the caller; they must not run backwards.
///
/// ```text
/// proposed ─┬─ accept ──> accepted ─┬─ settle ──> settled
///           └─ 7 days ──> expired   └─ dispute ─> disputed ─┬─ dismiss ─> accepted, for good
///                                                           └─ uphold ──> disputed, for good
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Trade {
    trade_id: TradeId,
    terms: Terms,
    proposer: Role,
    /// Never [`TradeStatus::Expired`].
    stored: TradeStatus,
    ruling: Ruling,
    created_at: u64,
    accepted_at: Option<u64>,
    settled_at: Option<u64>,
}

impl Trade {
    /// A trade proposed at `now` by the wallet in the role `proposer`.
    pub fn propose(terms: Terms, proposer: Role, now: u64) -> Self {
        Self {
            trade_id: terms.trade_id(proposer),
            terms,
            proposer,
            stored: TradeStatus::Proposed,
            ruling: Ruling::None,
            created_at: now,
            accepted_at: None,
            settled_at: None,
        }
    }

    /// A trade proposed and accepted at `now`: what a counterparty's signature allows. Whoever calls this has checked
    /// it.
    pub fn open(terms: Terms, proposer: Role, now: u64) -> Self {
        let mut trade = Self::propose(terms, proposer, now);
        trade.stored = TradeStatus::Accepted;
        trade.accepted_at = Some(now);
        trade
    }

    // -------------------------------------------------------------------------------------------- what it is

    /// Its id.
    pub const fn trade_id(&self) -> TradeId {
        self.trade_id
    }

    /// What the parties agreed on.
    pub const fn terms(&self) -> &Terms {
        &self.terms
    }

    /// Who proposed it: the payer, or the payee.
    pub const fn proposer(&self) -> Role {
        self.proposer
    }

    /// The wallet that proposed it.
    pub const fn party_a(&self) -> Address {
        self.terms.wallet(self.proposer)
    }

    /// The other wallet.
    pub const fn party_b(&self) -> Address {
        self.terms.wallet(self.proposer.other())
    }

    /// The wallet that pays the Lightning invoice.
    pub const fn payer(&self) -> Address {
        self.terms.payer()
    }

    /// sha256 over the 32 bytes of the preimage.
    pub const fn payment_hash(&self) -> PaymentHash {
        self.terms.payment_hash()
    }

    /// When it was proposed.
    pub const fn created_at(&self) -> u64 {
        self.created_at
    }

    /// Last second at which it can be accepted, or could have been.
    pub const fn expires_at(&self) -> u64 {
        self.created_at + PROPOSAL_LIFETIME
    }

    /// When it was accepted, if it was.
    pub const fn accepted_at(&self) -> Option<u64> {
        self.accepted_at
    }

    /// When it was settled, if it was.
    pub const fn settled_at(&self) -> Option<u64> {
        self.settled_at
    }

    /// What the arbiter said, if anything.
    pub const fn ruling(&self) -> Ruling {
        self.ruling
    }

    /// Where it stands at `now`.
    pub fn status(&self, now: u64) -> TradeStatus {
        if self.stored == TradeStatus::Proposed && now > self.expires_at() { TradeStatus::Expired } else { self.stored }
    }

    /// Whether no call can change it any more, at `now` or later, with an arbiter or without.
    pub fn is_final(&self, now: u64, has_arbiter: bool) -> bool {
        match self.status(now) {
            TradeStatus::Proposed | TradeStatus::Accepted => false,
            TradeStatus::Settled | TradeStatus::Expired => true,
            TradeStatus::Disputed => !has_arbiter || self.ruling != Ruling::None,
        }
    }

    /// Whether a wallet is one of the two parties.
    pub fn is_party(&self, wallet: Address) -> bool {
        self.terms.role_of(wallet).is_some()
    }

    // -------------------------------------------------------------------------------------------- what may happen

    /// The counterparty accepts.
    ///
    /// # Errors
    /// [`Error::WrongStatus`], [`Error::TradeExpired`], [`Error::NotCounterparty`].
    pub fn accept(&mut self, caller: Address, now: u64) -> Result<(), Error> {
        let trade_id = self.trade_id;
        if self.stored != TradeStatus::Proposed {
            return Err(Error::WrongStatus { trade_id, actual: self.stored, required: TradeStatus::Proposed });
        }
        if now > self.expires_at() {
            return Err(Error::TradeExpired { trade_id, expires_at: self.expires_at() });
        }
        if caller != self.party_b() {
            return Err(Error::NotCounterparty { trade_id, caller, counterparty: self.party_b() });
        }
        self.stored = TradeStatus::Accepted;
        self.accepted_at = Some(now);
        Ok(())
    }

    /// The payer shows the preimage.
    ///
    /// # Errors
    /// [`Error::WrongStatus`], [`Error::NotPayer`], [`Error::PreimageMismatch`].
    pub fn settle(&mut self, caller: Address, preimage: Preimage, now: u64) -> Result<(), Error> {
        self.require_accepted(now)?;
        if caller != self.payer() {
            return Err(Error::NotPayer { trade_id: self.trade_id, caller, payer: self.payer() });
        }
        self.settle_for_payer(preimage, now)
    }

    /// Somebody shows the preimage with the payer's signature, which the caller of this has checked.
    ///
    /// # Errors
    /// [`Error::WrongStatus`], [`Error::PreimageMismatch`].
    pub fn settle_for_payer(&mut self, preimage: Preimage, now: u64) -> Result<(), Error> {
        self.require_accepted(now)?;
        let (expected, actual) = (self.payment_hash(), preimage.payment_hash());
        if actual != expected {
            return Err(Error::PreimageMismatch { trade_id: self.trade_id, expected, actual });
        }
        self.stored = TradeStatus::Settled;
        self.settled_at = Some(now);
        Ok(())
    }

    /// A party disputes.
    ///
    /// # Errors
    /// [`Error::WrongStatus`], [`Error::NotParty`], [`Error::DisputeAlreadyDismissed`].
    pub fn dispute(&mut self, caller: Address, now: u64) -> Result<(), Error> {
        self.require_accepted(now)?;
        self.require_party(caller)?;
        if self.ruling == Ruling::Dismissed {
            return Err(Error::DisputeAlreadyDismissed { trade_id: self.trade_id });
        }
        self.stored = TradeStatus::Disputed;
        Ok(())
    }

    /// The arbiter sends a disputed trade back to accepted. Whoever calls this has checked who the arbiter is.
    ///
    /// # Errors
    /// [`Error::WrongStatus`], [`Error::DisputeAlreadyUpheld`].
    pub fn dismiss(&mut self, now: u64) -> Result<(), Error> {
        self.require_unruled(now)?;
        self.stored = TradeStatus::Accepted;
        self.ruling = Ruling::Dismissed;
        Ok(())
    }

    /// The arbiter finds a party at fault. Whoever calls this has checked who the arbiter is.
    ///
    /// # Errors
    /// [`Error::WrongStatus`], [`Error::DisputeAlreadyUpheld`], [`Error::NotParty`].
    pub fn uphold(&mut self, at_fault: Address, now: u64) -> Result<(), Error> {
        self.require_unruled(now)?;
        self.require_party(at_fault)?;
        self.ruling = if at_fault == self.party_a() { Ruling::AgainstPartyA } else { Ruling::AgainstPartyB };
        Ok(())
    }

    // -------------------------------------------------------------------------------------------- checks

    pub(crate) fn require_accepted(&self, now: u64) -> Result<(), Error> {
        self.require(TradeStatus::Accepted, now)
    }

    fn require_unruled(&self, now: u64) -> Result<(), Error> {
        self.require(TradeStatus::Disputed, now)?;
        if self.ruling != Ruling::None {
            return Err(Error::DisputeAlreadyUpheld { trade_id: self.trade_id });
        }
        Ok(())
    }

    fn require(&self, required: TradeStatus, now: u64) -> Result<(), Error> {
        if self.stored == required {
            return Ok(());
        }
        Err(Error::WrongStatus { trade_id: self.trade_id, actual: self.status(now), required })
    }

    fn require_party(&self, wallet: Address) -> Result<(), Error> {
        if self.is_party(wallet) {
            return Ok(());
        }
        Err(Error::NotParty { trade_id: self.trade_id, wallet })
    }
}
