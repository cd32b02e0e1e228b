//! A regtest chain kept in memory, as long as it takes to confirm a channel. It has no proof of work, and nobody validates it.

use bitcoin::{
    Amount, Block, BlockHash, CompactTarget, Network, OutPoint, ScriptBuf, Sequence, Transaction, TxIn, TxMerkleNode,
    TxOut, Txid, Witness,
    absolute::LockTime,
    block::{Header, Version},
    constants::genesis_block,
    hashes::Hash,
    transaction,
};

/// Seconds between two blocks.
const BLOCK_SECONDS: u32 = 600;

/// The chain's last block.
pub(super) struct Chain {
    tip: Header,
    height: u32,
}

impl Chain {
    /// Regtest's first block.
    pub(super) fn new() -> Self {
        Self { tip: genesis_block(Network::Regtest).header, height: 0 }
    }

    /// Makes the next block. Returns it and its height.
    pub(super) fn mine(&mut self, transactions: Vec<Transaction>) -> (Block, u32) {
        let header = Header {
            version: Version::TWO,
            prev_blockhash: self.tip.block_hash(),
            merkle_root: TxMerkleNode::all_zeros(),
            time: self.tip.time + BLOCK_SECONDS,
            bits: CompactTarget::from_consensus(0x207f_ffff),
            nonce: self.height,
        };
        self.tip = header;
        self.height += 1;
        (Block { header, txdata: transactions }, self.height)
    }
}

/// A transaction that funds a channel from an output that never was. A node looks only for a witness, by which the
/// transaction's id cannot change any more.
pub(super) fn funding_transaction(value_sats: u64, script_pubkey: ScriptBuf) -> Transaction {
    let previous_output = OutPoint { txid: Txid::from_byte_array([1; 32]), vout: 0 };
    let input = TxIn {
        previous_output,
        script_sig: ScriptBuf::new(),
        sequence: Sequence::MAX,
        witness: Witness::from_slice(&[[1]]),
    };
    Transaction {
        version: transaction::Version::TWO,
        lock_time: LockTime::ZERO,
        input: vec![input],
        output: vec![TxOut { value: Amount::from_sat(value_sats), script_pubkey }],
    }
}

/// The hash of the block that a chain begins with.
pub(super) fn genesis_hash() -> BlockHash {
    genesis_block(Network::Regtest).block_hash()
}
