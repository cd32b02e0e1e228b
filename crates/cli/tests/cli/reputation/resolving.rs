//! `barter reputation resolve`: from a dispute to what other hubs are told of it.

use serde_json::{Value, json};

use super::{followed::Followed, raw};
use crate::support::{
    Barter,
    bond::DAY,
    reputation::{HUB, TOKEN},
};

#[test]
fn what_was_slashed_on_the_chain_is_attested_to_other_hubs() {
    let Followed { market, service, folder } = Followed::start();
    service.record("consumer_1", 1);
    let signing = format!(
        "reputation sign dispute --provider {HUB} --consumer consumer_1 --invocation inv_0 --slash 0.1 --id dispute-1 \
         --key consumer_1.key --reason late"
    );
    let sign = |more: &str| Barter::words(&format!("{signing} {more}")).within(folder.path()).on(&market.devnet);
    sign("--form published --wallet").arg(&market.consumer.address).failure().expect(
        "malformed_input",
        2,
        &["--wallet", "published"],
    );
    let dispute = sign("--wallet").arg(&market.consumer.address).json();
    assert_eq!(dispute["wallet"], market.consumer.address.as_str());
    assert_eq!(dispute, sign("--at").arg(dispute["timestamp"].as_str().unwrap()).signed_by(&market.consumer).json());
    // A wallet that does not count is nobody's to complain about.
    service.operate("reputation register provider").args([HUB, &market.consumer.address]).json();
    service.score_with(|score| score["wallets"][0]["counted"] == true && !score["wallets"][1]["bond"].is_null());
    let submitted = service.ask("reputation submit -").input(dispute.to_string()).json();
    let told = &submitted["disputes"][0];
    let known = raw::get(&service.url, "disputes/dispute-1").1;
    for (told, known) in
        [(&told["outcome_leaf"], &known["outcome_leaf"]), (&told["evidence_digest"], &known["evidence_digest"])]
    {
        assert_eq!(told, known, "{submitted}");
    }
    assert_eq!(told["wallet"], market.consumer.address.as_str());
    let listed = service.ask("reputation outcomes").arg(HUB).json();
    assert_eq!(listed["outcomes"][0]["leaf"], known["outcome_leaf"], "{listed}");
    let page = service.ask("reputation submit -").input(dispute.to_string()).run().stdout;
    assert_eq!(told["provider_wallets"], json!([market.provider.address]), "{submitted}");
    let command = told["next"][0].as_str().unwrap();
    assert!(page.contains(command) && page.contains("dispute-1"), "{page}");
    // The command as it stands, up to the file that it writes.
    let line = command.strip_prefix("barter ").unwrap().strip_suffix(" > complaint.json").unwrap();
    let complaint = market.as_consumer(line).args(["--deadline", &market.deadline()]).run().stdout;
    let filed = market.as_consumer("dispute file -").input(complaint).json();
    let id = filed["dispute_id"].as_str().unwrap();
    let signed = market.signatures(2, &[id, "--slash-percent", "5"]);
    let other = market.signatures(1, &[id, "--slash-percent", "4"]);
    let resolve = |files: &[&Value]| {
        let mut call = service.ask("reputation resolve dispute-1");
        for (number, file) in files.iter().enumerate() {
            let name = folder.path().join(format!("{number}.json"));
            std::fs::write(&name, file.to_string()).unwrap();
            call = call.arg(name);
        }
        call.env("BARTER_REPUTATION_TOKEN", TOKEN)
    };
    let both = Value::from(signed.clone());
    resolve(&[&both]).failure().expect("refused_by_the_service", 1, &["HTTP 409"]);
    resolve(&[&signed[1], &other[0]]).failure().expect("malformed_input", 2, &["different rulings"]);
    resolve(&[&json!([])]).failure().expect("malformed_input", 2, &["none"]);
    service.ask("reputation resolve dispute-1").failure().expect("usage", 2, &["FILE"]);

    market.as_provider("dispute rule -").input(both.to_string()).json();
    market.pass(2 * DAY);
    market.as_consumer("dispute execute").arg(id).json();
    service.score_with(|score| score["record"]["ever_slashed_units"] == "100000000");
    let unknown = resolve(&[&both]).env("BARTER_REPUTATION_TOKEN", "").failure();
    unknown.expect("no_operator_token", 5, &["--token-file"]);
    let resolved = resolve(&[&signed[1], &signed[0]]).json();
    assert_eq!((&resolved["status"], &resolved["resolution"]["ending"]), (&json!("resolved"), &json!("upheld")));
    assert_eq!(resolved["resolution"]["slashed_units"], "100000000");
    assert_eq!(resolved["attestation"]["slashed_usd"], 100.0);
    assert_eq!(resolve(&[&both]).json(), resolved, "again is the same");
    let page = resolve(&[&both]).run().stdout;
    assert!(page.contains("upheld") && page.contains("100000000"), "{page}");
}
