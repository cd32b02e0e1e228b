//! Every refusal, met on a real chain.

use barter_protocol::Error as Rule;
use barter_sdk::{AddressFault, B256, BarterClient, Error, Preimage, Role, SettlementOrder, TradeId, TradeStatus};

use crate::chain::{ARBITER, Chain, secret, wallet};

/// A trade of accounts 0 (payer) and 1 (payee), accepted.
async fn accepted(chain: &Chain) -> (TradeId, Preimage) {
    let (preimage, hash) = secret();
    let trade_id = chain.client(0).trade().propose(wallet(1), hash, 4_000, "", "").await.unwrap().trade_id;
    chain.client(1).trade().accept(trade_id).await.unwrap();
    (trade_id, preimage)
}

async fn block(client: &BarterClient) -> u64 {
    client.block_number().await.unwrap()
}

#[tokio::test]
async fn bad_terms_are_refused_without_a_request() {
    // Nothing listens there: a request would be another error.
    let client = BarterClient::builder()
        .environment(barter_sdk::Environment::empty())
        .network("local")
        .rpc_url("http://127.0.0.1:1")
        .deployment(crate::chain::plan().predict_addresses())
        .private_key(crate::chain::KEYS[0])
        .build()
        .unwrap();
    let (_, hash) = secret();
    let trade = client.trade();

    let error = trade.propose("not-a-valid-address", hash, 50_000, "", "").await.unwrap_err();
    assert!(matches!(error, Error::InvalidAddress { reason: AddressFault::NoPrefix, .. }), "{error:?}");
    let typo = wallet(1).to_checksum(None).replace("C8", "c8");
    let error = trade.propose(&typo, hash, 50_000, "", "").await.unwrap_err();
    assert!(matches!(error, Error::InvalidAddress { reason: AddressFault::Checksum, .. }), "{error:?}");
    let error = trade.propose(wallet(1), hash, 999, "", "").await.unwrap_err();
    assert!(matches!(error, Error::InsufficientAmount { amount_sats: 999, minimum_sats: 1_000 }), "{error:?}");
    let error = trade.propose(wallet(1), hash, 2_100_000_000_000_001, "", "").await.unwrap_err();
    assert_eq!(error.code(), "amount_out_of_range");
    let error = trade.propose(wallet(0), hash, 50_000, "", "").await.unwrap_err();
    assert!(matches!(error, Error::SelfTrade { wallet: who } if who == wallet(0)), "{error:?}");
    let error = trade.propose(barter_sdk::Address::ZERO, hash, 50_000, "", "").await.unwrap_err();
    assert_eq!(error.code(), "zero_counterparty");
    let error = trade.propose(wallet(1), hash, 50_000, &"c".repeat(33), "").await.unwrap_err();
    assert!(matches!(error, Error::Refused(Rule::CategoryTooLong { length: 33, maximum: 32 })), "{error:?}");
    let error = trade.propose(wallet(1), hash, 50_000, "", &"é".repeat(101)).await.unwrap_err();
    assert!(matches!(error, Error::Refused(Rule::DescriptionTooLong { length: 202, maximum: 200 })), "{error:?}");
    let error = trade.propose(wallet(1), "0xabc", 50_000, "", "").await.unwrap_err();
    assert_eq!(error.code(), "wrong_length");
    let error = trade.accept("0x12").await.unwrap_err();
    assert_eq!(error.code(), "invalid_trade_id");
    let error = trade.settle_batch(&[]).await.unwrap_err();
    assert!(matches!(error, Error::Refused(Rule::BatchSize { length: 0, maximum: 100 })), "{error:?}");
    let order = SettlementOrder::Own { trade_id: B256::ZERO, preimage: Preimage::new([0; 32]) };
    let error = trade.settle_batch(&vec![order; 101]).await.unwrap_err();
    assert_eq!(error.code(), "batch_size");
    for error in [
        client.trust().score("0x12").await.unwrap_err(),
        client.trust().profile("0x12").await.unwrap_err(),
        client.credit().balance_of("0x12").await.unwrap_err(),
        trade.list_by_address("0x12").await.unwrap_err(),
        client.watch().wallet("0x12").unwrap_err(),
    ] {
        assert!(matches!(error, Error::InvalidAddress { reason: AddressFault::Length { digits: 2 }, .. }), "{error:?}");
    }
}

