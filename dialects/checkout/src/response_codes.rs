//! Checkout's response codes: why a verification stands where it does.
//!
//! The table is exhaustive on purpose: a new core reason does not compile until it has a number here, or none.

use bonafide_core::{
    finding::Check,
    reason::{Code, Group},
    verification::{Kind, Status},
};
use serde::Serialize;
use utoipa::ToSchema;

/// Why a verification stands where it does. The number is the contract; the summary is the newest of its names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct ResponseCode {
    #[schema(minimum = 10_000, maximum = 69_999, example = 10_000)]
    pub(crate) code: u32,
    #[schema(example = "approved")]
    pub(crate) summary: &'static str,
}

const fn code(code: u32, summary: &'static str) -> ResponseCode {
    ResponseCode { code, summary }
}

/// Empty while there is no verdict, at least one code with every verdict. `reasons` are the core's, the gravest first; the
/// order stays.
pub(crate) fn response_codes(kind: Kind, status: Status, reasons: &[Code]) -> Vec<ResponseCode> {
    match status {
        Status::Created | Status::Pending | Status::Capturing | Status::Processing => vec![],
        Status::ReviewRequired => vec![],
        Status::Approved => vec![code(10000, "approved")],
        Status::RetryRequired | Status::Inconclusive => {
            explain(reasons.iter().filter_map(|r| of_reason(kind, status, r)), INTERNAL_ERROR)
        }
        Status::Declined => {
            explain(reasons.iter().filter_map(|r| of_reason(kind, status, r)), unexplained(reasons))
        }
        Status::Refused => vec![code(63001, "applicant_refusal")],
        Status::Canceled => vec![code(64001, "forcibly_closed")],
        Status::Expired => vec![code(61101, "applicant_never_started")],
    }
}

/// What a reason itself is reported as in a verdict; none where it explains another one, or nothing.
pub(crate) fn of_reason(kind: Kind, status: Status, reason: &Code) -> Option<ResponseCode> {
    let Told { retry, decline } = told(reason);
    match status {
        Status::RetryRequired | Status::Inconclusive => retry,
        Status::Declined => match (kind, reason) {
            // A bill that is too old is over, as an identity document is after its last day.
            (Kind::AddressVerification, Code::DocumentTooOld) => Some(EXPIRED),
            // Where no face is asked for, the screen was the document's.
            (Kind::AddressVerification | Kind::DocumentVerification, Code::ScreenRaster) => Some(SCREENSHOT),
            // The selfie was compared with the face that is known, and with no document.
            (Kind::FaceAuthentication, _) if decline == Some(FACE_MISMATCH) => {
                Some(code(62321, "face_face_mismatch"))
            }
            _ => decline,
        },
        _ => None,
    }
}

const DOCUMENT_BLURRY: ResponseCode = code(61301, "document_blurry");
const INTERNAL_ERROR: ResponseCode = code(61901, "internal_error");
const EXPIRED: ResponseCode = code(62101, "document_expired");
const NOT_ACCEPTED: ResponseCode = code(62102, "document_not_accepted");
const SCREENSHOT: ResponseCode = code(62202, "document_screenshot");
const FACE_MISMATCH: ResponseCode = code(62304, "face_mismatch");
const FACE_NOT_LIVE: ResponseCode = code(62305, "face_not_live");
const ALTERED: ResponseCode = code(62307, "asset_digital_alteration");
const GENERIC_FRAUD: ResponseCode = code(62399, "generic_fraud");

/// The codes of one verdict, each once. A reason that has none speaks of another verdict, or of nothing: a blurred picture
/// does not explain a decline, and a network that is not installed says nothing about anybody.
fn explain(found: impl Iterator<Item = ResponseCode>, otherwise: ResponseCode) -> Vec<ResponseCode> {
    let mut codes = vec![];
    for code in found {
        if !codes.contains(&code) {
            codes.push(code);
        }
    }
    if codes.is_empty() {
        codes.push(otherwise);
    }
    codes
}

/// What a decline is reported as when no reason of it has a code. It is no fraud unless something speaks against the person.
fn unexplained(reasons: &[Code]) -> ResponseCode {
    let says_nothing = |c: &Code| {
        matches!(c.group(), Group::NotRun | Group::Note | Group::Weighed | Group::Stopped)
            || matches!(c, Code::Unknown(_))
    };
    if reasons.iter().all(says_nothing) { NOT_ACCEPTED } else { GENERIC_FRAUD }
}

