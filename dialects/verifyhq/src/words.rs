//! This API's vocabulary and the core's. Matches are exhaustive on purpose: a new core word does not compile until it
//! has a word here.

use bonafide_core::{
    document::DocumentType, evidence::EvidenceKind, liveness::Step, recapture::Capture, step::StepKind,
    verification::Status,
};
use bonafide_engine::verifications::View;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A verification's `status`, and its `overallStatus`, which is the same.
pub(crate) const fn status(status: Status) -> &'static str {
    match status {
        Status::Created | Status::Pending | Status::Capturing | Status::RetryRequired => "PENDING",
        Status::Processing => "IN_PROGRESS",
        Status::ReviewRequired | Status::Inconclusive => "MANUAL_REVIEW",
        Status::Approved => "VERIFIED",
        Status::Declined | Status::Refused => "REJECTED",
        Status::Canceled | Status::Expired => "EXPIRED",
    }
}

bonafide_http::vocabulary!(
    pub(crate) VerificationStatus: "How a verification stands.",
    ["PENDING", "IN_PROGRESS", "MANUAL_REVIEW", "VERIFIED", "REJECTED", "EXPIRED"]
);

/// `BASIC`: the document. `STANDARD`: the document and a live face. `ENHANCED`: the same, and nobody is verified without
/// being compared with sanctions lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Tier {
    #[default]
    Basic,
    Standard,
    Enhanced,
}

impl Tier {
    pub(crate) const ALL: [Self; 3] = [Self::Basic, Self::Standard, Self::Enhanced];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Basic => "BASIC",
            Self::Standard => "STANDARD",
            Self::Enhanced => "ENHANCED",
        }
    }

    /// The organization's policy of this tier, where it has one of that name.
    pub(crate) const fn policy(self) -> &'static str {
        match self {
            Self::Basic => "basic",
            Self::Standard => "standard",
            Self::Enhanced => "enhanced",
        }
    }

    pub(crate) fn steps(self) -> Vec<StepKind> {
        match self {
            Self::Basic => vec![StepKind::Document],
            Self::Standard | Self::Enhanced => vec![StepKind::Document, StepKind::BiometricFace],
        }
    }

    /// The tier a verification was started with; of one that was made through another API or forgotten, the one that
    /// asks for the same.
    pub(crate) fn of(view: &View) -> Self {
        let kept = view.private.as_ref().and_then(|private| private.settings["tier"].as_str());
        let kept = kept.and_then(|word| Self::ALL.into_iter().find(|tier| tier.as_str() == word));
        kept.unwrap_or_else(|| match (asks_for_face(view), view.screening) {
            (false, _) => Self::Basic,
            (true, false) => Self::Standard,
            (true, true) => Self::Enhanced,
        })
    }
}

/// Whether a live face is asked for.
pub(crate) fn asks_for_face(view: &View) -> bool {
    view.steps.iter().any(|step| step.kind == StepKind::BiometricFace)
}

/// How a document stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum DocumentStatus {
    /// There is none yet, or a better picture is asked for.
    Pending,
    /// It is there and not judged yet.
    InProgress,
    ManualReview,
    Verified,
    Rejected,
    /// It counts no more: the time is over, or a newer one took its place.
    Expired,
}

/// The document of a verification.
pub(crate) fn document(view: &View) -> DocumentStatus {
    use DocumentStatus as S;
    let given = view.evidence(EvidenceKind::DocumentFront).is_some();
    let again = [Capture::DocumentFront, Capture::DocumentBack];
    let wanted = !given || view.wanted.iter().any(|wanted| again.contains(&wanted.capture));
    let good = view.document() == Some(true);
    match view.status {
        Status::Created | Status::Pending | Status::Capturing | Status::RetryRequired if wanted => S::Pending,
        Status::RetryRequired if good => S::Verified,
        Status::Created
        | Status::Pending
        | Status::Capturing
        | Status::Processing
        | Status::RetryRequired => S::InProgress,
        // On a reviewer's word alone.
        Status::Approved | Status::Declined | Status::ReviewRequired | Status::Inconclusive if !given => {
            S::Pending
        }
        Status::ReviewRequired | Status::Inconclusive if good => S::Verified,
        Status::ReviewRequired | Status::Inconclusive => S::ManualReview,
        Status::Approved => S::Verified,
        Status::Declined if good => S::Verified,
        Status::Declined => S::Rejected,
        Status::Refused | Status::Canceled | Status::Expired => S::Expired,
    }
}

