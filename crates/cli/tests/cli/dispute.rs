//! `barter dispute`: complaints, rulings, ends; about bonds and about trades.

use serde_json::{Value, json};

use crate::support::{
    Barter,
    bond::{BondMarket, DAY, EVIDENCE, HUB, OUTCOME},
    fields,
    trade::agree,
};

/// Any address.
const HOLDER: &str = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";

#[test]
fn a_dispute_from_complaint_to_claim() {
    let market = BondMarket::staked("2000");
    let complaint = market.complaint(OUTCOME);
    let value: Value = serde_json::from_str(&complaint).unwrap();
    assert_eq!(
        fields(&value),
        ["chain_id", "consumer", "contract", "deadline", "evidence", "outcome", "provider", "signature"]
    );
    // Anybody can file it: here the provider itself does.
    let filed = market.as_provider("dispute file complaint.json").file("complaint.json", &complaint).json();
    let id = filed["dispute_id"].as_str().unwrap().to_owned();
    assert_eq!((&filed["deposit"], &filed["status"]), (&json!("20.2"), &json!("filed")));
    assert_eq!(filed["consumer"], market.consumer.address.as_str());
    let dispute = || market.reading("dispute show").arg(&id).json();
    assert_eq!((&dispute()["status"], &dispute()["evidence"]), (&json!("filed"), &json!(EVIDENCE)));
    let told = market.reading("dispute show").arg(&id);
    let told = (told.json(), market.reading("dispute show").arg(&id).run().stdout);
    assert_eq!((&told.0["outcome"], &told.0["hub"]), (&json!(OUTCOME), &json!(HUB)));
    assert!(told.1.contains(OUTCOME) && told.1.contains(HUB), "{}", told.1);
    assert_eq!((&market.bond()["reserved"], &market.bond()["held"]), (&json!("200"), &json!("0")));
    // What is leaving is held from then on.
    market.as_provider("bond unbond 1900").json();
    assert_eq!((&market.bond()["reserved"], &market.bond()["held"]), (&json!("200"), &json!("200")));
    let text = market.reading("bond show").arg(&market.provider.address).run().stdout;
    assert!(text.contains("the most that open disputes can take") && text.contains("200 TUSD of that"), "{text}");

    let signed = market.signatures(2, &[&id, "--slash-percent", "5"]);
    assert_eq!(
        fields(&signed[0]),
        ["auditor", "chain_id", "contract", "deadline", "dispute_id", "kind", "signature", "slash_ppm"]
    );
    assert_eq!((&signed[1]["slash_ppm"], &signed[1]["deadline"]), (&json!(50_000), &signed[0]["deadline"]));
    let ruling = market.as_consumer("dispute rule b.json a.json");
    let ruling = ruling.file("a.json", signed[0].to_string()).file("b.json", signed[1].to_string()).json();
    assert_eq!((&ruling["dispute_id"], &ruling["status"]), (&json!(id), &json!("ruled")));
    let text = market.reading("dispute show").arg(&id).run().stdout;
    assert!(text.contains("5% of the bond at filing") && text.contains("takes effect"), "{text}");
    let early = market.as_consumer("dispute execute").arg(&id).failure();
    early.expect("overturn_window_open", 1, &["the ruling cannot be executed before 20", " UTC"]);
    market.pass(2 * DAY);
    let ended = market.as_consumer("dispute execute").arg(&id).json();
    assert_eq!(ended["status"], "upheld");
    let bond = market.bond();
    assert_eq!(
        (&dispute()["slashed"], &bond["active"], &bond["unbonding"]),
        (&json!("100"), &json!("100"), &json!("1800"))
    );

    market.as_consumer("bond claim").json();
    let consumer = market.reading("bond show").arg(&market.consumer.address).json();
    assert_eq!((&consumer["balance"], &consumer["claimable"]), (&json!("10100"), &json!("0")));
    assert_eq!(market.bond()["claimable"], "20.2", "the deposit is its filer's again");

    let listed = market.as_consumer("dispute list").json();
    assert_eq!(
        (&listed["disputes"][0]["dispute_id"], &listed["disputes"][0]["outcome"]),
        (&json!(id), &json!(OUTCOME))
    );
    let all = market.reading("dispute list --all").run().stdout;
    assert!(all.contains("upheld") && all.contains(&id) && all.contains("100 TUSD"), "{all}");
    assert_eq!(market.by(&market.auditors[0], "dispute list").json()["disputes"], json!([]));
}

