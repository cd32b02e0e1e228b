//! `barter demo`: the first thing a newcomer runs.

use std::{
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use crate::support::{BARTER, Barter, anvil, devnet::processes_below, fields};

#[test]
fn shows_a_whole_trade_as_data() {
    let demo = Barter::words("demo").json();
    assert_eq!(
        fields(&demo),
        [
            "chain_id",
            "contracts",
            "gained",
            "invoice",
            "payee",
            "payer",
            "payment",
            "profiles",
            "refusal",
            "steps",
            "trade"
        ]
    );
    assert_eq!(demo["invoice"]["amount_sats"], 50_000);
    assert!(demo["invoice"]["bolt11"].as_str().unwrap().starts_with("lnbcrt500u1"));
    assert_eq!(demo["invoice"]["network"], "regtest");

    let payment = &demo["payment"];
    assert_eq!(fields(payment), ["fee_msats", "payee", "payer", "payment_hash", "preimage"]);
    assert_eq!(payment["payment_hash"], demo["invoice"]["payment_hash"]);
    let preimage: barter_protocol::Preimage = payment["preimage"].as_str().unwrap().parse().unwrap();
    assert_eq!(preimage.payment_hash().to_string(), demo["trade"]["payment_hash"]);
    // Money moved from one node to the other.
    let moved = |side: &str| {
        let sats = &payment[side]["spendable_sats"];
        sats["after"].as_i64().unwrap() - sats["before"].as_i64().unwrap()
    };
    assert_eq!((moved("payer"), moved("payee"), &payment["fee_msats"]), (-50_000, 50_000, &0.into()));
    assert_eq!(payment["payee"]["node"], demo["invoice"]["payee_node"]);
    assert_ne!(payment["payee"]["node"], payment["payer"]["node"]);

    assert_eq!(demo["refusal"]["error"]["code"], "not_payer");
    assert_eq!(demo["refusal"]["caller"], demo["payee"]);
    let steps: Vec<&str> =
        demo["steps"].as_array().unwrap().iter().map(|step| step["step"].as_str().unwrap()).collect();
    assert_eq!(steps, ["proposed", "accepted", "settled"]);

    assert_eq!(demo["trade"]["status"], "settled");
    for side in ["payer", "payee"] {
        let (before, after) = (&demo["profiles"][side]["before"], &demo["profiles"][side]["after"]);
        assert_eq!((&before["score"], &after["score"]), (&0.into(), &6.into()));
        assert_eq!((&before["credit_balance"], &after["credit_balance"]), (&"0".into(), &"50".into()));
        assert_eq!(after["address"], demo[side]);
    }
}

#[test]
fn tells_the_story_to_people() {
    let told = Barter::words("demo").run();
    assert_eq!((told.code, told.stderr.as_str()), (0, ""), "{told:?}");
    let acts = [
        "invoice",
        "propose",
        "accept",
        "refused",
        "NotPayer",
        "pay",
        "settle",
        "0 → 6",
        "0 → 50 BTR-C",
        "→ 4,850,000",
    ];
    let mut rest = told.stdout.as_str();
    for act in acts {
        let (_, after) = rest.split_once(act).unwrap_or_else(|| panic!("{act} does not follow: {told:?}"));
        rest = after;
    }
    assert!(told.stdout.contains("two LDK nodes in this process"), "{told:?}");
    assert!(told.stdout.contains("50,000 sats through the channel"), "{told:?}");
    assert!(!told.stdout.contains('\u{1b}'), "colours into a pipe: {told:?}");
    let longest = told.stdout.lines().map(|line| line.chars().count()).max().unwrap();
    assert!(longest <= 80, "a line of {longest} characters: {told:?}");
    assert!(told.stdout.lines().count() <= 40, "more than a screen: {told:?}");
}

#[test]
fn trades_for_what_it_is_told() {
    let demo = Barter::words("demo --amount-sats 4000000").args(["--description", "A rug, «hand made»"]).json();
    assert_eq!(demo["trade"]["amount_sats"], 4_000_000);
    assert_eq!(demo["trade"]["description"], "A rug, «hand made»");
    assert_eq!(demo["invoice"]["description"], "A rug, «hand made»");
}

#[test]
fn a_description_longer_than_a_trade_may_have_is_cut_between_characters() {
    let long = "é".repeat(150);
    let demo = Barter::words("demo").args(["--description", &long]).json();
    assert_eq!(demo["trade"]["description"], "é".repeat(100));
    assert_eq!(demo["invoice"]["description"], long);
}

#[test]
fn refuses_wrong_input_before_it_starts_a_chain() {
    // Without a chain to start, any other order would complain of anvil.
    let demo = |line: &str| Barter::words(line).env("ANVIL", "/no/such/anvil").failure();
    demo("demo --amount-sats 500").expect("insufficient_amount", 1, &["500", "1000"]);
    demo("demo --amount-sats 2100000000000001").expect("amount_out_of_range", 1, &["2100000000000001"]);
    demo("demo --amount-sats 4000001").expect("usage", 2, &["4000001", "4000000"]);
    demo("demo --network sepolia").expect("usage", 2, &["--network", "demo"]);
    let long = Barter::words("demo --description").arg("x".repeat(640)).env("ANVIL", "/no/such/anvil").failure();
    long.expect("invoice_not_made", 2, &["640 bytes"]);
    demo("demo").expect("anvil_not_found", 5, &["/no/such/anvil"]);
}

#[test]
fn an_interruption_leaves_nothing_behind() {
    let mut child = Command::new(BARTER)
        .args(["demo", "--json"])
        .env("ANVIL", anvil())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let deadline = Instant::now() + Duration::from_secs(20);
    let started = loop {
        let started = processes_below(child.id());
        if started.len() >= 2 || Instant::now() > deadline {
            break started;
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    assert!(started.len() >= 2, "keeper and anvil were not seen");
    crate::support::devnet::signal(child.id(), rustix::process::Signal::INT);
    let code = child.wait().unwrap().code();
    // It may have been over before the signal came.
    assert!(matches!(code, Some(130 | 0)), "{code:?}");
    crate::support::devnet::assert_gone(&started);
}
