//! `barter sell`, `buy` and `deals`, and what a payee's client refuses to agree to.

use std::{
    fs::Permissions,
    io::{BufRead as _, BufReader},
    os::unix::fs::PermissionsExt as _,
    process::Stdio,
    thread::sleep,
    time::{Duration, Instant},
};

use barter_lightning::{InvoiceLock, InvoiceState};
use barter_protocol::Preimage;
use rustix::process::Signal;
use serde_json::Value;

use crate::support::{
    Barter, Devnet, Wallet,
    devnet::signal,
    fields,
    gate::{Closed, Gate},
    lightning::{Nodes, Side, own_preimage},
    trade::propose_amount,
};

const AMOUNT_SATS: u64 = 50_000;

const DEAL: [&str; 15] = [
    "amount_sats",
    "category",
    "created_at",
    "description",
    "failure",
    "fee_msats",
    "id",
    "invoice_expires_at",
    "offer",
    "payee",
    "payer",
    "payment_hash",
    "role",
    "stage",
    "trade_id",
];

/// A payee and a payer, each with a wallet, a node, and a journal.
struct Pair {
    nodes: Nodes,
    payee: Wallet,
    payer: Wallet,
    journals: tempfile::TempDir,
}

impl Pair {
    fn new() -> Self {
        let devnet = Devnet::shared();
        let (payee, payer) = (devnet.wallet(), devnet.wallet());
        Self { nodes: Nodes::start(), payee, payer, journals: tempfile::tempdir().unwrap() }
    }

    fn call(&self, side: Side, words: &[&str]) -> Barter {
        let (wallet, journal) = match side {
            Side::Payee => (&self.payee, "payee"),
            Side::Payer => (&self.payer, "payer"),
        };
        let call = Barter::new(words).on(Devnet::shared()).signed_by(wallet).over(&self.nodes, side);
        call.env("BARTER_JOURNAL", self.journals.path().join(journal))
    }

    fn sell(&self, id: &str) -> Barter {
        self.call(Side::Payee, &["sell", "--id", id, "--amount-sats", "50000", "--description", "Logo design"])
    }

    /// The payee's sale to its payer, and the offer's text.
    fn offer(&self, id: &str) -> String {
        let offered = self.sell(id).args(["--payer", &self.payer.address]).json();
        offered["offer"].as_str().unwrap().to_owned()
    }

    fn buy(&self, offer: &str) -> Barter {
        self.call(Side::Payer, &["buy", offer])
    }

    /// Waits until the payer's only deal is so far, as its journal says.
    fn await_stage(&self, stage: &str) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while self.list(Side::Payer).first().is_none_or(|deal| deal["stage"] != stage) {
            assert!(Instant::now() < deadline, "it is never {stage}: {:?}", self.list(Side::Payer));
            sleep(Duration::from_millis(50));
        }
    }

    fn list(&self, side: Side) -> Vec<Value> {
        let listed = self.call(side, &["deals", "list"]).json();
        assert_eq!(fields(&listed), ["damaged", "deals"]);
        listed["deals"].as_array().unwrap().clone()
    }
}

