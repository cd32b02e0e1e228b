//! A cache that forgets what was not asked for in a while.

use std::{collections::HashMap, hash::Hash, mem};

/// Keeps at least the entries used last, at most twice its limit and what one page needs.
#[derive(Debug)]
pub(crate) struct Cache<K, V> {
    young: HashMap<K, V>,
    old: HashMap<K, V>,
    limit: usize,
}

impl<K: Eq + Hash, V> Cache<K, V> {
    pub(crate) fn new(limit: usize) -> Self {
        Self { young: HashMap::new(), old: HashMap::new(), limit }
    }

    /// Makes an entry young, if there is one. What was made young stays until the next [`age`](Self::age).
    pub(crate) fn renew(&mut self, key: &K) -> bool {
        if self.young.contains_key(key) {
            return true;
        }
        let Some((key, value)) = self.old.remove_entry(key) else { return false };
        self.young.insert(key, value);
        true
    }

    /// A young entry.
    pub(crate) fn get(&self, key: &K) -> Option<&V> {
        self.young.get(key)
    }

    /// A young entry, to be changed.
    pub(crate) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.young.get_mut(key)
    }

    /// A young entry, put in where there is none.
    pub(crate) fn get_or_insert(&mut self, key: K, value: V) -> &mut V {
        self.young.entry(key).or_insert(value)
    }

    /// Puts a young entry in.
    pub(crate) fn insert(&mut self, key: K, value: V) {
        self.young.insert(key, value);
    }

    /// Drops an entry that is not needed again.
    pub(crate) fn remove(&mut self, key: &K) {
        self.young.remove(key);
    }

    /// Forgets what was not made young since the last time, if there is much.
    pub(crate) fn age(&mut self) {
        if self.young.len() > self.limit {
            self.old = mem::take(&mut self.young);
        }
    }

    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        self.young.clear();
        self.old.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_used_stays_and_what_is_not_goes() {
        let mut cache = Cache::new(2);
        for page in 0..100 {
            cache.age();
            if page > 0 {
                assert!(cache.renew(&0), "page {page}");
            }
            cache.insert(0, page);
            cache.insert(page + 1, page);
            assert!(cache.young.len() + cache.old.len() <= 7);
            assert_eq!(cache.get(&0), Some(&page));
        }
        assert!(!cache.renew(&50));
        cache.clear();
        assert!(!cache.renew(&0));
    }
}
