//! What a device is told that it has to capture again.

use bonafide_core::recapture::{Capture, Wanted};
use bonafide_engine::verifications::View;
use serde::Serialize;
use utoipa::ToSchema;

bonafide_http::vocabulary!(
    pub(crate) CaptureE: "A step of the capture.",
    Capture::ALL.map(Capture::as_str)
);

/// A step that has to be captured again.
#[derive(Serialize, ToSchema)]
pub(crate) struct CaptureWanted {
    #[schema(value_type = CaptureE)]
    capture_e: &'static str,
    /// What was wrong; empty where somebody asked again without saying.
    reasons: Vec<WantedReason>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct WantedReason {
    /// Stable, for programs.
    #[schema(example = "too_blurry")]
    code: String,
    /// One sentence for the person.
    message: String,
}

impl CaptureWanted {
    /// `None` unless the person has to try again.
    pub(crate) fn all(view: &View) -> Option<Vec<Self>> {
        let step = |wanted: &Wanted| Self {
            capture_e: wanted.capture.as_str(),
            reasons: wanted
                .reasons
                .iter()
                .map(|r| WantedReason { code: r.code.to_string(), message: r.detail.clone() })
                .collect(),
        };
        (!view.wanted.is_empty()).then(|| view.wanted.iter().map(step).collect())
    }
}
