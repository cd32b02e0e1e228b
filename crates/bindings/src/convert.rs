//! From the protocol's types to the contracts'.

use alloy_primitives::U256;
use barter_protocol::{
    Terms,
    bond::{Complaint, Parameters},
};

use crate::{IBarterBond, IBarterCore};

impl From<&Terms> for IBarterCore::Terms {
    fn from(terms: &Terms) -> Self {
        Self {
            payer: terms.payer(),
            payee: terms.payee(),
            paymentHash: terms.payment_hash().into(),
            amountSats: U256::from(terms.amount_sats()),
            category: terms.category().to_owned(),
            description: terms.description().to_owned(),
        }
    }
}

impl From<&Parameters> for IBarterBond::Parameters {
    fn from(parameters: &Parameters) -> Self {
        Self {
            token: parameters.token,
            quorum: parameters.quorum,
            minimumBond: U256::from(parameters.minimum_bond),
            minimumDeposit: U256::from(parameters.minimum_deposit),
            depositPpm: U256::from(parameters.deposit_ppm),
            maxSlashPpm: U256::from(parameters.max_slash_ppm),
            unbondingDelay: U256::from(parameters.unbonding_delay),
            rulingPeriod: U256::from(parameters.ruling_period),
        }
    }
}

impl From<&Complaint> for IBarterBond::Complaint {
    fn from(complaint: &Complaint) -> Self {
        Self {
            provider: complaint.provider,
            consumer: complaint.consumer,
            outcome: complaint.outcome,
            evidence: complaint.evidence,
            deadline: complaint.deadline,
        }
    }
}
