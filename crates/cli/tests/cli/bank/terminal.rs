//! What is shown and asked before somebody signs.

use crate::support::bank::Traders;

const SIZE: (u16, u16) = (200, 50);

#[test]
fn a_deal_is_shown_by_names_before_it_is_signed() {
    let traders = Traders::new();
    traders.swap("swap.json", "3", "2.5");
    let (columns, rows) = SIZE;
    let deal = || {
        traders
            .words("bank deal swap.json --key alice.key --also bob.key")
            .env("NO_COLOR", "1")
            .at_terminal(columns, rows)
    };
    let mut asked = deal();
    asked.wait_for("sign this deal? [y/N]");
    asked.type_line("n");
    let (code, shown) = asked.end();
    assert_eq!(code, 2, "{shown}");
    // Who leads, what they stand to lose, and what they would with the other bank to lead.
    let squeezed = squeeze(&shown);
    let places = ["leads", "follows", "Alice 3 of “1 logo”", "Bob 2.5 of “1 hour”", "with as many other leads"];
    assert!(places.iter().all(|place| squeezed.contains(place)), "{shown}");
    assert!(shown.contains("the deal was not signed and nothing was sent to any bank"), "{shown}");
    assert!(!traders.folder.path().join("deal.journal").exists(), "{shown}");
    let mut asked = deal();
    asked.wait_for("sign this deal? [y/N]");
    asked.type_line("y");
    let (code, shown) = asked.end();
    assert_eq!(code, 0, "{shown}");
    assert!(shown.contains("settled"), "{shown}");
}

#[test]
fn who_confirms_sees_what_they_give_and_get() {
    let traders = Traders::new();
    traders.swap("swap.json", "3", "2.5");
    traders.words("bank deal swap.json --key alice.key --yes --journal swap.journal").json();
    let (columns, rows) = SIZE;
    let confirm = traders.at_both("bank confirm swap.journal --key bob.key").env("NO_COLOR", "1");
    let mut asked = confirm.at_terminal(columns, rows);
    asked.wait_for("sign this deal? [y/N]");
    asked.type_line("");
    let (code, shown) = asked.end();
    assert_eq!(code, 2, "{shown}");
    let squeezed = squeeze(&shown);
    assert!(squeezed.contains("you give 2.5 “1 hour”") && squeezed.contains("you get 3 “1 logo”"), "{shown}");
    assert!(squeezed.contains("somebody gives 3 account"), "{shown}");
    let [one, two] = [0, 1].map(|bank| &traders.banks[bank].key()[..12]);
    assert!(shown.contains(&format!("{one}…")) && shown.contains(&format!("{two}…")), "who waits for whom: {shown}");
    assert!(shown.contains("the deal was not signed and nothing was sent to any bank"), "{shown}");
    let settle = traders.words("bank settle swap.journal --key alice.key").failure();
    settle.expect("unsigned", 1, &[&traders.people[1]]);
}

/// With one space where there are any.
fn squeeze(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