#[tokio::test]
async fn without_a_key_nothing_is_sent() {
    let chain = Chain::start().await;
    let client = chain.builder(0).read_only().build().unwrap();
    assert_eq!(client.wallet(), None);
    let (preimage, hash) = secret();
    let trade = client.trade();
    for error in [
        trade.propose(wallet(1), hash, 1_000, "", "").await.unwrap_err(),
        trade.propose_as_payee(wallet(1), hash, 1_000, "", "").await.unwrap_err(),
        trade.sign_open(wallet(1), Role::Payer, hash, 1_000, "", "", 0).await.unwrap_err(),
        trade.accept(B256::ZERO).await.unwrap_err(),
        trade.settle(B256::ZERO, preimage).await.unwrap_err(),
        trade.sign_settle(B256::ZERO, preimage, 0).await.unwrap_err(),
        trade.dispute(B256::ZERO).await.unwrap_err(),
        trade.cancel_signature(B256::ZERO).await.unwrap_err(),
        trade.dismiss(B256::ZERO).await.unwrap_err(),
        trade.uphold(B256::ZERO, wallet(0)).await.unwrap_err(),
        trade.settle_batch(&[]).await.unwrap_err(),
        trade.simulate_settle(B256::ZERO, preimage).await.unwrap_err(),
        client.credit().burn("1".parse().unwrap()).await.unwrap_err(),
        chain.builder(0).read_only().deployer().unwrap_err(),
    ] {
        assert!(matches!(error, Error::NoSigner), "{error:?}");
    }
    assert_eq!(client.trust().score(wallet(0)).await.unwrap(), 0);
}

#[tokio::test]
async fn refusals_of_the_contract_are_typed_and_nothing_is_sent() {
    let chain = Chain::start().await;
    let (payer, payee, stranger) = (chain.client(0), chain.client(1), chain.client(2));
    let (trade_id, preimage) = accepted(&chain).await;
    let before = block(&payer).await;
    let unknown = B256::repeat_byte(0xee);

    for client in [&payer, &payee] {
        let error = client.trade().get(unknown).await.unwrap_err();
        assert!(matches!(error, Error::TradeNotFound { trade_id } if trade_id == unknown), "{error:?}");
        assert_eq!(client.trade().accept(unknown).await.unwrap_err().code(), "trade_not_found");
        assert_eq!(client.trade().dispute(unknown).await.unwrap_err().code(), "trade_not_found");
        assert_eq!(client.trade().settle(unknown, preimage).await.unwrap_err().code(), "trade_not_found");
    }

    let error = payee.trade().accept(trade_id).await.unwrap_err();
    let Error::Refused(Rule::WrongStatus { trade_id: which, actual, required }) = error else { panic!("{error:?}") };
    assert_eq!((which, actual, required), (trade_id, TradeStatus::Accepted, TradeStatus::Proposed));

    let wrong = Preimage::new([0xaa; 32]);
    let error = payer.trade().settle(trade_id, wrong).await.unwrap_err();
    let Error::PreimageMismatch { trade_id: which, expected, actual } = error else { panic!("{error:?}") };
    assert_eq!((which, expected, actual), (trade_id, preimage.payment_hash(), wrong.payment_hash()));

    let order = SettlementOrder::Own { trade_id, preimage: wrong };
    assert_eq!(payer.trade().settle_batch(&[order]).await.unwrap_err().code(), "preimage_mismatch");

    let error = payee.trade().settle(trade_id, preimage).await.unwrap_err();
    let Error::Refused(Rule::NotPayer { caller, payer: who, .. }) = error else { panic!("{error:?}") };
    assert_eq!((caller, who), (wallet(1), wallet(0)));
    let order = SettlementOrder::Own { trade_id, preimage };
    assert_eq!(payee.trade().settle_batch(&[order]).await.unwrap_err().code(), "not_payer");

    // The same, in the contract's own words.
    let error = payee.trade().simulate_settle(trade_id, preimage).await.unwrap_err();
    assert!(matches!(error, Error::Refused(Rule::NotPayer { caller, .. }) if caller == wallet(1)), "{error:?}");
    assert_eq!(payer.trade().simulate_settle(trade_id, wrong).await.unwrap_err().code(), "preimage_mismatch");
    payer.trade().simulate_settle(trade_id, preimage).await.unwrap();

    let error = stranger.trade().dispute(trade_id).await.unwrap_err();
    assert!(matches!(error, Error::Refused(Rule::NotParty { wallet: who, .. }) if who == wallet(2)), "{error:?}");

    let error = stranger.trade().dismiss(trade_id).await.unwrap_err();
    let Error::Refused(Rule::NotArbiter { caller, arbiter }) = error else { panic!("{error:?}") };
    assert_eq!((caller, arbiter), (wallet(2), wallet(ARBITER)));
    assert_eq!(chain.client(ARBITER).trade().dismiss(trade_id).await.unwrap_err().code(), "wrong_status");

    assert_eq!(block(&payer).await, before, "something was sent");
}