/// What a reason is reported as while the person may try again, and when no other try mends it.
struct Told {
    retry: Option<ResponseCode>,
    decline: Option<ResponseCode>,
}

const NOTHING: Told = Told { retry: None, decline: None };

const fn retry(code: ResponseCode) -> Told {
    Told { retry: Some(code), decline: None }
}

const fn decline(code: ResponseCode) -> Told {
    Told { retry: None, decline: Some(code) }
}

const fn both(retry: ResponseCode, decline: ResponseCode) -> Told {
    Told { retry: Some(retry), decline: Some(decline) }
}

const fn told(reason: &Code) -> Told {
    match reason {
        // Better pictures mend it: no reason for a decline.
        Code::TooBlurry | Code::TooSmall | Code::Tilted | Code::NoText => retry(DOCUMENT_BLURRY),
        Code::Glare | Code::TooDark | Code::TooBright => retry(code(61302, "document_lighting_issue")),
        Code::FrontNotCaptured | Code::NotAlone => retry(code(61310, "document_front_not_captured")),
        Code::BackNotCaptured => retry(code(61311, "document_back_not_captured")),
        Code::CutOff | Code::BarcodeIncomplete => retry(code(61312, "document_partially_hidden")),
        Code::FaceBlurry | Code::FaceTooSmall => retry(code(61401, "face_video_blurry")),
        Code::FaceTooDark | Code::FaceTooBright => retry(code(61402, "face_video_lighting_issue")),
        Code::NoFace => retry(code(61410, "face_not_captured")),
        Code::FaceCutOff | Code::FaceTooClose | Code::FaceCovered | Code::FaceTurned => {
            retry(code(61411, "face_partially_hidden"))
        }
        Code::FaceNotTurned | Code::MovementNotShown | Code::NotStraight => {
            retry(code(61412, "face_not_turned"))
        }
        Code::ChallengeTimeout => retry(code(61413, "face_challenge_timeout")),
        // Deprecated by the vendor, and the only code that says it.
        Code::SeveralFaces => retry(code(61414, "various_faces_detected")),

        // The person could not go on.
        Code::NotReady => retry(code(61111, "applicant_not_ready")),
        Code::NoDocumentAtHand => retry(code(61112, "applicant_no_document")),
        Code::CameraRefused => retry(code(61113, "camera_access_refused")),
        Code::CaptureDropped => retry(code(61121, "applicant_drop")),
        Code::ConnectionPoor => retry(code(61201, "connection_insufficient")),
        Code::BrowserNotSupported => retry(code(61202, "browser_not_supported")),
        Code::CameraNotFound => retry(code(61203, "camera_not_found")),

        // What could not run says nothing about the person: never a reason for a decline.
        Code::CheckFailed
        | Code::CircuitOpen
        | Code::ModelFailed
        | Code::ModelMissing
        | Code::NoLists
        | Code::ListsStale
        | Code::ListsDamaged
        | Code::NoProvider
        | Code::NoScore
        | Code::NoTemplate
        | Code::NotCalibrated
        | Code::NotComparable
        | Code::ProviderFailed
        | Code::TemplateOfOtherNetwork
        | Code::Timeout => retry(INTERNAL_ERROR),
        Code::NoFrames => retry(code(61410, "face_not_captured")),
        Code::PortraitNoFace => retry(DOCUMENT_BLURRY),
        Code::NoDates
        | Code::NoBirthDate
        | Code::NoExpiryDate
        | Code::NoMrz
        | Code::NoName
        | Code::NoPublicAddress
        | Code::NoTimeLimit
        | Code::NotAsked
        | Code::NotExamined
        | Code::NotRegistered
        | Code::NotSure
        | Code::NothingToAsk
        | Code::NothingToCompareWith
        | Code::PlaceUnknown
        | Code::SealCertificateExpired
        | Code::SealCertificateUnknown
        | Code::SealUnreadable
        | Code::SingleSource => NOTHING,

        Code::NoDocument => both(code(61310, "document_front_not_captured"), NOT_ACCEPTED),
        Code::PortraitMissing | Code::RawBarcodeMissing | Code::Missing(_) => {
            both(DOCUMENT_BLURRY, NOT_ACCEPTED)
        }
        Code::NotInColour => both(code(61303, "document_not_in_color"), code(62201, "document_photocopy")),
        Code::Expired => decline(EXPIRED),
        Code::NoPortrait
        | Code::NotYetValid
        | Code::OtherDocumentType
        | Code::IssuingCountryNotAccepted
        | Code::DocumentTypeNotAccepted
        | Code::DocumentTooOld
        | Code::BelowMinimumAge => decline(NOT_ACCEPTED),
        Code::Screenshot => decline(SCREENSHOT),
        Code::BirthInFuture
        | Code::DateImpossible
        | Code::CheckDigitsWrong
        | Code::ExpiresBeforeBirth
        | Code::ExpiresBeforeIssue
        | Code::ImplausibleAge
        | Code::IssuingCountryUnknown
        | Code::IssuedBeforeBirth
        | Code::PublishedSpecimen
        | Code::RegistryDiffers
        | Code::SealForged
        | Code::SourcesDisagree
        | Code::SuspiciousWords
        | Code::TooYoungForLicence
        | Code::ValidityTooLong => decline(code(62301, "document_counterfeit")),
        Code::FaceMismatch => decline(FACE_MISMATCH),
        Code::FaceChanged
        | Code::EdgesAround
        | Code::FlatMotion
        | Code::FramesOutOfOrder
        | Code::NotLive
        | Code::SelfieIsDocument
        | Code::RepeatedFrame
        | Code::Replayed
        | Code::ScreenBezel
        | Code::ScreenRaster
        | Code::StillPicture
        | Code::WrongMovement
        | Code::WrongOrder => decline(FACE_NOT_LIVE),
        Code::DeclaredGenerated
        | Code::EditingSoftware
        | Code::EditingSoftwareSegments
        | Code::ErrorLevelDiffersInRegion
        | Code::GridDiffersInRegion
        | Code::GridShifted
        | Code::NoiseDiffersInRegion
        | Code::RegionCopied
        | Code::SavedAgain
        | Code::ThumbnailDiffers
        | Code::ThumbnailDiffersInPart => decline(ALTERED),
        Code::DocumentOfAnotherHolder
        | Code::DocumentSeenBefore
        | Code::FaceOfAnotherHolder
        | Code::FaceSeenBefore
        | Code::FaceOfAChild
        | Code::NumberOfAnotherName
        | Code::NumberOfAnotherFace
        | Code::NumberBlocked
        | Code::NameBlocked
        | Code::Listed
        | Code::PictureSeenBefore
        | Code::PossiblyListed
        | Code::ScoreBelowTolerance => decline(GENERIC_FRAUD),
        Code::DeclaredDiffers
        | Code::DeclaredNameDiffers
        | Code::DeclaredBirthDateDiffers
        | Code::DeclaredNationalityDiffers
        | Code::DeclaredNumberDiffers => decline(code(62401, "declared_identity_mismatch")),
        Code::IpCountryDiffers
        | Code::PositionsApart
        | Code::ManyAttempts
        | Code::ManyPeopleOnDevice
        | Code::ManyPeopleAtAddress
        | Code::FasterThanAPerson => decline(code(62402, "suspicious_device")),
        Code::FaceBlocked => decline(code(62405, "known_fraudulent_face")),

        // What they said themselves, for a human to weigh: no code of this API says it, and it accuses nobody.
        Code::FormerNameOnDocument
        | Code::AgreementRefused
        | Code::ContactUnconfirmed
        | Code::PoliticalOffice
        | Code::HeadOfOrganization
        | Code::FamilyOfOfficeHolder
        | Code::CloseAssociate
        | Code::ThirdPartyInvolved
        | Code::ActivityExceedsMeans
        | Code::OwnershipIncomplete => NOTHING,

        // A check's own line: what it found follows.
        Code::Failed(check) => Told { retry: None, decline: failed(*check) },
        Code::Unsure(_) | Code::NotAssessed(_) => NOTHING,
        // Told beside a reason, and none.
        Code::Abbreviated
        | Code::CharactersDiffer
        | Code::CharactersRepaired
        | Code::ComparedWith
        | Code::DayAndMonthExchanged
        | Code::HitsDismissed
        | Code::HolderSeenBefore
        | Code::HouseNumberDiffers
        | Code::Initial
        | Code::Joined
        | Code::MisreadCharacters
        | Code::Nickname
        | Code::NotAJpeg
        | Code::NotCompared
        | Code::OtherOrder
        | Code::PartMissing
        | Code::Particle
        | Code::PostalCodeDiffers
        | Code::Skipped
        | Code::StronglyCompressed
        | Code::Transliterated
        | Code::Truncated => NOTHING,
        Code::Unknown(_) => NOTHING,
    }
}

