//! No bank learns what is at another: everything that a bank is sent, sends, keeps or prints is searched for the amounts, accounts,
//! holders, records and promises of the others.
//!
//! What a bank may know of the rest of a deal is what [`secrets`] leaves out, and that alone: the hashes of all records, who proposed it,
//! the banks that it waits for, and their signatures over the deal's hash.

use std::{collections::BTreeSet, env, process::Command};

use barter_bank::{
    client::{Error, Settlement, drive},
    document::PublicKey,
};

use crate::{
    place::Store,
    support::{Banks, Kept, key_of, now, person},
};

/// Proposes deals, and has no account anywhere.
const MATCHMAKER: u8 = 9;
const BANKS: u8 = 4;
/// Set in a process that plays what is below for its output to be read.
const PLAYS: &str = "BARTER_BANK_PLAYS_ALOUD";

/// Said there first, to see that what is said is heard.
const HEARD: &str = "what is said is heard";

/// Something that may be found: what it is, and how it looks as bytes.
type Trace = (String, Vec<u8>);

/// A key or a hash in each way in which it may be written.
fn written(what: &str, bytes: &[u8; 32]) -> Vec<Trace> {
    let base58 = bs58::encode(bytes).into_string();
    let hex: String = bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect();
    let upper = hex.to_uppercase();
    let texts = [base58, hex, upper].map(|text| (format!("{what} {text}"), text.into_bytes()));
    texts.into_iter().chain([(format!("{what}, in bytes"), bytes.to_vec())]).collect()
}

