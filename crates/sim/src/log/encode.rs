//! Records as bytes: see the [module](super).

use barter_protocol::Role;

use super::{Header, MAGIC, VERSION};
use crate::record::{Call, Event, Record, Refusal, Shown};

pub(super) const WALLET: u8 = 0x01;
pub(super) const BLOCK: u8 = 0x02;
pub(super) const PAYMENT: u8 = 0x03;
pub(super) const PROPOSE: u8 = 0x10;
pub(super) const OPEN: u8 = 0x11;
pub(super) const ACCEPT: u8 = 0x12;
pub(super) const SETTLE: u8 = 0x13;
pub(super) const SETTLE_BATCH: u8 = 0x14;
pub(super) const SETTLE_AS_PAYEE: u8 = 0x15;
pub(super) const SETTLE_FORGED: u8 = 0x16;
pub(super) const DISPUTE: u8 = 0x17;
pub(super) const DISMISS: u8 = 0x18;
pub(super) const UPHOLD: u8 = 0x19;
pub(super) const END: u8 = 0xff;

pub(super) const KNOWN: u8 = 0;
pub(super) const GUESS: u8 = 1;
pub(super) const OF: u8 = 2;

pub(super) const REVERTED: u64 = 0;
pub(super) const HALTED: u64 = 1;
/// What the number of events is written as.
pub(super) const SUCCEEDED: u64 = 2;

pub(super) const PROPOSED: u8 = 0;
pub(super) const ACCEPTED: u8 = 1;
pub(super) const SETTLED: u8 = 2;
pub(super) const DISPUTED: u8 = 3;
pub(super) const DISMISSED: u8 = 4;
pub(super) const UPHELD: u8 = 5;
pub(super) const SCORE: u8 = 6;
pub(super) const CREDIT: u8 = 7;

pub(super) fn header(buffer: &mut Vec<u8>, Header { world, seed, code_digest, scenario }: &Header) {
    buffer.extend_from_slice(&MAGIC);
    buffer.push(VERSION);
    number(buffer, *world);
    buffer.extend_from_slice(&seed.to_be_bytes());
    buffer.extend_from_slice(code_digest.as_slice());
    number(buffer, scenario.len() as u64);
    buffer.extend_from_slice(scenario.as_bytes());
}

pub(super) fn record(buffer: &mut Vec<u8>, record: &Record<'_>) {
    match record {
        Record::Wallet { address, agent, crowd } => {
            buffer.push(WALLET);
            buffer.extend_from_slice(address.as_slice());
            numbers(buffer, [u64::from(agent.0), u64::from(crowd.0)]);
        }
        Record::Block { number, time, wei_per_gas } => {
            buffer.push(BLOCK);
            numbers(buffer, [*number, *time, *wei_per_gas]);
        }
        Record::Payment(trade) => {
            buffer.push(PAYMENT);
            number(buffer, trade.0);
        }
        Record::Transaction { call: sent, tip_wei, gas, result } => {
            call(buffer, sent);
            numbers(buffer, [*tip_wei, *gas]);
            match result {
                Err(Refusal::Reverted(selector)) => {
                    number(buffer, REVERTED);
                    buffer.extend_from_slice(selector);
                }
                Err(Refusal::Halted) => number(buffer, HALTED),
                Ok(events) => {
                    number(buffer, SUCCEEDED + events.len() as u64);
                    for happened in events.iter() {
                        event(buffer, happened);
                    }
                }
            }
        }
    }
}

fn call(buffer: &mut Vec<u8>, call: &Call) {
    match call {
        Call::Propose { wallet, counterparty, role, amount_sats, texts }
        | Call::Open { wallet, counterparty, role, amount_sats, texts } => {
            buffer.push(if matches!(call, Call::Propose { .. }) { PROPOSE } else { OPEN });
            numbers(buffer, [u64::from(wallet.0), u64::from(counterparty.0)]);
            buffer.push(match role {
                Role::Payer => 0,
                Role::Payee => 1,
            });
            number(buffer, *amount_sats);
            buffer.push(u8::from(*texts));
        }
        Call::Accept(trade) => tagged(buffer, ACCEPT, [trade.0]),
        Call::Settle { trade, shown } => {
            tagged(buffer, SETTLE, [trade.0]);
            match shown {
                Shown::Known => buffer.push(KNOWN),
                Shown::Guess => buffer.push(GUESS),
                Shown::Of(other) => tagged(buffer, OF, [other.0]),
            }
        }
        Call::SettleBatch(trades) => {
            tagged(buffer, SETTLE_BATCH, [trades.len() as u64]);
            for trade in trades {
                number(buffer, trade.0);
            }
        }
        Call::SettleAsPayee(trade) => tagged(buffer, SETTLE_AS_PAYEE, [trade.0]),
        Call::SettleForged(trade) => tagged(buffer, SETTLE_FORGED, [trade.0]),
        Call::Dispute { trade, by, deserved } => {
            tagged(buffer, DISPUTE, [trade.0, u64::from(by.0)]);
            buffer.push(u8::from(*deserved));
        }
        Call::Dismiss(trade) => tagged(buffer, DISMISS, [trade.0]),
        Call::Uphold { trade, at_fault } => tagged(buffer, UPHOLD, [trade.0, u64::from(at_fault.0)]),
    }
}

fn event(buffer: &mut Vec<u8>, event: &Event) {
    match event {
        Event::Proposed(trade) => tagged(buffer, PROPOSED, [trade.0]),
        Event::Accepted(trade) => tagged(buffer, ACCEPTED, [trade.0]),
        Event::Settled(trade) => tagged(buffer, SETTLED, [trade.0]),
        Event::Disputed(trade) => tagged(buffer, DISPUTED, [trade.0]),
        Event::Dismissed(trade) => tagged(buffer, DISMISSED, [trade.0]),
        Event::Upheld(trade) => tagged(buffer, UPHELD, [trade.0]),
        Event::Score { wallet, score } => tagged(buffer, SCORE, [u64::from(wallet.0), *score]),
        Event::Credit { wallet, tokens } => tagged(buffer, CREDIT, [u64::from(wallet.0), *tokens]),
    }
}

fn tagged<const N: usize>(buffer: &mut Vec<u8>, tag: u8, values: [u64; N]) {
    buffer.push(tag);
    numbers(buffer, values);
}

fn numbers<const N: usize>(buffer: &mut Vec<u8>, values: [u64; N]) {
    for value in values {
        number(buffer, value);
    }
}

#[allow(clippy::cast_possible_truncation, reason = "the low seven bits")]
fn number(buffer: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        buffer.push(value as u8 | 0x80);
        value >>= 7;
    }
    buffer.push(value as u8);
}
