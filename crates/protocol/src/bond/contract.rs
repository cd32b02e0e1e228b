//! The bond's contract as a value: what `BarterBond` does for each of its functions.

use std::collections::BTreeMap;

use alloy_primitives::{Address, B256, U256, keccak256};

use crate::limits::MAX_HUB_BYTES;

use super::{
    Anchor, AuditorSignature, Auditors, Bond, BondDomain, BondError, Complaint, Dispute, DisputeId, DisputeStatus,
    Event, Overturn, Parameters, Ruling, Signed, deadline_passed,
    quorum::{check_deadline, check_window},
    share_down,
};

/// What the token did when it was to be moved here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Incoming {
    /// What was to be transferred, in base units.
    pub amount: U256,
    /// What arrived: less, where the token takes a fee; none where it refused.
    pub arrived: Option<U256>,
}

impl Incoming {
    /// All of it arrived.
    pub const fn all(amount: U256) -> Self {
        Self { amount, arrived: Some(amount) }
    }
}

/// What the token did when it was to be moved out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outgoing {
    /// It took what was paid.
    Exact,
    /// It took so many base units more, as a fee.
    TookMore(U256),
    /// It refused.
    Refused,
}

/// What is kept of a provider itself; the rest of its [`Bond`] is found in its disputes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Provider {
    active: u128,
    unbonding: u128,
    ever_bonded: u128,
    first_bonded_at: u64,
    release_at: u64,
    hub: B256,
}

/// Everything `BarterBond` keeps, with the calls that change it and the views that show it.
///
/// A refused call changes nothing, and refuses with what the contract would revert with. Times are Unix seconds and come in
/// as arguments; they must not run backwards. What the token does comes in too: it is the one thing here that is foreign.
///
/// Written for being obviously right: what disputes hold back, took and proved is found by looking at all of them.
///
/// ```text
/// filed ─┬─ ruled ─┬─ its window passes ────────> upheld or dismissed
///        │         └─ overturned ─ at once ─────> upheld or dismissed
///        └─ the time to rule passes ────────────> void
/// ```
///
/// ```
/// use alloy_primitives::{Address, B256, U256};
/// use barter_protocol::bond::{
///     AuditorSignature, Auditors, BarterBond, BondDomain, Complaint, Incoming, Parameters, Ruling, Signed,
/// };
///
/// let [provider, consumer, token, quorum, contract] = [1, 2, 3, 4, 5].map(Address::repeat_byte);
/// let auditors = [7, 8, 9].map(Address::repeat_byte);
/// let parameters = Parameters::new(token, quorum, Parameters::MINIMUM_BOND_ON_TEST_NETWORKS);
/// let quorum = Auditors::new(auditors.to_vec(), 2, 3, Parameters::OVERTURN_WINDOW)?;
/// let mut bond = BarterBond::new(BondDomain::new(31_337, contract), parameters, quorum)?;
///
/// // A hundred dollars behind a hub, and a complaint of one of its consumers.
/// bond.stake(provider, "https://hub.example", Incoming::all(U256::from(100_000_000)), 1_000)?;
/// let complaint = Complaint::new(provider, consumer, B256::repeat_byte(1), B256::repeat_byte(2), 2_000);
/// let signed = Signed { signer: consumer, digest: bond.domain().digest(&complaint) };
/// bond.file(consumer, &complaint, signed, Incoming::all(U256::from(10_000_000)), 1_100)?;
///
/// // Two of three auditors find for 5%; it takes effect two days later.
/// let ruling = Ruling::new(complaint.dispute_id(), 50_000, 2_000);
/// let digest = bond.domain().digest(&ruling);
/// let sign = |auditor| AuditorSignature { auditor, signature: Signed { signer: auditor, digest } };
/// bond.rule(&ruling, &[sign(auditors[0]), sign(auditors[2])], 1_200)?;
/// bond.execute(complaint.dispute_id(), 1_200 + Parameters::OVERTURN_WINDOW)?;
/// assert_eq!(bond.bond(provider).active, 95_000_000);
/// assert_eq!(bond.claimable(consumer), U256::from(5_000_000 + 10_000_000));
/// # Ok::<(), barter_protocol::bond::BondError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BarterBond {
    domain: BondDomain,
    parameters: Parameters,
    auditors: Auditors,
    providers: BTreeMap<Address, Provider>,
    disputes: BTreeMap<DisputeId, Dispute>,
    claimable: BTreeMap<Address, U256>,
    anchors: BTreeMap<Address, Vec<Anchor>>,
}

