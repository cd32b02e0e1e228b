//! The protocol's refusals: each tried through the program, with its kind, its exit code, and the values it names.

use barter_protocol::{Preimage, limits::PROPOSAL_LIFETIME};

use crate::support::{
    Barter, Deal, Devnet,
    trade::{new_preimage, propose, propose_amount},
};

#[test]
fn a_malformed_address() {
    let devnet = Devnet::shared();
    let key = devnet.wallet();
    for (address, reason) in [
        ("not-a-valid-address", "expected 0x"),
        ("0x1234", "expected 40"),
        ("0x70997970C51812dc3A010C7d01b50e0d17dc79Cg", "character 40"),
        ("0x70997970C51812dc3A010C7d01b50e0d17dc79c8", "checksum"),
    ] {
        let proposing = propose(address, new_preimage()).on(devnet).signed_by(&key);
        proposing.failure().expect("invalid_address", 2, &[address, reason]);
    }
    for line in
        ["trust score", "trust profile", "trust history", "trust card", "credit balance", "credit earned", "trade list"]
    {
        let failure = Barter::words(line).arg("0xnobody").on(devnet).failure();
        failure.expect("invalid_address", 2, &["0xnobody"]);
    }
    let pair = Barter::words("trust pair-count").args([&key.address, "0xnobody"]).on(devnet).failure();
    pair.expect("invalid_address", 2, &["0xnobody"]);
    Barter::words("trade watch --wallet 0xnobody").on(devnet).failure().expect("invalid_address", 2, &["0xnobody"]);
}

#[test]
fn an_amount_outside_the_limits() {
    let devnet = Devnet::shared();
    let (payer, payee) = (devnet.wallet(), devnet.wallet());
    let try_amount =
        |amount: &str| propose_amount(&payee.address, new_preimage(), amount).on(devnet).signed_by(&payer).failure();
    try_amount("500").expect("insufficient_amount", 1, &["500", "1000"]);
    try_amount("999").expect("insufficient_amount", 1, &["999", "1000"]);
    try_amount("0").expect("insufficient_amount", 1, &["0 sats"]);
    try_amount("2100000000000001").expect("amount_out_of_range", 1, &["2100000000000001", "2100000000000000"]);
    for amount in ["-5", "1.5", "50,000", "lots", "99999999999999999999999"] {
        try_amount(amount).expect("usage", 2, &[amount, "--amount-sats", "whole number of satoshis"]);
    }
}

#[test]
fn a_trade_with_oneself_and_one_with_nobody() {
    let devnet = Devnet::shared();
    let wallet = devnet.wallet();
    let proposing = propose(&wallet.address, new_preimage()).on(devnet).signed_by(&wallet);
    proposing.failure().expect("self_trade", 1, &[&wallet.address]);
    let zero = "0x0000000000000000000000000000000000000000";
    propose(zero, new_preimage()).on(devnet).signed_by(&wallet).failure().expect("zero_counterparty", 1, &[]);
}

#[test]
fn text_that_is_too_long() {
    let devnet = Devnet::shared();
    let (payer, payee) = (devnet.wallet(), devnet.wallet());
    let payment_hash = new_preimage().payment_hash().to_string();
    let with = |option: &str, text: String| {
        Barter::words("trade propose --amount-sats 1000")
            .args(["--counterparty", &payee.address, "--payment-hash", &payment_hash, option, &text])
            .on(devnet)
            .signed_by(&payer)
            .failure()
    };
    with("--category", "c".repeat(33)).expect("category_too_long", 1, &["33", "32"]);
    with("--description", "d".repeat(201)).expect("description_too_long", 1, &["201", "200"]);
    // Bytes count, not characters.
    with("--description", "é".repeat(101)).expect("description_too_long", 1, &["202", "200"]);
}

