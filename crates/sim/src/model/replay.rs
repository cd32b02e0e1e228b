//! The event log alone rebuilds the ledger.

use alloy_primitives::{Address, Log};
use alloy_sol_types::SolEventInterface;
use barter_bindings::{Addresses, BTRCredit::BTRCreditEvents, BarterCore::BarterCoreEvents, ContractError};
use barter_protocol::{Ledger, PaymentHash, Preimage, Role, Terms, Trade};

use super::permit::Nonces;

/// The ledger and the nonces that the events and their blocks' times tell of.
///
/// # Errors
/// Where an event cannot have happened after those before it, as text.
pub(super) fn rebuild(contracts: &Addresses, empty: Ledger, events: &[(u64, Log)]) -> Result<(Ledger, Nonces), String> {
    let (mut ledger, mut nonces) = (empty, Nonces::default());
    for (time, log) in events {
        let replayed = if log.address == contracts.core {
            replay_core(&mut ledger, log, *time)
        } else if log.address == contracts.credit {
            replay_credit(&mut ledger, &mut nonces, log)
        } else {
            // BTRTrust's tell nothing that these two do not.
            Ok(())
        };
        replayed.map_err(|error| format!("{error} at {log:?}"))?;
    }
    Ok((ledger, nonces))
}

fn replay_core(ledger: &mut Ledger, log: &Log, time: u64) -> Result<(), String> {
    use BarterCoreEvents as E;
    let event = BarterCoreEvents::decode_log(log).map_err(|error| error.to_string())?;
    let replayed = match event.data {
        E::TradeProposed(e) => {
            let role = if e.payer == e.partyA { Role::Payer } else { Role::Payee };
            let (payer, payee) = if role == Role::Payer { (e.partyA, e.partyB) } else { (e.partyB, e.partyA) };
            let hash = PaymentHash::from(e.paymentHash);
            let terms = Terms::new(payer, payee, hash, e.amountSats.to(), e.category, e.description);
            let trade_id = terms.and_then(|terms| ledger.propose(terms, role, time));
            if trade_id.as_ref().is_ok_and(|id| *id != e.tradeId) {
                return Err(format!("the terms' id is {trade_id:?}"));
            }
            trade_id.map(drop)
        }
        E::TradeAccepted(e) => {
            let counterparty = ledger.trade(e.tradeId).map(Trade::party_b);
            counterparty.and_then(|counterparty| ledger.accept(counterparty, e.tradeId, time))
        }
        E::TradeSettled(e) => {
            let payer = ledger.trade(e.tradeId).map(Trade::payer);
            payer.and_then(|payer| ledger.settle(payer, e.tradeId, Preimage::from(e.preimage), time))
        }
        E::TradeDisputed(e) => ledger.dispute(e.by, e.tradeId, time),
        E::DisputeDismissed(e) => ledger.dismiss(ledger.arbiter(), e.tradeId, time),
        E::DisputeUpheld(e) => ledger.uphold(ledger.arbiter(), e.tradeId, e.atFault, time),
        E::SignatureCancelled(e) => {
            ledger.cancel_signature(e.signer, e.digest);
            Ok(())
        }
    };
    replayed.map_err(|error| ContractError::from(error).to_string())
}

fn replay_credit(ledger: &mut Ledger, nonces: &mut Nonces, log: &Log) -> Result<(), String> {
    use BTRCreditEvents as E;
    let event = BTRCreditEvents::decode_log(log).map_err(|error| error.to_string())?;
    let book = ledger.credit_mut();
    let replayed = match event.data {
        // Minted where a trade settled, which the ledger does by itself.
        E::Transfer(e) if e.from == Address::ZERO => Ok(()),
        E::Transfer(e) if e.to == Address::ZERO => book.burn(e.from, e.value),
        E::Transfer(e) => book.transfer(e.from, e.to, e.value),
        E::Approval(e) => book.approve(e.owner, e.spender, e.value),
        // What the permit allows is in the `Approval` after it.
        E::PermitUsed(e) => {
            if e.nonce != nonces.next(e.owner) {
                return Err(format!("the nonce after {} is not {}", nonces.next(e.owner), e.nonce));
            }
            nonces.use_next(e.owner);
            Ok(())
        }
    };
    replayed.map_err(|error| error.to_string())
}
