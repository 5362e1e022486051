//! Identities: people who were verified, whichever session it was.

pub(crate) mod anonymize;
pub(crate) mod document_read;
pub(crate) mod image_read;
pub(crate) mod list;
pub(crate) mod read;
pub(crate) mod status;

use bonafide_core::document::FieldName;
use bonafide_engine::identities::Identity;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{idv::session::read::Session, words};

/// A body that names an identity and nothing else.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct IdentityRef {
    pub(crate) identity_id: String,
}

/// A person as their newest document and verification show them. Fields that have no value are absent. Times are
/// RFC 3339, days ISO 8601.
#[derive(Serialize, ToSchema)]
pub(crate) struct IdentityBody {
    #[serde(skip_serializing_if = "Option::is_none")]
    identity_id: Option<String>,
    /// When the person was first verified.
    #[serde(skip_serializing_if = "Option::is_none")]
    created_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    middle_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    suffix_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    birth_date: Option<String>,
    /// `unknown`, `male`, `female` or `non_binary`.
    #[serde(skip_serializing_if = "Option::is_none")]
    gender_e: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    street: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    city: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    postal_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    document_front_given: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    document_front_given_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verified: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verified_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    liveness_detected: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    liveness_detected_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ofac_status_e: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ofac_detected_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dmv_status_e: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dmv_detected_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<f64>,
}

impl From<Identity> for IdentityBody {
    fn from(identity: Identity) -> Self {
        let reading = identity.person.reading();
        let field = |name| reading.and_then(|r| r.get(name)).map(|f| f.value.clone());
        let latest = identity.latest.map(Session::from);
        let latest = latest.as_ref();
        let not_started = || words::ofac_status(None).to_owned();
        Self {
            identity_id: Some(identity.id.to_string()),
            created_at: Some(identity.since.to_string()),
            first_name: field(FieldName::FirstName),
            middle_name: field(FieldName::MiddleName),
            last_name: field(FieldName::LastName),
            suffix_name: field(FieldName::NameSuffix),
            birth_date: field(FieldName::BirthDate),
            gender_e: Some(words::gender(field(FieldName::Gender).as_deref()).to_owned()),
            street: field(FieldName::Street),
            city: field(FieldName::City),
            state: field(FieldName::State),
            postal_code: field(FieldName::PostalCode),
            document_front_given: Some(latest.is_some_and(|s| s.document_front_given)),
            document_front_given_at: latest.and_then(|s| s.document_front_given_at.clone()),
            verified: Some(true),
            verified_at: identity.person.documents.last().map(|d| d.verified_at.to_string()),
            liveness_detected: latest.and_then(|s| s.liveness_detected),
            liveness_detected_at: latest.and_then(|s| s.liveness_detected_at.clone()),
            ofac_status_e: Some(latest.map_or_else(not_started, |s| s.ofac_status_e.clone())),
            ofac_detected_at: latest.and_then(|s| s.ofac_detected_at.clone()),
            dmv_status_e: Some(latest.map_or_else(not_started, |s| s.dmv_status_e.clone())),
            dmv_detected_at: latest.and_then(|s| s.dmv_detected_at.clone()),
            score: latest.and_then(|s| s.score),
        }
    }
}
