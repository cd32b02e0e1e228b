//! Two parties with a wallet, a Lightning node and a journal each.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use barter_bindings::BarterCore;
use barter_sdk::{
    BarterClient, Change, Deal, DealClient, DealError, DealStage, EventKind, Journal, Offer, PaymentHash, Preimage,
    Purchase, Sale, TradeId,
    lightning::{
        Error, Invoice, InvoiceLock, InvoiceRequest, InvoiceState, Lightning, NodeInfo, OwnInvoice, Paid, Payment,
        PaymentLimits, PaymentStatus,
        embedded::{EmbeddedNetwork, EmbeddedNode, EmbeddedSettings},
    },
};
use futures_util::{StreamExt as _, future::join};

use crate::{
    chain::{Chain, wallet},
    endpoints::Endpoint,
    fate::{Death, Fate},
};

pub(crate) const PAYER: usize = 0;
pub(crate) const PAYEE: usize = 1;
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
pub(crate) struct Plan {
    /// Whether the payer is known to the payee, which then proposes.
    pub(crate) by_payee: bool,
    /// Whether the payment is under way for a while.
    pub(crate) is_slow: bool,
    pub(crate) payer_dies: Vec<Death>,
    pub(crate) payee_dies: Vec<Death>,
    /// Whether their Lightning nodes die with them.
    pub(crate) nodes_die: bool,
}

/// How a deal ended, and the operations of each side's last life.
pub(crate) struct Outcome {
    pub(crate) payer_operations: usize,
    pub(crate) payee_operations: usize,
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
        let ended = tokio::time::timeout(PATIENCE, join(Box::pin(seller), Box::pin(buyer))).await;
        let ((sold, payee_operations), (bought, payer_operations)) =
            ended.unwrap_or_else(|_| panic!("no end: {plan:?}"));
        self.judge(plan, &sold, &bought, before).await;
        Outcome { payer_operations, payee_operations }
    }

    /// Lives through deaths, each time from what is on disk, until the work is done. How many operations the last life had.
    async fn live<F>(
        &self,
        account: usize,
        plan: &Plan,
        deaths: &[Death],
        work: impl Fn(DealClient<Mortal>) -> F,
    ) -> (Deal, usize)
    where
        F: Future<Output = Result<Deal, barter_sdk::Error>>,
    {
        for death in deaths.iter().copied().map(Some).chain([None]) {
            let fate = Fate::new(death);
            let journal = self.journal(account);
            let (reacting, folder) = (fate.clone(), journal.folder().to_owned());
            let endpoint = Endpoint::start(&self.chain.url, move |body| {
                check_request(body, &folder);
                reacting.react()
            });
            let endpoint = endpoint.await;
            let client = self.chain.builder(account).rpc_url(&endpoint.url).poll_interval(Duration::from_millis(10));
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
                    Ok(deal) => return (deal, fate.operations()),
                    // The request it died at was closed before it was looked at whether it is dead.
                    Err(_) if fate.is_dead() => {}
                    Err(error) => panic!("{error}: {plan:?}"),
                },
            }
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

/// A settlement shows the preimage to the world: it must be on disk before.
fn check_request(body: &str, folder: &Path) {
    use alloy_sol_types::SolCall as _;
    let selector = alloy_primitives::hex::encode(BarterCore::settleTradeCall::SELECTOR);
    let Some(call) = body.split(&selector).nth(1).filter(|_| body.contains("eth_sendRawTransaction")) else { return };
    // After the selector: 32 bytes of the trade's id, then the preimage.
    let preimage: Preimage = call[64..128].parse().unwrap();
    let kept = on_disk(folder, preimage.payment_hash());
    assert_eq!(kept["preimage"], preimage.to_string(), "a settlement was sent before its preimage was on disk");
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
        self.fate.around(self.node.node()).await
    }

    async fn make_invoice(&self, request: &InvoiceRequest) -> Result<Invoice, Error> {
        let mut request = request.clone();
        if let InvoiceLock::Preimage(preimage) = request.lock {
            assert!(is_kept(&self.journal, preimage), "an invoice was made before its preimage was on disk");
        }
        if let (true, InvoiceLock::Preimage(preimage)) = (self.is_slow, request.lock) {
            request.lock = InvoiceLock::Held(preimage.payment_hash());
            let made = self.fate.around(async {
                let made = self.node.make_invoice(&request).await;
                self.take_later(preimage);
                made
            });
            return made.await;
        }
        self.fate.around(self.node.make_invoice(&request)).await
    }

    async fn invoice(&self, payment_hash: PaymentHash) -> Result<Option<OwnInvoice>, Error> {
        self.fate.around(self.node.invoice(payment_hash)).await
    }

    async fn settle(&self, preimage: Preimage) -> Result<(), Error> {
        self.fate.around(self.node.settle(preimage)).await
    }

    async fn cancel(&self, payment_hash: PaymentHash) -> Result<(), Error> {
        self.fate.around(self.node.cancel(payment_hash)).await
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
        self.fate.around(paying).await
    }

    async fn payment(&self, payment_hash: PaymentHash) -> Result<Option<Payment>, Error> {
        self.fate.around(self.node.payment(payment_hash)).await
    }
}
