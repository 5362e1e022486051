//! `POST /ida/session/read`

use axum::extract::State;
use bonafide_core::{document::FieldName, evidence::EvidenceKind};
use bonafide_engine::{
    Engine,
    identities::{self, Person},
    verifications::{self, View},
};
use bonafide_http::{Caller, Json, Result, operation};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::{
    extract::ida,
    idv::session::{
        SessionRef,
        read::{HistoryItem, object},
    },
    words::{self, StatusE},
};

/// An authentication. Fields that have no value yet are absent. Times are RFC 3339.
#[derive(Serialize, ToSchema)]
pub(crate) struct Authentication {
    session_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    idv_weights_id: Option<String>,
    status_e: StatusE,
    created_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    completed_at: Option<String>,
    /// Who the person says they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    identity_id: Option<String>,
    /// The name of the identity.
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
    selfie_given: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    selfie_given_at: Option<String>,
    /// Whether a live person showed the face of the identity; absent until that is judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    authenticated: Option<bool>,
    #[schema(value_type = Object)]
    metadata: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    webhook_url: Option<String>,
    #[schema(value_type = Object)]
    settings: Value,
    /// What happened, oldest first; empty in lists.
    history: Vec<HistoryItem>,
}

impl Authentication {
    pub(crate) fn new(view: &View, person: Option<&Person>) -> Self {
        let private = view.private.as_ref();
        let name = |field| person?.reading()?.get(field).map(|f| f.value.clone());
        let selfie = view.given_at(EvidenceKind::Selfie).map(|at| at.to_string());
        Self {
            session_id: view.id.to_string(),
            user_id: Some(view.user_id.clone()).filter(|id| !id.is_empty()),
            client_id: view.client_id.clone(),
            idv_weights_id: view.weights.map(|id| id.to_string()),
            status_e: words::status(view.status),
            created_at: view.created_at.to_string(),
            completed_at: view.completed_at.map(|at| at.to_string()),
            identity_id: view.identity.map(|id| id.to_string()),
            first_name: name(FieldName::FirstName),
            middle_name: name(FieldName::MiddleName),
            last_name: name(FieldName::LastName),
            suffix_name: name(FieldName::NameSuffix),
            liveness_detected: view.live(),
            liveness_detected_at: view.live_at().map(|at| at.to_string()),
            selfie_given: selfie.is_some(),
            selfie_given_at: selfie,
            authenticated: authenticated(view),
            metadata: object(private.map(|p| &p.metadata)),
            webhook_url: private.and_then(|p| p.webhook_url.clone()),
            settings: object(private.map(|p| &p.settings)),
            history: HistoryItem::all(view),
        }
    }
}

/// Whether the person is who they say they are; `None` until that is judged.
pub(crate) fn authenticated(view: &View) -> Option<bool> {
    view.verified
}

/// What is known of the identity; `None` after it was erased.
pub(crate) async fn person(engine: &Engine, caller: &Caller, view: &View) -> Result<Option<Person>> {
    use bonafide_engine::Error as E;
    let Some(identity) = view.identity else { return Ok(None) };
    match identities::read(engine, caller, identity).await {
        Ok(identity) => Ok(Some(identity.person)),
        Err(E::Conflict { code: "anonymized", .. } | E::NotFound(_)) => Ok(None),
        Err(other) => Err(other.into()),
    }
}

/// session read
///
/// The state and the result of one authentication.
#[operation(post, "/ida/session/read", tag = "IDA", id = "ida_session_read", scope = "verifications:read")]
pub(crate) async fn read(
    State(engine): State<Engine>,
    caller: Caller,
    Json(asked): Json<SessionRef>,
) -> Result<Json<Authentication>> {
    let id = ida(&engine, &caller, &asked.session_id).await?;
    let view = verifications::read(&engine, &caller, id).await?;
    let person = person(&engine, &caller, &view).await?;
    Ok(Json(Authentication::new(&view, person.as_ref())))
}
