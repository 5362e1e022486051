//! `GET /console/verifications`

use std::collections::BTreeMap;

use axum::extract::State;
use bonafide_core::{
    finding::Code,
    id::{ApplicantId, VerificationId},
    problem::{Problem, Rule},
    time::Timestamp,
    verification::{Kind, Status},
};
use bonafide_engine::{
    Engine,
    verifications::{self, Brief, Looking},
};
use bonafide_http::{Caller, Json, Query, Refusal, Result, operation};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema, openapi::Object};

use super::{VerificationKind, VerificationStatus};
use crate::extract::{number, one_word_of, time};

/// Longest id of a user of yours, in characters.
const MAX_USER_ID: usize = 255;

#[derive(Debug, Default, Deserialize, ToSchema, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListVerifications {
    /// Only in these states, with commas between them, for instance `review_required,inconclusive`.
    #[param(
        pattern = "^(created|pending|capturing|processing|retry_required|review_required|approved|declined|refused|inconclusive|canceled|expired)(,(created|pending|capturing|processing|retry_required|review_required|approved|declined|refused|inconclusive|canceled|expired))*$"
    )]
    status: Option<String>,
    /// `identity_verification`, `face_authentication`, `document_verification` or `address_verification`.
    #[param(
        pattern = "^(identity_verification|face_authentication|document_verification|address_verification)$"
    )]
    kind: Option<String>,
    /// Only those created through this API: `athenty`, `checkout`, `verifyhq` or `vult`.
    #[param(pattern = "^(athenty|checkout|verifyhq|vult)$")]
    api: Option<String>,
    #[param(schema_with = reasons, required = false)]
    reason: Option<String>,
    /// Only those of this user of yours.
    #[param(max_length = 255)]
    user_id: Option<String>,
    /// Only those of this identity.
    #[param(pattern = "^[0-7][0-9a-hjkmnp-tv-z]{25}$")]
    identity: Option<String>,
    /// Created at or after this time (RFC 3339).
    #[param(format = DateTime)]
    from: Option<String>,
    /// Created before this time (RFC 3339).
    #[param(format = DateTime)]
    until: Option<String>,
    /// The `next` of the page before.
    #[param(pattern = "^[0-9]{1,15}-[0-7][0-9a-hjkmnp-tv-z]{25}$")]
    after: Option<String>,
    /// How many, 1 to 200; 50 when absent.
    #[param(pattern = "^-?[0-9]{1,18}$")]
    limit: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Verifications {
    data: Vec<BriefVerification>,
    /// The `after` of the next page; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
    /// How many the other filters match in each state; on the first page alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    counts: Option<BTreeMap<String, i64>>,
}

/// A verification without anything that says who the person is.
#[derive(Serialize, ToSchema)]
pub(crate) struct BriefVerification {
    id: String,
    #[schema(value_type = VerificationKind)]
    kind: &'static str,
    /// The API it was created through.
    api: String,
    #[schema(value_type = VerificationStatus)]
    status: &'static str,
    document_type: &'static str,
    /// The key or client it was created with.
    #[serde(skip_serializing_if = "Option::is_none")]
    client: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    identity: Option<String>,
    /// Absent until it is decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    verified: Option<bool>,
    /// 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<f64>,
    /// Why the machine's last decision is no approval, the gravest first.
    reasons: Vec<String>,
    created_at: String,
    updated_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    completed_at: Option<String>,
}

impl BriefVerification {
    fn of(brief: Brief) -> Self {
        Self {
            id: brief.id.to_string(),
            kind: brief.kind.as_str(),
            api: brief.api,
            status: brief.status.as_str(),
            document_type: brief.document_type.as_str(),
            client: brief.client_id,
            user_id: Some(brief.user_id).filter(|id| !id.is_empty()),
            identity: brief.identity.map(|id| id.to_string()),
            verified: brief.verified,
            score: brief.score,
            reasons: brief.reasons.iter().map(ToString::to_string).collect(),
            created_at: brief.created_at.to_string(),
            updated_at: brief.updated_at.to_string(),
            completed_at: brief.completed_at.map(|at| at.to_string()),
        }
    }
}

