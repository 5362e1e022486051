//! Secrets of callers, as two types: the plain one is shown once, only the hash is stored.
//!
//! A secret is 256 random bits, so a fast hash is enough: nothing that short of that many bits can be guessed.

use std::fmt;

use bonafide_core::id::Entropy;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::column::Column;

/// A new secret in the clear: `<prefix>_<64 hexadecimal digits>`. `Display` is for the one time it is shown
/// to its owner; `Debug` hides it. Wiped from memory when dropped.
pub struct PlainSecret(Zeroizing<String>);

impl PlainSecret {
    /// Draws a secret. The prefix says what it is for; it helps people and leak scanners to recognise it.
    pub fn new(prefix: &str, entropy: &dyn Entropy) -> Self {
        let mut bytes = Zeroizing::new([0; 32]);
        entropy.fill(bytes.as_mut_slice());
        let digits = Zeroizing::new(hex::encode(bytes.as_slice()));
        Self(Zeroizing::new(format!("{prefix}_{}", *digits)))
    }

    /// What is stored in its place.
    pub fn hash(&self) -> SecretHash {
        SecretHash::of(&self.0)
    }
}

impl fmt::Display for PlainSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for PlainSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PlainSecret(…)")
    }
}

/// The SHA-256 of a secret. Comparing takes the same time wherever two hashes differ.
#[derive(Clone, Copy)]
pub struct SecretHash([u8; 32]);

impl SecretHash {
    /// The hash of what a caller presents.
    pub fn of(presented: &str) -> Self {
        Self(Sha256::digest(presented.as_bytes()).into())
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl PartialEq for SecretHash {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}
impl Eq for SecretHash {}

impl fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretHash(…)")
    }
}

impl Column for SecretHash {
    type Raw = Vec<u8>;
    fn from_raw(raw: Vec<u8>) -> Self {
        // A hash of another length matches no secret.
        Self(raw.try_into().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bonafide_testkit::world::SeededEntropy;

    #[test]
    fn is_shown_once_and_never_by_debug() {
        let secret = PlainSecret::new("bfk", &SeededEntropy::new(1));
        let shown = secret.to_string();
        assert!(shown.starts_with("bfk_") && shown.len() == 4 + 64);
        assert_eq!(format!("{secret:?} {:?}", secret.hash()), "PlainSecret(…) SecretHash(…)");
        assert_eq!(SecretHash::of(&shown), secret.hash());
        assert_ne!(SecretHash::of(&shown[..67]), secret.hash());
        assert_ne!(PlainSecret::new("bfk", &SeededEntropy::new(2)).to_string(), shown);
    }
}
