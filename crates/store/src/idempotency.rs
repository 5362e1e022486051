//! Requests that were answered before, so that asking again gives the same answer and does nothing twice.
//!
//! The answer is sealed under a key that the organization's own key and the caller's chosen word make together (see
//! [`AnswerKey`]). The word is kept only as a hash, so nothing here opens an answer without the caller: it needs no
//! erasing with the person it may speak of.

use aes_gcm::{Aes256Gcm, KeyInit};
use bonafide_core::{
    id::{CredentialId, Entropy, OrganizationId},
    time::Timestamp,
};
use sha2::{Digest, Sha256};

use crate::{
    Context, Error, Result, Tx,
    column::row,
    crypto::{self, SubjectKey},
    on,
};

/// What a repeated request is known by, and what opens the answer that was kept.
pub struct AnswerKey {
    name: [u8; 32],
    cipher: Aes256Gcm,
}

impl AnswerKey {
    /// From the organization's own key, the caller's credential and the word they chose. The same word of another
    /// caller is another key.
    pub fn new(own: &SubjectKey, credential: CredentialId, chosen: &str) -> Result<Self> {
        let derive = |what: &[u8]| {
            own.derive(&[what, credential.uuid().as_bytes(), chosen.as_bytes()])
                .ok_or(Error::Unsealable("answer"))
        };
        let name = derive(b"bonafide idempotency name")?;
        let key = derive(b"bonafide idempotency answer")?;
        Ok(Self { name: *name, cipher: Aes256Gcm::new((&*key).into()) })
    }
}

/// The SHA-256 of everything that makes a request that request.
pub fn request_hash(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

/// What is known of a request.
#[derive(Debug, PartialEq, Eq)]
pub enum Known {
    /// Nothing: it is this caller's to answer, and noted as being answered.
    New,
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

/// Looks a request up, and notes it when it is new or whoever was answering it is gone.
pub async fn begin(
    tx: &mut Tx,
    organization: OrganizationId,
    key: &AnswerKey,
    request: &[u8; 32],
    now: Timestamp,
    lease_until: Timestamp,
    oldest: Timestamp,
) -> Result<Known> {
    on!(tx, |c| sqlx::query("DELETE FROM idempotency_keys WHERE created_at < $1")
        .bind(oldest.0)
        .execute(c)
        .await
        .map(drop))
    .to("remove old idempotency keys")?;
    let rows = on!(tx, |c| sqlx::query(
        "INSERT INTO idempotency_keys (organization, key_sha256, request_sha256, created_at, lease_until)
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT (organization, key_sha256) DO NOTHING"
    )
    .bind(organization.uuid())
    .bind(key.name.as_slice())
    .bind(request.as_slice())
    .bind(now.0)
    .bind(lease_until.0)
    .execute(c)
    .await
    .map(|done| done.rows_affected()))
    .to("note the idempotency key")?;
    if rows == 1 {
        return Ok(Known::New);
    }
    let found: Row = on!(tx, |c| sqlx::query_as(
        "SELECT request_sha256, status, sealed, lease_until FROM idempotency_keys
         WHERE organization = $1 AND key_sha256 = $2"
    )
    .bind(organization.uuid())
    .bind(key.name.as_slice())
    .fetch_one(c)
    .await)
    .to("look the idempotency key up")?;
    if found.request_sha256 != request {
        return Ok(Known::Another);
    }
    if let (Some(status), Some(sealed)) = (found.status, found.sealed) {
        let answer = crypto::decrypt(&key.cipher, &key.name, &sealed).ok_or(Error::Unsealable("answer"))?;
        return Ok(Known::Answered(status as u16, answer.to_vec()));
    }
    if now < found.lease_until {
        return Ok(Known::InFlight);
    }
    on!(tx, |c| sqlx::query(
        "UPDATE idempotency_keys SET lease_until = $3 WHERE organization = $1 AND key_sha256 = $2"
    )
    .bind(organization.uuid())
    .bind(key.name.as_slice())
    .bind(lease_until.0)
    .execute(c)
    .await
    .map(drop))
    .to("take the idempotency key over")?;
    Ok(Known::New)
}

/// Keeps the answer.
pub async fn finish(
    tx: &mut Tx,
    organization: OrganizationId,
    key: &AnswerKey,
    status: u16,
    answer: &[u8],
    entropy: &dyn Entropy,
) -> Result<()> {
    let sealed = crypto::encrypt(&key.cipher, &key.name, answer, crypto::nonce(entropy))
        .ok_or(Error::Unsealable("answer"))?;
    on!(tx, |c| sqlx::query(
        "UPDATE idempotency_keys SET status = $3, sealed = $4 WHERE organization = $1 AND key_sha256 = $2"
    )
    .bind(organization.uuid())
    .bind(key.name.as_slice())
    .bind(i64::from(status))
    .bind(sealed)
    .execute(c)
    .await
    .map(drop))
    .to("keep the answer")
}

/// Forgets a request that came to no answer worth keeping: it may be tried again.
pub async fn abandon(tx: &mut Tx, organization: OrganizationId, key: &AnswerKey) -> Result<()> {
    on!(tx, |c| sqlx::query(
        "DELETE FROM idempotency_keys WHERE organization = $1 AND key_sha256 = $2 AND status IS NULL"
    )
    .bind(organization.uuid())
    .bind(key.name.as_slice())
    .execute(c)
    .await
    .map(drop))
    .to("forget the idempotency key")
}

/// What a process that is gone was answering may be tried again. Only where no other process can be at work.
pub async fn release_all(tx: &mut Tx) -> Result<u64> {
    on!(tx, |c| sqlx::query("UPDATE idempotency_keys SET lease_until = 0 WHERE status IS NULL")
        .execute(c)
        .await
        .map(|done| done.rows_affected()))
    .to("release the idempotency keys")
}
