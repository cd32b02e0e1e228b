//! Two Lightning nodes beside the chain: the payer's and the payee's, with a channel between them.

use std::{
    fs::OpenOptions,
    io::{self, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use barter_lightning::{
    Lightning as _,
    embedded::{EmbeddedNetwork, EmbeddedNode, EmbeddedSettings},
    serve::{Server, ServerSettings},
};

use crate::error::Error;

/// Both nodes, each served as an LND node would be. They end with this value.
#[derive(Debug)]
pub(super) struct Nodes {
    pub(super) payer: Node,
    pub(super) payee: Node,
}

/// A node that other processes reach.
#[derive(Debug)]
pub(super) struct Node {
    server: Server,
    /// The file with what opens it.
    pub(super) macaroon_file: PathBuf,
    /// Its public key, in hexadecimal.
    pub(super) public_key: String,
}

impl Nodes {
    /// Starts both, and writes their macaroons into a folder.
    pub(super) async fn start(folder: &Path) -> Result<Self, Error> {
        let network = EmbeddedNetwork::new(EmbeddedSettings::default())?;
        Ok(Self {
            payer: Node::serve(network.first(), folder.join("payer.macaroon")).await?,
            payee: Node::serve(network.second(), folder.join("payee.macaroon")).await?,
        })
    }
}

impl Node {
    async fn serve(node: &EmbeddedNode, macaroon_file: PathBuf) -> Result<Self, Error> {
        let public_key = node.node().await?.public_key;
        let (served, told) = (node.clone(), node.clone());
        let balance_sats = Some(Arc::new(move || told.spendable_sats()) as _);
        let server = Server::start(served, ServerSettings { port: 0, balance_sats }).await?;
        write_secret(&macaroon_file, server.macaroon())
            .map_err(|error| Error::Unwritable { path: macaroon_file.clone(), reason: error.to_string() })?;
        Ok(Self { server, macaroon_file, public_key })
    }

    /// Where it is reached.
    pub(super) fn url(&self) -> String {
        self.server.url()
    }
}

/// Writes a file that only its owner can read.
fn write_secret(path: &Path, secret: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(secret)
}
