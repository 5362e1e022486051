//! User journeys, which are the organization's policies: an id names one version, and stands for the newest one of its name.

use bonafide_core::{
    id::PolicyId,
    problem::{Problem, Rule},
};
use bonafide_engine::{Caller, Engine, Error, tuning};
use bonafide_http::{Refusal, Result};

use crate::extract::Resource;

const JOURNEY: Resource = Resource::new("usj_", "user journey");

/// The field that names one.
const FIELD: &str = "user_journey_id";

/// Stands for the policy that applies without a name, where the organization has set none.
const BUILT_IN: &str = "usj_00000000000000000000000000";

/// The name of the policy that a request means; none for the default one.
///
/// # Errors
/// The wrong field, where there is no such journey.
pub(crate) async fn policy(engine: &Engine, caller: &Caller, id: Option<&str>) -> Result<Option<String>> {
    let Some(id) = id.filter(|id| *id != BUILT_IN) else { return Ok(None) };
    let unknown =
        || Problem::new(FIELD, Rule::Other, "is none of your user journeys: see GET /console/policies");
    let id: PolicyId = JOURNEY.read(id).map_err(|_| unknown())?;
    match tuning::policy_by_id(engine, caller, id).await {
        Ok(version) => Ok(Some(version.name)),
        Err(Error::NotFound(_)) => Err(unknown().into()),
        Err(other) => Err(other.into()),
    }
}

/// The id of the journey that a verification was made with.
pub(crate) fn shown(version: Option<PolicyId>) -> String {
    version.map_or_else(|| BUILT_IN.to_owned(), |id| JOURNEY.show(id))
}

/// A refusal by the engine, with the fields as this API names them.
pub(crate) fn named(error: Error) -> Refusal {
    match error {
        Error::Invalid(mut problems) => {
            for problem in problems.iter_mut().filter(|problem| problem.field == "settings.policy") {
                problem.field = FIELD.to_owned();
            }
            Error::Invalid(problems).into()
        }
        other => other.into(),
    }
}
