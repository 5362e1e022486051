//! Which fields a document of a type must yield, per source. A change adds a version.

use bonafide_core::{document::DocumentType, id::OrganizationId, policy::DataSource, time::Timestamp};
use sqlx::types::Json;

use crate::{Context, Result, Tx, Word, column::row, on, weights::Whom};

/// The newest switches for one document type and data source.
#[derive(Debug, Clone, PartialEq)]
pub struct Requirements {
    /// The client these are for; empty for all of them.
    pub client: String,
    /// The caller's user these are for; empty for all of them.
    pub user_id: String,
    pub document_type: Word<DocumentType>,
    pub data_source: Word<DataSource>,
    /// Counts the versions from 1.
    pub version: i64,
    /// A whole object, switch to boolean.
    pub switches: serde_json::Value,
    pub created_at: Timestamp,
}
row!(Requirements: client, user_id, document_type, data_source, version, switches, created_at);

/// What a set of switches is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scope<'a> {
    pub whom: Whom<'a>,
    pub document_type: DocumentType,
    pub data_source: DataSource,
}

/// Adds a version, which applies from now on; returns its number.
///
/// # Errors
/// [`crate::Error::is_duplicate`] when somebody else added one at the same time.
pub async fn insert(
    tx: &mut Tx,
    organization: OrganizationId,
    scope: Scope<'_>,
    switches: &serde_json::Value,
    now: Timestamp,
) -> Result<i64> {
    let (version,) = on!(tx, |c| sqlx::query_as(
        "INSERT INTO requirements
         (organization, user_id, document_type, data_source, version, switches, created_at, client)
         SELECT $1, $2, $3, $4, COALESCE(MAX(version), 0) + 1, $5, $6, $7
         FROM requirements
         WHERE organization = $1 AND user_id = $2 AND document_type = $3 AND data_source = $4
         RETURNING version"
    )
    .bind(organization.uuid())
    .bind(scope.whom.user_id)
    .bind(scope.document_type.as_str())
    .bind(scope.data_source.as_str())
    .bind(Json(switches))
    .bind(now.0)
    .bind(scope.whom.client)
    .fetch_one(c)
    .await)
    .to("insert the requirements")?;
    Ok(version)
}

/// The switches that apply: for each type and source the newest of the closest, as for the weights. Ordered by document type and data source, at most one per pair.
pub async fn current(tx: &mut Tx, organization: OrganizationId, whom: Whom<'_>) -> Result<Vec<Requirements>> {
    let mut rows: Vec<Requirements> = on!(tx, |c| sqlx::query_as(
        "SELECT * FROM requirements r WHERE organization = $1 AND user_id IN ('', $2)
         AND client IN ('', $3)
         AND version = (SELECT MAX(version) FROM requirements n
             WHERE n.organization = r.organization AND n.user_id = r.user_id AND n.client = r.client
               AND n.document_type = r.document_type AND n.data_source = r.data_source)
         ORDER BY document_type, data_source, user_id DESC, client DESC"
    )
    .bind(organization.uuid())
    .bind(whom.user_id)
    .bind(whom.client)
    .fetch_all(c)
    .await)
    .to("read the requirements")?;
    // The closest row comes first.
    rows.dedup_by(|b, a| a.document_type == b.document_type && a.data_source == b.data_source);
    Ok(rows)
}
