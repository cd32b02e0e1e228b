//! The other side cheats, the Lightning node fails or lies, and two do the same thing.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use barter_sdk::{
    Deal, DealClient, DealError, DealStage, Error, Journal, Offer, OfferError, Purchase, Role, Sale, Terms,
    TradeStatus,
    lightning::{InvoiceState, Lightning as _, PaymentLimits},
};
use futures_util::future::join;

use crate::{
    chain::{ARBITER, Chain, plan, wallet},
    market::{AMOUNT, OTHER, PAYEE, PAYER},
    strict::{Mood, Strict},
};

/// Longest that a deal of a test takes.
const PATIENCE: Duration = Duration::from_mins(1);

/// A chain, and a network of Lightning nodes that do as they are told.
struct Town {
    chain: Chain,
    payer: Strict,
    payee: Strict,
    folder: tempfile::TempDir,
}

impl Town {
    async fn start() -> Self {
        let payer = Strict::new();
        let payee = payer.neighbour(2);
        Self { chain: Chain::start().await, payer, payee, folder: tempfile::tempdir().unwrap() }
    }

    fn journal(&self, name: &str) -> Journal {
        Journal::open(self.folder.path().join(name)).unwrap()
    }

    fn deals(&self, account: usize, node: &Strict, journal: &str) -> DealClient<Strict> {
        let client = self.chain.builder(account).poll_interval(Duration::from_millis(10)).build().unwrap();
        client.deals(node.clone(), self.journal(journal))
    }

    fn buyer(&self) -> DealClient<Strict> {
        self.deals(PAYER, &self.payer, "payer")
    }

    fn seller(&self) -> DealClient<Strict> {
        self.deals(PAYEE, &self.payee, "payee")
    }

    async fn status(&self, offer: &Offer, payer: usize) -> TradeStatus {
        self.chain.client(payer).trade().get(offer.trade_id(wallet(payer)).unwrap()).await.unwrap().status
    }
}

fn sale(id: &str, payer: Option<usize>) -> Sale {
    Sale { payer: payer.map(wallet), description: "a book".to_owned(), ..Sale::new(id, AMOUNT) }
}

fn purchase() -> Purchase {
    Purchase::for_amount(AMOUNT)
}

fn code<T: std::fmt::Debug>(outcome: Result<T, Error>) -> &'static str {
    let error = outcome.unwrap_err();
    assert!(!error.next_step().is_empty());
    error.code()
}

/// A node cannot pay itself, which must be found out before the trade is agreed to.
#[tokio::test]
async fn an_offer_of_ones_own_node_is_refused_before_anything_is_sent() {
    let town = Town::start().await;
    for (id, payer) in [("order-1", Some(PAYER)), ("order-2", None)] {
        let offer = town.seller().sell(&sale(id, payer)).await.unwrap();
        let sent = town.chain.client(PAYER).trade().list_by_address(wallet(PAYER)).await.unwrap();
        let buyer = town.deals(PAYER, &town.payee, "payer");
        assert_eq!(code(buyer.buy(&offer, &purchase()).await), "own_invoice");
        assert_eq!(town.chain.client(PAYER).trade().list_by_address(wallet(PAYER)).await.unwrap(), sent);
    }
}

#[tokio::test]
async fn a_payment_that_fails_is_tried_anew_when_it_is_asked_for() {
    let town = Town::start().await;
    let (seller, buyer) = (town.seller(), town.buyer());
    let offer = seller.sell(&sale("order-1", Some(PAYER))).await.unwrap();
    town.payer.expect([Mood::Fails]);
    assert_eq!(code(buyer.buy(&offer, &purchase()).await), "payment_failed");
    let deal = buyer.get(&offer.payment_hash().to_string()).unwrap();
    assert_eq!((deal.stage, deal.preimage), (DealStage::Paying, None));
    // A higher fee, say.
    let deal = buyer.buy(&offer, &Purchase { max_fee_sats: 100, ..purchase() }).await.unwrap();
    assert_eq!((deal.stage, town.payer.sent(offer.payment_hash())), (DealStage::Settled, 1));
}