/// List verifications
///
/// Of every API and kind, newest first. What waits for a human is `status=review_required`.
#[operation(
    get,
    "/console/verifications",
    tag = "Verifications",
    id = "verifications_list",
    scope = "verifications:read",
    params(ListVerifications)
)]
pub(crate) async fn list(
    State(engine): State<Engine>,
    caller: Caller,
    Query(asked): Query<ListVerifications>,
) -> Result<Json<Verifications>> {
    let limit = number("limit", asked.limit.as_deref())?.unwrap_or(50).clamp(1, verifications::LONGEST_PAGE);
    let looking = Looking {
        statuses: statuses(asked.status.as_deref())?,
        kind: asked.kind.as_deref().map(kind).transpose()?,
        api: asked.api.map(|name| api(&engine, name)).transpose()?,
        reason: asked.reason.as_deref().map(reason).transpose()?,
        user_id: asked.user_id.map(user_id).transpose()?,
        identity: asked.identity.as_deref().map(identity).transpose()?,
        from: time("from", asked.from.as_deref())?,
        until: time("until", asked.until.as_deref())?,
        after: asked.after.as_deref().map(cursor).transpose()?,
        limit,
    };
    let found = verifications::browse(&engine, &caller, &looking).await?;
    let full = found.page.len() as i64 == limit;
    let next = found.page.last().filter(|_| full).map(|last| format!("{}-{}", last.created_at.0, last.id));
    let counts = found.counts.map(|all| all.into_iter().map(|(s, n)| (s.to_string(), n)).collect());
    let data = found.page.into_iter().map(BriefVerification::of).collect();
    Ok(Json(Verifications { data, next, counts }))
}

fn one_of<'a>(field: &str, words: impl IntoIterator<Item = &'a str>) -> Refusal {
    let known = words.into_iter().collect::<Vec<_>>().join(", ");
    Problem::new(field, Rule::Enum, format!("must be one of {known}")).into()
}

fn statuses(text: Option<&str>) -> Result<Vec<Status>> {
    let words = text.into_iter().flat_map(|text| text.split(','));
    words
        .map(|word| Status::parse(word).ok_or_else(|| one_of("status", Status::ALL.map(Status::as_str))))
        .collect()
}

fn kind(word: &str) -> Result<Kind> {
    Kind::parse(word).ok_or_else(|| one_of("kind", Kind::ALL.map(Kind::as_str)))
}

fn api(engine: &Engine, name: String) -> Result<String> {
    match engine.dialect(&name) {
        Some(_) => Ok(name),
        None => Err(one_of("api", engine.dialects.iter().map(|d| d.name()))),
    }
}

/// A word that no program of this version says finds nothing, and somebody has mistyped it.
fn reason(word: &str) -> Result<Code> {
    match Code::parse(word) {
        Code::Unknown(_) => {
            let message =
                "is no reason that there is; decisions and findings bear them, for instance face_mismatch";
            Err(Problem::new("reason", Rule::Enum, message).into())
        }
        code => Ok(code),
    }
}

fn reasons() -> Object {
    one_word_of(
        "Only those whose last decision was no approval for this reason, for instance `face_mismatch`.",
        Code::all().iter().map(|code| code.word()),
    )
}

fn user_id(text: String) -> Result<String> {
    if text.chars().count() > MAX_USER_ID {
        let message = format!("must have at most {MAX_USER_ID} characters");
        return Err(Problem::new("user_id", Rule::Length, message).into());
    }
    Ok(text)
}

fn identity(text: &str) -> Result<ApplicantId> {
    text.parse().map_err(|_| Problem::new("identity", Rule::Format, "must be the id of an identity").into())
}

fn cursor(text: &str) -> Result<(Timestamp, VerificationId)> {
    let parts =
        text.split_once('-').and_then(|(at, id)| Some((Timestamp(at.parse().ok()?), id.parse().ok()?)));
    parts.ok_or_else(|| Problem::new("after", Rule::Format, "must be the `next` of the page before").into())
}
