//! A node that lies, or has lost something, is found out, with what is wrong; nothing is written.

#![allow(clippy::unwrap_used, reason = "tests")]

mod blocks;
#[path = "../common/mod.rs"]
mod common;

use std::convert::Infallible;

use alloy_primitives::{Address, B256, U256};
use barter_bindings::ContractEvent;
use barter_index::{Chain, Contradiction, Error, Follower, Header, Log, Page, Step, synthetic, verify};
use barter_protocol::{Error as Refusal, Preimage, limits::PROPOSAL_LIFETIME};
use common::{FakeChain, follow, place::Place, wallet};

const STRANGER: Address = Address::repeat_byte(0x55);

/// Block 1: two trades proposed and accepted. Block 2: one settled, between wallets 1 and 2. Block 3: the other disputed and
/// sent back. Block 4: nothing. Block 5: credit moved and burned, a signature withdrawn.
fn chain() -> FakeChain {
    let mut chain = FakeChain::new();
    let mut trades = Vec::new();
    chain.mine(|world| {
        trades.push(world.propose(wallet(1), wallet(2), true, 50_000, ("services", "One")));
        trades.push(world.propose(wallet(2), wallet(3), false, 7_000, ("goods", "Two")));
        for trade_id in &trades {
            world.accept(*trade_id);
        }
    });
    chain.mine(|world| world.settle(trades[0]));
    chain.mine(|world| {
        world.dispute(trades[1], true);
        world.dismiss(trades[1]);
    });
    chain.mine(|_| {});
    chain.mine(|world| {
        world.transfer(wallet(1), wallet(2), U256::from(5));
        world.transfer(wallet(2), Address::repeat_byte(0x77), U256::from(7));
        world.cancel(wallet(3), B256::repeat_byte(9));
    });
    chain
}

fn event_of(log: &Log) -> ContractEvent {
    let contracts = synthetic::identity().contracts();
    ContractEvent::decode(&contracts, log.address, &log.topics, &log.data).unwrap().unwrap()
}

/// Drops the logs of these events.
fn lose(page: &mut Page, lost: impl Fn(&ContractEvent) -> bool) {
    let before = page.logs.len();
    page.logs.retain(|log| !lost(&event_of(log)));
    assert!(page.logs.len() < before, "there was something to lose");
}

/// Changes events.
fn change(page: &mut Page, change: impl Fn(&mut ContractEvent)) {
    let contracts = synthetic::identity().contracts();
    let mut changed = 0;
    for log in &mut page.logs {
        let before = event_of(log);
        let mut event = before.clone();
        change(&mut event);
        if event != before {
            let (address, data) = synthetic::encode(&contracts, &event);
            (log.address, (log.topics, log.data)) = (address, data.split());
            changed += 1;
        }
    }
    assert!(changed > 0, "there was something to change");
}

/// Adds an event after the last of a block.
fn add(page: &mut Page, block: u64, event: &ContractEvent) {
    let header = page.headers.iter().find(|header| header.number == block).unwrap();
    let log = synthetic::log(&synthetic::identity().contracts(), header, 900, event);
    let place = page.logs.iter().position(|log| log.block_number > block).unwrap_or(page.logs.len());
    page.logs.insert(place, log);
}

fn is_mint(event: &ContractEvent) -> bool {
    matches!(event, ContractEvent::CreditTransferred { from, .. } if from.is_zero())
}

fn is_score(event: &ContractEvent) -> bool {
    matches!(event, ContractEvent::ScoreUpdated { .. })
}