/// A failed check's own line in a decline. Of most it says nothing that the reasons after it do not.
const fn failed(check: Check) -> Option<ResponseCode> {
    Some(match check {
        Check::DocumentExpired => EXPIRED,
        Check::IsIdentityDocument => NOT_ACCEPTED,
        Check::FaceMatch => FACE_MISMATCH,
        Check::PassiveLiveness | Check::ActiveLiveness | Check::SelfieSource => FACE_NOT_LIVE,
        Check::ImageManipulation => ALTERED,
        Check::ImageQuality
        | Check::DocumentAsAsked
        | Check::DocumentReadable
        | Check::DateConsistency
        | Check::RequiredFields
        | Check::SuspiciousWords
        | Check::OnlineDuplication
        | Check::PortraitFound
        | Check::MrzCheckDigits
        | Check::DocumentSeal
        | Check::DocumentNumberCrosscheck
        | Check::NameCrosscheck
        | Check::AddressCrosscheck
        | Check::BirthDateCrosscheck
        | Check::FaceQuality
        | Check::KnownFace
        | Check::DocumentAccepted
        | Check::IdentityConflict
        | Check::MinimumAge
        | Check::BlockList
        | Check::Activity
        | Check::AgeEstimate
        | Check::GenderEstimate
        | Check::Sanctions
        | Check::Registry
        | Check::Location
        | Check::Declaration
        | Check::DeclaredRisk
        | Check::RelatedScreening => return None,
    })
}