#[test]
fn a_ruling_is_overturned_and_a_dispute_nobody_ruled_on_is_void() {
    let market = BondMarket::staked("1000");
    let id = market.filed();
    market.rule(&[&id, "--slash-percent", "10"]);
    let overturning = market.signatures(3, &[&id, "--dismiss", "--overturn"]);
    assert_eq!(overturning[2]["kind"], "overturn");
    let bring = |call: &str, signed: &[Value]| {
        market.as_provider(call).arg("-").input(Value::from(signed.to_vec()).to_string())
    };
    bring("dispute rule", &overturning).failure().expect("signatures_differ", 2, &["overturn", "ruling"]);
    bring("dispute overturn", &overturning[..2]).failure().expect("too_few_auditors", 1, &["2", "3"]);
    assert_eq!(bring("dispute overturn", &overturning).json()["status"], "overturned");
    assert_eq!(market.as_provider("dispute execute").arg(&id).json()["status"], "dismissed");
    assert_eq!(market.bond()["claimable"], "10.1", "the deposit is the provider's");

    let other = format!("0x{}", "3".repeat(64));
    let filed = market.as_consumer("dispute file --deposit 15 -").input(market.complaint(&other)).json();
    assert_eq!(filed["deposit"], "15");
    let id = filed["dispute_id"].as_str().unwrap();
    market.as_consumer("dispute execute").arg(id).failure().expect("ruling_period_open", 1, &[]);
    market.pass(14 * DAY + 1);
    assert_eq!(market.as_consumer("dispute execute").arg(id).json()["status"], "void");
    let late = market.by(&market.auditors[0], "dispute sign-ruling --dismiss").arg(id).failure();
    late.expect("wrong_dispute_status", 1, &["void", "filed"]);
}

#[test]
fn the_auditors_end_a_disputed_trade() {
    let market = BondMarket::start();
    let (preimage, trade_id) = agree(&market.devnet, &market.provider, &market.consumer, 50_000);
    let show = || market.reading("dispute show --trade").arg(&trade_id).json();
    assert_eq!((&show()["status"], &show()["at_fault"]), (&json!("none"), &json!(null)));
    market.as_provider("trade dispute").arg(&trade_id).json();

    let by_stranger = market.as_consumer("dispute sign-ruling --dismiss --trade").arg(&trade_id).failure();
    by_stranger.expect("not_auditor", 1, &[&market.consumer.address]);
    let auditor = &market.auditors[0];
    let against = market.by(auditor, "dispute sign-ruling --trade").args([&trade_id, "--at-fault", &auditor.address]);
    against.failure().expect("not_party_of_trade", 1, &[&auditor.address]);

    let ruled = market.rule(&["--dismiss", "--trade", &trade_id]);
    assert_eq!((&ruled["trade_id"], &ruled["status"]), (&json!(trade_id), &json!("ruled")));
    assert_eq!(show()["executable_at"], market.now() + 2 * DAY);
    let execute = || market.as_consumer("dispute execute --trade").arg(&trade_id);
    execute().failure().expect("overturn_window_open", 1, &[]);
    market.pass(2 * DAY);
    assert_eq!(execute().json()["status"], "executed");
    execute().failure().expect("wrong_ruling_status", 1, &["executed"]);
    let settling = market.as_provider("trade settle --preimage-file -").arg(&trade_id).input(preimage.to_string());
    assert_eq!(settling.json()["status"], "settled");

    // Another one, with the party at fault replaced.
    let (_, trade_id) = agree(&market.devnet, &market.provider, &market.consumer, 60_000);
    market.as_provider("trade dispute").arg(&trade_id).json();
    market.rule(&["--trade", &trade_id, "--at-fault", &market.provider.address]);
    let at_fault = ["--overturn", "--trade", &trade_id, "--at-fault", &market.consumer.address];
    let overturning = Value::from(market.signatures(3, &at_fault)).to_string();
    market.as_provider("dispute overturn -").input(overturning).json();
    market.as_provider("dispute execute --trade").arg(&trade_id).json();
    let trade = market.reading("trade get").arg(&trade_id).json();
    assert_eq!((&trade["status"], &trade["ruling"]), (&json!("disputed"), &json!("against_party_b")));
    let text = market.reading("trade get").arg(&trade_id).run().stdout;
    assert!(text.contains(&format!("ended against {}", market.consumer.address)), "{text}");
    let text = market.reading("dispute show --trade").arg(&trade_id).run().stdout;
    assert!(text.contains("executed") && text.contains(&market.consumer.address), "{text}");
}

