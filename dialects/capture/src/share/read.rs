//! `POST /capture/share/read`

use std::collections::BTreeMap;

use axum::{Extension, extract::State};
use bonafide_core::{evidence::EvidenceKind, id::EvidenceId, step::StepKind};
use bonafide_engine::{
    Engine,
    shares::{self, Document, Face, Profile, Shown},
};
use bonafide_http::{Counts, Json, Result, operation};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::{
    error::{MEDIA, ProblemDocument},
    words::{self, CaptureChannel},
};

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReadShare {
    /// The code of the link that the third party was given.
    #[schema(min_length = 1, max_length = 128)]
    code: String,
}

/// What was approved, as far as the person agreed that this third party sees it.
#[derive(Serialize, ToSchema)]
pub(crate) struct SharedProfile {
    /// The name of the organization that verified the person.
    organization: String,
    /// The third party, as it was named to the person.
    third_party: String,
    approved_at: Option<String>,
    /// When the link ends.
    expires_at: String,
    /// In the order in which the person was asked for them.
    steps: Vec<SharedStep>,
}

/// One step of it.
#[derive(Serialize, ToSchema)]
pub(crate) struct SharedStep {
    kind: StepKind,
    /// What the person said, as the operation of the step takes it, without a signature. Null of pictures.
    #[schema(value_type = Option<Object>)]
    data: Option<Value>,
    /// The addresses of `contact` that the person proved to be theirs.
    #[schema(value_type = Vec<CaptureChannel>)]
    confirmed: Vec<&'static str>,
    /// What was read from the document; null of other steps.
    document: Option<SharedDocument>,
    /// What was found of the face; null of other steps.
    face: Option<SharedFace>,
    /// Only where the third party was named for this very step.
    pictures: Vec<SharedPicture>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct SharedDocument {
    #[schema(example = "passport")]
    r#type: &'static str,
    /// The issuer's code, ISO 3166-1 alpha-3 or ICAO 9303.
    issuer: Option<String>,
    /// Every field that was read, by its name.
    fields: BTreeMap<&'static str, String>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct SharedFace {
    /// Whether a living person was in front of the camera; null where that was not assessed.
    live: Option<bool>,
    /// Whether the face is the document's; null where that was not assessed.
    matches_document: Option<bool>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct SharedPicture {
    /// What `POST /capture/share/picture` takes.
    #[schema(value_type = String)]
    id: EvidenceId,
    #[schema(value_type = String, example = "document_front")]
    kind: EvidenceKind,
}

/// Look at what was shared
///
/// For whoever was given a link to an approved verification: the steps that the person agreed to. Each look is counted, and
/// in the audit log of the organization that verified them. 410 when the link ended or was revoked, and when the
/// verification is not approved any more or was erased.
#[operation(post, "/capture/share/read", tag = "Shares", id = "capture_share_read",
    responses((status = 200, body = SharedProfile),
        (status = 400, body = ProblemDocument, content_type = MEDIA, description = "Refused: the code says why, the fields say where"),
        (status = 410, body = ProblemDocument, content_type = MEDIA, description = "The link shows nothing any more"),
        (status = 429, body = ProblemDocument, content_type = MEDIA, description = "Too many codes that are none, or too many looks; see Retry-After"),
        (status = 500, body = ProblemDocument, content_type = MEDIA, description = "The server could not do this; the request id names the log line"),
        (status = 503, body = ProblemDocument, content_type = MEDIA, description = "Not now; see Retry-After")))]
pub(crate) async fn read(
    State(engine): State<Engine>,
    Extension(counts): Extension<Counts>,
    Json(asked): Json<ReadShare>,
) -> Result<Json<SharedProfile>> {
    let opened = super::open(&engine, &counts, &asked.code).await?;
    Ok(Json(shares::view(&engine, &opened).await?.into()))
}

impl From<Profile> for SharedProfile {
    fn from(profile: Profile) -> Self {
        Self {
            organization: profile.organization,
            third_party: profile.third_party,
            approved_at: profile.approved_at.map(|at| at.to_string()),
            expires_at: profile.expires_at.to_string(),
            steps: profile.steps.into_iter().map(SharedStep::from).collect(),
        }
    }
}

impl From<Shown> for SharedStep {
    fn from(shown: Shown) -> Self {
        let picture = |(id, kind)| SharedPicture { id, kind };
        Self {
            kind: shown.kind,
            data: shown.data.as_ref().map(words::said),
            confirmed: shown.confirmed.into_iter().map(words::channel).collect(),
            document: shown.document.map(SharedDocument::from),
            face: shown.face.map(SharedFace::from),
            pictures: shown.pictures.into_iter().map(picture).collect(),
        }
    }
}

impl From<Document> for SharedDocument {
    fn from(document: Document) -> Self {
        Self {
            r#type: document.document_type.as_str(),
            issuer: document.issuer,
            fields: document.fields.into_iter().map(|(name, value)| (name.as_str(), value)).collect(),
        }
    }
}

impl From<Face> for SharedFace {
    fn from(face: Face) -> Self {
        Self { live: face.live, matches_document: face.matches_document }
    }
}
