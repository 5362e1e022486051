//! Who did what: a log that only grows, chained by hashes per organization, so that a changed, removed or
//! reordered entry shows.
//!
//! The hash is the SHA-256 over: previous hash (empty for the first entry), organization (16 bytes), seq, at
//! (8 bytes each, big endian), actor, action, object, detail; each preceded by its length in 8 bytes, big
//! endian. The database refuses to change entries (a trigger); the chain is for whoever gets past that.

use bonafide_core::{audit::AuditAction, id::OrganizationId, time::Timestamp};
use sha2::{Digest, Sha256};

use crate::{Context, Result, Tx, column::row, on};

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

/// One entry as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Counts from 1 without gaps.
    pub seq: i64,
    pub at: Timestamp,
    pub actor: String,
    pub action: String,
    pub object: String,
    /// JSON, byte for byte as it was hashed.
    pub detail: String,
    pub previous_hash: Vec<u8>,
    pub hash: Vec<u8>,
}
row!(Stored: seq, at, actor, action, object, detail, previous_hash, hash);

/// What [`verify`] found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Every one of this many entries is as it was written.
    Intact { entries: i64 },
    /// The chain breaks at this entry.
    Broken { seq: i64, because: Breach },
}

/// How a chain is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Breach {
    #[error("the entry was changed")]
    Changed,
    #[error("the entry is missing")]
    Missing,
    #[error("the entry does not follow the one before it")]
    Unlinked,
}

/// Adds an entry. Fails with the transaction: what cannot be written down does not happen. Appends of one
/// organization wait for each other from here to the commit, so append late.
pub async fn append(tx: &mut Tx, organization: OrganizationId, entry: Entry<'_>) -> Result<()> {
    // Locks the head on PostgreSQL; on SQLite there is one writer anyway.
    let (seq, previous_hash): (i64, Vec<u8>) = on!(tx, |c| sqlx::query_as(
        "INSERT INTO audit_heads (organization, seq, hash) VALUES ($1, 1, $2)
         ON CONFLICT (organization) DO UPDATE SET seq = audit_heads.seq + 1
         RETURNING seq, hash"
    )
    .bind(organization.uuid())
    .bind(Vec::<u8>::new())
    .fetch_one(c)
    .await)
    .to("number an audit entry")?;
    let mut stored = Stored {
        seq,
        at: entry.at,
        actor: entry.actor.to_owned(),
        action: entry.action.as_str().to_owned(),
        object: entry.object.to_owned(),
        detail: entry.detail.to_string(),
        previous_hash,
        hash: Vec::new(),
    };
    stored.hash = hash(organization, &stored);
    on!(tx, |c| sqlx::query(
        "INSERT INTO audit_log (organization, seq, at, actor, action, object, detail, previous_hash, hash)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
    )
    .bind(organization.uuid())
    .bind(stored.seq)
    .bind(stored.at.0)
    .bind(&stored.actor)
    .bind(&stored.action)
    .bind(&stored.object)
    .bind(&stored.detail)
    .bind(&stored.previous_hash)
    .bind(&stored.hash)
    .execute(c)
    .await
    .map(drop))
    .to("append to the audit log")?;
    on!(tx, |c| sqlx::query("UPDATE audit_heads SET hash = $2 WHERE organization = $1")
        .bind(organization.uuid())
        .bind(&stored.hash)
        .execute(c)
        .await
        .map(drop))
    .to("move the head of the audit log")
}

/// Up to `limit` entries that follow entry number `after`.
pub async fn list(tx: &mut Tx, organization: OrganizationId, after: i64, limit: i64) -> Result<Vec<Stored>> {
    on!(tx, |c| sqlx::query_as(
        "SELECT * FROM audit_log WHERE organization = $1 AND seq > $2 ORDER BY seq LIMIT $3"
    )
    .bind(organization.uuid())
    .bind(after)
    .bind(limit)
    .fetch_all(c)
    .await)
    .to("read the audit log")
}

/// Recomputes the whole chain of an organization and names the first entry that is not as it was written.
pub async fn verify(tx: &mut Tx, organization: OrganizationId) -> Result<Verdict> {
    const BATCH: i64 = 1000;
    let broken = |seq, because| Ok(Verdict::Broken { seq, because });
    let (mut last_seq, mut last_hash) = (0, Vec::new());
    loop {
        let batch = list(tx, organization, last_seq, BATCH).await?;
        if batch.is_empty() {
            break;
        }
        for entry in batch {
            if entry.seq != last_seq + 1 {
                return broken(last_seq + 1, Breach::Missing);
            }
            if entry.hash != hash(organization, &entry) {
                return broken(entry.seq, Breach::Changed);
            }
            if entry.previous_hash != last_hash {
                return broken(entry.seq, Breach::Unlinked);
            }
            (last_seq, last_hash) = (entry.seq, entry.hash);
        }
    }
    let head: Option<(i64, Vec<u8>)> =
        on!(tx, |c| sqlx::query_as("SELECT seq, hash FROM audit_heads WHERE organization = $1")
            .bind(organization.uuid())
            .fetch_optional(c)
            .await)
        .to("read the head of the audit log")?;
    match head.unwrap_or_default() {
        (seq, hash) if seq == last_seq && hash == last_hash => Ok(Verdict::Intact { entries: last_seq }),
        (seq, _) if seq > last_seq => broken(last_seq + 1, Breach::Missing),
        _ => broken(last_seq, Breach::Unlinked),
    }
}

fn hash(organization: OrganizationId, entry: &Stored) -> Vec<u8> {
    let mut sha = Sha256::new();
    let mut part = |bytes: &[u8]| {
        sha.update((bytes.len() as u64).to_be_bytes());
        sha.update(bytes);
    };
    part(&entry.previous_hash);
    part(organization.uuid().as_bytes());
    part(&entry.seq.to_be_bytes());
    part(&entry.at.0.to_be_bytes());
    for text in [&entry.actor, &entry.action, &entry.object, &entry.detail] {
        part(text.as_bytes());
    }
    sha.finalize().to_vec()
}