#[tokio::test]
async fn an_answer_that_is_lost_costs_nothing() {
    let town = Town::start().await;
    let offer = town.seller().sell(&sale("order-1", Some(PAYER))).await.unwrap();
    town.payer.expect([Mood::ArrivesUnheard]);
    let deal = town.buyer().buy(&offer, &purchase()).await.unwrap();
    assert_eq!((deal.stage, town.payer.sent(offer.payment_hash())), (DealStage::Settled, 1));
}

#[tokio::test]
async fn a_payment_under_way_is_waited_for_and_not_begun_again() {
    let town = Town::start().await;
    let (seller, buyer) = (town.seller(), town.buyer());
    let offer = seller.sell(&sale("order-1", Some(PAYER))).await.unwrap();
    let hash = offer.payment_hash();
    town.payer.expect([Mood::Pends]);
    assert_eq!(code(buyer.buy(&offer, &purchase()).await), "payment_pending");
    assert_eq!(code(buyer.cancel(&hash.to_string()).await), "too_late_to_cancel");
    // Disputed meanwhile: what is under way may still arrive, and then its preimage is kept.
    town.chain.client(PAYEE).trade().dispute(offer.trade_id(wallet(PAYER)).unwrap()).await.unwrap();
    let decide = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        town.payer.decide(hash);
    };
    let (outcome, ()) = join(buyer.buy(&offer, &purchase()), decide).await;
    assert_eq!(code(outcome), "trade_disputed");
    assert!(buyer.get(&hash.to_string()).unwrap().preimage.is_some());
    town.chain.client(ARBITER).trade().dismiss(offer.trade_id(wallet(PAYER)).unwrap()).await.unwrap();
    assert_eq!(buyer.resume(&hash.to_string()).await.unwrap().stage, DealStage::Settled);
    assert_eq!(seller.finish("order-1").await.unwrap().stage, DealStage::Settled);
    assert_eq!(town.payer.sent(hash), 1);
}

#[tokio::test]
async fn a_payment_that_the_node_forgot_is_not_made_again() {
    let town = Town::start().await;
    let buyer = town.buyer();
    let offer = town.seller().sell(&sale("order-1", Some(PAYER))).await.unwrap();
    town.payer.expect([Mood::Pends]);
    assert_eq!(code(buyer.buy(&offer, &purchase()).await), "payment_pending");
    town.payer.forget();
    for _ in 0..2 {
        assert_eq!(code(buyer.buy(&offer, &purchase()).await), "payment_forgotten");
    }
    assert_eq!(town.payer.sent(offer.payment_hash()), 1);
}

#[tokio::test]
async fn a_preimage_outlives_the_nodes_memory() {
    let town = Town::start().await;
    let offer = town.seller().sell(&sale("order-1", Some(PAYER))).await.unwrap();
    let (hash, trade_id) = (offer.payment_hash(), offer.trade_id(wallet(PAYER)).unwrap());
    // The payee disputes as soon as it is paid, so that nothing can be settled.
    let paid = Arc::new(Mutex::new(false));
    let told = Arc::clone(&paid);
    let buyer = town.buyer().on_progress(move |progress| *told.lock().unwrap() |= progress.stage == DealStage::Paid);
    town.payer.expect([Mood::Pends]);
    assert_eq!(code(buyer.buy(&offer, &purchase()).await), "payment_pending");
    town.chain.client(PAYEE).trade().dispute(trade_id).await.unwrap();
    town.payer.decide(hash);
    assert_eq!(code(buyer.buy(&offer, &purchase()).await), "trade_disputed");
    assert!(*paid.lock().unwrap());
    town.payer.forget();
    assert_eq!(code(buyer.buy(&offer, &purchase()).await), "trade_disputed");
    town.chain.client(ARBITER).trade().dismiss(trade_id).await.unwrap();
    assert_eq!(buyer.buy(&offer, &purchase()).await.unwrap().stage, DealStage::Settled);
    assert_eq!(town.payer.sent(hash), 1);
}

#[tokio::test]
async fn a_node_that_lies_about_the_preimage_is_not_believed() {
    let town = Town::start().await;
    let buyer = town.buyer();
    let offer = town.seller().sell(&sale("order-1", Some(PAYER))).await.unwrap();
    town.payer.expect([Mood::Lies]);
    for _ in 0..2 {
        assert_eq!(code(buyer.buy(&offer, &purchase()).await), "preimage_mismatch");
    }
    assert_eq!(buyer.get(&offer.payment_hash().to_string()).unwrap().preimage, None);
    assert_eq!(town.payer.sent(offer.payment_hash()), 1);
    assert_eq!(town.status(&offer, PAYER).await, TradeStatus::Accepted);
}

