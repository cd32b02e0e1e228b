//! Bonds, disputes and auditors against the real contracts.

use barter_protocol::BondError;
use barter_sdk::{
    Address, AuditorPlan, B256, BarterClient, BondClient, BondEventKind, DeployPlan, Deployment, DisputeStatus, Error,
    Ruling, RulingKind, RulingStatus, SignedComplaint, SignedRuling, TokenAmount, TradeId, TradeStatus,
};
use serde_json::json;

use crate::chain::{Chain, secret, wallet};

pub(crate) const PROVIDER: usize = 0;
pub(crate) const CONSUMER: usize = 1;
/// All of them, and the threshold is two.
pub(crate) const AUDITORS: [usize; 3] = [2, 3, 4];
pub(crate) const HUB: &str = "https://hub.example/market";
pub(crate) const DAY: u64 = 24 * 60 * 60;

pub(crate) fn plan() -> DeployPlan {
    let auditors = AuditorPlan::new(AUDITORS.map(wallet).to_vec(), 2, 3).with_test_bond();
    DeployPlan { auditors: Some(auditors), ..DeployPlan::default() }
}

pub(crate) fn dollars(text: &str) -> TokenAmount {
    TokenAmount::parse(text, 6).unwrap()
}

/// A chain on which provider and consumer have $10,000 each.
pub(crate) async fn start() -> Chain {
    let chain = Chain::start_with(plan()).await;
    for account in [PROVIDER, CONSUMER] {
        chain.client(account).bond().mint_test_dollars(dollars("10000")).await.unwrap();
    }
    chain
}

/// Such a chain on which the provider has staked.
async fn staked(amount: &str) -> Chain {
    let chain = start().await;
    chain.client(PROVIDER).bond().stake(HUB, dollars(amount)).await.unwrap();
    chain
}

pub(crate) async fn complaint(chain: &Chain, outcome: u8) -> SignedComplaint {
    let deadline = chain.now().await + 3_600;
    let consumer = chain.client(CONSUMER).bond();
    let [outcome, evidence] = [outcome, 0xee].map(B256::repeat_byte);
    let signed = consumer.sign_complaint(wallet(PROVIDER), outcome, evidence, deadline).await.unwrap();
    // It goes from the consumer to whoever files it as JSON.
    serde_json::from_str(&serde_json::to_string(&signed).unwrap()).unwrap()
}

/// A dispute the consumer filed itself, about its outcome with this number.
async fn filed(chain: &Chain, outcome: u8) -> B256 {
    let signed = complaint(chain, outcome).await;
    chain.client(CONSUMER).bond().file(&signed, None).await.unwrap().dispute_id
}

/// What some of the auditors sign, last auditor first: whoever collects them knows no order.
async fn signed(chain: &Chain, auditors: &[usize], kind: RulingKind, id: B256, slash_ppm: u32) -> Vec<SignedRuling> {
    let deadline = chain.now().await + 3_600;
    let mut signed = Vec::new();
    for auditor in auditors.iter().rev() {
        let ruling = chain.client(*auditor).bond().sign_ruling(kind, id, slash_ppm, deadline).await.unwrap();
        signed.push(serde_json::from_str(&serde_json::to_string(&ruling).unwrap()).unwrap());
    }
    signed
}

pub(crate) async fn rule(chain: &Chain, dispute_id: B256, slash_ppm: u32) {
    let signatures = signed(chain, &AUDITORS[..2], RulingKind::Ruling, dispute_id, slash_ppm).await;
    chain.client(PROVIDER).bond().rule(&signatures).await.unwrap();
}

