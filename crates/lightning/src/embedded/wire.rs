//! What one node has written and the other has not read.

use std::{
    hash::{Hash, Hasher},
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use lightning::ln::peer_handler::SocketDescriptor;

/// One node's end of a connection, as LDK knows it. Clones are the same end.
#[derive(Clone)]
pub(super) struct Wire {
    /// Which connection: LDK tells them apart by it.
    connection: u64,
    written: Arc<Mutex<Written>>,
}

#[derive(Default)]
struct Written {
    bytes: Vec<u8>,
    is_closed: bool,
}

impl Wire {
    /// An end of a connection with this number.
    pub(super) fn new(connection: u64) -> Self {
        Self { connection, written: Arc::default() }
    }

    /// Takes what was written since it was last asked.
    pub(super) fn take(&self) -> Vec<u8> {
        mem::take(&mut self.written().bytes)
    }

    /// Whether the node at this end has hung up.
    pub(super) fn is_closed(&self) -> bool {
        self.written().is_closed
    }

    fn written(&self) -> MutexGuard<'_, Written> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SocketDescriptor for Wire {
    /// Takes everything. A wish to read no more is not heeded: all that is there was written in one round, and is bounded by it.
    fn send_data(&mut self, data: &[u8], _continue_read: bool) -> usize {
        let mut written = self.written();
        if written.is_closed {
            return 0;
        }
        written.bytes.extend_from_slice(data);
        data.len()
    }

    fn disconnect_socket(&mut self) {
        self.written().is_closed = true;
    }
}

impl PartialEq for Wire {
    fn eq(&self, other: &Self) -> bool {
        self.connection == other.connection
    }
}

impl Eq for Wire {}

impl Hash for Wire {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.connection.hash(state);
    }
}
