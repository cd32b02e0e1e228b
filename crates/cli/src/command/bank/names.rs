//! What promises are called, as their banks say.

use std::collections::{BTreeMap, BTreeSet};

use barter_bank::{
    client::{Connection, Pin},
    document::{Hash, PublicKey, SecretKey},
};

use super::{now, plan::short};
use crate::{context::Context, text::printable};

/// What keys and hashes are called. What has no name here is told by its beginning.
#[derive(Default)]
pub(super) struct Names {
    promises: BTreeMap<Hash, String>,
    people: BTreeMap<PublicKey, String>,
}

impl Names {
    /// With names that a person gave to people.
    pub(super) fn of_people(people: impl IntoIterator<Item = (String, PublicKey)>) -> Self {
        let people = people.into_iter().map(|(name, key)| (key, name)).collect();
        Self { promises: BTreeMap::new(), people }
    }

    /// With what promises are called.
    pub(super) fn and_promises(self, promises: impl IntoIterator<Item = (Hash, String)>) -> Self {
        Self { promises: promises.into_iter().collect(), ..self }
    }

    /// Asks banks what the promises are that they keep. Their names are in what their hashes are of: a bank cannot give them others.
    pub(super) async fn ask(
        &mut self,
        context: &Context,
        pins: impl IntoIterator<Item = &Pin>,
        promises: &BTreeSet<(PublicKey, Hash)>,
        key: &SecretKey,
    ) {
        for pin in pins {
            if let Err(error) = self.ask_bank(pin, promises, key).await {
                let what = "what is promised there is told by its hash, not by its name";
                context.output().warn("no_names", &format!("{error}; {what}"));
            }
        }
    }

    async fn ask_bank(
        &mut self,
        pin: &Pin,
        promises: &BTreeSet<(PublicKey, Hash)>,
        key: &SecretKey,
    ) -> Result<(), barter_bank::client::Error> {
        let connection = Connection::open(pin.clone()).await?;
        for (_, promise) in promises.iter().filter(|(bank, _)| *bank == pin.key) {
            let found = connection.promise(key, *promise, now()).await?;
            self.promises.insert(*promise, found.name.clone());
        }
        Ok(())
    }

    /// What a promise is called.
    pub(super) fn promise(&self, promise: &Hash) -> String {
        let named = self.promises.get(promise).map(|name| format!("\u{201c}{}\u{201d}", printable(name)));
        named.unwrap_or_else(|| short(&promise.to_string()))
    }

    /// What somebody is called.
    pub(super) fn person(&self, key: &PublicKey) -> String {
        self.people.get(key).map_or_else(|| short(&key.to_string()), |name| printable(name))
    }
}
