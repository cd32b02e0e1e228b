//! Each event of the bond comes back from the log a contract writes for it.

#![allow(clippy::unwrap_used, reason = "a test")]

use alloy_primitives::{Address, B256, LogData, U256};
use alloy_sol_types::SolEvent;
use barter_bindings::{AuditorQuorum, BarterBond, Creation, DecodeError, RELEASE_SALT, bond_events};
use barter_protocol::bond::{DisputeStatus, Event, Parameters};

const ID: B256 = B256::repeat_byte(0x1d);
const ALICE: Address = Address::repeat_byte(0xa1);
const BOB: Address = Address::repeat_byte(0xb0);
const CAROL: Address = Address::repeat_byte(0xca);
const BOND: Address = Address::repeat_byte(0x11);
const QUORUM: Address = Address::repeat_byte(0x22);

fn decode(address: Address, log: &LogData) -> Result<Option<Event>, DecodeError> {
    bond_events::decode(BOND, QUORUM, address, log.topics(), &log.data)
}

/// What the bond's log says; the quorum's with the same data says nothing.
fn of_bond(event: &impl SolEvent) -> Event {
    let log = event.encode_log_data();
    assert_eq!(decode(QUORUM, &log), Ok(None));
    assert_eq!(decode(ALICE, &log), Ok(None));
    decode(BOND, &log).unwrap().unwrap()
}

fn of_quorum(event: &impl SolEvent) -> Event {
    let log = event.encode_log_data();
    assert_eq!(decode(BOND, &log), Ok(None));
    decode(QUORUM, &log).unwrap().unwrap()
}

fn number(value: u64) -> U256 {
    U256::from(value)
}

#[test]
fn every_event_of_the_bond_is_read() {
    let (provider, hub) = (ALICE, "https://hub.example".to_owned());
    assert_eq!(
        of_bond(&BarterBond::HubDeclared { provider, hubHash: ID, hub: hub.clone() }),
        Event::HubDeclared { provider, hub_hash: ID, hub }
    );
    assert_eq!(
        of_bond(&BarterBond::Bonded { provider, from: BOB, amount: number(1), active: number(2) }),
        Event::Bonded { provider, from: BOB, amount: 1, active: 2 }
    );
    assert_eq!(
        of_bond(&BarterBond::Unbonding { provider, amount: number(1), releaseAt: number(2) }),
        Event::Unbonding { provider, amount: 1, release_at: 2 }
    );
    assert_eq!(
        of_bond(&BarterBond::Withdrawn { provider, to: BOB, amount: number(1) }),
        Event::Withdrawn { provider, to: BOB, amount: 1 }
    );
    assert_eq!(
        of_bond(&BarterBond::Claimed { owner: ALICE, to: BOB, amount: number(1) }),
        Event::Claimed { owner: ALICE, to: BOB, amount: number(1) }
    );
    assert_eq!(
        of_bond(&BarterBond::Anchored { oracle: ALICE, index: number(1), root: ID, size: number(2) }),
        Event::Anchored { oracle: ALICE, index: 1, root: ID, size: 2 }
    );
}

#[test]
fn every_event_of_a_dispute_is_read() {
    let (outcome, evidence) = (B256::repeat_byte(3), B256::repeat_byte(4));
    assert_eq!(
        of_bond(&BarterBond::DisputeFiled {
            disputeId: ID,
            provider: ALICE,
            consumer: BOB,
            filer: CAROL,
            outcome,
            evidence,
            bondAtFiling: number(1),
            deposit: number(2),
        }),
        Event::DisputeFiled {
            dispute_id: ID,
            provider: ALICE,
            consumer: BOB,
            filer: CAROL,
            outcome,
            evidence,
            bond_at_filing: 1,
            deposit: 2,
        }
    );
    assert_eq!(
        of_bond(&BarterBond::DisputeRuled { disputeId: ID, slashPpm: number(1), executableAt: number(2) }),
        Event::DisputeRuled { dispute_id: ID, slash_ppm: 1, executable_at: 2 }
    );
    assert_eq!(
        of_bond(&BarterBond::DisputeOverturned { disputeId: ID, slashPpm: number(1) }),
        Event::DisputeOverturned { dispute_id: ID, slash_ppm: 1 }
    );
    assert_eq!(
        of_bond(&BarterBond::DisputeEnded { disputeId: ID, provider: ALICE, status: 4, slashed: number(1) }),
        Event::DisputeEnded { dispute_id: ID, provider: ALICE, status: DisputeStatus::Upheld, slashed: 1 }
    );
}

