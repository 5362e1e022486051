//! Requests that were answered before, so that asking again gives the same answer and does nothing twice.
//!
//! The answer is sealed under a key that the organization's own key and the caller's chosen word make together (see
//! [`AnswerKey`]), and is removed after a day. The word itself is kept nowhere, so that this table opens nothing without
//! the caller.

use aes_gcm::{Aes256Gcm, KeyInit};
use bonafide_core::{
    id::{CredentialId, Entropy, OrganizationId},
    time::Timestamp,
};
use sha2::{Digest, Sha256};

use crate::{
    Context, Error, Result, Tx,
    column::row,
    crypto::{self, Key, SubjectKey},
    on,
};

/// What a repeated request is known by, and what opens the answer that was kept.
pub struct AnswerKey {
    name: Key,
    /// Everything that makes a request that request; nobody without the caller's word can try which it was.
    request: Key,
    cipher: Box<Aes256Gcm>,
}

impl AnswerKey {
    /// From the organization's own key, the caller's credential and the word they chose, for a request that is made of
    /// `parts`. The same word of another caller is another key.
    pub fn new(own: &SubjectKey, credential: CredentialId, chosen: &str, parts: &[&[u8]]) -> Result<Self> {
        let derive = |what: &[u8], of: &[u8]| {
            own.derive(&[what, credential.uuid().as_bytes(), chosen.as_bytes(), of])
                .ok_or(Error::Unsealable("answer"))
        };
        let mut hash = Sha256::new();
        for part in parts {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        let key = derive(b"bonafide idempotency answer", b"")?;
        Ok(Self {
            name: derive(b"bonafide idempotency name", b"")?,
            request: derive(b"bonafide idempotency request", &hash.finalize())?,
            cipher: Box::new(Aes256Gcm::new((&*key).into())),
        })
    }
}

/// A request that is somebody's to answer, until then.
pub struct Lease {
    key: AnswerKey,
    until: Timestamp,
}

/// What is known of a request.
pub enum Known {
    /// Nothing, or whoever was answering it is gone: it is this caller's.
    New(Lease),
    /// It is being answered.
    InFlight,
    /// The key was used for another request.
    Another,
    /// It was answered: the status, and what [`finish`] was given.
    Answered(u16, Vec<u8>),
}

struct Row {
    request_sha256: Vec<u8>,
    status: Option<i64>,
    sealed: Option<Vec<u8>>,
    lease_until: Timestamp,
}
row!(Row: request_sha256, status, sealed, lease_until);

/// Looks a request up, and notes it when it is new. What was noted before `oldest` counts no more.
pub async fn begin(
    tx: &mut Tx,
    organization: OrganizationId,
    key: AnswerKey,
    now: Timestamp,
    until: Timestamp,
    oldest: Timestamp,
) -> Result<Known> {
    on!(tx, |c| sqlx::query(
        "DELETE FROM idempotency_keys WHERE organization = $1 AND key_sha256 = $2 AND created_at < $3"
    )
    .bind(organization.uuid())
    .bind(key.name.as_slice())
    .bind(oldest.0)
    .execute(c)
    .await
    .map(drop))
    .to("remove an old idempotency key")?;
    let rows = on!(tx, |c| sqlx::query(
        "INSERT INTO idempotency_keys (organization, key_sha256, request_sha256, created_at, lease_until)
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT (organization, key_sha256) DO NOTHING"
    )
    .bind(organization.uuid())
    .bind(key.name.as_slice())
    .bind(key.request.as_slice())
    .bind(now.0)
    .bind(until.0)
    .execute(c)
    .await
    .map(|done| done.rows_affected()))
    .to("note the idempotency key")?;
    if rows == 1 {
        return Ok(Known::New(Lease { key, until }));
    }
    let found: Option<Row> = on!(tx, |c| sqlx::query_as(
        "SELECT request_sha256, status, sealed, lease_until FROM idempotency_keys
         WHERE organization = $1 AND key_sha256 = $2"
    )
    .bind(organization.uuid())
    .bind(key.name.as_slice())
    .fetch_optional(c)
    .await)
    .to("look the idempotency key up")?;
    // Given up at this very moment: asked again in a moment, it is new.
    let Some(found) = found else { return Ok(Known::InFlight) };
    if found.request_sha256 != key.request.as_slice() {
        return Ok(Known::Another);
    }
    if let (Some(status), Some(sealed)) = (found.status, found.sealed) {
        let answer = crypto::decrypt(&key.cipher, &*key.name, &sealed).ok_or(Error::Unsealable("answer"))?;
        return Ok(Known::Answered(status as u16, answer.to_vec()));
    }
    if now < found.lease_until {
        return Ok(Known::InFlight);
    }
    // Of several who find it given up, one takes it over.
    let rows = on!(tx, |c| sqlx::query(
        "UPDATE idempotency_keys SET lease_until = $3
         WHERE organization = $1 AND key_sha256 = $2 AND status IS NULL AND lease_until = $4"
    )
    .bind(organization.uuid())
    .bind(key.name.as_slice())
    .bind(until.0)
    .bind(found.lease_until.0)
    .execute(c)
    .await
    .map(|done| done.rows_affected()))
    .to("take the idempotency key over")?;
    Ok(if rows == 1 { Known::New(Lease { key, until }) } else { Known::InFlight })
}

/// Keeps the answer, unless somebody else has taken the request over.
pub async fn finish(
    tx: &mut Tx,
    organization: OrganizationId,
    lease: &Lease,
    status: u16,
    answer: &[u8],
    entropy: &dyn Entropy,
) -> Result<()> {
    let key = &lease.key;
    let sealed = crypto::encrypt(&key.cipher, &*key.name, answer, crypto::nonce(entropy))
        .ok_or(Error::Unsealable("answer"))?;
    on!(tx, |c| sqlx::query(
        "UPDATE idempotency_keys SET status = $4, sealed = $5
         WHERE organization = $1 AND key_sha256 = $2 AND status IS NULL AND lease_until = $3"
    )
    .bind(organization.uuid())
    .bind(key.name.as_slice())
    .bind(lease.until.0)
    .bind(i64::from(status))
    .bind(sealed)
    .execute(c)
    .await
    .map(drop))
    .to("keep the answer")
}

/// Forgets a request that came to no answer worth keeping: it may be tried again.
pub async fn abandon(tx: &mut Tx, organization: OrganizationId, lease: &Lease) -> Result<()> {
    on!(tx, |c| sqlx::query(
        "DELETE FROM idempotency_keys
         WHERE organization = $1 AND key_sha256 = $2 AND status IS NULL AND lease_until = $3"
    )
    .bind(organization.uuid())
    .bind(lease.key.name.as_slice())
    .bind(lease.until.0)
    .execute(c)
    .await
    .map(drop))
    .to("forget the idempotency key")
}

/// Removes what was noted before this moment, with its answers. Returns how many.
pub async fn purge(tx: &mut Tx, before: Timestamp) -> Result<u64> {
    on!(tx, |c| sqlx::query("DELETE FROM idempotency_keys WHERE created_at < $1")
        .bind(before.0)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))
    .to("remove old idempotency keys")
}

/// What a process that is gone was answering may be tried again. Only where no other process can be at work.
pub async fn release_all(tx: &mut Tx) -> Result<u64> {
    on!(tx, |c| sqlx::query("UPDATE idempotency_keys SET lease_until = 0 WHERE status IS NULL")
        .execute(c)
        .await
        .map(|done| done.rows_affected()))
    .to("release the idempotency keys")
}
