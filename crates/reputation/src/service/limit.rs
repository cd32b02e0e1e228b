//! How often a client may write, and read what is dear to read.
//!
//! Each client has a bucket of turns that fills up again over a minute. The table of buckets has a fixed size: a client whose row is
//! full of others that have used theirs shares the bucket of the one that has most left. So no flood of addresses takes memory, and
//! none gives a client that was limited its turns back.

use std::{
    hash::{BuildHasher, RandomState},
    sync::Mutex,
};

use axum::http::StatusCode;

use super::{answer::Refusal, client::Client};

/// Rows of the table, and buckets in each.
const ROWS: usize = 4_096;
const ROW: usize = 4;
const MINUTE_MILLIS: u64 = 60_000;

/// Requests that a client may make in a minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Batches of outcomes or events.
    pub batches_a_minute: u32,
    /// Disputes.
    pub disputes_a_minute: u32,
    /// Requests that need the operator's token, with it or not.
    pub operator_a_minute: u32,
    /// Pages of the log, of a provider's outcomes and of slashes: what is dear to read.
    pub pages_a_minute: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { batches_a_minute: 600, disputes_a_minute: 6, operator_a_minute: 60, pages_a_minute: 3_000 }
    }
}

/// Counts the requests of one kind.
#[derive(Debug)]
pub(super) struct Limiter {
    a_minute: u32,
    /// Secret, so that nobody can aim at another's row.
    hasher: RandomState,
    rows: Mutex<Box<[[Option<Bucket>; ROW]]>>,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    client: Client,
    /// Turns left, times [`MINUTE_MILLIS`], at the time of `at`.
    left: u64,
    at: u64,
}

impl Bucket {
    fn filled(self, a_minute: u32, now: u64) -> Self {
        let grown = now.saturating_sub(self.at).saturating_mul(a_minute.into());
        let left = self.left.saturating_add(grown).min(full(a_minute));
        Self { left, at: now.max(self.at), ..self }
    }
}

fn full(a_minute: u32) -> u64 {
    u64::from(a_minute) * MINUTE_MILLIS
}

impl Limiter {
    pub(super) fn new(a_minute: u32) -> Self {
        let rows = vec![[None; ROW]; ROWS].into_boxed_slice();
        Self { a_minute, hasher: RandomState::new(), rows: Mutex::new(rows) }
    }

    /// Takes a turn at a time in milliseconds of whatever clock only goes forward.
    pub(super) fn take(&self, client: Client, now: u64) -> Result<(), Refusal> {
        let index = usize::try_from(self.hasher.hash_one(client)).unwrap_or(usize::MAX) % ROWS;
        // Nothing is left half-done under it.
        let mut rows = self.rows.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let Some(row) = rows.get_mut(index) else { return Ok(()) };
        for bucket in row.iter_mut().flatten() {
            *bucket = bucket.filled(self.a_minute, now);
        }
        let bucket = self.bucket_of(row, client, now);
        if bucket.left >= MINUTE_MILLIS {
            bucket.left -= MINUTE_MILLIS;
            return Ok(());
        }
        let wait = match self.a_minute {
            0 => MINUTE_MILLIS,
            a_minute => (MINUTE_MILLIS - bucket.left).div_ceil(a_minute.into()),
        };
        let message = format!("this client may send {} of these requests a minute", self.a_minute);
        let refusal = Refusal::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", message);
        Err(refusal.after(wait.div_ceil(1_000).max(1)))
    }

    fn bucket_of<'a>(&self, row: &'a mut [Option<Bucket>; ROW], client: Client, now: u64) -> &'a mut Bucket {
        let full = full(self.a_minute);
        let own = row.iter().position(|bucket| bucket.is_some_and(|bucket| bucket.client == client));
        // Who has all turns left is as good as not there.
        let free = || row.iter().position(|bucket| bucket.is_none_or(|bucket| bucket.left == full));
        let fullest = || (0..ROW).max_by_key(|index| row[*index].map_or(u64::MAX, |bucket| bucket.left)).unwrap_or(0);
        let (index, is_new) = match (own, own.is_none().then(free).flatten()) {
            (Some(index), _) => (index, false),
            (None, Some(index)) => (index, true),
            (None, None) => (fullest(), false),
        };
        let fresh = Bucket { client, left: full, at: now };
        if is_new {
            row[index] = Some(fresh);
        }
        row[index].get_or_insert(fresh)
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use super::*;

    fn client(number: u32) -> Client {
        Client(IpAddr::V4(Ipv4Addr::from_bits(number)))
    }

    #[test]
    fn turns_come_back_over_a_minute() {
        let limiter = Limiter::new(6);
        let taken = |now| (0..100).take_while(|_| limiter.take(client(1), now).is_ok()).count();
        assert_eq!(taken(0), 6);
        assert_eq!(taken(9_999), 0);
        assert_eq!(taken(10_000), 1);
        assert_eq!(taken(600_000), 6);
    }

    #[test]
    fn who_is_limited_is_told_when_to_come_back() {
        let limiter = Limiter::new(6);
        while limiter.take(client(1), 0).is_ok() {}
        let expected = Refusal::new(
            StatusCode::TOO_MANY_REQUESTS,
            "rate_limited",
            "this client may send 6 of these requests a minute",
        );
        assert_eq!(limiter.take(client(1), 0), Err(expected.after(10)));
    }

    #[test]
    fn a_clock_that_steps_back_gives_nothing() {
        let limiter = Limiter::new(1);
        assert!(limiter.take(client(1), 100_000).is_ok());
        assert!(limiter.take(client(1), 0).is_err());
        assert!(limiter.take(client(1), 100_000).is_err());
    }

    #[test]
    fn clients_do_not_use_each_others_turns() {
        let limiter = Limiter::new(1);
        assert!((0..64).all(|number| limiter.take(client(number), 0).is_ok()));
    }

    #[test]
    fn a_flood_of_addresses_gives_nobody_turns_back() {
        let limiter = Limiter::new(2);
        while limiter.take(client(0), 0).is_ok() {}
        for number in 1..200_000 {
            // Refused or not: the table does not grow, and forgets nobody.
            let _ = limiter.take(client(number), 0);
        }
        assert!(limiter.take(client(0), 0).is_err());
    }
}