impl BarterBond {
    /// A contract just deployed, at the address and on the chain of `domain`.
    ///
    /// # Errors
    /// As [`Parameters::check`].
    pub fn new(domain: BondDomain, parameters: Parameters, auditors: Auditors) -> Result<Self, BondError> {
        parameters.check()?;
        Ok(Self {
            domain,
            parameters,
            auditors,
            providers: BTreeMap::new(),
            disputes: BTreeMap::new(),
            claimable: BTreeMap::new(),
            anchors: BTreeMap::new(),
        })
    }

    // -------------------------------------------------------------------------------------------- bond

    /// The caller's first stake, which declares its hub for good.
    ///
    /// # Errors
    /// [`BondError::HubLength`], [`BondError::AlreadyBonded`]; [`BondError::TransferFromFailed`],
    /// [`BondError::NothingArrived`], [`BondError::AmountTooLarge`].
    pub fn stake(&mut self, caller: Address, hub: &str, transfer: Incoming, now: u64) -> Result<[Event; 2], BondError> {
        let length = hub.len();
        if length == 0 || length > MAX_HUB_BYTES {
            return Err(BondError::HubLength { length, maximum: MAX_HUB_BYTES });
        }
        if self.providers.contains_key(&caller) {
            return Err(BondError::AlreadyBonded { provider: caller });
        }
        let arrived = receive(transfer)?;

        let hub_hash = keccak256(hub);
        let provider = Provider { first_bonded_at: now, hub: hub_hash, ..Provider::default() };
        let bonded = self.credit(caller, provider, caller, arrived)?;
        Ok([Event::HubDeclared { provider: caller, hub_hash, hub: hub.to_owned() }, bonded])
    }

    /// The caller adds to a provider's bond.
    ///
    /// # Errors
    /// [`BondError::NeverBonded`]; [`BondError::TransferFromFailed`], [`BondError::NothingArrived`],
    /// [`BondError::AmountTooLarge`], [`BondError::SumTooLarge`].
    pub fn top_up(&mut self, caller: Address, provider: Address, transfer: Incoming) -> Result<Event, BondError> {
        let account = self.providers.get(&provider).cloned().ok_or(BondError::NeverBonded { provider })?;
        self.credit(provider, account, caller, receive(transfer)?)
    }

    /// The caller starts taking out a part of its bond. The delay starts again for all that is leaving.
    ///
    /// # Errors
    /// [`BondError::UnbondingOutOfRange`].
    pub fn unbond(&mut self, caller: Address, amount: U256, now: u64) -> Result<Event, BondError> {
        let release_at = now + self.parameters.unbonding_delay;
        let active = self.bond(caller).active;
        let provider = self
            .providers
            .get_mut(&caller)
            .filter(|provider| !amount.is_zero() && amount <= U256::from(provider.active));
        let (Some(provider), Ok(amount)) = (provider, u128::try_from(amount)) else {
            return Err(BondError::UnbondingOutOfRange { amount, active });
        };
        provider.active -= amount;
        provider.unbonding += amount;
        provider.release_at = release_at;
        Ok(Event::Unbonding { provider: caller, amount, release_at })
    }

