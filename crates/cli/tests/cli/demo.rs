//! `barter demo`: the first thing a newcomer runs.

use std::{
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use crate::support::{BARTER, Barter, anvil, devnet::processes_below, fields, trade::new_preimage};

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
    assert_eq!(demo["payment"]["made_in_process"], true);
    assert_eq!(demo["payment"]["payment_hash"], demo["invoice"]["payment_hash"]);
    let preimage: barter_protocol::Preimage = demo["payment"]["preimage"].as_str().unwrap().parse().unwrap();
    assert_eq!(preimage.payment_hash().to_string(), demo["trade"]["payment_hash"]);

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
    let acts = ["invoice", "propose", "accept", "refused", "NotPayer", "pay", "settle", "0 → 6", "0 → 50 BTR-C"];
    let mut rest = told.stdout.as_str();
    for act in acts {
        let (_, after) = rest.split_once(act).unwrap_or_else(|| panic!("{act} does not follow: {told:?}"));
        rest = after;
    }
    assert!(told.stdout.contains("made in this process"), "{told:?}");
    assert!(!told.stdout.contains('\u{1b}'), "colours into a pipe: {told:?}");
    let longest = told.stdout.lines().map(|line| line.chars().count()).max().unwrap();
    assert!(longest <= 80, "a line of {longest} characters: {told:?}");
    assert!(told.stdout.lines().count() <= 40, "more than a screen: {told:?}");
}

#[test]
fn takes_somebody_elses_invoice() {
    let first = Barter::words("demo --amount-sats 123000").args(["--description", "A rug, «hand made»"]).json();
    let (invoice, preimage) =
        (first["invoice"]["bolt11"].as_str().unwrap(), first["payment"]["preimage"].as_str().unwrap());
    let demo = Barter::new(["demo", "--invoice", invoice, "--preimage-file", "-"]).input(preimage).json();
    assert_eq!(demo["trade"]["amount_sats"], 123_000);
    assert_eq!(demo["trade"]["description"], "A rug, «hand made»");
    assert_eq!(demo["invoice"], first["invoice"]);

    let wrong = new_preimage().to_string();
    let refused = Barter::new(["demo", "--invoice", invoice, "--preimage-file", "p"]).file("p", &wrong).hiding(&wrong);
    refused.failure().expect("preimage_mismatch", 1, &[demo["trade"]["payment_hash"].as_str().unwrap()]);
    // A preimage that would buy something is never an argument.
    let refused = Barter::new(["demo", "--invoice", invoice, "--preimage", preimage]).failure();
    refused.expect("usage", 2, &["--preimage"]);
    assert!(!refused.message.contains(&preimage[2..]), "{refused:?}");
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
    demo("demo --invoice lnbc1nonsense --preimage-file -").expect("invalid_invoice", 2, &["lnbc1nonsense"]);
    demo("demo --invoice lnbc1nonsense").expect("usage", 2, &["--preimage-file"]);
    demo("demo --network sepolia").expect("usage", 2, &["--network", "demo"]);
    // BOLT 11's own example, made in 2017.
    let old = "demo --preimage-file - --invoice lnbc25m1pvjluezpp5qqqsyqcyq5rqwzqfqqqsyqcyq5rqwzqfqqqsyqcyq5rqwzqfqypqdq5vdhkven9v5sxyetpdeessp5zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zygs9q5sqqqqqqqqqqqqqqqqsgq2a25dxl5hrntdtn6zvydt7d66hyzsyhqs4wdynavys42xgl6sgx9c4g7me86a27t07mdtfry458rtjr0v92cnmswpsjscgt2vcse3sgpz3uapa";
    demo(old).expect("invoice_expired", 2, &["1496318258"]);
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
