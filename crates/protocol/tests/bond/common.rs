//! A bond to try things with, and its wallets.

use alloy_primitives::{Address, B256, U256};
use barter_protocol::{
    BondError,
    bond::{
        AuditorSignature, Auditors, BarterBond, BondDomain, Complaint, DisputeId, Event, Incoming, Overturn,
        Parameters, Ruling, Signed,
    },
};

pub(crate) const NOW: u64 = 1_780_000_000;
pub(crate) const TOKEN: Address = Address::repeat_byte(0x70);
pub(crate) const CONTRACT: Address = Address::repeat_byte(0xc0);
pub(crate) const QUORUM: Address = Address::repeat_byte(0xc1);
pub(crate) const CORE: Address = Address::repeat_byte(0xc2);
pub(crate) const PROVIDER: Address = Address::repeat_byte(0xa1);
pub(crate) const CONSUMER: Address = Address::repeat_byte(0xb0);
pub(crate) const FILER: Address = Address::repeat_byte(0xf1);
pub(crate) const STRANGER: Address = Address::repeat_byte(0x57);
pub(crate) const AUDITORS: [Address; 3] = [Address::repeat_byte(1), Address::repeat_byte(2), Address::repeat_byte(3)];
pub(crate) const DOLLAR: u128 = 1_000_000;
pub(crate) const DAY: u64 = 24 * 60 * 60;

pub(crate) fn auditors() -> Auditors {
    Auditors::new(AUDITORS.to_vec(), 2, 3, Parameters::OVERTURN_WINDOW).unwrap()
}

pub(crate) fn parameters() -> Parameters {
    Parameters::new(TOKEN, QUORUM, Parameters::MINIMUM_BOND_ON_TEST_NETWORKS)
}

pub(crate) fn empty() -> BarterBond {
    BarterBond::new(BondDomain::new(1, CONTRACT), parameters(), auditors()).unwrap()
}

pub(crate) fn money(units: u128) -> Incoming {
    Incoming::all(U256::from(units))
}

/// A bond of $2,000.
pub(crate) fn bonded() -> BarterBond {
    let mut bond = empty();
    bond.stake(PROVIDER, "https://hub.example", money(2_000 * DOLLAR), NOW).unwrap();
    bond
}

pub(crate) fn complaint(outcome: u8) -> Complaint {
    Complaint::new(PROVIDER, CONSUMER, B256::repeat_byte(outcome), B256::ZERO, NOW + 365 * DAY)
}

pub(crate) fn signed(bond: &BarterBond, complaint: &Complaint) -> Signed {
    Signed { signer: complaint.consumer, digest: bond.domain().digest(complaint) }
}

pub(crate) fn file(bond: &mut BarterBond, outcome: u8, now: u64) -> DisputeId {
    let complaint = complaint(outcome);
    bond.file(FILER, &complaint, signed(bond, &complaint), money(20 * DOLLAR), now).unwrap();
    complaint.dispute_id()
}

pub(crate) fn by(auditors: &[Address], digest: B256) -> Vec<AuditorSignature> {
    auditors
        .iter()
        .map(|&auditor| AuditorSignature { auditor, signature: Signed { signer: auditor, digest } })
        .collect()
}

pub(crate) fn rule(bond: &mut BarterBond, id: DisputeId, slash_ppm: u32, now: u64) -> Result<Event, BondError> {
    let ruling = Ruling::new(id, slash_ppm, now);
    bond.rule(&ruling, &by(&AUDITORS[..2], bond.domain().digest(&ruling)), now)
}

pub(crate) fn overturn(bond: &mut BarterBond, id: DisputeId, slash_ppm: u32, now: u64) -> Result<Event, BondError> {
    let ruling = Overturn::new(id, slash_ppm, now);
    bond.overturn(&ruling, &by(&AUDITORS, bond.domain().digest(&ruling)), now)
}
