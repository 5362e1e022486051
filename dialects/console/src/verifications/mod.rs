//! Verifications of every API: all that is known of them, and what a human decides.

pub(crate) mod cancel;
pub(crate) mod crop;
pub(crate) mod dismiss;
pub(crate) mod list;
pub(crate) mod picture;
pub(crate) mod read;
pub(crate) mod reopen;
pub(crate) mod report;
pub(crate) mod restore;
pub(crate) mod review;
pub(crate) mod shapes;
pub(crate) mod withdraw;

use axum::{
    http::header,
    response::{IntoResponse, Response},
};
use bonafide_core::{
    id::EvidenceId,
    recapture::Capture,
    review::Grounds,
    verification::{Kind, Status},
};
use bonafide_engine::{Error, reviews::Said};
use bonafide_http::Result;
use serde::Serialize;
use utoipa::ToSchema;

bonafide_http::vocabulary!(
    pub(crate) VerificationStatus: "How a verification stands.",
    Status::ALL.map(|word| word.as_str())
);
bonafide_http::vocabulary!(
    pub(crate) VerificationKind: "What a verification is about.",
    Kind::ALL.map(|word| word.as_str())
);
bonafide_http::vocabulary!(
    pub(crate) ReviewReason: "Why a reviewer decides as they do.",
    Grounds::ALL.map(|word| word.as_str())
);
bonafide_http::vocabulary!(
    pub(crate) ReviewCapture: "What a person can be asked to capture again.",
    Capture::ALL.map(|word| word.as_str())
);

/// What came of a reviewer's word.
#[derive(Serialize, ToSchema)]
pub(crate) struct Reviewed {
    /// Names the review.
    review: String,
    /// False: it is a proposal, and somebody with another credential has to say the same.
    decided: bool,
    /// How the verification stands now.
    #[schema(value_type = VerificationStatus)]
    status: &'static str,
}

impl From<Said> for Reviewed {
    fn from(said: Said) -> Self {
        Self { review: said.review.to_string(), decided: said.decided, status: said.status.as_str() }
    }
}

/// What came of a word on a hit.
#[derive(Serialize, ToSchema)]
pub(crate) struct HitsLeft {
    /// How many hits of the verification count now.
    hits: usize,
}

/// A JPEG file.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
pub(crate) struct Jpeg(Vec<u8>);

impl IntoResponse for Jpeg {
    fn into_response(self) -> Response {
        ([(header::CONTENT_TYPE, "image/jpeg")], self.0).into_response()
    }
}

fn evidence_id(text: &str) -> Result<EvidenceId> {
    Ok(text.parse().map_err(|_| Error::NotFound("picture"))?)
}

/// A hit's name in paths is its list and entry: `ofac_sdn:12345`.
fn hit(text: &str) -> Result<(&str, &str)> {
    Ok(text.split_once(':').ok_or(Error::NotFound("hit"))?)
}
