//! The event log alone rebuilds the values.

use std::collections::BTreeMap;

use alloy_primitives::{Address, Log, U256};
use alloy_sol_types::SolEventInterface;
use barter_bindings::{AuditorQuorum::AuditorQuorumEvents, BarterBond::BarterBondEvents};
use barter_protocol::{
    TradeId,
    bond::{
        AuditorQuorum, AuditorSignature, BarterBond, Complaint, Incoming, Outgoing, Overturn, RecordedRuling, Ruling,
        RulingStatus, Signed,
    },
};

/// Rulings on trades, by `BarterCore` and trade.
pub(super) type Rulings = BTreeMap<(Address, TradeId), RecordedRuling>;

/// The bond and the rulings on trades that the events and their blocks' times tell of. Who signed is in no event, so all did.
///
/// # Errors
/// Where an event cannot have happened after those before it, as text.
pub(super) fn rebuild(
    bond: &BarterBond,
    quorum: &AuditorQuorum,
    events: &[(u64, Log)],
) -> Result<(BarterBond, Rulings), String> {
    let empty = BarterBond::new(*bond.domain(), *bond.parameters(), bond.auditors().clone());
    let (mut rebuilt, mut rulings) = (empty.map_err(|error| error.to_string())?, Rulings::new());
    let mut hub = None;
    for (time, log) in events {
        if log.address == bond.domain().bond() {
            let event = BarterBondEvents::decode_log(log).map_err(|error| error.to_string())?;
            replay(&mut rebuilt, &mut hub, event.data, *time).map_err(|error| format!("{error} at {log:?}"))?;
        } else if log.address == quorum.domain().quorum() {
            let event = AuditorQuorumEvents::decode_log(log).map_err(|error| error.to_string())?;
            replay_ruling(&mut rulings, event.data, *time);
        }
    }
    Ok((rebuilt, rulings))
}

fn replay(bond: &mut BarterBond, hub: &mut Option<String>, event: BarterBondEvents, time: u64) -> Result<(), String> {
    use BarterBondEvents as E;
    let all = |bond: &BarterBond, digest| -> Vec<_> {
        let sign = |&auditor| AuditorSignature { auditor, signature: Signed { signer: auditor, digest } };
        bond.auditors().list().iter().map(sign).collect()
    };
    let (event, replayed) = match event {
        E::HubDeclared(event) => {
            *hub = Some(event.hub);
            return Ok(());
        }
        E::Bonded(event) => match hub.take() {
            Some(hub) => {
                let staked = bond.stake(event.provider, &hub, Incoming::all(event.amount), time);
                return staked.map(drop).map_err(|error| error.to_string());
            }
            None => (format!("{event:?}"), bond.top_up(event.from, event.provider, Incoming::all(event.amount))),
        },
        E::Unbonding(event) => (format!("{event:?}"), bond.unbond(event.provider, event.amount, time)),
        E::Withdrawn(event) => (format!("{event:?}"), bond.withdraw(event.provider, event.to, Outgoing::Exact, time)),
        E::DisputeFiled(event) => {
            let complaint = Complaint {
                provider: event.provider,
                consumer: event.consumer,
                outcome: event.outcome,
                evidence: event.evidence,
                deadline: U256::MAX,
            };
            let signed = Signed { signer: event.consumer, digest: bond.domain().digest(&complaint) };
            let filed = bond.file(event.filer, &complaint, signed, Incoming::all(event.deposit), time);
            (format!("{event:?}"), filed)
        }
        E::DisputeRuled(event) => {
            let ruling = Ruling { disputeId: event.disputeId, slashPpm: event.slashPpm, deadline: U256::MAX };
            let signatures = all(bond, bond.domain().digest(&ruling));
            (format!("{event:?}"), bond.rule(&ruling, &signatures, time))
        }
        E::DisputeOverturned(event) => {
            let ruling = Overturn { disputeId: event.disputeId, slashPpm: event.slashPpm, deadline: U256::MAX };
            let signatures = all(bond, bond.domain().digest(&ruling));
            (format!("{event:?}"), bond.overturn(&ruling, &signatures, time))
        }
        E::DisputeEnded(event) => (format!("{event:?}"), bond.execute(event.disputeId, time)),
        E::Claimed(event) => (format!("{event:?}"), bond.claim(event.owner, event.to, Outgoing::Exact)),
        E::Anchored(event) => (format!("{event:?}"), bond.anchor(event.oracle, event.root, event.size, time)),
    };
    replayed.map(drop).map_err(|error| format!("{event}: {error}"))
}

fn replay_ruling(rulings: &mut Rulings, event: AuditorQuorumEvents, time: u64) {
    use AuditorQuorumEvents as E;
    match event {
        E::TradeRuled(e) => {
            let executable_at = e.executableAt.to();
            let ruling = RecordedRuling { status: RulingStatus::Ruled, at_fault: e.atFault, executable_at };
            rulings.insert((e.core, e.tradeId), ruling);
        }
        E::TradeOverturned(e) => {
            let ruling = RecordedRuling { status: RulingStatus::Overturned, at_fault: e.atFault, executable_at: time };
            rulings.insert((e.core, e.tradeId), ruling);
        }
        E::TradeExecuted(e) => {
            rulings.entry((e.core, e.tradeId)).or_default().status = RulingStatus::Executed;
        }
    }
}
