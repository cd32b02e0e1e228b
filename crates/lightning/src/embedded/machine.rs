//! One LDK node: put together, written down, read back.

use std::{
    cell::RefCell,
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::{SystemTime, UNIX_EPOCH},
};

use bitcoin::{Block, BlockHash, Network, Transaction, secp256k1::PublicKey};
use lightning::{
    chain::{
        BestBlock, ChannelMonitorUpdateStatus, Filter, Listen,
        chaininterface::{BroadcasterInterface, ConfirmationTarget, FEERATE_FLOOR_SATS_PER_KW, FeeEstimator},
        chainmonitor::{ChainMonitor, Persist},
        channelmonitor::{ChannelMonitor, ChannelMonitorUpdate},
    },
    events::{Event, EventsProvider},
    ln::{
        channelmanager::{ChainParameters, ChannelManager, ChannelManagerReadArgs},
        peer_handler::{IgnoringMessageHandler, MessageHandler, PeerManager},
    },
    onion_message::messenger::DefaultMessageRouter,
    routing::{gossip::NetworkGraph, router::DefaultRouter, scoring::FixedPenaltyScorer},
    sign::{EntropySource, InMemorySigner, KeysManager, NodeSigner},
    util::{
        config::{MaxDustHTLCExposure, UserConfig},
        logger::{Logger, Record},
        persist::MonitorName,
        ser::{ReadableArgs, Writeable},
    },
};

use super::wire::Wire;
use crate::Error;

/// LDK's part of a node that keeps channels.
pub(super) type Manager = ChannelManager<
    Arc<Monitors>,
    Arc<Broadcaster>,
    Arc<KeysManager>,
    Arc<KeysManager>,
    Arc<KeysManager>,
    Arc<FloorFees>,
    Arc<Router>,
    Arc<DefaultMessageRouter<Arc<Graph>, Arc<Silence>, Arc<KeysManager>>>,
    Arc<Silence>,
>;

type Monitors = ChainMonitor<
    InMemorySigner,
    Arc<dyn Filter + Send + Sync>,
    Arc<Broadcaster>,
    Arc<FloorFees>,
    Arc<Silence>,
    Arc<Unpersisted>,
    Arc<KeysManager>,
>;

type Graph = NetworkGraph<Arc<Silence>>;

type Router =
    DefaultRouter<Arc<Graph>, Arc<Silence>, Arc<KeysManager>, Arc<RwLock<FixedPenaltyScorer>>, (), FixedPenaltyScorer>;

type Peers = PeerManager<
    Wire,
    Arc<Manager>,
    IgnoringMessageHandler,
    IgnoringMessageHandler,
    Arc<Silence>,
    IgnoringMessageHandler,
    Arc<KeysManager>,
    IgnoringMessageHandler,
>;

/// A running node.
pub(super) struct Machine {
    pub(super) manager: Arc<Manager>,
    pub(super) peers: Peers,
    monitors: Arc<Monitors>,
    broadcaster: Arc<Broadcaster>,
    seed: [u8; 32],
}

/// What LDK's part of a node has left on the node's disk.
pub(super) struct Remains {
    seed: [u8; 32],
    manager: Vec<u8>,
    monitors: Vec<Vec<u8>>,
}

impl Machine {
    /// A node that never was before, at the chain's first block.
    pub(super) fn new(seed: [u8; 32], genesis: BlockHash) -> Self {
        let parts = Parts::new(seed);
        let manager = ChannelManager::new(
            Arc::new(FloorFees),
            Arc::clone(&parts.monitors),
            Arc::clone(&parts.broadcaster),
            parts.router(),
            parts.message_router(),
            Arc::new(Silence),
            Arc::clone(&parts.keys),
            Arc::clone(&parts.keys),
            Arc::clone(&parts.keys),
            config(),
            ChainParameters { network: Network::Regtest, best_block: BestBlock::new(genesis, 0) },
            now().0,
        );
        parts.run(manager)
    }

