//! One data key per applicant, wrapped by the key ring.

use std::collections::HashMap;

use bonafide_core::{
    id::{ApplicantId, Entropy, OrganizationId},
    time::Timestamp,
};

use crate::{
    Context, Error, Result, Tx,
    column::row,
    crypto::{Key, SubjectKey},
    keyring::KeyRing,
    on,
    query::Query,
};

struct Row {
    key_id: String,
    wrapped_key: Vec<u8>,
    destroyed_at: Option<Timestamp>,
}
row!(Row: key_id, wrapped_key, destroyed_at);

/// Wrapped at first use of a key ring version, unwrapped at every start.
const PROOF: &[u8; 32] = b"bonafide: this is the right ring";

/// Draws a key for an applicant whose row exists.
///
/// # Errors
/// [`Error::is_duplicate`] when the applicant has one, even a destroyed one: there is no second. On PostgreSQL
/// [`Error::WrongKeyRing`] when the ring's current key was retired.
pub async fn create(
    tx: &mut Tx,
    organization: OrganizationId,
    applicant: ApplicantId,
    ring: &dyn KeyRing,
    now: Timestamp,
    entropy: &dyn Entropy,
) -> Result<SubjectKey> {
    let mut key = Key::default();
    entropy.fill(key.as_mut_slice());
    hold_current(tx, ring).await?;
    let wrapped = ring.wrap(&key, &aad(organization, applicant), entropy)?;
    on!(tx, |c| sqlx::query(
        "INSERT INTO subject_keys (organization, applicant, key_id, wrapped_key, created_at)
         VALUES ($1, $2, $3, $4, $5)"
    )
    .bind(organization.uuid())
    .bind(applicant.uuid())
    .bind(ring.current())
    .bind(wrapped)
    .bind(now.0)
    .execute(c)
    .await
    .map(drop))
    .to("insert the data key")?;
    Ok(SubjectKey::new(organization, applicant, &key))
}

/// Unwraps an applicant's key.
///
/// # Errors
/// [`Error::NotFound`], [`Error::KeyDestroyed`], [`Error::WrongKeyRing`].
pub async fn load(
    tx: &mut Tx,
    organization: OrganizationId,
    applicant: ApplicantId,
    ring: &dyn KeyRing,
) -> Result<SubjectKey> {
    let row: Option<Row> = on!(tx, |c| sqlx::query_as(
        "SELECT key_id, wrapped_key, destroyed_at FROM subject_keys WHERE organization = $1 AND applicant = $2"
    )
    .bind(organization.uuid())
    .bind(applicant.uuid())
    .fetch_optional(c)
    .await)
    .to("read the data key")?;
    let row = row.ok_or(Error::NotFound("data key"))?;
    if row.destroyed_at.is_some() {
        return Err(Error::KeyDestroyed);
    }
    unwrap(organization, applicant, &row.key_id, &row.wrapped_key, ring)
}

/// The keys of these applicants, without those that were destroyed.
///
/// # Errors
/// [`Error::WrongKeyRing`].
pub async fn load_all(
    tx: &mut Tx,
    organization: OrganizationId,
    applicants: &[ApplicantId],
    ring: &dyn KeyRing,
) -> Result<HashMap<ApplicantId, SubjectKey>> {
    if applicants.is_empty() {
        return Ok(HashMap::new());
    }
    let mut query =
        Query::new("SELECT applicant, key_id, wrapped_key FROM subject_keys WHERE organization = ");
    query.bind(organization.uuid()).push(" AND destroyed_at IS NULL AND applicant IN ");
    query.list(applicants.iter().map(|id| id.uuid()));
    let rows: Vec<(uuid::Uuid, String, Vec<u8>)> = query.fetch(tx).await.to("read the data keys")?;
    let mut keys = HashMap::with_capacity(rows.len());
    for (applicant, key_id, wrapped) in rows {
        let applicant = ApplicantId::from_uuid(applicant);
        keys.insert(applicant, unwrap(organization, applicant, &key_id, &wrapped, ring)?);
    }
    Ok(keys)
}

