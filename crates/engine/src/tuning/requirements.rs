//! The fields a document has to give. Every change adds a version, as of weights.

use bonafide_core::{
    audit::AuditAction,
    document::DocumentType,
    id::OrganizationId,
    policy::{DataSource, Policy, Preset, Requirements, TypeRequirements},
    problem::{Problem, Rule},
};
use bonafide_store::{
    Tx,
    requirements::{self as requirement_rows, Scope as RowScope},
    weights::Whom,
};
use serde_json::{Value, json};

use super::{
    policies::{DEFAULT, in_force},
    whom::{For, known_client, note, raced},
};
use crate::base::{
    caller::{Caller, Scope},
    engine::Engine,
    error::{Error, Result},
};

/// The requirements that apply, those of the product where the organization has set none.
pub async fn requirements(engine: &Engine, caller: &Caller, of: &For) -> Result<Vec<TypeRequirements>> {
    let mut tx = engine.db().read().await?;
    known_client(&mut tx, caller, of).await?;
    Ok(applying(&mut tx, caller, of).await?.requirements)
}

/// The policy in force with what the organization requires beside it.
async fn applying(tx: &mut Tx, caller: &Caller, of: &For) -> Result<Policy> {
    let mut policy = in_force(tx, caller.organization, of.whom(), DEFAULT).await?.policy;
    policy.require(requirements_for(tx, caller.organization, of.whom()).await?);
    Ok(policy)
}

/// Adds a version for one type of document and one source. To require less than the policy does takes the scope that
/// policies take.
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
    if !caller.may(Scope::Policy) {
        let now = applying(&mut tx, caller, of).await?.requirements;
        let ours = |r: &&TypeRequirements| (r.document_type, r.source) == (document_type, source);
        let old = now.iter().find(ours).map(|r| r.requirements.clone()).unwrap_or_default();
        if requirements.asks_less_than(&old) && requirements.asks_less_than(&products(document_type, source))
        {
            let message = "requires less than the product does; that takes the scope policy";
            return Err(Error::Weakens(vec![Problem::new("", Rule::Other, message)]));
        }
    }
    let added = requirement_rows::insert(&mut tx, caller.organization, scope, &switches, engine.now()).await;
    let version = added.map_err(raced)?;
    let object = format!("requirements:{document_type}:{source}");
    note(engine, &mut tx, caller, AuditAction::RequirementsChanged, &object, &json!({"version": version}))
        .await?;
    tx.commit().await?;
    Ok(())
}

/// What the product requires by itself.
fn products(document_type: DocumentType, source: DataSource) -> Requirements {
    let all = Preset::Standard.policy().requirements;
    let ours = all.into_iter().find(|r| (r.document_type, r.source) == (document_type, source));
    ours.map(|r| r.requirements).unwrap_or_default()
}

/// What the organization has set for a user of a client.
pub(crate) async fn requirements_for(
    tx: &mut Tx,
    organization: OrganizationId,
    whom: Whom<'_>,
) -> Result<Vec<TypeRequirements>> {
    let rows = requirement_rows::current(tx, organization, whom).await?;
    // What this program does not understand may not be left out: it was required.
    let known = rows.into_iter().map(|row| {
        let understood = (|| {
            Some(TypeRequirements {
                document_type: row.document_type.known()?,
                source: row.data_source.known()?,
                requirements: serde_json::from_value(row.switches).ok()?,
            })
        })();
        understood.ok_or_else(|| Error::not_understood("requirement"))
    });
    known.collect()
}
