//! The committed artifacts are what forge built, where it has built: `make check-artifacts` builds first, and then
//! cannot pass by having nothing to compare with. A clone with cargo alone has no forge.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;

const CONTRACTS: [&str; 6] = ["BarterCore", "BTRTrust", "BTRCredit", "AuditorQuorum", "BarterBond", "TestDollar"];

fn read(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn committed(contract: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("artifacts").join(format!("{contract}.json"))
}

fn built(contract: &str) -> PathBuf {
    let out = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../out");
    out.join(format!("{contract}.sol/{contract}.json"))
}

#[test]
fn artifacts_are_what_forge_built() {
    for contract in CONTRACTS {
        let built = built(contract);
        if !built.exists() {
            println!("{contract}: forge has built nothing here, nothing to compare with");
            continue;
        }
        let (committed, built) = (read(&committed(contract)), read(&built));
        let advice = "run tools/artifacts and commit the result";
        assert!(committed["abi"] == built["abi"], "the ABI of {contract} has changed; {advice}");
        for code in ["bytecode", "deployedBytecode"] {
            assert!(committed[code] == built[code]["object"], "the {code} of {contract} has changed; {advice}");
        }
    }
}

#[test]
fn artifacts_are_slim() {
    for contract in CONTRACTS {
        let artifact = read(&committed(contract));
        let keys: Vec<_> = artifact.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(keys, ["abi", "bytecode", "deployedBytecode"], "{contract}");
    }
}