#[tokio::test]
async fn a_trade_disputed_before_the_payment_is_not_paid() {
    let town = Town::start().await;
    let (seller, buyer) = (town.seller(), town.buyer());
    let offer = seller.sell(&sale("order-1", Some(PAYER))).await.unwrap();
    let trade_id = offer.trade_id(wallet(PAYER)).unwrap();
    town.payer.expect([Mood::Fails]);
    assert_eq!(code(buyer.buy(&offer, &purchase()).await), "payment_failed");
    town.chain.client(PAYEE).trade().dispute(trade_id).await.unwrap();
    assert_eq!(code(buyer.buy(&offer, &purchase()).await), "trade_disputed");
    assert_eq!(code(seller.finish("order-1").await), "trade_disputed");
    town.chain.client(ARBITER).trade().uphold(trade_id, wallet(PAYEE)).await.unwrap();
    assert_eq!(code(buyer.buy(&offer, &purchase()).await), "deal_failed");
    assert_eq!(code(seller.finish("order-1").await), "deal_failed");
    assert_eq!(town.payer.sent(offer.payment_hash()), 0);
    assert_eq!(town.payee.state(offer.payment_hash()), InvoiceState::Cancelled);
    assert_eq!(seller.get("order-1").unwrap().failure, Some(barter_sdk::DealFailure::Disputed));
}

#[tokio::test]
async fn two_take_an_open_offer_and_one_gets_it() {
    let town = Town::start().await;
    let (seller, first) = (town.seller(), town.buyer());
    let second = town.deals(OTHER, &town.payer.neighbour(3), "other");
    let offer = seller.sell(&sale("order-1", None)).await.unwrap();
    let wanted = purchase();
    let (first, second) = (Box::pin(first.buy(&offer, &wanted)), Box::pin(second.buy(&offer, &wanted)));
    let sold = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        seller.finish("order-1").await.unwrap()
    };
    let ended = tokio::time::timeout(PATIENCE, join(Box::pin(sold), join(first, second))).await;
    let (sold, (first, second)) = ended.expect("an end");
    let (winner, loser) = if first.is_ok() { (first, second) } else { (second, first) };
    let winner: Deal = winner.unwrap();
    assert_eq!(code(loser), "offer_taken");
    assert_eq!((winner.stage, sold.trade_id), (DealStage::Settled, winner.trade_id));
    assert_eq!(sold.payer, winner.payer);
    assert_eq!(town.payer.sent(offer.payment_hash()), 1);
    let mut statuses = [town.status(&offer, PAYER).await, town.status(&offer, OTHER).await];
    statuses.sort();
    assert_eq!(statuses, [TradeStatus::Proposed, TradeStatus::Settled]);
}

#[tokio::test]
async fn one_deal_is_worked_on_by_one_at_a_time() {
    let town = Town::start().await;
    let seller = town.seller();
    let offer = seller.sell(&sale("order-1", None)).await.unwrap();
    let id = offer.payment_hash().to_string();
    let (one, other) = (town.buyer(), town.buyer());
    let tried = async {
        while other.get(&id).is_err() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        for outcome in [other.buy(&offer, &purchase()).await, other.resume(&id).await, other.cancel(&id).await] {
            assert!(matches!(outcome, Err(Error::Deal(DealError::Busy { .. }))), "{outcome:?}");
        }
        let (finished, sold) = join(seller.finish("order-1"), async { code(seller.finish("order-1").await) }).await;
        assert_eq!((finished.unwrap().stage, sold), (DealStage::Settled, "deal_busy"));
    };
    let wanted = purchase();
    let ended = join(Box::pin(one.buy(&offer, &wanted)), Box::pin(tried));
    let (bought, ()) = tokio::time::timeout(PATIENCE, ended).await.expect("an end");
    assert_eq!(bought.unwrap().stage, DealStage::Settled);
}

