//! The demo's chain, service and parties.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use alloy_primitives::Address;
use barter_reputation::{
    chain::follower,
    key::SecretKey,
    oracle::{self, Oracle},
    service::{Follow, OperatorToken, Server, Settings},
    wire::Domain,
};
use barter_sdk::{AuditorPlan, BarterClient, DeployPlan, Deployment, Environment};
use barter_store::Location;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::{
    chain::{CHAIN_ID, Handle},
    clock::unix_now,
    error::Error,
    reputation::{self, ClientChain, Service},
    secret::random_bytes,
};

/// Who is who among the chain's accounts.
const PROVIDER: usize = 0;
const OPERATOR: usize = 1;
const CONSUMER: usize = 2;
const AUDITORS: [usize; 5] = [3, 4, 5, 6, 7];
/// How many that are.
pub(super) const ACCOUNTS: u16 = 8;
/// How many auditors rule, and how many overturn: as many as are left where two were wrong.
const THRESHOLD: u32 = 2;
const OVERTURN_THRESHOLD: u32 = 3;
/// Between two looks for a receipt: anvil mines at once.
const POLL_INTERVAL: Duration = Duration::from_millis(20);
/// Between two looks of the service at the chain.
const LOOK_INTERVAL: Duration = Duration::from_millis(50);
/// Longest that the service may take to answer.
const ANSWER_LIMIT: Duration = Duration::from_secs(30);

/// A chain with the contracts, a service that follows it, and everybody's client.
pub(super) struct Stage {
    pub(super) deployment: Deployment,
    pub(super) provider: BarterClient,
    pub(super) operator: BarterClient,
    pub(super) consumer: BarterClient,
    /// In ascending order of their wallets.
    pub(super) auditors: Vec<BarterClient>,
    /// The service as strangers and as its operator ask it.
    pub(super) service: Service,
    pub(super) as_operator: Service,
    pub(super) domain: Domain,
    server: Server,
    rpc_url: String,
    /// How far the demo's clock, the service's too, is ahead of the machine's, in seconds.
    ahead: Arc<AtomicU64>,
    folder: tempfile::TempDir,
}

impl Stage {
    /// Deploys the contracts and starts the service.
    pub(super) async fn set(chain: &Handle) -> Result<Self, Error> {
        let folder = tempfile::Builder::new().prefix("barter-reputation-").tempdir();
        let folder = folder.map_err(|error| Error::System { what: "making a folder", reason: error.to_string() })?;
        let deployment = deploy(chain).await?;
        let client = |index: usize| -> Result<BarterClient, Error> {
            // Nothing of the user's environment: neither a node nor a key.
            let builder = BarterClient::builder().environment(Environment::empty()).chain_id(CHAIN_ID);
            let builder = builder.rpc_url(&chain.rpc_url).deployment(deployment).poll_interval(POLL_INTERVAL);
            Ok(builder.private_key(chain.account(index)?.private_key.as_str()).build()?)
        };
        let mut auditors = AUDITORS.into_iter().map(client).collect::<Result<Vec<_>, _>>()?;
        auditors.sort_by_key(BarterClient::wallet);
        let (provider, operator, consumer) = (client(PROVIDER)?, client(OPERATOR)?, client(CONSUMER)?);
        let bond = deployment.barter_bond.ok_or(reputation::Error::NoBond)?;
        let domain = Domain { chain_id: CHAIN_ID, bond };
        let ahead = Arc::new(AtomicU64::new(0));
        let token = alloy_primitives::hex::encode(random_bytes()?);
        let server = serve(&folder, domain, &operator, &token, Arc::clone(&ahead)).await?;
        let address = format!("http://{}", server.address());
        let service = Service::at(&address, ANSWER_LIMIT)?;
        let as_operator = Service::at(&address, ANSWER_LIMIT)?.with_token(&token)?;
        let rpc_url = chain.rpc_url.clone();
        Ok(Self {
            deployment,
            provider,
            operator,
            consumer,
            auditors,
            service,
            as_operator,
            domain,
            server,
            rpc_url,
            ahead,
            folder,
        })
    }

