//! Two nodes and the wire between them, behind one lock. What is begun happens when somebody lets it, by [`Pair::rest`], and
//! then to its end: no thread and no clock is needed for a payment to arrive.

use barter_protocol::{PaymentHash, Preimage};
use lightning::{
    events::{Event, PaymentFailureReason},
    ln::{
        channelmanager::{Bolt11InvoiceParameters, Bolt11PaymentError, PaymentId, Retry, RetryableSendFailure},
        peer_handler::SocketDescriptor,
    },
    routing::router::RouteParametersConfig,
    types::payment,
};
use lightning_invoice::{Bolt11Invoice, Bolt11InvoiceDescription, Description};

use super::{
    chain::{Chain, funding_transaction, genesis_hash},
    ledger::{Arrival, Ledger},
    machine::{Machine, Remains, unreadable},
    wire::Wire,
};
use crate::{
    BitcoinNetwork, Error, FailureReason, Invoice, InvoiceRequest, NodeInfo, OwnInvoice, Paid, Payment, PaymentLimits,
    PaymentStatus, clock::unix_now, invoice::MSATS_PER_SAT,
};

/// Most rounds that anything takes. A payment takes about ten.
const MAX_ROUNDS: usize = 10_000;

/// Blocks on top of a channel until it may be announced.
const CONFIRMATIONS: usize = 6;

/// One of the two nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Who {
    /// The one that opened the channel.
    First,
    /// The one it was opened to.
    Second,
}

impl Who {
    const BOTH: [Self; 2] = [Self::First, Self::Second];

    const fn other(self) -> Self {
        match self {
            Self::First => Self::Second,
            Self::Second => Self::First,
        }
    }

    /// The seed of its keys: the same in every network, as nothing here is worth a theft.
    const fn seed(self) -> [u8; 32] {
        match self {
            Self::First => [1; 32],
            Self::Second => [2; 32],
        }
    }

    const fn alias(self) -> &'static str {
        match self {
            Self::First => "embedded first",
            Self::Second => "embedded second",
        }
    }
}

/// The two nodes.
pub(super) struct Pair {
    nodes: [Node; 2],
    /// How often they were connected.
    connections: u64,
}

/// A node with what it knows, and its end of the wire.
struct Node {
    machine: Machine,
    ledger: Ledger,
    wire: Wire,
}

/// What a node that was killed has left on its disk: bytes, and nothing that lives.
struct Disk {
    machine: Remains,
    ledger: Vec<u8>,
}

impl Pair {
    /// Two connected nodes with a channel, half of it on either side.
    pub(super) fn open(channel_sats: u64) -> Result<Self, Error> {
        let node = |who: Who| Node {
            machine: Machine::new(who.seed(), genesis_hash()),
            ledger: Ledger::default(),
            wire: Wire::new(0),
        };
        let mut pair = Self { nodes: Who::BOTH.map(node), connections: 0 };
        pair.connect()?;
        pair.rest()?;
        let (first, second) = (&pair.node(Who::First).machine, &pair.node(Who::Second).machine);
        let given_msats = channel_sats / 2 * MSATS_PER_SAT;
        let begun = first.manager.create_channel(second.public_key(), channel_sats, given_msats, 0, None, None);
        begun.map_err(|error| Error::Refused { reason: format!("no channel can be opened: {error:?}") })?;
        pair.rest()?;
        let mut chain = Chain::new();
        let mut transactions = pair.node(Who::First).machine.broadcast();
        for _ in 0..CONFIRMATIONS {
            let (block, height) = chain.mine(std::mem::take(&mut transactions));
            for node in &pair.nodes {
                node.machine.connect(&block, height);
            }
        }
        pair.rest()?;
        pair.usable()?;
        Ok(pair)
    }

    /// Who a node is.
    pub(super) fn info(&self, who: Who) -> NodeInfo {
        let public_key = self.node(who).machine.public_key().to_string();
        NodeInfo::new(public_key, BitcoinNetwork::Regtest, who.alias().to_owned())
    }

    /// What a node's channel holds for it beyond the reserve, without what is under way to the other.
    pub(super) fn spendable_sats(&self, who: Who) -> u64 {
        let channels = self.node(who).machine.manager.list_channels();
        channels.iter().map(|channel| channel.outbound_capacity_msat).sum::<u64>() / MSATS_PER_SAT
    }