#[test]
fn complaints_that_do_not_count() {
    let market = BondMarket::staked("1000");
    let complaint = market.complaint(OUTCOME);
    let file = |text: &str| market.as_consumer("dispute file -").input(text).failure();
    file(&complaint.replace(OUTCOME, EVIDENCE)).expect("invalid_complaint_signature", 1, &[&market.consumer.address]);
    file(&complaint.replace("\"chain_id\": 31337", "\"chain_id\": 1")).expect("signed_for_other_chain", 5, &["31337"]);
    let contract = market.devnet.announced["contracts"]["BarterBond"].as_str().unwrap();
    let core = market.devnet.announced["contracts"]["BarterCore"].as_str().unwrap();
    file(&complaint.replace(contract, core)).expect("signed_for_other_contract", 5, &[contract, core]);
    file("{}").expect("malformed_input", 2, &["complaint", "missing field"]);
    file("no json").expect("malformed_input", 2, &[]);
    let small = market.as_consumer("dispute file --deposit 9.99 -").input(complaint.clone()).failure();
    small.expect("deposit_too_small", 1, &["9.99 TUSD", "10 TUSD"]);
    let by_poor = market.by(&market.auditors[2], "dispute file -").input(complaint.clone()).failure();
    by_poor.expect("insufficient_tokens", 5, &["10.1"]);
    market.as_consumer("dispute file -").input(complaint.clone()).json();
    file(&complaint).expect("already_disputed", 1, &[]);
    let auditor = market.auditors[0].address.as_str();
    let of_another =
        market.as_consumer("dispute sign --provider").args([&market.provider.address, "--consumer", auditor]);
    let of_another = of_another.args(["--outcome", OUTCOME, "--evidence", EVIDENCE]).failure();
    of_another.expect("not_signer", 5, &[&market.consumer.address, auditor]);
    let own = market.as_provider("dispute sign --provider").arg(&market.provider.address);
    let own = own.args(["--outcome", OUTCOME, "--evidence", EVIDENCE]).failure();
    own.expect("self_dispute", 1, &[&market.provider.address]);
}

#[test]
fn rulings_that_do_not_count() {
    let market = BondMarket::staked("1000");
    let id = market.filed();
    let signed = market.signatures(2, &[&id, "--slash-percent", "5"]);
    let rule =
        |signed: Vec<Value>| market.as_provider("dispute rule -").input(Value::from(signed).to_string()).failure();
    rule(vec![]).expect("no_signatures", 2, &[]);
    rule(vec![signed[0].clone()]).expect("too_few_auditors", 1, &["1", "2"]);
    rule(vec![signed[0].clone(), signed[0].clone()]).expect("too_few_auditors", 1, &["1", "2"]);
    let mut altered = signed.clone();
    altered[1]["slash_ppm"] = json!(60_000);
    rule(altered.clone()).expect("signatures_differ", 2, &["60000", "50000"]);
    altered[0]["slash_ppm"] = json!(60_000);
    rule(altered).expect("invalid_auditor_signature", 1, &[]);
    rule(vec![json!({ "kind": "ruling" })]).expect("malformed_input", 2, &["standard input", "not of its form"]);
    let mut of_trade = signed[0].clone();
    of_trade["trade_id"] = of_trade["dispute_id"].clone();
    of_trade["core"] = of_trade["contract"].clone();
    rule(vec![signed[0].clone(), of_trade]).expect("malformed_input", 2, &["trade"]);

    let sign = |line: &str| market.by(&market.auditors[0], &format!("dispute sign-ruling {line}")).failure();
    sign(&format!("{id} --slash-percent 10.0001")).expect("slash_out_of_range", 1, &["100001", "100000"]);
    sign(&format!("{id} --slash-percent 101")).expect("usage", 2, &["101"]);
    sign(&id).expect("usage", 2, &["--slash-percent", "--dismiss"]);
    sign("--dismiss").expect("usage", 2, &["--trade", "--like"]);
    sign(&format!("--trade {id}")).expect("usage", 2, &["--at-fault"]);
    sign(&format!("--trade {id} --dismiss")).expect("trade_not_found", 4, &[&id]);
    sign(&format!("{EVIDENCE} --dismiss")).expect("dispute_not_found", 4, &[EVIDENCE]);
    Barter::words("dispute show").arg(EVIDENCE).on(&market.devnet).failure().expect(
        "dispute_not_found",
        4,
        &[EVIDENCE],
    );
    market.as_provider("dispute execute").arg(EVIDENCE).failure().expect("dispute_not_found", 4, &[EVIDENCE]);
    market.as_provider("dispute execute").failure().expect("usage", 2, &["TRADE ID"]);
}