/// How the live face stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum LivenessStatus {
    /// The tier asks for none.
    NotRequired,
    /// There is none yet, or it is asked for again.
    Pending,
    /// Photos are there, and not judged yet.
    InProgress,
    ManualReview,
    Passed,
    Failed,
    /// It counts no more: the time is over, or a newer one took its place.
    Expired,
}

/// The live face of a verification.
pub(crate) fn liveness(view: &View) -> LivenessStatus {
    use LivenessStatus as S;
    let given = view.evidence(EvidenceKind::Selfie).is_some();
    let wanted = !given || view.wanted.iter().any(|wanted| wanted.capture == Capture::Liveness);
    let good = view.live() == Some(true);
    match view.status {
        _ if !asks_for_face(view) => S::NotRequired,
        Status::Created | Status::Pending | Status::Capturing | Status::RetryRequired if wanted => S::Pending,
        Status::RetryRequired if good => S::Passed,
        Status::Created
        | Status::Pending
        | Status::Capturing
        | Status::Processing
        | Status::RetryRequired => S::InProgress,
        // On a reviewer's word alone.
        Status::Approved | Status::Declined | Status::ReviewRequired | Status::Inconclusive if !given => {
            S::Pending
        }
        Status::ReviewRequired | Status::Inconclusive if good => S::Passed,
        Status::ReviewRequired | Status::Inconclusive => S::ManualReview,
        Status::Approved => S::Passed,
        Status::Declined if good => S::Passed,
        Status::Declined => S::Failed,
        Status::Refused | Status::Canceled | Status::Expired => S::Expired,
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum DocumentKind {
    IdCard,
    Passport,
    DriverLicense,
    ResidencePermit,
}

impl DocumentKind {
    pub(crate) const ALL: [(Self, &'static str); 4] = [
        (Self::IdCard, "ID_CARD"),
        (Self::Passport, "PASSPORT"),
        (Self::DriverLicense, "DRIVER_LICENSE"),
        (Self::ResidencePermit, "RESIDENCE_PERMIT"),
    ];

    pub(crate) fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, known)| *known == word).map(|(kind, _)| kind)
    }

    pub(crate) const fn core(self) -> DocumentType {
        match self {
            Self::IdCard => DocumentType::IdentificationCard,
            Self::Passport => DocumentType::Passport,
            Self::DriverLicense => DocumentType::DriverLicense,
            Self::ResidencePermit => DocumentType::ResidencePermit,
        }
    }

    /// A passport card and other cards are identification cards to this API, a visa is a passport; none where the type is
    /// not known.
    pub(crate) const fn of(document_type: DocumentType) -> Option<Self> {
        Some(match document_type {
            DocumentType::Unknown => return None,
            DocumentType::IdentificationCard | DocumentType::PassportCard | DocumentType::Other => {
                Self::IdCard
            }
            DocumentType::Passport | DocumentType::Visa => Self::Passport,
            DocumentType::DriverLicense => Self::DriverLicense,
            DocumentType::ResidencePermit => Self::ResidencePermit,
        })
    }
}

/// What a person is asked to do. Left and right are their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Movement {
    TurnLeft,
    TurnRight,
    LookUp,
    Smile,
    Blink,
    OpenMouth,
    MoveCloser,
}

pub(crate) const fn movement(step: Step) -> Movement {
    match step {
        Step::TurnLeft => Movement::TurnLeft,
        Step::TurnRight => Movement::TurnRight,
        Step::LookUp => Movement::LookUp,
        Step::Smile => Movement::Smile,
        Step::Blink => Movement::Blink,
        Step::OpenMouth => Movement::OpenMouth,
        Step::MoveCloser => Movement::MoveCloser,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn document_types_survive_the_way_there_and_back() {
        for (kind, word) in DocumentKind::ALL {
            assert_eq!(DocumentKind::of(kind.core()), Some(kind));
            assert_eq!(DocumentKind::parse(word), Some(kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), word);
        }
        assert_eq!(DocumentKind::parse("passport"), None);
    }

    #[test]
    fn a_tier_is_written_as_it_is_sent() {
        for tier in Tier::ALL {
            assert_eq!(serde_json::to_value(tier).unwrap(), tier.as_str());
        }
    }
}