#[cfg(test)]
mod tests {
    use bonafide_core::{
        decision::{Decision, Facts, decide},
        document::{DocumentType, FieldName},
        finding::{Finding, Outcome},
        policy::Policy,
        weights::Weights,
    };

    use super::*;

    fn numbers(kind: Kind, status: Status, reasons: &[&str]) -> Vec<u32> {
        let reasons: Vec<Code> = reasons.iter().map(|r| Code::parse(r)).collect();
        response_codes(kind, status, &reasons).iter().map(|c| c.code).collect()
    }

    fn of(status: Status, reasons: &[&str]) -> Vec<u32> {
        numbers(Kind::IdentityVerification, status, reasons)
    }

    #[test]
    fn no_code_without_a_verdict_and_one_with_every_verdict() {
        for status in Status::ALL {
            let none_yet = matches!(
                status,
                Status::Created
                    | Status::Pending
                    | Status::Capturing
                    | Status::Processing
                    | Status::ReviewRequired
            );
            for reasons in [&[][..], &["never_heard_of"], &["face_match_failed"], &["too_blurry"]] {
                assert_eq!(of(status, reasons).is_empty(), none_yet, "{status:?} {reasons:?}");
            }
        }
    }

    fn every_code() -> Vec<Code> {
        let of_checks =
            Check::ALL.into_iter().flat_map(|c| [Code::Failed(c), Code::Unsure(c), Code::NotAssessed(c)]);
        let fields = FieldName::ALL.map(Code::Missing);
        Code::NAMED.iter().cloned().chain(of_checks).chain(fields).collect()
    }

    #[test]
    fn the_number_leads_to_the_status() {
        for reason in every_code() {
            for (status, family) in
                [(Status::RetryRequired, 61), (Status::Inconclusive, 61), (Status::Declined, 62)]
            {
                for told in response_codes(Kind::IdentityVerification, status, std::slice::from_ref(&reason))
                {
                    assert_eq!(told.code / 1000, family, "{status:?} {reason}");
                }
            }
        }
    }

    #[test]
    fn a_number_has_one_name() {
        let mut names = std::collections::BTreeMap::new();
        for told in every_code().iter().map(told).flat_map(|t| [t.retry, t.decline]).flatten() {
            assert_eq!(*names.entry(told.code).or_insert(told.summary), told.summary);
        }
    }