#[test]
fn what_is_to_be_signed_is_said_before_the_key_is_used() {
    let market = BondMarket::staked("1000");
    let id = market.filed();
    let first = market.signatures(1, &[&id, "--slash-percent", "5"])[0].to_string();
    let like = |call: Barter| call.file("one.json", &first).run();
    let words = "dispute sign-ruling --like one.json";
    let announced = format!("dispute {id}: ");
    let by_nobody = like(market.reading(words));
    let by_stranger = like(market.as_consumer(words));
    let of_its_own = market.as_consumer("dispute sign-ruling --slash-percent 5").arg(&id).run();
    for (outcome, code, refusal) in [(by_nobody, 5, "sign"), (by_stranger, 1, "auditor"), (of_its_own, 1, "auditor")] {
        assert_eq!((outcome.code, outcome.stdout.as_str()), (code, ""), "{outcome:?}");
        let (said, error) = outcome.stderr.split_once("error:").unwrap_or_else(|| panic!("{outcome:?}"));
        assert!(said.contains("About to sign") && said.contains(&announced) && said.contains("5%"), "{outcome:?}");
        assert!(error.contains(refusal), "{outcome:?}");
    }
    let signed = like(market.by(&market.auditors[1], words));
    assert_eq!((signed.code, signed.stderr.matches(&announced).count()), (0, 1), "{signed:?}");
}

#[test]
fn signatures_count_from_the_chains_time() {
    let market = BondMarket::staked("1000");
    let id = market.filed();
    let before = market.now();
    let skipped = market.reading("devnet skip 10d").json();
    assert_eq!((&skipped["seconds"], &skipped["block_timestamp"]), (&json!(10 * DAY), &json!(market.now())));
    assert!(market.now() >= before + 10 * DAY);
    let sign = |auditor: usize, line: &str| market.by(&market.auditors[auditor], line).arg(&id);
    let first = sign(0, "dispute sign-ruling --dismiss").json();
    assert_eq!(first["deadline"], market.now() + DAY);
    let second =
        market.by(&market.auditors[1], "dispute sign-ruling --like one.json").file("one.json", first.to_string());
    let signed = json!([first, second.json()]).to_string();
    assert_eq!(market.as_provider("dispute rule -").input(signed).json()["status"], "ruled");
    let complaint = market.as_consumer("dispute sign --provider").arg(&market.provider.address);
    let complaint = complaint.args(["--outcome", EVIDENCE, "--evidence", EVIDENCE]).json();
    assert_eq!(complaint["deadline"], market.now() + DAY);
    let settling = market.as_consumer("trade sign-open --payment-hash").arg("ab".repeat(32));
    let settling =
        settling.args(["--unchecked", "--amount-sats", "50000", "--proposer", &market.provider.address]).json();
    assert_eq!(settling["deadline"], market.now() + 3_600);
}

#[test]
fn only_a_chain_of_this_machine_skips_time() {
    let elsewhere = Barter::words("devnet skip 1d --network sepolia --rpc-url http://127.0.0.1:1 --deployment d.json");
    let deployment = json!({ "BarterCore": HOLDER, "BTRTrust": HOLDER, "BTRCredit": HOLDER }).to_string();
    elsewhere.file("d.json", deployment).failure().expect("not_local", 5, &["chain 11155111"]);
    Barter::words("devnet skip 1w").failure().expect("usage", 2, &["90m", "28d"]);
    Barter::words("devnet --port 0 skip 1d").failure().expect("usage", 2, &[]);
}