    /// The caller takes out what has been leaving long enough, but for what open disputes filed before that can still take.
    ///
    /// # Errors
    /// [`BondError::StillUnbonding`], [`BondError::NothingToWithdraw`]; [`BondError::InvalidRecipient`];
    /// [`BondError::TransferFailed`], [`BondError::TokenTookMore`].
    pub fn withdraw(&mut self, caller: Address, to: Address, payment: Outgoing, now: u64) -> Result<Event, BondError> {
        let bond = self.bond(caller);
        let Bond { release_at, unbonding, held, .. } = bond;
        if now < release_at {
            return Err(BondError::StillUnbonding { release_at, timestamp: now });
        }
        let amount = bond.withdrawable();
        let provider = self.providers.get_mut(&caller).filter(|_| amount != 0);
        let Some(provider) = provider else {
            return Err(BondError::NothingToWithdraw { unbonding, held });
        };
        check_payment(self.domain.bond(), to, U256::from(amount), payment)?;

        provider.unbonding -= amount;
        Ok(Event::Withdrawn { provider: caller, to, amount })
    }

    // -------------------------------------------------------------------------------------------- disputes

    /// The caller files a dispute about an outcome, with the consumer's signature of the complaint and a deposit. It is about
    /// what is active, and what is leaving until its delay is over.
    ///
    /// # Errors
    /// [`BondError::SelfDispute`], [`BondError::ComplaintExpired`], [`BondError::InvalidComplaintSignature`],
    /// [`BondError::AlreadyDisputed`]; [`BondError::TransferFromFailed`], [`BondError::NothingArrived`],
    /// [`BondError::AmountTooLarge`]; [`BondError::NoBond`], [`BondError::DepositTooSmall`], [`BondError::SumTooLarge`].
    pub fn file(
        &mut self,
        caller: Address,
        complaint: &Complaint,
        signature: Signed,
        deposit: Incoming,
        now: u64,
    ) -> Result<Event, BondError> {
        let Complaint { provider, consumer, outcome, evidence, .. } = *complaint;
        self.check_complaint(complaint, signature, now)?;
        let dispute_id = complaint.dispute_id();
        if self.disputes.contains_key(&dispute_id) {
            return Err(BondError::AlreadyDisputed { dispute_id });
        }
        let deposit = receive(deposit)?;
        let bond = self.bond(provider);
        let bond_at_filing = bond.standing(now);
        if bond_at_filing == 0 {
            return Err(BondError::NoBond { provider });
        }
        let required = self.required_deposit(provider, now);
        if deposit < required {
            return Err(BondError::DepositTooSmall { arrived: deposit, required });
        }
        if bond.reserved.checked_add(self.parameters.cap(bond_at_filing)).is_none() {
            return Err(BondError::SumTooLarge);
        }

        let dispute = Dispute {
            provider,
            filed_at: now,
            executable_at: 0,
            status: DisputeStatus::Filed,
            consumer,
            slash_ppm: 0,
            filer: caller,
            bond_at_filing,
            deposit,
            slashed: 0,
            evidence,
        };
        self.disputes.insert(dispute_id, dispute);
        let filer = caller;
        Ok(Event::DisputeFiled { dispute_id, provider, consumer, filer, outcome, evidence, bond_at_filing, deposit })
    }

    /// Rules on a dispute.
    ///
    /// # Errors
    /// [`BondError::WrongDisputeStatus`], [`BondError::RulingPeriodOver`]; [`BondError::SlashOutOfRange`],
    /// [`BondError::RulingExpired`]; or as [`Auditors::require_ruling`].
    pub fn rule(&mut self, ruling: &Ruling, signatures: &[AuditorSignature], now: u64) -> Result<Event, BondError> {
        let dispute_id = ruling.disputeId;
        let dispute = self.require_status(dispute_id, DisputeStatus::Filed)?;
        let deadline = self.last_to_rule(&dispute);
        if now > deadline {
            return Err(BondError::RulingPeriodOver { deadline, timestamp: now });
        }
        let slash_ppm = self.check_share(ruling.slashPpm)?;
        check_deadline(ruling.deadline, now)?;
        self.auditors.require_ruling(self.domain.digest(ruling), signatures)?;

        let executable_at = now + self.auditors.overturn_window();
        self.disputes.insert(dispute_id, Dispute { status: DisputeStatus::Ruled, slash_ppm, executable_at, ..dispute });
        Ok(Event::DisputeRuled { dispute_id, slash_ppm, executable_at })
    }