/// Opens what this table holds for an applicant.
pub(crate) fn unwrap(
    organization: OrganizationId,
    applicant: ApplicantId,
    key_id: &str,
    wrapped_key: &[u8],
    ring: &dyn KeyRing,
) -> Result<SubjectKey> {
    let key = ring.unwrap(key_id, wrapped_key, &aad(organization, applicant))?;
    Ok(SubjectKey::new(organization, applicant, &key))
}

/// Destroys an applicant's key: rows, pictures and their copies become noise (crypto-shredding). Copies of
/// this table keep the wrapped key, so the key ring's rotation is their horizon. Repeating it changes
/// nothing. Call [`crate::Db::scrub`] after the commit.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn destroy(
    tx: &mut Tx,
    organization: OrganizationId,
    applicant: ApplicantId,
    now: Timestamp,
) -> Result<()> {
    let rows = on!(tx, |c| sqlx::query(
        "UPDATE subject_keys SET wrapped_key = $3, destroyed_at = COALESCE(destroyed_at, $4)
         WHERE organization = $1 AND applicant = $2"
    )
    .bind(organization.uuid())
    .bind(applicant.uuid())
    .bind(Vec::<u8>::new())
    .bind(now.0)
    .execute(c)
    .await
    .map(|done| done.rows_affected()))
    .to("destroy the data key")?;
    if rows == 0 { Err(Error::NotFound("data key")) } else { Ok(()) }
}

/// To be called at every start, before anything is served: refuses a key ring that cannot open what this
/// database holds, and remembers the current key for the next start.
///
/// # Errors
/// [`Error::WrongKeyRing`] naming the key that is missing or different.
pub async fn check_key_ring(
    tx: &mut Tx,
    ring: &dyn KeyRing,
    now: Timestamp,
    entropy: &dyn Entropy,
) -> Result<()> {
    if opens(tx, ring).await?.iter().any(|key_id| key_id == ring.current()) {
        return Ok(());
    }
    let proof = ring.wrap(&Key::new(*PROOF), ring.current().as_bytes(), entropy)?;
    // Two servers that start at once with the same new key write equally good proofs.
    on!(tx, |c| sqlx::query(
        "INSERT INTO key_ring_proofs (key_id, proof, created_at) VALUES ($1, $2, $3)
         ON CONFLICT (key_id) DO NOTHING"
    )
    .bind(ring.current())
    .bind(proof)
    .bind(now.0)
    .execute(c)
    .await
    .map(drop))
    .to("insert the key ring's proof")
}

/// The names of all keys that wrapped something here.
///
/// # Errors
/// [`Error::WrongKeyRing`] naming the one that the key ring lacks, or has another of.
pub async fn opens(tx: &mut Tx, ring: &dyn KeyRing) -> Result<Vec<String>> {
    let proofs: Vec<(String, Vec<u8>)> =
        on!(tx, |c| sqlx::query_as("SELECT key_id, proof FROM key_ring_proofs ORDER BY created_at, key_id")
            .fetch_all(c)
            .await)
        .to("read the key ring's proofs")?;
    for (key_id, proof) in &proofs {
        if *ring.unwrap(key_id, proof, key_id.as_bytes())? != *PROOF {
            return Err(Error::WrongKeyRing(key_id.clone()));
        }
    }
    Ok(proofs.into_iter().map(|(key_id, _)| key_id).collect())
}

