//! Whole lives of trades.

use barter_sdk::{Address, CreditAmount, Level, Role, Ruling, SettlementOrder, TradeStatus};

use crate::chain::{ARBITER, Chain, secret, wallet};

#[tokio::test]
async fn a_trade_from_proposal_to_settlement() {
    let chain = Chain::start().await;
    let (payer, payee) = (chain.client(0), chain.client(1));
    let (preimage, hash) = secret();

    let proposed = payer.trade().propose(wallet(1), hash, 50_000, "digital-goods", "Logo design ✓").await.unwrap();
    let trade = payer.trade().get(proposed.trade_id).await.unwrap();
    assert_eq!((trade.party_a, trade.party_b), (wallet(0), wallet(1)));
    assert_eq!((trade.payer, trade.payee), (wallet(0), wallet(1)));
    assert_eq!((trade.amount_sats, trade.payment_hash), (50_000, hash));
    assert_eq!((trade.category.as_str(), trade.description.as_str()), ("digital-goods", "Logo design ✓"));
    assert_eq!((trade.status, trade.ruling), (TradeStatus::Proposed, Ruling::None));
    assert_eq!((trade.accepted_at, trade.settled_at), (None, None));
    assert_eq!(trade.expires_at, trade.created_at + 604_800);

    let accepted = payee.trade().accept(proposed.trade_id).await.unwrap();
    assert!(accepted.block_number > proposed.receipt.block_number);
    let trade = payer.trade().get(proposed.trade_id).await.unwrap();
    assert_eq!(trade.status, TradeStatus::Accepted);
    assert!(trade.accepted_at.is_some());

    let settled = payer.trade().settle(proposed.trade_id, preimage).await.unwrap();
    assert_eq!(settled.fee_wei, u128::from(settled.gas_used) * settled.gas_price_wei);
    let trade = payee.trade().get(proposed.trade_id).await.unwrap();
    assert_eq!(trade.status, TradeStatus::Settled);
    assert_eq!(trade.settled_at, Some(chain.now().await));

    for (client, other) in [(&payer, 1), (&payee, 0)] {
        let me = client.wallet().unwrap();
        let profile = client.trust().profile(me).await.unwrap();
        assert_eq!((profile.score, profile.level), (barter_protocol::score(50_000), Level::C));
        assert_eq!((profile.trade_count, profile.unique_counterparties), (1, 1));
        assert_eq!(profile.completion_rate, Some(100.0));
        assert_eq!((profile.member_since, profile.last_trade_at), (trade.settled_at, trade.settled_at));
        assert_eq!(profile.credit_balance, CreditAmount::from_tokens(50));
        assert_eq!(profile.counts.open, 0);
        assert_eq!(client.trust().score(me).await.unwrap(), 6);
        assert_eq!(client.trust().pair_count(me, wallet(other)).await.unwrap(), 1);
        let history = client.trust().history(me).await.unwrap();
        assert_eq!(history.len(), 1);
        assert_eq!((history[0].delta, history[0].new_score), (6, 6));
        assert_eq!((history[0].counterparty, history[0].amount_sats), (wallet(other), 50_000));
        assert_eq!((history[0].trade_id, history[0].block_number), (proposed.trade_id, settled.block_number));
        assert_eq!(Some(history[0].timestamp), trade.settled_at);
    }
}

#[tokio::test]
async fn the_payee_may_propose_and_only_the_payer_settles() {
    let chain = Chain::start().await;
    let (payee, payer) = (chain.client(0), chain.client(1));
    let (preimage, hash) = secret();
    let proposed = payee.trade().propose_as_payee(wallet(1), hash, 1_000, "", "").await.unwrap();
    let trade = payer.trade().get(proposed.trade_id).await.unwrap();
    assert_eq!((trade.party_a, trade.payer, trade.payee), (wallet(0), wallet(1), wallet(0)));
    payer.trade().accept(proposed.trade_id).await.unwrap();
    assert_eq!(payee.trade().settle(proposed.trade_id, preimage).await.unwrap_err().code(), "not_payer");
    payer.trade().settle(proposed.trade_id, preimage).await.unwrap();
}