    /// Replaces a ruling that can still be overturned, for good: it can be executed at once.
    ///
    /// # Errors
    /// [`BondError::WrongDisputeStatus`], [`BondError::OverturnWindowOver`]; [`BondError::SlashOutOfRange`],
    /// [`BondError::RulingExpired`]; or as [`Auditors::require_overturn`].
    pub fn overturn(
        &mut self,
        ruling: &Overturn,
        signatures: &[AuditorSignature],
        now: u64,
    ) -> Result<Event, BondError> {
        let dispute_id = ruling.disputeId;
        let dispute = self.require_status(dispute_id, DisputeStatus::Ruled)?;
        check_window(dispute.executable_at, now)?;
        let slash_ppm = self.check_share(ruling.slashPpm)?;
        check_deadline(ruling.deadline, now)?;
        self.auditors.require_overturn(self.domain.digest(ruling), signatures)?;

        let status = DisputeStatus::Overturned;
        self.disputes.insert(dispute_id, Dispute { status, slash_ppm, executable_at: now, ..dispute });
        Ok(Event::DisputeOverturned { dispute_id, slash_ppm })
    }

    /// Ends a dispute: by its ruling, or as void.
    ///
    /// # Errors
    /// [`BondError::RulingPeriodOpen`]; [`BondError::WrongDisputeStatus`], [`BondError::OverturnWindowOpen`].
    pub fn execute(&mut self, dispute_id: DisputeId, now: u64) -> Result<Event, BondError> {
        let dispute = self.dispute(dispute_id);
        let status = self.end_of(dispute_id, &dispute, now)?;
        let Dispute { provider, consumer, filer, deposit, .. } = dispute;

        let mut slashed = 0;
        if status == DisputeStatus::Upheld {
            slashed = self.slash(&dispute);
            self.give(consumer, slashed);
        }
        self.give(if status == DisputeStatus::Dismissed { provider } else { filer }, deposit);
        self.disputes.insert(dispute_id, Dispute { status, slashed, ..dispute });
        Ok(Event::DisputeEnded { dispute_id, provider, status, slashed })
    }

    /// The caller takes what disputes made its own.
    ///
    /// # Errors
    /// [`BondError::NothingToClaim`]; [`BondError::InvalidRecipient`]; [`BondError::TransferFailed`],
    /// [`BondError::TokenTookMore`].
    pub fn claim(&mut self, caller: Address, to: Address, payment: Outgoing) -> Result<Event, BondError> {
        let amount = self.claimable(caller);
        if amount.is_zero() {
            return Err(BondError::NothingToClaim { owner: caller });
        }
        check_payment(self.domain.bond(), to, amount, payment)?;

        self.claimable.remove(&caller);
        Ok(Event::Claimed { owner: caller, to, amount })
    }

    // -------------------------------------------------------------------------------------------- anchors

    /// The caller puts the state of its log on record.
    ///
    /// # Errors
    /// [`BondError::AnchorNotGrowing`], [`BondError::AmountTooLarge`].
    pub fn anchor(&mut self, caller: Address, root: B256, size: U256, now: u64) -> Result<Event, BondError> {
        let anchors = self.anchors.get(&caller).map_or(&[] as &[_], Vec::as_slice);
        let (index, last) = (anchors.len() as u64, anchors.last().map_or(0, |anchor| anchor.size));
        if size <= U256::from(last) {
            return Err(BondError::AnchorNotGrowing { size, last });
        }
        let size = u128::try_from(size).map_err(|_| BondError::AmountTooLarge { amount: size })?;

        self.anchors.entry(caller).or_default().push(Anchor { root, size, anchored_at: now });
        Ok(Event::Anchored { oracle: caller, index, root, size })
    }

    // -------------------------------------------------------------------------------------------- views

    /// Where signatures count.
    pub const fn domain(&self) -> &BondDomain {
        &self.domain
    }

    /// What is fixed since deployment.
    pub const fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    /// Who rules.
    pub const fn auditors(&self) -> &Auditors {
        &self.auditors
    }