#[tokio::test]
async fn an_offer_taken_from_two_journals_is_paid_once() {
    let town = Town::start().await;
    let (seller, one, other) = (town.seller(), town.buyer(), town.deals(PAYER, &town.payer, "another"));
    let offer = seller.sell(&sale("order-1", Some(PAYER))).await.unwrap();
    let first = one.buy(&offer, &purchase()).await.unwrap();
    let second = other.buy(&offer, &purchase()).await.unwrap();
    assert_eq!((first.stage, second.stage, first.preimage), (DealStage::Settled, DealStage::Settled, second.preimage));
    assert_eq!(town.payer.sent(offer.payment_hash()), 1);
}

#[tokio::test]
async fn what_was_paid_by_hand_is_not_paid_again() {
    let town = Town::start().await;
    let offer = town.seller().sell(&sale("order-1", Some(PAYER))).await.unwrap();
    town.payer.pay(offer.invoice(), &PaymentLimits::for_amount(AMOUNT)).await.unwrap();
    let deal = town.buyer().buy(&offer, &purchase()).await.unwrap();
    assert_eq!((deal.stage, town.payer.sent(offer.payment_hash())), (DealStage::Settled, 1));
    // An open offer's is nobody's trade: whoever paid it without one has paid.
    let open = town.seller().sell(&sale("order-2", None)).await.unwrap();
    town.payer.pay(open.invoice(), &PaymentLimits::for_amount(AMOUNT)).await.unwrap();
    assert_eq!(code(town.seller().finish("order-2").await), "deal_failed");
    assert_eq!(town.seller().get("order-2").unwrap().failure, Some(barter_sdk::DealFailure::PaidWithoutTrade));
}

#[tokio::test]
async fn an_offer_that_is_not_what_was_expected_is_not_taken() {
    let town = Town::start().await;
    let (seller, buyer) = (town.seller(), town.buyer());
    let offer = seller.sell(&sale("order-1", Some(PAYER))).await.unwrap();
    let refused = async |purchase: Purchase| code(buyer.buy(&offer, &purchase).await);
    assert_eq!(refused(Purchase { payee: Some(wallet(OTHER)), ..purchase() }).await, "offer_of_other_payee");
    assert_eq!(refused(Purchase { payee_node: Some(town.payer.public_key()), ..purchase() }).await, "wrong_payee_node");
    assert_eq!(refused(Purchase { amount_sats: Some(AMOUNT - 1), ..purchase() }).await, "wrong_invoice_amount");
    assert_eq!(refused(Purchase { margin_seconds: 2 * 3_600, ..purchase() }).await, "invoice_expires_too_soon");
    let other = town.deals(OTHER, &town.payer, "other");
    assert_eq!(code(other.buy(&offer, &purchase()).await), "offer_for_other_payer");
    assert_eq!(code(seller.buy(&offer, &purchase()).await), "offer_for_other_payer");
    let open = seller.sell(&sale("order-2", None)).await.unwrap();
    assert_eq!(code(seller.buy(&open, &purchase()).await), "self_trade");
    let elsewhere = town.chain.builder(PAYER).network("mainnet").deployment(town.chain.deployment).build().unwrap();
    let elsewhere = elsewhere.deals(town.payer.clone(), town.journal("elsewhere"));
    assert_eq!(code(elsewhere.buy(&offer, &purchase()).await), "offer_for_other_chain");
    let deployment = barter_sdk::Deployment { barter_core: wallet(OTHER), ..plan().predict_addresses() };
    let client = town.chain.builder(PAYER).deployment(deployment).build().unwrap();
    let outcome = client.deals(town.payer.clone(), town.journal("elsewhere")).buy(&offer, &purchase()).await;
    assert!(matches!(outcome, Err(Error::Deal(DealError::Offer(OfferError::OtherContract { .. })))), "{outcome:?}");
    // Nothing was begun.
    assert!(buyer.listing().unwrap().deals.is_empty());
    assert_eq!(town.status(&offer, PAYER).await, TradeStatus::Proposed);
    let right = Purchase { payee: Some(wallet(PAYEE)), payee_node: Some(town.payee.public_key()), ..purchase() };
    assert_eq!(buyer.buy(&offer, &right).await.unwrap().stage, DealStage::Settled);
}

