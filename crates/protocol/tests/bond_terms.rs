//! What consumers and auditors sign, and the numbers of statuses. (The digests themselves are compared with the contracts'
//! on the bytecode, in `barter-sim`.)

use alloy_primitives::{Address, B256, U256, keccak256};
use alloy_sol_types::SolStruct;
use barter_protocol::bond::{
    BondDomain, BondError, Complaint, DisputeStatus, Overturn, QuorumDomain, Ruling, RulingStatus, TradeOverturn,
    TradeRuling, dispute_id_of,
};

const PROVIDER: Address = Address::repeat_byte(0xa1);
const CONSUMER: Address = Address::repeat_byte(0xb0);
const CONTRACT: Address = Address::repeat_byte(0xc0);
const OUTCOME: B256 = B256::repeat_byte(7);

#[test]
fn types_are_those_of_the_contracts() {
    let types = [
        (
            Complaint::eip712_root_type(),
            "Complaint(address provider,address consumer,bytes32 outcome,bytes32 evidence,uint256 deadline)",
        ),
        (Ruling::eip712_root_type(), "Ruling(bytes32 disputeId,uint256 slashPpm,uint256 deadline)"),
        (Overturn::eip712_root_type(), "Overturn(bytes32 disputeId,uint256 slashPpm,uint256 deadline)"),
        (TradeRuling::eip712_root_type(), "TradeRuling(address core,bytes32 tradeId,address atFault,uint256 deadline)"),
        (
            TradeOverturn::eip712_root_type(),
            "TradeOverturn(address core,bytes32 tradeId,address atFault,uint256 deadline)",
        ),
    ];
    for (ours, theirs) in types {
        assert_eq!(ours, theirs);
    }
}

/// What a signature is for says where it counts: chain, contract, dispute, ruling or overturning, and until when.
#[test]
fn nothing_signed_counts_elsewhere() {
    let domains = [BondDomain::new(1, CONTRACT), BondDomain::new(2, CONTRACT), BondDomain::new(1, PROVIDER)];
    let ids = [dispute_id_of(PROVIDER, CONSUMER, OUTCOME), dispute_id_of(CONSUMER, PROVIDER, OUTCOME)];
    let mut digests = Vec::new();
    for domain in domains {
        for outcome in [OUTCOME, B256::ZERO] {
            digests.push(domain.digest(&Complaint::new(PROVIDER, CONSUMER, outcome, OUTCOME, 9)));
        }
        for (id, ppm, deadline) in [(ids[0], 1, 9), (ids[1], 1, 9), (ids[0], 2, 9), (ids[0], 1, 8)] {
            digests.push(domain.digest(&Ruling::new(id, ppm, deadline)));
            digests.push(domain.digest(&Overturn::new(id, ppm, deadline)));
        }
    }
    for domain in [QuorumDomain::new(1, CONTRACT), QuorumDomain::new(2, CONTRACT), QuorumDomain::new(1, PROVIDER)] {
        for (core, trade_id, at_fault, deadline) in [
            (CONTRACT, OUTCOME, PROVIDER, 9),
            (CONSUMER, OUTCOME, PROVIDER, 9),
            (CONTRACT, B256::ZERO, PROVIDER, 9),
            (CONTRACT, OUTCOME, Address::ZERO, 9),
            (CONTRACT, OUTCOME, PROVIDER, 8),
        ] {
            digests.push(domain.digest(&TradeRuling::new(core, trade_id, at_fault, deadline)));
            digests.push(domain.digest(&TradeOverturn::new(core, trade_id, at_fault, deadline)));
        }
    }
    let count = digests.len();
    digests.sort_unstable();
    digests.dedup();
    assert_eq!(digests.len(), count);
}

#[test]
fn a_digest_is_eip_712s() {
    let complaint = Complaint::new(PROVIDER, CONSUMER, OUTCOME, B256::ZERO, 9);
    let domain = BondDomain::new(31_337, CONTRACT);
    assert_eq!(domain.digest(&complaint), complaint.eip712_signing_hash(&domain.eip712()));
    assert_eq!((domain.chain_id(), domain.bond()), (31_337, CONTRACT));
    let ruling = TradeRuling::new(CONTRACT, OUTCOME, PROVIDER, 9);
    let domain = QuorumDomain::new(31_337, CONTRACT);
    assert_eq!(domain.digest(&ruling), ruling.eip712_signing_hash(&domain.eip712()));
    assert_eq!((domain.chain_id(), domain.quorum()), (31_337, CONTRACT));
    assert_eq!(complaint.deadline, U256::from(9));
}

#[test]
fn a_disputes_id_is_a_word_for_each_of_three() {
    let words = [PROVIDER.into_word(), CONSUMER.into_word(), OUTCOME].concat();
    assert_eq!(dispute_id_of(PROVIDER, CONSUMER, OUTCOME), keccak256(words));
    assert_eq!(
        Complaint::new(PROVIDER, CONSUMER, OUTCOME, B256::ZERO, 9).dispute_id(),
        dispute_id_of(PROVIDER, CONSUMER, OUTCOME)
    );
}

#[test]
fn numbers_of_statuses_are_the_contracts() {
    for code in 0..7 {
        let status = DisputeStatus::try_from(code);
        assert_eq!(status.as_ref().map(|status| status.code()), Ok(code));
        assert_eq!(status.map(DisputeStatus::is_final), Ok(code > 3));
    }
    assert_eq!(DisputeStatus::try_from(7), Err(BondError::UnknownDisputeStatus { code: 7 }));
    for code in 0..4 {
        assert_eq!(RulingStatus::try_from(code).map(RulingStatus::code), Ok(code));
    }
    assert_eq!(RulingStatus::try_from(4), Err(BondError::UnknownRulingStatus { code: 4 }));
}
