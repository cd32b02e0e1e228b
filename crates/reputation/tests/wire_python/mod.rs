//! Asking Python itself. `BARTER_TEST_PYTHON` is an absolute path.

#![allow(dead_code, reason = "each test uses what it asks")]

use std::{
    env,
    io::{Read as _, Write as _},
    process::{Command, Stdio},
    thread,
};

/// A Python with the published package in it (`requirements/peer.txt`), if `BARTER_TEST_PYTHON` names one.
pub(crate) fn with_the_package() -> Option<String> {
    let python = env::var("BARTER_TEST_PYTHON").ok().filter(|python| !python.is_empty());
    if python.is_none() {
        println!("skipped: BARTER_TEST_PYTHON names no Python with the published package in it");
    }
    python
}

/// Any Python 3, if there is one.
pub(crate) fn any() -> Option<String> {
    let python =
        env::var("BARTER_TEST_PYTHON").ok().filter(|python| !python.is_empty()).unwrap_or("python3".to_owned());
    let runs = Command::new(&python).arg("--version").output().is_ok_and(|output| output.status.success());
    if !runs {
        println!("skipped: there is no {python}");
    }
    runs.then_some(python)
}

/// What a script prints for an input.
pub(crate) fn run(python: &str, script: &str, input: String) -> String {
    // The package makes files where it runs.
    let folder = tempfile::tempdir().expect("a folder can be made");
    let mut child = Command::new(python)
        .args(["-X", "utf8", "-c", script])
        .current_dir(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Python starts");
    let mut stdin = child.stdin.take().expect("piped");
    // It answers while it is asked: one thread alone would wait for it forever.
    let writer = thread::spawn(move || stdin.write_all(input.as_bytes()));
    let mut output = String::new();
    child.stdout.take().expect("piped").read_to_string(&mut output).expect("Python writes UTF-8");
    writer.join().expect("the writer ends").expect("Python reads all");
    assert!(child.wait().expect("Python ends").success(), "Python failed");
    output
}
