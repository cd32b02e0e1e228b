//! Where a client takes its settings from.

use std::fs;

use barter_sdk::{
    BarterClient, DEPLOYMENT_VARIABLE, Environment, Error, NETWORK_VARIABLE, Network, PRIVATE_KEY_VARIABLE,
    RPC_URL_VARIABLE,
};

use crate::chain::{KEYS, plan, wallet};

#[test]
fn the_builder_wins_over_the_environment_and_that_over_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let (env_file, deployment_file) = (folder.path().join(".env"), folder.path().join("d.json"));
    plan().predict_addresses().to_file(&deployment_file).unwrap();
    let lines = format!(
        "ALCHEMY_RPC_URL=http://file.example/key\nDEPLOYER_PRIVATE_KEY={}\nBARTER_NETWORK=local\nBARTER_DEPLOYMENT={}\n",
        KEYS[0],
        deployment_file.display()
    );
    fs::write(&env_file, lines).unwrap();

    let file = Environment::empty().with_file(&env_file).unwrap();
    let client = BarterClient::builder().environment(file).build().unwrap();
    assert_eq!((client.network(), client.wallet()), (Network::LOCAL, Some(wallet(0))));
    assert_eq!(client.endpoint(), "http://file.example");
    assert_eq!(*client.deployment(), plan().predict_addresses());

    let process =
        Environment::from_pairs([(RPC_URL_VARIABLE, "http://process.example"), (PRIVATE_KEY_VARIABLE, KEYS[1])]);
    let both = process.with_file(&env_file).unwrap();
    let client = BarterClient::builder().environment(both.clone()).build().unwrap();
    assert_eq!((client.endpoint(), client.wallet()), ("http://process.example", Some(wallet(1))));

    let client = BarterClient::builder()
        .environment(both)
        .chain_id(7)
        .rpc_url("http://told.example:1234/key")
        .private_key(KEYS[2])
        .build()
        .unwrap();
    assert_eq!((client.endpoint(), client.wallet()), ("http://told.example:1234", Some(wallet(2))));
    assert_eq!(client.network().chain_id(), 7);
}

#[test]
fn what_is_missing_or_wrong_is_told() {
    let set = |pairs: &[(&str, &str)]| {
        let environment = Environment::from_pairs(pairs.iter().map(|(name, value)| (*name, *value)));
        BarterClient::builder().environment(environment).build().map(drop).unwrap_err()
    };
    let url = (RPC_URL_VARIABLE, "http://127.0.0.1:1");
    assert!(matches!(set(&[]), Error::NoRpcUrl { network: Network::SEPOLIA }));
    assert!(matches!(set(&[url, (NETWORK_VARIABLE, "99999")]), Error::NoDeployment { chain_id: 99_999 }));
    assert!(matches!(set(&[url, (NETWORK_VARIABLE, "moon")]), Error::UnknownNetwork { input } if input == "moon"));
    assert!(matches!(set(&[(RPC_URL_VARIABLE, "node.example/key")]), Error::InvalidRpcUrl { .. }));
    assert!(matches!(set(&[url, (DEPLOYMENT_VARIABLE, "/no/such.json")]), Error::InvalidDeployment { .. }));
    assert!(matches!(set(&[url, (PRIVATE_KEY_VARIABLE, "0x1234")]), Error::InvalidPrivateKey));
    assert!(matches!(set(&[url, (PRIVATE_KEY_VARIABLE, &"0".repeat(64))]), Error::InvalidPrivateKey));
}

#[test]
fn a_local_network_needs_no_address() {
    let client = BarterClient::builder()
        .environment(Environment::empty())
        .network("local")
        .deployment(plan().predict_addresses())
        .build()
        .unwrap();
    assert_eq!((client.endpoint(), client.wallet()), ("http://127.0.0.1:8545", None));
}

/// What a machine without certificates can do is a matter of its environment, so this runs itself again in another one.
#[cfg(target_os = "linux")]
#[test]
fn a_machine_without_certificates_is_told() {
    const INSIDE: &str = "BARTER_TEST_WITHOUT_CERTIFICATES";
    let build = |url: &str| {
        let builder = BarterClient::builder().environment(Environment::empty()).network("local").rpc_url(url);
        builder.deployment(plan().predict_addresses()).build().err()
    };
    if std::env::var_os(INSIDE).is_some() {
        let error = build("https://node.example/key").unwrap();
        assert!(matches!(error, Error::Tls { .. }), "{error:?}");
        assert_eq!(error.code(), "tls");
        assert!(!error.is_transient() && error.transaction_hash().is_none());
        assert!(build("http://127.0.0.1:1").is_none(), "there is nothing to encrypt");
        return;
    }
    let empty = tempfile::tempdir().unwrap();
    let file = empty.path().join("none.pem");
    fs::write(&file, "").unwrap();
    let name = format!("{}::a_machine_without_certificates_is_told", module_path!().split_once("::").unwrap().1);
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", &name])
        .env(INSIDE, "1")
        .env("SSL_CERT_FILE", &file)
        .env("SSL_CERT_DIR", empty.path())
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && told.contains("1 passed"), "{told}");
}