type Lie = (&'static str, fn(&mut Page), fn(&Contradiction) -> bool);

const LIES: &[Lie] = &[
    (
        "a page of later blocks",
        |page| page.from = 2,
        |said| matches!(said, Contradiction::HeaderOutOfPlace { block: 1, from: 2, to: 5 }),
    ),
    (
        "a page that leaves the first block out",
        |page| {
            page.from = 2;
            page.headers.remove(0);
            page.logs.retain(|log| log.block_number > 1);
            page.parent_hash = page.headers[0].parent_hash;
        },
        |said| matches!(said, Contradiction::WrongPage { from: 2, to: 5, expected: 1 }),
    ),
    (
        "a page that ends before it begins",
        |page| page.to.number = 0,
        |said| matches!(said, Contradiction::HeaderOutOfPlace { .. }),
    ),
    (
        "another last block than its header",
        |page| page.to.hash = B256::repeat_byte(3),
        |said| matches!(said, Contradiction::HeaderOutOfPlace { block: 5, .. }),
    ),
    (
        "a header is missing",
        |page| _ = page.headers.remove(1),
        |said| matches!(said, Contradiction::LogWithoutHeader { block: 2, log_index: 0 }),
    ),
    (
        "headers out of order",
        |page| page.headers.swap(0, 1),
        |said| matches!(said, Contradiction::HeaderOutOfPlace { block: 1, .. }),
    ),
    (
        "neighbours that do not join",
        |page| page.headers[1].parent_hash = B256::repeat_byte(3),
        |said| matches!(said, Contradiction::WrongParent { block: 2, found, .. } if *found == B256::repeat_byte(3)),
    ),
    (
        "a first block with another parent",
        |page| page.headers[0].parent_hash = B256::repeat_byte(3),
        |said| matches!(said, Contradiction::WrongParent { block: 1, .. }),
    ),
    (
        "time that runs backwards",
        |page| page.headers[1].timestamp -= 100,
        |said| matches!(said, Contradiction::TimeRanBackwards { block: 2, .. }),
    ),
    (
        "a time beyond 63 bits",
        |page| page.headers[3].timestamp = u64::MAX,
        |said| matches!(said, Contradiction::BeyondNumbers { block: 5, value: u64::MAX }),
    ),
    (
        "a log's place beyond 63 bits",
        |page| page.logs.last_mut().unwrap().log_index = u64::MAX,
        |said| matches!(said, Contradiction::BeyondNumbers { block: 5, value: u64::MAX }),
    ),
    (
        "a log of a later block",
        |page| page.logs.last_mut().unwrap().block_number = 6,
        |said| matches!(said, Contradiction::LogOutOfPage { block: 6, .. }),
    ),
    (
        "a log of another block of that number",
        |page| page.logs[2].block_hash = B256::repeat_byte(3),
        |said| matches!(said, Contradiction::WrongBlockHash { block: 1, found, .. } if *found == B256::repeat_byte(3)),
    ),
    (
        "logs out of order",
        |page| page.logs.swap(1, 2),
        |said| matches!(said, Contradiction::LogOutOfOrder { block: 1, log_index: 3 }),
    ),
    (
        "blocks out of order",
        |page| page.logs.rotate_left(1),
        |said| matches!(said, Contradiction::LogOutOfOrder { block: 1, log_index: 0 }),
    ),
    (
        "a log twice",
        |page| {
            let log = page.logs[3].clone();
            page.logs.insert(3, log);
        },
        |said| matches!(said, Contradiction::LogOutOfOrder { block: 1, log_index: 9 }),
    ),
    (
        "a log that was taken back",
        |page| page.logs[0].removed = true,
        |said| matches!(said, Contradiction::LogRemoved { block: 1, log_index: 0 }),
    ),
    (
        "a log that does not decode",
        |page| page.logs[0].data = page.logs[0].data.slice(..64),
        |said| matches!(said, Contradiction::Undecodable { block: 1, log_index: 0, .. }),
    ),
    (
        "a proposal is missing",
        |page| lose(page, |event| matches!(event, ContractEvent::TradeProposed { amount_sats: 50_000, .. })),
        |said| matches!(said, Contradiction::NeverProposed { block: 1, what: "accepted", .. }),
    ),
    (
        "acceptances are missing",
        |page| lose(page, |event| matches!(event, ContractEvent::TradeAccepted { .. })),
        |said| {
            matches!(said, Contradiction::AgainstTheRules { block: 2, what: "settled", source, .. }
                if matches!(**source, Refusal::WrongStatus { .. }))
        },
    ),
    (
        "a settlement is missing",
        |page| lose(page, |event| matches!(event, ContractEvent::TradeSettled { .. })),
        |said| matches!(said, Contradiction::Unearned { block: 2, log_index: 3, event } if is_score(event)),
    ),
    (
        "a settlement with its scores is missing",
        |page| lose(page, |event| is_score(event) || matches!(event, ContractEvent::TradeSettled { .. })),
        |said| matches!(said, Contradiction::Unearned { block: 2, event, .. } if is_mint(event)),
    ),
    (
        "a score is missing",
        |page| lose(page, |event| matches!(event, ContractEvent::ScoreUpdated { wallet: is, .. } if *is == wallet(1))),
        |said| matches!(said, Contradiction::WrongReward { block: 2, found: Some(found), .. } if is_score(found)),
    ),
    (
        "scores are missing",
        |page| lose(page, is_score),
        |said| matches!(said, Contradiction::WrongReward { block: 2, found: Some(found), .. } if is_mint(found)),
    ),
    (
        "the last mint is missing",
        |page| {
            lose(page, |event| {
                is_mint(event) && matches!(event, ContractEvent::CreditTransferred { to, .. } if *to == wallet(2))
            });
        },
        |said| matches!(said, Contradiction::WrongReward { block: 2, expected, found: None } if is_mint(expected)),
    ),
    (
        "what a settlement brings is missing",
        |page| lose(page, |event| is_score(event) || is_mint(event)),
        |said| matches!(said, Contradiction::WrongReward { block: 2, expected, found: None } if is_score(expected)),
    ),
    (
        "a score that does not add up",
        |page| {
            change(page, |event| {
                if let ContractEvent::ScoreUpdated { score, .. } = event {
                    *score += 1;
                }
            });
        },
        |said| matches!(said, Contradiction::WrongReward { block: 2, .. }),
    ),
    (
        "a mint that does not add up",
        |page| {
            change(page, |event| match event {
                ContractEvent::CreditTransferred { from, value, .. } if from.is_zero() => *value += U256::from(1),
                _ => {}
            });
        },
        |said| matches!(said, Contradiction::WrongReward { block: 2, .. }),
    ),
    (
        "a wrong preimage",
        |page| {
            change(page, |event| {
                if let ContractEvent::TradeSettled { preimage, .. } = event {
                    *preimage = Preimage::new([3; 32]);
                }
            });
        },
        |said| {
            matches!(said, Contradiction::AgainstTheRules { block: 2, what: "settled", source, .. }
                if matches!(**source, Refusal::PreimageMismatch { .. }))
        },
    ),
    (
        "an amount that was changed",
        |page| {
            change(page, |event| {
                if let ContractEvent::TradeProposed { amount_sats, .. } = event {
                    *amount_sats += 1;
                }
            });
        },
        |said| matches!(said, Contradiction::WrongTradeId { block: 1, .. }),
    ),
    (
        "a description that was changed",
        |page| {
            change(page, |event| {
                if let ContractEvent::TradeProposed { description, .. } = event {
                    description.push('!');
                }
            });
        },
        |said| matches!(said, Contradiction::WrongTradeId { block: 1, .. }),
    ),
    (
        "an amount no contract takes",
        |page| {
            change(page, |event| {
                if let ContractEvent::TradeProposed { amount_sats, .. } = event {
                    *amount_sats = 5;
                }
            });
        },
        |said| {
            matches!(said, Contradiction::AgainstTheRules { block: 1, what: "proposed", source, .. }
                if matches!(**source, Refusal::AmountOutOfRange { amount_sats: 5, .. }))
        },
    ),
    (
        "a payer who is no party",
        |page| {
            change(page, |event| {
                if let ContractEvent::TradeProposed { payer, .. } = event {
                    *payer = STRANGER;
                }
            });
        },
        |said| matches!(said, Contradiction::PayerIsNoParty { block: 1, payer: STRANGER, .. }),
    ),
    (
        "a trade that is settled twice",
        |page| {
            let settled =
                page.logs.iter().map(event_of).find(|event| matches!(event, ContractEvent::TradeSettled { .. }));
            add(page, 5, &settled.unwrap());
        },
        |said| {
            matches!(said, Contradiction::AgainstTheRules { block: 5, what: "settled", source, .. }
                if matches!(**source, Refusal::WrongStatus { .. }))
        },
    ),
    (
        "a trade that is proposed twice",
        |page| {
            let proposed = event_of(&page.logs[0]);
            add(page, 3, &proposed);
        },
        |said| matches!(said, Contradiction::ProposedTwice { block: 3, .. }),
    ),
    (
        "a dispute by a stranger",
        |page| {
            change(page, |event| {
                if let ContractEvent::TradeDisputed { by, .. } = event {
                    *by = STRANGER;
                }
            });
        },
        |said| {
            matches!(said, Contradiction::AgainstTheRules { block: 3, what: "disputed", source, .. }
                if matches!(**source, Refusal::NotParty { wallet: STRANGER, .. }))
        },
    ),
    (
        "a dispute is missing",
        |page| lose(page, |event| matches!(event, ContractEvent::TradeDisputed { .. })),
        |said| matches!(said, Contradiction::AgainstTheRules { block: 3, what: "sent back to accepted", .. }),
    ),
    (
        "a ruling on no dispute",
        |page| {
            let ContractEvent::TradeProposed { trade_id, .. } = event_of(&page.logs[1]) else { panic!("a proposal") };
            add(page, 5, &ContractEvent::DisputeUpheld { trade_id, at_fault: wallet(2) });
        },
        |said| matches!(said, Contradiction::AgainstTheRules { block: 5, what: "ruled on", .. }),
    ),
    (
        "more credit given than there was",
        |page| {
            change(page, |event| match event {
                ContractEvent::CreditTransferred { from, value, .. } if *from == wallet(1) => *value = U256::MAX,
                _ => {}
            });
        },
        |said| {
            matches!(said, Contradiction::Overdrawn { block: 5, wallet: is, balance, value: U256::MAX, .. }
                if *is == wallet(1) && *balance == barter_protocol::credit(50_000))
        },
    ),
    (
        "credit out of nothing",
        |page| {
            let event = ContractEvent::CreditTransferred { from: Address::ZERO, to: STRANGER, value: U256::from(1) };
            add(page, 3, &event);
        },
        |said| matches!(said, Contradiction::Unearned { block: 3, log_index: 900, .. }),
    ),
];

#[test]
fn every_lie_is_found_out_and_changes_nothing() {
    for place in Place::all() {
        for (name, lie, is_said) in LIES {
            let mut index = place.index();
            index.undo_to(0).unwrap();
            let before = index.status().unwrap().rows;
            let mut page = chain().whole();
            lie(&mut page);
            match index.apply(&page) {
                Err(Error::Contradiction(said)) => {
                    assert!(is_said(&said), "{name}: {said:?}");
                    assert!(said.to_string().contains("block") || said.to_string().contains("log"), "{said}");
                }
                other => panic!("{name}: {other:?}"),
            }
            assert_eq!(index.status().unwrap().rows, before, "{name}");
            // The truth is taken after the lie.
            index.apply(&chain().whole()).unwrap();
        }
    }
}

#[test]
fn every_lie_is_found_out_block_by_block() {
    for (name, lie, is_said) in LIES {
        let mut index = Place::Memory.index();
        let mut chain = chain();
        // Lies about the page as a whole are about others than these.
        let mut page = chain.whole();
        lie(&mut page);
        if page.from != 1
            || page.to != chain.last().header
            || page.headers.windows(2).any(|pair| pair[0].number > pair[1].number)
        {
            continue;
        }
        let told: Vec<Page> = (1..=5)
            .map(|number| {
                let of_block = |header: &&Header| header.number == number;
                let headers: Vec<Header> = page.headers.iter().filter(of_block).copied().collect();
                let to = headers.first().copied().unwrap_or(chain.header_of(number).unwrap());
                let logs = page.logs.iter().filter(|log| log.block_number == number).cloned().collect();
                let parent_hash = chain.header_of(number - 1).unwrap().hash;
                Page { from: number, to, parent_hash, headers, logs }
            })
            .collect();
        let failed = told.iter().find_map(|page| index.apply(page).err());
        match failed {
            Some(Error::Contradiction(said)) if is_said(&said) => {}
            // A header that is left out is in the page of its block alone, a block's number told wrong in none.
            None if name.contains("header is missing") || name.contains("later block") => {}
            Some(Error::Contradiction(Contradiction::LogOutOfOrder { .. })) if name.contains("out of order") => {}
            other => panic!("{name}: {other:?}"),
        }
        // What was left out of an earlier block is missing in the index until it is read again.
        index.undo_to(0).unwrap();
        follow(&mut index, &mut chain).unwrap();
        assert_eq!(index.head().unwrap().unwrap().hash, chain.last().header.hash, "{name}");
    }
}

#[test]
fn a_trade_proposed_again_on_another_page_is_found_out() {
    for place in Place::all() {
        let mut index = place.index();
        let honest = chain();
        index.apply(&honest.page_of(1, 2)).unwrap();
        let proposed = event_of(&honest.blocks[1].logs[0]);
        let ContractEvent::TradeProposed { trade_id, .. } = proposed else { panic!("a proposal") };
        // Also by an index that does not remember.
        for _ in 0..2 {
            let mut page = honest.page_of(3, 5);
            add(&mut page, 5, &proposed);
            let error = index.apply(&page).unwrap_err();
            let expected = Contradiction::ProposedTwice { block: 5, trade_id };
            assert!(matches!(&error, Error::Contradiction(said) if *said == expected), "{error:?}");
            assert_eq!(index.head().unwrap().unwrap().number, 2);
        }
        index.apply(&honest.page_of(3, 5)).unwrap();
    }
}

#[test]
fn an_acceptance_after_the_proposal_expired_is_found_out() {
    let mut chain = FakeChain::new();
    let mut trade_id = B256::ZERO;
    chain.mine(|world| trade_id = world.propose(wallet(1), wallet(2), true, 5_000, ("", "")));
    chain.mine_after(PROPOSAL_LIFETIME + 1, |world| _ = world.trade(1, 2, 5_000));
    let mut page = chain.whole();
    add(&mut page, 2, &ContractEvent::TradeAccepted { trade_id });
    let error = Place::Memory.index().apply(&page).unwrap_err();
    let Error::Contradiction(Contradiction::AgainstTheRules { source, .. }) = error else { panic!("{error:?}") };
    assert!(matches!(*source, Refusal::TradeExpired { .. }));
}

#[test]
fn a_reward_beyond_the_pairs_cap_is_found_out() {
    for place in Place::all() {
        for forget in [false, true] {
            let mut index = place.index();
            index.undo_to(0).unwrap();
            let mut chain = FakeChain::new();
            // In both directions.
            for number in 0..5 {
                chain.mine(|world| {
                    _ = if number % 2 == 0 { world.trade(1, 2, 5_000) } else { world.trade(2, 1, 5_000) }
                });
            }
            follow(&mut index, &mut chain).unwrap();
            chain.mine(|world| _ = world.trade(1, 2, 5_000));
            let mut page = chain.page_of(6, 6);
            assert_eq!(page.logs.len(), 3);
            let trade_id = chain.last().world.trades[5].0;
            add(&mut page, 6, &ContractEvent::ScoreUpdated { wallet: wallet(1), trade_id, score: 18 });
            if forget && !matches!(place, Place::Memory) {
                index = place.index();
            }
            let error = index.apply(&page).unwrap_err();
            assert!(matches!(error, Error::Contradiction(Contradiction::Unearned { .. })), "{error:?}");
            follow(&mut index, &mut chain).unwrap();
        }
    }
}

#[test]
fn a_page_that_does_not_follow_is_refused() {
    for place in Place::all() {
        let mut index = place.index();
        let chain = chain();
        index.apply(&chain.page_of(1, 2)).unwrap();
        let again = index.apply(&chain.page_of(1, 2)).unwrap_err();
        assert!(
            matches!(again, Error::Contradiction(Contradiction::WrongPage { from: 1, expected: 3, .. })),
            "{again:?}"
        );
        let skipped = index.apply(&chain.page_of(4, 5)).unwrap_err();
        assert!(matches!(skipped, Error::Contradiction(Contradiction::WrongPage { from: 4, expected: 3, .. })));
        let mut other = chain.page_of(3, 5);
        other.parent_hash = B256::repeat_byte(3);
        other.headers[0].parent_hash = B256::repeat_byte(3);
        let other = index.apply(&other).unwrap_err();
        assert!(matches!(other, Error::Contradiction(Contradiction::WrongParent { block: 3, .. })), "{other:?}");
        let mut early = chain.page_of(3, 5);
        early.headers.iter_mut().for_each(|header| header.timestamp = 5);
        early.to.timestamp = 5;
        let early = index.apply(&early).unwrap_err();
        assert!(matches!(early, Error::Contradiction(Contradiction::TimeRanBackwards { block: 3, timestamp: 5, .. })));
    }
}
