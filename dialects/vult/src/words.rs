//! This API's vocabulary and the core's. Matches are exhaustive on purpose: a new core word does not
//! compile until it has a word here.

use bonafide_core::{
    document::{DocumentReading, DocumentType, Source},
    evidence::EvidenceKind,
    finding::{Finding, Outcome},
    policy::{DataSource, LivenessMode},
    verification::Status,
};
use bonafide_engine::evidence::File;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum StatusE {
    Unknown,
    InProgress,
    Complete,
    TemporarilyBlocked,
    TemporarilyComplete,
    Expired,
}

pub(crate) fn status(status: Status) -> StatusE {
    match status {
        Status::Created
        | Status::Pending
        | Status::Capturing
        | Status::Processing
        | Status::RetryRequired => StatusE::InProgress,
        Status::ReviewRequired => StatusE::TemporarilyComplete,
        Status::Approved | Status::Declined | Status::Refused => StatusE::Complete,
        Status::Inconclusive => StatusE::TemporarilyBlocked,
        Status::Canceled | Status::Expired => StatusE::Expired,
    }
}

/// The core statuses a word of this API stands for.
pub(crate) fn statuses(word: StatusE) -> Vec<Status> {
    match word {
        // "unknown" as a filter asks for nothing in particular.
        StatusE::Unknown => vec![],
        StatusE::InProgress
        | StatusE::Complete
        | StatusE::TemporarilyBlocked
        | StatusE::TemporarilyComplete
        | StatusE::Expired => Status::ALL.into_iter().filter(|s| status(*s) == word).collect(),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DocumentTypeE {
    Unknown,
    DriverLicense,
    IdentificationCard,
    Passport,
    PassportCard,
}

/// A residence permit and other cards are identification cards to this API; a visa is read like a passport.
pub(crate) fn document_type(t: DocumentType) -> DocumentTypeE {
    match t {
        DocumentType::Unknown => DocumentTypeE::Unknown,
        DocumentType::DriverLicense => DocumentTypeE::DriverLicense,
        DocumentType::IdentificationCard | DocumentType::ResidencePermit | DocumentType::Other => {
            DocumentTypeE::IdentificationCard
        }
        DocumentType::Passport | DocumentType::Visa => DocumentTypeE::Passport,
        DocumentType::PassportCard => DocumentTypeE::PassportCard,
    }
}

pub(crate) fn to_document_type(t: DocumentTypeE) -> DocumentType {
    match t {
        DocumentTypeE::Unknown => DocumentType::Unknown,
        DocumentTypeE::DriverLicense => DocumentType::DriverLicense,
        DocumentTypeE::IdentificationCard => DocumentType::IdentificationCard,
        DocumentTypeE::Passport => DocumentType::Passport,
        DocumentTypeE::PassportCard => DocumentType::PassportCard,
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LocationCaptureTypeE {
    Unknown,
    FrontDocImageCapture,
    BackDocImageCapture,
    SelfieImageCapture,
}

/// The evidence of a capture; `unknown` is none.
pub(crate) fn captured(capture: LocationCaptureTypeE) -> Option<EvidenceKind> {
    match capture {
        LocationCaptureTypeE::Unknown => None,
        LocationCaptureTypeE::FrontDocImageCapture => Some(EvidenceKind::DocumentFront),
        LocationCaptureTypeE::BackDocImageCapture => Some(EvidenceKind::DocumentBack),
        LocationCaptureTypeE::SelfieImageCapture => Some(EvidenceKind::Selfie),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LivenessModeE {
    Passive,
    PassiveActive,
}

pub(crate) fn to_liveness_mode(mode: Option<LivenessModeE>) -> LivenessMode {
    match mode {
        None | Some(LivenessModeE::Passive) => LivenessMode::Passive,
        Some(LivenessModeE::PassiveActive) => LivenessMode::PassiveActive,
    }
}

/// Where a required field has to come from; `unknown` is any source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DataSourceE {
    Unknown,
    Ocr,
    Barcode,
    Mrz,
    Dmv,
}

pub(crate) fn to_data_source(source: DataSourceE) -> DataSource {
    match source {
        DataSourceE::Unknown => DataSource::Any,
        DataSourceE::Ocr => DataSource::Ocr,
        DataSourceE::Barcode => DataSource::Barcode,
        DataSourceE::Mrz => DataSource::Mrz,
        DataSourceE::Dmv => DataSource::Dmv,
    }
}

pub(crate) fn requirement_source(source: DataSource) -> DataSourceE {
    match source {
        DataSource::Any => DataSourceE::Unknown,
        DataSource::Ocr => DataSourceE::Ocr,
        DataSource::Barcode => DataSourceE::Barcode,
        DataSource::Mrz => DataSourceE::Mrz,
        DataSource::Dmv => DataSourceE::Dmv,
    }
}

/// A stored picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum StorageFileTypeE {
    Unknown,
    DriverLicenseFront,
    DriverLicenseBack,
    StateIdCardFront,
    StateIdCardBack,
    PassportFront,
    PassportCardFront,
    PassportCardBack,
    Selfie,
    LivenessPassive,
    #[serde(rename = "liveness_active_step_1")]
    LivenessActiveStep1,
    #[serde(rename = "liveness_active_step_2")]
    LivenessActiveStep2,
    #[serde(rename = "liveness_active_step_3")]
    LivenessActiveStep3,
    #[serde(rename = "liveness_active_step_4")]
    LivenessActiveStep4,
}

/// The picture that is meant, and of what type of document it has to be; `None` for `unknown`.
pub(crate) fn to_file(file: StorageFileTypeE) -> Option<(File, Option<DocumentTypeE>)> {
    use StorageFileTypeE as F;
    Some(match file {
        F::Unknown => return None,
        F::DriverLicenseFront => (File::DocumentFront, Some(DocumentTypeE::DriverLicense)),
        F::DriverLicenseBack => (File::DocumentBack, Some(DocumentTypeE::DriverLicense)),
        F::StateIdCardFront => (File::DocumentFront, Some(DocumentTypeE::IdentificationCard)),
        F::StateIdCardBack => (File::DocumentBack, Some(DocumentTypeE::IdentificationCard)),
        F::PassportFront => (File::DocumentFront, Some(DocumentTypeE::Passport)),
        F::PassportCardFront => (File::DocumentFront, Some(DocumentTypeE::PassportCard)),
        F::PassportCardBack => (File::DocumentBack, Some(DocumentTypeE::PassportCard)),
        F::Selfie => (File::Selfie, None),
        F::LivenessPassive => (File::LivenessStraight, None),
        F::LivenessActiveStep1 => (File::LivenessStep(0), None),
        F::LivenessActiveStep2 => (File::LivenessStep(1), None),
        F::LivenessActiveStep3 => (File::LivenessStep(2), None),
        F::LivenessActiveStep4 => (File::LivenessStep(3), None),
    })
}

/// `unknown`, `male`, `female` or `non_binary`.
pub(crate) fn gender(value: Option<&str>) -> &'static str {
    match value {
        Some("male") => "male",
        Some("female") => "female",
        Some("non_binary") => "non_binary",
        _ => "unknown",
    }
}

/// The source that vouches for most of a reading.
pub(crate) fn data_source(reading: &DocumentReading) -> &'static str {
    let has = |source| reading.fields.values().flatten().any(|f| f.source == source);
    if has(Source::Barcode) {
        "barcode"
    } else if has(Source::Mrz) {
        "mrz"
    } else if has(Source::Visual) {
        "ocr"
    } else {
        "unknown"
    }
}

/// Screening: `not_started` when no list was searched, whatever the reason.
pub(crate) fn ofac_status(finding: Option<&Finding>) -> &'static str {
    match finding.map(|f| f.outcome) {
        None | Some(Outcome::NotAssessed) => "not_started",
        Some(Outcome::Clear) => "clear",
        Some(Outcome::Consider) => "possible_match",
        Some(Outcome::Fail) => "match",
    }
}

/// The licence registry: `not_started` before a document was read, `unavailable` when nobody could be asked.
pub(crate) fn dmv_status(finding: Option<&Finding>) -> &'static str {
    match finding.map(|f| f.outcome) {
        None => "not_started",
        Some(Outcome::NotAssessed) => "unavailable",
        Some(Outcome::Clear) => "match",
        Some(Outcome::Consider | Outcome::Fail) => "no_match",
    }
}

