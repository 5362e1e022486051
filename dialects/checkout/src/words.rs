//! This API's vocabulary and the core's. Matches are exhaustive on purpose: a new core word does not compile until it
//! has a word here.

use bonafide_core::verification::{Kind, Status};
use serde::Serialize;

/// The `status` of an identity verification or a face authentication.
pub(crate) const fn status(status: Status) -> &'static str {
    match status {
        Status::Created => "created",
        Status::Pending => "pending",
        Status::Capturing => "capture_in_progress",
        Status::Processing | Status::ReviewRequired => "checks_in_progress",
        Status::RetryRequired => "retry_required",
        Status::Approved => "approved",
        Status::Declined => "declined",
        Status::Refused => "refused",
        Status::Inconclusive | Status::Canceled | Status::Expired => "inconclusive",
    }
}

/// The `status` of an AML verification by the hits that count. Unless it is known that there is none, somebody has
/// to look.
pub(crate) const fn screening(hits: Option<u64>) -> &'static str {
    match hits {
        Some(0) => "approved",
        Some(_) | None => "review_required",
    }
}

/// Why a verification stands where it does. The number is the contract; the summary is the newest of its names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct ResponseCode {
    pub(crate) code: u32,
    pub(crate) summary: &'static str,
}

const fn code(code: u32, summary: &'static str) -> ResponseCode {
    ResponseCode { code, summary }
}

/// Empty while there is no verdict, at least one code with every verdict. `reasons` are the codes of the core's
/// reasons, the gravest first; the order stays.
pub(crate) fn response_codes(kind: Kind, status: Status, reasons: &[String]) -> Vec<ResponseCode> {
    match status {
        Status::Created | Status::Pending | Status::Capturing | Status::Processing => vec![],
        Status::ReviewRequired => vec![],
        Status::Approved => vec![code(10000, "approved")],
        Status::RetryRequired | Status::Inconclusive => explain(RETRY, DECLINE, reasons),
        Status::Declined => {
            let mut codes = explain(DECLINE, RETRY, reasons);
            if kind == Kind::FaceAuthentication {
                // The selfie was compared with the face that is known, and with no document.
                let documents = code(62304, "face_mismatch");
                if let Some(c) = codes.iter_mut().find(|c| **c == documents) {
                    *c = code(62321, "face_face_mismatch");
                }
            }
            codes
        }
        Status::Refused => vec![code(63001, "applicant_refusal")],
        Status::Canceled => vec![code(64001, "forcibly_closed")],
        Status::Expired => vec![code(61101, "applicant_never_started")],
    }
}

/// A code and the core's reasons it stands for; what begins with `_` is the end of a reason.
type Row = (ResponseCode, &'static [&'static str]);

/// What another try may mend. The first row is for every reason that has none.
const RETRY: &[Row] = &[
    (
        code(61901, "internal_error"),
        &[
            "check_failed",
            "circuit_open",
            "model_failed",
            "model_unavailable",
            "no_lists",
            "no_provider",
            "no_score",
            "no_template",
            "not_calibrated",
            "not_comparable",
            "provider_failed",
            "template_of_other_network",
            "timeout",
        ],
    ),
    (
        code(61301, "document_blurry"),
        &["too_blurry", "too_small", "tilted", "no_text", "portrait_no_face", "_missing"],
    ),
    (code(61302, "document_lighting_issue"), &["glare", "too_dark", "too_bright"]),
    (code(61310, "document_front_not_captured"), &["front_not_captured", "no_document"]),
    (code(61311, "document_back_not_captured"), &["back_not_captured"]),
    (code(61312, "document_partially_hidden"), &["cut_off"]),
    (code(61401, "face_video_blurry"), &["face_blurry", "face_too_small"]),
    (code(61402, "face_video_lighting_issue"), &["face_too_dark", "face_too_bright"]),
    (code(61410, "face_not_captured"), &["no_face", "no_frames"]),
    (
        code(61411, "face_partially_hidden"),
        &["face_cut_off", "face_too_close", "face_covered", "face_turned"],
    ),
    (code(61412, "face_not_turned"), &["face_not_turned", "movement_not_shown", "not_straight"]),
    (code(61413, "face_challenge_timeout"), &["challenge_timeout"]),
    // Deprecated by the vendor, and the only code that says it.
    (code(61414, "various_faces_detected"), &["several_faces"]),
    (code(61911, "corrupted_videos"), &["evidence_damaged"]),
];

