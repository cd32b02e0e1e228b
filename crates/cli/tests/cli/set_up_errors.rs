//! A set-up that is not complete or does not fit, and a node that is not there.

use std::{net::TcpListener, time::Duration};

use crate::support::{
    Barter, Deal, Devnet,
    trade::{new_preimage, propose},
};

/// A port nobody listens on.
fn dead_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[test]
fn no_node_was_named() {
    let failure = Barter::words("credit supply").failure();
    failure.expect("no_rpc_url", 5, &["sepolia"]);
    assert!(failure.next_step.contains("ALCHEMY_RPC_URL"), "{failure:?}");
}

#[test]
fn a_node_that_is_not_there() {
    let devnet = Devnet::shared();
    let url = format!("http://127.0.0.1:{}", dead_port());
    for line in ["credit supply", "trade watch"] {
        let call = Barter::words(line).on(devnet).env("ALCHEMY_RPC_URL", &url);
        call.failure().expect("network", 3, &[&url]);
    }
    let proposing = propose(&devnet.wallet().address, new_preimage()).on(devnet).signed_by(&devnet.wallet());
    proposing.env("ALCHEMY_RPC_URL", &url).failure().expect("network", 3, &[&url]);
}

#[test]
fn a_node_that_is_no_node() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = std::thread::spawn(move || {
        use std::io::{Read, Write};
        let (mut stream, _) = listener.accept().unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        let _ = stream.read(&mut [0; 4_096]).unwrap();
        write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello").unwrap();
    });
    let failure = Barter::words("credit supply").on(Devnet::shared()).env("ALCHEMY_RPC_URL", &url).failure();
    failure.expect("invalid_response", 3, &[&url]);
    server.join().unwrap();
}

#[test]
fn a_node_that_does_not_answer() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let call = Barter::words("credit supply --timeout 1").on(Devnet::shared()).env("ALCHEMY_RPC_URL", &url);
    call.failure().expect("request_timed_out", 3, &[&url, "1.0 s"]);
}

#[test]
fn a_transaction_that_nobody_mines() {
    let devnet = Devnet::start(2);
    let (payer, payee) = (devnet.wallet(), devnet.wallet());
    devnet.node().call("evm_setAutomine", &serde_json::json!([false]));
    let preimage = new_preimage();
    let call = || propose(&payee.address, preimage).args(["--timeout", "1"]).on(&devnet).signed_by(&payer);
    let failure = call().failure();
    failure.expect("timed_out", 6, &["1.0 s"]);
    let hash = failure.transaction_hash.unwrap();
    assert!(failure.message.contains(&hash) && failure.next_step.contains("Look"), "{hash}");
    let text = propose(&payee.address, new_preimage()).args(["--timeout", "1"]).on(&devnet).signed_by(&payer).run();
    assert!(text.code == 6 && text.stderr.contains("transaction:"), "{text:?}");
    // It was only late: the next look finds it, and nothing is signed twice.
    devnet.node().call("evm_mine", &serde_json::json!([]));
    call().failure().expect("already_proposed", 1, &["proposed"]);
}

#[test]
fn a_transaction_that_is_not_as_deep_as_was_asked() {
    let devnet = Devnet::start(2);
    let (payer, payee) = (devnet.wallet(), devnet.wallet());
    let call = |blocks: &str| {
        let depth = ["--confirmations", blocks, "--timeout", "2"];
        propose(&payee.address, new_preimage()).args(depth).on(&devnet).signed_by(&payer)
    };
    assert_eq!(call("1").json()["status"], "proposed");
    let failure = call("2").failure();
    assert!(failure.exit == 6 && failure.transaction_hash.is_some(), "{failure:?}");
    call("0").failure().expect("usage", 2, &["--confirmations", "0"]);
}

#[test]
fn an_address_of_a_node_that_is_none_is_not_repeated() {
    for url in ["ws://node.example/SECRETKEY", "SECRETKEY", "http://[SECRETKEY"] {
        let failure = Barter::words("credit supply").env("ALCHEMY_RPC_URL", url).hiding("SECRETKEY").failure();
        failure.expect("invalid_rpc_url", 5, &["http://"]);
    }
}

