//! Payments through the embedded network, invoice and all; beside them, where `tools/with-lnd` runs this, through two lnd nodes:
//! `tools/with-lnd cargo bench -p barter-lightning --features embedded,lnd --bench payments`.

#![allow(missing_docs, reason = "a bench has no interface")]
#![allow(clippy::unwrap_used, reason = "a bench fails by panicking")]

#[cfg(feature = "lnd")]
use barter_lightning::lnd::{Certificate, Lnd, LndSettings, Macaroon};
use barter_lightning::{
    Invoice, InvoiceLock, InvoiceRequest, Lightning, PaymentLimits,
    embedded::{EmbeddedNetwork, EmbeddedNode, EmbeddedSettings},
};
use barter_protocol::Preimage;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use futures_util::future::join_all;
use tokio::runtime::{Builder, Runtime};

/// The smallest trade.
const AMOUNT_SATS: u64 = 1_000;
/// Payments under way at once. The protocol allows 483 in a channel.
const AT_ONCE: [u64; 3] = [10, 50, 200];

/// A network whose payments go there and back in turn, so that neither side runs out.
struct Market {
    runtime: Runtime,
    network: EmbeddedNetwork,
    made: u64,
}

impl Market {
    fn open() -> Self {
        let runtime = Builder::new_current_thread().enable_time().build().unwrap();
        Self { runtime, network: EmbeddedNetwork::new(EmbeddedSettings::default()).unwrap(), made: 0 }
    }

    fn preimage(&mut self) -> Preimage {
        self.made += 1;
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&self.made.to_le_bytes());
        Preimage::new(bytes)
    }

    /// Who pays and who is paid in this turn.
    fn parties(&self, turn: u64) -> (&EmbeddedNode, &EmbeddedNode) {
        let (first, second) = (self.network.first(), self.network.second());
        if turn.is_multiple_of(2) { (first, second) } else { (second, first) }
    }

    fn invoice(&self, payee: &EmbeddedNode, lock: InvoiceLock) -> Invoice {
        self.runtime.block_on(payee.make_invoice(&request(lock))).unwrap()
    }

    /// One invoice, made and paid.
    fn pay(&mut self) {
        let preimage = self.preimage();
        let (payer, payee) = self.parties(self.made);
        let invoice = self.invoice(payee, InvoiceLock::Preimage(preimage));
        let paid = self.runtime.block_on(payer.pay(&invoice, &PaymentLimits::for_amount(AMOUNT_SATS))).unwrap();
        assert_eq!(paid.preimage, preimage);
    }

    /// So many invoices made, and then all of them paid at once.
    fn pay_at_once(&mut self, count: u64, turn: u64) {
        let preimages: Vec<_> = (0..count).map(|_| self.preimage()).collect();
        let (payer, payee) = self.parties(turn);
        let invoices: Vec<_> =
            preimages.iter().map(|preimage| self.invoice(payee, InvoiceLock::Preimage(*preimage))).collect();
        let limits = PaymentLimits::for_amount(AMOUNT_SATS);
        let payments = join_all(invoices.iter().map(|invoice| payer.pay(invoice, &limits)));
        for (preimage, paid) in preimages.iter().zip(self.runtime.block_on(payments)) {
            assert_eq!(paid.unwrap().preimage, *preimage);
        }
    }
}

fn bench_payments(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("embedded payments");
    group.throughput(Throughput::Elements(1));
    let mut market = Market::open();
    group.bench_function("one after another", |bencher| bencher.iter(|| market.pay()));
    group.sample_size(10);
    for count in AT_ONCE {
        group.throughput(Throughput::Elements(count));
        let mut market = Market::open();
        let mut turn = 0;
        group.bench_with_input(BenchmarkId::new("at once", count), &count, |bencher, count| {
            bencher.iter(|| {
                turn += 1;
                market.pay_at_once(*count, turn);
            });
        });
    }
    group.finish();
    criterion.bench_function("embedded network opened", |bencher| {
        bencher.iter(|| EmbeddedNetwork::new(EmbeddedSettings::default()).unwrap());
    });
}

/// What one would otherwise use: two lnd nodes on this machine, over REST.
#[cfg(feature = "lnd")]
fn bench_lnd(criterion: &mut Criterion) {
    let Ok(file) = std::env::var("BARTER_TEST_LND") else { return };
    let told: serde_json::Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let node = |name: &str| {
        let text = |field: &str| told[name][field].as_str().unwrap();
        let settings = LndSettings::new(text("url"), Macaroon::from_file(text("macaroon")).unwrap()).unwrap();
        Lnd::connect(settings.with_certificate(Certificate::from_file(text("certificate")).unwrap())).unwrap()
    };
    let (payer, payee) = (node("payer"), node("payee"));
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let mut made = 0_u64;
    let mut group = criterion.benchmark_group("lnd payments");
    group.throughput(Throughput::Elements(1)).sample_size(10);
    group.bench_function("one after another", |bencher| {
        bencher.iter(|| {
            made += 1;
            let mut bytes = [0; 32];
            bytes[..8].copy_from_slice(&made.to_le_bytes());
            let request = request(InvoiceLock::Preimage(Preimage::new(bytes)));
            let invoice = runtime.block_on(payee.make_invoice(&request)).unwrap();
            runtime.block_on(payer.pay(&invoice, &PaymentLimits::for_amount(AMOUNT_SATS))).unwrap()
        });
    });
    group.finish();
}

#[cfg(not(feature = "lnd"))]
fn bench_lnd(_: &mut Criterion) {}

fn request(lock: InvoiceLock) -> InvoiceRequest {
    InvoiceRequest { lock, amount_sats: AMOUNT_SATS, description: "bench".to_owned(), lifetime_seconds: 3_600 }
}

criterion_group!(benches, bench_payments, bench_lnd);
criterion_main!(benches);
