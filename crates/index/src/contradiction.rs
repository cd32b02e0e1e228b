//! What a node can say that no chain does.

use alloy_primitives::{Address, B256, U256};
use barter_bindings::{ContractEvent, DecodeError};
use barter_protocol::TradeId;

/// What a node said that cannot be: it lies, or has lost blocks or logs, or the addresses are not those of Barter's contracts.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Contradiction {
    /// A page that is not of the blocks asked for.
    #[error("a page of blocks {from} to {to} where one from {expected} was asked for")]
    WrongPage {
        /// Where it begins.
        from: u64,
        /// Where it ends.
        to: u64,
        /// Where it has to begin.
        expected: u64,
    },
    /// A page that goes beyond the last block that was asked for.
    #[error("a page of blocks {from} to {to} where none beyond block {last} was asked for")]
    PageTooLong {
        /// Where it begins.
        from: u64,
        /// Where it ends.
        to: u64,
        /// Where it has to end at the latest.
        last: u64,
    },
    /// A page that does not join on to the block before it.
    #[error("block {block} has {found} for its parent, and the block before it is {expected}")]
    WrongParent {
        /// The block.
        block: u64,
        /// The hash of the block before it.
        expected: B256,
        /// The parent it names.
        found: B256,
    },
    /// Headers that are not in order, or not of the page.
    #[error("the header of block {block} is not where it belongs in the page of blocks {from} to {to}")]
    HeaderOutOfPlace {
        /// The block.
        block: u64,
        /// The page's first block.
        from: u64,
        /// The page's last block.
        to: u64,
    },
    /// Time ran backwards.
    #[error("block {block} is of Unix time {timestamp}, before {earlier}, which a block before it is of")]
    TimeRanBackwards {
        /// The block.
        block: u64,
        /// Its time.
        timestamp: u64,
        /// The earlier block's.
        earlier: u64,
    },
    /// A number beyond 63 bits.
    #[error("block {block} has the number or time {value}, beyond 63 bits")]
    BeyondNumbers {
        /// The block.
        block: u64,
        /// The number.
        value: u64,
    },
    /// A log of a block that was not asked for.
    #[error("log {log_index} is of block {block}, and blocks {from} to {to} were asked for")]
    LogOutOfPage {
        /// The block.
        block: u64,
        /// The log.
        log_index: u64,
        /// The page's first block.
        from: u64,
        /// The page's last block.
        to: u64,
    },
    /// A log of a block that has no header in the page.
    #[error("log {log_index} is of block {block}, whose header is not given")]
    LogWithoutHeader {
        /// The block.
        block: u64,
        /// The log.
        log_index: u64,
    },
    /// A log of another block with the same number.
    #[error("log {log_index} of block {block} is of the block with hash {found}, and the header has {expected}")]
    WrongBlockHash {
        /// The block.
        block: u64,
        /// The log.
        log_index: u64,
        /// The header's hash.
        expected: B256,
        /// The log's.
        found: B256,
    },
    /// A log given twice, or after a later one.
    #[error("log {log_index} of block {block} is doubled or out of order")]
    LogOutOfOrder {
        /// The block.
        block: u64,
        /// The log.
        log_index: u64,
    },
    /// A log that is said to be taken back.
    #[error("log {log_index} of block {block} is given as one that was taken back")]
    LogRemoved {
        /// The block.
        block: u64,
        /// The log.
        log_index: u64,
    },
    /// A log that cannot be read.
    #[error("block {block}, log {log_index}: {source}")]
    Undecodable {
        /// The block.
        block: u64,
        /// The log.
        log_index: u64,
        /// What is wrong.
        source: Box<DecodeError>,
    },
    /// Something happened to a trade that the contracts do not let happen: logs before it are missing, most likely.
    #[error("block {block}: trade {trade_id} cannot have been {what}: {source}")]
    AgainstTheRules {
        /// The block.
        block: u64,
        /// The trade.
        trade_id: TradeId,
        /// What happened to it.
        what: &'static str,
        /// What the contract would have said.
        source: Box<barter_protocol::Error>,
    },
    /// Something happened to a trade that nobody proposed.
    #[error("block {block}: trade {trade_id} was {what}, and never proposed")]
    NeverProposed {
        /// The block.
        block: u64,
        /// The trade.
        trade_id: TradeId,
        /// What happened to it.
        what: &'static str,
    },
    /// A trade that was proposed twice.
    #[error("block {block}: trade {trade_id} was proposed before")]
    ProposedTwice {
        /// The block.
        block: u64,
        /// The trade.
        trade_id: TradeId,
    },
    /// A proposal whose id is not that of its terms.
    #[error("block {block}: the proposal of trade {trade_id} has terms of the id {expected}")]
    WrongTradeId {
        /// The block.
        block: u64,
        /// The id in the log.
        trade_id: TradeId,
        /// The id of its terms.
        expected: TradeId,
    },
    /// A proposal whose payer is neither party.
    #[error("block {block}: {payer} is to pay in trade {trade_id}, and is no party of it")]
    PayerIsNoParty {
        /// The block.
        block: u64,
        /// The trade.
        trade_id: TradeId,
        /// The payer.
        payer: Address,
    },
    /// A settlement is followed by exactly the rise of both scores and the mint of both credits, or, beyond the pair's cap, by
    /// none of it; this is something else.
    #[error("block {block}: a settlement was to be followed by {expected:?}, and is by {found:?}")]
    WrongReward {
        /// The block.
        block: u64,
        /// What has to follow.
        expected: Box<ContractEvent>,
        /// What follows; nothing, where the block ends.
        found: Option<Box<ContractEvent>>,
    },
    /// A score rose or credit was minted by no settlement.
    #[error("block {block}, log {log_index}: no settlement brought {event:?}")]
    Unearned {
        /// The block.
        block: u64,
        /// The log.
        log_index: u64,
        /// What happened.
        event: Box<ContractEvent>,
    },
    /// A wallet gave away more credit than it has.
    #[error("block {block}, log {log_index}: {wallet} gave {value} units of credit away, and has {balance}")]
    Overdrawn {
        /// The block.
        block: u64,
        /// The log.
        log_index: u64,
        /// The wallet.
        wallet: Address,
        /// What it had, in 1e-18 tokens.
        balance: U256,
        /// What it gave, in 1e-18 tokens.
        value: U256,
    },
    /// A block below the head that the node does not have, at several looks in a row.
    #[error("the node has no block {block}, and its head is block {head}")]
    MissingBlock {
        /// The block.
        block: u64,
        /// The head.
        head: u64,
    },
}