#[tokio::test]
async fn a_sale_is_one_by_its_name() {
    let town = Town::start().await;
    let (seller, sale) = (town.seller(), sale("order-1", None));
    let offer = seller.sell(&sale).await.unwrap();
    assert_eq!(seller.sell(&sale).await.unwrap(), offer);
    assert_eq!(code(seller.sell(&Sale { amount_sats: AMOUNT + 1, ..sale.clone() }).await), "deal_differs");
    assert_eq!(code(seller.sell(&Sale { id: "a/b".to_owned(), ..sale.clone() }).await), "invalid_deal_id");
    assert_eq!(code(seller.sell(&Sale { lifetime_seconds: 60, ..sale.clone() }).await), "invoice_not_made");
    assert_eq!(code(seller.sell(&Sale { amount_sats: 999, ..sale.clone() }).await), "insufficient_amount");
    let own = Sale { id: "order-2".to_owned(), payer: Some(wallet(PAYEE)), ..sale.clone() };
    assert_eq!(code(seller.sell(&own).await), "self_trade");
    assert_eq!(code(seller.finish("order-2").await), "deal_not_found");
    assert_eq!(code(seller.finish("../payer/x").await), "deal_not_found");
    let deals = seller.listing().unwrap().deals;
    assert_eq!((deals.len(), deals[0].role, deals[0].stage), (1, Role::Payee, DealStage::Invoiced));
    assert_eq!((&deals[0].offer, deals[0].preimage), (&Some(offer.to_string()), None));

    assert_eq!(seller.cancel("order-1").await.unwrap().stage, DealStage::Failed);
    assert_eq!(seller.cancel("order-1").await.unwrap().stage, DealStage::Failed);
    assert_eq!(town.payee.state(offer.payment_hash()), InvoiceState::Cancelled);
    assert_eq!(code(seller.sell(&sale).await), "deal_failed");
    assert_eq!(code(seller.finish("order-1").await), "deal_failed");

    // The same folder with another wallet is not that wallet's journal.
    let other = town.deals(OTHER, &town.payee, "payee");
    assert_eq!(code(other.finish("order-1").await), "invalid_deal_record");
}

#[tokio::test]
async fn what_is_paid_cannot_be_cancelled() {
    let town = Town::start().await;
    let (seller, buyer) = (town.seller(), town.buyer());
    let offer = seller.sell(&sale("order-1", Some(PAYER))).await.unwrap();
    let id = offer.payment_hash().to_string();
    assert_eq!(code(buyer.cancel(&id).await), "deal_not_found");
    town.payer.expect([Mood::Fails]);
    assert_eq!(code(buyer.buy(&offer, &purchase()).await), "payment_failed");
    assert_eq!(buyer.cancel(&id).await.unwrap().failure, Some(barter_sdk::DealFailure::Cancelled));
    assert_eq!(code(buyer.buy(&offer, &purchase()).await), "deal_failed");
    assert_eq!(town.payer.sent(offer.payment_hash()), 0);
    // Paid all the same, by hand: money comes before tidiness.
    town.payer.pay(offer.invoice(), &PaymentLimits::for_amount(AMOUNT)).await.unwrap();
    assert_eq!(code(seller.cancel("order-1").await), "too_late_to_cancel");
    assert_eq!(buyer.buy(&offer, &purchase()).await.unwrap().stage, DealStage::Settled);
    assert_eq!(code(buyer.cancel(&id).await), "too_late_to_cancel");
    assert_eq!(seller.finish("order-1").await.unwrap().stage, DealStage::Settled);
    assert_eq!(code(seller.cancel("order-1").await), "too_late_to_cancel");
    assert_eq!(code(seller.sell(&sale("order-1", Some(PAYER))).await), "already_sold");
}

#[tokio::test]
async fn a_settlement_that_is_taken_back_is_sent_again() {
    let town = Town::start().await;
    let (seller, buyer) = (town.seller(), town.buyer());
    let offer = seller.sell(&sale("order-1", Some(PAYER))).await.unwrap();
    let hash = offer.payment_hash().to_string();
    let snapshot = town.chain.rpc("evm_snapshot", serde_json::json!([])).await;
    assert_eq!(buyer.buy(&offer, &purchase()).await.unwrap().stage, DealStage::Settled);
    // The chain goes back to before the acceptance; the payment does not.
    assert_eq!(town.chain.rpc("evm_revert", serde_json::json!([snapshot])).await, serde_json::json!(true));
    assert_eq!(town.status(&offer, PAYER).await, TradeStatus::Proposed);
    for deal in [town.buyer().resume(&hash).await.unwrap(), town.buyer().buy(&offer, &purchase()).await.unwrap()] {
        assert_eq!(deal.stage, DealStage::Settled);
    }
    assert_eq!(town.status(&offer, PAYER).await, TradeStatus::Settled);
    assert_eq!(town.payer.sent(offer.payment_hash()), 1);
}

