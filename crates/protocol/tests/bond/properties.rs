//! What holds whatever happens.

use std::collections::BTreeMap;

use alloy_primitives::{Address, B256, U256};
use barter_protocol::{
    BondError,
    bond::{
        Auditors, BarterBond, BondDomain, Complaint, DisputeId, DisputeStatus, Event, Incoming, Outgoing, Parameters,
        share_down, share_up,
    },
    limits::PPM,
};
use proptest::prelude::*;

use crate::common::{
    AUDITORS, CONTRACT, DAY, FILER, NOW, PROVIDER, complaint, empty, money, overturn, parameters, rule, signed,
};

#[derive(Clone, Copy, Debug)]
enum Operation {
    Stake { provider: u8, amount: u64 },
    TopUp { provider: u8, amount: u64, fee: u8 },
    Unbond { provider: u8, share: u8 },
    Withdraw { provider: u8 },
    File { provider: u8, consumer: u8, outcome: u8, deposit: u64 },
    Rule { dispute: u8, share: u8 },
    Overturn { dispute: u8, share: u8 },
    Execute { dispute: u8 },
    Claim { owner: u8 },
    Wait { seconds: u64 },
}

fn operation() -> impl Strategy<Value = Operation> {
    use Operation as O;
    let wallet = || 0_u8..4;
    let amount = || prop_oneof![4 => 1..10_000_u64, 2 => any::<u64>()];
    prop_oneof![
        2 => (wallet(), amount()).prop_map(|(provider, amount)| O::Stake { provider, amount }),
        2 => (wallet(), amount(), any::<u8>()).prop_map(|(provider, amount, fee)| O::TopUp { provider, amount, fee }),
        3 => (wallet(), any::<u8>()).prop_map(|(provider, share)| O::Unbond { provider, share }),
        3 => wallet().prop_map(|provider| O::Withdraw { provider }),
        6 => (wallet(), wallet(), 0_u8..4, amount())
            .prop_map(|(provider, consumer, outcome, deposit)| O::File { provider, consumer, outcome, deposit }),
        5 => (any::<u8>(), any::<u8>()).prop_map(|(dispute, share)| O::Rule { dispute, share }),
        2 => (any::<u8>(), any::<u8>()).prop_map(|(dispute, share)| O::Overturn { dispute, share }),
        5 => any::<u8>().prop_map(|dispute| O::Execute { dispute }),
        3 => wallet().prop_map(|owner| O::Claim { owner }),
        5 => (0..12_u64).prop_map(|seconds| O::Wait { seconds }),
    ]
}

/// A contract whose every number is small, what it holds of the token, and what was seen of it.
struct World {
    bond: BarterBond,
    held: U256,
    withdrawn: BTreeMap<Address, u128>,
    ids: Vec<DisputeId>,
    now: u64,
}

impl World {
    fn new(max_slash_ppm: u32, deposit_ppm: u32) -> Self {
        let parameters = Parameters {
            minimum_bond: 100,
            minimum_deposit: 3,
            deposit_ppm,
            max_slash_ppm,
            unbonding_delay: 20,
            ruling_period: 10,
            ..parameters()
        };
        let auditors = Auditors::new(AUDITORS.to_vec(), 2, 3, 5).unwrap();
        let bond = BarterBond::new(BondDomain::new(1, CONTRACT), parameters, auditors).unwrap();
        Self { bond, held: U256::ZERO, withdrawn: BTreeMap::new(), ids: Vec::new(), now: NOW }
    }

    fn wallet(index: u8) -> Address {
        Address::repeat_byte(0xa0 + index)
    }

    fn pick(&self, index: u8) -> DisputeId {
        self.ids.get(usize::from(index) % self.ids.len().max(1)).copied().unwrap_or_default()
    }

    fn share(&self, share: u8) -> u32 {
        u32::try_from(u64::from(self.bond.parameters().max_slash_ppm) * u64::from(share) / 255).unwrap()
    }

