//! Auditors who rule: what `AuditorQuorum` does.

use std::collections::BTreeMap;

use alloy_primitives::{Address, B256, U256};

use crate::{
    Error, Ledger, Ruling, TradeId, TradeStatus,
    limits::{MAX_AUDITORS, MAX_OVERTURN_WINDOW},
};

use super::{BondError, Event, QuorumDomain, RulingStatus, TradeOverturn, TradeRuling, deadline_passed};

/// A signature as the rules see it: whose it is and what it covers. Recovering that from bytes is cryptography, and asking
/// an ERC-1271 wallet is a call; both are done before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Signed {
    /// Who signed.
    pub signer: Address,
    /// What was signed.
    pub digest: B256,
}

impl Signed {
    /// Whether it is this wallet's over this digest. Nothing is the zero address's.
    pub fn is_by(&self, signer: Address, digest: B256) -> bool {
        !signer.is_zero() && self.signer == signer && self.digest == digest
    }
}

/// A signature that is said to be an auditor's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AuditorSignature {
    /// Whose it is said to be.
    pub auditor: Address,
    /// Whose it is.
    pub signature: Signed,
}

/// The auditors and how many of them it takes: fixed at deployment.
///
/// ```
/// use alloy_primitives::Address;
/// use barter_protocol::bond::{Auditors, BondError};
///
/// let list: Vec<_> = [1, 2, 3].map(Address::repeat_byte).to_vec();
/// assert!(Auditors::new(list.clone(), 2, 3, 2 * 86_400).is_ok());
/// // It takes more auditors to overturn a ruling than to make one.
/// let refused = BondError::InvalidThresholds { threshold: 2, overturn_threshold: 2, auditors: 3 };
/// assert_eq!(Auditors::new(list, 2, 2, 2 * 86_400), Err(refused));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Auditors {
    list: Vec<Address>,
    threshold: usize,
    overturn_threshold: usize,
    overturn_window: u64,
}

impl Auditors {
    /// These auditors, of whom `threshold` rule and `overturn_threshold` overturn a ruling within `overturn_window` seconds.
    ///
    /// # Errors
    /// As the contract's constructor refuses, in its order: [`BondError::AuditorCount`], [`BondError::InvalidThresholds`],
    /// [`BondError::InvalidWindow`], [`BondError::AuditorsNotAscending`].
    pub fn new(
        list: Vec<Address>,
        threshold: usize,
        overturn_threshold: usize,
        overturn_window: u64,
    ) -> Result<Self, BondError> {
        let auditors = list.len();
        if !(2..=MAX_AUDITORS).contains(&auditors) {
            return Err(BondError::AuditorCount { count: auditors, maximum: MAX_AUDITORS });
        }
        if threshold == 0 || threshold >= overturn_threshold || overturn_threshold > auditors {
            return Err(BondError::InvalidThresholds { threshold, overturn_threshold, auditors });
        }
        if overturn_window == 0 || overturn_window > MAX_OVERTURN_WINDOW {
            return Err(BondError::InvalidWindow { window: overturn_window, maximum: MAX_OVERTURN_WINDOW });
        }
        if let Some(auditor) = first_not_ascending(list.iter().copied()) {
            return Err(BondError::AuditorsNotAscending { auditor });
        }
        Ok(Self { list, threshold, overturn_threshold, overturn_window })
    }

    /// All of them, in ascending order.
    pub fn list(&self) -> &[Address] {
        &self.list
    }

    /// Whether a wallet is one.
    pub fn is_auditor(&self, wallet: Address) -> bool {
        self.list.contains(&wallet)
    }

    /// How many make a ruling.
    pub const fn threshold(&self) -> usize {
        self.threshold
    }

    /// How many overturn one.
    pub const fn overturn_threshold(&self) -> usize {
        self.overturn_threshold
    }

    /// Seconds between a ruling and its effect, in which it can be overturned.
    pub const fn overturn_window(&self) -> u64 {
        self.overturn_window
    }

    /// Whether enough auditors signed to rule.
    ///
    /// # Errors
    /// [`BondError::TooFewAuditors`]; then, of the first signature that is wrong, [`BondError::SignaturesNotAscending`],
    /// [`BondError::NotAuditor`] or [`BondError::InvalidAuditorSignature`].
    pub fn require_ruling(&self, digest: B256, signatures: &[AuditorSignature]) -> Result<(), BondError> {
        self.require_signed(digest, self.threshold, signatures)
    }

