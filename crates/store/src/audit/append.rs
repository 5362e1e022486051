//! Writing lines, and reading them as they are.

use bonafide_core::{audit::AuditAction, id::OrganizationId, time::Timestamp};
use serde_json::json;

use super::line::{Entry, Line, hash, key};
use crate::{Context, Result, Tx, column::row, keyring::KeyRing, on};

/// The end of a chain: the next line's predecessor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    pub organization: OrganizationId,
    /// Lines of the chain.
    pub seq: i64,
    pub hash: Vec<u8>,
    /// The key that the last line names.
    pub key_id: Option<String>,
}
row!(Head: organization, seq, hash, key_id);

/// Adds a line. Fails with the transaction: what cannot be written down does not happen. Those who append for one
/// organization wait for each other from here to the commit, so append late.
pub async fn append(
    tx: &mut Tx,
    organization: OrganizationId,
    ring: &dyn KeyRing,
    entry: Entry<'_>,
) -> Result<()> {
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
    .to("number a line of the audit log")?;
    let mut line = Line {
        seq,
        at: entry.at,
        actor: entry.actor.to_owned(),
        action: entry.action.as_str().to_owned(),
        object: entry.object.to_owned(),
        detail: entry.detail.to_string(),
        key_id: Some(ring.current().to_owned()),
        previous_hash,
        hash: Vec::new(),
    };
    line.hash = hash(organization, &line, Some(&key(ring, ring.current(), organization)?));
    on!(tx, |c| sqlx::query(
        "INSERT INTO audit_log (organization, seq, at, actor, action, object, detail, key_id, previous_hash, hash)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
    )
    .bind(organization.uuid())
    .bind(line.seq)
    .bind(line.at.0)
    .bind(&line.actor)
    .bind(&line.action)
    .bind(&line.object)
    .bind(&line.detail)
    .bind(&line.key_id)
    .bind(&line.previous_hash)
    .bind(&line.hash)
    .execute(c)
    .await
    .map(drop))
    .to("append to the audit log")?;
    on!(tx, |c| sqlx::query("UPDATE audit_heads SET hash = $2 WHERE organization = $1")
        .bind(organization.uuid())
        .bind(&line.hash)
        .execute(c)
        .await
        .map(drop))
    .to("move the head of the audit log")
}

/// Ends every chain whose last line has no key with one that has, which holds all before it. How many there were. To be called at
/// every start, after the key ring was found to be the right one.
pub async fn rekey(tx: &mut Tx, ring: &dyn KeyRing, now: Timestamp) -> Result<usize> {
    let mut ended = 0;
    for head in heads(tx).await?.into_iter().filter(|head| head.seq > 0 && head.key_id.is_none()) {
        let detail = json!({"lines": head.seq});
        let action = AuditAction::AuditKeyed;
        let entry = Entry { at: now, actor: "server", action, object: "audit", detail: &detail };
        append(tx, head.organization, ring, entry).await?;
        ended += 1;
    }
    Ok(ended)
}

/// The ends of all chains, in the order of their organizations.
pub async fn heads(tx: &mut Tx) -> Result<Vec<Head>> {
    on!(tx, |c| sqlx::query_as(
        "SELECT h.organization, h.seq, h.hash, l.key_id FROM audit_heads h
         LEFT JOIN audit_log l ON l.organization = h.organization AND l.seq = h.seq
         ORDER BY h.organization"
    )
    .fetch_all(c)
    .await)
    .to("read the heads of the audit log")
}

/// Up to `limit` lines that follow line number `after`.
pub async fn list(tx: &mut Tx, organization: OrganizationId, after: i64, limit: i64) -> Result<Vec<Line>> {
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

/// The keys that lines of an organization name, the first first.
pub async fn key_ids(tx: &mut Tx, organization: OrganizationId) -> Result<Vec<String>> {
    let names: Vec<(String,)> = on!(tx, |c| sqlx::query_as(
        "SELECT key_id FROM audit_log WHERE organization = $1 AND key_id IS NOT NULL
         GROUP BY key_id ORDER BY MIN(seq)"
    )
    .bind(organization.uuid())
    .fetch_all(c)
    .await)
    .to("list the keys of the audit log")?;
    Ok(names.into_iter().map(|(name,)| name).collect())
}
