//! The network as a whole.

use super::{
    node::EmbeddedNode,
    pair::{Pair, Who},
};
use crate::Error;

/// Smallest channel that is opened: some trades of the smallest amount fit into it.
const MIN_CHANNEL_SATS: u64 = 100_000;

/// Largest channel that nodes open without having agreed on larger ones.
const MAX_CHANNEL_SATS: u64 = (1 << 24) - 1;

/// How the network is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EmbeddedSettings {
    /// What the channel holds, in satoshis: 100,000 to 16,777,215. Either side gets half, and can never spend a hundredth of
    /// the whole, its reserve.
    pub channel_sats: u64,
}

impl Default for EmbeddedSettings {
    fn default() -> Self {
        Self { channel_sats: 10_000_000 }
    }
}

/// Two nodes with a public channel between them. They live as long as one of this and of its nodes does.
#[derive(Clone, Debug)]
pub struct EmbeddedNetwork {
    first: EmbeddedNode,
    second: EmbeddedNode,
}

impl EmbeddedNetwork {
    /// Starts both nodes, connects them, and opens the channel. Their keys are the same every time.
    ///
    /// # Errors
    /// [`Error::InvalidSetting`]; [`Error::Refused`] if LDK does what it is not expected to.
    pub fn new(settings: EmbeddedSettings) -> Result<Self, Error> {
        let channel_sats = settings.channel_sats;
        if !(MIN_CHANNEL_SATS..=MAX_CHANNEL_SATS).contains(&channel_sats) {
            return Err(Error::InvalidSetting {
                setting: "channel_sats".to_owned(),
                reason: format!("it is {channel_sats}, expected {MIN_CHANNEL_SATS} to {MAX_CHANNEL_SATS}"),
            });
        }
        let first = EmbeddedNode::new(Pair::open(channel_sats)?, Who::First);
        let second = first.neighbour(Who::Second);
        Ok(Self { first, second })
    }

    /// The node that opened the channel.
    pub fn first(&self) -> &EmbeddedNode {
        &self.first
    }

    /// The node it was opened to.
    pub fn second(&self) -> &EmbeddedNode {
        &self.second
    }
}
