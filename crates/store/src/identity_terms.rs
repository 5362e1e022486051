//! By what identities are found: keyed hashes, made as those of verifications are (see [`crate::search_terms`]). There are fewer
//! identities than verifications, and each is kept once, so that every term is a row.

use bonafide_core::id::{ApplicantId, OrganizationId};
use uuid::Uuid;

use crate::{Context, Result, Tx, query::Query, search_terms::Kept, search_terms::Term};

/// Most rows of one statement: SQLite takes 32,766 values, four a row.
const BATCH: usize = 1000;

/// From now on the identity is found by these terms and by no others. Nothing is kept of who is no identity, or was forgotten.
pub async fn keep(
    tx: &mut Tx,
    organization: OrganizationId,
    identity: ApplicantId,
    kept: Kept,
) -> Result<()> {
    let Kept { mut terms, rules } = kept;
    let mut query = Query::new("UPDATE applicants SET found_by = ");
    query.bind(rules).push(" WHERE organization = ").bind(organization.uuid());
    query.push(" AND id = ").bind(identity.uuid());
    query.push(" AND identity_since IS NOT NULL AND anonymized_at IS NULL RETURNING identity_since");
    let since: Vec<(i64,)> = query.fetch(tx).await.to("note by what an identity is found")?;
    let Some((since,)) = since.first() else { return Ok(()) };
    forget(tx, organization, identity).await?;
    terms.sort_unstable();
    terms.dedup();
    for batch in terms.chunks(BATCH) {
        let mut query =
            Query::new("INSERT INTO identity_terms (organization, term, since, identity) VALUES ");
        for (place, term) in batch.iter().enumerate() {
            query.push(if place == 0 { "(" } else { ", (" }).bind(organization.uuid()).push(", ").bind(*term);
            query.push(", ").bind(*since).push(", ").bind(identity.uuid()).push(")");
        }
        query.execute(tx).await.to("keep by what an identity is found")?;
    }
    Ok(())
}

/// The identity is found no more.
pub(crate) async fn forget(tx: &mut Tx, organization: OrganizationId, identity: ApplicantId) -> Result<()> {
    let mut query = Query::new("DELETE FROM identity_terms WHERE organization = ");
    query.bind(organization.uuid()).push(" AND identity = ").bind(identity.uuid());
    query.execute(tx).await.to("forget by what an identity is found")
}

/// Some identities whose terms were made out by older rules, or not yet: those whose ids follow `after`, in order.
pub async fn of_older_rules(
    tx: &mut Tx,
    organization: OrganizationId,
    rules: i64,
    after: Option<ApplicantId>,
    most: usize,
) -> Result<Vec<ApplicantId>> {
    let mut query = Query::new("SELECT id FROM applicants WHERE organization = ");
    query.bind(organization.uuid()).push(" AND identity_since IS NOT NULL AND anonymized_at IS NULL");
    query.push(" AND found_by < ").bind(rules);
    if let Some(after) = after {
        query.push(" AND id > ").bind(after.uuid());
    }
    query.push(" ORDER BY id LIMIT ").bind(i64::try_from(most).unwrap_or(i64::MAX));
    let rows: Vec<(Uuid,)> = query.fetch(tx).await.to("read what is found by older rules")?;
    Ok(rows.into_iter().map(|(id,)| ApplicantId::from_uuid(id)).collect())
}

/// What an identity is found by counts as made out by these rules.
pub async fn leave(
    tx: &mut Tx,
    organization: OrganizationId,
    identity: ApplicantId,
    rules: i64,
) -> Result<()> {
    let mut query = Query::new("UPDATE applicants SET found_by = ");
    query.bind(rules).push(" WHERE organization = ").bind(organization.uuid());
    query.push(" AND id = ").bind(identity.uuid());
    query.execute(tx).await.to("leave what an identity is found by")
}

/// The same terms with the rarest first: of the others no more is looked at than what the first one has.
pub(crate) async fn rarest_first(
    tx: &mut Tx,
    organization: OrganizationId,
    terms: &[Term],
) -> Result<Vec<Term>> {
    let mut counted = vec![];
    for term in terms {
        let frequency = if terms.len() > 1 { how_many(tx, organization, *term).await? } else { 0 };
        counted.push((frequency, *term));
    }
    counted.sort_unstable();
    Ok(counted.into_iter().map(|(_, term)| term).collect())
}

async fn how_many(tx: &mut Tx, organization: OrganizationId, term: Term) -> Result<i64> {
    let mut query = Query::new("SELECT COUNT(*) FROM identity_terms WHERE organization = ");
    query.bind(organization.uuid()).push(" AND term = ").bind(term);
    let rows: Vec<(i64,)> = query.fetch(tx).await.to("count who is found by a word")?;
    Ok(rows.first().map_or(0, |(n,)| *n))
}
