//! A trade's life, from proposal to its end, and looking at it.

use crate::support::{
    Barter, Deal, Devnet,
    trade::{AMOUNT_SATS, new_preimage, propose},
};

#[test]
fn a_trade_settles_and_raises_both_scores_and_credits() {
    let deal = Deal::proposed();
    assert_eq!(deal.status(), "proposed");
    assert_eq!(deal.accept()["status"], "accepted");
    assert_eq!(deal.status(), "accepted");
    assert_eq!(deal.settle()["status"], "settled");

    let trade = deal.now();
    assert_eq!(trade["status"], "settled");
    assert_eq!(trade["payer"], deal.payer.address);
    assert_eq!(trade["payee"], deal.payee.address);
    assert_eq!(trade["amount_sats"], AMOUNT_SATS);
    assert_eq!((&trade["category"], &trade["description"]), (&"digital".into(), &"Logo".into()));
    for wallet in [&deal.payer, &deal.payee] {
        let profile = deal.reading("trust profile").arg(&wallet.address).json();
        assert_eq!(profile["score"], barter_protocol::score(AMOUNT_SATS));
        assert_eq!(profile["credit_balance"], barter_protocol::credit_tokens(AMOUNT_SATS).to_string());
        assert_eq!(profile["completion_rate"], 100.0);
    }
    let pair = deal.reading("trust pair-count").args([&deal.payer.address, &deal.payee.address]).json();
    assert_eq!((&pair["pair_count"], &pair["maximum"]), (&1.into(), &5.into()));
}

#[test]
fn a_payee_can_start_the_trade() {
    let devnet = Devnet::shared();
    let (payer, payee, preimage) = (devnet.wallet(), devnet.wallet(), new_preimage());
    let proposed =
        propose(&payer.address, preimage).args(["--as-payee", "--unchecked"]).on(devnet).signed_by(&payee).json();
    let trade_id = proposed["trade_id"].as_str().unwrap();
    let trade = Barter::words("trade get").arg(trade_id).on(devnet).json();
    assert_eq!((&trade["party_a"], &trade["payer"]), (&payee.address.into(), &payer.address.into()));
}

#[test]
fn an_invoice_gives_payment_hash_and_amount() {
    let demo = Barter::words("demo --amount-sats 77000").json();
    let devnet = Devnet::shared();
    let (payer, payee) = (devnet.wallet(), devnet.wallet());
    let proposed = Barter::words("trade propose --counterparty")
        .args([&payee.address, "--invoice", demo["invoice"]["bolt11"].as_str().unwrap()])
        .on(devnet)
        .signed_by(&payer)
        .json();
    let trade = Barter::words("trade get").arg(proposed["trade_id"].as_str().unwrap()).on(devnet).json();
    assert_eq!(trade["amount_sats"], 77_000);
    assert_eq!(trade["payment_hash"], demo["invoice"]["payment_hash"]);
}

#[test]
fn a_dispute_ends_a_trade() {
    let deal = Deal::accepted();
    assert_eq!(deal.as_payee("trade dispute").arg(&deal.trade_id).json()["status"], "disputed");
    assert_eq!(deal.status(), "disputed");
    deal.settling(deal.preimage).failure().expect("wrong_status", 1, &["disputed", "accepted"]);
}

#[test]
fn several_trades_settle_in_one_transaction() {
    let first = Deal::accepted();
    let second = Deal::proposed_between(first.payer.clone(), first.payee.clone());
    second.accept();
    let batch = serde_json::json!([
        { "trade_id": first.trade_id, "preimage": first.preimage.to_string() },
        { "trade_id": second.trade_id, "preimage": second.preimage.to_string() },
    ]);
    let settled = first.as_payer("trade settle-batch -").input(batch.to_string()).json();
    assert_eq!(settled["trade_ids"], serde_json::json!([first.trade_id, second.trade_id]));
    assert_eq!((first.status(), second.status()), ("settled".to_owned(), "settled".to_owned()));
}

#[test]
fn a_list_comes_in_pages_newest_first() {
    let first = Deal::proposed();
    let second = Deal::proposed_between(first.payer.clone(), first.payee.clone());
    let third = Deal::proposed_between(first.payer.clone(), first.payee.clone());
    let ids = |value: &serde_json::Value| -> Vec<String> {
        let trades = value["trades"].as_array().unwrap().iter();
        trades.map(|trade| trade["trade_id"].as_str().unwrap().to_owned()).collect()
    };
    // The key's own wallet, where none is named.
    let page = first.as_payer("trade list --limit 2").json();
    assert_eq!(page["address"], first.payer.address);
    assert_eq!(ids(&page), [third.trade_id.clone(), second.trade_id.clone()]);
    let rest =
        first.reading("trade list").args([&first.payer.address, "--before", page["next"].as_str().unwrap()]).json();
    assert_eq!(ids(&rest), std::slice::from_ref(&first.trade_id));
    assert!(rest["next"].is_null());
    let all = first.reading("trade list --all").arg(&first.payer.address).json();
    assert_eq!(ids(&all), [third.trade_id, second.trade_id, first.trade_id.clone()]);
}

#[test]
fn text_for_people_says_the_same() {
    let deal = Deal::accepted();
    let shown = deal.reading("trade get").arg(&deal.trade_id).run();
    assert_eq!(shown.code, 0);
    for part in ["accepted", "50,000 sats", &deal.payer.address, &deal.payee.address, "digital", "Logo", " UTC"] {
        assert!(shown.stdout.contains(part), "no {part}: {shown:?}");
    }
    assert!(!shown.stdout.contains('\u{1b}'), "colours into a pipe: {shown:?}");
    let listed = deal.reading("trade list").arg(&deal.payer.address).run();
    assert!(listed.stdout.contains(&deal.trade_id) && listed.stdout.contains("pays"), "{listed:?}");
    let profile = deal.reading("trust profile").arg(&deal.payer.address).run();
    assert!(profile.stdout.contains("0 settled, 1 open"), "{profile:?}");
}

#[test]
fn what_a_stranger_wrote_cannot_steer_the_terminal() {
    let devnet = Devnet::shared();
    let (payer, payee) = (devnet.wallet(), devnet.wallet());
    let preimage = new_preimage();
    let proposed = Barter::words("trade propose --amount-sats 1000")
        .args(["--description", "\u{1b}[2J\u{9b}31mpaid\r", "--counterparty", &payee.address])
        .args(["--payment-hash", &preimage.payment_hash().to_string()])
        .on(devnet)
        .signed_by(&payer)
        .json();
    let trade_id = proposed["trade_id"].as_str().unwrap();
    for line in [format!("trade get {trade_id}"), format!("trade list {}", payer.address)] {
        let shown = Barter::words(&line).on(devnet).run();
        assert!(shown.stdout.contains("[2J"), "{shown:?}");
        assert!(!shown.stdout.contains(['\u{1b}', '\u{9b}', '\r']), "{shown:?}");
    }
}