#[test]
fn an_offer_is_taken_paid_and_settled() {
    let pair = Pair::new();
    let before = pair.nodes.spendable_sats(Side::Payer);
    let offered = pair.sell("order-1").args(["--payer", &pair.payer.address, "--category", "digital"]).json();
    assert_eq!(fields(&offered), DEAL);
    assert_eq!(
        (&offered["id"], &offered["role"], &offered["stage"]),
        (&"order-1".into(), &"payee".into(), &"proposed".into())
    );
    assert_eq!(
        (&offered["payer"], &offered["payee"]),
        (&pair.payer.address.clone().into(), &pair.payee.address.clone().into())
    );
    let offer = offered["offer"].as_str().unwrap();
    assert!(offer.starts_with("barter1"), "{offer}");

    let bought = pair.buy(&offer.to_uppercase()).arg("--yes").json();
    assert_eq!(fields(&bought), DEAL);
    assert_eq!(
        (&bought["role"], &bought["stage"], &bought["fee_msats"]),
        (&"payer".into(), &"settled".into(), &0.into())
    );
    assert_eq!((&bought["category"], &bought["description"]), (&"digital".into(), &"Logo design".into()));
    assert_eq!(bought["trade_id"], offered["trade_id"]);
    assert_eq!(pair.nodes.spendable_sats(Side::Payer), before - AMOUNT_SATS);

    // The payee sees it settled, and both remember it. The journal is enough for that.
    let settled = pair.call(Side::Payee, &["deals", "resume", "order-1"]).json();
    assert_eq!((&settled["stage"], &settled["trade_id"]), (&"settled".into(), &bought["trade_id"]));
    assert_eq!(pair.list(Side::Payee), std::slice::from_ref(&settled));
    // There is nothing to hand over any more.
    let sold = || pair.sell("order-1").args(["--payer", &pair.payer.address, "--category", "digital"]);
    sold().failure().expect("already_sold", 1, &["order-1"]);
    assert_eq!(sold().arg("--wait").json(), settled);
    assert_eq!(pair.list(Side::Payer), std::slice::from_ref(&bought));
    let shown = |side: Side, arguments: &[&str]| pair.call(side, &["deals", "show"]).args(arguments);
    let hash = bought["payment_hash"].as_str().unwrap();
    assert_eq!(shown(Side::Payer, &[hash]).json(), bought);
    let preimage = shown(Side::Payer, &[hash, "--preimage"]).json()["preimage"].as_str().unwrap().to_owned();
    assert_eq!(preimage.parse::<Preimage>().unwrap().payment_hash().to_string(), hash);
    assert_eq!(shown(Side::Payee, &["order-1", "--preimage"]).json()["preimage"], preimage);
    let without_node = Barter::words("deals list").on(Devnet::shared()).signed_by(&pair.payer);
    let journal = pair.journals.path().join("payer");
    assert_eq!(without_node.args(["--journal", journal.to_str().unwrap()]).json()["deals"][0], bought);
}

#[test]
fn whoever_takes_an_open_offer_proposes_and_the_waiting_payee_accepts() {
    let pair = Pair::new();
    let (mut selling, _folder) = pair.sell("open").args(["--wait", "--json"]).start(Stdio::piped());
    let mut lines = BufReader::new(selling.stdout.take().unwrap()).lines();
    let mut line = || -> Value { serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap() };
    let offered = line();
    assert_eq!((&offered["stage"], &offered["payer"]), (&"invoiced".into(), &Value::Null));
    let bought = pair.buy(offered["offer"].as_str().unwrap()).arg("--yes").json();
    let sold = line();
    assert!(selling.wait().unwrap().success());
    assert_eq!((&sold["stage"], &bought["stage"]), (&"settled".into(), &"settled".into()));
    assert_eq!((&sold["trade_id"], &sold["payer"]), (&bought["trade_id"], &bought["payer"]));
}

#[test]
fn people_read_the_offer_and_each_stage() {
    let pair = Pair::new();
    let sold = pair.sell("for-people").args(["--payer", &pair.payer.address]).run();
    assert_eq!(sold.code, 0, "{sold:?}");
    let offer = sold.stdout.lines().find(|line| line.starts_with("barter1")).unwrap();
    for word in ["50,000 sats", "Logo design", &pair.payer.address] {
        assert!(sold.stdout.contains(word), "no {word}: {sold:?}");
    }
    for word in
        ["invoiced", "proposed", "gas", "No QR code: standard output is no terminal.", "deals resume for-people"]
    {
        assert!(sold.stderr.contains(word), "no {word}: {sold:?}");
    }
    let bought = pair.buy(offer).arg("--yes").run();
    assert_eq!(bought.code, 0, "{bought:?}");
    for word in ["accepted", "paying", "paid", "settled"] {
        assert!(bought.stderr.contains(word), "no {word}: {bought:?}");
    }
    assert!(bought.stdout.contains("settled") && bought.stdout.contains(&pair.payee.address), "{bought:?}");
    let listed = pair.call(Side::Payer, &["deals", "list"]).run();
    assert!(listed.stdout.contains("settled") && listed.stdout.contains("Logo design"), "{listed:?}");
    let none = Barter::words("deals list").on(Devnet::shared()).signed_by(&pair.payer).run();
    assert!(none.stdout.contains("no deals"), "{none:?}");
}

