//! Policies: versions under a name. Every change adds one and applies to verifications made from then on; those that exist
//! keep theirs.

use bonafide_core::{
    id::{OrganizationId, PolicyId},
    policy::{Policy, Preset},
    problem::Rule,
    time::Timestamp,
};
use bonafide_store::{Tx, policies as rows, weights::Whom};

use super::whom::{For, known_client};
use crate::base::{
    caller::Caller,
    engine::Engine,
    error::{Error, Result},
};

/// The name of the policy that applies where a verification names none.
pub const DEFAULT: &str = "default";
/// Most versions in one answer.
pub const MAX_LISTED: i64 = 200;

/// One version of a policy.
#[derive(Debug, Clone, PartialEq)]
pub struct PolicyVersion {
    pub id: PolicyId,
    pub name: String,
    /// The client and user it was made for; empty for everybody.
    pub client_id: String,
    pub user_id: String,
    /// Counts those of this name, client and user from 1.
    pub version: i64,
    pub policy: Policy,
    pub created_at: Timestamp,
}

/// What applies under a name.
#[derive(Debug, Clone, PartialEq)]
pub struct InForce {
    pub policy: Policy,
    /// `None`: nothing was set, so the product's own applies.
    pub version: Option<PolicyVersion>,
}

/// A page of all versions, newest first; of one name where it is given.
pub async fn policies(
    engine: &Engine,
    caller: &Caller,
    name: Option<&str>,
    skip: i64,
    limit: i64,
) -> Result<Vec<PolicyVersion>> {
    let mut tx = engine.db().read().await?;
    let rows = rows::list(&mut tx, caller.organization, name, skip, limit.clamp(1, MAX_LISTED)).await?;
    rows.into_iter().map(version).collect()
}

/// Any version, current or not.
pub async fn policy_by_id(engine: &Engine, caller: &Caller, id: PolicyId) -> Result<PolicyVersion> {
    let mut tx = engine.db().read().await?;
    version(rows::get(&mut tx, caller.organization, id).await?.ok_or(Error::NotFound("policy"))?)
}

/// What applies to the next verification under a name.
pub async fn policy_in_force(engine: &Engine, caller: &Caller, of: &For, name: &str) -> Result<InForce> {
    let mut tx = engine.db().read().await?;
    known_client(&mut tx, caller, of).await?;
    let found = in_force(&mut tx, caller.organization, of.whom(), name).await?;
    // A name that nobody set stands for nothing, though verifications of no name have the default policy.
    if name != DEFAULT && found.version.as_ref().is_none_or(|version| version.name != name) {
        return Err(Error::NotFound("policy"));
    }
    Ok(found)
}

/// The policy that a new verification is made with.
pub(crate) async fn policy_for(
    tx: &mut Tx,
    organization: OrganizationId,
    whom: Whom<'_>,
    name: Option<&str>,
) -> Result<Policy> {
    let found = in_force(tx, organization, whom, name.unwrap_or(DEFAULT)).await?;
    match name {
        Some(name) if found.version.as_ref().is_none_or(|v| v.name != name) => {
            let message = "is the name of no policy that was set; GET /console/policies lists them";
            Err(Error::invalid("settings.policy", Rule::Enum, message))
        }
        _ => Ok(found.policy),
    }
}

/// What applies under a name; where nothing is set under it, what applies without.
pub(crate) async fn in_force(
    tx: &mut Tx,
    organization: OrganizationId,
    whom: Whom<'_>,
    name: &str,
) -> Result<InForce> {
    for name in [name, DEFAULT] {
        if let Some(row) = rows::current(tx, organization, name, whom).await? {
            let version = version(row)?;
            return Ok(InForce { policy: version.policy.clone(), version: Some(version) });
        }
    }
    Ok(InForce { policy: Preset::Standard.policy(), version: None })
}

/// A stored policy that this program does not understand is no reason to judge by another.
pub(super) fn version(row: rows::Policy) -> Result<PolicyVersion> {
    let policy = serde_json::from_value(row.policy).map_err(|_| Error::not_understood("policy"))?;
    let rows::Policy { id, name, client, user_id, version, created_at, .. } = row;
    Ok(PolicyVersion { id, name, client_id: client, user_id, version, policy, created_at })
}
