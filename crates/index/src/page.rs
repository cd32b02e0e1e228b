//! From a page as a node gives it to events, with every check that needs nothing but the page.

use alloy_primitives::{Address, B256};
use barter_bindings::{Addresses, ContractEvent};
use barter_protocol::{PaymentHash, Role, Terms, Trade};

use crate::{Block, Contradiction, Header, Log, Page};

/// What replaces a NUL, which PostgreSQL takes in no text, and bytes that are no UTF-8.
const REPLACEMENT: char = char::REPLACEMENT_CHARACTER;

/// An event, of a block of the page.
#[derive(Debug)]
pub(crate) struct Event {
    pub(crate) block_number: u64,
    pub(crate) timestamp: u64,
    pub(crate) log_index: u64,
    pub(crate) transaction_hash: B256,
    pub(crate) kind: ContractEvent,
    /// The trade a proposal begins.
    pub(crate) trade: Option<Trade>,
}

/// A page, checked and read.
#[derive(Debug)]
pub(crate) struct Decoded {
    pub(crate) from: u64,
    pub(crate) to: Block,
    /// The blocks with events, in order.
    pub(crate) blocks: Vec<Block>,
    /// In order.
    pub(crate) events: Vec<Event>,
}

/// Reads a page.
pub(crate) fn decode(contracts: &Addresses, page: &Page) -> Result<Decoded, Contradiction> {
    check_headers(page)?;
    let mut headers = page.headers.iter().copied().chain((!ends_with_last(page)).then_some(page.to)).peekable();
    let mut decoded = Decoded { from: page.from, to: page.to.into(), blocks: Vec::new(), events: Vec::new() };
    let mut last = None;
    for log in &page.logs {
        check_place(page, log)?;
        let place = (log.block_number, log.log_index);
        if last >= Some(place) {
            return Err(Contradiction::LogOutOfOrder { block: log.block_number, log_index: log.log_index });
        }
        last = Some(place);
        let header = header_of(&mut headers, log)?;
        let Some(event) = read(contracts, header, log)? else { continue };
        if decoded.blocks.last().is_none_or(|block| block.number != header.number) {
            decoded.blocks.push(header.into());
        }
        decoded.events.push(event);
    }
    Ok(decoded)
}

fn ends_with_last(page: &Page) -> bool {
    page.headers.last().is_some_and(|header| header.number == page.to.number)
}

/// In order, of the page, joined to each other where they are neighbours, with times that do not fall.
fn check_headers(page: &Page) -> Result<(), Contradiction> {
    let (from, to) = (page.from, page.to.number);
    let mut before: Option<Header> = None;
    for header in page.headers.iter().copied().chain((!ends_with_last(page)).then_some(page.to)) {
        let block = header.number;
        if !(from..=to).contains(&block) || before.is_some_and(|before| before.number >= block) {
            return Err(Contradiction::HeaderOutOfPlace { block, from, to });
        }
        if let Some(value) = [block, header.timestamp].into_iter().find(|value| i64::try_from(*value).is_err()) {
            return Err(Contradiction::BeyondNumbers { block, value });
        }
        let parent = match before {
            Some(before) if before.number + 1 == block => Some(before.hash),
            _ if block == from => Some(page.parent_hash),
            _ => None,
        };
        if let Some(expected) = parent.filter(|parent| *parent != header.parent_hash) {
            return Err(Contradiction::WrongParent { block, expected, found: header.parent_hash });
        }
        if let Some(earlier) = before.map(|before| before.timestamp).filter(|earlier| *earlier > header.timestamp) {
            return Err(Contradiction::TimeRanBackwards { block, timestamp: header.timestamp, earlier });
        }
        before = Some(header);
    }
    match before {
        Some(last) if last == page.to => Ok(()),
        // The last header is another one than the page's end says.
        _ => Err(Contradiction::HeaderOutOfPlace { block: to, from, to }),
    }
}

fn check_place(page: &Page, log: &Log) -> Result<(), Contradiction> {
    let (block, log_index) = (log.block_number, log.log_index);
    if log.removed {
        return Err(Contradiction::LogRemoved { block, log_index });
    }
    if !(page.from..=page.to.number).contains(&block) {
        return Err(Contradiction::LogOutOfPage { block, log_index, from: page.from, to: page.to.number });
    }
    if i64::try_from(log_index).is_err() {
        return Err(Contradiction::BeyondNumbers { block, value: log_index });
    }
    Ok(())
}

