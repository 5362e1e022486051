//! `POST /identity/anonymize`

use axum::extract::State;
use bonafide_engine::{Engine, identities};
use bonafide_http::{Caller, Json, Result, operation};

use super::IdentityRef;
use crate::{extract::identity_id, idv::sdk::Done};

/// anonymize identity
///
/// Erases everything that says who the person is, in the identity and in every session of theirs, and forgets their
/// face and documents. Decisions and the audit log stay: they name nobody. Repeating it changes nothing.
#[operation(
    post,
    "/identity/anonymize",
    tag = "Identity",
    id = "identity_anonymize",
    scope = "verifications:write"
)]
pub(crate) async fn anonymize(
    State(engine): State<Engine>,
    caller: Caller,
    Json(asked): Json<IdentityRef>,
) -> Result<Json<Done>> {
    identities::anonymize(&engine, &caller, identity_id(&asked.identity_id)?).await?;
    Ok(Json(Done {}))
}