    /// Whether enough auditors signed to overturn a ruling.
    ///
    /// # Errors
    /// As [`require_ruling`](Self::require_ruling).
    pub fn require_overturn(&self, digest: B256, signatures: &[AuditorSignature]) -> Result<(), BondError> {
        self.require_signed(digest, self.overturn_threshold, signatures)
    }

    /// One wrong signature refuses all, even where there are enough others.
    fn require_signed(&self, digest: B256, needed: usize, signatures: &[AuditorSignature]) -> Result<(), BondError> {
        let given = signatures.len();
        if given < needed {
            return Err(BondError::TooFewAuditors { given, needed });
        }
        let named: Vec<_> = signatures.iter().map(|signature| signature.auditor).collect();
        for (index, AuditorSignature { auditor, signature }) in signatures.iter().copied().enumerate() {
            if first_not_ascending(named[..=index].iter().copied()).is_some() {
                return Err(BondError::SignaturesNotAscending { auditor });
            }
            if !self.is_auditor(auditor) {
                return Err(BondError::NotAuditor { signer: auditor });
            }
            if !signature.is_by(auditor, digest) {
                return Err(BondError::InvalidAuditorSignature { auditor, digest });
            }
        }
        Ok(())
    }
}

/// The first wallet that is not above the one before, or zero.
fn first_not_ascending(wallets: impl Iterator<Item = Address>) -> Option<Address> {
    let mut last = Address::ZERO;
    for wallet in wallets {
        if wallet <= last {
            return Some(wallet);
        }
        last = wallet;
    }
    None
}

/// A ruling on a disputed trade, as it is kept; all zero where there is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct RecordedRuling {
    /// How far it is.
    pub status: RulingStatus,
    /// The party at fault; the zero address: the dispute is dismissed.
    pub at_fault: Address,
    /// From when on it can be executed, Unix time.
    pub executable_at: u64,
}

/// The auditors' contract: its rulings on trades of any `BarterCore`. Rulings on bonds are `BarterBond`'s.
///
/// A refused call changes nothing, and refuses with what the contract would revert with. Times are Unix seconds and come in
/// as arguments; they must not run backwards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditorQuorum {
    domain: QuorumDomain,
    auditors: Auditors,
    rulings: BTreeMap<(Address, TradeId), RecordedRuling>,
}

impl AuditorQuorum {
    /// The quorum of these auditors at the contract and chain of `domain`, with no ruling yet.
    pub const fn new(domain: QuorumDomain, auditors: Auditors) -> Self {
        Self { domain, auditors, rulings: BTreeMap::new() }
    }

    /// Where signatures count.
    pub const fn domain(&self) -> &QuorumDomain {
        &self.domain
    }

    /// The auditors.
    pub const fn auditors(&self) -> &Auditors {
        &self.auditors
    }

    /// The ruling on a trade.
    pub fn trade_ruling(&self, core: Address, trade_id: TradeId) -> RecordedRuling {
        self.rulings.get(&(core, trade_id)).copied().unwrap_or_default()
    }

    /// Rules on a disputed trade of `ledger`, against `at_fault` or, where that is the zero address, to dismiss.
    ///
    /// # Errors
    /// [`BondError::WrongRulingStatus`]; [`Error::TradeNotFound`]; [`BondError::NotInDispute`],
    /// [`BondError::NotPartyOfTrade`]; [`BondError::RulingExpired`]; or as [`Auditors::require_ruling`].
    pub fn rule_trade(
        &mut self,
        ledger: &Ledger,
        trade_id: TradeId,
        at_fault: Address,
        deadline: U256,
        signatures: &[AuditorSignature],
        now: u64,
    ) -> Result<Event, Error> {
        let core = ledger.domain().core();
        self.require_status(core, trade_id, RulingStatus::None)?;
        check_dispute(ledger, trade_id, at_fault, now)?;
        check_deadline(deadline, now)?;
        let digest = self.domain.digest(&TradeRuling { core, tradeId: trade_id, atFault: at_fault, deadline });
        self.auditors.require_ruling(digest, signatures)?;

        let executable_at = now + self.auditors.overturn_window;
        self.save(core, trade_id, RecordedRuling { status: RulingStatus::Ruled, at_fault, executable_at });
        Ok(Event::TradeRuled { core, trade_id, at_fault, executable_at })
    }

