//! The event log: everything that happened in a world, as bytes.
//!
//! The same scenario, seed and world give the same bytes on every machine and any number of threads, and a
//! [replay](crate::replay) needs nothing else. What follows is the whole format.
//!
//! A **number** is an unsigned LEB128 of at most 64 bits in its shortest form: seven bits a byte, the lowest first, bit 7 set
//! on all bytes but the last. Wallets, agents, crowds and trades are named by their numbers. Other integers are big-endian.
//!
//! # Header
//!
//! | bytes  | what                                                                         |
//! |--------|------------------------------------------------------------------------------|
//! | 8      | `bartrlog`                                                                   |
//! | 1      | version of this format: 1                                                    |
//! | number | which of the scenario's worlds it is, from 0                                 |
//! | 8      | the world's seed, which its addresses, keys and preimages come from          |
//! | 32     | keccak256 of the code that deployed the contracts, constructor's argument and all |
//! | number | length of the scenario, at most 1 MiB                                        |
//! | …      | the scenario as TOML, UTF-8                                                  |
//!
//! # Records
//!
//! A record is a byte that says what it is, and its fields:
//!
//! | byte | record      | fields                                                                       |
//! |------|-------------|------------------------------------------------------------------------------|
//! | 0x01 | wallet      | 20 bytes of its address; numbers: agent, crowd                               |
//! | 0x02 | block       | numbers: its number, its Unix time, price of gas in wei                      |
//! | 0x03 | payment     | number: the trade                                                            |
//! | 0x10 | propose     | numbers: wallet, counterparty; role; number: amount in satoshis; 1 byte: 1 with texts, else 0 |
//! | 0x11 | open        | the same                                                                     |
//! | 0x12 | accept      | number: the trade                                                            |
//! | 0x13 | settle      | number: the trade; 1 byte: 0 the preimage as far as known, 1 a guess, 2 that of another trade; for 2, number: that trade |
//! | 0x14 | settle many | number: how many; numbers: the trades                                        |
//! | 0x15 | settle as payee | number: the trade                                                        |
//! | 0x16 | settle, signature forged | number: the trade                                               |
//! | 0x17 | dispute     | numbers: trade, wallet; 1 byte: 1 if the other party is at fault, else 0     |
//! | 0x18 | dismiss     | number: the trade                                                            |
//! | 0x19 | uphold      | numbers: trade, wallet at fault                                              |
//! | 0xff | end         | 32 bytes: sha256 over everything before them. Nothing follows                |
//!
//! A role is 1 byte: 0 payer, 1 payee. Those from 0x10 to 0x19 are transactions and go on with numbers: tip in wei for each gas,
//! gas used; then what came of it, a number: 0 reverted, and 4 bytes of the error's selector follow; 1 stopped by the EVM; 2
//! or more went well, and so many less 2 events follow, each a byte and its fields:
//!
//! | byte | event          | fields                                     |
//! |------|----------------|--------------------------------------------|
//! | 0    | proposed       | number: the trade                          |
//! | 1    | accepted       | number: the trade                          |
//! | 2    | settled        | number: the trade                          |
//! | 3    | disputed       | number: the trade                          |
//! | 4    | dismissed      | number: the trade                          |
//! | 5    | upheld         | number: the trade                          |
//! | 6    | score          | numbers: wallet, its score from now on     |
//! | 7    | credit         | numbers: wallet, whole tokens it earned    |
//!
//! The log's hash is the one that it ends with.

mod encode;
mod reader;

use std::io;

use alloy_primitives::{B256, keccak256};
use sha2::{Digest, Sha256};

pub use reader::{LogError, Reader};

use crate::{ledger, record::Record, scenario::Scenario};

const MAGIC: [u8; 8] = *b"bartrlog";
/// Version of the format.
pub const VERSION: u8 = 1;
/// Longest scenario, in bytes.
const MAX_SCENARIO_BYTES: u64 = 1 << 20;

/// Bytes gathered before they are hashed.
const CHUNK: usize = 1 << 16;

/// What a log begins with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// Which of the scenario's worlds it is.
    pub world: u64,
    /// The world's seed.
    pub seed: u64,
    /// keccak256 of the code that deployed the contracts.
    pub code_digest: B256,
    /// The scenario, as TOML.
    pub scenario: String,
}

impl Header {
    pub(crate) fn new(scenario: &Scenario, world: u64, seed: u64) -> Self {
        let code_digest = keccak256(ledger::init_code(scenario));
        Self { world, seed, code_digest, scenario: scenario.to_toml() }
    }
}

/// The log as it is written: hashed, and kept where somebody wants it.
pub(crate) struct Log {
    buffer: Vec<u8>,
    hasher: Sha256,
    sink: Option<Box<dyn io::Write + Send>>,
    failure: Option<io::Error>,
}

impl Log {
    /// A log that goes to a sink, if there is one.
    pub(crate) fn new(header: &Header, sink: Option<Box<dyn io::Write + Send>>) -> Self {
        let mut log = Self { buffer: Vec::with_capacity(2 * CHUNK), hasher: Sha256::new(), sink, failure: None };
        encode::header(&mut log.buffer, header);
        log
    }

    /// Adds a record.
    pub(crate) fn write(&mut self, record: &Record<'_>) {
        encode::record(&mut self.buffer, record);
        if self.buffer.len() >= CHUNK {
            self.flush();
        }
    }

    fn flush(&mut self) {
        self.hasher.update(&self.buffer);
        self.pass_on();
    }

    fn pass_on(&mut self) {
        if let Some(sink) = &mut self.sink
            && self.failure.is_none()
        {
            self.failure = sink.write_all(&self.buffer).err();
        }
        self.buffer.clear();
    }

    /// Ends the log. Returns its hash.
    ///
    /// # Errors
    /// The first failure of the sink.
    pub(crate) fn finish(mut self) -> io::Result<B256> {
        self.buffer.push(encode::END);
        self.flush();
        let hash = B256::from_slice(&std::mem::take(&mut self.hasher).finalize());
        self.buffer.extend_from_slice(hash.as_slice());
        self.pass_on();
        if let Some(sink) = &mut self.sink
            && self.failure.is_none()
        {
            self.failure = sink.flush().err();
        }
        self.failure.map_or(Ok(hash), Err)
    }
}

impl std::fmt::Debug for Log {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Log").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