    /// Starts a node again from what it left.
    pub(super) fn read(remains: &Remains) -> Result<Self, Error> {
        let parts = Parts::new(remains.seed);
        let mut monitors = Vec::with_capacity(remains.monitors.len());
        for bytes in &remains.monitors {
            let (_, monitor): (BlockHash, ChannelMonitor<InMemorySigner>) =
                ReadableArgs::read(&mut bytes.as_slice(), (&*parts.keys, &*parts.keys))
                    .map_err(|_| unreadable("channel"))?;
            monitors.push(monitor);
        }
        let arguments = ChannelManagerReadArgs::new(
            Arc::clone(&parts.keys),
            Arc::clone(&parts.keys),
            Arc::clone(&parts.keys),
            Arc::new(FloorFees),
            Arc::clone(&parts.monitors),
            Arc::clone(&parts.broadcaster),
            parts.router(),
            parts.message_router(),
            Arc::new(Silence),
            config(),
            monitors.iter().collect(),
        );
        let (_, manager): (BlockHash, Manager) =
            ReadableArgs::read(&mut remains.manager.as_slice(), arguments).map_err(|_| unreadable("state"))?;
        for monitor in monitors {
            let channel_id = monitor.channel_id();
            let loaded = parts.monitors.load_existing_monitor(channel_id, monitor);
            loaded.map_err(|()| unreadable("channel a second time"))?;
        }
        Ok(parts.run(manager))
    }

    /// What would be on its disk if it were killed now. Channels are written at every change and the rest after every event, so
    /// that between two events the disk is never behind.
    pub(super) fn remains(&self) -> Remains {
        let written = |channel| self.monitors.get_monitor(channel).ok().map(|monitor| monitor.encode());
        Remains {
            seed: self.seed,
            manager: self.manager.encode(),
            monitors: self.monitors.list_monitors().into_iter().filter_map(written).collect(),
        }
    }

    /// The key that it signs with and is found by.
    pub(super) fn public_key(&self) -> PublicKey {
        self.manager.get_our_node_id()
    }

    /// Takes the events that wait.
    pub(super) fn events(&self) -> Vec<Event> {
        let events = RefCell::new(Vec::new());
        let take = |event| {
            events.borrow_mut().push(event);
            Ok(())
        };
        self.manager.process_pending_events(&take);
        self.monitors.process_pending_events(&take);
        events.into_inner()
    }

    /// Shows it a block.
    pub(super) fn connect(&self, block: &Block, height: u32) {
        self.manager.block_connected(block, height);
        self.monitors.block_connected(block, height);
    }

