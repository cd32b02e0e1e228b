//! The names of the fields that `--json` prints: a promise to whoever reads them. A change here is a breaking one.

use serde_json::Value;

use crate::support::{Barter, Deal, Market, fields};

const RECEIPT: [&str; 6] = ["block_hash", "block_number", "fee_wei", "gas_price_wei", "gas_used", "transaction_hash"];

const TRADE: [&str; 15] = [
    "accepted_at",
    "amount_sats",
    "category",
    "created_at",
    "description",
    "expires_at",
    "party_a",
    "party_b",
    "payee",
    "payer",
    "payment_hash",
    "ruling",
    "settled_at",
    "status",
    "trade_id",
];

#[track_caller]
fn assert_fields(value: &Value, expected: &[&[&str]]) {
    let mut expected: Vec<&str> = expected.concat();
    expected.sort_unstable();
    assert_eq!(fields(value), expected);
}

#[test]
fn of_trades() {
    let deal = Deal::proposed();
    assert_fields(&deal.accept(), &[&["trade_id", "status"], &RECEIPT]);
    assert_fields(&deal.settle(), &[&["trade_id", "status"], &RECEIPT]);
    let trade = deal.now();
    assert_fields(&trade, &[&TRADE]);
    assert!(trade["created_at"].is_u64() && trade["amount_sats"].is_u64() && trade["ruling"] == "none", "{trade}");
    let list = deal.reading("trade list").arg(&deal.payer.address).json();
    assert_fields(&list, &[&["address", "trades", "next"]]);
    assert_fields(&list["trades"][0], &[&TRADE]);

    let disputed = Deal::accepted();
    let dispute = disputed.as_payer("trade dispute").arg(&disputed.trade_id).json();
    assert_fields(&dispute, &[&["trade_id", "status"], &RECEIPT]);
}

#[test]
fn of_signatures() {
    let deal = Deal::accepted();
    let signing = deal.as_payer("trade sign-settle --preimage-file -").arg(&deal.trade_id);
    let signed = signing.input(deal.preimage.to_string()).json();
    assert_fields(&signed, &[&["trade_id", "preimage", "deadline", "signer", "chain_id", "digest", "signature"]]);
    let cancelled = deal.as_payer("trade cancel --digest").arg(signed["digest"].as_str().unwrap()).json();
    assert_fields(&cancelled, &[&["digest", "status"], &RECEIPT]);
    let terms = deal
        .as_payee("trade sign-open --unchecked --amount-sats 1000 --proposer")
        .args([&deal.payer.address, "--payment-hash", &"12".repeat(32)])
        .json();
    assert_fields(
        &terms,
        &[&[
            "proposer",
            "signer",
            "payer",
            "payee",
            "payment_hash",
            "amount_sats",
            "category",
            "description",
            "deadline",
            "chain_id",
            "digest",
            "signature",
        ]],
    );
}

#[test]
fn of_trust_and_credit() {
    let deal = Deal::accepted();
    deal.settle();
    let read = |line: &str| deal.reading(line).arg(&deal.payer.address).json();
    assert_fields(&read("trust score"), &[&["address", "score", "level"]]);
    let profile = read("trust profile");
    assert_fields(
        &profile,
        &[&[
            "address",
            "score",
            "level",
            "unique_counterparties",
            "member_since",
            "trade_count",
            "completion_rate",
            "last_trade_at",
            "counts",
            "credit_balance",
            "credit_earned",
        ]],
    );
    assert_fields(
        &profile["counts"],
        &[&["proposed", "initiated", "accepted", "settled", "disputed", "faults", "open"]],
    );
    let history = read("trust history");
    assert_fields(&history, &[&["address", "events"]]);
    assert_fields(
        &history["events"][0],
        &[&[
            "block_number",
            "transaction_hash",
            "timestamp",
            "delta",
            "new_score",
            "trade_id",
            "counterparty",
            "amount_sats",
        ]],
    );
    let pair = deal.reading("trust pair-count").args([&deal.payer.address, &deal.payee.address]).json();
    assert_fields(&pair, &[&["address_a", "address_b", "pair_count", "maximum"]]);
    assert_fields(&read("credit balance"), &[&["address", "balance", "balance_units", "symbol"]]);
    assert_fields(&read("credit earned"), &[&["address", "earned", "earned_units"]]);
    assert_fields(&deal.reading("credit supply").json(), &[&["total_supply", "total_supply_units"]]);
    let burned = deal.as_payer("credit burn 1").json();
    assert_fields(&burned, &[&["address", "burned", "burned_units"], &RECEIPT]);
}

const POINT: [&str; 3] = ["block_hash", "block_number", "block_timestamp"];

