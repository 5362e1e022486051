//! Keys in memory: the working part of the file's key ring, and all of the one for tests.

use bonafide_core::id::Entropy;

use super::ring::KeyRing;
use crate::{Error, Result, crypto, crypto::Key};

/// A key ring that is not stored: what is wrapped with it is lost with the process.
pub struct MemoryKeyRing {
    /// Oldest first; there is always at least the current one.
    older: Vec<(String, Key)>,
    current: (String, Key),
    /// What is left of those that were retired: lines of the audit log stay for ever, and so does what they are verified with.
    retired: Vec<(String, Key)>,
}

impl MemoryKeyRing {
    /// A ring of one new key.
    pub fn new(entropy: &dyn Entropy) -> Self {
        Self { older: Vec::new(), current: generate(entropy), retired: Vec::new() }
    }

    /// `None` without a single key. The last one is the current one.
    pub(super) fn from_keys(mut keys: Vec<(String, Key)>, retired: Vec<(String, Key)>) -> Option<Self> {
        let current = keys.pop()?;
        Some(Self { older: keys, current, retired })
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &(String, Key)> {
        self.older.iter().chain([&self.current])
    }

    pub(super) fn retired(&self) -> &[(String, Key)] {
        &self.retired
    }

    /// Takes these out, but for the current one. What the audit log needs of them stays: from it nobody comes to the key.
    pub fn retire(&mut self, names: &[String]) {
        let (gone, older) =
            std::mem::take(&mut self.older).into_iter().partition(|(name, _)| names.contains(name));
        self.older = older;
        let gone: Vec<(String, Key)> = gone;
        self.retired.extend(gone.into_iter().filter_map(|(name, key)| Some((name, for_audit(&key)?))));
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

/// See [`KeyRing::audit_key`].
fn for_audit(key: &Key) -> Option<Key> {
    crypto::expand(key, &[b"bonafide audit"])
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

    fn audit_key(&self, key_id: &str) -> Result<Key> {
        let key = self.keys().find(|(id, _)| id == key_id).and_then(|(_, key)| for_audit(key));
        let retired = || self.retired.iter().find(|(id, _)| id == key_id).map(|(_, key)| key.clone());
        key.or_else(retired).ok_or_else(|| Error::WrongKeyRing(key_id.to_owned()))
    }
}

impl std::fmt::Debug for MemoryKeyRing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeyRing").field("current", &self.current.0).finish_non_exhaustive()
    }
}
