//! Trades opened and settled with the other party's signature.

use crate::support::{Barter, Deal, Devnet, Wallet, trade::new_preimage};

/// Terms signed by the payee, for the payer to open.
fn signed_terms(payer: &Wallet, payee: &Wallet, extra: &[&str]) -> (String, barter_protocol::Preimage) {
    let preimage = new_preimage();
    let outcome = Barter::words("trade sign-open --unchecked --amount-sats 50000 --description Logo")
        .args(["--proposer", &payer.address, "--payment-hash", &preimage.payment_hash().to_string()])
        .args(extra)
        .on(Devnet::shared())
        .signed_by(payee)
        .run();
    assert_eq!(outcome.code, 0, "{outcome:?}");
    assert!(outcome.stderr.contains("barter trade open"), "{outcome:?}");
    (outcome.stdout, preimage)
}

#[test]
fn signed_terms_open_a_trade_that_a_signature_settles() {
    let devnet = Devnet::shared();
    let (payer, payee) = (devnet.wallet(), devnet.wallet());
    let (terms, preimage) = signed_terms(&payer, &payee, &[]);
    let opened = Barter::words("trade open terms.json").file("terms.json", &terms).on(devnet).signed_by(&payer).json();
    assert_eq!(opened["status"], "accepted");
    let trade_id = opened["trade_id"].as_str().unwrap().to_owned();
    let deal = Deal { devnet, payer, payee, preimage, trade_id };
    assert_eq!(deal.status(), "accepted");

    let signing = deal.as_payer("trade sign-settle").arg(&deal.trade_id);
    let signed = signing.args(["--preimage-file", "p"]).file("p", preimage.to_string()).run();
    assert_eq!(signed.code, 0, "{signed:?}");
    let settled = deal.as_stranger("trade settle --signed -").input(signed.stdout).json();
    assert_eq!(settled["status"], "settled");
    assert_eq!(deal.status(), "settled");
}

#[test]
fn a_signed_settlement_can_be_part_of_a_batch() {
    let deal = Deal::accepted();
    let signing = deal.as_payer("trade sign-settle").arg(&deal.trade_id);
    let signed = signing.args(["--preimage", &deal.preimage.to_string()]).json();
    let batch = serde_json::json!([signed]).to_string();
    let settled = deal.as_stranger("trade settle-batch batch.json").file("batch.json", batch).json();
    assert_eq!(settled["trade_ids"][0], deal.trade_id.as_str());
    assert_eq!(deal.status(), "settled");
}

#[test]
fn a_cancelled_signature_opens_nothing() {
    let devnet = Devnet::shared();
    let (payer, payee) = (devnet.wallet(), devnet.wallet());
    let (terms, _) = signed_terms(&payer, &payee, &[]);
    let cancelled = Barter::words("trade cancel --signed -").input(terms.clone()).on(devnet).signed_by(&payee).json();
    assert_eq!(cancelled["status"], "cancelled");
    let opening = Barter::words("trade open -").input(terms).on(devnet).signed_by(&payer);
    opening.failure().expect("signature_is_cancelled", 1, &[&payee.address, cancelled["digest"].as_str().unwrap()]);
}

#[test]
fn cancelling_what_cannot_be_withdrawn_is_refused() {
    let devnet = Devnet::shared();
    let (payer, payee) = (devnet.wallet(), devnet.wallet());
    let (terms, preimage) = signed_terms(&payer, &payee, &[]);
    let cancel = |signed: &str, wallet: &Wallet| {
        Barter::words("trade cancel --signed -").input(signed).on(devnet).signed_by(wallet).failure()
    };
    cancel(&terms, &payer).expect("not_signer", 5, &[&payer.address, &payee.address]);
    cancel(&terms.replace("\"chain_id\": 31337", "\"chain_id\": 1"), &payee).expect(
        "signed_for_other_chain",
        5,
        &["31337", "chain 1"],
    );
    cancel("{}", &payee).expect("malformed_input", 2, &["missing field"]);

    let opened = Barter::words("trade open -").input(terms.as_str()).on(devnet).signed_by(&payer).json();
    let trade_id = opened["trade_id"].as_str().unwrap().to_owned();
    let failure = cancel(&terms, &payee);
    failure.expect("signature_used", 1, &[&trade_id, "accepted"]);
    assert!(failure.next_step.contains("trade dispute"), "{failure:?}");

    let deal = Deal { devnet, payer, payee, preimage, trade_id };
    let signing = deal.as_payer("trade sign-settle").arg(&deal.trade_id);
    let settlement = signing.args(["--preimage", &preimage.to_string()]).json().to_string();
    cancel(&settlement, &deal.payee).expect("not_signer", 5, &[&deal.payer.address]);
    deal.settle();
    cancel(&settlement, &deal.payer).expect("signature_used", 1, &[&deal.trade_id, "settled"]);
}

#[test]
fn a_signed_settlement_can_be_withdrawn() {
    let deal = Deal::accepted();
    let signing = deal.as_payer("trade sign-settle").arg(&deal.trade_id);
    let settlement = signing.args(["--preimage", &deal.preimage.to_string()]).json().to_string();
    let cancelled = deal.as_payer("trade cancel --signed -").input(settlement.as_str()).json();
    assert_eq!(cancelled["status"], "cancelled");
    let settling = deal.as_stranger("trade settle --signed -").input(settlement);
    settling.failure().expect("signature_is_cancelled", 1, &[]);
}

#[test]
fn a_signature_counts_until_its_deadline_for_its_chain_and_its_terms() {
    let devnet = Devnet::shared();
    let (payer, payee) = (devnet.wallet(), devnet.wallet());
    let open = |terms: &str| Barter::words("trade open -").input(terms).on(devnet).signed_by(&payer).failure();

    let (terms, _) = signed_terms(&payer, &payee, &["--deadline", "1000000000"]);
    open(&terms).expect("signature_expired", 1, &["1000000000"]);

    let (terms, _) = signed_terms(&payer, &payee, &[]);
    let altered = terms.replace("\"amount_sats\": 50000", "\"amount_sats\": 5000000");
    assert_ne!(altered, terms);
    open(&altered).expect("invalid_signature", 1, &[&payee.address]);
    open(&terms.replace("\"chain_id\": 31337", "\"chain_id\": 1")).expect(
        "signed_for_other_chain",
        5,
        &["31337", "chain 1"],
    );

    let by_stranger = Barter::words("trade open -").input(terms).on(devnet).signed_by(&devnet.wallet());
    by_stranger.failure().expect("not_party", 1, &[]);
}
