//! An index of a chain that nobody mined, for tests and benches.

use std::path::Path;

use barter_index::{
    Index, Location,
    synthetic::{self, Synthetic},
};
use barter_sdk::{Address, BarterClient, Deployment, Environment};

/// Indexes a synthetic chain. Its wallets, those that trade most first.
pub(crate) fn index(path: &Path, settings: synthetic::Settings) -> Vec<Address> {
    let chain = Synthetic::new(settings);
    let wallets = (0..settings.wallets).map(|number| chain.wallet(number)).collect();
    let mut index = Index::create(&Location::file(path), &synthetic::identity()).unwrap();
    for page in chain {
        index.apply(&page).unwrap();
    }
    wallets
}

/// A client that reads an index of a synthetic chain, and has no node.
pub(crate) fn reader(path: &Path) -> BarterClient {
    let identity = synthetic::identity();
    let deployment = Deployment {
        barter_core: identity.barter_core,
        btr_trust: identity.btr_trust,
        btr_credit: identity.btr_credit,
        auditor_quorum: None,
        barter_bond: None,
        bond_token: None,
        block: identity.first_block,
    };
    let builder = BarterClient::builder().environment(Environment::empty()).chain_id(identity.chain_id);
    builder.rpc_url("http://127.0.0.1:1").deployment(deployment).index(path.to_str().unwrap()).build().unwrap()
}