#[tokio::test]
async fn a_dispute_from_stake_to_claim() {
    let chain = start().await;
    let (provider, consumer) = (chain.client(PROVIDER).bond(), chain.client(CONSUMER).bond());
    let nothing = provider.of(wallet(PROVIDER)).await.unwrap();
    assert_eq!((nothing.first_bonded_at, nothing.hub_hash, nothing.listed), (None, None, false));

    let staked = provider.stake(HUB, dollars("2000")).await.unwrap();
    assert_eq!(staked.approvals.len(), 1);
    let bond = consumer.of(wallet(PROVIDER)).await.unwrap();
    assert_eq!((bond.active, bond.ever_bonded, bond.listed), (dollars("2000"), dollars("2000"), true));
    assert_eq!(bond.hub_hash, Some(alloy_primitives::keccak256(HUB)));
    assert_eq!(consumer.hub_of(wallet(PROVIDER)).await.unwrap().as_deref(), Some(HUB));
    assert_eq!(provider.balance(wallet(PROVIDER)).await.unwrap(), dollars("8000"));

    // A hundredth of the bond is more than $10, and a hundredth of that is brought besides.
    let signed_complaint = complaint(&chain, 1).await;
    assert_eq!(consumer.required_deposit(wallet(PROVIDER)).await.unwrap(), dollars("20"));
    let filed = consumer.file(&signed_complaint, None).await.unwrap();
    assert_eq!((filed.deposit, filed.dispute_id), (dollars("20.2"), signed_complaint.dispute_id()));
    let dispute = provider.dispute(filed.dispute_id).await.unwrap();
    assert_eq!((dispute.status, dispute.slash_ppm, dispute.executable_at), (DisputeStatus::Filed, None, None));
    assert_eq!((dispute.provider, dispute.consumer, dispute.filer), (wallet(0), wallet(1), wallet(1)));
    assert_eq!((dispute.bond_at_filing, dispute.deposit), (dollars("2000"), dollars("20.2")));
    assert_eq!((dispute.evidence, dispute.ruling_until), (B256::repeat_byte(0xee), dispute.filed_at + 14 * DAY));
    assert_eq!(provider.of(wallet(PROVIDER)).await.unwrap().reserved, dollars("200"));

    rule(&chain, filed.dispute_id, 50_000).await;
    let dispute = provider.dispute(filed.dispute_id).await.unwrap();
    assert_eq!((dispute.status, dispute.slash_ppm), (DisputeStatus::Ruled, Some(50_000)));
    let early = provider.execute(filed.dispute_id).await.unwrap_err();
    assert_eq!((early.code(), early.transaction_hash()), ("overturn_window_open", None));
    chain.pass(2 * DAY).await;
    provider.execute(filed.dispute_id).await.unwrap();
    let dispute = provider.dispute(filed.dispute_id).await.unwrap();
    assert_eq!((dispute.status, dispute.slashed), (DisputeStatus::Upheld, dollars("100")));

    let bond = provider.of(wallet(PROVIDER)).await.unwrap();
    assert_eq!((bond.active, bond.ever_slashed, bond.upheld), (dollars("1900"), dollars("100"), 1));
    assert!(bond.reserved.is_zero());
    assert_eq!(consumer.claimable(wallet(CONSUMER)).await.unwrap(), dollars("120.2"));
    consumer.claim(wallet(CONSUMER)).await.unwrap();
    assert_eq!(consumer.balance(wallet(CONSUMER)).await.unwrap(), dollars("10100"));
    assert_eq!(consumer.claim(wallet(CONSUMER)).await.unwrap_err().code(), "nothing_to_claim");

    // Only by its event is the outcome known.
    assert_eq!(provider.outcome_of(filed.dispute_id).await.unwrap(), Some(B256::repeat_byte(1)));
    assert_eq!(provider.outcome_of(B256::ZERO).await.unwrap(), None);
    let listed = provider.disputes(Some(wallet(PROVIDER))).await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!((listed[0].outcome, listed[0].status), (Some(B256::repeat_byte(1)), DisputeStatus::Upheld));
    assert_eq!(provider.disputes(Some(wallet(CONSUMER))).await.unwrap(), listed);
    assert_eq!(provider.disputes(None).await.unwrap(), listed);
    assert!(provider.disputes(Some(wallet(3))).await.unwrap().is_empty());

    let names = |events: Vec<barter_sdk::BondEvent>| events.iter().map(|event| event.kind.name()).collect::<Vec<_>>();
    let all = names(provider.history().await.unwrap());
    let dispute = ["dispute_filed", "dispute_ruled", "dispute_ended"];
    assert_eq!(all, [&["hub_declared", "bonded"], &dispute[..], &["claimed"]].concat());
    assert_eq!(names(provider.history_of(wallet(CONSUMER)).await.unwrap()), [&dispute[..], &["claimed"]].concat());
    assert!(provider.history_of(wallet(4)).await.unwrap().is_empty());
}