#[tokio::test]
async fn an_invoice_that_runs_out_is_cancelled_and_its_trade_not_accepted() {
    let town = Town::start().await;
    town.payee.hurry(30);
    assert_eq!(code(town.seller().sell(&sale("order-1", Some(PAYER))).await), "deal_failed");
    let deal = town.seller().get("order-1").unwrap();
    assert_eq!(deal.failure, Some(barter_sdk::DealFailure::InvoiceExpired));
    assert_eq!(code(town.chain.client(PAYEE).trade().get(deal.trade_id.unwrap()).await), "trade_not_found");
    // An open offer that is taken when there is no time left to pay.
    let open = town.seller().sell(&sale("order-2", None)).await.unwrap();
    let taken =
        town.chain.client(PAYER).trade().propose(wallet(PAYEE), open.payment_hash(), AMOUNT, "", "a book").await;
    let trade_id = taken.unwrap().trade_id;
    assert_eq!(trade_id, open.trade_id(wallet(PAYER)).unwrap());
    assert_eq!(code(town.seller().accept(trade_id).await), "invoice_expires_too_soon");
    town.payee.hurry(4);
    let late = town.seller().sell(&sale("order-3", None)).await.unwrap();
    assert_eq!(code(town.seller().finish("order-3").await), "deal_failed");
    assert_eq!(town.payee.state(late.payment_hash()), InvoiceState::Cancelled);
    assert_eq!(code(town.buyer().buy(&late, &purchase()).await), "invoice_expired");
}

#[tokio::test]
async fn a_payee_accepts_nothing_but_its_own_open_invoices() {
    let town = Town::start().await;
    let seller = town.seller();
    let offer = seller.sell(&sale("order-1", None)).await.unwrap();
    let hash = offer.payment_hash();
    let propose = async |account: usize, hash: barter_sdk::PaymentHash, amount_sats: u64| {
        let trades = town.chain.client(account).trade();
        trades.propose(wallet(PAYEE), hash, amount_sats, "", "").await.unwrap().trade_id
    };
    // Somebody else's invoice, or nobody's.
    let foreign = town.deals(OTHER, &town.payer.neighbour(3), "other").sell(&sale("theirs", None)).await.unwrap();
    let drawn_in = propose(PAYER, foreign.payment_hash(), AMOUNT).await;
    assert_eq!(code(seller.accept(drawn_in).await), "not_own_invoice");
    let terms = Terms::new(wallet(PAYER), wallet(PAYEE), foreign.payment_hash(), AMOUNT, "", "").unwrap();
    assert_eq!(code(seller.bind_own_invoice(&terms, Role::Payee).await), "not_own_invoice");
    // Its own, for another amount.
    let dear = propose(PAYER, hash, AMOUNT + 1).await;
    assert_eq!(code(seller.accept(dear).await), "wrong_invoice_amount");
    // One trade for an invoice, and not a second one, whoever asks.
    let right = propose(OTHER, hash, AMOUNT).await;
    seller.accept(right).await.unwrap();
    assert_eq!(code(seller.accept(right).await), "wrong_status");
    let second = propose(3, hash, AMOUNT).await;
    assert_eq!(code(seller.accept(second).await), "invoice_taken");
    // Bound by hand to terms that this side proposes: from then on, nobody else's proposal for it is accepted.
    let bound = seller.sell(&sale("order-2", None)).await.unwrap().payment_hash();
    let terms = Terms::new(wallet(PAYER), wallet(PAYEE), bound, AMOUNT, "", "mine").unwrap();
    for _ in 0..2 {
        assert_eq!(seller.bind_own_invoice(&terms, Role::Payee).await.unwrap(), terms.trade_id(Role::Payee));
    }
    assert_eq!(code(seller.bind_own_invoice(&terms, Role::Payer).await), "invoice_taken");
    let strangers = propose(OTHER, bound, AMOUNT).await;
    assert_eq!(code(seller.accept(strangers).await), "invoice_taken");
    let not_ours = Terms::new(wallet(PAYEE), wallet(PAYER), bound, AMOUNT, "", "").unwrap();
    assert_eq!(code(seller.bind_own_invoice(&not_ours, Role::Payee).await), "not_payee");
    // A proposal that this wallet pays for is no payee's to accept.
    let to_pay = town.chain.client(OTHER).trade().propose_as_payee(wallet(PAYEE), hash, AMOUNT, "", "x").await;
    assert_eq!(code(to_pay), "payment_hash_reused");
    let to_pay = town.chain.client(4).trade().propose_as_payee(wallet(PAYEE), hash, AMOUNT, "", "x").await.unwrap();
    assert_eq!(code(seller.accept(to_pay.trade_id).await), "not_payee");
    town.payer.pay(offer.invoice(), &PaymentLimits::for_amount(AMOUNT)).await.unwrap();
    assert_eq!(code(seller.accept(second).await), "invoice_not_open");
}

