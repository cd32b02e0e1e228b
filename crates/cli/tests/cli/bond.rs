//! `barter bond`: money behind a provider, in and out.

use serde_json::json;

use crate::support::{
    Barter, Devnet,
    bond::{BondMarket, DAY, HUB},
    fields,
};

#[test]
fn a_bond_from_stake_to_withdrawal() {
    let market = BondMarket::start();
    let empty = market.bond();
    assert_eq!((&empty["active"], &empty["listed"], &empty["hub_hash"]), (&json!("0"), &json!(false), &json!(null)));
    assert_eq!(empty["balance"], "10000");

    let staked = market.as_provider("bond stake 2000.5 --hub").arg(HUB).json();
    assert_eq!(
        fields(&staked),
        [
            "active",
            "address",
            "amount",
            "amount_units",
            "approvals",
            "block_hash",
            "block_number",
            "fee_wei",
            "gas_price_wei",
            "gas_used",
            "hub",
            "transaction_hash"
        ]
    );
    assert_eq!((&staked["amount"], &staked["amount_units"]), (&json!("2000.5"), &json!("2000500000")));
    assert_eq!((&staked["hub"], staked["approvals"].as_array().unwrap().len()), (&json!(HUB), 1));

    let topped_up = market.as_consumer("bond top-up 100 --provider").arg(&market.provider.address).json();
    assert_eq!(topped_up["address"], market.provider.address.as_str());
    assert_eq!((&staked["active"], &topped_up["active"]), (&json!("2000.5"), &json!("2100.5")));
    let bond = market.bond();
    assert_eq!((&bond["active"], &bond["ever_bonded"]), (&json!("2100.5"), &json!("2100.5")));
    assert_eq!((&bond["listed"], &bond["required_deposit"]), (&json!(true), &json!("21.005")));
    assert_eq!(bond["token"]["symbol"], "TUSD");

    let unbonded = market.as_provider("bond unbond 2100").json();
    assert_eq!(unbonded["release_at"], market.now() + 28 * DAY);
    assert_eq!(market.bond()["hub"], HUB);
    let text = market.reading("bond show").arg(&market.provider.address).run().stdout;
    assert!(text.contains(HUB), "{text}");
    assert!(text.contains("below the minimum") && text.contains("2100 TUSD, to be withdrawn from"), "{text}");
    let early = market.as_provider("bond withdraw").failure();
    early.expect("still_unbonding", 1, &[" UTC, and on the chain it is 20"]);
    assert!(!early.message.contains(&unbonded["release_at"].to_string()), "a date: {early:?}");
    let too_much = market.as_provider("bond unbond 99999").failure();
    too_much.expect("unbonding_out_of_range", 1, &["99999 TUSD", "at most 0.5 TUSD"]);
    market.pass(28 * DAY);
    let paid = market.as_provider("bond withdraw --to").arg(&market.consumer.address).json();
    assert_eq!(paid["to"], market.consumer.address.as_str());
    let consumer = market.reading("bond show").arg(&market.consumer.address).json();
    assert_eq!(consumer["balance"], "12000");
    market.as_provider("bond withdraw").failure().expect("nothing_to_withdraw", 1, &["nothing is leaving"]);
    market.as_provider("bond claim").failure().expect("nothing_to_claim", 1, &[&market.provider.address]);

    let told = market.reading("bond history").json();
    let events: Vec<_> = told["events"].as_array().unwrap().iter().map(|event| event["event"].clone()).collect();
    assert_eq!(events, ["hub_declared", "bonded", "bonded", "unbonding", "withdrawn"]);
    assert_eq!(told["events"][0]["hub"], HUB);
    let of_consumer = market.reading("bond history").arg(&market.consumer.address).json();
    assert_eq!(of_consumer["events"].as_array().unwrap().len(), 2, "the top-up and the withdrawal");
    let text = market.reading("bond history").run().stdout;
    assert!(text.contains(HUB) && text.lines().count() == 5, "{text}");
}

#[test]
fn what_is_fixed_and_who_the_auditors_are() {
    let devnet = Devnet::shared();
    let fixed = Barter::words("bond parameters").on(devnet).json();
    assert_eq!((&fixed["minimum_bond"], &fixed["minimum_deposit"]), (&json!("100"), &json!("10")));
    assert_eq!((&fixed["deposit_ppm"], &fixed["max_slash_ppm"]), (&json!(10_000), &json!(100_000)));
    assert_eq!(fixed["contract"], devnet.announced["contracts"]["BarterBond"]);
    let quorum = &fixed["auditors"];
    assert_eq!((&quorum["threshold"], &quorum["overturn_threshold"]), (&json!(2), &json!(3)));
    let account = |index: usize| devnet.announced["accounts"][index]["address"].as_str().unwrap().to_owned();
    let mut accounts: Vec<String> = (5..10).map(account).collect();
    accounts.sort_by_key(|address| address.to_lowercase());
    assert_eq!(quorum["auditors"], json!(accounts));
    let text = Barter::words("bond parameters").on(devnet).run().stdout;
    for told in ["100 TUSD", "28 days", "14 days", "2 of 5 rule, 3 overturn", "10% of the bond", &accounts[0]] {
        assert!(text.contains(told), "no {told}: {text}");
    }
}

