//! What it costs to look a wallet up that strangers have sent a million proposals to, beside one they left alone: a table for
//! BENCHMARKS.md.
//!
//! ```sh
//! cargo bench -p barter-index --bench strangers [-- proposals]
//! ```
//!
//! The proposals go in as real logs by [`Index::apply`], after a market of 10,000 trades that both wallets take part in.

use std::{env, error::Error, time::Instant};

use alloy_primitives::{Address, B256, U256};
use barter_bindings::ContractEvent;
use barter_index::{
    Header, Index, Location, Page,
    synthetic::{Settings, Synthetic, identity, log},
};
use barter_protocol::{Preimage, Role, Terms};

/// Proposals, where the command line names no number.
const PROPOSALS: u64 = 1_000_000;
/// Proposals of each page, all in one block.
const PROPOSALS_PER_PAGE: u64 = 10_000;
/// Lookups for each figure, of which the middle one counts.
const LOOKUPS: usize = 1_001;

fn main() -> Result<(), Box<dyn Error>> {
    let named = env::args().skip(1).find(|argument| argument != "--bench");
    let proposals = named.map_or(Ok(PROPOSALS), |text| text.parse())?;
    let folder = tempfile::tempdir()?;
    let mut index = Index::create(&Location::file(folder.path().join("index.db")), &identity())?;
    let market = Synthetic::new(Settings::default());
    // Wallets that trade about as much as each other: their numbers are next to each other.
    let (spammed, left_alone) = (market.wallet(500), market.wallet(501));
    for page in market {
        index.apply(&page)?;
    }
    println!("| proposals by strangers | the wallet they are sent to | another wallet |");
    println!("|---|---|---|");
    row(&mut index, 0, spammed, left_alone)?;
    for first in (0..proposals).step_by(usize::try_from(PROPOSALS_PER_PAGE)?) {
        let page = page(&mut index, first, PROPOSALS_PER_PAGE.min(proposals - first), spammed)?;
        index.apply(&page)?;
    }
    row(&mut index, proposals, spammed, left_alone)
}

fn row(index: &mut Index, proposals: u64, spammed: Address, left_alone: Address) -> Result<(), Box<dyn Error>> {
    let (spammed, left_alone) = (look_up(index, spammed)?, look_up(index, left_alone)?);
    println!("| {proposals} | {spammed} µs | {left_alone} µs |");
    Ok(())
}

/// The microseconds it takes to read what a report on a wallet is made of: its standing and its settled trades.
fn look_up(index: &mut Index, wallet: Address) -> Result<u128, Box<dyn Error>> {
    let mut times = Vec::with_capacity(LOOKUPS);
    for _ in 0..LOOKUPS {
        let begun = Instant::now();
        index.read(|reader| Ok((reader.standing(wallet)?, reader.settled_trades_of(wallet)?)))?;
        times.push(begun.elapsed().as_micros());
    }
    times.sort_unstable();
    Ok(times[LOOKUPS / 2])
}

/// The next page: a block of proposals, each by a wallet of its own.
fn page(index: &mut Index, first: u64, count: u64, to: Address) -> Result<Page, Box<dyn Error>> {
    let head = index.head()?.ok_or("the index is empty")?;
    let header = Header {
        number: head.number + 1,
        hash: B256::from(U256::from(head.number + 1)),
        parent_hash: head.hash,
        timestamp: head.timestamp + 12,
    };
    let mut logs = Vec::new();
    for (place, number) in (first..first + count).enumerate() {
        let stranger = Address::left_padding_from(&(1 << 60 | number).to_be_bytes());
        let payment_hash = Preimage::new(B256::from(U256::from(number)).0).payment_hash();
        let terms = Terms::new(stranger, to, payment_hash, 1_000, "spam", "Buy!")?;
        let event = ContractEvent::TradeProposed {
            trade_id: terms.trade_id(Role::Payer),
            party_a: stranger,
            party_b: to,
            payer: stranger,
            payment_hash,
            amount_sats: terms.amount_sats(),
            category: terms.category().to_owned(),
            description: terms.description().to_owned(),
        };
        logs.push(log(&identity().contracts(), &header, place as u64, &event));
    }
    Ok(Page { from: header.number, to: header, parent_hash: head.hash, headers: vec![header], logs })
}
