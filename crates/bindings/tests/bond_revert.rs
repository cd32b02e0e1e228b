//! Each refusal of the bond and of the auditors is met, from the data a contract reverts with.

#![allow(clippy::unwrap_used, reason = "a test")]

use alloy_primitives::{Address, B256, Bytes, U256, hex};
use alloy_sol_types::SolError;
use barter_bindings::{AuditorQuorum, BarterBond, ContractError, TestDollar};
use barter_protocol::{
    BondError,
    bond::{DisputeStatus, RulingStatus},
};

const ID: B256 = B256::repeat_byte(0x1d);
const ALICE: Address = Address::repeat_byte(0xa1);
const BOB: Address = Address::repeat_byte(0xb0);

fn number(value: u64) -> U256 {
    U256::from(value)
}

fn refused(error: &impl SolError) -> BondError {
    match ContractError::decode(&error.abi_encode()) {
        ContractError::BondRefused(error) => error,
        other => panic!("{other:?}"),
    }
}

#[test]
fn refusals_of_the_bond_are_the_protocols() {
    let (n1, n2) = (number(1), number(2));
    let name = "token".to_owned();
    assert_eq!(
        refused(&BarterBond::InvalidParameter { name: name.clone(), value: n1 }),
        BondError::InvalidParameter { name, value: n1 }
    );
    assert_eq!(
        refused(&BarterBond::HubLength { length: n1, maximum: n2 }),
        BondError::HubLength { length: 1, maximum: 2 }
    );
    assert_eq!(refused(&BarterBond::AlreadyBonded { provider: ALICE }), BondError::AlreadyBonded { provider: ALICE });
    assert_eq!(refused(&BarterBond::NeverBonded { provider: ALICE }), BondError::NeverBonded { provider: ALICE });
    assert_eq!(refused(&BarterBond::NothingArrived { amount: n1 }), BondError::NothingArrived { amount: n1 });
    assert_eq!(refused(&BarterBond::AmountTooLarge { amount: n1 }), BondError::AmountTooLarge { amount: n1 });
    assert_eq!(
        refused(&BarterBond::UnbondingOutOfRange { amount: U256::MAX, active: n2 }),
        BondError::UnbondingOutOfRange { amount: U256::MAX, active: 2 }
    );
    assert_eq!(
        refused(&BarterBond::StillUnbonding { releaseAt: n1, timestamp: n2 }),
        BondError::StillUnbonding { release_at: 1, timestamp: 2 }
    );
    assert_eq!(
        refused(&BarterBond::NothingToWithdraw { unbonding: n1, held: n2 }),
        BondError::NothingToWithdraw { unbonding: 1, held: 2 }
    );
    assert_eq!(refused(&BarterBond::NothingToClaim { owner: ALICE }), BondError::NothingToClaim { owner: ALICE });
    assert_eq!(refused(&BarterBond::InvalidRecipient { to: ALICE }), BondError::InvalidRecipient { to: ALICE });
    assert_eq!(
        refused(&BarterBond::TokenTookMore { taken: n1, amount: n2 }),
        BondError::TokenTookMore { taken: n1, amount: n2 }
    );
    assert_eq!(
        refused(&BarterBond::AnchorNotGrowing { size: n1, last: n2 }),
        BondError::AnchorNotGrowing { size: n1, last: 2 }
    );
    assert_eq!(
        refused(&BarterBond::AnchorNotFound { oracle: ALICE, index: n1, count: n2 }),
        BondError::AnchorNotFound { oracle: ALICE, index: n1, count: 2 }
    );
}

#[test]
fn refusals_of_disputes_are_the_protocols() {
    let (n1, n2) = (number(1), number(2));
    assert_eq!(refused(&BarterBond::NoBond { provider: ALICE }), BondError::NoBond { provider: ALICE });
    assert_eq!(refused(&BarterBond::SelfDispute { wallet: ALICE }), BondError::SelfDispute { wallet: ALICE });
    assert_eq!(
        refused(&BarterBond::ComplaintExpired { deadline: n1, timestamp: n2 }),
        BondError::ComplaintExpired { deadline: 1, timestamp: 2 }
    );
    assert_eq!(
        refused(&BarterBond::InvalidComplaintSignature { consumer: ALICE, digest: ID }),
        BondError::InvalidComplaintSignature { consumer: ALICE, digest: ID }
    );
    assert_eq!(refused(&BarterBond::AlreadyDisputed { disputeId: ID }), BondError::AlreadyDisputed { dispute_id: ID });
    assert_eq!(
        refused(&BarterBond::DepositTooSmall { arrived: n1, required: n2 }),
        BondError::DepositTooSmall { arrived: 1, required: 2 }
    );
    assert_eq!(
        refused(&BarterBond::WrongDisputeStatus { disputeId: ID, actual: 6, required: 1 }),
        BondError::WrongDisputeStatus { dispute_id: ID, actual: DisputeStatus::Void, required: DisputeStatus::Filed }
    );
    assert_eq!(
        refused(&BarterBond::RulingPeriodOver { deadline: n1, timestamp: n2 }),
        BondError::RulingPeriodOver { deadline: 1, timestamp: 2 }
    );
    assert_eq!(
        refused(&BarterBond::RulingPeriodOpen { deadline: n1, timestamp: n2 }),
        BondError::RulingPeriodOpen { deadline: 1, timestamp: 2 }
    );
    assert_eq!(
        refused(&BarterBond::SlashOutOfRange { slashPpm: U256::MAX, maximum: n2 }),
        BondError::SlashOutOfRange { slash_ppm: U256::MAX, maximum: 2 }
    );
    // Those of the auditors that the bond has too.
    assert_eq!(
        refused(&BarterBond::RulingExpired { deadline: n1, timestamp: n2 }),
        BondError::RulingExpired { deadline: 1, timestamp: 2 }
    );
    assert_eq!(
        refused(&BarterBond::OverturnWindowOver { executableAt: n1, timestamp: n2 }),
        BondError::OverturnWindowOver { executable_at: 1, timestamp: 2 }
    );
    assert_eq!(
        refused(&BarterBond::OverturnWindowOpen { executableAt: n1, timestamp: n2 }),
        BondError::OverturnWindowOpen { executable_at: 1, timestamp: 2 }
    );
}

