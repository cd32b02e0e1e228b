//! `barter pay`

use std::{fs::File, process::Stdio, thread::sleep, time::Duration};

use barter_lightning::{Invoice, InvoiceLock, InvoiceState};
use rustix::process::Signal;
use serde_json::Value;

use crate::support::{
    Barter,
    devnet::signal,
    fields,
    lightning::{Nodes, Side, own_preimage},
};

const AMOUNT_SATS: u64 = 50_000;

/// "Please send $30 for coffee beans to the same peer", an example of BOLT 11, of 2017.
const OLD: &str = "lnbc25m1pvjluezpp5qqqsyqcyq5rqwzqfqqqsyqcyq5rqwzqfqqqsyqcyq5rqwzqfqypqdq5vdhkven9v5sxyetpdeessp5zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zygs9q5sqqqqqqqqqqqqqqqqsgq2a25dxl5hrntdtn6zvydt7d66hyzsyhqs4wdynavys42xgl6sgx9c4g7me86a27t07mdtfry458rtjr0v92cnmswpsjscgt2vcse3sgpz3uapa";

fn pay(nodes: &Nodes, invoice: &Invoice) -> Barter {
    Barter::words("pay").arg(invoice.text()).over(nodes, Side::Payer)
}

#[test]
fn pays_once_and_shows_the_preimage_as_often_as_it_is_asked() {
    let nodes = Nodes::start();
    let preimage = own_preimage();
    let invoice = nodes.invoice(InvoiceLock::Preimage(preimage), AMOUNT_SATS);
    let before = nodes.spendable_sats(Side::Payer);
    for was_paid_before in [false, true, true] {
        // Only the first time money moves, and only then somebody has to agree.
        let yes = (!was_paid_before).then_some("--yes");
        let paid = pay(&nodes, &invoice).args(yes).args(["--amount-sats", "50000"]).json();
        assert_eq!(
            fields(&paid),
            [
                "amount_sats",
                "description",
                "fee_msats",
                "network",
                "payee_node",
                "payment_hash",
                "preimage",
                "was_paid_before"
            ]
        );
        assert_eq!(paid["preimage"], preimage.to_string());
        assert_eq!(paid["payment_hash"], invoice.payment_hash().to_string());
        assert_eq!((&paid["amount_sats"], &paid["fee_msats"]), (&AMOUNT_SATS.into(), &0.into()));
        assert_eq!((&paid["network"], &paid["description"]), (&"regtest".into(), &"a test".into()));
        assert_eq!(paid["payee_node"], nodes.public_key(Side::Payee));
        assert_eq!(paid["was_paid_before"], was_paid_before);
        assert_eq!(nodes.spendable_sats(Side::Payer), before - AMOUNT_SATS);
        nodes.restart(Side::Payer);
    }
    let text = pay(&nodes, &invoice).run();
    assert!(text.stdout.contains(&preimage.to_string()) && text.stdout.contains("50,000 sats"), "{text:?}");
}

#[test]
fn nothing_is_paid_that_nobody_agreed_to() {
    let nodes = Nodes::start();
    let before = nodes.spendable_sats(Side::Payer);
    let open = nodes.invoice(InvoiceLock::Preimage(own_preimage()), AMOUNT_SATS);
    // Nobody can be asked: standard input is no terminal, whatever it says.
    pay(&nodes, &open).failure().expect("not_confirmed", 2, &["--yes"]);
    pay(&nodes, &open).input("y\n").failure().expect("not_confirmed", 2, &["--yes"]);
    let other = pay(&nodes, &open).args(["--yes", "--amount-sats", "49999"]).failure();
    other.expect("wrong_invoice_amount", 1, &["50000", "49999"]);
    let call = |invoice: &str| Barter::words("pay --yes").arg(invoice).over(&nodes, Side::Payer).failure();
    call(OLD).expect("invoice_expired", 2, &["1496318258"]);
    call("lnbc1nonsense").expect("invalid_invoice", 2, &["lnbc1nonsense"]);
    let altered = open.text().replacen('q', "p", 1);
    assert!(call(&altered).code.starts_with("invalid_invoice"));
    let key = "ac".repeat(32);
    Barter::words("pay --yes").arg(&key).hiding(&key).failure().expect("invalid_invoice", 2, &[]);
    assert_eq!(nodes.spendable_sats(Side::Payer), before);
    assert_eq!(nodes.state(&open), Some(InvoiceState::Open));
}

#[test]
fn a_payment_that_fails_costs_nothing_and_says_why() {
    let nodes = Nodes::start();
    let before = nodes.spendable_sats(Side::Payer);
    let large = nodes.invoice(InvoiceLock::Preimage(own_preimage()), 9_000_000);
    let failure = pay(&nodes, &large).arg("--yes").failure();
    failure.expect("payment_failed", 3, &[&large.payment_hash().to_string(), "channels"]);
    let cancelled = nodes.invoice(InvoiceLock::Preimage(own_preimage()), AMOUNT_SATS);
    nodes.cancel(&cancelled);
    pay(&nodes, &cancelled).arg("--yes").failure().expect("payment_failed", 1, &["payee"]);
    assert_eq!(nodes.spendable_sats(Side::Payer), before);
}