/// A check's outcome as one word.
pub(crate) fn outcome(finding: Option<&Finding>) -> &'static str {
    match finding.map(|f| f.outcome) {
        None | Some(Outcome::NotAssessed) => "not_assessed",
        Some(Outcome::Clear) => "clear",
        Some(Outcome::Consider) => "consider",
        Some(Outcome::Fail) => "fail",
    }
}

#[cfg(test)]
mod tests {
    use bonafide_core::finding::{Check, Code};

    use super::*;

    #[test]
    fn every_status_is_found_under_its_own_word() {
        for s in Status::ALL {
            assert!(statuses(status(s)).contains(&s), "{s:?}");
        }
    }

    #[test]
    fn document_types_survive_the_way_there_and_back() {
        for t in [
            DocumentTypeE::Unknown,
            DocumentTypeE::DriverLicense,
            DocumentTypeE::IdentificationCard,
            DocumentTypeE::Passport,
            DocumentTypeE::PassportCard,
        ] {
            assert_eq!(document_type(to_document_type(t)), t);
        }
    }

    #[test]
    fn what_was_not_assessed_never_reads_as_clear() {
        let f = Finding::not_assessed(Check::Sanctions, Code::NoLists, "");
        assert_eq!((ofac_status(Some(&f)), ofac_status(None)), ("not_started", "not_started"));
        assert_eq!((outcome(Some(&f)), outcome(None)), ("not_assessed", "not_assessed"));
        assert_eq!(dmv_status(Some(&f)), "unavailable");
    }
}
