//! `POST /idv/sdk/session/read`

use axum::{Json as Body, extract::State};
use bonafide_core::{evidence::EvidenceKind, finding::Check};
use bonafide_engine::{Engine, evidence, verifications};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::{
    error::{Error, ErrorBody},
    extract::{Json, SdkCaller, idv},
    idv::session::{SessionRef, read::object},
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
    document_front_given: bool,
    document_back_given: bool,
    liveness_detected: bool,
    selfie_given: bool,
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
/// What has been given so far.
#[utoipa::path(post, path = "/idv/sdk/session/read", tag = "IDV SDK", operation_id = "idv_sdk_session_read",
    security(("oauth2" = ["verifications:read"])), params(("X-Client-Id" = String, Header, description = "Your client id")),
    responses((status = 200, body = SdkSession), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn session_read(
    State(engine): State<Engine>,
    SdkCaller(caller): SdkCaller,
    bonafide_http::Valid(asked, _): Json<SessionRef>,
) -> Result<Body<SdkSession>, Error> {
    let id = idv(&engine, &caller, &asked.session_id).await?;
    let view = verifications::read(&engine, &caller, id).await?;
    let challenge = evidence::open_challenge(&engine, &caller, id).await?;
    let given = |kind| view.given_at(kind).is_some();
    Ok(Body(SdkSession {
        session_id: id.to_string(),
        client_id: view.client_id.clone(),
        document_type_e: words::document_type(view.document_type),
        consented: view.consent.is_some_and(|(given, _)| given),
        document_front_given: given(EvidenceKind::DocumentFront),
        document_back_given: given(EvidenceKind::DocumentBack),
        liveness_detected: view.passed(Check::PassiveLiveness) == Some(true),
        selfie_given: given(EvidenceKind::Selfie),
        liveness_provider_e: "internal",
        liveness_steps: challenge.map(|c| c.steps.into_iter().map(|s| s.as_str()).collect()),
        sdk_metadata: object(view.private.as_ref().map(|p| &p.sdk_metadata)),
        settings: object(view.private.as_ref().map(|p| &p.settings)),
    }))
}
