//! Every view of the bond and of the quorum beside the values'.

use std::fmt::Debug;

use alloy_primitives::{Address, B256, FixedBytes, U256};
use alloy_sol_types::SolCall;
use barter_bindings::{AuditorQuorum, BarterBond, ContractError, IAuditorQuorum, IBarterBond, TestDollar};
use barter_protocol::{
    Ledger, TradeId,
    bond::{self, Bond, BondError, Dispute, DisputeId},
};

use crate::model::{views::expected, witness::Question};

use super::token::Token;

/// What EIP-5267 says of a domain with name, version, chain and contract.
const DOMAIN_FIELDS: FixedBytes<1> = FixedBytes([0x0f]);

/// What is fixed at deployment.
pub(super) fn fixed(bond: &bond::BarterBond, quorum: &bond::AuditorQuorum, wallets: &[Address]) -> Vec<Question> {
    let (parameters, auditors) = (bond.parameters(), bond.auditors());
    let (at_bond, at_quorum) = (bond.domain().bond(), quorum.domain().quorum());
    let (number, time) = (U256::from::<u128>, U256::from::<u64>);
    let mut questions = vec![
        ask(at_bond, &BarterBond::TOKENCall {}, parameters.token),
        ask(at_bond, &BarterBond::QUORUMCall {}, at_quorum),
        ask(at_bond, &BarterBond::MINIMUM_BONDCall {}, number(parameters.minimum_bond)),
        ask(at_bond, &BarterBond::MINIMUM_DEPOSITCall {}, number(parameters.minimum_deposit)),
        ask(at_bond, &BarterBond::DEPOSIT_PPMCall {}, U256::from(parameters.deposit_ppm)),
        ask(at_bond, &BarterBond::MAX_SLASH_PPMCall {}, U256::from(parameters.max_slash_ppm)),
        ask(at_bond, &BarterBond::UNBONDING_DELAYCall {}, time(parameters.unbonding_delay)),
        ask(at_bond, &BarterBond::RULING_PERIODCall {}, time(parameters.ruling_period)),
        ask(at_bond, &BarterBond::OVERTURN_WINDOWCall {}, time(auditors.overturn_window())),
        ask(at_quorum, &AuditorQuorum::THRESHOLDCall {}, U256::from(auditors.threshold())),
        ask(at_quorum, &AuditorQuorum::OVERTURN_THRESHOLDCall {}, U256::from(auditors.overturn_threshold())),
        ask(at_quorum, &AuditorQuorum::OVERTURN_WINDOWCall {}, time(auditors.overturn_window())),
        ask(at_quorum, &AuditorQuorum::auditorsCall {}, auditors.list().to_vec()),
        ask(
            at_bond,
            &BarterBond::eip712DomainCall {},
            BarterBond::eip712DomainReturn {
                fields: DOMAIN_FIELDS,
                name: "Barter Bond".to_owned(),
                version: "1".to_owned(),
                chainId: time(bond.domain().chain_id()),
                verifyingContract: at_bond,
                salt: B256::ZERO,
                extensions: Vec::new(),
            },
        ),
        ask(
            at_quorum,
            &AuditorQuorum::eip712DomainCall {},
            AuditorQuorum::eip712DomainReturn {
                fields: DOMAIN_FIELDS,
                name: "Barter Auditors".to_owned(),
                version: "1".to_owned(),
                chainId: time(quorum.domain().chain_id()),
                verifyingContract: at_quorum,
                salt: B256::ZERO,
                extensions: Vec::new(),
            },
        ),
    ];
    questions.extend(
        wallets
            .iter()
            .map(|&wallet| ask(at_quorum, &AuditorQuorum::isAuditorCall { wallet }, auditors.is_auditor(wallet))),
    );
    questions
}

