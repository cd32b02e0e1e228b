//! What is told of a transaction when the program is stopped, or cannot print.

use std::{
    fs::File,
    process::Stdio,
    thread::sleep,
    time::{Duration, Instant},
};

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::support::{
    Barter, Deal, Devnet,
    devnet::signal,
    trade::{new_preimage, propose},
};

/// A chain that mines only when told to.
fn waiting_chain() -> Devnet {
    let devnet = Devnet::start(4);
    devnet.node().call("evm_setAutomine", &json!([false]));
    devnet
}

/// Waits until so many transactions wait to be mined.
fn await_pending(devnet: &Devnet, number: u64) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while devnet.node().call("txpool_status", &json!([]))["pending"] != format!("{number:#x}") {
        assert!(Instant::now() < deadline, "nothing was sent");
        sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_signal_while_a_transaction_waits_is_told() {
    let devnet = waiting_chain();
    for (number, stop) in [(1, Signal::INT), (2, Signal::TERM), (3, Signal::HUP)] {
        let (payer, payee) = (devnet.wallet(), format!("0x{}", "11".repeat(20)));
        let call = propose(&payee, new_preimage()).on(&devnet).signed_by(&payer).arg("--json");
        let (child, _folder) = call.start(Stdio::piped());
        await_pending(&devnet, number);
        signal(child.id(), stop);
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(6), &b""[..]), "{stop:?}: {output:?}");
        let told: Value = serde_json::from_slice(&output.stderr).unwrap_or_else(|error| panic!("{error}: {output:?}"));
        assert_eq!(told["error"]["code"], "stopped_while_sending");
        assert_eq!(told["error"]["exit_code"], 6);
        assert!(told["error"]["message"].as_str().unwrap().contains("may have been sent"), "{told}");
    }
}

#[test]
fn what_is_to_be_ignored_does_not_stop_it() {
    let devnet = waiting_chain();
    let call = propose(&format!("0x{}", "11".repeat(20)), new_preimage()).on(&devnet).signed_by(&devnet.wallet());
    let (child, _folder) = call.below("nohup").start(Stdio::piped());
    await_pending(&devnet, 1);
    signal(child.id(), Signal::HUP);
    sleep(Duration::from_millis(300));
    devnet.node().call("evm_mine", &json!([]));
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_report_that_is_lost_is_told_with_transaction_and_trade() {
    let full = || File::options().write(true).open("/dev/full").unwrap();
    let deal = Deal::proposed();
    let (child, _folder) = deal.as_payee("trade accept --unchecked").arg(&deal.trade_id).arg("--json").start(full());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(6), "{output:?}");
    let told: Value = serde_json::from_slice(&output.stderr).unwrap_or_else(|error| panic!("{error}: {output:?}"));
    let error = &told["error"];
    assert_eq!((&error["code"], &error["trade_id"]), (&json!("report_lost"), &json!(deal.trade_id)));
    assert!(error["message"].as_str().unwrap().contains("was done"), "{told}");
    let hash = error["transaction_hash"].clone();
    assert!(!deal.devnet.node().call("eth_getTransactionReceipt", &json!([hash])).is_null(), "{told}");
    assert_eq!(deal.status(), "accepted");

    // People are told the same, also where nobody reads.
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let (child, _folder) = deal.as_payer("trade dispute").arg(&deal.trade_id).start(writer);
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(
        output.status.code() == Some(6) && text.contains(&deal.trade_id) && text.contains("transaction:"),
        "{text}"
    );

    // What was only read can be read again.
    let (child, _folder) = Barter::words("trade get").arg(&deal.trade_id).on(deal.devnet).start(full());
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(5));
}
