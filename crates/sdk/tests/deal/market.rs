//! Two parties with a wallet, a Lightning node and a journal each.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use alloy_sol_types::SolCall as _;
use barter_bindings::BarterCore;
use barter_sdk::{
    BarterClient, Change, Deal, DealClient, DealError, DealStage, EventKind, Journal, Offer, PaymentHash, Preimage,
    Purchase, Sale, TradeId, TradeStatus,
    lightning::{
        Error, Invoice, InvoiceLock, InvoiceRequest, InvoiceState, Lightning, NodeInfo, OwnInvoice, Paid, Payment,
        PaymentLimits, PaymentStatus,
        embedded::{EmbeddedNetwork, EmbeddedNode, EmbeddedSettings},
    },
};
use futures_util::{
    StreamExt as _,
    future::{Either, join3, pending, select},
};

use crate::{
    chain::{Chain, wallet},
    endpoints::Endpoint,
    fate::{Death, Fate},
};

pub(crate) const PAYER: usize = 0;
pub(crate) const PAYEE: usize = 1;
pub(crate) const OTHER: usize = 2;
pub(crate) const AMOUNT: u64 = 1_000;

/// Longest that a deal of a test takes, its deaths included.
const PATIENCE: Duration = Duration::from_mins(2);
/// How long a payment that is held waits to be taken.
const HOLD: Duration = Duration::from_millis(60);

/// A chain, two Lightning nodes with a channel, and a journal for each party.
pub(crate) struct Market {
    pub(crate) chain: Chain,
    pub(crate) network: EmbeddedNetwork,
    folder: tempfile::TempDir,
    sales: AtomicUsize,
}

/// How a deal goes, and who dies when.
#[derive(Clone, Debug, Default)]
#[allow(clippy::struct_excessive_bools, reason = "each may be so or not, whatever the others are")]
pub(crate) struct Plan {
    /// Whether the payer is known to the payee, which then proposes.
    pub(crate) by_payee: bool,
    /// Whether the payment is under way for a while.
    pub(crate) is_slow: bool,
    pub(crate) payer_dies: Vec<Death>,
    pub(crate) payee_dies: Vec<Death>,
    /// Whether their Lightning nodes die with them.
    pub(crate) nodes_die: bool,
    /// Whether a third wallet takes the offer, too, a moment after the payer.
    pub(crate) has_rival: bool,
    /// Blocks that the payer's client waits for, where it is not one.
    pub(crate) confirmations: Option<u64>,
}

/// What a side lived through.
#[derive(Default)]
pub(crate) struct Lived {
    /// How many operations of each kind its last life had.
    pub(crate) operations: BTreeMap<String, usize>,
    /// The deaths that came.
    pub(crate) deaths: Vec<Death>,
}

/// What each side of a deal lived through.
pub(crate) struct Outcome {
    pub(crate) payer: Lived,
    pub(crate) payee: Lived,
}

impl Market {
    pub(crate) async fn start() -> Self {
        Self {
            chain: Chain::start().await,
            network: EmbeddedNetwork::new(EmbeddedSettings::default()).unwrap(),
            folder: tempfile::tempdir().unwrap(),
            sales: AtomicUsize::new(0),
        }
    }

    pub(crate) fn journal(&self, account: usize) -> Journal {
        Journal::open(self.folder.path().join(format!("deals-{account}"))).unwrap()
    }

    pub(crate) fn node(&self, account: usize) -> &EmbeddedNode {
        if account == PAYEE { self.network.second() } else { self.network.first() }
    }

    /// An account's client.
    pub(crate) fn client(&self, account: usize) -> BarterClient {
        self.chain.builder(account).poll_interval(Duration::from_millis(10)).build().unwrap()
    }

    /// An account's deals, in nobody's way.
    pub(crate) fn deals(&self, account: usize) -> DealClient<EmbeddedNode> {
        self.client(account).deals(self.node(account).clone(), self.journal(account))
    }

    /// A sale that no other call gave.
    pub(crate) fn sale(&self, payer: Option<usize>) -> Sale {
        let number = self.sales.fetch_add(1, Ordering::Relaxed);
        Sale {
            payer: payer.map(wallet),
            category: "digital-goods".to_owned(),
            description: format!("Logo design, draft {number}"),
            ..Sale::new(format!("order-{number}"), AMOUNT)
        }
    }

