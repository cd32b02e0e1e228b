use std::{borrow::Cow, sync::mpsc};

use alloy_primitives::{Address, B256};
use barter_protocol::Role;
use proptest::{collection::vec, prelude::*};

use super::{Header, Log, LogError, Reader};
use crate::{
    AgentId, CrowdId, TradeRef, WalletId,
    record::{Call, Event, Record, Refusal, Shown},
};

/// A sink that hands over what it was given.
struct Sink(mpsc::Sender<u8>);

impl std::io::Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        for byte in bytes {
            self.0.send(*byte).unwrap();
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn written(header: &Header, records: &[Record<'static>]) -> (Vec<u8>, B256) {
    let (sender, receiver) = mpsc::channel();
    let mut log = Log::new(header, Some(Box::new(Sink(sender))));
    for record in records {
        log.write(record);
    }
    let hash = log.finish().unwrap();
    (receiver.into_iter().collect(), hash)
}

fn read(bytes: &[u8]) -> Result<(Header, Vec<Record<'static>>, B256), LogError> {
    let mut reader = Reader::new(bytes)?;
    let records = reader.by_ref().collect::<Result<_, _>>()?;
    assert!(reader.next().is_none(), "nothing comes after the end");
    Ok((reader.header().clone(), records, reader.hash().unwrap()))
}

fn number() -> impl Strategy<Value = u64> {
    prop_oneof![any::<u64>(), 0..300_u64, Just(u64::MAX), (0..64_u32).prop_map(|bit| 1 << bit)]
}

fn trade() -> impl Strategy<Value = TradeRef> {
    number().prop_map(TradeRef)
}

fn wallet() -> impl Strategy<Value = WalletId> {
    any::<u32>().prop_map(WalletId)
}

fn call() -> impl Strategy<Value = Call> {
    let role = || prop_oneof![Just(Role::Payer), Just(Role::Payee)];
    let terms = || (wallet(), wallet(), role(), number(), any::<bool>());
    let shown = prop_oneof![Just(Shown::Known), Just(Shown::Guess), trade().prop_map(Shown::Of)];
    prop_oneof![
        terms().prop_map(|(wallet, counterparty, role, amount_sats, texts)| Call::Propose {
            wallet,
            counterparty,
            role,
            amount_sats,
            texts
        }),
        terms().prop_map(|(wallet, counterparty, role, amount_sats, texts)| Call::Open {
            wallet,
            counterparty,
            role,
            amount_sats,
            texts
        }),
        trade().prop_map(Call::Accept),
        (trade(), shown).prop_map(|(trade, shown)| Call::Settle { trade, shown }),
        vec(trade(), 0..5).prop_map(|trades| Call::SettleBatch(trades.into())),
        trade().prop_map(Call::SettleAsPayee),
        trade().prop_map(Call::SettleForged),
        (trade(), wallet(), any::<bool>()).prop_map(|(trade, by, deserved)| Call::Dispute { trade, by, deserved }),
        trade().prop_map(Call::Dismiss),
        (trade(), wallet()).prop_map(|(trade, at_fault)| Call::Uphold { trade, at_fault }),
    ]
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        trade().prop_map(Event::Proposed),
        trade().prop_map(Event::Accepted),
        trade().prop_map(Event::Settled),
        trade().prop_map(Event::Disputed),
        trade().prop_map(Event::Dismissed),
        trade().prop_map(Event::Upheld),
        (wallet(), number()).prop_map(|(wallet, score)| Event::Score { wallet, score }),
        (wallet(), number()).prop_map(|(wallet, tokens)| Event::Credit { wallet, tokens }),
    ]
}

fn record() -> impl Strategy<Value = Record<'static>> {
    let refusal = prop_oneof![Just(Refusal::Halted), any::<[u8; 4]>().prop_map(Refusal::Reverted)];
    let result = prop_oneof![vec(event(), 0..6).prop_map(|events| Ok(Cow::Owned(events))), refusal.prop_map(Err)];
    prop_oneof![
        (any::<[u8; 20]>(), any::<u32>(), any::<u16>()).prop_map(|(address, agent, crowd)| Record::Wallet {
            address: Address::from(address),
            agent: AgentId(agent),
            crowd: CrowdId(crowd),
        }),
        (number(), number(), number()).prop_map(|(number, time, wei_per_gas)| Record::Block {
            number,
            time,
            wei_per_gas
        }),
        trade().prop_map(Record::Payment),
        (call(), number(), number(), result).prop_map(|(call, tip_wei, gas, result)| Record::Transaction {
            call: Cow::Owned(call),
            tip_wei,
            gas,
            result,
        }),
    ]
}