/// What no other try mends. The first row is for every reason that has none.
const DECLINE: &[Row] = &[
    (
        code(62399, "generic_fraud"),
        &[
            "document_of_another_holder",
            "document_seen_before",
            "face_of_another_holder",
            "face_seen_before",
            "picture_seen_before",
            "same_picture",
        ],
    ),
    (code(62101, "document_expired"), &["expired", "document_expired_failed"]),
    (
        code(62102, "document_not_accepted"),
        &[
            "is_identity_document_failed",
            "no_document",
            "no_portrait",
            "not_a_document",
            "not_yet_valid",
            "other_document_type",
            "_missing",
        ],
    ),
    (
        code(62301, "document_counterfeit"),
        &[
            "birth_in_future",
            "check_digits_wrong",
            "expires_before_birth",
            "expires_before_issue",
            "fields_differ",
            "implausible_age",
            "issued_before_birth",
            "published_specimen",
            "registry_differs",
            "sources_disagree",
            "suspicious_words",
            "too_young_for_licence",
            "validity_too_long",
        ],
    ),
    (code(62304, "face_mismatch"), &["face_mismatch", "face_match_failed"]),
    (
        code(62305, "face_not_live"),
        &[
            "active_liveness_failed",
            "face_changed",
            "flat_motion",
            "frames_out_of_order",
            "not_live",
            "passive_liveness_failed",
            "repeated_frame",
            "replayed",
            "screen_bezel",
            "screen_raster",
            "still_picture",
            "wrong_movement",
            "wrong_order",
        ],
    ),
    (
        code(62307, "asset_digital_alteration"),
        &[
            "declared_generated",
            "edited",
            "editing_software",
            "editing_software_segments",
            "error_level_differs_in_region",
            "grid_differs_in_region",
            "grid_shifted",
            "image_manipulation_failed",
            "noise_differs_in_region",
            "region_copied",
            "saved_again",
            "thumbnail_differs",
            "thumbnail_differs_in_part",
        ],
    ),
    (code(62401, "declared_identity_mismatch"), &["declared_differs"]),
    (code(62402, "suspicious_device"), &["ip_country_differs", "positions_apart"]),
    (code(62405, "known_fraudulent_face"), &["face_blocked"]),
];

/// Told beside a reason, and none.
const ASIDE: &[&str] = &[
    "characters_repaired",
    "compared_with",
    "hits_dismissed",
    "holder_seen_before",
    "not_compared",
    // A check's own line: what it found follows.
    "_failed",
    "_not_assessed",
    "_unsure",
];

/// The codes of `mine` for these reasons. A reason that has a code only in `others` speaks of another verdict: a blurred
/// picture does not explain a decline. One that has none anywhere is told as the first row.
fn explain(mine: &[Row], others: &[Row], reasons: &[String]) -> Vec<ResponseCode> {
    let generic = mine.first().map(|(code, _)| *code);
    let mut codes = vec![];
    for reason in reasons {
        let code = match find(mine, reason) {
            None if find(others, reason).is_some() || is_one_of(ASIDE, reason) => None,
            None => generic,
            found => found,
        };
        codes.extend(code.filter(|code| !codes.contains(code)));
    }
    if codes.is_empty() {
        codes.extend(generic);
    }
    codes
}

fn find(rows: &[Row], reason: &str) -> Option<ResponseCode> {
    rows.iter().find(|(_, reasons)| is_one_of(reasons, reason)).map(|(code, _)| *code)
}

fn is_one_of(patterns: &[&str], reason: &str) -> bool {
    patterns.iter().any(|p| reason == *p || (p.starts_with('_') && reason.ends_with(p)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(kind: Kind, status: Status, reasons: &[&str]) -> Vec<u32> {
        let reasons: Vec<String> = reasons.iter().map(|r| (*r).to_owned()).collect();
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

    #[test]
    fn the_number_leads_to_the_status() {
        let all: Vec<&str> = RETRY.iter().chain(DECLINE).flat_map(|(_, reasons)| *reasons).copied().collect();
        for (status, family) in
            [(Status::RetryRequired, 61), (Status::Inconclusive, 61), (Status::Declined, 62)]
        {
            for reason in &all {
                for number in of(status, &[reason]) {
                    assert_eq!(number / 1000, family, "{status:?} {reason}");
                }
            }
        }
    }

    #[test]
    fn a_reason_has_one_code_of_a_family_and_a_code_one_row() {
        for rows in [RETRY, DECLINE] {
            let mut reasons: Vec<&str> = rows.iter().flat_map(|(_, reasons)| *reasons).copied().collect();
            let mut codes: Vec<u32> = rows.iter().map(|(code, _)| code.code).collect();
            let counts = (reasons.len(), codes.len());
            reasons.sort_unstable();
            reasons.dedup();
            codes.sort_unstable();
            codes.dedup();
            assert_eq!((reasons.len(), codes.len()), counts);
        }
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
            (Status::Declined, &["face_mismatch", "too_blurry", "model_unavailable"], &[62304]),
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
        for reason in [
            "no_document",
            "no_text",
            "too_blurry",
            "too_dark",
            "too_bright",
            "too_small",
            "glare",
            "cut_off",
            "tilted",
            "front_not_captured",
            "back_not_captured",
            "no_face",
            "several_faces",
            "face_too_small",
            "face_blurry",
            "face_too_dark",
            "face_cut_off",
            "face_too_bright",
            "face_too_close",
            "face_not_turned",
            "movement_not_shown",
            "challenge_timeout",
            "not_straight",
        ] {
            assert!(!of(Status::RetryRequired, &[reason]).contains(&61901), "{reason}");
        }
    }

    #[test]
    fn an_authentication_compares_two_faces() {
        let reasons = ["face_match_failed", "face_mismatch"];
        assert_eq!(numbers(Kind::FaceAuthentication, Status::Declined, &reasons), [62321]);
    }

    #[test]
    fn somebody_looks_unless_there_is_no_hit() {
        assert_eq!(
            [Some(0), Some(3), None].map(screening),
            ["approved", "review_required", "review_required"]
        );
    }
}