    /// A provider's bond.
    pub fn bond(&self, provider: Address) -> Bond {
        let Some(account) = self.providers.get(&provider) else { return Bond::default() };
        let mut bond = Bond {
            active: account.active,
            unbonding: account.unbonding,
            ever_bonded: account.ever_bonded,
            first_bonded_at: account.first_bonded_at,
            release_at: account.release_at,
            hub: account.hub,
            ..Bond::default()
        };
        for dispute in self.disputes.values().filter(|dispute| dispute.provider == provider) {
            if dispute.is_open() {
                let cap = self.parameters.cap(dispute.bond_at_filing);
                bond.reserved += cap;
                if dispute.filed_at < account.release_at {
                    bond.held += cap;
                }
            } else if dispute.status == DisputeStatus::Upheld {
                bond.upheld += 1;
                bond.ever_slashed += dispute.slashed;
            }
        }
        bond
    }

    /// Whether a provider has staked, and its active bond is at least the least.
    pub fn is_listed(&self, provider: Address) -> bool {
        self.providers.get(&provider).is_some_and(|provider| provider.active >= self.parameters.minimum_bond)
    }

    /// Providers that have ever staked, in the order of their addresses.
    pub fn providers(&self) -> impl ExactSizeIterator<Item = Address> {
        self.providers.keys().copied()
    }

    /// A dispute.
    pub fn dispute(&self, dispute_id: DisputeId) -> Dispute {
        self.disputes.get(&dispute_id).copied().unwrap_or_default()
    }

    /// All disputes, in the order of their ids.
    pub fn disputes(&self) -> impl ExactSizeIterator<Item = (DisputeId, &Dispute)> {
        self.disputes.iter().map(|(dispute_id, dispute)| (*dispute_id, dispute))
    }

    /// What a wallet can claim, in base units.
    pub fn claimable(&self, owner: Address) -> U256 {
        self.claimable.get(&owner).copied().unwrap_or_default()
    }

    /// The least deposit to file a dispute against a provider at `now`, in base units.
    pub fn required_deposit(&self, provider: Address, now: u64) -> u128 {
        self.parameters.required_deposit(self.bond(provider).standing(now))
    }

    /// An oracle's anchors, oldest first.
    pub fn anchors(&self, oracle: Address) -> &[Anchor] {
        self.anchors.get(&oracle).map_or(&[], Vec::as_slice)
    }

    /// An oracle's anchor by its number, counted from 0.
    ///
    /// # Errors
    /// [`BondError::AnchorNotFound`].
    pub fn anchor_at(&self, oracle: Address, index: U256) -> Result<&Anchor, BondError> {
        let anchors = self.anchors(oracle);
        let anchor = usize::try_from(index).ok().and_then(|index| anchors.get(index));
        anchor.ok_or(BondError::AnchorNotFound { oracle, index, count: anchors.len() })
    }

    /// All the contract owes: bonds, deposits of open disputes, and what can be claimed, in base units. Its balance of the
    /// token is never less.
    pub fn owed(&self) -> U256 {
        let bonds = self.providers.values().flat_map(|provider| [provider.active, provider.unbonding]);
        let deposits = self.disputes.values().filter(|dispute| dispute.is_open()).map(|dispute| dispute.deposit);
        let claimable = self.claimable.values().copied().fold(U256::ZERO, |sum, amount| sum + amount);
        bonds.chain(deposits).fold(claimable, |sum, amount| sum + U256::from(amount))
    }

    // -------------------------------------------------------------------------------------------- effects

    /// Adds to a provider's bond, and keeps the provider.
    fn credit(
        &mut self,
        provider: Address,
        mut account: Provider,
        from: Address,
        amount: u128,
    ) -> Result<Event, BondError> {
        // All that is there was bonded once, so where this fits, the rest does.
        account.ever_bonded = account.ever_bonded.checked_add(amount).ok_or(BondError::SumTooLarge)?;
        account.active += amount;
        let active = account.active;
        self.providers.insert(provider, account);
        Ok(Event::Bonded { provider, from, amount, active })
    }

