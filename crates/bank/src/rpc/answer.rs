//! What is answered.

use serde_json::{Value, json};

use crate::{
    document::{Doc, Hash, PublicKey},
    ledger::{Answer, Balance, Change, Leg, Part, PartOfAccount, State},
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
            "owned_records": leg.terms.records.len(),
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

/// What is in an account, as it travels. `pending` is what came in and waits for the holder to acknowledge the account: nothing, since
/// here every account was opened by its holder. What a deal that is under way takes out of it is `held`, which is our own.
pub fn balance(balance: &Balance) -> Value {
    json!({
        "account_hash": balance.account,
        "promise_hash": balance.state.promise,
        "pocket_hash": balance.state.pocket,
        "holder_pubkey": balance.state.holder,
        "balance": balance.state.balance,
        "pending": "0",
        "acknowledged": true,
        "held": balance.held,
    })
}

/// What a deal that is under way does to one holder's accounts, as it travels: nobody else's account is in it.
pub fn part(part: &Part) -> Value {
    let Part { holder, leg, accounts } = part;
    let account = |part: &PartOfAccount| {
        json!({
            "account_hash": part.account,
            "promise_hash": part.promise,
            "delta": part.change.delta,
            "debited": part.change.debited,
        })
    };
    json!({
        "tx_hash": leg.tx,
        "proposer": leg.proposer,
        "state": leg.state,
        "role": leg.terms.role,
        "until": leg.until_ms,
        "confirmed": leg.holders.get(holder).is_some_and(Option::is_some),
        "unconfirmed": leg.holders.values().filter(|word| word.is_none()).count(),
        "accounts": accounts.iter().map(account).collect::<Vec<_>>(),
    })
}

fn note(leg: &Leg) -> String {
    let missing = leg.holders.values().filter(|word| word.is_none()).count();
    match missing {
        0 => "everybody has confirmed".to_owned(),
        _ => format!("waiting for {missing} of {} holders to confirm", leg.holders.len()),
    }
}

/// What settling moved: of each account the number that its records sum to, and exactly what is in it now, as text.
fn applied(leg: &Leg) -> Vec<Value> {
    let moved = |(account, change): (&Hash, &Change)| json!({ "accountHash": account, "delta": change.delta.to_json(), "newBalance": leg.balances.get(account) });
    leg.changes.iter().map(moved).collect()
}