    fn perform(&mut self, operation: Operation) -> Result<(), BondError> {
        let now = self.now;
        match operation {
            Operation::Stake { provider, amount } => {
                self.bond.stake(Self::wallet(provider), "hub", money(amount.into()), now)?;
                self.held += U256::from(amount);
            }
            Operation::TopUp { provider, amount, fee } => {
                let arrived = U256::from(amount.saturating_sub(fee.into()));
                let transfer = Incoming { amount: U256::from(amount), arrived: Some(arrived) };
                self.bond.top_up(FILER, Self::wallet(provider), transfer)?;
                self.held += arrived;
            }
            Operation::Unbond { provider, share } => {
                let provider = Self::wallet(provider);
                let amount = self.bond.bond(provider).active * u128::from(share) / 200;
                self.bond.unbond(provider, U256::from(amount), now)?;
            }
            Operation::Withdraw { provider } => {
                let provider = Self::wallet(provider);
                let before = self.bond.bond(provider);
                let Event::Withdrawn { amount, .. } = self.bond.withdraw(provider, FILER, Outgoing::Exact, now)? else {
                    panic!("another event")
                };
                self.held -= U256::from(amount);
                *self.withdrawn.entry(provider).or_default() += amount;
                // What disputes can take stays that began before the delay was over, even if the later ones take theirs first.
                let (left, later) = (self.bond.bond(provider), before.reserved - before.held);
                assert!(left.active.saturating_sub(later) + left.unbonding >= before.held);
                assert!(now >= before.release_at);
            }
            Operation::File { provider, consumer, outcome, deposit } => {
                let (provider, consumer) = (Self::wallet(provider), Self::wallet(consumer));
                let complaint = Complaint::new(provider, consumer, B256::repeat_byte(outcome), B256::ZERO, u64::MAX);
                let required = self.bond.required_deposit(provider, now);
                let signature = signed(&self.bond, &complaint);
                self.bond.file(FILER, &complaint, signature, money(u128::from(deposit)), now)?;
                assert!(u128::from(deposit) >= required && required >= 3);
                self.held += U256::from(deposit);
                self.ids.push(complaint.dispute_id());
            }
            Operation::Rule { dispute, share } => {
                let (dispute_id, share) = (self.pick(dispute), self.share(share));
                rule(&mut self.bond, dispute_id, share, now)?;
            }
            Operation::Overturn { dispute, share } => {
                let (dispute_id, share) = (self.pick(dispute), self.share(share));
                overturn(&mut self.bond, dispute_id, share, now)?;
            }
            Operation::Execute { dispute } => {
                let dispute_id = self.pick(dispute);
                let owners: Vec<_> = (0..4).map(Self::wallet).chain([FILER]).collect();
                let sum = |bond: &BarterBond| owners.iter().fold(U256::ZERO, |sum, owner| sum + bond.claimable(*owner));
                let before = sum(&self.bond);
                self.bond.execute(dispute_id, now)?;
                let ended = self.bond.dispute(dispute_id);
                // Deposit and slash become somebody's own, and nothing else does.
                assert_eq!(sum(&self.bond) - before, U256::from(ended.deposit) + U256::from(ended.slashed));
            }
            Operation::Claim { owner } => {
                let amount = self.bond.claimable(Self::wallet(owner));
                self.bond.claim(Self::wallet(owner), FILER, Outgoing::Exact)?;
                self.held -= amount;
            }
            Operation::Wait { seconds } => self.now += seconds,
        }
        Ok(())
    }