    /// See [`Lightning::make_invoice`](crate::Lightning::make_invoice).
    pub(super) fn make_invoice(&mut self, who: Who, request: &InvoiceRequest) -> Result<Invoice, Error> {
        request.check()?;
        let node = self.node_mut(who);
        if let Some(invoice) = node.ledger.made(request)? {
            return Ok(invoice);
        }
        let invalid = |reason: String| Error::InvalidRequest { reason };
        let description = Description::new(request.description.clone()).map_err(|error| invalid(error.to_string()))?;
        let parameters = Bolt11InvoiceParameters {
            amount_msats: Some(request.amount_sats * MSATS_PER_SAT),
            description: Bolt11InvoiceDescription::Direct(description),
            invoice_expiry_delta_secs: Some(request.lifetime_seconds),
            min_final_cltv_expiry_delta: None,
            payment_hash: Some(payment::PaymentHash(*request.payment_hash().as_bytes())),
        };
        let made = node.machine.manager.create_bolt11_invoice(parameters);
        let invoice = Invoice::try_from(&made.map_err(|error| invalid(error.to_string()))?)?;
        node.ledger.make(request.clone(), invoice.clone());
        Ok(invoice)
    }

    /// See [`Lightning::invoice`](crate::Lightning::invoice).
    pub(super) fn invoice(&self, who: Who, payment_hash: PaymentHash) -> Option<OwnInvoice> {
        self.node(who).ledger.invoice(payment_hash)
    }

    /// Begins to take what is held. See [`Lightning::settle`](crate::Lightning::settle).
    pub(super) fn settle(&mut self, who: Who, preimage: Preimage) -> Result<(), Error> {
        let node = self.node_mut(who);
        if node.ledger.settle(preimage)? {
            node.machine.manager.claim_funds(payment::PaymentPreimage(*preimage.as_bytes()));
        }
        Ok(())
    }

    /// Cancels, and begins to give back what is held. See [`Lightning::cancel`](crate::Lightning::cancel).
    pub(super) fn cancel(&mut self, who: Who, payment_hash: PaymentHash) -> Result<(), Error> {
        let node = self.node_mut(who);
        if node.ledger.cancel(payment_hash)? {
            node.machine.manager.fail_htlc_backwards(&payment::PaymentHash(*payment_hash.as_bytes()));
        }
        Ok(())
    }

    /// See [`Lightning::payment`](crate::Lightning::payment).
    pub(super) fn payment(&self, who: Who, payment_hash: PaymentHash) -> Option<Payment> {
        self.node(who).ledger.payment(payment_hash)
    }

    /// Begins a payment unless it was begun and has not failed.
    pub(super) fn pay(&mut self, who: Who, invoice: &Invoice, limits: &PaymentLimits) -> Result<(), Error> {
        if invoice.network() != BitcoinNetwork::Regtest {
            return Err(Error::WrongNetwork { expected: BitcoinNetwork::Regtest, found: invoice.network() });
        }
        let node = self.node(who);
        if invoice.payee_node() == node.machine.public_key().to_string() {
            return Err(Error::OwnInvoice { payment_hash: invoice.payment_hash() });
        }
        match node.ledger.payment(invoice.payment_hash()).map(|payment| payment.status) {
            Some(PaymentStatus::Pending | PaymentStatus::Paid(_)) => Ok(()),
            Some(PaymentStatus::Failed(_)) | None => self.send(who, invoice, limits),
        }
    }

