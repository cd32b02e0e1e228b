//! The whole log, a page at a time.

use super::{Entry, Error, MAX_PAGE, Oracle};

/// The log in order: see [`Oracle::export`].
#[derive(Debug)]
pub struct Export {
    pub(super) oracle: Oracle,
    pub(super) next: u64,
    pub(super) size: Option<u64>,
    pub(super) page: std::vec::IntoIter<Entry>,
}

impl Iterator for Export {
    type Item = Result<Entry, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(entry) = self.page.next() {
            return Some(Ok(entry));
        }
        if self.size.is_some_and(|size| self.next >= size) {
            return None;
        }
        match self.oracle.entries(self.next, MAX_PAGE) {
            Ok((size, entries)) => {
                let size = *self.size.get_or_insert(size);
                let left = usize::try_from(size - self.next).unwrap_or(usize::MAX);
                let taken = entries.len().min(left);
                self.next += taken as u64;
                self.page = entries.into_iter().take(taken).collect::<Vec<_>>().into_iter();
                self.page.next().map(Ok)
            }
            Err(error) => {
                self.size = Some(self.next);
                Some(Err(error))
            }
        }
    }
}