#[test]
fn a_payment_that_is_held_is_neither_lost_nor_begun_again() {
    let nodes = Nodes::start();
    let before = nodes.spendable_sats(Side::Payer);
    let preimage = own_preimage();
    let invoice = nodes.invoice(InvoiceLock::Held(preimage.payment_hash()), AMOUNT_SATS);
    let hash = invoice.payment_hash().to_string();
    let pending = pay(&nodes, &invoice).args(["--yes", "--payment-timeout", "1"]).failure();
    pending.expect("payment_pending", 6, &[&hash]);
    assert_eq!(nodes.state(&invoice), Some(InvoiceState::Held));
    // Waiting for it again needs no second yes. Stopped, it says so.
    for stop in [Signal::INT, Signal::TERM] {
        let (child, _folder) = pay(&nodes, &invoice).arg("--json").start(Stdio::piped());
        // Until it waits, on a busy machine, too.
        sleep(Duration::from_secs(2));
        signal(child.id(), stop);
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(6), &b""[..]), "{output:?}");
        let told: Value = serde_json::from_slice(&output.stderr).unwrap();
        assert_eq!(told["error"]["code"], "stopped_while_paying");
        assert!(told["error"]["message"].as_str().unwrap().contains(&hash), "{told}");
    }
    nodes.settle(preimage);
    let paid = pay(&nodes, &invoice).json();
    assert_eq!((&paid["preimage"], &paid["was_paid_before"]), (&preimage.to_string().into(), &true.into()));
    assert_eq!(nodes.spendable_sats(Side::Payer), before - AMOUNT_SATS);
}

#[cfg(target_os = "linux")]
#[test]
fn a_preimage_that_could_not_be_printed_is_told_again() {
    let nodes = Nodes::start();
    let preimage = own_preimage();
    let invoice = nodes.invoice(InvoiceLock::Preimage(preimage), AMOUNT_SATS);
    let full = File::options().write(true).open("/dev/full").unwrap();
    let (child, _folder) = pay(&nodes, &invoice).args(["--yes", "--json"]).start(full);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(6), "{output:?}");
    let told: Value = serde_json::from_slice(&output.stderr).unwrap();
    assert_eq!(told["error"]["code"], "report_lost");
    assert!(!told.to_string().contains(&preimage.to_string()), "{told}");
    assert_eq!(pay(&nodes, &invoice).json()["preimage"], preimage.to_string());
}

#[test]
fn a_node_that_is_not_named_or_not_reached() {
    let nodes = Nodes::start();
    let invoice = nodes.invoice(InvoiceLock::Preimage(own_preimage()), AMOUNT_SATS);
    let (url, macaroon) = (nodes.url(Side::Payer), nodes.macaroon_hex(Side::Payer));
    let call = || Barter::words("pay --yes").arg(invoice.text()).hiding(&macaroon);
    call().failure().expect("no_lightning_node", 5, &[]);
    let half = call().env("BARTER_LND_URL", &url).failure();
    half.expect("invalid_lightning_setting", 5, &["BARTER_LND_MACAROON"]);
    let nobody = call().env("BARTER_LND_URL", "http://127.0.0.1:1").env("BARTER_LND_MACAROON_HEX", &macaroon).failure();
    nobody.expect("lightning_unreachable", 3, &["127.0.0.1:1"]);
    let stranger = nodes.macaroon_hex(Side::Payee);
    let refused = call().env("BARTER_LND_URL", &url).env("BARTER_LND_MACAROON_HEX", &stranger).hiding(&stranger);
    refused.failure().expect("macaroon_refused", 5, &["127.0.0.1"]);
    // A macaroon where its file belongs is not repeated.
    let misplaced = call().env("BARTER_LND_URL", &url).args(["--lnd-macaroon", &macaroon]).failure();
    misplaced.expect("invalid_lightning_setting", 5, &["--lnd-macaroon"]);
    let far = call().args(["--lnd-url", "http://192.0.2.1:8080"]).env("BARTER_LND_MACAROON_HEX", &macaroon).failure();
    far.expect("invalid_lightning_setting", 5, &["--lnd-url"]);
}

#[test]
fn a_node_can_be_named_in_arguments_and_in_a_file() {
    let nodes = Nodes::start();
    let (url, macaroon) = (nodes.url(Side::Payer), nodes.macaroon_hex(Side::Payer));
    let paid = |call: Barter| {
        let invoice = nodes.invoice(InvoiceLock::Preimage(own_preimage()), AMOUNT_SATS);
        assert_eq!(call.hiding(&macaroon).args(["pay", "--yes"]).arg(invoice.text()).json()["was_paid_before"], false);
    };
    let file = format!("BARTER_LND_URL={url}\nBARTER_LND_MACAROON_HEX={macaroon}\n");
    paid(Barter::new::<&str>([]).file(".env", &file));
    paid(Barter::words("--env-file settings").file("settings", &file));
    // As LND writes it, binary. It goes before the environment's, however that is set.
    let binary = nodes.macaroon(Side::Payer);
    let invoice = nodes.invoice(InvoiceLock::Preimage(own_preimage()), AMOUNT_SATS);
    let call = Barter::words("pay --yes --lnd-macaroon pay.macaroon --lnd-url").arg(&url).arg(invoice.text());
    let call = call.file("pay.macaroon", binary).file(".env", "BARTER_LND_MACAROON_HEX=00\nBARTER_LND_URL=nonsense\n");
    assert_eq!(call.hiding(&macaroon).json()["was_paid_before"], false);
}