#[test]
fn a_malformed_hash_or_id() {
    let devnet = Devnet::shared();
    let (payer, payee) = (devnet.wallet(), devnet.wallet());
    let with_hash = |hash: &str| {
        let call = Barter::words("trade propose --amount-sats 1000 --counterparty");
        call.args([&payee.address, "--payment-hash", hash]).on(devnet).signed_by(&payer).failure()
    };
    with_hash("0xabc").expect("wrong_length", 2, &["payment hash", "3", "64"]);
    with_hash("xyz").expect("not_hexadecimal", 2, &["payment hash", "digit 1 "]);
    for line in ["trade get", "trade accept", "trade dispute", "trade dismiss", "trade watch --trade"] {
        let call = Barter::words(line).arg("0x12").on(devnet).signed_by(&payer);
        call.failure().expect("invalid_trade_id", 2, &["0x12", "64"]);
    }
    let settling = Barter::words("trade settle 0x12 --preimage-file -").input("00").on(devnet).signed_by(&payer);
    settling.failure().expect("invalid_trade_id", 2, &["0x12"]);
}

#[test]
fn a_trade_that_does_not_exist() {
    let devnet = Devnet::shared();
    let wallet = devnet.wallet();
    let unknown = format!("0x{}", "ab".repeat(32));
    for line in ["trade get", "trade accept", "trade dispute"] {
        let call = Barter::words(line).arg(&unknown).on(devnet).signed_by(&wallet);
        call.failure().expect("trade_not_found", 4, &[&unknown]);
    }
    let settling = Barter::words("trade settle --preimage-file -").arg(&unknown).input("00".repeat(32));
    settling.on(devnet).signed_by(&wallet).failure().expect("trade_not_found", 4, &[&unknown]);
    let listing = Barter::words("trade list --before").args([&unknown, &wallet.address]).on(devnet);
    listing.failure().expect("trade_not_found", 4, &[&unknown]);
}

#[test]
fn a_preimage_that_is_not_the_trades() {
    let deal = Deal::accepted();
    let wrong = Preimage::new([0xee; 32]);
    let refused = deal.settling(wrong).hiding(&wrong.to_string()).failure();
    let (expected, actual) = (deal.preimage.payment_hash().to_string(), wrong.payment_hash().to_string());
    refused.expect("preimage_mismatch", 1, &[&expected, &actual, &deal.trade_id]);
    assert_eq!(deal.status(), "accepted");
}

#[test]
fn a_settlement_by_anybody_but_the_payer() {
    let deal = Deal::accepted();
    for caller in [deal.payee.clone(), deal.devnet.wallet()] {
        let settling =
            Barter::words("trade settle --preimage-file -").arg(&deal.trade_id).input(deal.preimage.to_string());
        let refused = settling.on(deal.devnet).signed_by(&caller).hiding(&deal.preimage.to_string()).failure();
        refused.expect("not_payer", 1, &[&caller.address, &deal.payer.address, &deal.trade_id]);
    }
    let signing = deal.as_payee("trade sign-settle --preimage-file -").arg(&deal.trade_id);
    signing.input(deal.preimage.to_string()).failure().expect("not_payer", 1, &[&deal.payee.address]);
}

#[test]
fn an_acceptance_by_anybody_but_the_counterparty() {
    let deal = Deal::proposed();
    let own = deal.as_payer("trade accept").arg(&deal.trade_id).failure();
    own.expect("not_counterparty", 1, &[&deal.payer.address, &deal.payee.address]);
    let strangers = deal.as_stranger("trade dispute").arg(&deal.trade_id).failure();
    strangers.expect("wrong_status", 1, &["proposed", "accepted"]);
    deal.accept();
    deal.as_stranger("trade dispute").arg(&deal.trade_id).failure().expect("not_party", 1, &[&deal.trade_id]);
}

#[test]
fn a_call_at_the_wrong_time() {
    let deal = Deal::proposed();
    deal.settling(deal.preimage).failure().expect("wrong_status", 1, &["proposed", "accepted", &deal.trade_id]);
    deal.accept();
    deal.as_payee("trade accept --unchecked").arg(&deal.trade_id).failure().expect(
        "wrong_status",
        1,
        &["accepted", "proposed"],
    );
    deal.settle();
    deal.settling(deal.preimage).failure().expect("wrong_status", 1, &["settled", "accepted"]);
    deal.as_payer("trade dispute").arg(&deal.trade_id).failure().expect("wrong_status", 1, &["settled", "accepted"]);
}

