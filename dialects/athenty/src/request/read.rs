//! `GET /v2/api/requests/{id}`

use axum::extract::State;
use bonafide_core::{
    evidence::EvidenceKind,
    finding::{Check, Outcome},
    id::VerificationId,
    step::StepKind,
    verification::{Kind, Purpose},
};
use bonafide_engine::{
    Engine, Error, location,
    verifications::{self, ThirdParty, View, Whole},
};
use bonafide_http::{Caller, Json, Path, Result, operation};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    create::ThirdPartyBody,
    shapes::{
        Biometrics, Decision, Document, Identity, Location, Score, Screening, StepDetail, TimelineEntry,
        client_id, matter_id, organization_id, request_id,
    },
};
use crate::{
    extract,
    words::{self, RequestStatus, RequestType, Requirement},
};

/// A request with all that came of it. What has no value is absent; what is personal is, too, after the person was erased.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RequestDetail {
    id: String,
    org_id: String,
    #[schema(value_type = RequestType)]
    r#type: Purpose,
    #[schema(value_type = RequestStatus)]
    status: &'static str,
    #[schema(value_type = Vec<Requirement>)]
    requirements: Vec<StepKind>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    matter_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject_email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject_phone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_days: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    expires_at: Option<String>,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
    /// When it came to its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    completed_at: Option<String>,
    /// The API it was created through.
    #[schema(example = "athenty")]
    api: String,
    /// Whether what says who the person is was erased.
    anonymized: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    identity: Option<Identity>,
    documents: Vec<Document>,
    #[serde(skip_serializing_if = "Option::is_none")]
    biometrics: Option<Biometrics>,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<Location>,
    #[serde(skip_serializing_if = "Option::is_none")]
    screening: Option<Screening>,
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<Score>,
    /// Every decision, oldest first.
    decisions: Vec<Decision>,
    /// In the order of `requirements`.
    steps: Vec<StepDetail>,
    /// What happened, oldest first.
    timeline: Vec<TimelineEntry>,
    third_parties: Vec<ThirdPartyBody>,
}

/// Get a request
///
/// Who the person is, what was captured and read, what the checks found and what it came to. Requests of every API of your
/// organization are found here.
#[operation(get, "/v2/api/requests/{id}", tag = "Requests", id = "getRequest", scope = "verifications:read",
    params(("id" = String, Path, description = "With `req_` or without, or a UUID")))]
pub(crate) async fn read(
    state: State<Engine>,
    caller: Caller,
    path: Path<String>,
) -> Result<Json<RequestDetail>> {
    let (State(engine), Path(id)) = (state, path);
    let whole = verifications::whole(&engine, &caller, extract::request_id(&id)?).await?;
    if whole.view.kind != Kind::IdentityVerification {
        return Err(Error::NotFound("request").into());
    }
    let location = captured_at(&engine, &caller, &whole.view).await?;
    Ok(Json(RequestDetail::of(&caller, &whole, location)))
}

/// Get a request, under its other name
///
/// As `getRequest`.
#[operation(get, "/v2/api/verifications/{id}", tag = "Requests", id = "getVerification",
    scope = "verifications:read",
    params(("id" = String, Path, description = "With `req_` or without, or a UUID")))]
pub(crate) async fn read_verification(
    state: State<Engine>,
    caller: Caller,
    path: Path<String>,
) -> Result<Json<RequestDetail>> {
    read(state, caller, path).await
}

/// Where the face, or else the document, was captured.
async fn captured_at(engine: &Engine, caller: &Caller, view: &View) -> Result<Option<Location>> {
    let captures = [EvidenceKind::Selfie, EvidenceKind::DocumentFront];
    let Some(given) = captures.into_iter().find_map(|kind| view.evidence(kind)) else { return Ok(None) };
    let found = view.findings.iter().find(|f| f.check == Check::Location);
    let assessed = found.filter(|f| f.outcome != Outcome::NotAssessed);
    let consistent = assessed.map(|f| f.outcome == Outcome::Clear);
    match of_capture(engine, caller, view.id, given.kind).await? {
        Some(known) => Ok(Location::of(known, consistent)),
        None => Ok(None),
    }
}

/// None where the picture is not there any more, or the person was erased.
async fn of_capture(
    engine: &Engine,
    caller: &Caller,
    id: VerificationId,
    kind: EvidenceKind,
) -> Result<Option<location::Location>> {
    match location::location(engine, caller, id, kind).await {
        Ok(known) => Ok(Some(known)),
        Err(Error::Conflict { .. }) => Ok(None),
        Err(other) => Err(other.into()),
    }
}

impl RequestDetail {
    fn of(caller: &Caller, whole: &Whole, location: Option<Location>) -> Self {
        let view = &whole.view;
        let private = view.private.as_ref();
        let subject = private.map(|private| private.subject.clone()).unwrap_or_default();
        let requirements: Vec<StepKind> = view.steps.iter().map(|step| step.kind).collect();
        let third_party = |party: &ThirdParty| ThirdPartyBody {
            name: party.name.clone(),
            email: party.email.clone(),
            requirements: party.steps.clone(),
        };
        let third_parties = private.map(|private| private.third_parties.as_slice()).unwrap_or_default();
        Self {
            id: request_id(view.id),
            org_id: organization_id(caller.organization),
            r#type: view.purpose,
            status: words::status(view.status),
            client_id: view.client.map(client_id),
            matter_id: view.matter.map(matter_id),
            subject_name: subject.name,
            subject_email: subject.email,
            subject_phone: subject.phone,
            expires_days: private.and_then(|private| private.lifetime_days),
            expires_at: view.expires_at.map(|at| at.to_string()),
            created_at: view.created_at.to_string(),
            updated_at: view.updated_at.to_string(),
            completed_at: view.completed_at.map(|at| at.to_string()),
            api: view.dialect.clone(),
            anonymized: private.is_none(),
            identity: private.and_then(|private| private.reading.as_ref()).map(Identity::of),
            documents: Document::all(view),
            biometrics: Biometrics::of(view, requirements.contains(&StepKind::BiometricFace)),
            location,
            screening: Screening::of(whole),
            score: Score::of(whole),
            decisions: Decision::all(whole),
            steps: StepDetail::all(view),
            timeline: TimelineEntry::all(view),
            third_parties: third_parties.iter().map(third_party).collect(),
            requirements,
        }
    }
}