#[tokio::test]
async fn nobody_rules_and_the_deposit_goes_back() {
    let chain = staked("150").await;
    let (provider, consumer) = (chain.client(PROVIDER).bond(), chain.client(CONSUMER).bond());
    let dispute_id = filed(&chain, 1).await;
    let early = provider.execute(dispute_id).await.unwrap_err();
    assert!(matches!(early, Error::BondRefused(BondError::RulingPeriodOpen { .. })), "{early:?}");
    chain.pass(14 * DAY + 1).await;
    let late = signed(&chain, &AUDITORS[..2], RulingKind::Ruling, dispute_id, 1_000).await;
    assert_eq!(provider.rule(&late).await.unwrap_err().code(), "ruling_period_over");
    provider.execute(dispute_id).await.unwrap();
    assert_eq!(provider.dispute(dispute_id).await.unwrap().status, DisputeStatus::Void);
    assert_eq!(consumer.claimable(wallet(CONSUMER)).await.unwrap(), dollars("10.1"));
    assert_eq!(provider.of(wallet(PROVIDER)).await.unwrap().active, dollars("150"));
}

#[tokio::test]
async fn the_larger_quorum_replaces_a_ruling() {
    let chain = staked("1000").await;
    let provider = chain.client(PROVIDER).bond();
    let dispute_id = filed(&chain, 1).await;
    rule(&chain, dispute_id, 100_000).await;
    let two = signed(&chain, &AUDITORS[..2], RulingKind::Overturn, dispute_id, 0).await;
    let error = provider.overturn(&two).await.unwrap_err();
    assert!(matches!(error, Error::BondRefused(BondError::TooFewAuditors { given: 2, needed: 3 })), "{error:?}");
    let three = signed(&chain, &AUDITORS, RulingKind::Overturn, dispute_id, 0).await;
    assert_eq!(provider.rule(&three).await.unwrap_err().code(), "signatures_differ");
    provider.overturn(&three).await.unwrap();
    // For good, and at once.
    assert_eq!(provider.overturn(&three).await.unwrap_err().code(), "wrong_dispute_status");
    provider.execute(dispute_id).await.unwrap();
    let dispute = provider.dispute(dispute_id).await.unwrap();
    assert_eq!((dispute.status, dispute.slash_ppm), (DisputeStatus::Dismissed, Some(0)));
    assert_eq!(provider.claimable(wallet(PROVIDER)).await.unwrap(), dollars("10.1"), "the deposit is the provider's");
}

#[tokio::test]
async fn what_leaves_waits_and_can_be_slashed() {
    let chain = staked("1000").await;
    let provider = chain.client(PROVIDER).bond();
    provider.top_up(wallet(PROVIDER), dollars("500")).await.unwrap();
    // Others may add, too.
    chain.client(CONSUMER).bond().top_up(wallet(PROVIDER), dollars("0.000001")).await.unwrap();
    provider.unbond(dollars("1500.000001")).await.unwrap();
    let bond = provider.of(wallet(PROVIDER)).await.unwrap();
    assert_eq!((bond.active, bond.unbonding, bond.listed), (dollars("0"), dollars("1500.000001"), false));
    assert_eq!(bond.release_at, Some(chain.now().await + 28 * DAY));
    let early = provider.withdraw(wallet(PROVIDER)).await.unwrap_err();
    assert_eq!((early.code(), early.transaction_hash()), ("still_unbonding", None));
    chain.pass(28 * DAY - 3_600).await;
    let dispute_id = filed(&chain, 1).await;
    chain.pass(3_600).await;
    assert_eq!(provider.of(wallet(PROVIDER)).await.unwrap().held, dollars("150"));
    provider.withdraw(wallet(2)).await.unwrap();
    assert_eq!(provider.balance(wallet(2)).await.unwrap(), dollars("1350.000001"), "but for what a dispute can take");
    let again = provider.withdraw(wallet(2)).await.unwrap_err();
    let expected = BondError::NothingToWithdraw { unbonding: 150_000_000, held: 150_000_000 };
    assert!(matches!(&again, Error::BondRefused(error) if *error == expected), "{again:?}");
    rule(&chain, dispute_id, 100_000).await;
    chain.pass(2 * DAY).await;
    provider.execute(dispute_id).await.unwrap();
    assert_eq!(provider.of(wallet(PROVIDER)).await.unwrap().unbonding, dollars("0"));
    // What is named is checked like any wallet that is paid.
    let typo = wallet(2).to_checksum(None).replace('C', "c");
    assert!(matches!(provider.claim(&typo).await.unwrap_err(), Error::InvalidAddress { .. }));
}

