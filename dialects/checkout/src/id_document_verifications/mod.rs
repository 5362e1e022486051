//! Verifications of ID documents: is this one genuine, and whose is it?

pub(crate) mod anonymize;
pub(crate) mod attempts;
pub(crate) mod create;
pub(crate) mod pdf_report;
pub(crate) mod read;

use bonafide_core::{id::VerificationId, verification::Kind};
use bonafide_engine::{Caller, Engine, evidence::signed};
use bonafide_http::Result;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    answer::time,
    extract::Resource,
    journeys,
    response_codes::ResponseCode,
    shapes::{
        declared::DeclaredData,
        document::{Document, has_pictures},
        links::VerificationLinks,
    },
    standing::Standing,
    words::{DocumentState, VerificationStatus},
};

const IDDV: Resource = Resource::new("iddv_", "ID document verification");
const KIND: Kind = Kind::DocumentVerification;

/// A verification of an ID document by its pictures alone. What has no value is left out.
#[derive(Serialize, ToSchema)]
pub(crate) struct IdDocumentVerification {
    #[schema(example = "iddv_01kt1gw6g0fmj99z5sfwzpmy4a")]
    id: String,
    #[schema(format = DateTime, example = "2025-07-21T17:32:28.000000Z")]
    created_on: String,
    #[schema(format = DateTime, example = "2025-07-21T17:40:32.000000Z")]
    modified_on: String,
    applicant_id: String,
    /// The policy that it was made with.
    user_journey_id: String,
    #[schema(value_type = DocumentState)]
    status: VerificationStatus,
    /// Why it stands so.
    response_codes: Vec<ResponseCode>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    declared_data: Option<DeclaredData>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    document: Option<Document>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = "uri")]
    webhook_url: Option<String>,
    #[serde(rename = "_links")]
    links: VerificationLinks,
}

/// The path of one.
fn path(id: VerificationId) -> String {
    format!("/id-document-verifications/{}", IDDV.show(id))
}

impl IdDocumentVerification {
    async fn read(engine: &Engine, caller: &Caller, id: VerificationId) -> Result<Self> {
        let standing = Standing::read(engine, caller, KIND, id).await?;
        let view = &standing.view;
        let document = match has_pictures(view) {
            true => Document::of(view, &signed::signer(engine, caller).await?)?,
            false => None,
        };
        let private = view.private.as_ref();
        let declared = private.and_then(|private| private.declared_identity.as_ref());
        let applicant_id = standing.applicant();
        Ok(Self {
            id: IDDV.show(view.id),
            created_on: time(view.created_at),
            modified_on: time(standing.modified_at()),
            user_journey_id: journeys::shown(view.policy),
            status: standing.status(),
            response_codes: standing.response_codes(),
            declared_data: declared.map(DeclaredData::of),
            document,
            webhook_url: private.and_then(|private| private.webhook_url.clone()),
            links: VerificationLinks::of(engine, &path(view.id), &applicant_id, None),
            applicant_id,
        })
    }
}
