//! What is answered.

use serde_json::{Value, json};

use crate::{
    document::{Doc, Hash, PublicKey},
    ledger::{Answer, Balance, Change, Leg, State},
};

/// The result of a command, as it travels. `again` where it was done before.
pub fn to_json(bank: PublicKey, answer: &Answer, again: bool) -> Value {
    match answer {
        Answer::Minted { promise, pocket, account, attestation } => json!({
            "promise_hash": promise,
            "pocket_hash": pocket,
            "account_hash": account,
            "bank_attestation": attestation.to_json(),
        }),
        Answer::Opened { account, promise, pocket } => json!({
            "account_hash": account,
            "promise_hash": promise,
            "pocket_hash": pocket,
            "bank": bank,
        }),
        Answer::Proposed { leg, approve } => json!({
            "tx_hash": leg.tx,
            "role": leg.terms.role,
            "predecessors": leg.terms.predecessors,
            "approve": approve.to_json(),
            "owned_records": leg.terms.records,
        }),
        Answer::Held { leg, hold } => json!({
            "tx_hash": leg.tx,
            "hold": hold.to_json(),
            "locked": leg.debited().map(|(account, _)| account).collect::<Vec<&Hash>>(),
        }),
        Answer::Confirmed { leg, holder } => json!({
            "tx_hash": leg.tx,
            "confirmed_by_sender": leg.holders.get(holder).is_some_and(Option::is_some),
            "leg_confirmed": leg.is_confirmed(),
            "note": note(leg),
        }),
        Answer::Settled { leg, settle } => {
            let mut result = json!({
                "tx_hash": leg.tx,
                "state": State::Settled,
                "settle": settle.to_json(),
                "applied": applied(leg),
            });
            if again {
                result["already"] = Value::Bool(true);
            }
            result
        }
        Answer::Rejected { leg, reject } => {
            json!({ "tx_hash": leg.tx, "state": State::Rejected, "reject": Doc::to_json(reject) })
        }
    }
}

/// What is in an account, as it travels. `pending` is what a deal that is under way takes out of it.
pub fn balance(balance: &Balance) -> Value {
    json!({
        "account_hash": balance.account,
        "promise_hash": balance.state.promise,
        "pocket_hash": balance.state.pocket,
        "holder_pubkey": balance.state.holder,
        "balance": balance.state.balance,
        "pending": balance.held,
        "acknowledged": true,
    })
}

fn note(leg: &Leg) -> String {
    let missing = leg.holders.values().filter(|word| word.is_none()).count();
    if missing == 0 { "everybody has confirmed".to_owned() } else { format!("{missing} have not confirmed yet") }
}

/// What settling moved, exactly: decimals as texts.
fn applied(leg: &Leg) -> Vec<Value> {
    let moved = |(account, change): (&Hash, &Change)| json!({ "accountHash": account, "delta": change.delta, "newBalance": leg.balances.get(account) });
    leg.changes.iter().map(moved).collect()
}
