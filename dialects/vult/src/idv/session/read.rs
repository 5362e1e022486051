//! `POST /idv/session/read`

use axum::extract::State;
use bonafide_core::{
    document::FieldName, evidence::EvidenceKind, finding::Check, time::Timestamp, verification::Status,
};
use bonafide_engine::{
    Engine,
    verifications::{self, Entry, View},
};
use bonafide_http::{Caller, Json, Result, operation};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::SessionRef;
use crate::{
    extract::idv,
    words::{self, DocumentTypeE, StatusE},
};

/// A session. Fields that have no value yet are absent. Times are RFC 3339, days ISO 8601.
#[derive(Serialize, ToSchema)]
pub(crate) struct Session {
    session_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<String>,
    /// The version of the weights the session is judged by.
    #[serde(skip_serializing_if = "Option::is_none")]
    idv_weights_id: Option<String>,
    status_e: StatusE,
    document_type_e: DocumentTypeE,
    created_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    completed_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    middle_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    suffix_name: Option<String>,
    /// `unknown`, `male`, `female` or `non_binary`.
    gender_e: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    birth_date: Option<String>,
    /// Absent until the person has answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    consented: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    consented_at: Option<String>,
    pub(crate) document_front_given: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) document_front_given_at: Option<String>,
    document_back_given: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    document_back_given_at: Option<String>,
    /// Whether a live person was in front of the camera. Absent until that was judged; false, too, when it could not be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) liveness_detected: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) liveness_detected_at: Option<String>,
    selfie_given: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    selfie_given_at: Option<String>,
    /// `unknown`, `not_started`, `pending`, `match`, `no_match` or `unavailable`.
    pub(crate) dmv_status_e: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) dmv_detected_at: Option<String>,
    /// `unknown`, `not_started`, `clear`, `possible_match`, `match` or `error`.
    pub(crate) ofac_status_e: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ofac_detected_at: Option<String>,
    /// Absent until decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    verified: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verified_at: Option<String>,
    /// 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) score: Option<f64>,
    /// Who the person turned out to be; absent until the session is approved.
    #[serde(skip_serializing_if = "Option::is_none")]
    identity_id: Option<String>,
    #[schema(value_type = Object)]
    metadata: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    webhook_url: Option<String>,
    #[schema(value_type = Object)]
    settings: Value,
    /// What happened, oldest first; empty in lists.
    history: Vec<HistoryItem>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct HistoryItem {
    at: String,
    event: String,
    #[schema(value_type = Object)]
    detail: Value,
}

impl HistoryItem {
    pub(crate) fn all(view: &View) -> Vec<Self> {
        let item =
            |e: &Entry| Self { at: e.at.to_string(), event: e.event.clone(), detail: e.detail.clone() };
        view.history.iter().map(item).collect()
    }
}

impl From<View> for Session {
    fn from(view: View) -> Self {
        let given = |kind| view.given_at(kind).map(|at| at.to_string());
        let private = view.private.as_ref();
        let reading = private.and_then(|p| p.reading.as_ref());
        let field = |name| reading.and_then(|r| r.get(name)).map(|f| f.value.clone());
        let judged = view.judged_at.map(|at: Timestamp| at.to_string());
        let sanctions = view.finding(Check::Sanctions, None);
        let registry = view.finding(Check::Registry, None);
        let assessed_at = |f: Option<&bonafide_core::finding::Finding>| {
            f.filter(|f| f.outcome != bonafide_core::finding::Outcome::NotAssessed).and(judged.clone())
        };
        let front = given(EvidenceKind::DocumentFront);
        let back = given(EvidenceKind::DocumentBack);
        let selfie = given(EvidenceKind::Selfie);
        Self {
            session_id: view.id.to_string(),
            user_id: Some(view.user_id.clone()).filter(|id| !id.is_empty()),
            client_id: view.client_id.clone(),
            idv_weights_id: view.weights.map(|id| id.to_string()),
            status_e: words::status(view.status),
            document_type_e: words::document_type(view.document_type),
            created_at: view.created_at.to_string(),
            completed_at: view.completed_at.map(|at| at.to_string()),
            first_name: field(FieldName::FirstName),
            middle_name: field(FieldName::MiddleName),
            last_name: field(FieldName::LastName),
            suffix_name: field(FieldName::NameSuffix),
            gender_e: words::gender(field(FieldName::Gender).as_deref()).to_owned(),
            birth_date: field(FieldName::BirthDate),
            consented: view.consent.map(|(given, _)| given),
            consented_at: view.consent.map(|(_, at)| at.to_string()),
            document_front_given: front.is_some(),
            document_front_given_at: front,
            document_back_given: back.is_some(),
            document_back_given_at: back,
            liveness_detected: view.live(),
            liveness_detected_at: view.live_at().map(|at| at.to_string()),
            selfie_given: selfie.is_some(),
            selfie_given_at: selfie,
            dmv_status_e: words::dmv_status(registry).to_owned(),
            dmv_detected_at: assessed_at(registry),
            ofac_status_e: words::ofac_status(sanctions).to_owned(),
            ofac_detected_at: assessed_at(sanctions),
            verified: view.verified,
            verified_at: (view.status == Status::Approved)
                .then(|| view.completed_at.map(|at| at.to_string()))
                .flatten(),
            score: view.score,
            identity_id: view.identity.map(|id| id.to_string()),
            metadata: object(private.map(|p| &p.metadata)),
            webhook_url: private.and_then(|p| p.webhook_url.clone()),
            settings: object(private.map(|p| &p.settings)),
            history: HistoryItem::all(&view),
        }
    }
}

/// A free-form map as this API prints it: an object, never null.
pub(crate) fn object(value: Option<&Value>) -> Value {
    value.filter(|v| v.is_object()).cloned().unwrap_or_else(|| Value::Object(serde_json::Map::new()))
}

/// session read
///
/// The state and the result of one session.
#[operation(post, "/idv/session/read", tag = "IDV", id = "idv_session_read", scope = "verifications:read")]
pub(crate) async fn read(
    State(engine): State<Engine>,
    caller: Caller,
    Json(asked): Json<SessionRef>,
) -> Result<Json<Session>> {
    let id = idv(&engine, &caller, &asked.session_id).await?;
    Ok(Json(verifications::read(&engine, &caller, id).await?.into()))
}