#[tokio::test]
async fn a_proposal_is_the_counterpartys_to_accept_and_expires() {
    let chain = Chain::start().await;
    let (payer, payee, stranger) = (chain.client(0), chain.client(1), chain.client(2));
    let (preimage, hash) = secret();
    let trade_id = payer.trade().propose(wallet(1), hash, 4_000, "", "").await.unwrap().trade_id;

    for client in [&payer, &stranger] {
        let error = client.trade().accept(trade_id).await.unwrap_err();
        assert!(
            matches!(error, Error::Refused(Rule::NotCounterparty { counterparty, .. }) if counterparty == wallet(1)),
            "{error:?}"
        );
    }
    assert_eq!(payer.trade().dispute(trade_id).await.unwrap_err().code(), "wrong_status");
    assert_eq!(payer.trade().settle(trade_id, preimage).await.unwrap_err().code(), "wrong_status");

    chain.pass(604_801).await;
    let trade = payee.trade().get(trade_id).await.unwrap();
    assert_eq!(trade.status, TradeStatus::Expired);
    let error = payee.trade().accept(trade_id).await.unwrap_err();
    assert!(
        matches!(error, Error::Refused(Rule::TradeExpired { expires_at, .. }) if expires_at == trade.expires_at),
        "{error:?}"
    );
}

#[tokio::test]
async fn the_same_terms_twice_are_recognised() {
    let chain = Chain::start().await;
    let (payer, payee) = (chain.client(0), chain.client(1));
    let (_, hash) = secret();
    let proposed = payer.trade().propose(wallet(1), hash, 4_000, "a", "b").await.unwrap();

    let error = payer.trade().propose(wallet(1), hash, 4_000, "a", "b").await.unwrap_err();
    let Error::AlreadyProposed { trade_id, status } = error else { panic!("{error:?}") };
    assert_eq!((trade_id, status), (proposed.trade_id, TradeStatus::Proposed));
    payee.trade().accept(trade_id).await.unwrap();
    let error = payer.trade().propose(wallet(1), hash, 4_000, "a", "b").await.unwrap_err();
    assert!(matches!(error, Error::AlreadyProposed { status: TradeStatus::Accepted, .. }), "{error:?}");

    let others = [
        payer.trade().propose(wallet(1), hash, 4_001, "a", "b").await.unwrap_err(),
        payer.trade().propose(wallet(1), hash, 4_000, "a", "c").await.unwrap_err(),
        payer.trade().propose_as_payee(wallet(1), hash, 4_000, "a", "b").await.unwrap_err(),
        payee.trade().propose(wallet(0), hash, 4_000, "a", "b").await.unwrap_err(),
    ];
    for error in others {
        let Error::Refused(Rule::PaymentHashReused { payment_hash, .. }) = error else { panic!("{error:?}") };
        assert_eq!(payment_hash, hash);
    }
}

