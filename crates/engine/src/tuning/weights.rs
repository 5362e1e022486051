//! Weights and tolerances. Every change adds a version and applies to verifications made from then on; those that exist
//! keep theirs.

use bonafide_core::{
    audit::AuditAction,
    id::{OrganizationId, WeightsId},
    time::Timestamp,
    weights::Weights,
};
use bonafide_store::{
    Tx, organizations,
    weights::{self as rows, Whom},
};
use serde_json::{Value, json};

use super::whom::{For, known_client, note, raced};
use crate::base::{
    caller::{Caller, Scope},
    engine::Engine,
    error::{Error, Result},
    record::Record,
};

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
    let mut tx = engine.db().begin().await?;
    known_client(&mut tx, caller, of).await?;
    let row = weights_for(engine, &mut tx, caller.organization, of.whom()).await?;
    tx.commit().await?;
    version(row)
}

/// Any version, current or not.
pub async fn weights_by_id(engine: &Engine, caller: &Caller, id: WeightsId) -> Result<Version> {
    let mut tx = engine.db().read().await?;
    version(rows::get(&mut tx, caller.organization, id).await?.ok_or(Error::NotFound("weights"))?)
}

/// Adds a version. To leave the range that is safe takes the scope that policies take.
pub async fn set_weights(engine: &Engine, caller: &Caller, of: &For, weights: &Weights) -> Result<WeightsId> {
    if !caller.may(Scope::Settings) {
        return Err(Error::Forbidden);
    }
    let problems = weights.problems();
    if !problems.is_empty() {
        return Err(Error::Invalid(problems));
    }
    if !caller.may(Scope::Policy) {
        let now = {
            let mut tx = engine.db().read().await?;
            rows::current(&mut tx, caller.organization, of.whom()).await?
        };
        let now = now.map_or_else(|| Ok(Weights::default()), |row| understood(row.knobs))?;
        let weakened = weights.weakened(&now);
        if !weakened.is_empty() {
            return Err(Error::Weakens(weakened));
        }
    }
    let id = WeightsId::new(engine.now(), &*engine.entropy);
    let knobs = serde_json::to_value(weights).unwrap_or(Value::Null);
    let mut tx = engine.db().begin().await?;
    known_client(&mut tx, caller, of).await?;
    rows::insert(&mut tx, caller.organization, id, of.whom(), &knobs, engine.now()).await.map_err(raced)?;
    note(engine, &mut tx, caller, AuditAction::WeightsChanged, &format!("weights:{id}"), &json!({})).await?;
    tx.commit().await?;
    Ok(id)
}

/// The weights of an organization for everybody: for the operator.
pub async fn current(engine: &Engine, organization: OrganizationId) -> Result<Weights> {
    let mut tx = engine.db().read().await?;
    let row = rows::current(&mut tx, organization, Whom::default()).await?;
    row.map_or_else(|| Ok(Weights::default()), |row| understood(row.knobs))
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

/// The weights that a verification is judged by.
pub(crate) async fn weights_of(tx: &mut Tx, record: &Record) -> Result<Weights> {
    let Some(id) = record.row.weights else { return Ok(Weights::default()) };
    let row = rows::get(tx, record.row.organization, id).await?.ok_or(Error::NotFound("weights"))?;
    understood(row.knobs)
}

/// Stored weights that this program does not understand are no reason to judge by others.
fn understood(knobs: Value) -> Result<Weights> {
    serde_json::from_value(knobs).map_err(|_| Error::not_understood("set of weights"))
}

fn version(row: rows::Weights) -> Result<Version> {
    let weights = understood(row.knobs)?;
    let (client_id, user_id, created_at) = (row.client, row.user_id, row.created_at);
    Ok(Version { id: row.id, client_id, user_id, weights, created_at })
}