    /// A whole deal by this plan, judged at its end.
    pub(crate) async fn trade(&self, plan: &Plan) -> Outcome {
        let sale = self.sale(plan.by_payee.then_some(PAYER));
        let before = self.network.first().spendable_sats();
        let (send, receive) = tokio::sync::watch::channel(None);
        let seller = self.live(PAYEE, plan, &plan.payee_dies, |deals| {
            let (send, sale) = (send.clone(), sale.clone());
            async move {
                match deals.sell(&sale).await {
                    // It is handed over as text.
                    Ok(offer) => drop(send.send_replace(Some(offer.to_string()))),
                    // Paid while the payee was dead: there is nothing to hand over any more.
                    Err(barter_sdk::Error::Deal(DealError::AlreadySold { .. })) => {}
                    Err(error) => return Err(error),
                }
                deals.finish(&sale.id).await
            }
        });
        let buyer = self.live(PAYER, plan, &plan.payer_dies, |deals| {
            let mut receive = receive.clone();
            async move {
                let text = receive.wait_for(Option::is_some).await.unwrap().clone().unwrap();
                let offer: Offer = text.parse().unwrap();
                deals.buy(&offer, &Purchase::for_amount(AMOUNT)).await
            }
        });
        let rival = async {
            let text = receive.clone().wait_for(Option::is_some).await.unwrap().clone().unwrap();
            if plan.has_rival { self.take_too(&text.parse().unwrap()).await } else { None }
        };
        let blocks = async {
            while plan.confirmations.is_some() {
                tokio::time::sleep(Duration::from_millis(15)).await;
                self.chain.mine(1).await;
            }
            pending::<()>().await;
        };
        let deal = join3(Box::pin(seller), Box::pin(buyer), Box::pin(rival));
        let ended = tokio::time::timeout(PATIENCE, select(deal, Box::pin(blocks))).await;
        let Ok(Either::Left((((sold, payee), (bought, payer), rivals), _))) = ended else { panic!("no end: {plan:?}") };
        self.judge(plan, &sold, &bought, before).await;
        if let Some(rivals) = rivals {
            let trade = self.client(OTHER).trade().get(rivals).await.unwrap();
            assert_eq!(trade.status, TradeStatus::Proposed, "two trades for an invoice: {plan:?}");
        }
        Outcome { payer, payee }
    }

    /// Takes an open offer that the payer has taken; the trade, if it got as far.
    async fn take_too(&self, offer: &Offer) -> Option<TradeId> {
        let first = offer.trade_id(wallet(PAYER)).unwrap();
        while self.client(OTHER).trade().get(first).await.is_err() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let trades = self.client(OTHER).trade();
        let (hash, texts) = (offer.payment_hash(), (offer.category(), offer.description()));
        trades.propose(offer.payee(), hash, AMOUNT, texts.0, texts.1).await.ok().map(|proposed| proposed.trade_id)
    }

    /// Lives through deaths, each time from what is on disk, until the work is done.
    async fn live<F>(
        &self,
        account: usize,
        plan: &Plan,
        deaths: &[Death],
        work: impl Fn(DealClient<Mortal>) -> F,
    ) -> (Deal, Lived)
    where
        F: Future<Output = Result<Deal, barter_sdk::Error>>,
    {
        let mut came = Vec::new();
        for death in deaths.iter().cloned().map(Some).chain([None]) {
            let fate = Fate::new(death.clone());
            let journal = self.journal(account);
            let (reacting, folder) = (fate.clone(), journal.folder().to_owned());
            let endpoint = Endpoint::start(&self.chain.url, move |body| {
                let kind = kind_of(body);
                check_request(&kind, body, &folder);
                reacting.react(&kind)
            });
            let endpoint = endpoint.await;
            let client = self.chain.builder(account).rpc_url(&endpoint.url).poll_interval(Duration::from_millis(10));
            let confirmations = plan.confirmations.filter(|_| account == PAYER).unwrap_or(1);
            let client = client.confirmations(confirmations);
            let node = Mortal {
                node: self.node(account).clone(),
                fate: fate.clone(),
                is_slow: plan.is_slow,
                journal: journal.folder().to_owned(),
                held: Arc::default(),
            };
            let life = work(client.build().unwrap().deals(node, journal));
            tokio::select! {
                biased;
                () = fate.died() => {}
                done = life => match done {
                    Ok(deal) => return (deal, Lived { operations: fate.operations(), deaths: came }),
                    // The request it died at was closed before it was looked at whether it is dead.
                    Err(_) if fate.is_dead() => {}
                    Err(error) => panic!("{error}: {plan:?}"),
                },
            }
            came.extend(death);
            if plan.nodes_die {
                self.node(account).restart().unwrap();
            }
        }
        unreachable!("the last life does not end before its work")
    }