    fn send(&mut self, who: Who, invoice: &Invoice, limits: &PaymentLimits) -> Result<(), Error> {
        let expired = |now| Error::InvoiceExpired { expires_at: invoice.expires_at(), now };
        let now = unix_now();
        if !invoice.is_open_at(now) {
            return Err(expired(now));
        }
        let payment_hash = invoice.payment_hash();
        let parsed: Bolt11Invoice = invoice.text().parse().map_err(|_| Error::Refused {
            reason: format!("the invoice with payment hash {payment_hash} cannot be read a second time"),
        })?;
        // Over one channel, in one piece: an invoice is paid by one HTLC or by none.
        let route = RouteParametersConfig {
            max_total_routing_fee_msat: Some(limits.max_fee_sats.saturating_mul(MSATS_PER_SAT)),
            max_path_count: 1,
            max_channel_saturation_power_of_half: 0,
            ..RouteParametersConfig::default()
        };
        let id = PaymentId(*payment_hash.as_bytes());
        let node = self.node_mut(who);
        let sent =
            node.machine.manager.pay_for_bolt11_invoice(&parsed, id, None, route, Retry::Timeout(limits.timeout));
        let failure = match sent {
            Ok(()) => None,
            // LDK has a payment under way that the ledger, asked before, knows nothing of: nothing is known for certain.
            Err(Bolt11PaymentError::SendingFailed(RetryableSendFailure::DuplicatePayment)) => {
                let reason = format!("payment {payment_hash} is under way, and the node's ledger does not know of it");
                return Err(Error::Refused { reason });
            }
            Err(Bolt11PaymentError::SendingFailed(RetryableSendFailure::PaymentExpired)) => return Err(expired(now)),
            Err(Bolt11PaymentError::SendingFailed(RetryableSendFailure::RouteNotFound)) => {
                Some(PaymentFailureReason::RouteNotFound)
            }
            Err(_) => Some(PaymentFailureReason::UnexpectedError),
        };
        node.ledger.begin(payment_hash, invoice.amount_sats());
        if let Some(reason) = failure {
            node.fail(payment_hash, reason);
        }
        Ok(())
    }

    /// Kills a node and starts it again from its disk, until its channel can be used.
    pub(super) fn restart(&mut self, who: Who) -> Result<(), Error> {
        self.revive(who)?;
        self.rest()?;
        self.usable()
    }

    /// Kills a node and starts it again from its disk.
    fn revive(&mut self, who: Who) -> Result<(), Error> {
        let disk = self.node(who).disk();
        self.revive_from(who, &disk)
    }

    /// Puts a node in another's place that is read from a disk. What was on the wire is lost.
    fn revive_from(&mut self, who: Who, disk: &Disk) -> Result<(), Error> {
        let revived = Node::read(disk)?;
        let other = self.node(who.other());
        other.machine.peers.socket_disconnected(&other.wire);
        *self.node_mut(who) = revived;
        self.connect()
    }

    /// Connects the first node to the second, on a new wire.
    fn connect(&mut self) -> Result<(), Error> {
        self.connections += 1;
        for node in &mut self.nodes {
            node.wire = Wire::new(self.connections);
        }
        let (first, second) = (self.node(Who::First), self.node(Who::Second));
        let greeting =
            first.machine.peers.new_outbound_connection(second.machine.public_key(), first.wire.clone(), None);
        let greeting = greeting.map_err(|_| cut_off())?;
        second.machine.peers.new_inbound_connection(second.wire.clone(), None).map_err(|_| cut_off())?;
        first.wire.clone().send_data(&greeting, true);
        Ok(())
    }

    /// Lets everything happen that can, until nothing does. Returns whether anything happened.
    pub(super) fn rest(&mut self) -> Result<bool, Error> {
        for rounds in 0..MAX_ROUNDS {
            if !self.round()? {
                return Ok(rounds > 0);
            }
        }
        Err(Error::Refused { reason: format!("the network has not come to rest after {MAX_ROUNDS} rounds") })
    }

    /// Lets each node do what it has to, then carries what they wrote. Returns whether anything happened.
    fn round(&mut self) -> Result<bool, Error> {
        let (acted, carried) = (self.act()?, self.carry()?);
        Ok(acted || carried)
    }

    fn act(&mut self) -> Result<bool, Error> {
        let mut happened = false;
        for who in Who::BOTH {
            let node = self.node_mut(who);
            node.machine.manager.process_pending_htlc_forwards();
            for event in node.machine.events() {
                node.handle(event)?;
            }
            node.machine.peers.process_events();
            // Whatever a node does changes what would have to be written down. Whether it has HTLCs to process is no sign: it says
            // so of every payment that merely waits.
            happened |= node.machine.manager.get_and_clear_needs_persistence();
        }
        Ok(happened)
    }

    fn carry(&mut self) -> Result<bool, Error> {
        let mut happened = false;
        for who in Who::BOTH {
            let (from, to) = (self.node(who), self.node(who.other()));
            let bytes = from.wire.take();
            if from.wire.is_closed() {
                return Err(cut_off());
            }
            if !bytes.is_empty() {
                to.machine.peers.read_event(&mut to.wire.clone(), &bytes).map_err(|_| cut_off())?;
                happened = true;
            }
        }
        Ok(happened)
    }