#[test]
fn a_buyer_refuses_what_is_not_as_agreed() {
    let pair = Pair::new();
    let offer = pair.offer("order-1");
    let before = pair.nodes.spendable_sats(Side::Payer);
    pair.buy(&offer).failure().expect("not_confirmed", 2, &["--yes"]);
    let stranger = Devnet::shared().wallet();
    let refused = |arguments: &[&str]| pair.buy(&offer).arg("--yes").args(arguments).failure();
    let other_payee = refused(&["--payee", &stranger.address]);
    other_payee.expect("offer_of_other_payee", 1, &[&stranger.address, &pair.payee.address]);
    let node = pair.nodes.public_key(Side::Payer);
    refused(&["--payee-node", &node]).expect("wrong_payee_node", 1, &[&node]);
    refused(&["--amount-sats", "49999"]).expect("wrong_invoice_amount", 1, &["50000", "49999"]);
    refused(&["--margin", "4000"]).expect("invoice_expires_too_soon", 1, &[]);
    // All that the offer says is compared before anybody is asked, at a terminal or not.
    let unasked = |arguments: &[&str]| pair.buy(&offer).args(arguments).failure();
    unasked(&["--payee", &stranger.address]).expect("offer_of_other_payee", 1, &[&stranger.address]);
    unasked(&["--payee-node", &node]).expect("wrong_payee_node", 1, &[&node]);
    unasked(&["--amount-sats", "49999"]).expect("wrong_invoice_amount", 1, &["50000", "49999"]);
    unasked(&["--payee-node", "abc"]).expect("usage", 2, &["abc", "no public key, expected 66 hexadecimal digits"]);
    let of_own = pair.call(Side::Payee, &["buy", &offer]).failure();
    of_own.expect("offer_for_other_payer", 1, &[&pair.payee.address, &pair.payer.address]);
    let open = pair.sell("open").json();
    let of_own = pair.call(Side::Payee, &["buy", open["offer"].as_str().unwrap()]).failure();
    of_own.expect("self_trade", 1, &[]);
    // It is said that nobody was named to be paid; the offer alone says who is.
    let unnamed = pair.buy(&offer).arg("--json").run();
    assert!(unnamed.stderr.contains("payee_not_named"), "{unnamed:?}");
    let named = pair.buy(&offer).args(["--json", "--payee", &pair.payee.address]).run();
    assert!(!named.stderr.contains("payee_not_named"), "{named:?}");
    refused(&["--payee", "0x1234"]).expect("invalid_address", 2, &["0x1234"]);
    let other_payer = Barter::new(["buy", &offer, "--yes"]).on(Devnet::shared()).signed_by(&stranger);
    let other_payer = other_payer.over(&pair.nodes, Side::Payer).failure();
    other_payer.expect("offer_for_other_payer", 1, &[&stranger.address, &pair.payer.address]);
    let damaged = offer.replacen('q', "p", 1);
    pair.buy(&damaged).arg("--yes").failure().expect("invalid_offer_checksum", 2, &[]);
    let key = "ac".repeat(32);
    pair.buy(&key).arg("--yes").hiding(&key).failure().expect("invalid_offer", 2, &["barter1"]);
    assert_eq!(pair.nodes.spendable_sats(Side::Payer), before);
    assert_eq!(pair.list(Side::Payer), Vec::<Value>::new());
}

