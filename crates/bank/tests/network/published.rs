//! A client of the published protocol, written in Python by its description, against banks that let it in and one that does not.
//!
//! `BARTER_TEST_PYTHON` names a Python with the packages of `requirements/settlement.txt`, by its absolute path; without, nothing is run.

use std::{
    env,
    io::Write as _,
    process::{Command, Stdio},
};

use barter_bank::ledger::Policy;
use serde_json::{Value, json};

use crate::{place::Store, support::Banks};

#[tokio::test(flavor = "multi_thread")]
async fn a_published_client_trades_at_banks_that_are_not_strict() {
    let Some(python) = env::var("BARTER_TEST_PYTHON").ok().filter(|python| !python.is_empty()) else {
        println!("skipped: BARTER_TEST_PYTHON names no Python with the packages of requirements/settlement.txt in it");
        return;
    };
    for store in Store::all() {
        let mut banks = Banks::none(store, Policy { strict: false, ..Policy::default() });
        let mut strict = Banks::none(store, Policy::default());
        banks.serve(1).await;
        banks.serve(2).await;
        strict.serve(3).await;
        let url = |banks: &Banks, number: u8| banks.connection(number).pin().url.clone();
        let asked = json!({ "banks": [url(&banks, 1), url(&banks, 2)], "strict": url(&strict, 3) });
        let python = python.clone();
        let failed = tokio::task::spawn_blocking(move || run(&python, &asked)).await.unwrap();
        assert_eq!(failed, None, "on {store:?}");
        // What such a client leaves behind is in order, and what its holders did not sign is counted.
        for (banks, number, confirmed) in [(&banks, 1, 4), (&banks, 2, 2), (&strict, 3, 0)] {
            let audited = banks.audited(number).await;
            assert_eq!(
                (audited.findings.as_slice(), audited.counts.without_terms),
                ([].as_slice(), confirmed),
                "{store:?}"
            );
        }
    }
}

/// What the client says, if it is not content.
fn run(python: &str, asked: &Value) -> Option<String> {
    let mut child = Command::new(python)
        .args(["-X", "utf8", "-c", include_str!("published.py")])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(asked.to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    (!output.status.success()).then(|| String::from_utf8_lossy(&output.stderr).into_owned())
}
