//! `POST /v2/api/requests`

use axum::extract::State;
use bonafide_core::{
    problem::{Problem, Rule},
    step::{StepConfig, StepKind},
    verification::Purpose,
};
use bonafide_engine::{
    Engine, Error, capture, clients,
    invitations::{self, Channel, Invite},
    verifications::{self, NewVerification, Subject, ThirdParty, View},
};
use bonafide_http::{Caller, Created, Json, Result, operation};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::shapes::{
    EXPIRES_DAYS, client_id, matter_id, organization_id, request_id, requirements_schema, shown_schema,
};
use crate::{
    NAME, extract,
    words::{self, RequestStatus, RequestType, Requirement},
};

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CreateRequestBody {
    #[schema(value_type = RequestType)]
    r#type: Purpose,
    /// The steps to collect, in order; each once.
    #[schema(schema_with = requirements_schema)]
    requirements: Vec<StepKind>,
    /// An existing client of your organization.
    #[schema(schema_with = extract::client_or_null)]
    client_id: Option<String>,
    #[schema(schema_with = extract::matter_or_null)]
    matter_id: Option<String>,
    /// Full name of the person.
    #[schema(min_length = 1, max_length = 200, pattern = r"\S")]
    subject_name: Option<String>,
    /// Where the person is invited. Where this server sends no mail, the request is created all the same: pass the access
    /// token on yourself, or resend the invitation later.
    #[schema(format = IdnEmail, max_length = 254)]
    subject_email: Option<String>,
    #[schema(min_length = 1, max_length = 40, pattern = r"\S")]
    subject_phone: Option<String>,
    /// Days until the link expires; 7 when absent.
    #[schema(minimum = 1, maximum = 90)]
    expires_days: Option<u32>,
    /// What the steps ask for beyond the ordinary.
    config: Option<StepConfig>,
    /// With whom the result is shared once the request is approved. Where this server sends mail and has a `share_url`, each is
    /// written to then, with a link of their own that expires and can be revoked; otherwise make the links yourself.
    #[schema(max_items = 20)]
    third_parties: Option<Vec<ThirdPartyBody>>,
}

/// Somebody whom the person lets see the result.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub(crate) struct ThirdPartyBody {
    #[schema(min_length = 1, max_length = 200, pattern = r"\S")]
    pub(super) name: String,
    #[schema(format = IdnEmail, max_length = 254)]
    pub(super) email: String,
    /// The steps that they see; all of the request when absent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(schema_with = shown_schema, required = false)]
    pub(super) requirements: Vec<StepKind>,
}

/// A request as it was created.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CreatedRequest {
    #[schema(example = "req_01kt1gw6g0fmj99z5sfwzpmy4a")]
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
    expires_days: u32,
    #[schema(format = DateTime)]
    expires_at: String,
    /// What the person's device captures with, as `Authorization: Bearer` of the Capture API, and nothing else; shown this
    /// once. A link that the person is sent ends it when they open it.
    access_token: String,
    #[schema(format = DateTime)]
    created_at: String,
}

/// Create a request
///
/// The person is invited by e-mail where `subjectEmail` is given and this server sends mail (settings `invitations` and
/// `capture_url`). `clientId` has to be a client of your organization that was not deleted: otherwise 422 names it. A
/// `matterId` is yours and is kept as it is.
#[operation(post, "/v2/api/requests", tag = "Requests", id = "createRequest", scope = "verifications:write")]
pub(crate) async fn create(
    state: State<Engine>,
    caller: Caller,
    body: Json<CreateRequestBody>,
) -> Result<Created<CreatedRequest>> {
    let State(engine) = state;
    let Json(body) = body;
    let new = new(&engine, &caller, &body).await?;
    let id = verifications::create(&engine, &caller, new).await?;
    let token = capture::issue(&engine, &caller, id).await?;
    if let Some(email) = body.subject_email {
        let invite = Invite {
            channel: Some(Channel::Email),
            to: email,
            person: body.subject_name,
            language: None,
            number: 0,
            remind: true,
            bounced: false,
        };
        match invitations::invite(&engine, &caller, id, invite).await {
            // The request is there without: its answer has what the caller needs to reach the person.
            Ok(_) | Err(Error::Conflict { .. }) => {}
            Err(other) => return Err(other.into()),
        }
    }
    let view = verifications::read(&engine, &caller, id).await?;
    Ok(Created(CreatedRequest::of(&caller, view, token.to_string())))
}