#[test]
fn every_event_of_the_auditors_is_read() {
    let (core, trade_id, at_fault) = (CAROL, ID, ALICE);
    assert_eq!(
        of_quorum(&AuditorQuorum::TradeRuled { core, tradeId: ID, atFault: ALICE, executableAt: number(1) }),
        Event::TradeRuled { core, trade_id, at_fault, executable_at: 1 }
    );
    assert_eq!(
        of_quorum(&AuditorQuorum::TradeOverturned { core, tradeId: ID, atFault: ALICE }),
        Event::TradeOverturned { core, trade_id, at_fault }
    );
    assert_eq!(
        of_quorum(&AuditorQuorum::TradeExecuted { core, tradeId: ID, atFault: ALICE }),
        Event::TradeExecuted { core, trade_id, at_fault }
    );
}

#[test]
fn every_topic_asked_for_is_one_that_is_read() {
    for topic in bond_events::TOPICS {
        // An event that is known does not decode without its data and other topics.
        let malformed = |address| {
            matches!(bond_events::decode(BOND, QUORUM, address, &[topic], &[]), Err(DecodeError::Malformed { .. }))
        };
        assert!(malformed(BOND) != malformed(QUORUM), "{topic}");
    }
}

#[test]
fn logs_that_no_contract_writes_are_refused() {
    let log = BarterBond::Bonded { provider: ALICE, from: BOB, amount: U256::MAX, active: number(1) }.encode_log_data();
    let error = decode(BOND, &log).unwrap_err();
    assert!(matches!(error, DecodeError::OutOfRange { field: "amount", value: U256::MAX, .. }), "{error:?}");
    let log =
        BarterBond::DisputeEnded { disputeId: ID, provider: ALICE, status: 7, slashed: number(1) }.encode_log_data();
    let error = decode(BOND, &log).unwrap_err();
    assert!(matches!(error, DecodeError::OutOfRange { field: "status", .. }), "{error:?}");
    let bare = LogData::new_unchecked(log.topics()[..2].to_vec(), log.data);
    assert!(matches!(decode(BOND, &bare), Err(DecodeError::Malformed { .. })));
    assert_eq!(decode(BOND, &LogData::empty()), Ok(None));
}

#[test]
fn a_creations_address_depends_on_all_it_is_made_with() {
    let quorum = |auditors: &[Address], numbers: [u64; 3]| {
        let [threshold, overturn, window] = numbers.map(U256::from);
        Creation::quorum(auditors.to_vec(), threshold, overturn, window, RELEASE_SALT).address()
    };
    let usual = quorum(&[ALICE, BOB], [1, 2, 3]);
    assert_eq!(usual, quorum(&[ALICE, BOB], [1, 2, 3]));
    for other in
        [quorum(&[ALICE, CAROL], [1, 2, 3]), quorum(&[ALICE, BOB], [2, 1, 3]), quorum(&[ALICE, BOB], [1, 2, 4])]
    {
        assert_ne!(other, usual);
    }
    let parameters = Parameters::new(ALICE, QUORUM, 1);
    let bond = Creation::bond(&parameters, RELEASE_SALT);
    assert_eq!(bond.calldata()[32..], bond.init_code()[..]);
    for other in [
        Parameters { token: BOB, ..parameters },
        Parameters { quorum: BOB, ..parameters },
        Parameters { minimum_bond: 2, ..parameters },
        Parameters { minimum_deposit: 2, ..parameters },
        Parameters { deposit_ppm: 2, ..parameters },
        Parameters { max_slash_ppm: 2, ..parameters },
        Parameters { unbonding_delay: 2, ..parameters },
        Parameters { ruling_period: 2, ..parameters },
    ] {
        assert_ne!(Creation::bond(&other, RELEASE_SALT).address(), bond.address(), "{other:?}");
    }
    assert_ne!(Creation::bond(&parameters, B256::ZERO).address(), bond.address());
}