    /// Replaces a ruling that can still be overturned, for good: it can be executed at once.
    ///
    /// # Errors
    /// [`BondError::WrongRulingStatus`], [`BondError::OverturnWindowOver`]; [`Error::TradeNotFound`];
    /// [`BondError::NotInDispute`], [`BondError::NotPartyOfTrade`]; [`BondError::RulingExpired`]; or as
    /// [`Auditors::require_overturn`].
    pub fn overturn_trade(
        &mut self,
        ledger: &Ledger,
        trade_id: TradeId,
        at_fault: Address,
        deadline: U256,
        signatures: &[AuditorSignature],
        now: u64,
    ) -> Result<Event, Error> {
        let core = ledger.domain().core();
        let ruling = self.require_status(core, trade_id, RulingStatus::Ruled)?;
        check_window(ruling.executable_at, now)?;
        check_dispute(ledger, trade_id, at_fault, now)?;
        check_deadline(deadline, now)?;
        let digest = self.domain.digest(&TradeOverturn { core, tradeId: trade_id, atFault: at_fault, deadline });
        self.auditors.require_overturn(digest, signatures)?;

        let status = RulingStatus::Overturned;
        self.save(core, trade_id, RecordedRuling { status, at_fault, executable_at: now });
        Ok(Event::TradeOverturned { core, trade_id, at_fault })
    }

    /// Carries a ruling out on `ledger`, as its arbiter.
    ///
    /// # Errors
    /// [`BondError::WrongRulingStatus`], [`BondError::OverturnWindowOpen`]; [`Error::NotArbiter`] where the ledger has
    /// another arbiter, and whatever else [`Ledger::dismiss`] or [`Ledger::uphold`] refuses.
    pub fn execute_trade(&mut self, ledger: &mut Ledger, trade_id: TradeId, now: u64) -> Result<Event, Error> {
        let core = ledger.domain().core();
        let mut ruling = self.trade_ruling(core, trade_id);
        if ruling.status != RulingStatus::Overturned {
            self.require_status(core, trade_id, RulingStatus::Ruled)?;
        }
        let RecordedRuling { at_fault, executable_at, .. } = ruling;
        if now < executable_at {
            return Err(BondError::OverturnWindowOpen { executable_at, timestamp: now }.into());
        }
        if at_fault.is_zero() {
            ledger.dismiss(self.domain.quorum(), trade_id, now)?;
        } else {
            ledger.uphold(self.domain.quorum(), trade_id, at_fault, now)?;
        }
        ruling.status = RulingStatus::Executed;
        self.save(core, trade_id, ruling);
        Ok(Event::TradeExecuted { core, trade_id, at_fault })
    }

    fn save(&mut self, core: Address, trade_id: TradeId, ruling: RecordedRuling) {
        self.rulings.insert((core, trade_id), ruling);
    }

    fn require_status(
        &self,
        core: Address,
        trade_id: TradeId,
        required: RulingStatus,
    ) -> Result<RecordedRuling, BondError> {
        let ruling = self.trade_ruling(core, trade_id);
        if ruling.status != required {
            return Err(BondError::WrongRulingStatus { core, trade_id, actual: ruling.status, required });
        }
        Ok(ruling)
    }
}

/// Whether a ruling made `executable_at` the time of its effect can still be overturned.
pub(super) fn check_window(executable_at: u64, now: u64) -> Result<(), BondError> {
    if now >= executable_at {
        return Err(BondError::OverturnWindowOver { executable_at, timestamp: now });
    }
    Ok(())
}

/// Whether auditors' signatures still count.
pub(super) fn check_deadline(deadline: U256, now: u64) -> Result<(), BondError> {
    match deadline_passed(deadline, now) {
        Some(deadline) => Err(BondError::RulingExpired { deadline, timestamp: now }),
        None => Ok(()),
    }
}

/// Whether a trade waits for a ruling, which could be this one.
fn check_dispute(ledger: &Ledger, trade_id: TradeId, at_fault: Address, now: u64) -> Result<(), Error> {
    let (core, trade) = (ledger.domain().core(), ledger.trade(trade_id)?);
    if trade.status(now) != TradeStatus::Disputed || trade.ruling() != Ruling::None {
        return Err(BondError::NotInDispute { core, trade_id }.into());
    }
    if !at_fault.is_zero() && !trade.is_party(at_fault) {
        return Err(BondError::NotPartyOfTrade { core, trade_id, wallet: at_fault }.into());
    }
    Ok(())
}