#[tokio::test]
async fn a_payer_that_uses_the_hash_first_spoils_nothing_but_the_deal() {
    let town = Town::start().await;
    let seller = town.seller();
    // The hash gets known when the payee's proposal is on its way; here, because the payee dies before that.
    let rushed = town.seller();
    let beginning = sale("order-1", Some(PAYER));
    let stopped = Arc::new(tokio::sync::Notify::new());
    let bell = Arc::clone(&stopped);
    let rushed = rushed.on_progress(move |_| bell.notify_one());
    tokio::select! {
        biased;
        () = stopped.notified() => {}
        _ = rushed.sell(&beginning) => panic!("told of nothing"),
    }
    drop(rushed);
    let deal = seller.get("order-1").unwrap();
    assert_eq!(deal.stage, DealStage::Invoiced);
    let hash = deal.payment_hash.unwrap();
    let cheat = town.chain.client(PAYER).trade().propose(wallet(PAYEE), &*hash, 50_000, "", "other terms").await;
    let outcome = seller.sell(&beginning).await;
    match cheat {
        Ok(_) => {
            assert_eq!(code(outcome), "deal_failed");
            let deal = seller.get("order-1").unwrap();
            assert_eq!(deal.failure, Some(barter_sdk::DealFailure::PaymentHashUsed));
            assert_eq!(town.payee.state(hash.parse().unwrap()), InvoiceState::Cancelled);
        }
        // The payee's own proposal was sent before it died.
        Err(error) => assert_eq!((error.code(), outcome.is_ok()), ("payment_hash_reused", true)),
    }
}

#[tokio::test]
async fn every_stage_is_told_in_order() {
    let town = Town::start().await;
    for (payer, id) in [(Some(PAYER), "order-1"), (None, "order-2")] {
        let told = Arc::new(Mutex::new(Vec::new()));
        let tell = |deals: DealClient<Strict>| {
            let told = Arc::clone(&told);
            deals.on_progress(move |progress| {
                told.lock().unwrap().push((progress.role, progress.stage, progress.receipt.is_some()));
            })
        };
        let (seller, buyer) = (tell(town.seller()), tell(town.buyer()));
        let offer = seller.sell(&sale(id, payer)).await.unwrap();
        let (sold, bought) = join(Box::pin(seller.finish(id)), Box::pin(buyer.buy(&offer, &purchase()))).await;
        assert_eq!((sold.unwrap().stage, bought.unwrap().stage), (DealStage::Settled, DealStage::Settled));
        let told = told.lock().unwrap().clone();
        let of = |role: Role| -> Vec<_> {
            told.iter().filter(|(told, ..)| *told == role).map(|(_, stage, sent)| (stage.name(), *sent)).collect()
        };
        let (proposes, accepts) = (payer.is_none(), payer.is_some());
        assert_eq!(
            of(Role::Payer),
            [
                ("invoiced", false),
                ("proposed", proposes),
                ("accepted", accepts),
                ("paying", false),
                ("paid", false),
                ("settled", true)
            ]
        );
        // How much a payee sees of what the payer does in between is a matter of when it looks.
        let payee = of(Role::Payee);
        assert_eq!(payee[..2], [("invoiced", false), ("proposed", accepts)]);
        assert_eq!(payee.last(), Some(&("settled", false)));
        assert!(payee.is_sorted_by_key(|(name, _)| {
            ["invoiced", "proposed", "accepted", "paid", "settled"].iter().position(|stage| stage == name)
        }));
    }
}