    /// 623xx and 624xx accuse the person of something.
    #[test]
    fn what_could_not_run_or_is_to_be_weighed_is_nobodys_fraud() {
        let innocent = [Group::NotRun, Group::Weighed, Group::Stopped];
        for reason in every_code().into_iter().filter(|c| innocent.contains(&c.group())) {
            let told = |reasons: &[Code]| -> Vec<u32> {
                let codes = response_codes(Kind::IdentityVerification, Status::Declined, reasons);
                codes.iter().map(|c| c.code).collect()
            };
            assert_eq!(told(&[Code::Expired, reason.clone()]), [62101], "{reason}");
            assert!(told(std::slice::from_ref(&reason)).iter().all(|c| *c < 62300), "{reason}");
        }
    }

    #[test]
    fn an_expired_document_without_liveness_weights_is_expired_and_nothing_else() {
        let absent = Finding::not_assessed(Check::PassiveLiveness, Code::ModelMissing, "no weights");
        let expired =
            Finding::new(Check::DocumentExpired, Outcome::Fail).because(Code::Expired, "has passed");
        let findings = [expired, absent];
        let facts = Facts { document_type: DocumentType::Passport, findings: &findings, attempt: 1 };
        let judged = decide(&Policy::default(), &Weights::default(), &facts);
        assert_eq!(judged.decision, Decision::Decline);
        let reasons: Vec<Code> = judged.reasons.into_iter().map(|r| r.code).collect();
        assert!(reasons.contains(&Code::ModelMissing), "{reasons:?}");
        let told = response_codes(Kind::IdentityVerification, Status::Declined, &reasons);
        assert_eq!(told, [code(62101, "document_expired")]);
    }

    #[test]
    fn reasons_as_they_come() {
        let cases: [(Status, &[&str], &[u32]); 10] = [
            (Status::Declined, &["face_match_failed", "face_mismatch"], &[62304]),
            (
                Status::Declined,
                &["passive_liveness_failed", "screen_raster", "face_mismatch"],
                &[62305, 62304],
            ),
            (
                Status::Declined,
                &["document_expired_failed", "expired", "sanctions_unsure", "possibly_listed"],
                &[62101, 62399],
            ),
            // The blurred picture and the missing model are no reasons of this verdict.
            (Status::Declined, &["face_mismatch", "too_blurry", "model_missing"], &[62304]),
            (Status::Declined, &["known_face_failed", "face_blocked", "compared_with"], &[62405]),
            (Status::Declined, &["required_fields_failed", "birth_date_missing"], &[62102]),
            (Status::Declined, &["document_readable_failed", "too_blurry"], &[62399]),
            (
                Status::RetryRequired,
                &["document_readable_failed", "glare", "too_dark", "no_face"],
                &[61302, 61410],
            ),
            (Status::RetryRequired, &["required_fields_failed", "birth_date_missing"], &[61301]),
            (Status::Inconclusive, &["passive_liveness_not_assessed", "never_heard_of"], &[61901]),
        ];
        for (status, reasons, expected) in cases {
            assert_eq!(of(status, reasons), expected, "{status:?} {reasons:?}");
        }
    }

    #[test]
    fn what_better_pictures_mend_is_never_an_internal_error() {
        for reason in Code::NAMED.iter().filter(|c| c.is_capture()) {
            assert!(!of(Status::RetryRequired, &[&reason.word()]).contains(&61901), "{reason}");
        }
    }

    #[test]
    fn what_a_document_alone_is_told_is_about_the_document() {
        let reasons = ["document_accepted_failed", "document_too_old"];
        assert_eq!(numbers(Kind::AddressVerification, Status::Declined, &reasons), [62101]);
        assert_eq!(numbers(Kind::DocumentVerification, Status::Declined, &reasons), [62102]);
        let screen = ["screen_raster"];
        assert_eq!(numbers(Kind::DocumentVerification, Status::Declined, &screen), [62202]);
        assert_eq!(numbers(Kind::AddressVerification, Status::Declined, &screen), [62202]);
        let other = ["document_accepted_failed", "document_type_not_accepted"];
        assert_eq!(numbers(Kind::AddressVerification, Status::Declined, &other), [62102]);
        let differs = ["address_crosscheck_failed", "declared_differs", "house_number_differs"];
        assert_eq!(numbers(Kind::AddressVerification, Status::Declined, &differs), [62401]);
    }

    #[test]
    fn an_authentication_compares_two_faces() {
        let reasons = ["face_match_failed", "face_mismatch"];
        assert_eq!(numbers(Kind::FaceAuthentication, Status::Declined, &reasons), [62321]);
    }
}
