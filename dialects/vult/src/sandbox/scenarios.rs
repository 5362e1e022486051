//! `GET /sandbox/scenarios`

use bonafide_core::{finding::Code, verification::Kind};
use bonafide_engine::sandbox::{SCENARIOS, steered};
use bonafide_http::{Caller, Json, operation};
use serde::Serialize;
use utoipa::ToSchema;

/// Put `{"sandbox": {"<step>": "<word>"}}` into a session's `settings`, with the keys of a sandbox. Beside the steps, `reason` is
/// the word of a reason that is to be found, for instance `face_mismatch`, and `then` holds the same members for the
/// submissions after the next.
#[derive(Serialize, ToSchema)]
pub(crate) struct Scenarios {
    scenarios: Vec<Scenario>,
    /// What `reason` may name.
    reasons: Vec<SteeredReason>,
}

#[derive(Serialize, ToSchema)]
struct Scenario {
    step: &'static str,
    word: &'static str,
    /// What comes of it when everything else is in order.
    leads_to: &'static str,
    description: &'static str,
}

#[derive(Serialize, ToSchema)]
struct SteeredReason {
    #[schema(example = "face_mismatch")]
    reason: String,
    /// `retry`, `declined`, or `aborted`: the submission ends as if the person could not go on.
    leads_to: &'static str,
}

/// sandbox scenarios
///
/// What the outcome of each step can be steered to in a sandbox. The pictures run through the real checks all the
/// same.
#[operation(
    get,
    "/sandbox/scenarios",
    tag = "Sandbox",
    id = "sandbox_scenarios",
    scope = "verifications:read"
)]
pub(crate) async fn scenarios(_caller: Caller) -> Json<Scenarios> {
    let all = SCENARIOS.iter().map(|s| Scenario {
        step: s.step,
        word: s.word,
        leads_to: s.leads_to,
        description: s.description,
    });
    let reasons = Code::NAMED.iter().filter_map(|reason| {
        let leads_to = steered(Kind::IdentityVerification, reason).first()?.leads_to();
        Some(SteeredReason { reason: reason.to_string(), leads_to })
    });
    Json(Scenarios { scenarios: all.collect(), reasons: reasons.collect() })
}