    /// Where the service is.
    pub(super) fn service_url(&self) -> String {
        format!("http://{}", self.server.address())
    }

    /// What time it is, for the parties and for the service.
    pub(super) fn now(&self) -> u64 {
        unix_now() + self.ahead.load(Ordering::SeqCst)
    }

    /// Lets time pass, on the chain and for everybody.
    pub(super) async fn pass(&self, seconds: u64) -> Result<(), Error> {
        self.ask_anvil("evm_increaseTime", json!([seconds])).await?;
        self.ask_anvil("evm_mine", json!([])).await?;
        self.ahead.fetch_add(seconds, Ordering::SeqCst);
        Ok(())
    }

    async fn ask_anvil(&self, method: &'static str, parameters: Value) -> Result<(), Error> {
        let failed = |reason: String| Error::System { what: "moving the chain's clock", reason };
        let request = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": parameters });
        let answer = reputation::post_json(&self.rpc_url, &request).await.map_err(failed)?;
        if answer["error"].is_null() { Ok(()) } else { Err(failed(answer["error"].to_string())) }
    }

    /// Stops the service and removes its database.
    pub(super) async fn strike(self) {
        self.server.stop().await;
        // What cannot be removed is the operating system's to remove.
        let _ = self.folder.close();
    }
}

/// The contracts, with five auditors and bonds in test dollars.
async fn deploy(chain: &Handle) -> Result<Deployment, Error> {
    let auditors: Vec<Address> = AUDITORS
        .into_iter()
        .map(|index| chain.account(index).map(|account| account.address))
        .collect::<Result<_, _>>()?;
    let auditors = AuditorPlan::new(auditors, THRESHOLD, OVERTURN_THRESHOLD).with_test_bond();
    let builder = BarterClient::builder().environment(Environment::empty()).chain_id(CHAIN_ID).rpc_url(&chain.rpc_url);
    let builder = builder.poll_interval(POLL_INTERVAL);
    let deployer = builder.private_key(chain.account(PROVIDER)?.private_key.as_str()).deployer()?;
    Ok(deployer.deploy(DeployPlan { auditors: Some(auditors), ..DeployPlan::default() }).await?.deployment)
}

/// A service with a database of its own, on a free port.
async fn serve(
    folder: &tempfile::TempDir,
    domain: Domain,
    operator: &BarterClient,
    token: &str,
    ahead: Arc<AtomicU64>,
) -> Result<Server, Error> {
    let location = Location::file(folder.path().join("reputation.db"));
    let settings = oracle::Settings { domain: Some(domain), ..oracle::Settings::default() };
    let oracle = Oracle::create(&location, settings).map_err(reputation::Error::from)?;
    let address = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
    let cannot_listen = |error: std::io::Error| reputation::Error::Listen { address, reason: error.to_string() };
    let listener = TcpListener::bind(address).await.map_err(cannot_listen)?;
    let address = listener.local_addr().map_err(cannot_listen)?;
    let hub_key = SecretKey::from_seed(&random_bytes()?);
    let mut settings = Settings::new(format!("http://{address}"), hub_key);
    settings.operator = Some(OperatorToken::new(token).map_err(reputation::Error::from)?);
    settings.clock = Arc::new(move || unix_now() + ahead.load(Ordering::SeqCst));
    let follow = Follow {
        chain: Arc::new(ClientChain::new(operator.clone())),
        settings: follower::Settings {
            chain_id: CHAIN_ID,
            confirmations: 0,
            every: LOOK_INTERVAL,
            oracle: operator.wallet(),
        },
    };
    Ok(Server::start(listener, oracle, settings, Some(follow)).map_err(reputation::Error::from)?)
}