    /// Takes the transactions that it wants mined.
    pub(super) fn broadcast(&self) -> Vec<Transaction> {
        std::mem::take(&mut self.broadcaster.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A node that was killed cannot be started again, as something it had written is not what it was.
pub(super) fn unreadable(what: &str) -> Error {
    Error::Refused { reason: format!("the node's {what} cannot be read back") }
}

/// What a channel manager is put together from, new or read.
struct Parts {
    seed: [u8; 32],
    keys: Arc<KeysManager>,
    broadcaster: Arc<Broadcaster>,
    monitors: Arc<Monitors>,
    graph: Arc<Graph>,
}

impl Parts {
    fn new(seed: [u8; 32]) -> Self {
        // What makes a node's random numbers differ from those it drew before it was killed is the time alone.
        let (seconds, nanos) = now();
        let keys = Arc::new(KeysManager::new(&seed, seconds.into(), nanos, true));
        let broadcaster = Arc::new(Broadcaster::default());
        let monitors = ChainMonitor::new(
            None,
            Arc::clone(&broadcaster),
            Arc::new(Silence),
            Arc::new(FloorFees),
            Arc::new(Unpersisted),
            Arc::clone(&keys),
            keys.get_peer_storage_key(),
        );
        let graph = Arc::new(NetworkGraph::new(Network::Regtest, Arc::new(Silence)));
        Self { seed, keys, broadcaster, monitors: Arc::new(monitors), graph }
    }

    /// The graph stays empty: between two nodes, a channel of one's own and an invoice's hints are all there is.
    fn router(&self) -> Arc<Router> {
        let scorer = Arc::new(RwLock::new(FixedPenaltyScorer::with_penalty(0)));
        let (graph, keys) = (Arc::clone(&self.graph), Arc::clone(&self.keys));
        Arc::new(DefaultRouter::new(graph, Arc::new(Silence), keys, scorer, ()))
    }

    fn message_router(&self) -> Arc<DefaultMessageRouter<Arc<Graph>, Arc<Silence>, Arc<KeysManager>>> {
        Arc::new(DefaultMessageRouter::new(Arc::clone(&self.graph), Arc::clone(&self.keys)))
    }

    fn run(self, manager: Manager) -> Machine {
        let manager = Arc::new(manager);
        let handlers = MessageHandler {
            chan_handler: Arc::clone(&manager),
            route_handler: IgnoringMessageHandler {},
            onion_message_handler: IgnoringMessageHandler {},
            custom_message_handler: IgnoringMessageHandler {},
            send_only_message_handler: IgnoringMessageHandler {},
        };
        let random = self.keys.get_secure_random_bytes();
        let peers = PeerManager::new(handlers, now().0, &random, Arc::new(Silence), self.keys);
        Machine { manager, peers, monitors: self.monitors, broadcaster: self.broadcaster, seed: self.seed }
    }
}

/// How the nodes are set: a channel that everybody may know of, so that invoices need no hints, usable to the last satoshi and
/// for as many payments at once as the protocol allows. No limit of dust: the smallest trades are dust to LDK, which would let
/// two of them be held, and miners get none of it where nothing is ever mined.
fn config() -> UserConfig {
    let mut config = UserConfig::default();
    config.channel_config.max_dust_htlc_exposure = MaxDustHTLCExposure::FixedLimitMsat(u64::MAX);
    config.channel_handshake_config.announce_for_forwarding = true;
    config.channel_handshake_config.max_inbound_htlc_value_in_flight_percent_of_channel = 100;
    config.channel_handshake_config.our_max_accepted_htlcs = 483;
    config
}

/// The time, seconds and nanoseconds; LDK keeps seconds in 32 bits.
fn now() -> (u32, u32) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    (u32::try_from(now.as_secs()).unwrap_or(u32::MAX), now.subsec_nanos())
}

/// Keeps transactions for the miner.
#[derive(Default)]
pub(super) struct Broadcaster(Mutex<Vec<Transaction>>);

impl BroadcasterInterface for Broadcaster {
    fn broadcast_transactions(&self, transactions: &[&Transaction]) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend(transactions.iter().map(|transaction| (*transaction).clone()));
    }
}

/// Nobody else wants the block space.
pub(super) struct FloorFees;

impl FeeEstimator for FloorFees {
    fn get_est_sat_per_1000_weight(&self, _target: ConfirmationTarget) -> u32 {
        FEERATE_FLOOR_SATS_PER_KW
    }
}

/// What LDK has to say is not for anybody here; what went wrong comes back as events.
pub(super) struct Silence;

impl Logger for Silence {
    fn log(&self, _record: Record<'_>) {}
}

/// A disk that is as quick as memory: see [`Machine::remains`].
pub(super) struct Unpersisted;

impl Persist<InMemorySigner> for Unpersisted {
    fn persist_new_channel(
        &self,
        _name: MonitorName,
        _monitor: &ChannelMonitor<InMemorySigner>,
    ) -> ChannelMonitorUpdateStatus {
        ChannelMonitorUpdateStatus::Completed
    }

    fn update_persisted_channel(
        &self,
        _name: MonitorName,
        _update: Option<&ChannelMonitorUpdate>,
        _monitor: &ChannelMonitor<InMemorySigner>,
    ) -> ChannelMonitorUpdateStatus {
        ChannelMonitorUpdateStatus::Completed
    }

    fn archive_persisted_channel(&self, _name: MonitorName) {}
}

#[cfg(test)]
mod tests {
    //! Disks that are broken.

    use super::Remains;

    impl Remains {
        /// Cuts what the manager has written.
        pub(in crate::embedded) fn cut_state(&mut self) {
            self.manager.pop();
        }

        /// Takes away what was written of channels.
        pub(in crate::embedded) fn lose_channels(&mut self) {
            self.monitors.clear();
        }

        /// Cuts what was written of channels.
        pub(in crate::embedded) fn cut_channels(&mut self) {
            for monitor in &mut self.monitors {
                monitor.pop();
            }
        }
    }
}