#[tokio::test]
async fn opened_and_settled_by_signature() {
    let chain = Chain::start().await;
    let (payer, payee, courier) = (chain.client(0), chain.client(1), chain.client(2));
    let (preimage, hash) = secret();
    let deadline = chain.now().await + 3_600;

    let signed =
        payee.trade().sign_open(wallet(0), Role::Payer, hash, 70_000, "books", "a book", deadline).await.unwrap();
    // It goes from one party to the other as JSON.
    let signed = serde_json::from_str(&serde_json::to_string(&signed).unwrap()).unwrap();
    let opened = payer.trade().open(&signed).await.unwrap();
    let trade = payer.trade().get(opened.trade_id).await.unwrap();
    assert_eq!((trade.status, trade.party_a, trade.party_b), (TradeStatus::Accepted, wallet(0), wallet(1)));

    let settlement = payer.trade().sign_settle(opened.trade_id, preimage, deadline).await.unwrap();
    assert!(!format!("{settlement:?}").contains(&preimage.to_string()[2..]));
    let settlement = serde_json::from_str(&serde_json::to_string(&settlement).unwrap()).unwrap();
    courier.trade().settle_by_signature(&settlement).await.unwrap();
    assert_eq!(payer.trade().get(opened.trade_id).await.unwrap().status, TradeStatus::Settled);
}

#[tokio::test]
async fn a_payee_may_open_with_the_payers_signature() {
    let chain = Chain::start().await;
    let (payee, payer) = (chain.client(0), chain.client(1));
    let (_, hash) = secret();
    let deadline = chain.now().await + 3_600;
    let signed = payer.trade().sign_open(wallet(0), Role::Payee, hash, 5_000, "", "", deadline).await.unwrap();
    assert_eq!((signed.payer, signed.payee, signed.signer), (wallet(1), wallet(0), wallet(1)));
    let opened = payee.trade().open(&signed).await.unwrap();
    let trade = payee.trade().get(opened.trade_id).await.unwrap();
    assert_eq!((trade.party_a, trade.payer), (wallet(0), wallet(1)));
}

#[tokio::test]
async fn several_settled_at_once() {
    let chain = Chain::start().await;
    let (payer, payee, other) = (chain.client(0), chain.client(1), chain.client(2));
    let mut orders = Vec::new();
    for _ in 0..3 {
        let (preimage, hash) = secret();
        let trade_id = payer.trade().propose(wallet(1), hash, 2_000, "", "").await.unwrap().trade_id;
        payee.trade().accept(trade_id).await.unwrap();
        orders.push(SettlementOrder::Own { trade_id, preimage });
    }
    let (preimage, hash) = secret();
    let trade_id = other.trade().propose(wallet(1), hash, 2_000, "", "").await.unwrap().trade_id;
    payee.trade().accept(trade_id).await.unwrap();
    let deadline = chain.now().await + 3_600;
    orders.push(other.trade().sign_settle(trade_id, preimage, deadline).await.unwrap().into());

    payer.trade().settle_batch(&orders).await.unwrap();
    for order in &orders {
        assert_eq!(payer.trade().get(order.trade_id()).await.unwrap().status, TradeStatus::Settled);
    }
    let again = payer.trade().settle_batch(&orders).await.unwrap_err();
    assert_eq!((again.code(), again.transaction_hash()), ("wrong_status", None));
}

#[tokio::test]
async fn disputes_and_both_rulings() {
    let chain = Chain::start().await;
    let (payer, payee, arbiter) = (chain.client(0), chain.client(1), chain.client(ARBITER));
    let mut ids = Vec::new();
    for _ in 0..2 {
        let (preimage, hash) = secret();
        let trade_id = payer.trade().propose(wallet(1), hash, 9_000, "", "").await.unwrap().trade_id;
        payee.trade().accept(trade_id).await.unwrap();
        ids.push((trade_id, preimage));
    }
    let (dismissed, preimage) = ids[0];
    payee.trade().dispute(dismissed).await.unwrap();
    let profile = payer.trust().profile(wallet(0)).await.unwrap();
    assert_eq!((profile.counts.disputed, profile.counts.open, profile.completion_rate), (1, 1, Some(0.0)));
    arbiter.trade().dismiss(dismissed).await.unwrap();
    let trade = payer.trade().get(dismissed).await.unwrap();
    assert_eq!((trade.status, trade.ruling), (TradeStatus::Accepted, Ruling::Dismissed));
    assert_eq!(payee.trade().dispute(dismissed).await.unwrap_err().code(), "dispute_already_dismissed");
    payer.trade().settle(dismissed, preimage).await.unwrap();

    let (upheld, _) = ids[1];
    payer.trade().dispute(upheld).await.unwrap();
    arbiter.trade().uphold(upheld, wallet(1)).await.unwrap();
    assert_eq!(payer.trade().get(upheld).await.unwrap().ruling, Ruling::AgainstPartyB);
    let again = arbiter.trade().uphold(upheld, wallet(1)).await.unwrap_err();
    assert_eq!(again.code(), "dispute_already_upheld");
    let profile = payer.trust().profile(wallet(1)).await.unwrap();
    assert_eq!((profile.counts.faults, profile.counts.settled, profile.counts.accepted), (1, 1, 2));
    assert_eq!(profile.completion_rate, Some(50.0));
}