/// Holds the proof of the current key until the transaction ends: who retires it waits for what is wrapped under it now. A server
/// that was not started anew since another key was made learns so that its own is gone.
async fn hold_current(tx: &mut Tx, ring: &dyn KeyRing) -> Result<()> {
    // The file of an SQLite database is one process's.
    if let Tx::Postgres(_) = tx {
        let mut query = Query::new("SELECT key_id FROM key_ring_proofs WHERE key_id = ");
        query.bind(ring.current()).push(" FOR KEY SHARE");
        let held: Vec<(String,)> = query.fetch(tx).await.to("hold the key ring's current key")?;
        if held.is_empty() {
            return Err(Error::WrongKeyRing(ring.current().to_owned()));
        }
    }
    Ok(())
}

/// Whether anything here was written under a key ring.
pub async fn is_bound(tx: &mut Tx) -> Result<bool> {
    let (bound,): (bool,) =
        on!(tx, |c| sqlx::query_as("SELECT EXISTS (SELECT 1 FROM key_ring_proofs)").fetch_one(c).await)
            .to("look whether there is a key ring")?;
    Ok(bound)
}

/// How many data keys each key of the ring wraps.
pub async fn by_key(tx: &mut Tx) -> Result<Vec<(String, i64)>> {
    on!(tx, |c| sqlx::query_as(
        "SELECT key_id, COUNT(*) FROM subject_keys WHERE destroyed_at IS NULL GROUP BY key_id ORDER BY key_id"
    )
    .fetch_all(c)
    .await)
    .to("count the data keys by the keys that wrap them")
}

/// Lets a key of the ring go: from now on nobody notices that it is missing.
///
/// # Errors
/// [`Error::Conflict`] while it wraps a data key: roll back then.
pub async fn retire(tx: &mut Tx, key_id: &str) -> Result<()> {
    // First, which waits for whoever wraps under it at this moment; nobody can afterwards.
    on!(tx, |c| sqlx::query("DELETE FROM key_ring_proofs WHERE key_id = $1")
        .bind(key_id)
        .execute(c)
        .await
        .map(drop))
    .to("forget a key of the key ring")?;
    if by_key(tx).await?.iter().any(|(id, _)| id == key_id) {
        return Err(Error::Conflict("the key ring"));
    }
    Ok(())
}

/// Wraps up to `limit` data keys of all organizations anew under the current key, so that an older version
/// of the key ring can be dropped once this returns 0.
pub async fn rewrap(tx: &mut Tx, ring: &dyn KeyRing, limit: i64, entropy: &dyn Entropy) -> Result<usize> {
    hold_current(tx, ring).await?;
    let keys: Vec<(uuid::Uuid, uuid::Uuid, String, Vec<u8>)> = on!(tx, |c| sqlx::query_as(
        "SELECT organization, applicant, key_id, wrapped_key FROM subject_keys
         WHERE key_id <> $1 AND destroyed_at IS NULL ORDER BY organization, applicant LIMIT $2"
    )
    .bind(ring.current())
    .bind(limit)
    .fetch_all(c)
    .await)
    .to("list the data keys under older keys")?;
    for (organization, applicant, key_id, wrapped) in &keys {
        let aad = aad(OrganizationId::from_uuid(*organization), ApplicantId::from_uuid(*applicant));
        let key = ring.unwrap(key_id, wrapped, &aad)?;
        let wrapped = ring.wrap(&key, &aad, entropy)?;
        on!(tx, |c| sqlx::query(
            "UPDATE subject_keys SET key_id = $3, wrapped_key = $4
             WHERE organization = $1 AND applicant = $2 AND key_id = $5 AND destroyed_at IS NULL"
        )
        .bind(organization)
        .bind(applicant)
        .bind(ring.current())
        .bind(wrapped)
        .bind(key_id)
        .execute(c)
        .await
        .map(drop))
        .to("rewrap a data key")?;
    }
    Ok(keys.len())
}

/// A wrapped key moved to another applicant's row does not open.
fn aad(organization: OrganizationId, applicant: ApplicantId) -> Vec<u8> {
    [b"data key".as_slice(), organization.uuid().as_bytes(), applicant.uuid().as_bytes()].concat()
}