/// Who gives how much to whom, of what is kept at the bank of the giver's number.
type Gift = (u8, u8, &'static str);

/// What was played: deals, and who gave how much in each.
struct Played {
    banks: Banks,
    deals: Vec<(Settlement, Vec<Gift>)>,
}

/// A ring over four banks, a graph with two givers, and a deal that is given up because one of four banks refuses.
async fn play(store: Store) -> Played {
    let mut banks = Banks::new(store, BANKS).await;
    let mut played = Vec::new();
    let [a, b, c, d] = [1, 2, 3, 4];
    let ring = vec![(a, b, "11.7031"), (b, c, "22.6042"), (c, d, "33.5053"), (d, a, "44.4064")];
    let graph = vec![(a, c, "51.3175"), (b, c, "62.2286"), (c, d, "73.1397"), (d, a, "84.0408"), (d, b, "95.9519")];
    for gifts in [ring, graph] {
        let mut settlement = banks.deal_of(&gifts, MATCHMAKER).await;
        carry(&banks, &mut settlement, Kept::default()).await.unwrap();
        played.push((settlement, gifts));
    }
    // Held at one bank, which then refuses another: the client is killed before it keeps the answer.
    let holding = vec![(d, b, "17.8621")];
    let mut settlement = banks.deal_of(&holding, MATCHMAKER).await;
    carry(&banks, &mut settlement, Kept { dies_at: Some(2), ..Kept::default() }).await.unwrap_err();
    played.push((settlement, holding));
    let refused = vec![(a, b, "28.7532"), (b, c, "39.6443"), (c, d, "41.5354"), (d, a, "52.4265")];
    let mut settlement = banks.deal_of(&refused, MATCHMAKER).await;
    let error = carry(&banks, &mut settlement, Kept::default()).await.unwrap_err();
    assert!(matches!(error, Error::GivenUp { .. }), "{error}");
    played.push((settlement, refused));
    // A glance at what one has.
    for number in 1..=BANKS {
        banks.connection(number).holdings(&person(number), now()).await.unwrap();
    }
    Played { banks, deals: played }
}

async fn carry(banks: &Banks, settlement: &mut Settlement, mut kept: Kept) -> Result<(), Error> {
    drive(settlement, &banks.connections(), &person(MATCHMAKER), &mut kept).await
}

impl Played {
    /// All that there is at a bank and may not be known at others.
    async fn at(&self, number: u8) -> Vec<Trace> {
        let key = key_of(number);
        let mut known = Vec::new();
        for (settlement, gifts) in &self.deals {
            for (_, _, amount) in gifts.iter().filter(|(giver, ..)| *giver == number) {
                known.push((format!("an amount, {amount}"), amount.as_bytes().to_vec()));
                let double: f64 = amount.parse().unwrap();
                known.push((format!("an amount, {amount}, in bytes"), double.to_le_bytes().to_vec()));
                known.push((format!("an amount, {amount}, in bytes"), double.to_be_bytes().to_vec()));
            }
            for leg in settlement.legs().iter().filter(|leg| leg.terms.bank == key) {
                for record in &leg.records {
                    known.extend(written("an account", record.account.as_bytes()));
                    known.push(("a record".to_owned(), record.text().as_bytes().to_vec()));
                    known.push(("a record's ULID".to_owned(), record.header().ulid.as_str().as_bytes().to_vec()));
                }
                for holder in &leg.holders {
                    let word = settlement.confirmation(*holder, key).unwrap();
                    known.extend(written("a confirmation", word.hash().as_bytes()));
                    let sig = word.sig().unwrap().to_string();
                    known.push(("the signature of a confirmation".to_owned(), sig.into_bytes()));
                }
            }
        }
        known.push(("the name of a promise".to_owned(), format!("a thing of {number}").into_bytes()));
        let connection = self.banks.connection(number);
        known.push(("where a bank is".to_owned(), connection.pin().url.trim_start_matches("http://").into()));
        // Only who is known there asks: whoever asks is known from then on.
        let known_there = self.keys_at(number);
        for holder in (1..=BANKS).map(person).filter(|holder| known_there.contains(&holder.public())) {
            for holding in connection.holdings(&holder, now()).await.unwrap() {
                known.extend(written("an account", holding.account.as_bytes()));
                known.extend(written("a promise", holding.promise.hash().as_bytes()));
                known.push(("a promise".to_owned(), holding.promise.text().as_bytes().to_vec()));
            }
        }
        known
    }

    /// Whose keys a bank may know: itself, who has accounts there, who proposes, and the banks that it waits for.
    fn keys_at(&self, number: u8) -> BTreeSet<PublicKey> {
        let mut keys = BTreeSet::from([key_of(number), person(number).public(), person(MATCHMAKER).public()]);
        for (settlement, _) in &self.deals {
            for leg in settlement.legs().iter().filter(|leg| leg.terms.bank == key_of(number)) {
                keys.extend(leg.holders.iter().chain(&leg.terms.predecessors).chain(&leg.terms.awaits));
            }
        }
        keys
    }

    /// What a bank may not know.
    async fn secrets(&self, number: u8) -> Vec<Trace> {
        let mut secrets = Vec::new();
        for other in (1..=BANKS).filter(|other| *other != number) {
            secrets.extend(self.at(other).await);
        }
        let known = self.keys_at(number);
        let everybody = (1..=BANKS).flat_map(|number| [key_of(number), person(number).public()]);
        for key in everybody.filter(|key| !known.contains(key)) {
            secrets.extend(written("a key", key.as_bytes()));
        }
        secrets
    }
}

/// Of these, what is in any of those bytes.
fn found<'a>(searched: &[Vec<u8>], wanted: &'a [Trace]) -> Vec<&'a str> {
    let is_in = |bytes: &[u8]| searched.iter().any(|all| all.windows(bytes.len()).any(|window| window == bytes));
    wanted.iter().filter(|(_, bytes)| is_in(bytes)).map(|(what, _)| what.as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_bank_learns_what_is_at_another() {
    for store in Store::all() {
        let mut played = play(store).await;
        let mut asked = Vec::new();
        let taped: Vec<Vec<Vec<u8>>> = (1..=BANKS)
            .map(|number| {
                let tape = played.banks.tapes[&number].lock().unwrap();
                tape.iter().map(|reel| reel.lock().unwrap().clone()).collect()
            })
            .collect();
        for number in 1..=BANKS {
            asked.push((played.secrets(number).await, played.at(number).await));
        }
        for number in 1..=BANKS {
            let audited = played.banks.audited(number).await;
            assert_eq!(audited.findings, [], "bank {number} on {store:?}");
            assert!(audited.counts.settled == 2 && audited.counts.legs > 2, "{audited:?}");
            played.banks.stop(number).await;
            let (secrets, own) = &asked[usize::from(number) - 1];
            let kept = vec![played.banks.place(number).bytes()];
            for (where_, searched) in [("on its tape", &taped[usize::from(number) - 1]), ("in its store", &kept)] {
                let leaked = found(searched, secrets);
                assert!(leaked.is_empty(), "bank {number} has {where_}, on {store:?}: {leaked:#?}");
                println!("bank {number}, {store:?}: none of {} secrets {where_}", secrets.len());
            }
            // The search finds what is there.
            let is_sent =
                |what: &str| what.starts_with("an amount") && !what.contains("in bytes") || what.contains("ULID");
            let sent: Vec<Trace> = own.iter().filter(|(what, _)| is_sent(what)).cloned().collect();
            assert_eq!(found(&taped[usize::from(number) - 1], &sent).len(), sent.len(), "bank {number} was told");
            let deal = written("a deal", played.deals[0].0.hash().as_bytes());
            assert!(found(&kept, &deal).len() > 1 && found(&kept, own).len() > 10, "bank {number} keeps its own");
        }
    }
}

/// What a bank prints, whoever reads it: nothing of anybody's.
#[tokio::test(flavor = "multi_thread")]
async fn a_bank_prints_nothing_of_what_it_is_told() {
    if env::var_os(PLAYS).is_some() {
        // All that anything says, whatever an operator would ask for.
        let told = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_ansi(false);
        told.with_writer(std::io::stderr).init();
        tracing::trace!("{HEARD}");
        play(Store::Sqlite).await;
        return;
    }
    let this = "visibility::a_bank_prints_nothing_of_what_it_is_told";
    let output = Command::new(env::current_exe().unwrap())
        .args(["--exact", this, "--nocapture", "--test-threads=1"])
        .env(PLAYS, "1")
        .output()
        .unwrap();
    let printed = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert!(output.status.success() && printed.contains("1 passed") && printed.contains(HEARD), "{printed}");
    let is_base58 = |word: &&str| word.len() > 40 && word.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let words: Vec<_> = printed.split(|character: char| !character.is_ascii_alphanumeric()).filter(is_base58).collect();
    assert!(words.is_empty(), "keys, hashes or signatures: {words:?}");
    let amounts = ["11.7031", "62.2286", "28.7532", "a thing of"];
    assert!(!amounts.iter().any(|amount| printed.contains(amount)), "{printed}");
}