/// A trade of accounts 0 (payer) and 1 (payee), in dispute.
pub(crate) async fn disputed(chain: &Chain) -> (TradeId, barter_sdk::Preimage) {
    let (preimage, hash) = secret();
    let payer = chain.client(0).trade();
    let trade_id = payer.propose(wallet(1), hash, 9_000, "", "").await.unwrap().trade_id;
    chain.client(1).trade().accept(trade_id).await.unwrap();
    payer.dispute(trade_id).await.unwrap();
    (trade_id, preimage)
}

#[tokio::test]
async fn a_disputed_trade_is_dismissed_by_the_auditors_and_settles() {
    let chain = Chain::start_with(plan()).await;
    let (trade_id, preimage) = disputed(&chain).await;
    let anybody = chain.client(CONSUMER).bond();
    assert_eq!(anybody.trade_ruling(trade_id).await.unwrap().status, RulingStatus::None);
    let deadline = chain.now().await + 3_600;
    let mut rulings = Vec::new();
    for auditor in [4, 2] {
        let auditor = chain.client(auditor).bond();
        rulings.push(auditor.sign_trade_ruling(RulingKind::Ruling, trade_id, None, deadline).await.unwrap());
    }
    let one = anybody.rule_trade(&rulings[..1]).await.unwrap_err();
    assert!(matches!(one, Error::BondRefused(BondError::TooFewAuditors { given: 1, needed: 2 })), "{one:?}");
    // The same signature twice is one.
    let twice = [rulings[0].clone(), rulings[0].clone()];
    assert_eq!(anybody.rule_trade(&twice).await.unwrap_err().code(), "too_few_auditors");
    anybody.rule_trade(&rulings).await.unwrap();
    let ruling = anybody.trade_ruling(trade_id).await.unwrap();
    assert_eq!((ruling.status, ruling.at_fault), (RulingStatus::Ruled, None));
    assert_eq!(ruling.executable_at, Some(chain.now().await + 2 * DAY));
    assert_eq!(anybody.execute_trade(trade_id).await.unwrap_err().code(), "overturn_window_open");
    chain.pass(2 * DAY).await;
    anybody.execute_trade(trade_id).await.unwrap();
    assert_eq!(anybody.execute_trade(trade_id).await.unwrap_err().code(), "wrong_ruling_status");
    let payer = chain.client(0).trade();
    let trade = payer.get(trade_id).await.unwrap();
    assert_eq!((trade.status, trade.ruling), (TradeStatus::Accepted, Ruling::Dismissed));
    payer.settle(trade_id, preimage).await.unwrap();
    assert_eq!(payer.get(trade_id).await.unwrap().status, TradeStatus::Settled);
}

#[tokio::test]
async fn a_ruling_on_a_trade_is_replaced_and_ends_it() {
    let chain = Chain::start_with(plan()).await;
    let (trade_id, _) = disputed(&chain).await;
    let anybody = chain.client(PROVIDER).bond();
    let deadline = chain.now().await + 3_600;
    let sign = async |kind, auditors: &[usize], at_fault: Option<Address>| {
        let mut rulings = Vec::new();
        for auditor in auditors {
            let auditor = chain.client(*auditor).bond();
            rulings.push(auditor.sign_trade_ruling(kind, trade_id, at_fault, deadline).await.unwrap());
        }
        rulings
    };
    let stranger = chain.client(2).bond();
    let stranger = stranger.sign_trade_ruling(RulingKind::Ruling, trade_id, Some(wallet(3)), deadline).await;
    assert_eq!(stranger.unwrap_err().code(), "not_party_of_trade");
    anybody.rule_trade(&sign(RulingKind::Ruling, &[2, 3], Some(wallet(0))).await).await.unwrap();
    let overturning = sign(RulingKind::Overturn, &AUDITORS, Some(wallet(1))).await;
    anybody.overturn_trade(&overturning).await.unwrap();
    anybody.execute_trade(trade_id).await.unwrap();
    let trade = chain.client(0).trade().get(trade_id).await.unwrap();
    assert_eq!(trade.ruling, Ruling::AgainstPartyB);
    let names: Vec<_> = anybody.history().await.unwrap().iter().map(|event| event.kind.name()).collect();
    assert_eq!(names, ["trade_ruled", "trade_overturned", "trade_executed"]);
    // Nor may anybody sign for a trade that has ended.
    let late = chain.client(2).bond().sign_trade_ruling(RulingKind::Ruling, trade_id, None, deadline).await;
    assert_eq!(late.unwrap_err().code(), "not_in_dispute");
}