#[test]
fn anchors_grow() {
    let devnet = Devnet::shared();
    let oracle = devnet.wallet();
    let root = |digit: char| format!("0x{}", digit.to_string().repeat(64));
    let anchor = |digit, size: &str| Barter::new(["bond", "anchor", &root(digit), size]).on(devnet).signed_by(&oracle);
    let anchored = anchor('a', "10").json();
    assert_eq!((&anchored["size"], &anchored["root"]), (&json!(10), &json!(root('a'))));
    anchor('b', "11").json();
    anchor('c', "11").failure().expect("anchor_not_growing", 1, &["11"]);
    let listed = Barter::words("bond anchors").on(devnet).signed_by(&oracle).json();
    assert_eq!(listed["anchors"][1]["root"], root('b').as_str());
    assert_eq!((&listed["anchors"][1]["index"], &listed["anchors"][1]["size"]), (&json!(1), &json!("11")));
    let text = Barter::words("bond anchors").arg(&oracle.address).on(devnet).run().stdout;
    assert!(text.contains(&root('a')) && text.lines().count() == 4, "{text}");
}

#[test]
fn amounts_and_wallets_that_are_none() {
    let devnet = Devnet::shared();
    let wallet = devnet.wallet();
    let call = |line: &str| Barter::words(line).on(devnet).signed_by(&wallet);
    for amount in ["-5", "five", "1.0000001", "1e3", "1,000"] {
        call("bond faucet").arg(amount).failure().expect("invalid_token_amount", 2, &[amount, "6 decimals"]);
        call("bond stake --hub https://x").arg(amount).failure().expect("invalid_token_amount", 2, &[amount]);
    }
    call("bond faucet 100000.000001").failure().expect(
        "too_many_test_dollars",
        1,
        &["100000.000001", "at most 100000"],
    );
    for line in ["bond faucet 0", "bond stake 0 --hub https://x", "bond unbond 0"] {
        call(line).failure().expect("zero_amount", 2, &["0"]);
    }
    let digits = "9".repeat(44);
    call("bond faucet").arg(&digits).failure().expect(
        "token_amount_too_large",
        2,
        &[&digits, "340282366920938463463374607431768"],
    );
    call("bond stake --hub https://x 1").failure().expect("insufficient_tokens", 5, &[&wallet.address, "1"]);
    call("bond stake --hub").args(["", "1"]).failure().expect("hub_length", 1, &["200"]);
    call("bond stake 1 --hub p.example").failure().expect("invalid_hub", 2, &["'p.example'", "https://"]);
    let secret = call("bond stake 1 --hub https://me:Passw0rd@hub.example?key=Passw0rd").hiding("Passw0rd").failure();
    secret.expect("invalid_hub", 2, &["hub.example"]);
    let written = call("bond stake 1 --hub HTTPS://Hub.example/").failure();
    written.expect("hub_not_normal", 2, &["HTTPS://Hub.example/", "'https://hub.example'"]);
    call("bond unbond 1").failure().expect("unbonding_out_of_range", 1, &["nothing is bonded"]);
    call("bond top-up 1").failure().expect("never_bonded", 1, &[&wallet.address]);
    let mistyped = call("bond show 0x70997970c51812dc3a010c7d01b50e0d17dc79C9").run();
    assert_eq!(mistyped.code, 0, "{mistyped:?}");
    assert!(mistyped.stderr.contains("checksum") && mistyped.stdout.contains("never staked"), "{mistyped:?}");
    call("bond show 0x12").failure().expect("invalid_address", 2, &["0x12"]);
    call("bond withdraw --to 0x12").failure().expect("invalid_address", 2, &["0x12"]);
    call("bond anchor 0x12 1").failure().expect("usage", 2, &["64 hexadecimal digits"]);
    Barter::words("bond faucet").on(devnet).failure().expect("no_signer", 5, &[]);
    // A key where an amount is wanted is not repeated.
    let key = format!("0x{}", "ac".repeat(32));
    call("bond faucet").arg(&key).hiding(&key).failure().expect("invalid_token_amount", 2, &[]);
}

#[test]
fn a_deployment_without_a_bond_says_what_to_do() {
    let devnet = Devnet::shared();
    let contracts = &devnet.announced["contracts"];
    let bare = json!({
        "BarterCore": contracts["BarterCore"], "BTRTrust": contracts["BTRTrust"], "BTRCredit": contracts["BTRCredit"],
    });
    let call = |line: &str| {
        let call = Barter::words(line).on(devnet).signed_by(&devnet.wallet());
        call.env("BARTER_DEPLOYMENT", "bare.json").file("bare.json", bare.to_string())
    };
    for line in ["bond show", "bond parameters", "bond faucet", "bond history", "bond claim", "dispute list --all"] {
        let failure = call(line).failure();
        failure.expect("no_bond_contract", 5, &["31337", "BarterBond"]);
        assert!(failure.next_step.contains("BARTER_DEPLOYMENT"), "{failure:?}");
    }
    let id = format!("0x{}", "1".repeat(64));
    call("dispute execute --trade").arg(&id).failure().expect("no_auditors", 5, &["31337"]);
    // Another network's node is told before anything else.
    let elsewhere = Barter::words("bond parameters --network 5").on(devnet).failure();
    elsewhere.expect("wrong_chain", 5, &["31337", "5"]);
}
