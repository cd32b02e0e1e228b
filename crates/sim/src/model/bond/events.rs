//! The events of the bond and of the quorum as the chain has them.

use alloy_primitives::{Address, Log, U256};
use barter_bindings::{AuditorQuorum, BarterBond};
use barter_protocol::bond::Event;

use crate::model::logs::log;

/// An event as a log of the contract whose it is.
pub(super) fn logged(bond: Address, quorum: Address, event: Event) -> Log {
    let (number, time) = (U256::from::<u128>, U256::from::<u64>);
    match event {
        Event::HubDeclared { provider, hub_hash, hub } => {
            log(bond, &BarterBond::HubDeclared { provider, hubHash: hub_hash, hub })
        }
        Event::Bonded { provider, from, amount, active } => {
            log(bond, &BarterBond::Bonded { provider, from, amount: number(amount), active: number(active) })
        }
        Event::Unbonding { provider, amount, release_at } => {
            log(bond, &BarterBond::Unbonding { provider, amount: number(amount), releaseAt: time(release_at) })
        }
        Event::Withdrawn { provider, to, amount } => {
            log(bond, &BarterBond::Withdrawn { provider, to, amount: number(amount) })
        }
        Event::DisputeFiled { dispute_id, provider, consumer, filer, outcome, evidence, bond_at_filing, deposit } => {
            let (at_filing, deposit) = (number(bond_at_filing), number(deposit));
            let event = BarterBond::DisputeFiled {
                disputeId: dispute_id,
                provider,
                consumer,
                filer,
                outcome,
                evidence,
                bondAtFiling: at_filing,
                deposit,
            };
            log(bond, &event)
        }
        Event::DisputeRuled { dispute_id, slash_ppm, executable_at } => {
            let (share, time) = (U256::from(slash_ppm), time(executable_at));
            log(bond, &BarterBond::DisputeRuled { disputeId: dispute_id, slashPpm: share, executableAt: time })
        }
        Event::DisputeOverturned { dispute_id, slash_ppm } => {
            log(bond, &BarterBond::DisputeOverturned { disputeId: dispute_id, slashPpm: U256::from(slash_ppm) })
        }
        Event::DisputeEnded { dispute_id, provider, status, slashed } => {
            let (status, slashed) = (status.code(), number(slashed));
            log(bond, &BarterBond::DisputeEnded { disputeId: dispute_id, provider, status, slashed })
        }
        Event::Claimed { owner, to, amount } => log(bond, &BarterBond::Claimed { owner, to, amount }),
        Event::Anchored { oracle, index, root, size } => {
            log(bond, &BarterBond::Anchored { oracle, index: U256::from(index), root, size: number(size) })
        }
        Event::TradeRuled { core, trade_id, at_fault, executable_at } => {
            let time = time(executable_at);
            let event = AuditorQuorum::TradeRuled { core, tradeId: trade_id, atFault: at_fault, executableAt: time };
            log(quorum, &event)
        }
        Event::TradeOverturned { core, trade_id, at_fault } => {
            log(quorum, &AuditorQuorum::TradeOverturned { core, tradeId: trade_id, atFault: at_fault })
        }
        Event::TradeExecuted { core, trade_id, at_fault } => {
            log(quorum, &AuditorQuorum::TradeExecuted { core, tradeId: trade_id, atFault: at_fault })
        }
    }
}
