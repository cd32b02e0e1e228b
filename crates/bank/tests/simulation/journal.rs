//! The client's journal on a real disk: what is left of it when its writer is killed, and when the disk is full.

use std::{fs, path::PathBuf};

use barter_bank::{
    client::{Error, Journal, Settlement},
    document::{Action, Doc, Signature},
    plan::Deal,
};
use tempfile::TempDir;

use crate::{ledger_world::START, random::Random, town::Town};

/// A settlement as it is before anything was sent, and once a bank has approved.
fn two() -> [Settlement; 2] {
    let (town, mut random) = (Town::get(), Random::new(1));
    let deal = Deal::new(vec![town.transfer(0, 0, 1, "1"), town.transfer(1, 1, 0, "1")]).unwrap();
    let new = town.signed(&deal, &deal.smallest_leads().banks, 0, START, &mut random);
    let mut approved = new.clone();
    let approve = Signature::new(new.hash(), Action::Approve);
    approved.add(Doc::sign(&Town::bank_key(0), random.ulid(START), &approve).unwrap());
    [new, approved]
}

struct Kept {
    _folder: TempDir,
    journal: Journal,
    /// Where the next one is written before it takes the place of the last.
    beside: PathBuf,
}

impl Kept {
    fn new(settlement: &Settlement) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::new(folder.path().join("deal.json"));
        journal.write(settlement).unwrap();
        let beside = folder.path().join("deal.json.new");
        Self { _folder: folder, journal, beside }
    }
}

/// The file is written beside the old one, byte by byte, and takes its place: killed at any byte before that, the old one is there and
/// whole, and what was left beside it is in nobody's way.
#[test]
fn a_client_killed_while_it_writes_has_what_it_had() {
    let [before, after] = two();
    let kept = Kept::new(&before);
    let text = after.to_json().to_string();
    for end in 0..=text.len() {
        fs::write(&kept.beside, &text[..end]).unwrap();
        assert_eq!(kept.journal.read().unwrap().as_ref(), Some(&before), "killed after {end} bytes");
    }
    kept.journal.write(&after).unwrap();
    assert_eq!(kept.journal.read().unwrap().as_ref(), Some(&after));
    assert!(!kept.beside.exists());
}

/// A disk that loses the end of a file, or somebody who edits it: no part of it passes for a settlement.
#[test]
fn a_journal_cut_short_is_no_journal() {
    let [settlement, _] = two();
    let kept = Kept::new(&settlement);
    let text = fs::read(kept.journal.path()).unwrap();
    for end in 0..text.len() {
        fs::write(kept.journal.path(), &text[..end]).unwrap();
        let read = kept.journal.read();
        assert!(matches!(&read, Err(Error::Journal { path, .. }) if path == kept.journal.path()), "{end}: {read:?}");
    }
}

/// Nothing more can be written: that is said, and what was there stays.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told_and_takes_nothing_away() {
    let [before, after] = two();
    let kept = Kept::new(&before);
    std::os::unix::fs::symlink("/dev/full", &kept.beside).unwrap();
    let Err(Error::Journal { path, reason }) = kept.journal.write(&after) else { panic!("it was written") };
    assert_eq!(path, kept.journal.path());
    assert!(reason.contains("No space left"), "{reason}");
    assert_eq!(kept.journal.read().unwrap(), Some(before));
}
