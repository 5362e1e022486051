//! `POST /idv/sdk/session/read`

use axum::extract::State;
use bonafide_core::recapture::Capture;
use bonafide_engine::{Engine, evidence, verifications};
use bonafide_http::{Json, Result, operation};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::{
    extract::{SdkCaller, idv},
    idv::{
        sdk::wanted::CaptureWanted,
        session::{SessionRef, read::object},
    },
    words::{self, DocumentTypeE},
};

/// What the capturing device needs to know. No personal data.
#[derive(Serialize, ToSchema)]
pub(crate) struct SdkSession {
    session_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<String>,
    document_type_e: DocumentTypeE,
    consented: bool,
    /// False, too, while it is wanted again.
    document_front_given: bool,
    /// False, too, while it is wanted again.
    document_back_given: bool,
    liveness_detected: bool,
    /// False, too, while it is wanted again.
    selfie_given: bool,
    /// What the person has to capture again before the session is finalized, and why. Absent unless they have to.
    #[serde(skip_serializing_if = "Option::is_none")]
    captures_wanted: Option<Vec<CaptureWanted>>,
    /// Who judges liveness: `internal` is this server.
    liveness_provider_e: &'static str,
    /// The movements that the open liveness session waits for, in order: `turn_left`, `turn_right`, `look_up`,
    /// `smile`, `blink`, `open_mouth`, `move_closer`. Left and right are the person's own. Absent without an open
    /// session, and in the mode `passive`.
    #[serde(skip_serializing_if = "Option::is_none")]
    liveness_steps: Option<Vec<&'static str>>,
    #[schema(value_type = Object)]
    sdk_metadata: Value,
    #[schema(value_type = Object)]
    settings: Value,
}

/// sdk session read
///
/// What has been given so far, and what is wanted again.
#[operation(
    post,
    "/idv/sdk/session/read",
    tag = "IDV SDK",
    id = "idv_sdk_session_read",
    scope = "verifications:read",
    or = "capture",
    impersonal = true,
    params(SdkCaller)
)]
pub(crate) async fn session_read(
    State(engine): State<Engine>,
    caller: SdkCaller,
    Json(asked): Json<SessionRef>,
) -> Result<Json<SdkSession>> {
    let id = idv(&engine, &caller, &asked.session_id).await?;
    let view = verifications::read(&engine, &caller, id).await?;
    let challenge = evidence::open_challenge(&engine, &caller, id).await?;
    Ok(Json(SdkSession {
        session_id: id.to_string(),
        client_id: view.client_id.clone(),
        document_type_e: words::document_type(view.document_type),
        consented: view.consent.is_some_and(|(given, _)| given),
        document_front_given: view.has(Capture::DocumentFront),
        document_back_given: view.has(Capture::DocumentBack),
        liveness_detected: view.live() == Some(true),
        selfie_given: view.has(Capture::Liveness),
        captures_wanted: CaptureWanted::all(&view),
        liveness_provider_e: "internal",
        liveness_steps: challenge.map(|c| c.steps.into_iter().map(|s| s.as_str()).collect()),
        sdk_metadata: object(view.private.as_ref().map(|p| &p.sdk_metadata)),
        settings: object(view.private.as_ref().map(|p| &p.settings)),
    }))
}