#[test]
fn a_sale_has_one_name_and_can_be_cancelled() {
    let pair = Pair::new();
    let offer = pair.offer("order-1");
    assert_eq!(pair.offer("order-1"), offer, "the same again");
    let other = pair.sell("order-1").args(["--payer", &pair.payer.address, "--lifetime", "7200"]).failure();
    other.expect("deal_differs", 1, &["order-1"]);
    pair.sell("no name").failure().expect("invalid_deal_id", 2, &["no name"]);
    let too_little = pair.call(Side::Payee, &["sell", "--amount-sats", "999"]).failure();
    too_little.expect("insufficient_amount", 1, &["999", "1000"]);
    for (command, option) in
        [("sell", "--amount-sats"), ("buy barter1", "--max-fee-sats"), ("pay lnbc1", "--max-fee-sats")]
    {
        let wrong = Barter::words(command).args([option, "-5"]).failure();
        wrong.expect("usage", 2, &["-5", option, "whole number of satoshis"]);
    }
    // Without a name, each is another.
    let unnamed = |_| pair.call(Side::Payee, &["sell", "--amount-sats", "1000"]).json()["id"].clone();
    let [one, another] = [0, 1].map(unnamed);
    assert_ne!(one, another);

    // A payee's preimage is its secret until it was paid.
    let early = pair.call(Side::Payee, &["deals", "show", "order-1", "--preimage"]).failure();
    early.expect("no_preimage", 4, &["order-1"]);
    let short = pair.sell("short").args(["--lifetime", "899"]).failure();
    short.expect("usage", 2, &["899", "--lifetime"]);
    let cancelled = pair.call(Side::Payee, &["deals", "cancel", "order-1"]).json();
    assert_eq!((&cancelled["stage"], &cancelled["failure"]), (&"failed".into(), &"cancelled".into()));
    pair.call(Side::Payee, &["deals", "resume", "order-1"]).failure().expect("deal_failed", 1, &["cancelled"]);
    let before = pair.nodes.spendable_sats(Side::Payer);
    let refused = pair.buy(&offer).arg("--yes").failure();
    assert_eq!(refused.exit, 1, "{refused:?}");
    assert_eq!(pair.nodes.spendable_sats(Side::Payer), before);
    pair.call(Side::Payee, &["deals", "resume", "nothing"]).failure().expect("deal_not_found", 4, &["nothing"]);
}

/// What a deal that came to nothing leaves on the chain is the chain's to say: a trade that both agreed to stays, a proposal runs out.
#[test]
fn a_cancelled_deal_tells_what_is_left_on_the_chain() {
    let pair = Pair::new();
    let cancel = |id: &str| -> (String, String) {
        let cancelled = pair.call(Side::Payee, &["deals", "cancel", id]).run();
        assert_eq!(cancelled.code, 0, "{cancelled:?}");
        let resumed = pair.call(Side::Payee, &["deals", "resume", id]).failure();
        resumed.expect("deal_failed", 1, &["cancelled"]);
        assert!(resumed.next_step.starts_with("Begin a new deal with a new invoice."), "{resumed:?}");
        (cancelled.stdout, resumed.next_step)
    };
    let sell = |id: &str| -> String {
        let offered = pair.sell(id).args(["--payer", &pair.payer.address]).json();
        offered["trade_id"].as_str().unwrap().to_owned()
    };

    let proposed = sell("proposed");
    let (shown, next) = cancel("proposed");
    for text in [shown, next] {
        assert!(text.contains(&format!("Trade {proposed} stays proposed on the chain until")), "{text}");
        assert!(text.contains("seven days") && !text.contains("dispute"), "{text}");
    }
    let accepted = sell("accepted");
    let accepting = Barter::words("trade accept").arg(&accepted).on(Devnet::shared()).signed_by(&pair.payer);
    assert_eq!(accepting.json()["status"], "accepted");
    let (shown, next) = cancel("accepted");
    for text in [shown, next] {
        assert!(text.contains(&format!("Trade {accepted} stays accepted on the chain")), "{text}");
        assert!(text.contains(&format!("barter trade dispute {accepted}")) && !text.contains("seven days"), "{text}");
    }
    pair.sell("without-trade").json();
    let (shown, next) = cancel("without-trade");
    for text in [shown, next] {
        assert!(!text.contains("chain") && !text.contains("seven days"), "{text}");
    }
}