#[test]
fn a_key_in_the_nodes_address_is_not_repeated_and_is_warned_of_in_arguments() {
    let url = format!("http://127.0.0.1:{}/v2/SECRETKEY", dead_port());
    let call = || Barter::words("credit supply").on(Devnet::shared()).hiding("SECRETKEY");
    let outcome = call().env("ALCHEMY_RPC_URL", &url).run();
    assert!(!outcome.stderr.contains("warning"), "{outcome:?}");
    assert_eq!(outcome.code, 3);
    let outcome = call().args(["--rpc-url", &url]).run();
    assert!(outcome.stderr.contains("warning") && outcome.stderr.contains("ALCHEMY_RPC_URL"), "{outcome:?}");
    let outcome = call().args(["--json", "--rpc-url", &url]).run();
    let warning: serde_json::Value = serde_json::from_str(outcome.stderr.lines().next().unwrap()).unwrap();
    assert_eq!(warning["warning"]["code"], "rpc_url_in_arguments");
    // A bare host and port hold no key.
    let outcome = call().args(["--rpc-url", &Devnet::shared().rpc_url]).run();
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
}

#[test]
fn a_node_on_another_chain() {
    let devnet = Devnet::shared();
    let reading = Barter::words("credit supply --network sepolia").on(devnet);
    reading.failure().expect("wrong_chain", 5, &["31337", "11155111"]);
    let proposing = propose(&devnet.wallet().address, new_preimage()).on(devnet).signed_by(&devnet.wallet());
    proposing.env("BARTER_NETWORK", "1").failure().expect("wrong_chain", 5, &["31337", "chain 1"]);
}

#[test]
fn a_network_nobody_knows() {
    let failure = Barter::words("credit supply --network goerly").failure();
    failure.expect("unknown_network", 2, &["goerly", "sepolia", "chain id"]);
}

#[test]
fn no_deployment_is_known() {
    let devnet = Devnet::shared();
    let failure = Barter::words("credit supply --network 4242").env("ALCHEMY_RPC_URL", &devnet.rpc_url).failure();
    failure.expect("no_deployment", 5, &["4242"]);
    assert!(failure.next_step.contains("BARTER_DEPLOYMENT"), "{failure:?}");
}

#[test]
fn a_deployment_file_that_cannot_be_used() {
    let call = |file: &str| Barter::words("credit supply --network local --deployment").arg(file);
    call("missing.json").failure().expect("invalid_deployment", 5, &["missing.json"]);
    call("bad.json").file("bad.json", "{\"BarterCore\": 1}").failure().expect("invalid_deployment", 5, &["bad.json"]);
}