#[test]
fn an_invoice_that_was_used_before() {
    let deal = Deal::proposed();
    let again = propose(&deal.payee.address, deal.preimage).on(deal.devnet).signed_by(&deal.payer);
    again.failure().expect("already_proposed", 1, &[&deal.trade_id]);
    let other_amount =
        propose_amount(&deal.payee.address, deal.preimage, "60000").on(deal.devnet).signed_by(&deal.payer);
    let hash = deal.preimage.payment_hash().to_string();
    other_amount.failure().expect("payment_hash_reused", 1, &[&hash, &deal.payer.address, &deal.payee.address]);
}

#[test]
fn a_proposal_that_expired() {
    // A chain of its own: time passes for all trades on it.
    let devnet = Devnet::start(2);
    let (payer, payee, preimage) = (devnet.wallet(), devnet.wallet(), new_preimage());
    let proposed = propose(&payee.address, preimage).on(&devnet).signed_by(&payer).json();
    let trade_id = proposed["trade_id"].as_str().unwrap().to_owned();
    devnet.node().pass_seconds(PROPOSAL_LIFETIME + 1);
    let get = || Barter::words("trade get").arg(&trade_id).on(&devnet);
    assert_eq!(get().json()["status"], "expired");
    assert!(get().run().stdout.contains("expired"), "{:?}", get().run());
    let accepting = Barter::words("trade accept --unchecked").arg(&trade_id).on(&devnet).signed_by(&payee);
    let expires_at = get().json()["expires_at"].to_string();
    accepting.failure().expect("trade_expired", 1, &[&trade_id, &expires_at]);
    let settling = Barter::words("trade settle --preimage-file -").arg(&trade_id).input(preimage.to_string());
    settling.on(&devnet).signed_by(&payer).failure().expect("wrong_status", 1, &["expired", "accepted"]);
}

#[test]
fn a_ruling_where_the_auditors_rule() {
    let deal = Deal::accepted();
    deal.as_payer("trade dispute").arg(&deal.trade_id).json();
    let dismissing = deal.as_payer("trade dismiss").arg(&deal.trade_id);
    let dismissed = dismissing.failure();
    dismissed.expect("not_arbiter", 1, &[&deal.payer.address]);
    assert!(dismissed.next_step.contains("barter dispute sign-ruling --trade"), "{dismissed:?}");
    let upholding = deal.as_payer("trade uphold").args([&deal.trade_id, "--at-fault", &deal.payee.address]);
    let upheld = upholding.failure();
    upheld.expect("not_arbiter", 1, &[&deal.payer.address]);
    assert!(upheld.next_step.contains("barter dispute rule"), "{upheld:?}");
}

#[test]
fn a_batch_or_a_page_of_no_size() {
    let deal = Deal::proposed();
    let batch = |text: &str| deal.as_payer("trade settle-batch -").input(text).failure();
    batch("[]").expect("batch_size", 1, &["0", "100"]);
    let many = serde_json::json!({ "trade_id": deal.trade_id, "preimage": deal.preimage.to_string() });
    batch(&serde_json::json!(vec![many; 101]).to_string()).expect("batch_size", 1, &["101", "100"]);
    for limit in ["0", "501"] {
        let listing = deal.reading("trade list --limit").args([limit, &deal.payer.address]);
        listing.failure().expect("page_size", 1, &[limit, "500"]);
    }
}

#[test]
fn an_invoice_that_cannot_be_used() {
    let devnet = Devnet::shared();
    let (payer, payee) = (devnet.wallet(), devnet.wallet());
    let with = |invoice: &str| {
        let call = Barter::words("trade propose --counterparty").args([&payee.address, "--invoice", invoice]);
        call.on(devnet).signed_by(&payer).failure()
    };
    with("lnbc1").expect("invalid_invoice", 2, &["lnbc1"]);
    let demo = Barter::words("demo").json();
    let invoice = demo["invoice"]["bolt11"].as_str().unwrap();
    let middle = invoice.len() / 2;
    let other = if invoice.as_bytes()[middle] == b'q' { "p" } else { "q" };
    let altered = format!("{}{other}{}", &invoice[..middle], &invoice[middle + 1..]);
    with(&altered).expect("invalid_invoice", 2, &["lnbcrt500u1"]);
}