/// Every view of a wallet at `now`.
pub(super) fn wallet(questions: &mut Vec<Question>, bond: &bond::BarterBond, token: &Token, wallet: Address, now: u64) {
    let at_bond = bond.domain().bond();
    let provider = wallet;
    questions.extend([
        ask(at_bond, &BarterBond::getBondCall { provider }, bond_seen(&bond.bond(provider))),
        ask(at_bond, &BarterBond::isListedCall { provider }, bond.is_listed(provider)),
        ask(at_bond, &BarterBond::claimableCall { owner: wallet }, bond.claimable(wallet)),
        ask(at_bond, &BarterBond::requiredDepositCall { provider }, U256::from(bond.required_deposit(provider, now))),
    ]);
    let anchors = bond.anchors(wallet);
    questions.push(ask(at_bond, &BarterBond::anchorCountCall { oracle: wallet }, U256::from(anchors.len())));
    for index in (0..=anchors.len()).map(U256::from).chain([U256::MAX]) {
        let anchor = bond.anchor_at(wallet, index).map_err(refused_bond).map(|anchor| IBarterBond::Anchor {
            root: anchor.root,
            size: anchor.size,
            anchoredAt: anchor.anchored_at.into(),
        });
        questions.push(Question::new(at_bond, &BarterBond::getAnchorCall { oracle: wallet, index }, anchor));
    }
    if !wallet.is_zero() {
        questions.push(ask(token.address, &TestDollar::balanceOfCall { owner: wallet }, token.balance(wallet)));
    }
    if !token.is_strange {
        let call = TestDollar::allowanceCall { owner: wallet, spender: at_bond };
        questions.push(ask(token.address, &call, token.allowance(wallet)));
    }
}

/// Every view of a dispute, or of what is none.
pub(super) fn dispute(questions: &mut Vec<Question>, bond: &bond::BarterBond, dispute_id: DisputeId) {
    let seen = dispute_seen(&bond.dispute(dispute_id));
    questions.push(ask(bond.domain().bond(), &BarterBond::getDisputeCall { disputeId: dispute_id }, seen));
}

/// A trade, and the ruling on it.
pub(super) fn trade(
    questions: &mut Vec<Question>,
    quorum: &bond::AuditorQuorum,
    ledger: &Ledger,
    trade_id: TradeId,
    now: u64,
) {
    let core = ledger.domain().core();
    let ours = quorum.trade_ruling(core, trade_id);
    let seen = IAuditorQuorum::TradeRuling {
        status: ours.status.code(),
        atFault: ours.at_fault,
        executableAt: ours.executable_at,
    };
    let call = AuditorQuorum::tradeRulingCall { core, tradeId: trade_id };
    questions.push(ask(quorum.domain().quorum(), &call, seen));
    if let Ok(trade) = ledger.trade(trade_id) {
        questions.push(ask(
            core,
            &barter_bindings::BarterCore::getTradeCall { tradeId: trade_id },
            expected(trade, now),
        ));
    }
}

/// A question that has an answer.
pub(super) fn ask<C: SolCall<Return: Debug> + Debug>(to: Address, call: &C, expected: C::Return) -> Question {
    Question::new(to, call, Ok(expected))
}

/// A refusal as a contract's.
pub(super) fn refused_bond(error: BondError) -> ContractError {
    match error {
        BondError::SumTooLarge => ContractError::Panicked { code: U256::from(0x11) },
        error => ContractError::BondRefused(error),
    }
}

fn bond_seen(bond: &Bond) -> IBarterBond::Bond {
    use alloy_primitives::aliases::U40;
    IBarterBond::Bond {
        active: bond.active,
        unbonding: bond.unbonding,
        everBonded: bond.ever_bonded,
        everSlashed: bond.ever_slashed,
        reserved: bond.reserved,
        held: bond.held,
        firstBondedAt: U40::from(bond.first_bonded_at),
        releaseAt: U40::from(bond.release_at),
        upheld: bond.upheld,
        hub: bond.hub,
    }
}

fn dispute_seen(dispute: &Dispute) -> IBarterBond::Dispute {
    use alloy_primitives::aliases::U40;
    IBarterBond::Dispute {
        provider: dispute.provider,
        filedAt: U40::from(dispute.filed_at),
        executableAt: U40::from(dispute.executable_at),
        status: dispute.status.code(),
        consumer: dispute.consumer,
        slashPpm: dispute.slash_ppm,
        filer: dispute.filer,
        bondAtFiling: dispute.bond_at_filing,
        deposit: dispute.deposit,
        slashed: dispute.slashed,
        evidence: dispute.evidence,
    }
}