#[test]
fn of_findings() {
    let market = Market::shared();
    let ask = |line: &str| market.looking_up(line).arg(&market.hub.address).json();
    let summary = ask("wallet");
    let standing = ["address", "score", "level", "trades", "completion_rate", "counterparties", "btr_credit"];
    assert_fields(&summary, &[&standing, &["risk", "flags", "at"]]);
    assert_fields(&summary["at"], &[&POINT]);
    assert!(summary["btr_credit"].is_string() && summary["flags"].is_u64(), "{summary}");

    let flags = ask("compliance flags");
    assert_fields(&flags, &[&["wallet", "flags"]]);
    assert_fields(&flags["flags"][0], &[&["kind", "severity", "message", "detected_at", "evidence"]]);
    let evidence = &flags["flags"][0]["evidence"];
    let numbers = ["count", "trade_count", "threshold", "amount_sats", "trades", "counterparties"];
    assert_fields(evidence, &[&numbers, &["trade_ids", "by_counterparty"]]);
    assert_fields(&evidence["by_counterparty"][0], &[&["counterparty", "trades"]]);

    let velocity = ask("compliance velocity");
    let spans = ["wallet", "trades_24h", "trades_7d", "trades_30d", "mean_amount_30d_sats", "is_elevated"];
    assert_fields(&velocity, &[&spans]);
    let cluster = ask("compliance isolation");
    let wallets = ["wallet", "depth", "wallets", "wallet_count", "is_complete", "isolation_score"];
    assert_fields(&cluster, &[&wallets, &["volume_inside_sats", "volume_leaving_sats"]]);
    assert!(cluster["volume_inside_sats"].is_string(), "{cluster}");
    let report = ask("compliance report");
    let findings = ["address", "risk_level", "flags", "velocity", "cluster", "completion_rate", "score", "level"];
    assert_fields(&report, &[&findings, &["trade_count", "counterparties", "generated_at", "at"]]);
    assert_eq!((&report["velocity"], &report["cluster"]), (&velocity, &cluster));

    let rings = market.looking_up("compliance rings").json();
    assert_fields(&rings, &[&["ring_count", "rings", "at"]]);
    let found = ["wallets", "trades", "trade_count", "volume_sats", "largest_net_sats"];
    assert_fields(&rings["rings"][0], &[&found, &["window_seconds", "first_at", "last_at"]]);
    let from = ["--from", market.shop.address.as_str()];
    let seen = market.looking_up("compliance score").args(from).arg(&market.hub.address).json();
    let score = ["wallet", "seen", "score", "share", "bridge"];
    assert_fields(&seen, &[&score, &["at"]]);
    let ranking = market.looking_up("compliance score").args(from).json();
    assert_fields(&ranking, &[&["scores", "at"]]);
    assert_fields(&ranking["scores"][0], &[&score]);
    let screening = market.looking_up("compliance screen --policy p.toml").file("p.toml", "minimum_score = 999");
    let screening: Value =
        serde_json::from_str(&screening.arg(&market.hub.address).arg("--json").run().stdout).unwrap();
    assert_fields(&screening, &[&["wallet", "decision", "reasons", "generated_at", "at"]]);
    assert_fields(&screening["reasons"][0], &[&["rule", "required", "actual"]]);
}

#[test]
fn of_the_index() {
    let market = Market::shared();
    let progress = market.looking_up("index run --until-head").json();
    let blocks = ["first_block", "block", "head", "events", "undone_blocks", "waiting_for"];
    assert_fields(&progress, &[&blocks]);
    let status = market.looking_up("index status").json();
    let counts = ["bytes", "wallets", "proposed", "accepted", "settled", "disputed"];
    assert_fields(&status, &[&["identity", "head", "rows"], &counts]);
    assert_fields(&status["identity"], &[&["chain_id", "barter_core", "btr_trust", "btr_credit", "first_block"]]);
    assert_fields(&status["head"], &[&["number", "hash", "timestamp"]]);
    assert_fields(&status["rows"][0], &[&["table", "rows"]]);
    let verified = market.looking_up("index verify").json();
    assert_fields(&verified, &[&["head", "rows", "different", "differences"]]);
}

#[test]
fn of_the_demo() {
    let demo = Barter::words("demo").json();
    let bonds = ["AuditorQuorum", "BarterBond", "BondToken"];
    assert_fields(&demo["contracts"], &[&["BTRCredit", "BTRTrust", "BarterCore", "block"], &bonds]);
    assert_fields(
        &demo["invoice"],
        &[&["bolt11", "network", "amount_sats", "description", "payment_hash", "payee_node", "expires_at"]],
    );
    assert_fields(&demo["payment"], &[&["preimage", "payment_hash", "fee_msats", "payer", "payee"]]);
    assert_fields(&demo["payment"]["payer"], &[&["node", "spendable_sats"]]);
    assert_fields(&demo["payment"]["payer"]["spendable_sats"], &[&["before", "after"]]);
    assert_fields(&demo["refusal"], &[&["caller", "trade_id", "error"]]);
    assert_fields(&demo["refusal"]["error"], &[&["code", "message", "next_step", "transaction_hash", "exit_code"]]);
    assert_fields(&demo["steps"][0], &[&["step", "by"], &RECEIPT]);
    assert_fields(&demo["trade"], &[&TRADE]);
    assert_fields(&demo["gained"], &[&["score", "credit"]]);
    assert_fields(&demo["profiles"], &[&["payer", "payee"]]);
    assert_fields(&demo["profiles"]["payer"], &[&["before", "after"]]);
}

#[test]
fn of_errors() {
    let outcome = Barter::words("trade get 0x12 --json").run();
    let error: Value = serde_json::from_str(&outcome.stderr).unwrap();
    assert_fields(&error, &[&["error"]]);
    assert_fields(&error["error"], &[&["code", "message", "next_step", "transaction_hash", "exit_code"]]);
    assert!(error["error"]["transaction_hash"].is_null());
}