#[tokio::test]
async fn anchors_are_listed_as_they_grow() {
    let chain = Chain::start_with(plan()).await;
    let oracle = chain.client(3).bond();
    assert!(oracle.anchors(wallet(3)).await.unwrap().is_empty());
    oracle.anchor(B256::repeat_byte(1), 10).await.unwrap();
    let first = chain.now().await;
    oracle.anchor(B256::repeat_byte(2), 11).await.unwrap();
    let error = oracle.anchor(B256::repeat_byte(3), 11).await.unwrap_err();
    assert!(matches!(error, Error::BondRefused(BondError::AnchorNotGrowing { last: 11, .. })), "{error:?}");
    let anchors = oracle.anchors(wallet(3)).await.unwrap();
    let known: Vec<_> = anchors.iter().map(|anchor| (anchor.index, anchor.root, anchor.size)).collect();
    assert_eq!(known, [(0, B256::repeat_byte(1), 10), (1, B256::repeat_byte(2), 11)]);
    assert_eq!(anchors[0].anchored_at, first);
    assert_eq!(oracle.last_anchor(wallet(3)).await.unwrap().as_ref(), anchors.last());
    assert_eq!(oracle.last_anchor(wallet(4)).await.unwrap(), None);
}

#[tokio::test]
async fn what_is_fixed_is_told() {
    let chain = Chain::start_with(plan()).await;
    let client = chain.client(2);
    let (terms, quorum) = (client.bond().terms().await.unwrap().clone(), client.bond().quorum().await.unwrap());
    assert_eq!((terms.token.symbol.as_deref(), terms.token.decimals), (Some("TUSD"), 6));
    assert_eq!(Some(terms.token.address), chain.deployment.bond_token);
    assert_eq!((terms.minimum_bond, terms.minimum_deposit), (dollars("100"), dollars("10")));
    assert_eq!((terms.deposit_ppm, terms.max_slash_ppm), (10_000, 100_000));
    assert_eq!((terms.unbonding_delay, terms.ruling_period, terms.overturn_window), (28 * DAY, 14 * DAY, 2 * DAY));
    let mut auditors = AUDITORS.map(wallet).to_vec();
    auditors.sort();
    assert_eq!(quorum.auditors, auditors);
    assert_eq!((quorum.threshold, quorum.overturn_threshold, quorum.overturn_window), (2, 3, 2 * DAY));
    assert_eq!(Some(quorum.contract), chain.deployment.auditor_quorum);
    assert_eq!(serde_json::to_value(&terms).unwrap()["minimum_bond"], json!("100"), "money is exact decimal text");
    client.check().await.unwrap();
}

// -------------------------------------------------------------------------------- refusals

async fn block(client: &BarterClient) -> u64 {
    client.block_number().await.unwrap()
}

#[tokio::test]
async fn what_is_wrong_is_told_before_anything_is_sent() {
    let chain = staked("1000").await;
    let (client, consumer) = (chain.client(PROVIDER), chain.client(CONSUMER));
    let (bond, other) = (client.bond(), consumer.bond());
    let signed_complaint = complaint(&chain, 7).await;
    let before = block(&client).await;
    let ten = dollars("10");
    let refused = [
        (other.stake("", ten).await.err(), "hub_length"),
        (other.stake(&"h".repeat(201), ten).await.err(), "hub_length"),
        (other.stake("hub.example", ten).await.err(), "invalid_hub"),
        (other.stake("https://user@hub.example", ten).await.err(), "invalid_hub"),
        (other.stake("https://Hub.example", ten).await.err(), "hub_not_normal"),
        (other.stake("https://hub.example/", ten).await.err(), "hub_not_normal"),
        (bond.stake(HUB, ten).await.err(), "already_bonded"),
        (other.stake(HUB, dollars("10000.000001")).await.err(), "insufficient_tokens"),
        (other.stake(HUB, dollars("0")).await.err(), "zero_amount"),
        (other.stake(HUB, TokenAmount::from_units(1, 18)).await.err(), "invalid_token_amount"),
        (bond.top_up(wallet(3), ten).await.err(), "never_bonded"),
        (bond.unbond(dollars("1000.000001")).await.err(), "unbonding_out_of_range"),
        (bond.unbond(dollars("0")).await.err(), "zero_amount"),
        (bond.withdraw(wallet(0)).await.err(), "nothing_to_withdraw"),
        (bond.claim(wallet(0)).await.err(), "nothing_to_claim"),
        (bond.execute(B256::ZERO).await.err(), "dispute_not_found"),
        (bond.dispute(B256::ZERO).await.err(), "dispute_not_found"),
        (other.file(&signed_complaint, Some(dollars("9.99"))).await.err(), "deposit_too_small"),
        (other.mint_test_dollars(dollars("100000.000001")).await.err(), "too_many_test_dollars"),
        (other.mint_test_dollars(dollars("0")).await.err(), "zero_amount"),
        (bond.rule(&[]).await.err(), "no_signatures"),
    ];
    for (error, code) in refused {
        let error = error.unwrap_or_else(|| panic!("{code}"));
        assert_eq!((error.code(), error.transaction_hash()), (code, None), "{error}");
        assert!(error.next_step().ends_with('.'), "{error:?}");
    }
    assert_eq!(block(&client).await, before, "not even an approval was sent");
}

