//! Bonds in a token that takes a fee and returns nothing.

use alloy_primitives::{address, hex};
use barter_bindings::TestDollar;
use barter_sdk::{Address, TokenAmount};
use serde_json::json;

use crate::{
    bonds::{CONSUMER, DAY, HUB, PROVIDER, complaint, dollars, rule, start},
    chain::{Chain, wallet},
};

/// Where the token's own code is, which the code at its address calls.
const INNER: Address = address!("0x00000000000000000000000000000000001aaaaa");

/// Makes the token of a chain another kind: a `transferFrom` moves 3% less than was named, and neither that nor a `transfer` returns
/// anything, as with USDT. All else is done by the token's own code.
///
/// ```text
/// 36 5f 5f 37   5f 35 60e0 1c 63 23b872dd 14        the call into memory; is it transferFrom?
/// 6044 35  80 6003 02 6064 90 04  82 02 90 03       its amount, less 3% if it is
/// 6044 52  5f 35 60e0 1c 63 a9059cbb 14 17          in place of the amount; is it that, or transfer?
/// 5f 5f 36 5f 73 .. 5a f4  3d 5f 5f 3e              the token's own code, on the storage here
/// 15 6055 57  15 3d 02 5f f3   5b 3d 5f fd          what it returned, or nothing; what it reverted with
/// ```
async fn make_strange(chain: &Chain) {
    let token = chain.deployment.bond_token.unwrap();
    let inner = hex::encode(INNER);
    let strange = [
        "365f5f375f3560e01c6323b872dd14",
        "604435806003026064900482029003",
        "6044525f3560e01c63a9059cbb1417",
        &format!("5f5f365f73{inner}5af43d5f5f3e"),
        "15605557153d025ff35b3d5ffd",
    ];
    chain.rpc("anvil_setCode", json!([INNER, TestDollar::DEPLOYED_BYTECODE])).await;
    chain.rpc("anvil_setCode", json!([token, format!("0x{}", strange.concat())])).await;
}

#[tokio::test]
async fn what_arrives_is_what_counts() {
    let chain = start().await;
    make_strange(&chain).await;
    let (provider, consumer) = (chain.client(PROVIDER).bond(), chain.client(CONSUMER).bond());
    provider.stake(HUB, dollars("1000")).await.unwrap();
    assert_eq!(provider.of(wallet(PROVIDER)).await.unwrap().active, dollars("970"));
    consumer.top_up(wallet(PROVIDER), dollars("100")).await.unwrap();
    let bond = provider.of(wallet(PROVIDER)).await.unwrap();
    assert_eq!((bond.active, bond.ever_bonded), (dollars("1067"), dollars("1067")));

    // The least deposit has to arrive: the usual hundredth more is not enough for a fee of three.
    let signed = complaint(&chain, 1).await;
    assert_eq!(consumer.required_deposit(wallet(PROVIDER)).await.unwrap(), dollars("10.67"));
    let refused = consumer.file(&signed, None).await.unwrap_err();
    assert_eq!((refused.code(), refused.transaction_hash()), ("deposit_too_small", None));
    let deposit = Some(dollars("20"));
    let dispute_id = consumer.file(&signed, deposit).await.unwrap().dispute_id;
    assert_eq!(consumer.dispute(dispute_id).await.unwrap().deposit, dollars("19.4"));

    rule(&chain, dispute_id, 100_000).await;
    chain.pass(2 * DAY).await;
    provider.execute(dispute_id).await.unwrap();
    let owed = TokenAmount::from_units(106_700_000 + 19_400_000, 6);
    assert_eq!(consumer.claimable(wallet(CONSUMER)).await.unwrap(), owed);
    let before = consumer.balance(wallet(CONSUMER)).await.unwrap();
    consumer.claim(wallet(CONSUMER)).await.unwrap();
    let after = consumer.balance(wallet(CONSUMER)).await.unwrap();
    assert_eq!(after.units() - before.units(), owed.units());

    provider.unbond(dollars("960.3")).await.unwrap();
    chain.pass(28 * DAY).await;
    provider.withdraw(wallet(PROVIDER)).await.unwrap();
    // 970 had left the wallet, and what remained of them after the dispute is back.
    assert_eq!(provider.balance(wallet(PROVIDER)).await.unwrap(), dollars("9990.3"));
}
