//! What an organization may set: weights and tolerances, and the fields a document has to give. Every change adds a
//! version and applies to verifications made from then on; those that exist keep theirs.

use bonafide_core::{
    document::DocumentType,
    id::{OrganizationId, WeightsId},
    policy::{DataSource, Policy, Requirements, TypeRequirements},
    time::Timestamp,
    weights::Weights,
};
use bonafide_store::{
    Tx, audit, credentials, organizations,
    requirements::{self as requirement_rows, Scope as RowScope},
    weights::{self as rows, Whom},
};
use serde_json::{Value, json};

use crate::{
    Caller, Engine, Error, Result, Scope,
    record::{parse_word, word},
};

/// Whom settings are for. Absent: for everybody of the organization.
#[derive(Debug, Clone, Default)]
pub struct For {
    /// One of the organization's clients.
    pub client_id: Option<String>,
    /// The caller's word for one of their users.
    pub user_id: Option<String>,
}

impl For {
    fn whom(&self) -> Whom<'_> {
        Whom {
            client: self.client_id.as_deref().unwrap_or_default(),
            user_id: self.user_id.as_deref().unwrap_or_default(),
        }
    }
}

/// One version of the weights.
#[derive(Debug, Clone, PartialEq)]
pub struct Version {
    pub id: WeightsId,
    /// The client and user it was made for; empty for everybody.
    pub client_id: String,
    pub user_id: String,
    pub weights: Weights,
    pub created_at: Timestamp,
}

/// The weights that apply.
pub async fn weights(engine: &Engine, caller: &Caller, of: &For) -> Result<Version> {
    let mut tx = engine.db.begin().await?;
    known_client(&mut tx, caller, of).await?;
    let row = weights_for(engine, &mut tx, caller.organization, of.whom()).await?;
    tx.commit().await?;
    version(row)
}

/// Any version, current or not.
pub async fn weights_by_id(engine: &Engine, caller: &Caller, id: WeightsId) -> Result<Version> {
    let mut tx = engine.db.read().await?;
    version(rows::get(&mut tx, caller.organization, id).await?.ok_or(Error::NotFound("weights"))?)
}

/// Adds a version.
pub async fn set_weights(engine: &Engine, caller: &Caller, of: &For, weights: &Weights) -> Result<WeightsId> {
    if !caller.may(Scope::Settings) {
        return Err(Error::Forbidden);
    }
    let problems = weights.problems();
    if !problems.is_empty() {
        return Err(Error::Invalid(problems));
    }
    let id = WeightsId::new(engine.now(), &*engine.entropy);
    let knobs = serde_json::to_value(weights).unwrap_or(Value::Null);
    let mut tx = engine.db.begin().await?;
    known_client(&mut tx, caller, of).await?;
    rows::insert(&mut tx, caller.organization, id, of.whom(), &knobs, engine.now()).await.map_err(raced)?;
    note(engine, &mut tx, caller, "weights.changed", &format!("weights:{id}"), &json!({})).await?;
    tx.commit().await?;
    Ok(id)
}

/// The requirements that apply, those of the product where the organization has set none.
pub async fn requirements(engine: &Engine, caller: &Caller, of: &For) -> Result<Vec<TypeRequirements>> {
    let mut tx = engine.db.read().await?;
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
    let (document_type, data_source) = (word(document_type), word(source));
    let scope = RowScope { whom: of.whom(), document_type: &document_type, data_source: &data_source };
    let switches = serde_json::to_value(requirements).unwrap_or(Value::Null);
    let mut tx = engine.db.begin().await?;
    known_client(&mut tx, caller, of).await?;
    let added = requirement_rows::insert(&mut tx, caller.organization, scope, &switches, engine.now()).await;
    let version = added.map_err(raced)?;
    let object = format!("requirements:{document_type}:{data_source}");
    note(engine, &mut tx, caller, "requirements.changed", &object, &json!({"version": version})).await?;
    tx.commit().await?;
    Ok(())
}

/// The weights of an organization for everybody: for the operator.
pub async fn current(engine: &Engine, organization: OrganizationId) -> Result<Weights> {
    let mut tx = engine.db.read().await?;
    let row = rows::current(&mut tx, organization, Whom::default()).await?;
    Ok(row.and_then(|row| serde_json::from_value(row.knobs).ok()).unwrap_or_default())
}

/// The version in force; the defaults become the organization's first, so that every verification names the version
/// it is judged by.
pub(crate) async fn weights_for(
    engine: &Engine,
    tx: &mut Tx,
    organization: OrganizationId,
    whom: Whom<'_>,
) -> Result<rows::Weights> {
    if let Some(current) = rows::current(tx, organization, whom).await? {
        return Ok(current);
    }
    // Two first verifications at once: the second finds what the first made.
    organizations::hold(tx, organization).await?;
    if let Some(current) = rows::current(tx, organization, whom).await? {
        return Ok(current);
    }
    let id = WeightsId::new(engine.now(), &*engine.entropy);
    let knobs = serde_json::to_value(Weights::default()).unwrap_or(Value::Null);
    rows::insert(tx, organization, id, Whom::default(), &knobs, engine.now()).await.map_err(raced)?;
    rows::get(tx, organization, id).await?.ok_or(Error::NotFound("weights"))
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
            document_type: parse_word(Some(&row.document_type))?,
            source: parse_word(Some(&row.data_source))?,
            requirements: serde_json::from_value(row.switches).ok()?,
        })
    });
    Ok(known.collect())
}

fn version(row: rows::Weights) -> Result<Version> {
    let weights = serde_json::from_value(row.knobs).unwrap_or_default();
    let (client_id, user_id, created_at) = (row.client, row.user_id, row.created_at);
    Ok(Version { id: row.id, client_id, user_id, weights, created_at })
}

/// A client of another organization, or of none, is refused.
async fn known_client(tx: &mut Tx, caller: &Caller, of: &For) -> Result<()> {
    let Some(client) = &of.client_id else { return Ok(()) };
    let all = credentials::list(tx, caller.organization).await?;
    if all.iter().any(|c| c.public_id == *client) {
        return Ok(());
    }
    Err(Error::NotFound("client"))
}

fn raced(error: bonafide_store::Error) -> Error {
    if error.is_duplicate() {
        return Error::conflict(
            "changed_meanwhile",
            "somebody else changed this at the same time; try again",
        );
    }
    error.into()
}

async fn note(
    engine: &Engine,
    tx: &mut Tx,
    caller: &Caller,
    action: &str,
    object: &str,
    detail: &Value,
) -> Result<()> {
    let actor = caller.actor();
    let entry = audit::Entry { at: engine.now(), actor: &actor, action, object, detail };
    audit::append(tx, caller.organization, entry).await?;
    Ok(())
}
