//! A hash table of numbers whose clones share their shards.

use std::hash::{BuildHasher, Hash};
use std::sync::Arc;

use hashbrown::{DefaultHashBuilder, HashTable};

/// A change copies at most one shard, which has 4,000 of a million numbers.
const SHARDS: usize = 256;

/// Finds the number of a key. The keys themselves are in the table that the numbers are of.
#[derive(Clone, Debug)]
pub(super) struct HashIndex<N> {
    shards: Vec<Arc<HashTable<N>>>,
    hasher: DefaultHashBuilder,
    len: usize,
}

impl<N> Default for HashIndex<N> {
    fn default() -> HashIndex<N> {
        HashIndex {
            shards: (0..SHARDS).map(|_| Arc::new(HashTable::new())).collect(),
            hasher: DefaultHashBuilder::default(),
            len: 0,
        }
    }
}

impl<N: Copy> HashIndex<N> {
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// The number for which `is_key` holds, among those whose keys may be `key`.
    pub(super) fn find<K: Hash>(&self, key: K, is_key: impl Fn(N) -> bool) -> Option<N> {
        let hash = self.hasher.hash_one(key);
        let found = self.shards[shard_of(hash)].find(hash, |&number| is_key(number));
        found.copied()
    }

    /// Adds the number of a key that the table does not have.
    pub(super) fn insert<K: Hash>(&mut self, number: N, key_of: impl Fn(N) -> K) {
        let hash_of = |&number: &N| self.hasher.hash_one(key_of(number));
        let hash = hash_of(&number);
        let shard = Arc::make_mut(&mut self.shards[shard_of(hash)]);
        shard.insert_unique(hash, number, hash_of);
        self.len += 1;
    }

    /// Removes the number for which `is_key` holds, if there is one.
    pub(super) fn remove<K: Hash>(&mut self, key: K, is_key: impl Fn(N) -> bool) {
        let hash = self.hasher.hash_one(key);
        let shard = Arc::make_mut(&mut self.shards[shard_of(hash)]);
        if let Ok(entry) = shard.find_entry(hash, |&number| is_key(number)) {
            entry.remove();
            self.len -= 1;
        }
    }
}

/// The table uses the lowest and the highest bits of a hash.
fn shard_of(hash: u64) -> usize {
    (hash >> 32) as usize % SHARDS
}
