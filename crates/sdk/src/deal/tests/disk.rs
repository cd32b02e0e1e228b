use std::{collections::BTreeMap, fs, path::Path};

use barter_protocol::TradeId;

use super::made::{MADE_AT, PAYEE, owner, preimage};
use crate::deal::{
    DealStage, Journal, Sale,
    disk::calls::{self, Call},
    record::Record,
};

/// A disk that keeps what it must, and of the rest what it likes.
#[derive(Clone, Default)]
struct Disk {
    files: Vec<File>,
    /// Names as a process sees them, and as they are on disk.
    names: BTreeMap<String, usize>,
    kept: BTreeMap<String, usize>,
}

#[derive(Clone, Default)]
struct File {
    text: Vec<u8>,
    /// What is sure to be on disk.
    synced: Vec<u8>,
}

/// What a disk makes of what it need not keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whim {
    /// All of it.
    Keeps,
    /// Names, but only the half of what files hold.
    Tears,
    /// None of it.
    Drops,
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().to_owned()
}

impl Disk {
    fn call(&mut self, call: &Call) {
        match call {
            Call::Write(path, text) => {
                let place = *self.names.entry(name(path)).or_insert_with(|| {
                    self.files.push(File::default());
                    self.files.len() - 1
                });
                self.files[place].text.clone_from(text);
            }
            Call::Sync(path) => {
                let file = &mut self.files[self.names[&name(path)]];
                file.synced.clone_from(&file.text);
            }
            Call::Rename(from, to) => {
                let place = self.names.remove(&name(from)).unwrap();
                self.names.insert(name(to), place);
            }
            Call::Link(from, to) => {
                self.names.insert(name(to), self.names[&name(from)]);
            }
            Call::SyncFolder => self.kept.clone_from(&self.names),
        }
    }

    /// What is found after a crash.
    fn crash(&self, whim: Whim, folder: &Path) {
        let names = if whim == Whim::Drops { &self.kept } else { &self.names };
        for (name, place) in names {
            let File { text, synced } = &self.files[*place];
            let torn = if text == synced { text } else { &text[..text.len() / 2] };
            let found = match whim {
                Whim::Keeps => text,
                Whim::Tears => torn,
                Whim::Drops => synced,
            };
            fs::write(folder.join(name), found).unwrap();
        }
    }
}

/// Whatever the moment of the crash and the disk's whims, the journal has what it had or what it was to have, and what it said it has
/// written is there.
#[test]
fn no_crash_tears_the_journal() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(folder.path().join("deals")).unwrap();
    let mut states = vec![Record::of_sale(owner(PAYEE), Sale::new("order-17", 50_000), preimage(), MADE_AT)];
    for stage in [DealStage::Failed, DealStage::Begun] {
        let mut state = states[0].clone();
        state.stage = stage;
        states.push(state);
    }
    let (hash, trade_id) = (preimage().payment_hash(), TradeId::repeat_byte(1));
    calls::take();
    let mut disk = Disk::default();
    let check = |disk: &Disk, written: usize, is_writing: bool, is_taken: bool| {
        for whim in [Whim::Keeps, Whim::Tears, Whim::Drops] {
            let folder = tempfile::tempdir().unwrap();
            let journal = Journal::open(folder.path().join("deals")).unwrap();
            disk.crash(whim, journal.folder());
            let found = journal.read("order-17").unwrap_or_else(|error| panic!("{whim:?} after {written}: {error}"));
            let mut allowed = vec![written.checked_sub(1).map(|last| states[last].clone())];
            if is_writing {
                allowed.push(Some(states[written].clone()));
            }
            assert!(allowed.contains(&found), "{whim:?} after {written} writes: {found:?}");
            let taken = journal.taken(hash).unwrap_or_else(|error| panic!("{whim:?}: {error}"));
            assert!(taken.is_none_or(|found| found == trade_id));
            assert!(taken.is_some() || !is_taken, "{whim:?}: what was taken is lost");
            // And it can go on from there.
            journal.write(&states[0]).unwrap();
            journal.take(hash, trade_id).unwrap();
            calls::take();
        }
    };
    for (written, state) in states.iter().enumerate() {
        journal.write(state).unwrap();
        let made = calls::take();
        assert!(made.len() >= 4, "{made:?}");
        for call in &made {
            disk.call(call);
            check(&disk, written, true, false);
        }
        check(&disk, written + 1, false, false);
    }
    journal.take(hash, trade_id).unwrap();
    for call in calls::take() {
        disk.call(&call);
        check(&disk, states.len(), false, false);
    }
    check(&disk, states.len(), false, true);
}
