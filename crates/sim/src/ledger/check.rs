//! In tests, every transaction's events are compared with what the bindings read out of the same logs.

use alloy_primitives::{Address, Log, U256};
use barter_bindings::ContractEvent;
use barter_protocol::formula::CREDIT_UNIT;

use super::Ledger;
use crate::{
    TradeRef, WalletId,
    record::{Call, Event},
};

impl Ledger {
    /// Panics where `events` is not what the bindings read in `logs`.
    pub(super) fn check(&self, call: &Call, logs: &[Log], events: &[Event]) {
        let decode = |log: &Log| {
            ContractEvent::decode(&self.chain.addresses, log.address, log.topics(), &log.data.data).unwrap()
        };
        let decoded: Vec<_> = logs.iter().filter_map(decode).collect();
        let ours: Vec<_> = events.iter().map(|event| self.in_full(call, *event, &decoded)).collect();
        assert_eq!(ours, decoded);
    }

    /// An event as the bindings would read it; what a world does not keep of it is taken from there.
    fn in_full(&self, call: &Call, event: Event, decoded: &[ContractEvent]) -> ContractEvent {
        let info = |trade: TradeRef| *self.trades.get(trade).unwrap();
        let id = |trade: TradeRef| info(trade).trade_id;
        let address = |wallet: WalletId| self.wallet(wallet).address;
        let beside = |matches: &dyn Fn(&&ContractEvent) -> bool| decoded.iter().find(matches).cloned();
        match event {
            Event::Proposed(trade) => {
                let texts = matches!(call, Call::Propose { texts: true, .. } | Call::Open { texts: true, .. });
                let text = |text: &str| if texts { text.to_owned() } else { String::new() };
                let (info, payment_hash) = (info(trade), self.preimage(trade).payment_hash());
                ContractEvent::TradeProposed {
                    trade_id: info.trade_id,
                    party_a: address(info.party_a()),
                    party_b: address(info.party_b()),
                    payer: address(info.payer),
                    payment_hash,
                    amount_sats: info.amount_sats,
                    category: text("digital-goods"),
                    description: text("Logo design, three drafts, source files included..."),
                }
            }
            Event::Accepted(trade) => ContractEvent::TradeAccepted { trade_id: id(trade) },
            Event::Settled(trade) => {
                ContractEvent::TradeSettled { trade_id: id(trade), preimage: self.preimage(trade) }
            }
            Event::Disputed(trade) => {
                let trade_id = id(trade);
                let of_it = |event: &&ContractEvent| matches!(event, ContractEvent::TradeDisputed { .. });
                let Some(ContractEvent::TradeDisputed { by, .. }) = beside(&of_it) else { panic!("no dispute") };
                ContractEvent::TradeDisputed { trade_id, by }
            }
            Event::Dismissed(trade) => ContractEvent::DisputeDismissed { trade_id: id(trade) },
            Event::Upheld(trade) => {
                let trade_id = id(trade);
                let at_fault = info(trade).at_fault.map(address).unwrap();
                ContractEvent::DisputeUpheld { trade_id, at_fault }
            }
            Event::Score { wallet, score } => {
                let wallet = address(wallet);
                let of_it = |event: &&ContractEvent| matches!(event, ContractEvent::ScoreUpdated { wallet: its, score: to, .. } if *its == wallet && *to == score);
                let Some(ContractEvent::ScoreUpdated { trade_id, .. }) = beside(&of_it) else { panic!("no score") };
                ContractEvent::ScoreUpdated { wallet, trade_id, score }
            }
            Event::Credit { wallet, tokens } => ContractEvent::CreditTransferred {
                from: Address::ZERO,
                to: address(wallet),
                value: U256::from(tokens) * U256::from(CREDIT_UNIT),
            },
        }
    }
}