#[test]
fn a_sale_that_is_open_is_shown_with_its_offer() {
    let pair = Pair::new();
    let offer = pair.offer("order-1");
    let show = || pair.call(Side::Payee, &["deals", "show", "order-1"]);
    let open = show().run();
    assert!(open.stdout.lines().any(|line| line == offer) && open.stderr.contains("No QR code"), "{open:?}");
    assert_eq!(show().json()["offer"], offer.as_str());
    pair.call(Side::Payee, &["deals", "cancel", "order-1"]).json();
    let over = show().run();
    assert!(over.code == 0 && !over.stdout.contains("barter1") && over.stderr.is_empty(), "{over:?}");
}

#[test]
fn an_offer_and_an_invoice_are_told_apart() {
    let pair = Pair::new();
    let invoice = pair.nodes.invoice(InvoiceLock::Preimage(own_preimage()), AMOUNT_SATS);
    for text in [invoice.text().to_owned(), format!("lightning:{}", invoice.text()), invoice.text().to_uppercase()] {
        let bought = pair.buy(&text).failure();
        bought.expect("invalid_offer", 2, &[]);
        assert_eq!(bought.next_step, "This is a Lightning invoice: pay it with barter pay.");
    }
    let offer = pair.offer("order-1");
    for text in [offer.to_uppercase(), offer] {
        let paid = pair.call(Side::Payer, &["pay", &text]).failure();
        paid.expect("invalid_invoice", 2, &[]);
        assert_eq!(paid.next_step, "This is an offer: take it with barter buy.");
    }
}

#[test]
fn a_damaged_file_hides_no_other_deal() {
    let pair = Pair::new();
    pair.offer("order-1");
    let file = pair.journals.path().join("payee/sale-order-2.json");
    std::fs::write(&file, "{").unwrap();
    let listed = pair.call(Side::Payee, &["deals", "list"]).json();
    assert_eq!(listed["deals"][0]["id"], "order-1");
    assert_eq!(fields(&listed["damaged"][0]), ["code", "message"]);
    assert_eq!(listed["damaged"][0]["code"], "invalid_deal_record");
    assert!(listed["damaged"][0]["message"].as_str().unwrap().contains("sale-order-2.json"), "{listed}");
    let text = pair.call(Side::Payee, &["deals", "list"]).run();
    assert!(text.stderr.contains("sale-order-2.json") && text.stdout.contains("order-1"), "{text:?}");
}

/// A payment that may have been begun is told as one, as barter pay does.
#[test]
fn a_purchase_that_is_stopped_while_it_pays_says_so() {
    let pair = Pair::new();
    let offer = pair.offer("order-1");
    let before = pair.nodes.spendable_sats(Side::Payer);
    let url = pair.nodes.url(Side::Payer);
    let through = |gate: &Gate| pair.buy(&offer).env("BARTER_LND_URL", &gate.url).args(["--json", "--yes"]);
    // The node hears nothing of the order to pay, and the program cannot know that.
    let silent = Gate::for_requests(b"/v2/router/send", &url, 0, Closed::Waits);
    for stop in [Signal::INT, Signal::TERM] {
        let (child, _folder) = through(&silent).start(Stdio::piped());
        pair.await_stage("paying");
        // Until it waits, on a busy machine, too.
        sleep(Duration::from_secs(2));
        signal(child.id(), stop);
        let output = child.wait_with_output().unwrap();
        let text = String::from_utf8(output.stderr).unwrap();
        let told: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
        assert_eq!((output.status.code(), &told["error"]["code"]), (Some(6), &"stopped_while_paying".into()), "{text}");
    }
    let gone = Gate::for_requests(b"/v2/router/send", &url, 0, Closed::HangsUp);
    let outcome = through(&gone).run();
    let told: Value = serde_json::from_str(outcome.stderr.lines().last().unwrap()).unwrap();
    assert_eq!((outcome.code, &told["error"]["code"]), (6, &"payment_unclear".into()), "{outcome:?}");
    assert_eq!(pair.buy(&offer).json()["stage"], "settled");
    assert_eq!(before - pair.nodes.spendable_sats(Side::Payer), AMOUNT_SATS);
}