    /// What holds after every call, whatever it was.
    fn check(&self, before: &BarterBond) {
        let bond = &self.bond;
        assert_eq!(bond.owed(), self.held, "every base unit is somebody's");
        for provider in bond.providers() {
            let (old, new) = (before.bond(provider), bond.bond(provider));
            assert!(new.ever_bonded >= old.ever_bonded && new.ever_slashed >= old.ever_slashed, "nothing is forgotten");
            assert!(new.upheld >= old.upheld);
            if old.first_bonded_at != 0 {
                assert_eq!((new.first_bonded_at, new.hub), (old.first_bonded_at, old.hub), "declared for good");
            }
            let gone = self.withdrawn.get(&provider).copied().unwrap_or_default() + new.ever_slashed;
            assert_eq!(new.total() + gone, new.ever_bonded, "what was bonded is there, withdrawn or slashed");
            if new.ever_bonded > old.ever_bonded {
                assert_eq!(new.ever_slashed, old.ever_slashed, "a top-up hides no slash");
            }
        }
        for (dispute_id, dispute) in bond.disputes() {
            let old = before.dispute(dispute_id);
            assert!(!old.status.is_final() || old == *dispute, "a dispute ends once");
            assert!(old.status <= dispute.status, "a dispute goes forward only");
            let most = share_down(dispute.bond_at_filing, bond.parameters().max_slash_ppm);
            assert!(dispute.slashed <= most, "never more than the cap of what stood at filing");
            assert_eq!(dispute.slashed > 0, dispute.status == DisputeStatus::Upheld && dispute.slashed > 0);
            if dispute.status == DisputeStatus::Upheld && old.status != DisputeStatus::Upheld {
                let full = share_down(dispute.bond_at_filing, dispute.slash_ppm);
                let there = before.bond(dispute.provider).standing(dispute.filed_at);
                assert_eq!(dispute.slashed, full.min(there), "all of it, or what was left");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 100, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_it_adds_up(
        operations in prop::collection::vec(operation(), 1..120),
        max_slash_ppm in prop_oneof![Just(100_000_u32), Just(PPM), 1..=PPM],
        deposit_ppm in prop_oneof![Just(10_000_u32), Just(0), 0..=PPM],
    ) {
        let mut world = World::new(max_slash_ppm, deposit_ppm);
        for operation in operations {
            let before = world.bond.clone();
            if world.perform(operation).is_err() {
                prop_assert_eq!(&world.bond, &before, "a refused call changes nothing");
            }
            world.check(&before);
        }
    }

    /// A dispute that was filed while money was there finds it, however fast the provider tries to leave.
    #[test]
    fn leaving_saves_nothing_from_a_dispute(amount in 1..=u64::MAX, share in 1..=100_000_u32, early in any::<bool>()) {
        let mut bond = empty();
        bond.stake(PROVIDER, "hub", money(amount.into()), NOW).unwrap();
        if early {
            bond.unbond(PROVIDER, U256::from(amount), NOW).unwrap();
        }
        let filed_at = NOW + 28 * DAY - 1;
        let complaint = complaint(1);
        let deposit = bond.required_deposit(PROVIDER, filed_at);
        bond.file(FILER, &complaint, signed(&bond, &complaint), money(deposit), filed_at).unwrap();
        if !early {
            bond.unbond(PROVIDER, U256::from(amount), filed_at).unwrap();
        }
        let ruled_at = filed_at + 14 * DAY;
        let _ = bond.withdraw(PROVIDER, PROVIDER, Outgoing::Exact, ruled_at);
        rule(&mut bond, complaint.dispute_id(), share, ruled_at).unwrap();
        let _ = bond.withdraw(PROVIDER, PROVIDER, Outgoing::Exact, ruled_at + 2 * DAY);
        bond.execute(complaint.dispute_id(), ruled_at + 2 * DAY).unwrap();
        prop_assert_eq!(bond.dispute(complaint.dispute_id()).slashed, share_down(amount.into(), share));
    }

    #[test]
    fn shares_are_exact(amount in any::<u128>(), shift in 0..128_u32, ppm in prop_oneof![Just(0), Just(PPM), 0..=PPM]) {
        let amount = amount >> shift;
        let (product, all) = (U256::from(amount) * U256::from(ppm), U256::from(PPM));
        prop_assert_eq!(U256::from(share_down(amount, ppm)), product / all);
        prop_assert_eq!(U256::from(share_up(amount, ppm)), product.div_ceil(all));
    }
}