#[tokio::test]
async fn signatures_bind_time_terms_chain_and_signer() {
    let chain = Chain::start().await;
    let (payer, payee, stranger) = (chain.client(0), chain.client(1), chain.client(2));
    let now = chain.now().await;
    let (_, hash) = secret();
    let signed = payee.trade().sign_open(wallet(0), Role::Payer, hash, 4_000, "", "", now + 3_600).await.unwrap();

    let error = stranger.trade().open(&signed).await.unwrap_err();
    assert!(matches!(error, Error::Refused(Rule::NotParty { wallet: who, .. }) if who == wallet(2)), "{error:?}");
    let mut changed = signed.clone();
    changed.amount_sats += 1;
    let error = payer.trade().open(&changed).await.unwrap_err();
    assert!(matches!(error, Error::Refused(Rule::InvalidSignature { signer, .. }) if signer == wallet(1)), "{error:?}");
    let mut elsewhere = signed.clone();
    elsewhere.chain_id = 1;
    let error = payer.trade().open(&elsewhere).await.unwrap_err();
    assert!(matches!(error, Error::SignedForOtherChain { signed_chain_id: 1, chain_id: 31_337 }), "{error:?}");
    let mut small = signed.clone();
    small.amount_sats = 1;
    assert_eq!(payer.trade().open(&small).await.unwrap_err().code(), "insufficient_amount");

    payee.trade().cancel_signature(signed.digest).await.unwrap();
    let error = payer.trade().open(&signed).await.unwrap_err();
    let Error::Refused(Rule::SignatureIsCancelled { signer, digest }) = error else { panic!("{error:?}") };
    assert_eq!((signer, digest), (wallet(1), signed.digest));

    let old = payee.trade().sign_open(wallet(0), Role::Payer, hash, 4_000, "", "", now - 1).await.unwrap();
    let error = payer.trade().open(&old).await.unwrap_err();
    assert!(
        matches!(error, Error::Refused(Rule::SignatureExpired { deadline, .. }) if deadline == now - 1),
        "{error:?}"
    );

    let (trade_id, preimage) = accepted(&chain).await;
    assert_eq!(payee.trade().sign_settle(trade_id, preimage, now + 9_999).await.unwrap_err().code(), "not_payer");
    let signed = payer.trade().sign_settle(trade_id, preimage, now + 9_999).await.unwrap();
    let mut later = signed.clone();
    later.deadline += 1;
    assert_eq!(stranger.trade().settle_by_signature(&later).await.unwrap_err().code(), "invalid_signature");
    stranger.trade().settle_by_signature(&signed).await.unwrap();
    let again = stranger.trade().settle_by_signature(&signed).await.unwrap_err();
    assert!(matches!(again, Error::Refused(Rule::WrongStatus { actual: TradeStatus::Settled, .. })), "{again:?}");
}

#[tokio::test]
async fn a_wrong_chain_is_told_before_anything_else() {
    let chain = Chain::start_empty(999);
    let client = chain.builder(0).build().unwrap();
    let (_, hash) = secret();
    for error in [
        client.trust().profile(wallet(0)).await.unwrap_err(),
        client.trade().propose(wallet(1), hash, 4_000, "", "").await.unwrap_err(),
        client.check().await.unwrap_err(),
        client.block_number().await.unwrap_err(),
        chain.builder(0).deployer().unwrap().deploy(crate::chain::plan()).await.unwrap_err(),
    ] {
        assert!(matches!(error, Error::WrongChain { expected: 31_337, actual: 999 }), "{error:?}");
    }
}

#[tokio::test]
async fn an_address_without_a_contract_is_told() {
    let chain = Chain::start_empty(31_337);
    let client = chain.builder(0).build().unwrap();
    let (_, hash) = secret();
    for error in [
        client.trust().profile(wallet(0)).await.unwrap_err(),
        client.trade().propose(wallet(1), hash, 4_000, "", "").await.unwrap_err(),
        client.check().await.unwrap_err(),
    ] {
        let Error::NoContract { address, chain_id: 31_337 } = error else { panic!("{error:?}") };
        assert_eq!(address, chain.deployment.barter_core);
    }
}
