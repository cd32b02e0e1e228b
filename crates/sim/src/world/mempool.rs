//! Transactions that wait for a block.

use crate::{random::Random, record::Call, scenario::Ordering};

/// A transaction that waits.
#[derive(Clone, Debug)]
pub(crate) struct Pending {
    pub(crate) call: Call,
    pub(crate) tip_wei: u64,
    /// When it came, among all.
    sequence: u64,
}

/// What waits, in the order in which it came.
#[derive(Debug, Default)]
pub(crate) struct Mempool {
    pending: Vec<Pending>,
    next: u64,
}

impl Mempool {
    pub(crate) fn is_empty(&self) -> bool {
        self.pending.is_empty()
    }

    pub(crate) fn push(&mut self, call: Call, tip_wei: u64) {
        self.pending.push(Pending { call, tip_wei, sequence: self.next });
        self.next += 1;
    }

    /// Takes all of it, in the order of a block.
    pub(crate) fn take(&mut self, ordering: Ordering, random: &mut Random) -> Vec<Pending> {
        let mut pending = std::mem::take(&mut self.pending);
        match ordering {
            Ordering::FirstCome => {}
            Ordering::Fee => {
                pending.sort_by(|one, other| other.tip_wei.cmp(&one.tip_wei).then(one.sequence.cmp(&other.sequence)))
            }
            Ordering::Random => {
                for last in (1..pending.len()).rev() {
                    #[allow(clippy::cast_possible_truncation, reason = "at most `last`")]
                    let other = random.below(last as u64 + 1) as usize;
                    pending.swap(last, other);
                }
            }
        }
        pending
    }

    /// Puts back what did not fit, as it came.
    pub(crate) fn put_back(&mut self, mut rest: Vec<Pending>) {
        rest.append(&mut self.pending);
        rest.sort_by_key(|pending| pending.sequence);
        self.pending = rest;
    }
}
