//! Writing the event log, and its hash.

use std::io;

use alloy_primitives::B256;
use sha2::{Digest, Sha256};

use crate::record::Record;

/// Bytes gathered before they are hashed.
const CHUNK: usize = 1 << 16;

/// The log as it is written: hashed, and kept where somebody wants it.
pub struct Log {
    buffer: Vec<u8>,
    hasher: Sha256,
    sink: Option<Box<dyn io::Write + Send>>,
    failure: Option<io::Error>,
}

impl Log {
    /// A log that goes to a sink, if there is one.
    pub fn new(sink: Option<Box<dyn io::Write + Send>>) -> Self {
        Self { buffer: Vec::with_capacity(2 * CHUNK), hasher: Sha256::new(), sink, failure: None }
    }

    /// Adds a record.
    pub(crate) fn write(&mut self, record: &Record<'_>) {
        // PLACEHOLDER for the compact form; the engine's part.
        self.buffer.extend_from_slice(format!("{record:?}\n").as_bytes());
        if self.buffer.len() >= CHUNK {
            self.flush();
        }
    }

    fn flush(&mut self) {
        self.hasher.update(&self.buffer);
        if let Some(sink) = &mut self.sink
            && self.failure.is_none()
        {
            self.failure = sink.write_all(&self.buffer).err();
        }
        self.buffer.clear();
    }

    /// Ends the log. Returns sha256 over all of it.
    ///
    /// # Errors
    /// The first failure of the sink.
    pub fn finish(mut self) -> io::Result<B256> {
        self.flush();
        if let Some(sink) = &mut self.sink
            && self.failure.is_none()
        {
            self.failure = sink.flush().err();
        }
        match self.failure {
            Some(error) => Err(error),
            None => Ok(B256::from_slice(&self.hasher.finalize())),
        }
    }
}

impl std::fmt::Debug for Log {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Log").finish_non_exhaustive()
    }
}