fn header() -> impl Strategy<Value = Header> {
    (number(), any::<u64>(), any::<[u8; 32]>(), "\\PC{0,40}").prop_map(|(world, seed, digest, scenario)| Header {
        world,
        seed,
        code_digest: digest.into(),
        scenario,
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read(header in header(), records in vec(record(), 0..20)) {
        let (bytes, hash) = written(&header, &records);
        let read = read(&bytes).unwrap();
        prop_assert_eq!(read, (header, records, hash));
    }

    /// Whatever is damaged is noticed, and nothing worse happens: the hash is of every byte.
    #[test]
    fn a_changed_byte_is_an_error(
        header in header(),
        records in vec(record(), 0..6),
        place in any::<prop::sample::Index>(),
        change in 1..=255_u8,
    ) {
        let (mut bytes, _) = written(&header, &records);
        let place = place.index(bytes.len());
        bytes[place] ^= change;
        prop_assert!(read(&bytes).is_err());
    }

    #[test]
    fn a_log_cut_short_or_with_more_behind_it_is_an_error(
        header in header(),
        records in vec(record(), 0..6),
        place in any::<prop::sample::Index>(),
        more in vec(any::<u8>(), 1..9),
    ) {
        let (bytes, _) = written(&header, &records);
        let cut = &bytes[..place.index(bytes.len())];
        let is_truncated = matches!(read(cut), Err(LogError::Truncated { at }) if at == cut.len() as u64);
        prop_assert!(is_truncated);
        let longer = [bytes, more].concat();
        let is_damaged = matches!(read(&longer), Err(LogError::Damaged { .. }));
        prop_assert!(is_damaged);
    }

    /// Whatever somebody makes a log of, reading it ends, and takes no more memory than it has bytes.
    #[test]
    fn anything_can_be_read(bytes in vec(any::<u8>(), 0..300)) {
        let (whole, _) = written(&empty(), &[]);
        let records = whole.len() - 33;
        prop_assert!(read(&bytes).is_err());
        prop_assert!(read(&[&whole[..records], &bytes].concat()).is_err());
    }
}

fn empty() -> Header {
    Header { world: 0, seed: 0, code_digest: B256::ZERO, scenario: String::new() }
}

#[test]
fn what_is_no_log_says_so() {
    let error = read(b"PAR1 is something else").unwrap_err();
    assert_eq!(
        error.to_string(),
        "this is no event log of the simulator: it begins with \"PAR1 is \", expected \"bartrlog\""
    );
}

#[test]
fn a_log_of_another_version_says_so() {
    let (mut bytes, _) = written(&empty(), &[]);
    bytes[8] = 2;
    let error = read(&bytes).unwrap_err();
    assert_eq!(error.to_string(), "the event log has format 2, and this version reads 1 only");
}

#[test]
fn a_batch_that_says_it_is_huge_is_not_believed() {
    let (bytes, _) = written(&empty(), &[]);
    let mut bytes = bytes[..bytes.len() - 33].to_vec();
    bytes.push(super::encode::SETTLE_BATCH);
    bytes.extend([0xff; 9]);
    bytes.push(1);
    assert!(matches!(read(&bytes), Err(LogError::Truncated { .. })));
}

#[test]
fn a_number_in_a_longer_form_is_damage() {
    let (bytes, _) = written(&empty(), &[]);
    let mut bytes = bytes[..bytes.len() - 33].to_vec();
    bytes.extend([super::encode::PAYMENT, 0x81, 0x00]);
    assert!(matches!(read(&bytes), Err(LogError::Damaged { .. })));
}

/// A sink that fails is not forgotten, and the world goes on without it.
#[test]
fn the_first_failure_of_a_sink_is_told_at_the_end() {
    struct Full;
    impl std::io::Write for Full {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut log = Log::new(&empty(), Some(Box::new(Full)));
    log.write(&Record::Payment(TradeRef(1)));
    assert_eq!(log.finish().unwrap_err().kind(), std::io::ErrorKind::StorageFull);
}