#[tokio::test]
async fn complaints_that_do_not_count_are_refused_before_anybody_pays() {
    let chain = staked("1000").await;
    let filer = chain.client(CONSUMER);
    let (bond, before) = (filer.bond(), block(&filer).await);
    let good = complaint(&chain, 7).await;
    let now = chain.now().await;
    let altered = [
        (SignedComplaint { evidence: B256::ZERO, ..good.clone() }, "invalid_complaint_signature"),
        (SignedComplaint { signature: vec![1; 10].into(), ..good.clone() }, "invalid_complaint_signature"),
        (SignedComplaint { consumer: wallet(3), ..good.clone() }, "invalid_complaint_signature"),
        (SignedComplaint { consumer: wallet(PROVIDER), ..good.clone() }, "self_dispute"),
        (SignedComplaint { deadline: now - 1, ..good.clone() }, "complaint_expired"),
        (SignedComplaint { chain_id: 1, ..good.clone() }, "signed_for_other_chain"),
        (SignedComplaint { contract: wallet(3), ..good.clone() }, "signed_for_other_contract"),
    ];
    for (complaint, code) in altered {
        let error = bond.file(&complaint, None).await.unwrap_err();
        assert_eq!((error.code(), error.transaction_hash()), (code, None), "{error}");
    }
    let unbonded = bond.sign_complaint(wallet(4), B256::ZERO, B256::ZERO, now + 1_000).await.unwrap();
    assert_eq!(bond.file(&unbonded, None).await.unwrap_err().code(), "no_bond");
    assert_eq!(block(&filer).await, before);
    bond.file(&good, None).await.unwrap();
    assert_eq!(bond.file(&good, None).await.unwrap_err().code(), "already_disputed");
}

#[tokio::test]
async fn signatures_that_do_not_make_a_ruling() {
    let chain = staked("1000").await;
    let (bond, id) = (chain.client(PROVIDER).bond(), filed(&chain, 1).await);
    let deadline = chain.now().await + 3_600;
    let auditor = chain.client(2).bond();
    let error = bond.sign_ruling(RulingKind::Ruling, id, 0, deadline).await.unwrap_err();
    assert!(matches!(error, Error::BondRefused(BondError::NotAuditor { signer }) if signer == wallet(PROVIDER)));
    let error = auditor.sign_ruling(RulingKind::Ruling, id, 100_001, deadline).await.unwrap_err();
    assert_eq!(error.code(), "slash_out_of_range");
    let error = auditor.sign_ruling(RulingKind::Ruling, B256::ZERO, 1, deadline).await.unwrap_err();
    assert_eq!(error.code(), "dispute_not_found");

    let good = signed(&chain, &AUDITORS[..2], RulingKind::Ruling, id, 10).await;
    let with = |change: &dyn Fn(&mut SignedRuling)| {
        let mut signed = good.clone();
        change(&mut signed[1]);
        signed
    };
    for (signed, code, names) in [
        (with(&|ruling| ruling.slash_ppm = 11), "signatures_differ", "11"),
        (with(&|ruling| ruling.deadline += 1), "signatures_differ", "deadline"),
        (with(&|ruling| ruling.dispute_id = B256::ZERO), "signatures_differ", "dispute"),
        (with(&|ruling| ruling.kind = RulingKind::Overturn), "signatures_differ", "overturn"),
        (with(&|ruling| ruling.chain_id = 5), "signed_for_other_chain", "5"),
        (with(&|ruling| ruling.contract = wallet(1)), "signed_for_other_contract", "contract"),
        (with(&|ruling| ruling.auditor = wallet(1)), "not_auditor", &wallet(1).to_string()),
        (with(&|ruling| ruling.auditor = wallet(4)), "invalid_auditor_signature", &wallet(4).to_string()),
    ] {
        let error = bond.rule(&signed).await.unwrap_err();
        assert_eq!((error.code(), error.transaction_hash()), (code, None), "{error}");
        assert!(error.to_string().contains(names), "{error}");
    }
    check_signatures(&bond, &good).await;
    bond.rule(&good).await.unwrap();
    let late = auditor.sign_ruling(RulingKind::Ruling, id, 10, deadline).await.unwrap_err();
    assert_eq!(late.code(), "wrong_dispute_status");
}