#[tokio::test]
async fn lists_by_page_and_whole() {
    let chain = Chain::start().await;
    let client = chain.client(0);
    let mut ids = Vec::new();
    for amount_sats in 1_000..1_007 {
        let (_, hash) = secret();
        ids.push(client.trade().propose(wallet(1), hash, amount_sats, "", "").await.unwrap().trade_id);
    }
    let all = client.trade().list_by_address(wallet(1)).await.unwrap();
    assert_eq!(all.iter().map(|trade| trade.trade_id).collect::<Vec<_>>(), ids);

    let mut seen = Vec::new();
    let mut before = None;
    loop {
        let page = client.trade().list_paged(wallet(0), before, 3).await.unwrap();
        seen.extend(page.trades.iter().map(|trade| trade.trade_id));
        before = page.next;
        if before.is_none() {
            break;
        }
        assert_eq!(page.trades.len(), 3);
    }
    seen.reverse();
    assert_eq!(seen, ids);
    assert!(client.trade().list_by_address(wallet(3)).await.unwrap().is_empty());
    for limit in [0, 501] {
        assert_eq!(client.trade().list_paged(wallet(0), None, limit).await.unwrap_err().code(), "page_size");
    }
}

#[tokio::test]
async fn credit_is_earned_burned_and_exact() {
    let chain = Chain::start().await;
    let (payer, payee) = (chain.client(0), chain.client(1));
    let (preimage, hash) = secret();
    let trade_id = payer.trade().propose(wallet(1), hash, 12_000, "", "").await.unwrap().trade_id;
    payee.trade().accept(trade_id).await.unwrap();
    payer.trade().settle(trade_id, preimage).await.unwrap();

    payer.credit().burn("0.000000000000000001".parse().unwrap()).await.unwrap();
    let balance = payer.credit().balance(wallet(0)).await.unwrap();
    assert_eq!(
        serde_json::to_value(&balance).unwrap(),
        serde_json::json!({
            "address": wallet(0).to_checksum(None),
            "balance": "11.999999999999999999",
            "balance_units": "11999999999999999999",
            "symbol": "BTR-C",
        })
    );
    assert_eq!(payer.credit().total_earned(wallet(0)).await.unwrap().to_string(), "12");
    assert_eq!(payer.credit().total_supply().await.unwrap().to_string(), "23.999999999999999999");
    let error = payer.credit().burn(CreditAmount::from_tokens(12)).await.unwrap_err();
    assert_eq!(error.code(), "insufficient_credit");
    assert!(error.to_string().contains("11999999999999999999"), "{error}");
}

#[tokio::test]
async fn the_card_is_json_and_svg() {
    let chain = Chain::start().await;
    let (payer, payee) = (chain.client(0), chain.client(1));
    assert_eq!(payer.trust().card(wallet(0)).await.unwrap_err().code(), "no_trust_token");
    let (preimage, hash) = secret();
    let trade_id = payer.trade().propose(wallet(1), hash, 12_000, "", "").await.unwrap().trade_id;
    payee.trade().accept(trade_id).await.unwrap();
    payer.trade().settle(trade_id, preimage).await.unwrap();
    let card = payer.trust().card(wallet(0)).await.unwrap();
    assert!(card.image_svg.starts_with("<svg") && card.image_svg.ends_with("</svg>"));
    assert!(card.attributes.iter().any(|attribute| attribute.trait_type == "Score" && attribute.value == 4));
    assert!(card.name.contains(&wallet(0).to_checksum(None)));
}

#[tokio::test]
async fn a_profile_reads_as_json() {
    let chain = Chain::start().await;
    let profile = chain.client(0).trust().profile(Address::repeat_byte(0xab)).await.unwrap();
    assert_eq!(
        serde_json::to_value(&profile).unwrap(),
        serde_json::json!({
            "address": "0xABaBaBaBABabABabAbAbABAbABabababaBaBABaB",
            "score": 0, "level": "C", "unique_counterparties": 0, "member_since": null, "trade_count": 0,
            "completion_rate": null, "last_trade_at": null,
            "counts": {
                "proposed": 0, "initiated": 0, "accepted": 0, "settled": 0, "disputed": 0, "faults": 0, "open": 0
            },
            "credit_balance": "0", "credit_earned": "0",
        })
    );
}
