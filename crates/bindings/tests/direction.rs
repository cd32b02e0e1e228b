//! Who may depend on whom: thin to thick, never back.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::{
    collections::{BTreeMap, BTreeSet},
    process::Command,
};

use cargo_metadata::{Metadata, MetadataCommand};

const MANIFEST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");

/// Each crate of the workspace, and those of its own it may depend on.
const MAY_DEPEND_ON: &[(&str, &[&str])] = &[
    ("barter-protocol", &[]),
    ("barter-bank", &["barter-http", "barter-store"]),
    ("barter-bindings", &["barter-protocol"]),
    ("barter-compliance", &["barter-protocol"]),
    ("barter-store", &[]),
    ("barter-http", &[]),
    ("barter-index", &["barter-protocol", "barter-bindings", "barter-store"]),
    ("barter-lightning", &["barter-protocol"]),
    ("barter-reputation", &["barter-http", "barter-protocol", "barter-store"]),
    ("barter-sdk", &["barter-protocol", "barter-bindings", "barter-compliance", "barter-index", "barter-lightning"]),
    ("barter-sim", &["barter-protocol", "barter-bindings", "barter-compliance"]),
    (
        "barter-cli",
        &[
            "barter-protocol",
            "barter-bank",
            "barter-bindings",
            "barter-compliance",
            "barter-index",
            "barter-lightning",
            "barter-reputation",
            "barter-sdk",
            "barter-sim",
            "barter-store",
        ],
    ),
];

/// What does I/O, keeps time or makes random numbers, by the start of its name: the protocol has none of it, at any
/// depth.
const NOT_IN_PROTOCOL: &[&str] = &[
    "alloy-consensus",
    "alloy-contract",
    "alloy-network",
    "alloy-provider",
    "alloy-rpc",
    "alloy-signer",
    "alloy-transport",
    "async-",
    "chrono",
    "futures",
    "getrandom",
    "hyper",
    "mio",
    "rand",
    "reqwest",
    "rustls",
    "socket2",
    "time",
    "tokio",
    "tracing",
];

/// Nor does the thin layer over it talk to anybody, unless asked to (feature `rpc`).
const NOT_IN_BINDINGS: &[&str] =
    &["alloy-provider", "alloy-rpc-client", "alloy-transport", "hyper", "reqwest", "tokio"];

fn metadata() -> Metadata {
    MetadataCommand::new().manifest_path(MANIFEST).no_deps().exec().unwrap()
}

/// Which of the workspace's crates each of them depends on, in whatever way.
fn own_dependencies(metadata: &Metadata) -> BTreeMap<String, BTreeSet<String>> {
    let own: BTreeSet<_> = metadata.workspace_packages().iter().map(|package| package.name.to_string()).collect();
    metadata
        .workspace_packages()
        .iter()
        .map(|package| {
            let names = package.dependencies.iter().map(|dependency| dependency.name.clone());
            // A crate may name itself, for a feature that its own tests need.
            let others = names.filter(|name| own.contains(name) && **name != *package.name);
            (package.name.to_string(), others.collect())
        })
        .collect()
}

/// Everything a crate is built with, at any depth, with no feature asked for. Not over the metadata,
/// which knows only the features all crates of the workspace ask for together; without macros, which run in the
/// compiler.
fn built_with(name: &str) -> BTreeSet<String> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["tree", "--offline", "--manifest-path", MANIFEST, "--package", name]);
    let output = cargo.args(["--edges", "normal,no-proc-macro", "--prefix", "none"]).output().unwrap();
    let tree = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "cargo tree: {}", String::from_utf8_lossy(&output.stderr));
    tree.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
}

#[test]
fn crates_depend_thin_to_thick() {
    let dependencies = own_dependencies(&metadata());
    let allowed: BTreeMap<_, _> = MAY_DEPEND_ON.iter().copied().collect();
    for (name, used) in &dependencies {
        let allowed = allowed.get(name.as_str()).unwrap_or_else(|| panic!("say in {} what {name} may use", file!()));
        for dependency in used {
            assert!(allowed.contains(&dependency.as_str()), "{name} must not depend on {dependency}");
        }
    }
    assert!(dependencies["barter-bindings"].contains("barter-protocol"));
}

#[test]
fn the_protocol_does_no_io() {
    let used = built_with("barter-protocol");
    assert_none(&used, NOT_IN_PROTOCOL, "barter-protocol");
    assert!(used.contains("alloy-primitives"));
}

#[test]
fn compliance_does_no_io() {
    assert_none(&built_with("barter-compliance"), NOT_IN_PROTOCOL, "barter-compliance");
}

#[test]
fn the_bindings_talk_to_nobody_unless_asked() {
    assert_none(&built_with("barter-bindings"), NOT_IN_BINDINGS, "barter-bindings");
}

#[test]
fn the_simulator_talks_to_nobody() {
    assert_none(&built_with("barter-sim"), NOT_IN_BINDINGS, "barter-sim");
}

#[test]
fn the_bank_knows_no_chain() {
    assert_none(&built_with("barter-bank"), &["alloy-", "barter-protocol"], "barter-bank");
}

fn assert_none(used: &BTreeSet<String>, forbidden: &[&str], name: &str) {
    assert!(used.len() > 10, "cargo tree says little: {used:?}");
    for dependency in used {
        let is_forbidden = forbidden.iter().any(|start| dependency.starts_with(start));
        assert!(!is_forbidden, "{name} must not be built with {dependency}");
    }
}
