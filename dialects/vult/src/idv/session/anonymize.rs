//! `POST /idv/session/anonymize`

use axum::extract::State;
use bonafide_engine::{Engine, verifications};
use bonafide_http::{Caller, Json, Result, operation};

use super::SessionRef;
use crate::{extract::idv, idv::sdk::Done};

/// session anonymize
///
/// Erases everything of the session that says who the person is: pictures, names, places, metadata. States, findings
/// and decisions stay. A session that is still going on is canceled. The identity, if the person became one, stays:
/// see anonymize identity. Repeating it changes nothing.
#[operation(
    post,
    "/idv/session/anonymize",
    tag = "IDV",
    id = "idv_session_anonymize",
    scope = "verifications:write"
)]
pub(crate) async fn anonymize(
    State(engine): State<Engine>,
    caller: Caller,
    Json(asked): Json<SessionRef>,
) -> Result<Json<Done>> {
    let id = idv(&engine, &caller, &asked.session_id).await?;
    verifications::anonymize(&engine, &caller, id).await?;
    Ok(Json(Done {}))
}
