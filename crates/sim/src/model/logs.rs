//! The events a successful call must emit, in their order, from what the ledger says.

use alloy_primitives::{Address, B256, Log, U256};
use alloy_sol_types::SolEvent;
use barter_bindings::{Addresses, BTRCredit, BTRTrust, BarterCore, ContractError};
use barter_protocol::{Ledger, Trade, credit, ledger::Settlement, limits::MAX_PAIR_COUNT};

/// An event of the contract at `address`.
pub(super) fn log(address: Address, event: &impl SolEvent) -> Log {
    Log { address, data: event.encode_log_data() }
}

pub(super) fn proposed(contracts: &Addresses, trade: &Trade) -> Log {
    let terms = trade.terms();
    let event = BarterCore::TradeProposed {
        tradeId: trade.trade_id(),
        partyA: trade.party_a(),
        partyB: trade.party_b(),
        payer: trade.payer(),
        paymentHash: trade.payment_hash().into(),
        amountSats: U256::from(terms.amount_sats()),
        category: terms.category().to_owned(),
        description: terms.description().to_owned(),
    };
    log(contracts.core, &event)
}

pub(super) fn accepted(contracts: &Addresses, trade_id: B256) -> Log {
    log(contracts.core, &BarterCore::TradeAccepted { tradeId: trade_id })
}

pub(super) fn transferred(contracts: &Addresses, from: Address, to: Address, value: U256) -> Log {
    log(contracts.credit, &BTRCredit::Transfer { from, to, value })
}

pub(super) fn approved(contracts: &Addresses, owner: Address, spender: Address, value: U256) -> Log {
    log(contracts.credit, &BTRCredit::Approval { owner, spender, value })
}

/// What settling emits, on a ledger before it: of several at once, each after those before it.
pub(super) fn settled(
    contracts: &Addresses,
    before: &Ledger,
    caller: Address,
    settlements: &[Settlement],
    now: u64,
) -> Result<Vec<Log>, ContractError> {
    let mut ledger = before.clone();
    let mut logs = Vec::new();
    for settlement in settlements {
        let trade = ledger.trade(settlement.trade_id)?.clone();
        let parties = [trade.party_a(), trade.party_b()];
        let had_token = parties.map(|wallet| ledger.trust().has_token(wallet));
        let counts = ledger.trust().pair_count(parties[0], parties[1]) < MAX_PAIR_COUNT;
        ledger.settle_batch(caller, std::slice::from_ref(settlement), now)?;

        let (trade_id, preimage) = (settlement.trade_id, settlement.preimage.into());
        logs.push(log(contracts.core, &BarterCore::TradeSettled { tradeId: trade_id, preimage }));
        for (wallet, had_token) in parties.into_iter().zip(had_token) {
            let token_id = U256::from_be_slice(wallet.as_slice());
            if !had_token {
                let minted = BTRTrust::Transfer { from: Address::ZERO, to: wallet, tokenId: token_id };
                logs.push(log(contracts.trust, &minted));
                logs.push(log(contracts.trust, &BTRTrust::Locked { tokenId: token_id }));
            } else if counts {
                logs.push(log(contracts.trust, &BTRTrust::MetadataUpdate { _tokenId: token_id }));
            }
            if counts {
                let score = U256::from(ledger.wallet(wallet).score);
                logs.push(log(contracts.trust, &BTRTrust::ScoreUpdated { wallet, tradeId: trade_id, score }));
            }
        }
        if counts {
            let reward = credit(trade.terms().amount_sats());
            logs.extend(parties.map(|wallet| transferred(contracts, Address::ZERO, wallet, reward)));
        }
    }
    Ok(logs)
}