    fn usable(&self) -> Result<(), Error> {
        if self.nodes.iter().any(|node| node.machine.manager.list_usable_channels().is_empty()) {
            return Err(Error::Refused { reason: "the channel between the nodes cannot be used".to_owned() });
        }
        Ok(())
    }

    fn node(&self, who: Who) -> &Node {
        &self.nodes[who as usize]
    }

    fn node_mut(&mut self, who: Who) -> &mut Node {
        &mut self.nodes[who as usize]
    }
}

impl Node {
    /// What is on its disk. A node is killed between two of its steps only, when that is all it knows.
    fn disk(&self) -> Disk {
        Disk { machine: self.machine.remains(), ledger: self.ledger.write() }
    }

    /// A node that knows what is on a disk, and is connected to nobody.
    fn read(disk: &Disk) -> Result<Self, Error> {
        let machine = Machine::read(&disk.machine)?;
        let ledger = Ledger::read(&disk.ledger).map_err(|_| unreadable("ledger"))?;
        Ok(Self { machine, ledger, wire: Wire::new(0) })
    }

    fn handle(&mut self, event: Event) -> Result<(), Error> {
        match event {
            Event::FundingGenerationReady {
                temporary_channel_id,
                counterparty_node_id,
                channel_value_satoshis,
                output_script,
                ..
            } => {
                let transaction = funding_transaction(channel_value_satoshis, output_script);
                let manager = &self.machine.manager;
                manager
                    .funding_transaction_generated(temporary_channel_id, counterparty_node_id, transaction)
                    .map_err(|error| Error::Refused { reason: format!("the channel cannot be funded: {error:?}") })?;
            }
            Event::PaymentClaimable { payment_hash: hash, .. } => {
                match self.ledger.arrived(PaymentHash::new(hash.0), unix_now()) {
                    Arrival::Take(preimage) => {
                        self.machine.manager.claim_funds(payment::PaymentPreimage(*preimage.as_bytes()));
                    }
                    Arrival::Hold => {}
                    Arrival::GiveBack => self.machine.manager.fail_htlc_backwards(&hash),
                }
            }
            Event::PaymentClaimed { payment_hash, .. } => self.ledger.taken(PaymentHash::new(payment_hash.0)),
            Event::PaymentSent { payment_preimage, payment_hash, fee_paid_msat, .. } => {
                // The fee is missing only of payments made by an LDK older than any node here.
                let paid = Paid::new(Preimage::new(payment_preimage.0), fee_paid_msat.unwrap_or(0));
                self.ledger.paid(PaymentHash::new(payment_hash.0), paid);
            }
            Event::PaymentFailed { payment_id, reason, .. } => {
                let reason = reason.unwrap_or(PaymentFailureReason::UnexpectedError);
                self.fail(PaymentHash::new(payment_id.0), reason);
            }
            // The others tell of what one of these tells as well, or of what nobody does here.
            _ => {}
        }
        Ok(())
    }

    /// Notes why a payment failed.
    fn fail(&mut self, payment_hash: PaymentHash, reason: PaymentFailureReason) {
        let channels = self.machine.manager.list_usable_channels();
        let sendable_msats = channels.iter().map(|channel| channel.next_outbound_htlc_limit_msat).max().unwrap_or(0);
        self.ledger.failed(payment_hash, |amount_sats| failure_reason(reason, amount_sats, sendable_msats));
    }
}

/// Why a payment of this amount failed. LDK finds no route also where there is one with too little in it.
fn failure_reason(reason: PaymentFailureReason, amount_sats: u64, sendable_msats: u64) -> FailureReason {
    let is_too_much = amount_sats.saturating_mul(MSATS_PER_SAT) > sendable_msats;
    match reason {
        PaymentFailureReason::RouteNotFound if is_too_much => FailureReason::InsufficientLiquidity,
        PaymentFailureReason::RouteNotFound => FailureReason::NoRoute,
        PaymentFailureReason::RecipientRejected => FailureReason::Rejected,
        PaymentFailureReason::RetriesExhausted | PaymentFailureReason::PaymentExpired => FailureReason::TimedOut,
        _ => FailureReason::Other,
    }
}

fn cut_off() -> Error {
    Error::Refused { reason: "the connection between the nodes broke".to_owned() }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests;