#[test]
fn contracts_that_are_not_there() {
    let devnet = Devnet::shared();
    let nobody = "0x00000000000000000000000000000000000000aa";
    let file = format!(r#"{{"BarterCore": "{nobody}", "BTRTrust": "{nobody}", "BTRCredit": "{nobody}", "block": 0}}"#);
    for line in ["credit supply", "trade watch"] {
        let call =
            Barter::words(line).on(devnet).args(["--deployment", "elsewhere.json"]).file("elsewhere.json", &file);
        call.failure().expect("no_contract", 5, &["0x00000000000000000000000000000000000000AA", "31337"]);
    }
}

#[test]
fn no_key_to_sign_with() {
    let devnet = Devnet::shared();
    let deal = Deal::accepted();
    let id = &deal.trade_id;
    for line in [format!("trade accept --unchecked {id}"), format!("trade dispute {id}"), "credit burn 1".to_owned()] {
        let failure = Barter::words(&line).on(devnet).failure();
        failure.expect("no_signer", 5, &["key"]);
        assert!(failure.next_step.contains("DEPLOYER_PRIVATE_KEY"), "{failure:?}");
    }
    propose(&deal.payee.address, new_preimage()).on(devnet).failure().expect("no_signer", 5, &[]);
    // Whose wallet, if there is neither a name nor a key?
    for line in ["trade list", "trust score", "trust profile", "credit balance"] {
        Barter::words(line).on(devnet).failure().expect("no_wallet", 2, &["wallet"]);
    }
}

#[test]
fn a_malformed_key_is_never_repeated() {
    let devnet = Devnet::shared();
    let id = format!("0x{}", "ab".repeat(32));
    for key in ["0x1234SECRETKEY", &"zz".repeat(32), &"ff".repeat(32), "0x"] {
        let call = || Barter::words("trade accept --unchecked").arg(&id).on(devnet);
        let by_environment = call().env("DEPLOYER_PRIVATE_KEY", key);
        let by_environment = if key.len() > 2 { by_environment.hiding(key) } else { by_environment };
        by_environment.failure().expect("invalid_private_key", 5, &["private key"]);
    }
    let key = "0x1234SECRETKEY";
    let by_file =
        Barter::words("trade accept --unchecked").arg(&id).file(".env", format!("DEPLOYER_PRIVATE_KEY={key}\n"));
    by_file.on(devnet).hiding(key).failure().expect("invalid_private_key", 5, &[]);
    // Reading needs no key, so a bad one is no obstacle.
    assert_eq!(Barter::words("credit supply").on(devnet).env("DEPLOYER_PRIVATE_KEY", key).run().code, 0);
}

#[test]
fn a_malformed_env_file_is_named_and_not_repeated() {
    let devnet = Devnet::shared();
    let key = &devnet.wallet().private_key;
    let call =
        Barter::words("credit supply").on(devnet).file(".env", format!("DEPLOYER_PRIVATE_KEY {key}\n")).hiding(key);
    call.failure().expect("invalid_environment_file", 5, &[".env"]);
    let call = Barter::words("credit supply --env-file no/such.env").on(devnet);
    call.failure().expect("invalid_environment_file", 5, &["no/such.env"]);
}

#[test]
fn a_file_that_is_not_there_or_not_what_it_should_be() {
    let deal = Deal::accepted();
    let id = &deal.trade_id;
    let missing = deal.as_payer("trade settle --preimage-file no/such").arg(id).failure();
    missing.expect("unreadable_file", 2, &["no/such"]);
    let too_long = deal.as_payer("trade settle --preimage-file long").arg(id).file("long", "0".repeat(5_000));
    too_long.failure().expect("unreadable_file", 2, &["long", "4096"]);
    for (name, secret) in [("short", "SECRET1234"), ("odd", &*"z9".repeat(32))] {
        let call = deal.as_payer("trade settle --preimage-file").args([name, id]).file(name, secret).hiding(secret);
        assert_eq!(call.failure().exit, 2);
    }
    for (text, reason) in [
        ("{", "ends too early"),
        ("preimage", "no JSON"),
        ("[]", "not of its form"),
        ("{}", "missing field `trade_id`"),
        (r#"{"trade_id": "SECRETSECRET"}"#, "not of its form"),
    ] {
        let call = deal.as_payer("trade settle --signed s.json").file("s.json", text).hiding("SECRETSECRET");
        call.failure().expect("malformed_input", 2, &["s.json", reason]);
    }
    let call = deal.as_payer("trade settle-batch -").input(r#"[{"trade_id": "0x00", "preimage": "SECRETSECRET"}]"#);
    call.hiding("SECRETSECRET").failure().expect("malformed_input", 2, &["standard input"]);
    deal.as_payer("trade open no/such").failure().expect("unreadable_file", 2, &["no/such"]);
}

#[test]
fn fees_above_the_cap() {
    let devnet = Devnet::start(2);
    let (payer, payee) = (devnet.wallet(), devnet.wallet());
    devnet.node().call("anvil_setNextBlockBaseFeePerGas", &serde_json::json!(["0x12a05f200"]));
    devnet.node().call("evm_mine", &serde_json::json!([]));
    let call = || propose(&payee.address, new_preimage()).on(&devnet).signed_by(&payer);
    call().args(["--max-fee-gwei", "2"]).failure().expect("fee_above_cap", 3, &["5000000000", "2000000000"]);
    call().json();
    call().args(["--max-fee-gwei", "0"]).failure().expect("usage", 2, &["--max-fee-gwei", "0"]);
}

#[test]
fn a_wallet_without_ether() {
    let devnet = Devnet::shared();
    let poor = "0x0101010101010101010101010101010101010101010101010101010101010101";
    let call = propose(&devnet.wallet().address, new_preimage()).on(devnet);
    call.env("DEPLOYER_PRIVATE_KEY", poor).hiding(poor).failure().expect("insufficient_funds", 5, &["wei"]);
}

#[test]
fn a_command_line_that_is_none() {
    for (line, names) in [
        ("trade settel", vec!["settel"]),
        ("trade propose", vec!["--counterparty"]),
        ("trade settle", vec!["TRADE_ID"]),
        ("trade get", vec!["TRADE_ID"]),
        ("trust score --colour", vec!["--colour"]),
        ("nothing", vec!["nothing"]),
    ] {
        Barter::words(line).failure().expect("usage", 2, &names);
    }
    let tip = Barter::words("trade settel").failure().next_step;
    assert!(tip.contains("settle"), "{tip}");
    let bare = Barter::words("").run();
    assert_eq!((bare.code, bare.stdout.as_str()), (2, ""));
    assert!(bare.stderr.contains("Usage:"), "{bare:?}");
}
