//! How a server begins and ends.

use std::sync::Arc;

use serde_json::{Value, json};
use tokio::{net::TcpStream, time::timeout};

use super::{LONG, PREIMAGE, Puppet, Stage, in_flight, track};
use crate::{
    Error, PaymentStatus,
    serve::{Server, ServerSettings},
};

#[tokio::test]
async fn stops_although_somebody_waits() {
    let stage = Stage::set().await;
    let address = stage.server.address;
    stage.puppet.knows(PREIMAGE.payment_hash(), PaymentStatus::Pending);
    let mut answer = stage.ask(&track(""), &Value::Null).await;
    assert_eq!(answer.line().await, Some(in_flight()));
    timeout(LONG, stage.server.stop()).await.expect("an end");
    let end = answer.line().await.unwrap();
    assert_eq!(end["error"]["message"], json!("router server shutting down"));
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn a_dropped_server_stops() {
    let Stage { puppet, server } = Stage::set().await;
    let address = server.address;
    drop(server);
    let stopped = async { while TcpStream::connect(address).await.is_ok() {} };
    timeout(LONG, stopped).await.expect("nobody listens");
    // The node is let go of, too.
    timeout(LONG, async {
        while Arc::strong_count(&puppet) > 1 {
            tokio::task::yield_now().await;
        }
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn says_that_a_port_is_taken() {
    let taken = Stage::set().await;
    let settings = ServerSettings { port: taken.server.address.port(), ..ServerSettings::default() };
    let port = settings.port;
    let error = Server::start(Arc::new(Puppet::default()), settings).await.unwrap_err();
    assert!(matches!(error, Error::NotServed { port: named, .. } if named == port), "{error}");
    assert_eq!(error.code(), "lightning_not_served");
}
