//! Results of checks. A finding holds no personal data.

use bonafide_core::{
    finding::{Check, Finding},
    id::{Entropy, Id, OrganizationId, VerificationId},
    time::Timestamp,
};
use sqlx::types::Json;

use crate::{Context, Result, Tx, column::row, on};

struct Row {
    finding: Finding,
}
row!(Row: finding);

/// Adds findings of one run of checks.
pub async fn insert(
    tx: &mut Tx,
    organization: OrganizationId,
    verification: VerificationId,
    findings: &[Finding],
    now: Timestamp,
    entropy: &dyn Entropy,
) -> Result<()> {
    for finding in findings {
        let id = Id::<Finding>::new(now, entropy);
        on!(tx, |c| sqlx::query(
            "INSERT INTO findings (id, organization, verification, finding, created_at)
             VALUES ($1, $2, $3, $4, $5)"
        )
        .bind(id.uuid())
        .bind(organization.uuid())
        .bind(verification.uuid())
        .bind(Json(finding))
        .bind(now.0)
        .execute(c)
        .await
        .map(drop))
        .to("insert a finding")?;
    }
    Ok(())
}

/// The findings of a verification that count, in the order of the checks.
pub async fn list(
    tx: &mut Tx,
    organization: OrganizationId,
    verification: VerificationId,
) -> Result<Vec<Finding>> {
    let rows: Vec<Row> = on!(tx, |c| {
        sqlx::query_as(
        "SELECT finding FROM findings WHERE organization = $1 AND verification = $2 AND superseded_at IS NULL
         ORDER BY created_at, id"
    )
    .bind(organization.uuid())
    .bind(verification.uuid())
    .fetch_all(c)
    .await
    })
    .to("list the findings")?;
    let mut findings: Vec<Finding> = rows.into_iter().map(|row| row.finding).collect();
    findings.sort_by_key(|finding| (finding.check, finding.side));
    Ok(findings)
}

/// Retires all findings of a verification before its checks run again; returns how many there were.
pub async fn supersede(
    tx: &mut Tx,
    organization: OrganizationId,
    verification: VerificationId,
    now: Timestamp,
) -> Result<u64> {
    on!(tx, |c| sqlx::query(
        "UPDATE findings SET superseded_at = $3
         WHERE organization = $1 AND verification = $2 AND superseded_at IS NULL"
    )
    .bind(organization.uuid())
    .bind(verification.uuid())
    .bind(now.0)
    .execute(c)
    .await
    .map(|done| done.rows_affected()))
    .to("supersede the findings")
}

/// Retires the findings of one check, before it runs again by itself.
pub async fn supersede_check(
    tx: &mut Tx,
    organization: OrganizationId,
    verification: VerificationId,
    check: Check,
    now: Timestamp,
) -> Result<()> {
    let rows: Vec<Numbered> = on!(tx, |c| sqlx::query_as(
        "SELECT id, finding FROM findings WHERE organization = $1 AND verification = $2 AND superseded_at IS NULL"
    )
    .bind(organization.uuid())
    .bind(verification.uuid())
    .fetch_all(c)
    .await)
    .to("list the findings")?;
    for row in rows.into_iter().filter(|row| row.finding.check == check) {
        on!(tx, |c| sqlx::query(
            "UPDATE findings SET superseded_at = $3 WHERE organization = $1 AND id = $2"
        )
        .bind(organization.uuid())
        .bind(row.id)
        .bind(now.0)
        .execute(c)
        .await
        .map(drop))
        .to("supersede a finding")?;
    }
    Ok(())
}

struct Numbered {
    id: uuid::Uuid,
    finding: Finding,
}
row!(Numbered: id, finding);