    /// Takes up to a dispute's share from a bond, leaving money first that it can reach, and says how much there was to take.
    fn slash(&mut self, dispute: &Dispute) -> u128 {
        let Some(account) = self.providers.get_mut(&dispute.provider) else { return 0 };
        let amount = share_down(dispute.bond_at_filing, dispute.slash_ppm);
        let from_leaving = if dispute.filed_at < account.release_at { amount.min(account.unbonding) } else { 0 };
        let from_active = (amount - from_leaving).min(account.active);
        account.unbonding -= from_leaving;
        account.active -= from_active;
        from_leaving + from_active
    }

    fn give(&mut self, owner: Address, amount: u128) {
        *self.claimable.entry(owner).or_default() += U256::from(amount);
    }

    // -------------------------------------------------------------------------------------------- checks

    fn check_complaint(&self, complaint: &Complaint, signature: Signed, now: u64) -> Result<(), BondError> {
        let consumer = complaint.consumer;
        if complaint.provider == consumer {
            return Err(BondError::SelfDispute { wallet: consumer });
        }
        if let Some(deadline) = deadline_passed(complaint.deadline, now) {
            return Err(BondError::ComplaintExpired { deadline, timestamp: now });
        }
        let digest = self.domain.digest(complaint);
        if !signature.is_by(consumer, digest) {
            return Err(BondError::InvalidComplaintSignature { consumer, digest });
        }
        Ok(())
    }

    fn check_share(&self, slash_ppm: U256) -> Result<u32, BondError> {
        let maximum = self.parameters.max_slash_ppm;
        let share = u32::try_from(slash_ppm).ok().filter(|share| *share <= maximum);
        share.ok_or(BondError::SlashOutOfRange { slash_ppm, maximum })
    }

    /// As what a dispute ends if it ends now.
    fn end_of(&self, dispute_id: DisputeId, dispute: &Dispute, now: u64) -> Result<DisputeStatus, BondError> {
        let executable_at = dispute.executable_at;
        match dispute.status {
            DisputeStatus::Filed => {
                let deadline = self.last_to_rule(dispute);
                if now <= deadline {
                    return Err(BondError::RulingPeriodOpen { deadline, timestamp: now });
                }
                Ok(DisputeStatus::Void)
            }
            DisputeStatus::Ruled | DisputeStatus::Overturned => {
                if now < executable_at {
                    return Err(BondError::OverturnWindowOpen { executable_at, timestamp: now });
                }
                Ok(if dispute.slash_ppm == 0 { DisputeStatus::Dismissed } else { DisputeStatus::Upheld })
            }
            actual => Err(BondError::WrongDisputeStatus { dispute_id, actual, required: DisputeStatus::Ruled }),
        }
    }

    /// Last second at which a ruling can come.
    const fn last_to_rule(&self, dispute: &Dispute) -> u64 {
        dispute.filed_at + self.parameters.ruling_period
    }

    fn require_status(&self, dispute_id: DisputeId, required: DisputeStatus) -> Result<Dispute, BondError> {
        let dispute = self.dispute(dispute_id);
        if dispute.status != required {
            return Err(BondError::WrongDisputeStatus { dispute_id, actual: dispute.status, required });
        }
        Ok(dispute)
    }
}

/// What counts of a transfer.
fn receive(Incoming { amount, arrived }: Incoming) -> Result<u128, BondError> {
    let arrived = arrived.ok_or(BondError::TransferFromFailed)?;
    if arrived.is_zero() {
        return Err(BondError::NothingArrived { amount });
    }
    u128::try_from(arrived).map_err(|_| BondError::AmountTooLarge { amount: arrived })
}

fn check_payment(bond: Address, to: Address, amount: U256, payment: Outgoing) -> Result<(), BondError> {
    if to.is_zero() || to == bond {
        return Err(BondError::InvalidRecipient { to });
    }
    match payment {
        Outgoing::Exact => Ok(()),
        Outgoing::TookMore(fee) if fee.is_zero() => Ok(()),
        Outgoing::TookMore(fee) => Err(BondError::TokenTookMore { taken: amount + fee, amount }),
        Outgoing::Refused => Err(BondError::TransferFailed),
    }
}
