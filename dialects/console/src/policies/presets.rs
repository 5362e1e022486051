//! `GET /console/policies/presets`

use bonafide_core::policy::Preset;
use bonafide_http::{Caller, Json, Result, operation};
use serde::Serialize;
use utoipa::ToSchema;

use super::body::PolicyRules;

#[derive(Serialize, ToSchema)]
pub(crate) struct Presets {
    data: Vec<PresetPolicy>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct PresetPolicy {
    name: &'static str,
    about: &'static str,
    policy: PolicyRules,
}

/// List the presets
///
/// Policies to begin with.
#[operation(
    get,
    "/console/policies/presets",
    tag = "Policies",
    id = "policy_presets",
    scope = "verifications:read"
)]
pub(crate) async fn presets(_: Caller) -> Result<Json<Presets>> {
    let preset = |preset: Preset| PresetPolicy {
        name: preset.as_str(),
        about: preset.about(),
        policy: PolicyRules::of(&preset.policy()),
    };
    Ok(Json(Presets { data: Preset::ALL.map(preset).into() }))
}
