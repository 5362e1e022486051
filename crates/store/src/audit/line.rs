//! One line, and what it is authenticated with.

use bonafide_core::{audit::AuditAction, id::OrganizationId, time::Timestamp};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};

use crate::{
    Error, Result,
    column::row,
    crypto::{self, Key},
    keyring::KeyRing,
};

/// What is written down. No value may hold personal data: ids, words and numbers only.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    pub at: Timestamp,
    /// Who, for example `credential:01h…` or `worker`.
    pub actor: &'a str,
    pub action: AuditAction,
    /// On what, for example `verification:01h…`.
    pub object: &'a str,
    pub detail: &'a serde_json::Value,
}

/// One line as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Counts from 1 without gaps.
    pub seq: i64,
    pub at: Timestamp,
    pub actor: String,
    pub action: String,
    pub object: String,
    /// JSON, byte for byte as it was hashed.
    pub detail: String,
    /// The key of the key ring that it was written under.
    pub key_id: Option<String>,
    pub previous_hash: Vec<u8>,
    pub hash: Vec<u8>,
}
row!(Line: seq, at, actor, action, object, detail, key_id, previous_hash, hash);

/// What the lines of an organization are authenticated with that name this key of the key ring. Whoever has it can verify them,
/// and write some; it opens nothing else, and says nothing of other organizations' keys.
///
/// # Errors
/// [`Error::WrongKeyRing`] when the ring has no such key.
pub fn key(ring: &dyn KeyRing, key_id: &str, organization: OrganizationId) -> Result<Key> {
    derived(ring, key_id, &[b"bonafide audit chain", organization.uuid().as_bytes()])
}

/// A key for one purpose out of what the ring has for the audit log.
pub(super) fn derived(ring: &dyn KeyRing, key_id: &str, purpose: &[&[u8]]) -> Result<Key> {
    let audit = ring.audit_key(key_id)?;
    crypto::expand(&audit, purpose).ok_or(Error::Unsealable("audit key"))
}

/// The hash of a line; of one that names a key, under `key`.
pub(super) fn hash(organization: OrganizationId, line: &Line, key: Option<&Key>) -> Vec<u8> {
    let (uuid, seq, at) = (organization.uuid(), line.seq.to_be_bytes(), line.at.0.to_be_bytes());
    let mut parts: Vec<&[u8]> = vec![&line.previous_hash, uuid.as_bytes(), &seq, &at];
    parts.extend([&line.actor, &line.action, &line.object, &line.detail].map(|text| text.as_bytes()));
    parts.extend(line.key_id.as_deref().map(str::as_bytes));
    match key {
        None => Sha256::digest(framed(&parts)).to_vec(),
        Some(key) => mac(key, &parts),
    }
}

/// The HMAC-SHA256 over parts, each preceded by its length.
pub(super) fn mac(key: &Key, parts: &[&[u8]]) -> Vec<u8> {
    // A key of any length is taken; of an empty result nothing is authentic.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key.as_slice()) else { return vec![] };
    mac.update(&framed(parts));
    mac.finalize().into_bytes().to_vec()
}

fn framed(parts: &[&[u8]]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(parts.iter().map(|part| part.len() + 8).sum());
    for part in parts {
        bytes.extend((part.len() as u64).to_be_bytes());
        bytes.extend_from_slice(part);
    }
    bytes
}