    /// Whether a deal's end is the one it has undisturbed.
    async fn judge(&self, plan: &Plan, sold: &Deal, bought: &Deal, before: u64) {
        assert_eq!((sold.stage, bought.stage), (DealStage::Settled, DealStage::Settled), "{plan:?}");
        assert_eq!(sold.trade_id, bought.trade_id, "{plan:?}");
        assert_eq!(sold.payment_hash, bought.payment_hash, "{plan:?}");
        let preimage = bought.preimage.expect("the payer has the preimage");
        assert_eq!(sold.preimage, Some(preimage), "{plan:?}");
        assert_eq!(before - self.network.first().spendable_sats(), AMOUNT, "paid other than once: {plan:?}");
        assert_eq!(self.settlements(bought.trade_id.unwrap()).await, [preimage], "{plan:?}");
        for account in [PAYER, PAYEE] {
            let id = if account == PAYER { &bought.id } else { &sold.id };
            let kept = self.deals(account).get(id).unwrap();
            assert_eq!((kept.stage, kept.preimage), (DealStage::Settled, Some(preimage)), "{plan:?}");
        }
    }

    /// The preimages a trade was settled with.
    pub(crate) async fn settlements(&self, trade_id: TradeId) -> Vec<Preimage> {
        let client = self.client(PAYER);
        let head = client.block_number().await.unwrap();
        let changes = client.watch().from_block(0).to_block(head).stream().collect::<Vec<_>>().await;
        let settled = |change: Change| match change.event().kind {
            EventKind::TradeSettled { trade_id: settled, preimage } if settled == trade_id => Some(preimage),
            _ => None,
        };
        changes.into_iter().filter_map(|change| settled(change.unwrap())).collect()
    }
}

/// The deal that pays for a hash, as it is on disk at this moment.
fn on_disk(folder: &Path, payment_hash: PaymentHash) -> serde_json::Value {
    let path = folder.join(format!("purchase-{payment_hash}.json"));
    fs::read(&path).map_or(serde_json::Value::Null, |text| serde_json::from_slice(&text).unwrap())
}

/// Whether some sale on disk has this preimage.
fn is_kept(folder: &Path, preimage: Preimage) -> bool {
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let mut sales = files.filter(|path| path.extension().is_some_and(|extension| extension == "json"));
    sales.any(|path| fs::read_to_string(path).unwrap().contains(&preimage.to_string()))
}

/// The calls that are sent, by the name that their operations have here.
const CALLS: [(&str, [u8; 4]); 4] = [
    ("send propose", BarterCore::proposeTradeCall::SELECTOR),
    ("send propose as payee", BarterCore::proposeTradeAsPayeeCall::SELECTOR),
    ("send accept", BarterCore::acceptTradeCall::SELECTOR),
    ("send settle", BarterCore::settleTradeCall::SELECTOR),
];

/// What a request is, and the call's arguments if it sends one.
fn sent(body: &str) -> Option<(&'static str, &str)> {
    let mut found = CALLS.iter().filter_map(|(name, selector)| {
        let (_, arguments) = body.split_once(&alloy_primitives::hex::encode(selector))?;
        Some((*name, arguments))
    });
    found.next().filter(|_| body.contains("eth_sendRawTransaction"))
}

/// What an operation on the chain is called.
fn kind_of(body: &str) -> String {
    if let Some((name, _)) = sent(body) {
        return name.to_owned();
    }
    let request: serde_json::Value = serde_json::from_str(body).unwrap();
    let request = request.get(0).unwrap_or(&request);
    request["method"].as_str().unwrap().to_owned()
}