/// Signatures can be checked without sending anything.
async fn check_signatures(bond: &BondClient, good: &[SignedRuling]) {
    let mut pairs: Vec<_> = good.iter().map(|ruling| (ruling.auditor, ruling.signature.clone())).collect();
    pairs.sort();
    let check = async |kind, slash_ppm, pairs: &[_]| {
        bond.check_ruling_signatures(kind, good[0].dispute_id, slash_ppm, good[0].deadline, pairs).await
    };
    check(RulingKind::Ruling, 10, &pairs).await.unwrap();
    for (kind, slash_ppm, pairs, code) in [
        (RulingKind::Ruling, 11, pairs.clone(), "invalid_auditor_signature"),
        (RulingKind::Ruling, 10, pairs[..1].to_vec(), "too_few_auditors"),
        (RulingKind::Overturn, 10, pairs.clone(), "too_few_auditors"),
        (RulingKind::Ruling, 10, pairs.iter().rev().cloned().collect(), "signatures_not_ascending"),
        (RulingKind::Ruling, 10, vec![pairs[0].clone(), pairs[0].clone()], "signatures_not_ascending"),
    ] {
        assert_eq!(check(kind, slash_ppm, &pairs).await.unwrap_err().code(), code);
    }
}

#[tokio::test]
async fn without_a_key_or_a_bond_contract() {
    let chain = Chain::start_with(plan()).await;
    let reading = chain.builder(0).read_only().build().unwrap().bond();
    let (zero, ten) = (B256::ZERO, dollars("10"));
    let unsigned = [
        reading.stake(HUB, ten).await.err(),
        reading.top_up(wallet(1), ten).await.err(),
        reading.unbond(ten).await.err(),
        reading.withdraw(wallet(1)).await.err(),
        reading.claim(wallet(1)).await.err(),
        reading.anchor(zero, 1).await.err(),
        reading.mint_test_dollars(ten).await.err(),
        reading.sign_complaint(wallet(1), zero, zero, 0).await.err(),
        reading.sign_ruling(RulingKind::Ruling, zero, 0, 0).await.err(),
        reading.sign_trade_ruling(RulingKind::Ruling, zero, None, 0).await.err(),
        reading.rule(&[]).await.err(),
        reading.overturn(&[]).await.err(),
        reading.execute(zero).await.err(),
        reading.rule_trade(&[]).await.err(),
        reading.overturn_trade(&[]).await.err(),
        reading.execute_trade(zero).await.err(),
    ];
    for error in unsigned {
        assert_eq!(error.unwrap().code(), "no_signer");
    }

    let without = Deployment { barter_bond: None, auditor_quorum: None, bond_token: None, ..chain.deployment };
    let bare = chain.builder(0).deployment(without).build().unwrap().bond();
    for error in [
        bare.terms().await.err(),
        bare.of(wallet(0)).await.err(),
        bare.claim(wallet(0)).await.err(),
        bare.stake(HUB, ten).await.err(),
        bare.history().await.err(),
    ] {
        let error = error.unwrap();
        assert!(matches!(error, Error::NoBondContract { chain_id: 31_337 }), "{error:?}");
        assert!(error.next_step().contains("BarterBond"));
    }
    assert!(matches!(bare.quorum().await.unwrap_err(), Error::NoAuditors { chain_id: 31_337 }));

    let other = Deployment { bond_token: Some(wallet(3)), ..chain.deployment };
    let error = chain.builder(0).deployment(other).build().unwrap().bond().terms().await.unwrap_err();
    assert!(matches!(error, Error::DeploymentDiffers { what: "token", .. }), "{error:?}");
    assert!(error.to_string().contains(&wallet(3).to_string()));
}

