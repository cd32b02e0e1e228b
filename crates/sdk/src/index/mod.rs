//! The event log in a database of one's own: filling it, and how it stands.

mod chain;
pub(crate) mod fault;
mod run;
mod store;

use std::{future::Future, panic::resume_unwind, sync::Arc};

use barter_index::{Status, Verification};
use futures_util::future::pending;
use tokio::task::spawn_blocking;

use crate::{BarterClient, Error};
pub use run::{IndexProgress, RunUntil};
pub(crate) use store::Store;

/// The client's index. From [`BarterClient::index`].
#[derive(Clone, Debug)]
pub struct IndexClient {
    client: BarterClient,
}

impl IndexClient {
    pub(crate) const fn new(client: BarterClient) -> Self {
        Self { client }
    }

    /// Where the index is kept, without a password.
    ///
    /// # Errors
    /// [`Error::NoIndex`].
    pub fn location(&self) -> Result<String, Error> {
        self.store().map(ToString::to_string)
    }

    /// Reads the chain into the index, from where it stopped the last time; an index that is not there is made.
    ///
    /// `progress` is called after every page, on a thread of its own. Ends well when `stop` is ready; whatever was read until
    /// then is kept. Dropping the future stops it too. A node that fails once it has answered is asked again, a named number of
    /// times in a row; and so is a database that fails once it was opened, be it for want of room.
    ///
    /// # Errors
    /// [`Error::NoIndex`], [`Error::WrongChain`], [`Error::NoContract`], those of the node, and [`Error::Index`] for an index of
    /// another deployment, a database that fails, and a node whose answers do not fit together.
    pub async fn run(
        &self,
        until: RunUntil,
        stop: impl Future<Output = ()> + Send,
        progress: impl FnMut(&IndexProgress) + Send + 'static,
    ) -> Result<IndexProgress, Error> {
        let store = self.store()?;
        self.client.check().await?;
        run::run(&self.client, store, until, stop, progress).await
    }

    /// How the index stands.
    ///
    /// # Errors
    /// [`Error::NoIndex`], and [`Error::Index`] for what is no index or one of another deployment.
    pub async fn status(&self) -> Result<Status, Error> {
        self.store()?.with(|index| Ok(index.status()?)).await
    }

    /// Reads the whole log from the node again and compares every row of the index with it.
    ///
    /// `progress` is called with the last block compared and the last there is. `None` when `stop` was ready before the end.
    ///
    /// # Errors
    /// As [`run`](Self::run). That something differs is no error.
    pub async fn verify(
        &self,
        stop: impl Future<Output = ()> + Send,
        progress: impl FnMut(u64, u64) + Send + 'static,
    ) -> Result<Option<Verification>, Error> {
        let store = self.store()?;
        self.client.check().await?;
        run::verify(&self.client, store, stop, progress).await
    }

    fn store(&self) -> Result<&Arc<Store>, Error> {
        self.client.index_store().ok_or(Error::NoIndex)
    }
}

/// Reads the log from the node into memory, or what is new of it.
pub(crate) async fn read_into_memory(client: &BarterClient) -> Result<Arc<Store>, Error> {
    client.check().await?;
    let store = client.memory_store();
    run::run(client, store, RunUntil::Head, pending(), |_| {}).await?;
    Ok(Arc::clone(store))
}

/// Does work that waits for a disk, a server or the node.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match spawn_blocking(work).await.map_err(tokio::task::JoinError::try_into_panic) {
        Ok(done) => done,
        Err(Ok(panic)) => resume_unwind(panic),
        // The runtime is shutting down, and nobody will ask this future again.
        Err(Err(_)) => pending().await,
    }
}