/// A settlement shows the preimage to the world: it must be on disk before. And what a payee proposes or accepts has to be its
/// invoice's one trade.
fn check_request(kind: &str, body: &str, folder: &Path) {
    let Some((_, arguments)) = sent(body) else { return };
    let word = |nth: usize| &arguments[64 * nth..64 * (nth + 1)];
    let is_payee = folder.ends_with(format!("deals-{PAYEE}"));
    match kind {
        "send settle" => {
            let preimage: Preimage = word(1).parse().unwrap();
            let kept = on_disk(folder, preimage.payment_hash());
            assert_eq!(kept["preimage"], preimage.to_string(), "a settlement was sent before its preimage was on disk");
        }
        "send propose as payee" => {
            let taken = folder.join(format!("taken-0x{}", word(1)));
            assert!(taken.exists(), "a trade was proposed for an invoice that is not its own alone");
        }
        "send accept" if is_payee => {
            let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
            let mut taken = files.filter(|path| path.file_name().unwrap().to_string_lossy().starts_with("taken-"));
            let is_taken = taken.any(|path| fs::read_to_string(path).unwrap().contains(word(0)));
            assert!(is_taken, "a trade was accepted for an invoice that is not its own alone");
        }
        _ => {}
    }
}

/// A Lightning node as a mortal process reaches it. Whether it is asked for what no process should ask is judged here.
#[derive(Clone)]
pub(crate) struct Mortal {
    node: EmbeddedNode,
    fate: Fate,
    is_slow: bool,
    journal: PathBuf,
    /// Invoices whose payment somebody waits to take.
    held: Arc<Mutex<Vec<PaymentHash>>>,
}

impl Mortal {
    /// Takes what arrives for an invoice, a while after it has.
    fn take_later(&self, preimage: Preimage) {
        let mut held = self.held.lock().unwrap();
        if held.contains(&preimage.payment_hash()) {
            return;
        }
        held.push(preimage.payment_hash());
        let node = self.node.clone();
        tokio::spawn(async move {
            loop {
                let state = node.invoice(preimage.payment_hash()).await.unwrap().map(|invoice| invoice.state);
                match state {
                    Some(InvoiceState::Held) => break,
                    Some(InvoiceState::Open) => tokio::time::sleep(Duration::from_millis(5)).await,
                    _ => return,
                }
            }
            tokio::time::sleep(HOLD).await;
            let _ = node.settle(preimage).await;
        });
    }
}

impl Lightning for Mortal {
    async fn node(&self) -> Result<NodeInfo, Error> {
        self.fate.around("node", self.node.node()).await
    }

    async fn make_invoice(&self, request: &InvoiceRequest) -> Result<Invoice, Error> {
        let mut request = request.clone();
        if let InvoiceLock::Preimage(preimage) = request.lock {
            assert!(is_kept(&self.journal, preimage), "an invoice was made before its preimage was on disk");
        }
        if let (true, InvoiceLock::Preimage(preimage)) = (self.is_slow, request.lock) {
            request.lock = InvoiceLock::Held(preimage.payment_hash());
            let made = self.fate.around("make_invoice", async {
                let made = self.node.make_invoice(&request).await;
                self.take_later(preimage);
                made
            });
            return made.await;
        }
        self.fate.around("make_invoice", self.node.make_invoice(&request)).await
    }

    async fn invoice(&self, payment_hash: PaymentHash) -> Result<Option<OwnInvoice>, Error> {
        self.fate.around("invoice", self.node.invoice(payment_hash)).await
    }

    async fn settle(&self, preimage: Preimage) -> Result<(), Error> {
        self.fate.around("settle", self.node.settle(preimage)).await
    }

    async fn cancel(&self, payment_hash: PaymentHash) -> Result<(), Error> {
        self.fate.around("cancel", self.node.cancel(payment_hash)).await
    }

    async fn pay(&self, invoice: &Invoice, limits: &PaymentLimits) -> Result<Paid, Error> {
        let paying = async {
            let hash = invoice.payment_hash();
            let before = self.node.payment(hash).await?.map(|payment| payment.status);
            assert!(
                !matches!(before, Some(PaymentStatus::Pending | PaymentStatus::Paid(_))),
                "the node was told to pay again: {before:?}"
            );
            assert_eq!(on_disk(&self.journal, hash)["stage"], "paying", "paid before it was written down");
            self.node.pay(invoice, limits).await
        };
        self.fate.around("pay", paying).await
    }

    async fn payment(&self, payment_hash: PaymentHash) -> Result<Option<Payment>, Error> {
        self.fate.around("payment", self.node.payment(payment_hash)).await
    }
}
