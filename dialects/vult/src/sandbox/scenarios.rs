//! `GET /sandbox/scenarios`

use axum::Json as Body;
use bonafide_engine::sandbox::SCENARIOS;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{error::ErrorBody, extract::Authorized};

/// Put `{"sandbox": {"<step>": "<word>"}}` into a session's `settings`, with the keys of a sandbox.
#[derive(Serialize, ToSchema)]
pub(crate) struct Scenarios {
    scenarios: Vec<Scenario>,
}

#[derive(Serialize, ToSchema)]
struct Scenario {
    step: &'static str,
    word: &'static str,
    /// What comes of it when everything else is in order.
    leads_to: &'static str,
    description: &'static str,
}

/// sandbox scenarios
///
/// What the outcome of each step can be steered to in a sandbox. The pictures run through the real checks all the
/// same.
#[utoipa::path(get, path = "/sandbox/scenarios", tag = "Sandbox", operation_id = "sandbox_scenarios",
    security(("oauth2" = ["verifications:read"])),
    responses((status = 200, body = Scenarios), (status = 401, body = ErrorBody)))]
pub(crate) async fn scenarios(Authorized(_caller): Authorized) -> Body<Scenarios> {
    let all = SCENARIOS.iter().map(|s| Scenario {
        step: s.step,
        word: s.word,
        leads_to: s.leads_to,
        description: s.description,
    });
    Body(Scenarios { scenarios: all.collect() })
}
