//! Fingerprints of published specimen documents. They show no real person and belong to no organization.

use bonafide_core::{id::SpecimenId, time::Timestamp};

use crate::{Context, Error, Result, Tx, column::row, on};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Specimen {
    pub id: SpecimenId,
    /// What the operator calls it.
    pub name: String,
    pub picture_sha256: Vec<u8>,
    pub fingerprint: Vec<u8>,
    pub created_at: Timestamp,
}
row!(Specimen: id, name, picture_sha256, fingerprint, created_at);

/// Adds a specimen; `false` when the same picture is there already.
pub async fn insert(tx: &mut Tx, specimen: &Specimen) -> Result<bool> {
    on!(tx, |c| {
        sqlx::query(
        "INSERT INTO specimens (id, name, picture_sha256, fingerprint, created_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (picture_sha256) DO NOTHING"
    )
    .bind(specimen.id.uuid())
    .bind(&specimen.name)
    .bind(&specimen.picture_sha256)
    .bind(&specimen.fingerprint)
    .bind(specimen.created_at.0)
    .execute(c)
    .await
    .map(|done| done.rows_affected() == 1)
    })
    .to("insert a specimen")
}

/// All specimens, oldest first.
pub async fn list(tx: &mut Tx) -> Result<Vec<Specimen>> {
    on!(tx, |c| sqlx::query_as("SELECT * FROM specimens ORDER BY created_at, id").fetch_all(c).await)
        .to("list the specimens")
}

/// How many there are and when the newest came: what changes when the list does.
pub async fn version(tx: &mut Tx) -> Result<(i64, Timestamp)> {
    let (count, newest): (i64, i64) = on!(tx, |c| {
        sqlx::query_as("SELECT COUNT(*), COALESCE(MAX(created_at), 0) FROM specimens").fetch_one(c).await
    })
    .to("count the specimens")?;
    Ok((count, Timestamp(newest)))
}

/// Removes a specimen.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn remove(tx: &mut Tx, id: SpecimenId) -> Result<()> {
    let rows = on!(tx, |c| sqlx::query("DELETE FROM specimens WHERE id = $1")
        .bind(id.uuid())
        .execute(c)
        .await
        .map(|done| done.rows_affected()))
    .to("remove a specimen")?;
    if rows == 0 { Err(Error::NotFound("specimen")) } else { Ok(()) }
}
