//! What a session's free-form `settings` may hold.

use bonafide_core::{liveness::Movements, words::Vocabulary};
use utoipa::ToSchema;

bonafide_http::vocabulary!(
    pub(crate) LivenessMovements: "Which movements may be asked for.",
    Movements::words()
);

/// A name that is none of these is refused: what is misspelt would make the session weaker.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "documents what is kept as it was sent")]
pub(crate) struct KnownSettings {
    /// Your word for your user, an opaque id; selects the weights and requirements that you set for them.
    #[schema(max_length = 64, pattern = "^[A-Za-z0-9._:-]*$")]
    user_id: Option<String>,
    /// The name of one of your policies (`GET /console/policies`); the default one when absent.
    #[schema(max_length = 64)]
    policy: Option<String>,
    /// `without_head` for people who cannot turn theirs.
    #[schema(value_type = Option<LivenessMovements>)]
    liveness_movements: Option<String>,
    /// With test keys: what each step comes to; see `GET /sandbox/scenarios`.
    #[schema(value_type = Option<Object>)]
    sandbox: Option<serde_json::Value>,
}
