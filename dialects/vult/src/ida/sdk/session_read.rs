//! `POST /ida/sdk/session/read`

use axum::extract::State;
use bonafide_core::{document::FieldName, evidence::EvidenceKind, recapture::Capture};
use bonafide_engine::{Engine, evidence, verifications};
use bonafide_http::{Json, Result, operation};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::{
    extract::{SdkCaller, ida},
    ida::session::read::{authenticated, person},
    idv::{
        sdk::wanted::CaptureWanted,
        session::{SessionRef, read::object},
    },
    words::{self, StatusE},
};

/// What the capturing device needs to know. Fields that have no value yet are absent; to a device that comes with a capture
/// token, so are the names of the identity: whoever holds it is not known to be that person.
#[derive(Serialize, ToSchema)]
pub(crate) struct SdkAuthentication {
    session_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    identity_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<String>,
    status_e: StatusE,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    middle_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    suffix_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    liveness_detected: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    liveness_detected_at: Option<String>,
    /// False, too, while it is wanted again.
    selfie_given: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    selfie_given_at: Option<String>,
    /// What the person has to capture again before the session is finalized, as in a verification.
    #[serde(skip_serializing_if = "Option::is_none")]
    captures_wanted: Option<Vec<CaptureWanted>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    authenticated: Option<bool>,
    /// Who judges liveness: `internal` is this server.
    liveness_provider_e: &'static str,
    /// The movements that the open liveness session waits for, as in a verification.
    #[serde(skip_serializing_if = "Option::is_none")]
    liveness_steps: Option<Vec<&'static str>>,
    #[schema(value_type = Object)]
    sdk_metadata: Value,
}

/// session read
///
/// What has been given so far, for the capturing device.
#[operation(
    post,
    "/ida/sdk/session/read",
    tag = "IDA",
    id = "ida_sdk_session_read",
    scope = "verifications:read",
    or = "capture",
    impersonal = true,
    params(SdkCaller)
)]
pub(crate) async fn session_read(
    State(engine): State<Engine>,
    caller: SdkCaller,
    Json(asked): Json<SessionRef>,
) -> Result<Json<SdkAuthentication>> {
    let id = ida(&engine, &caller, &asked.session_id).await?;
    let view = verifications::read(&engine, &caller, id).await?;
    let challenge = evidence::open_challenge(&engine, &caller, id).await?;
    let person = match caller.session {
        Some(_) => None,
        None => person(&engine, &caller, &view).await?,
    };
    let name = |field| person.as_ref()?.reading()?.get(field).map(|f| f.value.clone());
    let selfie_given = view.has(Capture::Liveness);
    let selfie = view.given_at(EvidenceKind::Selfie).filter(|_| selfie_given);
    Ok(Json(SdkAuthentication {
        session_id: id.to_string(),
        identity_id: view.identity.map(|id| id.to_string()),
        user_id: Some(view.user_id.clone()).filter(|id| !id.is_empty()),
        client_id: view.client_id.clone(),
        status_e: words::status(view.status),
        first_name: name(FieldName::FirstName),
        middle_name: name(FieldName::MiddleName),
        last_name: name(FieldName::LastName),
        suffix_name: name(FieldName::NameSuffix),
        liveness_detected: view.live(),
        liveness_detected_at: view.live_at().map(|at| at.to_string()),
        selfie_given,
        selfie_given_at: selfie.map(|at| at.to_string()),
        captures_wanted: CaptureWanted::all(&view),
        authenticated: authenticated(&view),
        liveness_provider_e: "internal",
        liveness_steps: challenge.map(|c| c.steps.into_iter().map(|s| s.as_str()).collect()),
        sdk_metadata: object(view.private.as_ref().map(|p| &p.sdk_metadata)),
    }))
}