/// Create a request, under its other name
///
/// As `createRequest`.
#[operation(
    post,
    "/v2/api/verifications",
    tag = "Requests",
    id = "createVerification",
    scope = "verifications:write"
)]
pub(crate) async fn create_verification(
    state: State<Engine>,
    caller: Caller,
    body: Json<CreateRequestBody>,
) -> Result<Created<CreatedRequest>> {
    create(state, caller, body).await
}

/// What the engine is asked for; everything that the schema cannot say is checked here.
async fn new(engine: &Engine, caller: &Caller, body: &CreateRequestBody) -> Result<NewVerification> {
    let mut problems = vec![];
    let client = extract::client("clientId", body.client_id.as_deref(), &mut problems);
    if let Some(client) = client
        && !clients::exists(engine, caller, client).await?
    {
        problems.push(Problem::new("clientId", Rule::Other, "is no client of your organization"));
    }
    let matter = extract::matter("matterId", body.matter_id.as_deref(), &mut problems);
    let config = body.config.clone().unwrap_or_default();
    let inside = |p: Problem| Problem { field: format!("config.{}", p.field), ..p };
    problems.extend(config.problems().into_iter().map(inside));
    if body.r#type == Purpose::Share && !body.requirements.contains(&StepKind::Consent) {
        problems.push(Problem::new("requirements", Rule::Other, "must contain consent for a share"));
    }
    let third_parties = body.third_parties.as_deref().unwrap_or_default();
    for (i, party) in third_parties.iter().enumerate() {
        for (n, step) in party.requirements.iter().enumerate() {
            // A share passes on what was asked for before.
            if body.r#type != Purpose::Share && !body.requirements.contains(step) {
                let message = "is no requirement of this request";
                let field = format!("thirdParties.{i}.requirements.{n}");
                problems.push(Problem::new(field, Rule::Other, message));
            }
        }
    }
    if !problems.is_empty() {
        return Err(problems.into());
    }
    let third_party = |party: &ThirdPartyBody| ThirdParty {
        name: party.name.clone(),
        email: party.email.clone(),
        steps: party.requirements.clone(),
    };
    Ok(NewVerification {
        dialect: NAME,
        purpose: body.r#type,
        steps: body.requirements.clone(),
        step_config: config,
        client,
        matter,
        subject: Subject {
            name: body.subject_name.clone(),
            email: body.subject_email.clone(),
            phone: body.subject_phone.clone(),
        },
        lifetime_days: Some(body.expires_days.unwrap_or(EXPIRES_DAYS)),
        third_parties: third_parties.iter().map(third_party).collect(),
        ..NewVerification::default()
    })
}

impl CreatedRequest {
    fn of(caller: &Caller, view: View, access_token: String) -> Self {
        let private = view.private.unwrap_or_default();
        let expires_at = view.expires_at.unwrap_or(view.created_at);
        Self {
            id: request_id(view.id),
            org_id: organization_id(caller.organization),
            r#type: view.purpose,
            status: words::status(view.status),
            requirements: view.steps.iter().map(|step| step.kind).collect(),
            client_id: view.client.map(client_id),
            matter_id: view.matter.map(matter_id),
            subject_name: private.subject.name,
            subject_email: private.subject.email,
            subject_phone: private.subject.phone,
            expires_days: private.lifetime_days.unwrap_or(EXPIRES_DAYS),
            expires_at: expires_at.to_string(),
            access_token,
            created_at: view.created_at.to_string(),
        }
    }
}
