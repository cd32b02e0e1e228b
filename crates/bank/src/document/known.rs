//! Signatures that are known to be right, in a simulation: there every party runs in one thread, and each signature would be checked by
//! all of them. Nothing is remembered but in threads that ask for it.

use std::{cell::RefCell, collections::HashSet};

use super::{Hash, SignatureBytes};

/// Most that is remembered; then it begins with nothing again.
const MOST: usize = 100_000;

/// A key, a hash and a signature of it.
pub(super) type Signed = ([u8; 32], [u8; 32], [u8; 64]);

pub(super) fn signed(key: [u8; 32], hash: &Hash, signature: &SignatureBytes) -> Signed {
    (key, *hash.as_bytes(), *signature.as_bytes())
}

thread_local! {
    static KNOWN: RefCell<Option<HashSet<Signed>>> = const { RefCell::new(None) };
}

/// From now on this thread remembers which signatures are right, because it made or checked them; or does not. What it remembered
/// before is forgotten.
pub fn remember_signatures(whether: bool) {
    KNOWN.set(whether.then(HashSet::new));
}

pub(super) fn is_known(signed: &Signed) -> bool {
    KNOWN.with_borrow(|known| known.as_ref().is_some_and(|known| known.contains(signed)))
}

pub(super) fn keep(signed: Signed) {
    KNOWN.with_borrow_mut(|known| {
        if let Some(known) = known {
            if known.len() >= MOST {
                known.clear();
            }
            known.insert(signed);
        }
    });
}