#[test]
fn refusals_of_the_auditors_are_the_protocols() {
    let (n1, n2, n3) = (number(1), number(2), number(3));
    assert_eq!(
        refused(&AuditorQuorum::AuditorCount { count: n1, maximum: n2 }),
        BondError::AuditorCount { count: 1, maximum: 2 }
    );
    assert_eq!(
        refused(&AuditorQuorum::AuditorsNotAscending { auditor: BOB }),
        BondError::AuditorsNotAscending { auditor: BOB }
    );
    assert_eq!(
        refused(&AuditorQuorum::InvalidThresholds { threshold: n1, overturnThreshold: n2, auditors: n3 }),
        BondError::InvalidThresholds { threshold: 1, overturn_threshold: 2, auditors: 3 }
    );
    assert_eq!(
        refused(&AuditorQuorum::InvalidWindow { window: n1, maximum: n2 }),
        BondError::InvalidWindow { window: 1, maximum: 2 }
    );
    assert_eq!(
        refused(&AuditorQuorum::SignaturesNotAscending { auditor: BOB }),
        BondError::SignaturesNotAscending { auditor: BOB }
    );
    assert_eq!(refused(&AuditorQuorum::NotAuditor { signer: BOB }), BondError::NotAuditor { signer: BOB });
    assert_eq!(
        refused(&AuditorQuorum::InvalidAuditorSignature { auditor: BOB, digest: ID }),
        BondError::InvalidAuditorSignature { auditor: BOB, digest: ID }
    );
    assert_eq!(
        refused(&AuditorQuorum::TooFewAuditors { given: n1, needed: n2 }),
        BondError::TooFewAuditors { given: 1, needed: 2 }
    );
    assert_eq!(
        refused(&AuditorQuorum::NotInDispute { core: ALICE, tradeId: ID }),
        BondError::NotInDispute { core: ALICE, trade_id: ID }
    );
    assert_eq!(
        refused(&AuditorQuorum::NotPartyOfTrade { core: ALICE, tradeId: ID, wallet: BOB }),
        BondError::NotPartyOfTrade { core: ALICE, trade_id: ID, wallet: BOB }
    );
    assert_eq!(
        refused(&AuditorQuorum::WrongRulingStatus { core: ALICE, tradeId: ID, actual: 3, required: 1 }),
        BondError::WrongRulingStatus {
            core: ALICE,
            trade_id: ID,
            actual: RulingStatus::Executed,
            required: RulingStatus::Ruled
        }
    );
}

#[test]
fn what_the_token_refuses_is_told() {
    // solady's, in assembly: TransferFromFailed() and TransferFailed().
    let decode = |data: [u8; 4]| ContractError::decode(&data);
    assert_eq!(decode(hex!("7939f424")), BondError::TransferFromFailed.into());
    assert_eq!(decode(hex!("90b8ec18")), BondError::TransferFailed.into());
    let (amount, maximum) = (number(3), number(2));
    let too_much = ContractError::decode(&TestDollar::TooMuch { amount, maximum }.abi_encode());
    assert_eq!(too_much, ContractError::TooMuch { amount, maximum });
    assert_eq!(ContractError::decode(&BarterBond::Reentrancy {}.abi_encode()), ContractError::Reentrancy);
}

#[test]
fn values_that_no_contract_has_are_kept_as_they_are() {
    let status = BarterBond::WrongDisputeStatus { disputeId: ID, actual: 7, required: 1 }.abi_encode();
    let wide = BarterBond::DepositTooSmall { arrived: U256::MAX, required: number(1) }.abi_encode();
    for data in [status, wide] {
        let data = Bytes::from(data);
        assert_eq!(ContractError::decode(&data), ContractError::Unknown { data });
    }
}
