//! Verifications of documents that show where somebody lives.

pub(crate) mod anonymize;
pub(crate) mod attempts;
pub(crate) mod create;
pub(crate) mod pdf_report;
pub(crate) mod read;

use bonafide_core::{id::VerificationId, verification::Kind};
use bonafide_engine::{Caller, Engine};
use bonafide_http::Result;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    answer::time,
    extract::Resource,
    identity_verifications::{RiskLabel, risk_labels},
    journeys,
    response_codes::ResponseCode,
    shapes::{address_document::AddressDocument, declared::DeclaredData, links::VerificationLinks},
    standing::Standing,
    words::{DocumentState, VerificationStatus},
};

const ADV: Resource = Resource::new("adv_", "address document verification");
const KIND: Kind = Kind::AddressVerification;

/// A verification of where somebody lives, by a bill or a letter. What has no value is left out.
#[derive(Serialize, ToSchema)]
pub(crate) struct AddressDocumentVerification {
    #[schema(example = "adv_01kt1gw6g0fmj99z5sfwzpmy4a")]
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
    /// Information alone: they change no status.
    risk_labels: Vec<RiskLabel>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    declared_data: Option<DeclaredData>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    address_document: Option<AddressDocument>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = "uri")]
    webhook_url: Option<String>,
    #[serde(rename = "_links")]
    links: VerificationLinks,
}

/// The path of one.
fn path(id: VerificationId) -> String {
    format!("/address-document-verifications/{}", ADV.show(id))
}

impl AddressDocumentVerification {
    async fn read(engine: &Engine, caller: &Caller, id: VerificationId) -> Result<Self> {
        let standing = Standing::read(engine, caller, KIND, id).await?;
        let view = &standing.view;
        let private = view.private.as_ref();
        let declared = private.and_then(|private| private.declared_identity.as_ref());
        let reading = private.and_then(|private| private.reading.as_ref());
        let applicant_id = standing.applicant();
        Ok(Self {
            id: ADV.show(view.id),
            created_on: time(view.created_at),
            modified_on: time(standing.modified_at()),
            user_journey_id: journeys::shown(view.policy),
            status: standing.status(),
            response_codes: standing.response_codes(),
            risk_labels: risk_labels(view),
            declared_data: declared.map(DeclaredData::of),
            address_document: reading.and_then(AddressDocument::of),
            webhook_url: private.and_then(|private| private.webhook_url.clone()),
            links: VerificationLinks::of(engine, &path(view.id), &applicant_id, None),
            applicant_id,
        })
    }
}
