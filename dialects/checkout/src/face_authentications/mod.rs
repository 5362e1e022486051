//! Face authentications: is this the applicant who was verified before?

pub(crate) mod anonymize;
pub(crate) mod attempts;
pub(crate) mod create;
pub(crate) mod read;

use bonafide_core::{id::VerificationId, verification::Kind};
use bonafide_engine::{Caller, Engine, evidence::signed};
use bonafide_http::Result;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    answer::time,
    extract::Resource,
    identity_verifications::{RiskLabel, risk_labels},
    journeys,
    response_codes::ResponseCode,
    shapes::{
        document::{Face, has_pictures},
        links::VerificationLinks,
    },
    standing::Standing,
    words::{IdentityState, VerificationStatus},
};

pub(crate) const FAV: Resource = Resource::new("fav_", "face authentication");

/// An authentication of somebody who was verified before. What has no value is left out.
#[derive(Serialize, ToSchema)]
pub(crate) struct FaceAuthentication {
    #[schema(example = "fav_01kt1gw6g0fmj99z5sfwzpmy4a")]
    id: String,
    #[schema(format = DateTime, example = "2025-07-21T17:32:28.000000Z")]
    created_on: String,
    #[schema(format = DateTime, example = "2025-07-21T17:40:32.000000Z")]
    modified_on: String,
    applicant_id: String,
    /// The policy that it was made with.
    user_journey_id: String,
    #[schema(value_type = IdentityState)]
    status: VerificationStatus,
    /// Why it stands so.
    response_codes: Vec<ResponseCode>,
    /// Information alone: they change no status.
    risk_labels: Vec<RiskLabel>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    face: Option<Face>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = "uri")]
    webhook_url: Option<String>,
    #[serde(rename = "_links")]
    links: VerificationLinks,
}

/// The path of one.
fn path(id: VerificationId) -> String {
    format!("/face-authentications/{}", FAV.show(id))
}

impl FaceAuthentication {
    async fn read(engine: &Engine, caller: &Caller, id: VerificationId) -> Result<Self> {
        let standing = Standing::read(engine, caller, Kind::FaceAuthentication, id).await?;
        let view = &standing.view;
        let face = match has_pictures(view) {
            true => Face::of(view, &signed::signer(engine, caller).await?)?,
            false => None,
        };
        let applicant_id = standing.applicant();
        Ok(Self {
            id: FAV.show(view.id),
            created_on: time(view.created_at),
            modified_on: time(standing.modified_at()),
            user_journey_id: journeys::shown(view.policy),
            status: standing.status(),
            response_codes: standing.response_codes(),
            risk_labels: risk_labels(view),
            face,
            webhook_url: view.private.as_ref().and_then(|private| private.webhook_url.clone()),
            links: VerificationLinks::of(engine, &path(view.id), &applicant_id, None),
            applicant_id,
        })
    }
}
