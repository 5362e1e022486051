//! Secrets of callers, as two types: the plain one is shown once, only the hash is stored.
//!
//! A secret is 256 random bits, an API key 130, so a fast hash is enough: neither can be guessed.

use std::fmt;

use base64::{Engine as _, prelude::BASE64_STANDARD};
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

    /// Draws an API key: `sk_` (`sk_sbox_` for a sandbox), 26 characters of base32 and a check character, as SDKs of one
    /// vendor demand before they send a request.
    pub fn api_key(sandbox: bool, entropy: &dyn Entropy) -> Self {
        let mut bytes = Zeroizing::new([0; KEY_LENGTH]);
        entropy.fill(bytes.as_mut_slice());
        let mut key = Zeroizing::new(String::with_capacity(8 + KEY_LENGTH + 1));
        key.push_str(if sandbox { SANDBOX_KEY } else { LIVE_KEY });
        key.extend(bytes.iter().map(|b| char::from(KEY_CHARACTERS[usize::from(b & 31)])));
        let check = check_character(&key[key.len() - KEY_LENGTH..]).unwrap_or('=');
        key.push(check);
        Self(key)
    }

    /// A new secret in the form that Standard Webhooks wants: `whsec_` and 256 bits in base64.
    pub fn webhook(entropy: &dyn Entropy) -> Self {
        let mut bytes = Zeroizing::new([0; 32]);
        entropy.fill(bytes.as_mut_slice());
        let text = Zeroizing::new(BASE64_STANDARD.encode(bytes.as_slice()));
        Self(Zeroizing::new(format!("whsec_{}", *text)))
    }

    /// A secret that its owner chose.
    pub fn chosen(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// What may be shown of it again: enough to tell two apart.
    pub fn hint(&self) -> String {
        let shown = self.0.rfind('_').map_or(0, |at| at + 1) + 4;
        format!("{}…", self.0.get(..shown).unwrap_or_default())
    }

    /// The secret itself, to work with.
    pub fn expose(&self) -> &str {
        &self.0
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

/// Base32, and four more that only the check character can be.
const KEY_CHARACTERS: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz234567*#$=";
const KEY_LENGTH: usize = 26;
const LIVE_KEY: &str = "sk_";
const SANDBOX_KEY: &str = "sk_sbox_";

/// Whether a text begins as API keys do.
pub fn is_like_api_key(text: &str) -> bool {
    text.starts_with(LIVE_KEY)
}

/// Whether a text has the form of an API key with the right check character: a mistyped one is refused without asking
/// the database.
pub fn is_api_key(text: &str) -> bool {
    let body = text.strip_prefix(SANDBOX_KEY).or_else(|| text.strip_prefix(LIVE_KEY)).unwrap_or_default();
    body.is_ascii()
        && body.len() == KEY_LENGTH + 1
        && check_character(&body[..KEY_LENGTH]).is_some_and(|check| body.ends_with(check))
}

/// The sum of the characters' numbers, each times a power of 11, modulo 36: 11 has no factor in common with 36, so one
/// wrong character always changes it.
fn check_character(body: &str) -> Option<char> {
    let number = |c: u8| KEY_CHARACTERS[..32].iter().position(|k| *k == c);
    let sum = body.bytes().try_fold(0, |sum, c| Some((sum * 11 + number(c)? + 1) % 36))?;
    Some(char::from(KEY_CHARACTERS[sum]))
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
    fn an_api_key_has_the_form_that_sdks_demand_and_a_check_character() {
        let key = PlainSecret::api_key(false, &SeededEntropy::new(1));
        assert!(key.to_string().starts_with("sk_") && !key.to_string().starts_with("sk_sbox_"));
        assert!(PlainSecret::api_key(true, &SeededEntropy::new(1)).to_string().starts_with("sk_sbox_"));
        for seed in 0..200 {
            let key = PlainSecret::api_key(seed % 2 == 0, &SeededEntropy::new(seed)).to_string();
            assert!(is_api_key(&key), "{key}");
            for at in key.len() - 27..key.len() {
                let wrong = if key.as_bytes()[at] == b'q' { "r" } else { "q" };
                let mut mistyped = key.clone();
                mistyped.replace_range(at..=at, wrong);
                assert!(!is_api_key(&mistyped), "{mistyped} for {key}");
            }
        }
        for no in ["", "sk_", "sk_sbox_", "sk_ä", "bft_0123", "pk_aaaaaaaaaaaaaaaaaaaaaaaaaaa"] {
            assert!(!is_api_key(no), "{no}");
        }
    }

    #[test]
    fn a_hint_tells_two_apart_and_gives_little_away() {
        let key = PlainSecret::api_key(true, &SeededEntropy::new(1));
        let hint = key.hint();
        assert_eq!(hint.chars().count(), "sk_sbox_".len() + 5);
        assert!(key.to_string().starts_with(hint.trim_end_matches('…')));
    }

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