#[tokio::test]
async fn an_allowance_left_over_is_taken_back_first() {
    let chain = start().await;
    let (client, token) = (chain.client(PROVIDER), chain.deployment.bond_token.unwrap());
    // approve(bond, 5), by the wallet itself.
    let spender = chain.deployment.barter_bond.unwrap().into_word().to_string();
    let data = format!("0x095ea7b3{}{:064x}", &spender[2..], 5);
    let sent = json!([{ "from": wallet(PROVIDER), "to": token, "data": data }]);
    chain.rpc("eth_sendTransaction", sent).await;
    chain.mine(1).await;
    let staked = client.bond().stake(HUB, dollars("100")).await.unwrap();
    assert_eq!(staked.approvals.len(), 2, "as USDT wants it");
    // Where enough is let, nothing is.
    let data = format!("0x095ea7b3{}{:064x}", &spender[2..], 100_000_000);
    chain.rpc("eth_sendTransaction", json!([{ "from": wallet(PROVIDER), "to": token, "data": data }])).await;
    chain.mine(1).await;
    let topped_up = client.bond().top_up(wallet(PROVIDER), dollars("100")).await.unwrap();
    assert!(topped_up.approvals.is_empty());
}

// -------------------------------------------------------------------------------- which block

async fn active(bond: &BondClient) -> TokenAmount {
    bond.of(wallet(PROVIDER)).await.unwrap().active
}

#[tokio::test]
async fn reads_as_of_a_block_and_says_when_it_is_gone() {
    let chain = staked("1000").await;
    let bond = chain.client(PROVIDER).bond();
    let then = bond.confirmed(0).await.unwrap();
    assert_eq!(then.head, then.confirmed);
    bond.top_up(wallet(PROVIDER), dollars("1")).await.unwrap();
    let snapshot = chain.rpc("evm_snapshot", json!([])).await;
    bond.top_up(wallet(PROVIDER), dollars("1")).await.unwrap();
    let dispute_id = filed(&chain, 1).await;
    chain.mine(3).await;

    let now = bond.confirmed(3).await.unwrap();
    assert_eq!(now.head.block_number, now.confirmed.block_number + 3);
    assert_eq!(bond.block(now.confirmed.block_number).await.unwrap(), Some(now.confirmed));
    assert_eq!(active(&bond).await, dollars("1002"));
    let (before, after) = (bond.at(then.confirmed), bond.at(now.confirmed));
    assert_eq!(active(&before).await, dollars("1000"));
    assert_eq!(active(&bond.at_number(then.confirmed.block_number)).await, dollars("1000"));
    assert_eq!(active(&after).await, dollars("1002"));
    assert_eq!(after.dispute(dispute_id).await.unwrap().status, DisputeStatus::Filed);
    assert!(matches!(before.dispute(dispute_id).await, Err(Error::DisputeNotFound { .. })));
    assert_eq!(after.quorum().await.unwrap().threshold, 2);
    assert_eq!((before.disputes(None).await.unwrap().len(), after.disputes(None).await.unwrap().len()), (0, 1));
    let of_two = after.of_all(&[wallet(3), wallet(PROVIDER)]).await.unwrap();
    assert_eq!((of_two[0].provider, of_two[0].active), (wallet(3), dollars("0")));
    assert_eq!((of_two[1].provider, of_two[1].active), (wallet(PROVIDER), dollars("1002")));
    // Nothing that is sent is touched by it.
    assert_eq!(before.top_up(wallet(3), dollars("1")).await.unwrap_err().code(), "never_bonded");

    chain.rpc("evm_revert", json!([snapshot])).await;
    chain.mine(20).await;
    for gone in [
        after.of(wallet(PROVIDER)).await.err(),
        after.dispute(dispute_id).await.err(),
        after.quorum().await.err(),
        after.history().await.err(),
    ] {
        let gone = gone.expect("a block that is gone is not read");
        assert!(matches!(gone, Error::ChainChanged { .. }) && gone.is_transient(), "{gone:?}");
    }
    assert_eq!(active(&before).await, dollars("1000"), "what is still there is read");
    assert_eq!(active(&bond).await, dollars("1001"));
}

#[test]
fn events_name_whom_they_concern() {
    let (provider, from) = (wallet(0), wallet(1));
    let bonded = BondEventKind::Bonded { provider, from, amount: dollars("1"), active: dollars("1") };
    assert!(bonded.concerns(provider) && bonded.concerns(from) && !bonded.concerns(wallet(2)));
    assert_eq!(serde_json::to_value(&bonded).unwrap()["event"], json!("bonded"));
}
