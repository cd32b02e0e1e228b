//! What became of the records that were sent.

use std::collections::BTreeMap;

use serde::Serialize;

use super::dispute::OnRecord;
use crate::{
    output::Report,
    page::{BAD, Cell, GOOD, Page, styled},
    text::{cut, grouped, printable},
};

/// Rejections that are told one by one in the data; their number always is, and how many there are of each kind.
const TOLD: usize = 100;
/// Records that are named of those that were rejected for one reason.
const NAMED: usize = 5;
/// Characters of a reason that a line has room for.
const REASON_CHARS: usize = 200;

/// What became of the records.
#[derive(Debug, Default, Serialize)]
pub(super) struct Submitted {
    /// Taken, and on the service's disk.
    pub(super) received: u64,
    /// There already.
    pub(super) replayed: u64,
    pub(super) rejected: u64,
    /// The first of them.
    rejections: Vec<Rejection>,
    /// Disputes that are on record now, and what the chain wants to know of them.
    pub(super) disputes: Vec<OnRecord>,
    /// Why records were rejected, by their codes.
    #[serde(skip)]
    causes: BTreeMap<String, Cause>,
}

#[derive(Debug, Serialize)]
struct Rejection {
    /// Which record, counted from 1.
    record: u64,
    code: String,
    message: String,
}

/// Records that were rejected for one reason.
#[derive(Debug, Default)]
struct Cause {
    count: u64,
    /// The first of them.
    records: Vec<u64>,
    /// What was said of the very first.
    message: String,
}

impl Submitted {
    /// Those that are on the service's disk.
    pub(super) const fn taken(&self) -> u64 {
        self.received + self.replayed
    }

    /// Takes down that a record was rejected.
    pub(super) fn reject(&mut self, record: u64, code: String, message: String) {
        self.rejected += 1;
        let cause = self.causes.entry(code.clone()).or_default();
        cause.count += 1;
        if cause.records.is_empty() {
            cause.message.clone_from(&message);
        }
        if cause.records.len() < NAMED {
            cause.records.push(record);
        }
        if self.rejections.len() < TOLD {
            self.rejections.push(Rejection { record, code, message });
        }
    }
}

impl Report for Submitted {
    fn show(&self, page: &mut Page) {
        page.field("received", Cell::new(grouped(self.received), GOOD));
        page.field("replayed", grouped(self.replayed));
        let rejected = if self.rejected == 0 { Cell::from("0") } else { Cell::new(grouped(self.rejected), BAD) };
        page.field("rejected", rejected);
        for (code, cause) in &self.causes {
            page.line(format!("  {} {}", cause.words(), styled(format!("({})", printable(code)), BAD)));
        }
        for dispute in &self.disputes {
            page.gap();
            dispute.show(page);
        }
    }
}

impl Cause {
    fn words(&self) -> String {
        let named: Vec<String> = self.records.iter().map(u64::to_string).collect();
        let noun = if self.count == 1 { "record" } else { "records" };
        let more = self.count.saturating_sub(self.records.len() as u64);
        let rest = if more > 0 { format!(" and {} more", grouped(more)) } else { String::new() };
        let reason = cut(&printable(&self.message), REASON_CHARS);
        format!("{noun} {}{rest}: {reason}", named.join(", "))
    }
}