/// The header of a log's block. Logs come in order, so headers before it are not needed again.
fn header_of(
    headers: &mut std::iter::Peekable<impl Iterator<Item = Header>>,
    log: &Log,
) -> Result<Header, Contradiction> {
    let (block, log_index) = (log.block_number, log.log_index);
    while headers.next_if(|header| header.number < block).is_some() {}
    let Some(header) = headers.peek().copied().filter(|header| header.number == block) else {
        return Err(Contradiction::LogWithoutHeader { block, log_index });
    };
    if header.hash != log.block_hash {
        return Err(Contradiction::WrongBlockHash { block, log_index, expected: header.hash, found: log.block_hash });
    }
    Ok(header)
}

fn read(contracts: &Addresses, header: Header, log: &Log) -> Result<Option<Event>, Contradiction> {
    let (block, log_index) = (header.number, log.log_index);
    let decoded = ContractEvent::decode(contracts, log.address, &log.topics, &log.data)
        .map_err(|source| Contradiction::Undecodable { block, log_index, source: source.into() })?;
    let Some(mut kind) = decoded else { return Ok(None) };
    let trade = propose(header, &kind)?;
    if let ContractEvent::TradeProposed { category, description, .. } = &mut kind {
        remove_nul(category);
        remove_nul(description);
    }
    Ok(Some(Event {
        block_number: block,
        timestamp: header.timestamp,
        log_index,
        transaction_hash: log.transaction_hash,
        kind,
        trade,
    }))
}

/// The trade that begins with an event, if one does. Its id is a commitment to its terms, so a node that changes one is found
/// out at once.
fn propose(header: Header, event: &ContractEvent) -> Result<Option<Trade>, Contradiction> {
    let ContractEvent::TradeProposed { trade_id, party_a, party_b, payer, payment_hash, amount_sats, .. } = event
    else {
        return Ok(None);
    };
    let ContractEvent::TradeProposed { category, description, .. } = event else { return Ok(None) };
    let (block, trade_id, payer) = (header.number, *trade_id, *payer);
    let Some((payee, proposer)) = sides(*party_a, *party_b, payer) else {
        return Err(Contradiction::PayerIsNoParty { block, trade_id, payer });
    };
    let terms = terms(payer, payee, *payment_hash, *amount_sats, (category, description)).map_err(|source| {
        Contradiction::AgainstTheRules { block, trade_id, what: "proposed", source: source.into() }
    })?;
    let trade = Trade::propose(terms, proposer, header.timestamp);
    let expected = trade.trade_id();
    // Of texts that came with replacements the bytes are not known: then the id's first part, which they are not in, has to do.
    let bound = if is_exact(category) && is_exact(description) { 32 } else { 12 };
    if trade_id[..bound] != expected[..bound] {
        return Err(Contradiction::WrongTradeId { block, trade_id, expected });
    }
    Ok(Some(trade))
}

/// Who is paid, and which of the two proposed.
pub(crate) fn sides(party_a: Address, party_b: Address, payer: Address) -> Option<(Address, Role)> {
    if payer == party_a {
        Some((party_b, Role::Payer))
    } else if payer == party_b {
        Some((party_a, Role::Payee))
    } else {
        None
    }
}

/// A trade's terms. Texts with replacements, which may be longer than what they stand for, are left out.
pub(crate) fn terms(
    payer: Address,
    payee: Address,
    payment_hash: PaymentHash,
    amount_sats: u64,
    (category, description): (&str, &str),
) -> Result<Terms, barter_protocol::Error> {
    let exact = |text: &str| if is_exact(text) { text.to_owned() } else { String::new() };
    Terms::new(payer, payee, payment_hash, amount_sats, exact(category), exact(description))
}

fn is_exact(text: &str) -> bool {
    !text.contains(REPLACEMENT)
}

fn remove_nul(text: &mut String) {
    if text.contains('\0') {
        *text = text.replace('\0', REPLACEMENT.encode_utf8(&mut [0; 4]));
    }
}
