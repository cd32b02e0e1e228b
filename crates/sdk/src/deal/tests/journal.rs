use std::{
    fs,
    os::unix::fs::{PermissionsExt as _, symlink},
};

use barter_protocol::Role;

use super::made::{MADE_AT, PAYEE, PAYER, offer, owner, preimage};
use crate::deal::{Deal, DealError, DealStage, Journal, Purchase, Sale, record::Record};

fn sale(id: &str) -> Record {
    Record::of_sale(owner(PAYEE), Sale::new(id, 50_000), preimage(), MADE_AT)
}

fn purchase() -> Record {
    Record::of_purchase(owner(PAYER), offer(Role::Payee), Purchase::for_amount(50_000), MADE_AT).unwrap()
}

fn journal() -> (tempfile::TempDir, Journal) {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(folder.path().join("deals")).unwrap();
    (folder, journal)
}

#[test]
fn keeps_both_sides_as_they_are() {
    let (_folder, journal) = journal();
    let mut paid = purchase();
    paid.preimage = Some(preimage());
    paid.fee_msats = Some(1_001);
    paid.stage = DealStage::Paid;
    for record in [sale("order-17"), paid.clone()] {
        journal.write(&record).unwrap();
        assert_eq!(journal.read(&record.id).unwrap(), Some(record));
    }
    assert_eq!(journal.listing().unwrap().deals.len(), 2);
    assert_eq!(journal.read("order-18").unwrap(), None);
    assert_eq!(Deal::from(&paid).preimage, Some(preimage()));
}

#[test]
fn nobody_else_can_read_it() {
    let (folder, journal) = journal();
    journal.write(&sale("order-17")).unwrap();
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(journal.folder()), 0o700);
    assert_eq!(mode(&journal.path("order-17")), 0o600);
    let open = folder.path().join("open");
    fs::create_dir(&open).unwrap();
    fs::set_permissions(&open, fs::Permissions::from_mode(0o750)).unwrap();
    let error = Journal::open(&open).unwrap_err();
    assert_eq!(error.code(), "journal");
    assert!(error.to_string().contains("750"), "{error}");
    fs::write(folder.path().join("file"), "").unwrap();
    assert_eq!(Journal::open(folder.path().join("file")).unwrap_err().code(), "journal");
}

#[test]
fn a_preimage_is_shown_nowhere_but_in_the_file() {
    let record = sale("order-17");
    let digits = preimage().to_string()[2..].to_owned();
    let deal = Deal::from(&record);
    assert_eq!(deal.preimage, None);
    for text in [format!("{record:?}"), format!("{deal:?}"), serde_json::to_string(&deal).unwrap()] {
        assert!(!text.contains(&digits), "{text}");
    }
    let mut paid = purchase();
    paid.preimage = Some(preimage());
    assert!(!serde_json::to_string(&Deal::from(&paid)).unwrap().contains(&digits));
    let (_folder, journal) = journal();
    journal.write(&record).unwrap();
    let text = fs::read_to_string(journal.path("order-17")).unwrap();
    assert!(text.contains(&digits));
    fs::write(journal.path("order-17"), text.replace("\"stage\"", "\"\u{7}stage\"")).unwrap();
    let error = journal.read("order-17").unwrap_err();
    assert!(!format!("{error} {error:?}").contains(&digits), "{error:?}");
}

#[test]
fn a_file_that_is_no_record_is_refused_by_name() {
    let (_folder, journal) = journal();
    let path = journal.path("order-17");
    journal.write(&sale("order-17")).unwrap();
    journal.write(&sale("order-18")).unwrap();
    let whole = fs::read_to_string(&path).unwrap();
    let other_preimage = whole.replace("0x0707", "0x0807");
    let without = whole.replace(&format!("\"{}\"", preimage()), "null");
    let later = whole.replace("\"version\": 1", "\"version\": 2");
    let cuts = (0..whole.len() - 1).map(|length| whole[..length].to_owned());
    for text in cuts.chain([without, later, "[]".to_owned(), "\u{0}".repeat(300)]) {
        fs::write(&path, &text).unwrap();
        let listing = journal.listing().unwrap();
        assert_eq!((listing.deals.len(), listing.damaged.len()), (1, 1), "a good one is hidden by a bad one");
        let listed = listing.damaged.into_iter().next().unwrap();
        for error in [journal.read("order-17").unwrap_err(), listed] {
            assert_eq!(error.code(), "invalid_deal_record", "{text}");
            assert!(error.to_string().contains("sale-order-17.json"), "{error}");
        }
    }
    // Before there is an invoice, any preimage is the sale's; a payer's has to be its offer's.
    fs::write(&path, other_preimage).unwrap();
    assert!(journal.read("order-17").is_ok());
    let mut paid = purchase();
    paid.preimage = Some([8; 32].into());
    journal.write(&paid).unwrap();
    assert_eq!(journal.read(&paid.id).unwrap_err().code(), "invalid_deal_record");
    let mut misplaced = purchase();
    misplaced.id = misplaced.id.replace('4', "5");
    journal.write(&misplaced).unwrap();
    assert_eq!(journal.read(&misplaced.id).unwrap_err().code(), "invalid_deal_record");
}

