//! `POST /idv/sdk/finalize`

use axum::extract::State;
use bonafide_core::{
    finding::{Check, Outcome},
    verification::Status,
};
use bonafide_engine::{Engine, verifications};
use bonafide_http::{Json, Result, operation};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::{
    extract::{SdkCaller, idv},
    settings::KnownSettings,
};

#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct Finalize {
    session_id: String,
    /// Replaces the session's settings.
    #[schema(value_type = Option<KnownSettings>)]
    settings: Option<Map<String, Value>>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Finalized {
    /// False, too, while a human has to look or the person has to try again: read the session.
    verified: bool,
    /// Null when no sanctions list was searched, and to a device that comes with a capture token.
    on_sanction_list: Option<bool>,
}

/// sdk idv finalization
///
/// Hands in what was captured and waits for the result. 503 with `Retry-After` when the checks take longer; they go on.
/// Asking again waits for the same result or returns it; it is a new attempt only when something new was captured since,
/// or the settings are other ones.
///
/// A device that was told 503 may be told 410 when it asks again: the session was decided meanwhile and takes nothing more of
/// it, and your server reads the result.
#[operation(
    post,
    "/idv/sdk/finalize",
    tag = "IDV SDK",
    id = "idv_sdk_finalize",
    scope = "verifications:write",
    or = "capture",
    at_once = 256,
    params(SdkCaller)
)]
pub(crate) async fn finalize(
    State(engine): State<Engine>,
    caller: SdkCaller,
    Json(asked): Json<Finalize>,
) -> Result<Json<Finalized>> {
    let id = idv(&engine, &caller, &asked.session_id).await?;
    verifications::submit(&engine, &caller, id, asked.settings.map(Value::Object)).await?;
    let status = verifications::wait(&engine, &caller, id).await?;
    let view = verifications::read(&engine, &caller, id).await?;
    let sanctions = view.finding(Check::Sanctions, None).filter(|_| caller.session.is_none());
    let sanctions = sanctions.map(|f| f.outcome);
    Ok(Json(Finalized {
        verified: status == Status::Approved,
        on_sanction_list: match sanctions {
            None | Some(Outcome::NotAssessed) => None,
            Some(Outcome::Clear) => Some(false),
            Some(Outcome::Consider | Outcome::Fail) => Some(true),
        },
    }))
}
