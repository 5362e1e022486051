//! The fields a document has to give. Every change adds a version, as of weights.

use bonafide_core::{
    audit::AuditAction,
    document::DocumentType,
    id::OrganizationId,
    policy::{DataSource, Policy, Requirements, TypeRequirements},
};
use bonafide_store::{
    Tx,
    requirements::{self as requirement_rows, Scope as RowScope},
    weights::Whom,
};
use serde_json::{Value, json};

use super::whom::{For, known_client, note, raced};
use crate::base::{
    caller::{Caller, Scope},
    engine::Engine,
    error::{Error, Result},
};

/// The requirements that apply, those of the product where the organization has set none.
pub async fn requirements(engine: &Engine, caller: &Caller, of: &For) -> Result<Vec<TypeRequirements>> {
    let mut tx = engine.db().read().await?;
    known_client(&mut tx, caller, of).await?;
    let mut policy = Policy::default();
    policy.require(requirements_for(&mut tx, caller.organization, of.whom()).await?);
    Ok(policy.requirements)
}

/// Adds a version for one type of document and one source.
pub async fn set_requirements(
    engine: &Engine,
    caller: &Caller,
    of: &For,
    document_type: DocumentType,
    source: DataSource,
    requirements: &Requirements,
) -> Result<()> {
    if !caller.may(Scope::Settings) {
        return Err(Error::Forbidden);
    }
    let scope = RowScope { whom: of.whom(), document_type, data_source: source };
    let switches = serde_json::to_value(requirements).unwrap_or(Value::Null);
    let mut tx = engine.db().begin().await?;
    known_client(&mut tx, caller, of).await?;
    let added = requirement_rows::insert(&mut tx, caller.organization, scope, &switches, engine.now()).await;
    let version = added.map_err(raced)?;
    let object = format!("requirements:{document_type}:{source}");
    note(engine, &mut tx, caller, AuditAction::RequirementsChanged, &object, &json!({"version": version}))
        .await?;
    tx.commit().await?;
    Ok(())
}

/// What the organization has set for a user of a client.
pub(crate) async fn requirements_for(
    tx: &mut Tx,
    organization: OrganizationId,
    whom: Whom<'_>,
) -> Result<Vec<TypeRequirements>> {
    let rows = requirement_rows::current(tx, organization, whom).await?;
    let known = rows.into_iter().filter_map(|row| {
        Some(TypeRequirements {
            document_type: row.document_type.known()?,
            source: row.data_source.known()?,
            requirements: serde_json::from_value(row.switches).ok()?,
        })
    });
    Ok(known.collect())
}
