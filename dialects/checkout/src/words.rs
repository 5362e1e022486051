//! This API's vocabulary and the core's. Matches are exhaustive on purpose: a new core word does not compile until it
//! has a word here.

use bonafide_core::{
    attempt::AttemptStatus,
    document::DocumentType,
    evidence::EvidenceKind,
    verification::{Kind, Status},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How a verification stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum VerificationStatus {
    /// There is no attempt yet.
    Created,
    /// There is an attempt, and nobody has opened its link.
    Pending,
    CaptureInProgress,
    /// The pictures that an attempt brought are looked at.
    QualityChecksInProgress,
    ChecksInProgress,
    Approved,
    Declined,
    /// The person may try again, with a new attempt.
    RetryRequired,
    /// The person did not agree.
    Refused,
    Inconclusive,
}

/// `attempt`: how its last attempt stands, where it has any.
pub(crate) const fn status(kind: Kind, status: Status, attempt: Option<AttemptStatus>) -> VerificationStatus {
    use VerificationStatus as To;
    match status {
        Status::Created | Status::Capturing | Status::Processing | Status::RetryRequired
            if matches!(attempt, Some(AttemptStatus::QualityChecksInProgress)) =>
        {
            To::QualityChecksInProgress
        }
        Status::Processing | Status::ReviewRequired => To::ChecksInProgress,
        Status::Approved => To::Approved,
        Status::Declined => To::Declined,
        Status::Refused => To::Refused,
        Status::Inconclusive | Status::Canceled | Status::Expired => To::Inconclusive,
        Status::Created | Status::Pending | Status::Capturing | Status::RetryRequired => match attempt {
            Some(AttemptStatus::PendingRedirection) => To::Pending,
            Some(AttemptStatus::CaptureInProgress) => To::CaptureInProgress,
            Some(AttemptStatus::Expired | AttemptStatus::CaptureAborted) => To::RetryRequired,
            Some(
                AttemptStatus::CaptureRefused
                | AttemptStatus::QualityChecksInProgress
                | AttemptStatus::QualityChecksAborted
                | AttemptStatus::ChecksInProgress
                | AttemptStatus::ChecksInconclusive
                | AttemptStatus::Completed
                | AttemptStatus::Terminated,
            )
            | None => match (status, kind) {
                (Status::RetryRequired, _) => To::RetryRequired,
                (Status::Pending, _) => To::Pending,
                // Who authenticates themselves has agreed before: capturing may begin at once.
                (Status::Capturing, Kind::IdentityVerification) => To::CaptureInProgress,
                _ => To::Created,
            },
        },
    }
}

bonafide_http::vocabulary!(
    pub(crate) AttemptState: "How an attempt stands.",
    AttemptStatus::ALL.into_iter().filter(|status| !is_of_pictures(*status)).map(AttemptStatus::as_str)
);

bonafide_http::vocabulary!(
    pub(crate) DocumentAttemptState: "How an attempt stands that brought its pictures.",
    [
        AttemptStatus::QualityChecksInProgress,
        AttemptStatus::QualityChecksAborted,
        AttemptStatus::ChecksInProgress,
        AttemptStatus::ChecksInconclusive,
        AttemptStatus::Completed,
        AttemptStatus::Terminated,
    ]
    .map(AttemptStatus::as_str)
);

/// Of an attempt that nobody is sent to a page for.
const fn is_of_pictures(status: AttemptStatus) -> bool {
    matches!(status, AttemptStatus::QualityChecksInProgress | AttemptStatus::QualityChecksAborted)
}

bonafide_http::vocabulary!(
    pub(crate) IdentityState: "How an identity verification or a face authentication stands.",
    [
        "created",
        "pending",
        "capture_in_progress",
        "checks_in_progress",
        "approved",
        "declined",
        "retry_required",
        "refused",
        "inconclusive",
    ]
);

bonafide_http::vocabulary!(
    pub(crate) DocumentState: "How a verification of a document stands.",
    [
        "created",
        "quality_checks_in_progress",
        "checks_in_progress",
        "approved",
        "declined",
        "retry_required",
        "inconclusive",
    ]
);

/// The `document_type` of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) enum DocumentKind {
    #[serde(rename = "Driving licence")]
    DrivingLicence,
    #[serde(rename = "ID")]
    Id,
    Other,
    Passport,
    #[serde(rename = "Residence Permit")]
    ResidencePermit,
    #[serde(rename = "Travel Document")]
    TravelDocument,
    Visa,
}

pub(crate) const fn document_type(document_type: DocumentType) -> DocumentKind {
    match document_type {
        DocumentType::DriverLicense => DocumentKind::DrivingLicence,
        DocumentType::IdentificationCard => DocumentKind::Id,
        DocumentType::Passport => DocumentKind::Passport,
        DocumentType::PassportCard => DocumentKind::TravelDocument,
        DocumentType::ResidencePermit => DocumentKind::ResidencePermit,
        DocumentType::Visa => DocumentKind::Visa,
        DocumentType::Other | DocumentType::Unknown => DocumentKind::Other,
    }
}