#[tokio::test]
async fn an_acceptance_that_may_be_taken_back_is_not_paid_for() {
    let town = Town::start().await;
    let client = town.chain.builder(PAYER).poll_interval(Duration::from_millis(10)).confirmations(3).build().unwrap();
    let buyer = client.deals(town.payer.clone(), town.journal("payer"));
    let offer = town.seller().sell(&sale("order-1", None)).await.unwrap();
    let hash = offer.payment_hash();
    let trade_id = offer.trade_id(wallet(PAYER)).unwrap();
    let others = async {
        while town.chain.client(PAYEE).trade().get(trade_id).await.is_err() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        town.chain.mine(2).await;
        let sold = town.seller();
        let finished = async {
            while town.status(&offer, PAYER).await != TradeStatus::Accepted {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            // Accepted, and in one block only. Whoever would pay has time to.
            for _ in 0..2 {
                tokio::time::sleep(Duration::from_millis(200)).await;
                assert_eq!(town.payer.sent(hash), 0, "paid for an acceptance that was not deep enough");
                town.chain.mine(1).await;
            }
            while town.status(&offer, PAYER).await != TradeStatus::Settled {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            town.chain.mine(2).await;
        };
        let (sold, ()) = join(Box::pin(sold.finish("order-1")), Box::pin(finished)).await;
        sold.unwrap()
    };
    let (bought, sold) = join(Box::pin(buyer.buy(&offer, &purchase())), Box::pin(others)).await;
    assert_eq!((bought.unwrap().stage, sold.stage), (DealStage::Settled, DealStage::Settled));
    assert_eq!(town.payer.sent(hash), 1);
}

#[tokio::test]
async fn on_a_chain_of_others_three_blocks_are_waited_for_whatever_the_client_asks() {
    const CHAIN_ID: u64 = 4_242;
    let (chain, payer, folder) = (Chain::start_empty(CHAIN_ID), Strict::new(), tempfile::tempdir().unwrap());
    chain.builder(0).chain_id(CHAIN_ID).deployer().unwrap().deploy(plan()).await.unwrap();
    let client = |account: usize| {
        chain.builder(account).chain_id(CHAIN_ID).poll_interval(Duration::from_millis(10)).build().unwrap()
    };
    let journal = |name: &str| Journal::open(folder.path().join(name)).unwrap();
    let seller = client(PAYEE).deals(payer.neighbour(2), journal("payee"));
    let buyer = client(PAYER).deals(payer.clone(), journal("payer"));
    let offer = seller.sell(&sale("order-1", Some(PAYER))).await.unwrap();
    let (hash, trade_id) = (offer.payment_hash(), offer.trade_id(wallet(PAYER)).unwrap());
    let reach = async |status: TradeStatus| {
        while client(PAYER).trade().get(trade_id).await.unwrap().status != status {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let blocks = async {
        reach(TradeStatus::Accepted).await;
        // Whoever would pay has time to.
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert_eq!(payer.sent(hash), 0, "paid for an acceptance that is in the latest block alone");
        chain.mine(2).await;
        reach(TradeStatus::Settled).await;
        tokio::time::sleep(Duration::from_millis(300)).await;
        let deal = buyer.get(&hash.to_string()).unwrap();
        assert_eq!(deal.stage, DealStage::Paid, "settled for good in the latest block alone");
        chain.mine(2).await;
    };
    let wanted = purchase();
    let ended = join(Box::pin(buyer.buy(&offer, &wanted)), Box::pin(blocks));
    let (bought, ()) = tokio::time::timeout(PATIENCE, ended).await.expect("an end");
    assert_eq!((bought.unwrap().stage, payer.sent(hash)), (DealStage::Settled, 1));
    assert_eq!(seller.finish("order-1").await.unwrap().stage, DealStage::Settled);
}
