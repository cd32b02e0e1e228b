//! What is written of results can be read back, and by people.

#![allow(
    clippy::unwrap_used,
    clippy::too_many_lines,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a test"
)]

mod html;
mod json;
mod made;
mod outcome;
mod parquet;

use std::io::{self, Write};

use barter_sim::report;

/// Where nothing more can be written after some bytes: a full disk.
struct Full(usize);

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0 == 0 {
            return Err(io::Error::from(io::ErrorKind::StorageFull));
        }
        let written = bytes.len().min(self.0);
        self.0 -= written;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_full_disk_is_an_error_wherever_it_fills_up() {
    let outcome = made::outcome(2, 30);
    for room in [0, 1, 100, 5_000] {
        assert!(matches!(report::write_json(&outcome, Full(room)), Err(report::Error::Write(_))), "{room}");
        assert!(matches!(report::write_html(&outcome, Full(room)), Err(report::Error::Write(_))), "{room}");
    }
    for room in [0, 1, 100, 1_000] {
        let Err(error) = report::write_wallets(&outcome, Full(room)) else { panic!("{room} bytes are not enough") };
        assert!(matches!(error, report::Error::Table { table: "wallets", .. }));
        assert!(error.to_string().starts_with("the table wallets cannot be written: "), "{error}");
    }
}

#[test]
fn the_same_results_give_the_same_bytes() {
    let text = "name = \"small\"\ndays = 4\nworlds = 3\n[[crowd]]\nagent = \"trader\"\ncount = 12\n[[crowd]]\nagent = \"circle\"\n";
    let scenario = barter_sim::Scenario::parse(text).unwrap();
    let written = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let outcome = pool.install(|| barter_sim::run(&scenario, &())).unwrap();
        let mut files = vec![Vec::new(); 6];
        report::write_json(&outcome, &mut files[0]).unwrap();
        report::write_html(&outcome, &mut files[1]).unwrap();
        report::write_wallets(&outcome, &mut files[2]).unwrap();
        report::write_agents(&outcome, &mut files[3]).unwrap();
        report::write_detectors(&outcome, &mut files[4]).unwrap();
        report::write_curves(&outcome, &mut files[5]).unwrap();
        files
    };
    let once = written(1);
    assert!(once.iter().all(|file| file.len() > 100));
    assert!(once == written(3), "not the same on three threads");
}
