//! Keys in memory: the working part of the file's key ring, and all of the one for tests.

use bonafide_core::id::Entropy;

use super::ring::KeyRing;
use crate::{Error, Result, crypto, crypto::Key};

/// A key ring that is not stored: what is wrapped with it is lost with the process.
pub struct MemoryKeyRing {
    /// Oldest first; there is always at least the current one.
    older: Vec<(String, Key)>,
    current: (String, Key),
}

impl MemoryKeyRing {
    /// A ring of one new key.
    pub fn new(entropy: &dyn Entropy) -> Self {
        Self { older: Vec::new(), current: generate(entropy) }
    }

    /// `None` without a single key. The last one is the current one.
    pub(super) fn from_keys(mut keys: Vec<(String, Key)>) -> Option<Self> {
        let current = keys.pop()?;
        Some(Self { older: keys, current })
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &(String, Key)> {
        self.older.iter().chain([&self.current])
    }

    /// Takes these out, but for the current one.
    pub(super) fn remove(&mut self, names: &[String]) {
        self.older.retain(|(name, _)| !names.contains(name));
    }

    /// Adds a new key, which wraps from now on. The older ones still unwrap.
    pub fn rotate(&mut self, entropy: &dyn Entropy) {
        let previous = std::mem::replace(&mut self.current, generate(entropy));
        self.older.push(previous);
    }
}

/// Random names: two rings never mean different keys by the same name.
fn generate(entropy: &dyn Entropy) -> (String, Key) {
    let mut name = [0; 8];
    entropy.fill(&mut name);
    let mut key = Key::default();
    entropy.fill(key.as_mut_slice());
    (hex::encode(name), key)
}

impl KeyRing for MemoryKeyRing {
    fn current(&self) -> &str {
        &self.current.0
    }

    fn wrap(&self, key: &Key, aad: &[u8], entropy: &dyn Entropy) -> Result<Vec<u8>> {
        crypto::wrap(&self.current.1, key, aad, entropy)
    }

    fn unwrap(&self, key_id: &str, wrapped: &[u8], aad: &[u8]) -> Result<Key> {
        self.keys()
            .find(|(id, _)| id == key_id)
            .and_then(|(_, key)| crypto::unwrap(key, wrapped, aad))
            .ok_or_else(|| Error::WrongKeyRing(key_id.to_owned()))
    }
}

impl std::fmt::Debug for MemoryKeyRing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeyRing").field("current", &self.current.0).finish_non_exhaustive()
    }
}