#[test]
fn a_journal_is_for_nobody_else() {
    let pair = Pair::new();
    let folder = pair.journals.path().join("open to all");
    std::fs::create_dir(&folder).unwrap();
    std::fs::set_permissions(&folder, Permissions::from_mode(0o755)).unwrap();
    let refused = pair.sell("order-1").args(["--journal", folder.to_str().unwrap()]).failure();
    refused.expect("journal", 5, &["open to all", "755"]);
    let homeless = pair.sell("order-1").env("BARTER_JOURNAL", "").env("XDG_STATE_HOME", "");
    // One below the home, made where it is missing.
    let home = tempfile::tempdir().unwrap();
    assert_eq!(homeless.env("HOME", home.path()).run().code, 0);
    let wallet = format!(".local/state/barter/31337-{}", pair.payee.address);
    assert!(home.path().join(wallet).join("sale-order-1.json").is_file());
}

#[test]
fn a_payee_agrees_only_to_trades_for_its_own_open_invoices() {
    let pair = Pair::new();
    let proposed = |preimage, amount: u64| -> String {
        let call = propose_amount(&pair.payee.address, preimage, &amount.to_string());
        let trade = call.on(Devnet::shared()).signed_by(&pair.payer).json();
        trade["trade_id"].as_str().unwrap().to_owned()
    };
    let accept = |trade_id: &str| pair.call(Side::Payee, &["trade", "accept", trade_id]);

    // The attack: whoever made the preimage could settle a trade for it that he never paid.
    let attackers = own_preimage();
    let drawn = proposed(attackers, AMOUNT_SATS);
    accept(&drawn).failure().expect("not_own_invoice", 1, &[&attackers.payment_hash().to_string()]);

    let own = own_preimage();
    let invoice = pair.nodes.invoice(InvoiceLock::Preimage(own), AMOUNT_SATS);
    let cheap = proposed(own, AMOUNT_SATS - 1);
    accept(&cheap).failure().expect("wrong_invoice_amount", 1, &["50000", "49999"]);
    let gone = own_preimage();
    let cancelled = pair.nodes.invoice(InvoiceLock::Preimage(gone), AMOUNT_SATS);
    pair.nodes.cancel(&cancelled);
    accept(&proposed(gone, AMOUNT_SATS)).failure().expect("invoice_not_open", 1, &["cancelled"]);
    assert_eq!(pair.nodes.state(&invoice), Some(InvoiceState::Open));
    // What is proposed or signed by the payee itself is held against the same.
    let hash = attackers.payment_hash().to_string();
    let propose = ["trade", "propose", "--as-payee", "--counterparty", &pair.payer.address];
    let sign = ["trade", "sign-open", "--proposer", &pair.payer.address];
    let of = |hash: &str, amount: &str| ["--payment-hash", hash, "--amount-sats", amount].map(str::to_owned);
    for line in [&propose[..], &sign] {
        let refused = pair.call(Side::Payee, line).args(of(&hash, "50000")).failure();
        refused.expect("not_own_invoice", 1, &[&hash]);
    }
    let signed = Barter::words("trade sign-open --proposer-role payee").args(of(&hash, "50000"));
    let signed = signed.args(["--proposer", &pair.payee.address]).on(Devnet::shared()).signed_by(&pair.payer).json();
    let open = || Barter::words("trade open terms.json").file("terms.json", signed.to_string());
    let guarded = open().on(Devnet::shared()).signed_by(&pair.payee).over(&pair.nodes, Side::Payee);
    guarded.failure().expect("not_own_invoice", 1, &[&hash]);

    // An honest one.
    let other = own_preimage();
    pair.nodes.invoice(InvoiceLock::Preimage(other), AMOUNT_SATS);
    let honest = proposed(other, AMOUNT_SATS);
    assert_eq!(accept(&honest).json()["status"], "accepted");

    // Without a node there is nobody to ask, and nothing is agreed to unless the payee says that it knows.
    let alone = |line: &[&str]| Barter::new(line).on(Devnet::shared()).signed_by(&pair.payee);
    let refused = |call: Barter| call.failure().expect("invoice_not_checked", 5, &["Lightning node"]);
    refused(alone(&["trade", "accept", &drawn]));
    refused(alone(&propose).args(of(&hash, "50000")));
    refused(alone(&sign).args(of(&hash, "50000")));
    refused(open().on(Devnet::shared()).signed_by(&pair.payee));
    assert_eq!(alone(&["trade", "accept", &drawn, "--unchecked"]).json()["status"], "accepted");
    // A payer needs no node to accept.
    let own = own_preimage();
    pair.nodes.invoice(InvoiceLock::Preimage(own), AMOUNT_SATS);
    let ours = pair.call(Side::Payee, &propose).args(of(&own.payment_hash().to_string(), "50000")).json();
    let payer = Barter::words("trade accept").arg(ours["trade_id"].as_str().unwrap());
    assert_eq!(payer.on(Devnet::shared()).signed_by(&pair.payer).json()["status"], "accepted");
}

