//! Whole trades: a local chain, and two lnd nodes, which `tools/with-lnd` starts and names in `BARTER_TEST_LND` (`make test-lnd`).

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

#[allow(dead_code, reason = "shared with other tests, which use all of it")]
#[path = "it/chain.rs"]
mod chain;

use std::{env, fs, sync::Arc, time::Duration};

use barter_sdk::{
    Change, Deal, DealClient, DealStage, EventKind, Journal, Offer, Preimage, Purchase, Sale, TradeId,
    lightning::{
        InvoiceState, Lightning, PaymentStatus,
        lnd::{Certificate, Lnd, LndSettings, Macaroon},
    },
};
use futures_util::{StreamExt as _, future::try_join};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    sync::{Mutex, MutexGuard, Notify},
};

use crate::chain::{Chain, wallet};

const PAYER: usize = 0;
const PAYEE: usize = 1;
const AMOUNT_SATS: u64 = 1_000;

/// There is one pair of nodes, and a test of them at a time.
static NODES: Mutex<()> = Mutex::const_new(());

/// Two parties: each with a wallet on the chain, an lnd node and a journal.
struct Market {
    chain: Chain,
    nodes: Value,
    folder: tempfile::TempDir,
    _alone: MutexGuard<'static, ()>,
}

impl Market {
    async fn start() -> Self {
        let alone = NODES.lock().await;
        let file = env::var("BARTER_TEST_LND").expect("BARTER_TEST_LND: run this by tools/with-lnd");
        let nodes = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
        Self { chain: Chain::start().await, nodes, folder: tempfile::tempdir().unwrap(), _alone: alone }
    }

    fn node(&self, account: usize) -> Lnd {
        let told = &self.nodes[name(account)];
        let path = |field: &str| told[field].as_str().unwrap();
        let settings = LndSettings::new(path("url"), Macaroon::from_file(path("macaroon")).unwrap()).unwrap();
        Lnd::connect(settings.with_certificate(Certificate::from_file(path("certificate")).unwrap())).unwrap()
    }

    /// An account's deals, as a process that starts anew has them.
    fn deals(&self, account: usize) -> DealClient<Lnd> {
        let client = self.chain.builder(account).poll_interval(Duration::from_millis(20)).build().unwrap();
        let journal = Journal::open(self.folder.path().join(name(account))).unwrap();
        client.deals(self.node(account), journal)
    }

    /// Kills an account's node and starts it again.
    async fn restart(&self, account: usize) {
        let control = self.nodes["control"].as_str().unwrap().strip_prefix("http://").unwrap();
        let (host, token) = control.split_once('/').unwrap();
        let mut stream = TcpStream::connect(host).await.unwrap();
        let path = format!("/{token}/restart/{}", name(account));
        stream.write_all(format!("POST {path} HTTP/1.0\r\n\r\n").as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    }

    /// Whether the deal ended as one that nobody disturbed: paid once, settled once, both told the same.
    async fn judge(&self, sold: &Deal, bought: &Deal) {
        assert_eq!((sold.stage, bought.stage), (DealStage::Settled, DealStage::Settled));
        assert_eq!((sold.trade_id, &sold.payment_hash), (bought.trade_id, &bought.payment_hash));
        let preimage = bought.preimage.unwrap();
        assert_eq!(sold.preimage, Some(preimage));
        let hash = preimage.payment_hash();
        assert_eq!(bought.payment_hash, Some(hash.to_string()));
        let paid = self.node(PAYER).payment(hash).await.unwrap().unwrap().status;
        assert!(matches!(paid, PaymentStatus::Paid(paid) if paid.preimage == preimage), "{paid:?}");
        let invoice = self.node(PAYEE).invoice(hash).await.unwrap().unwrap();
        assert_eq!((invoice.state, invoice.invoice.amount_sats()), (InvoiceState::Paid, AMOUNT_SATS));
        assert_eq!(self.settlements(bought.trade_id.unwrap()).await, [preimage]);
    }

    async fn settlements(&self, trade_id: TradeId) -> Vec<Preimage> {
        let client = self.chain.builder(PAYER).build().unwrap();
        let head = client.block_number().await.unwrap();
        let changes = client.watch().from_block(0).to_block(head).stream().collect::<Vec<_>>().await;
        let settled = |change: Change| match change.event().kind {
            EventKind::TradeSettled { trade_id: settled, preimage } if settled == trade_id => Some(preimage),
            _ => None,
        };
        changes.into_iter().filter_map(|change| settled(change.unwrap())).collect()
    }
}

fn name(account: usize) -> &'static str {
    if account == PAYER { "payer" } else { "payee" }
}

fn sale(payer: Option<usize>) -> Sale {
    let (category, description) = ("digital-goods".to_owned(), "Logo design".to_owned());
    Sale { payer: payer.map(wallet), category, description, ..Sale::new("order-1", AMOUNT_SATS) }
}

#[tokio::test]
#[ignore = "needs lnd: tools/with-lnd"]
async fn trades_over_lnd() {
    let market = Market::start().await;
    for (number, payer) in [None, Some(PAYER)].into_iter().enumerate() {
        let sale = Sale { id: format!("order-{number}"), ..sale(payer) };
        let (seller, buyer) = (market.deals(PAYEE), market.deals(PAYER));
        // It is handed over as text.
        let offer: Offer = seller.sell(&sale).await.unwrap().to_string().parse().unwrap();
        let purchase = Purchase::for_amount(AMOUNT_SATS);
        let (sold, bought) = try_join(seller.finish(&sale.id), buyer.buy(&offer, &purchase)).await.unwrap();
        market.judge(&sold, &bought).await;
    }
}

/// The payer dies as soon as it has written down that it pays, and so does its node; then the payee's.
#[tokio::test]
#[ignore = "needs lnd: tools/with-lnd"]
async fn pays_once_though_everybody_dies_in_between() {
    let market = Market::start().await;
    let sale = sale(Some(PAYER));
    let offer = market.deals(PAYEE).sell(&sale).await.unwrap();
    let paying = Arc::new(Notify::new());
    let buyer = market.deals(PAYER).on_progress({
        let paying = Arc::clone(&paying);
        move |progress| {
            if progress.stage == DealStage::Paying {
                paying.notify_one();
            }
        }
    });
    let purchase = Purchase::for_amount(AMOUNT_SATS);
    tokio::select! {
        biased;
        () = paying.notified() => {}
        bought = buyer.buy(&offer, &purchase) => panic!("it has ended without having been about to pay: {bought:?}"),
    }
    drop(buyer);
    market.restart(PAYER).await;
    market.restart(PAYEE).await;
    let (seller, buyer) = (market.deals(PAYEE), market.deals(PAYER));
    let (sold, bought) = try_join(seller.finish(&sale.id), buyer.buy(&offer, &purchase)).await.unwrap();
    market.judge(&sold, &bought).await;
    // And once more, when all is over.
    let (sold, bought) = (seller.finish(&sale.id).await.unwrap(), buyer.buy(&offer, &purchase).await.unwrap());
    market.judge(&sold, &bought).await;
}
