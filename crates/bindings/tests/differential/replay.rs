//! The event log alone rebuilds the ledger.

use alloy_primitives::{Address, Log};
use alloy_sol_types::SolEventInterface;
use barter_bindings::{BTRCredit::BTRCreditEvents, BarterCore::BarterCoreEvents};
use barter_protocol::{Ledger, PaymentHash, Preimage, Role, Terms};

use crate::world::World;

/// Rebuilds a ledger from nothing but the events and their blocks' times, and compares all of it.
pub(crate) fn compare(world: &World) {
    let mut rebuilt = Ledger::new(*world.ledger.domain(), world.ledger.arbiter());
    for (time, log) in &world.events {
        if log.address == world.chain.addresses.core {
            replay_core(&mut rebuilt, log, *time);
        } else if log.address == world.chain.addresses.credit {
            replay_credit(&mut rebuilt, log);
        }
    }
    assert_eq!(rebuilt, world.ledger);
}

fn replay_core(ledger: &mut Ledger, log: &Log, time: u64) {
    use BarterCoreEvents as E;
    match BarterCoreEvents::decode_log(log).unwrap().data {
        E::TradeProposed(e) => {
            let role = if e.payer == e.partyA { Role::Payer } else { Role::Payee };
            let (payer, payee) = if role == Role::Payer { (e.partyA, e.partyB) } else { (e.partyB, e.partyA) };
            let hash = PaymentHash::from(e.paymentHash);
            let terms = Terms::new(payer, payee, hash, e.amountSats.to(), e.category, e.description).unwrap();
            assert_eq!(ledger.propose(terms, role, time), Ok(e.tradeId));
        }
        E::TradeAccepted(e) => {
            let counterparty = ledger.trade(e.tradeId).unwrap().party_b();
            ledger.accept(counterparty, e.tradeId, time).unwrap();
        }
        E::TradeSettled(e) => {
            let payer = ledger.trade(e.tradeId).unwrap().payer();
            ledger.settle(payer, e.tradeId, Preimage::from(e.preimage), time).unwrap();
        }
        E::TradeDisputed(e) => ledger.dispute(e.by, e.tradeId, time).unwrap(),
        E::DisputeDismissed(e) => ledger.dismiss(ledger.arbiter(), e.tradeId, time).unwrap(),
        E::DisputeUpheld(e) => ledger.uphold(ledger.arbiter(), e.tradeId, e.atFault, time).unwrap(),
        E::SignatureCancelled(e) => ledger.cancel_signature(e.signer, e.digest),
    }
}

fn replay_credit(ledger: &mut Ledger, log: &Log) {
    match BTRCreditEvents::decode_log(log).unwrap().data {
        // Minted where a trade settled, which the ledger does by itself.
        BTRCreditEvents::Transfer(e) if e.from == Address::ZERO => {}
        BTRCreditEvents::Transfer(e) if e.to == Address::ZERO => {
            ledger.credit_mut().burn(e.from, e.value).unwrap();
        }
        BTRCreditEvents::Transfer(e) => ledger.credit_mut().transfer(e.from, e.to, e.value).unwrap(),
        BTRCreditEvents::Approval(e) => ledger.credit_mut().approve(e.owner, e.spender, e.value).unwrap(),
        // The ledger keeps no nonces; what the permit allows is in the `Approval` after it.
        BTRCreditEvents::PermitUsed(_) => {}
    }
}