/// Else the payment of the first would be the proof of the second, too: a stranger, who learned the preimage, or the payer from another
/// wallet would settle a trade that nobody paid.
#[test]
fn an_invoice_that_a_payee_proposed_a_trade_for_is_no_other_trades() {
    let (pair, devnet) = (Pair::new(), Devnet::shared());
    for agreed_by in ["propose", "sign-open", "open"] {
        let own = own_preimage();
        pair.nodes.invoice(InvoiceLock::Preimage(own), AMOUNT_SATS);
        let terms = ["--payment-hash", &own.payment_hash().to_string(), "--amount-sats", "50000"].map(str::to_owned);
        match agreed_by {
            "propose" => {
                let line = ["trade", "propose", "--as-payee", "--counterparty", &pair.payer.address];
                pair.call(Side::Payee, &line).args(terms).json();
            }
            "sign-open" => {
                let line = ["trade", "sign-open", "--proposer", &pair.payer.address];
                pair.call(Side::Payee, &line).args(terms).json();
            }
            _ => {
                let line = ["trade", "sign-open", "--proposer-role", "payee", "--proposer", &pair.payee.address];
                let signed = Barter::new(line).on(devnet).signed_by(&pair.payer).args(terms).json();
                let open = pair.call(Side::Payee, &["trade", "open", "terms.json"]);
                open.file("terms.json", signed.to_string()).json();
            }
        }
        let stranger = devnet.wallet();
        let drawn = propose_amount(&pair.payee.address, own, "50000").on(devnet).signed_by(&stranger).json();
        let accepting = pair.call(Side::Payee, &["trade", "accept", drawn["trade_id"].as_str().unwrap()]);
        accepting.failure().expect("invoice_taken", 1, &[&own.payment_hash().to_string()]);
    }
}

/// What `barter devnet` prints for two terminals is all that two people need.
#[test]
fn two_terminals_trade_over_a_devnet() {
    let devnet = Devnet::start(2);
    let terminal = |side: &str, words: &[&str]| {
        let variables = devnet.announced["lightning"][side]["environment"].as_object().unwrap();
        variables.iter().fold(Barter::new(words), |call, (name, value)| call.env(name, value.as_str().unwrap()))
    };
    let payer = devnet.announced["lightning"]["payer"]["wallet"].as_str().unwrap();
    let offered = terminal("payee", &["sell", "--amount-sats", "2000", "--payer", payer, "--id", "tea"]).json();
    let offer = offered["offer"].as_str().unwrap();
    let node = devnet.announced["lightning"]["payee"]["node"].as_str().unwrap();
    let bought = terminal("payer", &["buy", offer, "--yes", "--payee-node", node]).json();
    assert_eq!(bought["stage"], "settled");
    assert_eq!(terminal("payee", &["deals", "resume", "tea"]).json()["stage"], "settled");
}
