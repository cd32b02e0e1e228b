//! Score, history, card and credit of a wallet that traded.

use crate::support::{Deal, fields};

#[test]
fn the_history_tells_each_step() {
    let deal = Deal::accepted();
    deal.settle();
    let history = deal.reading("trust history").arg(&deal.payee.address).json();
    let step = &history["events"][0];
    assert_eq!((&step["delta"], &step["new_score"]), (&6.into(), &6.into()));
    assert_eq!(
        (&step["trade_id"], &step["counterparty"]),
        (&deal.trade_id.as_str().into(), &deal.payer.address.as_str().into())
    );
    let none = deal.reading("trust history --to 1000").arg(&deal.payee.address).json();
    assert_eq!(none["events"].as_array().unwrap().len(), 0);
    let score = deal.reading("trust score").arg(&deal.payee.address).json();
    assert_eq!((&score["score"], &score["level"]), (&6.into(), &"C".into()));
}

#[test]
fn the_card_is_a_picture() {
    let deal = Deal::accepted();
    deal.reading("trust card").arg(&deal.payer.address).failure().expect("no_trust_token", 4, &[&deal.payer.address]);
    deal.settle();
    let picture = deal.reading("trust card").arg(&deal.payer.address).run();
    assert!(picture.stdout.starts_with("<svg") && picture.stdout.trim_end().ends_with("</svg>"), "{picture:?}");
    let card = deal.reading("trust card").arg(&deal.payer.address).json();
    assert_eq!(fields(&card), ["attributes", "description", "image_svg", "name"]);
    assert_eq!(card["image_svg"].as_str().unwrap().trim_end(), picture.stdout.trim_end());

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("card.svg");
    let written = deal.reading("trust card").arg(&deal.payer.address).arg("--out").arg(&file).run();
    assert_eq!((written.code, written.stdout.as_str()), (0, ""));
    assert_eq!(std::fs::read_to_string(&file).unwrap().trim_end(), picture.stdout.trim_end());
    let nowhere = deal.reading("trust card --out no/such/folder/card.svg").arg(&deal.payer.address);
    nowhere.failure().expect("unwritable_file", 2, &["no/such/folder/card.svg"]);
}

#[test]
fn credit_is_earned_and_can_be_burned() {
    let deal = Deal::accepted();
    deal.settle();
    let balance = || deal.reading("credit balance").arg(&deal.payer.address).json();
    assert_eq!(balance()["balance"], "50");
    let burned = deal.as_payer("credit burn 12.5").json();
    assert_eq!((&burned["burned"], &burned["burned_units"]), (&"12.5".into(), &"12500000000000000000".into()));
    assert_eq!(balance()["balance"], "37.5");
    let earned = deal.reading("credit earned").arg(&deal.payer.address).json();
    assert_eq!(earned["earned"], "50");
    assert!(deal.reading("credit supply").json()["total_supply"].as_str().unwrap().parse::<f64>().unwrap() >= 87.5);
    deal.as_payer("credit burn 1000").failure().expect("insufficient_credit", 1, &["37500000000000000000"]);
    for amount in ["-1", "1e3", "ten", "0.0000000000000000001"] {
        deal.as_payer("credit burn").arg(amount).failure().expect("invalid_credit_amount", 2, &[amount]);
    }
}
