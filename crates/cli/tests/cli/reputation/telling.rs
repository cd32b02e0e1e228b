//! What `score` tells people of a provider.

use super::followed::Followed;
use crate::support::reputation::{HUB, Served};

#[test]
fn a_provider_of_whom_nothing_is_known_has_none_yet() {
    let folder = tempfile::tempdir().unwrap();
    let service = Served::start(folder.path());
    let wallet = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
    service.operate("reputation register provider").args([HUB, wallet]).json();
    let page = service.ask("reputation score").arg(HUB).run().stdout;
    let lines = |part: &str| page.lines().filter(|line| line.contains(part)).count();
    assert_eq!((lines("none yet"), lines("0.0%")), (3, 1), "{page}");
    assert!(page.contains("on test networks no (from $100), on main networks no (from $1,000)"), "{page}");
    assert!(page.contains(&format!("{wallet} does not count: nothing was read of it yet")), "{page}");
}

#[test]
fn a_wallet_that_does_not_count_is_named_with_the_reason() {
    let Followed { market, service, folder: _folder } = Followed::start();
    let [other, nobody] = [&market.consumer.address, &market.auditors[0].address];
    market.as_consumer("bond stake --hub https://other.example 500").json();
    for wallet in [other, nobody] {
        service.operate("reputation register provider").args([HUB, wallet]).json();
    }
    service.score_with(|score| {
        score["wallets"].as_array().unwrap().iter().all(|wallet| !wallet["bond"].is_null())
            && score["record"]["bond_units"] == "2000000000"
    });
    let page = service.ask("reputation score").arg(HUB).run().stdout;
    assert!(page.contains(&format!("{other} does not count: it declared another hub")), "{page}");
    assert!(page.contains(&format!("{nobody} does not count: it has declared no hub")), "{page}");
    assert!(!page.contains(&format!("{} does not", market.provider.address)), "{page}");
    assert!(page.contains("on test networks yes (from $100), on main networks yes (from $1,000)"), "{page}");
    // As many digits as verify tells.
    let told = page.lines().find_map(|line| line.strip_prefix("score")).unwrap().trim();
    assert_eq!(told.len(), "0.123456".len(), "{page}");
}