impl DocumentKind {
    /// Of the word that requests have.
    pub(crate) fn parse(word: &str) -> Option<Self> {
        serde_json::from_value(serde_json::Value::from(word)).ok()
    }
}

/// What somebody says that a document is; none where that says nothing.
pub(crate) const fn declared_type(kind: DocumentKind) -> Option<DocumentType> {
    match kind {
        DocumentKind::DrivingLicence => Some(DocumentType::DriverLicense),
        DocumentKind::Id => Some(DocumentType::IdentificationCard),
        DocumentKind::Passport => Some(DocumentType::Passport),
        DocumentKind::ResidencePermit => Some(DocumentType::ResidencePermit),
        DocumentKind::Visa => Some(DocumentType::Visa),
        // Cards and booklets.
        DocumentKind::TravelDocument | DocumentKind::Other => None,
    }
}

/// What an asset of an attempt shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
pub(crate) enum AssetType {
    #[serde(rename = "document_front_image")]
    DocumentFront,
    #[serde(rename = "document_back_image")]
    DocumentBack,
    #[serde(rename = "face_image")]
    Face,
    #[serde(rename = "document")]
    AddressDocument,
}

/// None for what this API has no word for.
pub(crate) const fn asset_type(kind: EvidenceKind) -> Option<AssetType> {
    match kind {
        EvidenceKind::DocumentFront => Some(AssetType::DocumentFront),
        EvidenceKind::DocumentBack => Some(AssetType::DocumentBack),
        EvidenceKind::Selfie => Some(AssetType::Face),
        EvidenceKind::LivenessFrame
        | EvidenceKind::Portrait
        | EvidenceKind::DeathCertificate
        | EvidenceKind::ProofOfAuthority => None,
        EvidenceKind::AddressDocument => Some(AssetType::AddressDocument),
    }
}

/// `M` or `F`; documents may have neither.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) enum Gender {
    M,
    F,
}

/// Of a field's word.
pub(crate) fn gender(word: &str) -> Option<Gender> {
    match word {
        "male" => Some(Gender::M),
        "female" => Some(Gender::F),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_attempt_says_how_a_verification_stands_that_waits_for_the_person() {
        use VerificationStatus as To;
        let (idv, fav) = (Kind::IdentityVerification, Kind::FaceAuthentication);
        let (doc, looked_at) = (Kind::DocumentVerification, Some(AttemptStatus::QualityChecksInProgress));
        for (kind, core, attempt, expected) in [
            (idv, Status::Created, None, To::Created),
            (fav, Status::Capturing, None, To::Created),
            (idv, Status::Capturing, None, To::CaptureInProgress),
            (idv, Status::Pending, Some(AttemptStatus::PendingRedirection), To::Pending),
            (idv, Status::Pending, Some(AttemptStatus::CaptureInProgress), To::CaptureInProgress),
            (idv, Status::Pending, Some(AttemptStatus::Expired), To::RetryRequired),
            (fav, Status::Capturing, Some(AttemptStatus::PendingRedirection), To::Pending),
            (fav, Status::Capturing, Some(AttemptStatus::Expired), To::RetryRequired),
            (idv, Status::RetryRequired, Some(AttemptStatus::ChecksInconclusive), To::RetryRequired),
            (idv, Status::RetryRequired, Some(AttemptStatus::PendingRedirection), To::Pending),
            (idv, Status::Approved, Some(AttemptStatus::Expired), To::Approved),
            (idv, Status::ReviewRequired, Some(AttemptStatus::ChecksInProgress), To::ChecksInProgress),
            (doc, Status::Created, None, To::Created),
            (doc, Status::Created, looked_at, To::QualityChecksInProgress),
            (doc, Status::Processing, looked_at, To::QualityChecksInProgress),
            (doc, Status::RetryRequired, looked_at, To::QualityChecksInProgress),
            (doc, Status::Processing, Some(AttemptStatus::ChecksInProgress), To::ChecksInProgress),
            (doc, Status::RetryRequired, Some(AttemptStatus::QualityChecksAborted), To::RetryRequired),
        ] {
            assert_eq!(status(kind, core, attempt), expected, "{kind} {core} {attempt:?}");
        }
    }

    #[test]
    fn words_are_the_vendors() {
        let word = |value| serde_json::to_value(value).unwrap();
        assert_eq!(word(VerificationStatus::CaptureInProgress), "capture_in_progress");
        let documents = DocumentType::ALL.map(|of| serde_json::to_value(document_type(of)).unwrap());
        assert_eq!(
            documents,
            [
                "Other",
                "Driving licence",
                "ID",
                "Passport",
                "Travel Document",
                "Residence Permit",
                "Visa",
                "Other"
            ]
        );
    }
}
