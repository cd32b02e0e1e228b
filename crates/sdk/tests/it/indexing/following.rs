//! New blocks, until it is stopped.

use std::{
    future::pending,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use barter_sdk::RunUntil;
use tokio::{sync::oneshot, time::timeout};

use super::{catch_up, indexed};
use crate::{
    chain::{Chain, wallet},
    endpoints::{Endpoint, Reaction},
};

#[tokio::test]
async fn new_blocks_are_followed_until_it_is_stopped() {
    let (chain, folder) = (Chain::start().await, tempfile::tempdir().unwrap());
    let client = indexed(&chain, &folder);
    let (stop, stopped) = oneshot::channel::<()>();
    let reached = Arc::new(Mutex::new(0));
    let seen = Arc::clone(&reached);
    let index = client.index();
    let running = tokio::spawn(async move {
        let stopped = async move { drop(stopped.await) };
        index.run(RunUntil::Stopped, stopped, move |progress| *seen.lock().unwrap() = progress.events).await
    });
    for settled in 1..=3_u64 {
        chain.settle(0, 1, &[1_000 * settled]).await;
        let caught_up = async {
            // Opened, settled, two scores, two transfers.
            while *reached.lock().unwrap() < 7 * settled {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        timeout(Duration::from_secs(30), caught_up).await.expect("it follows");
        // Read while it is written.
        assert_eq!(client.compliance().wallet_summary(wallet(0)).await.unwrap().trades, settled);
    }
    assert!(!running.is_finished());
    stop.send(()).unwrap();
    let done = timeout(Duration::from_secs(10), running).await.expect("it stops").unwrap().unwrap();
    assert_eq!(done.block, Some(client.block_number().await.unwrap()));
}

/// It stops at once, even while the node keeps it waiting; and so it does when nobody waits for it any more.
#[tokio::test]
async fn a_silent_node_does_not_keep_it_from_stopping() {
    let (chain, folder) = (Chain::start().await, tempfile::tempdir().unwrap());
    let is_silent = Arc::new(AtomicBool::new(false));
    let switch = Arc::clone(&is_silent);
    let node = Endpoint::start(
        &chain.url,
        move |_| {
            if switch.load(Ordering::SeqCst) { Reaction::Hang } else { Reaction::Pass }
        },
    )
    .await;
    let path = folder.path().join("barter.db");
    let client = chain.builder(3).rpc_url(&node.url).index(path.to_str().unwrap()).build().unwrap();
    let silence = Arc::clone(&is_silent);
    let stop = async move {
        tokio::time::sleep(Duration::from_millis(300)).await;
        silence.store(true, Ordering::SeqCst);
        tokio::time::sleep(Duration::from_millis(300)).await;
    };
    let done = timeout(Duration::from_secs(10), client.index().run(RunUntil::Stopped, stop, |_| {})).await;
    assert!(done.expect("it stops").unwrap().block.is_some());

    is_silent.store(false, Ordering::SeqCst);
    let dropped = timeout(Duration::from_millis(300), client.index().run(RunUntil::Stopped, pending(), |_| {})).await;
    assert!(dropped.is_err());
    // The one that was dropped does not write any more.
    catch_up(&client).await;
}