#[test]
fn what_a_killed_writer_leaves_is_in_nobodys_way() {
    let (_folder, journal) = journal();
    let mut record = sale("order-17");
    journal.write(&record).unwrap();
    fs::write(journal.folder().join(".sale-order-17.new"), "{\"version\": 1, \"id").unwrap();
    fs::write(journal.folder().join("sale-order-18.json~"), "not ours").unwrap();
    assert_eq!(journal.all().unwrap().0, [record.clone()]);
    record.stage = DealStage::Failed;
    journal.write(&record).unwrap();
    assert_eq!(journal.read("order-17").unwrap(), Some(record));
}

#[test]
fn one_works_on_a_deal_at_a_time() {
    let (_folder, journal) = journal();
    let other = Journal::open(journal.folder()).unwrap();
    let lock = journal.lock("order-17").unwrap();
    assert!(matches!(other.lock("order-17"), Err(DealError::Busy { id }) if id == "order-17"));
    other.lock("order-18").unwrap();
    drop(lock);
    other.lock("order-17").unwrap();
}

#[test]
fn an_invoice_belongs_to_one_trade_for_good() {
    let (_folder, journal) = journal();
    let hash = preimage().payment_hash();
    let trades = [[1; 32].into(), [2; 32].into()];
    let other = Journal::open(journal.folder()).unwrap();
    let taken: Vec<_> = std::thread::scope(|scope| {
        let tasks = (0..16).map(|task| {
            let journal = if task % 3 == 0 { &journal } else { &other };
            scope.spawn(move || journal.take(hash, trades[task % 2]).is_ok())
        });
        let tasks: Vec<_> = tasks.collect();
        tasks.into_iter().map(|task| task.join().unwrap()).collect()
    });
    let first = journal.taken(hash).unwrap().unwrap();
    for (task, taken) in taken.into_iter().enumerate() {
        assert_eq!(taken, trades[task % 2] == first);
    }
    let loser = if trades[0] == first { trades[1] } else { trades[0] };
    let refused = journal.take(hash, loser).unwrap_err();
    assert!(matches!(refused, DealError::InvoiceTaken { bound_to, .. } if bound_to == first));
}

#[test]
fn what_a_killed_taker_leaves_does_not_become_another_trades() {
    let (_folder, journal) = journal();
    let hash = preimage().payment_hash();
    let (first, second) = ([1; 32].into(), [2; 32].into());
    journal.take(hash, first).unwrap();
    // Killed between giving the file its second name and taking the first one away; whatever that was called.
    let taken = journal.folder().join(format!("taken-{hash}"));
    for number in 0..64 {
        let left = format!(".taken-{hash}.{}.{number}.new", std::process::id());
        fs::hard_link(&taken, journal.folder().join(left)).unwrap();
    }
    for _ in 0..3 {
        assert_eq!(journal.take(hash, second).unwrap_err().code(), "invoice_taken");
        assert_eq!(journal.taken(hash).unwrap(), Some(first));
    }
    fs::write(taken, "").unwrap();
    assert_eq!(journal.take(hash, first).unwrap_err().code(), "invalid_deal_record");
}

#[test]
fn a_folder_is_made_with_those_above_it() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(folder.path().join("a/b/c")).unwrap();
    assert_eq!(fs::metadata(folder.path().join("a")).unwrap().permissions().mode() & 0o777, 0o700);
    journal.write(&sale("order-17")).unwrap();
    Journal::open(folder.path().join("a/b/c")).unwrap().get("order-17").unwrap();
}

#[test]
fn no_name_leads_out_of_the_folder() {
    let (folder, journal) = journal();
    symlink(folder.path(), journal.folder().join("sale-..")).unwrap();
    for id in ["../x", "/etc/passwd", "", "a b", "ä", "0x1", "sale/../../x", &"a".repeat(65)] {
        assert_eq!(Sale::new(id, 1_000).check_id().unwrap_err().code(), "invalid_deal_id", "{id}");
        assert_eq!(journal.read(id).unwrap(), None);
    }
    for id in ["order-17", "A.b_c-9", "..", &"a".repeat(64)] {
        Sale::new(id, 1_000).check_id().unwrap();
    }
}
