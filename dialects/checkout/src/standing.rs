//! A verification as this API tells of it: its status follows from what the engine says and from its last attempt.

use bonafide_core::{
    attempt::AttemptStatus,
    finding::Code,
    id::VerificationId,
    time::Timestamp,
    verification::{Kind, Status},
};
use bonafide_engine::{
    Caller, Engine, Error,
    attempts::{self, Attempt},
    verifications::{self, View},
};
use bonafide_http::Result;

use crate::{
    extract::APPLICANT,
    response_codes::{ResponseCode, response_codes},
    words::{self, VerificationStatus},
};

/// A verification, its last attempt, and why it stands as it does.
pub(crate) struct Standing {
    pub(crate) view: View,
    pub(crate) attempt: Option<Attempt>,
    reasons: Vec<Code>,
}

impl Standing {
    /// A verification of another kind is not found.
    pub(crate) async fn read(
        engine: &Engine,
        caller: &Caller,
        kind: Kind,
        id: VerificationId,
    ) -> Result<Self> {
        let view = verifications::read(engine, caller, id).await?;
        if view.kind != kind {
            return Err(Error::NotFound("verification").into());
        }
        let attempt = attempts::latest(engine, caller, id).await?;
        let reasons = verifications::reasons(engine, caller, id).await?;
        Ok(Self { view, attempt, reasons })
    }

    fn last(&self) -> Option<AttemptStatus> {
        self.attempt.as_ref().map(|attempt| attempt.status)
    }

    pub(crate) fn status(&self) -> VerificationStatus {
        words::status(self.view.kind, self.view.status, self.last())
    }

    pub(crate) fn response_codes(&self) -> Vec<ResponseCode> {
        codes(self.view.kind, self.view.status, self.last(), &self.reasons)
    }

    pub(crate) fn modified_at(&self) -> Timestamp {
        let of_attempt = self.attempt.as_ref().map(|attempt| attempt.updated_at);
        of_attempt.map_or(self.view.updated_at, |at| at.max(self.view.updated_at))
    }

    /// The record it belongs to; what was made through an API without records has its person alone.
    pub(crate) fn applicant(&self) -> String {
        match self.view.client {
            Some(client) => APPLICANT.show(client),
            None => APPLICANT.show(self.view.applicant),
        }
    }
}

/// Why a verification stands as it does. `reasons` are those of its last decision.
pub(crate) fn codes(
    kind: Kind,
    status: Status,
    attempt: Option<AttemptStatus>,
    reasons: &[Code],
) -> Vec<ResponseCode> {
    match words::status(kind, status, attempt) {
        VerificationStatus::Created
        | VerificationStatus::Pending
        | VerificationStatus::CaptureInProgress
        | VerificationStatus::QualityChecksInProgress
        | VerificationStatus::ChecksInProgress => vec![],
        // Nobody opened the link: whatever was decided before is not why.
        VerificationStatus::RetryRequired if attempt == Some(AttemptStatus::Expired) => {
            response_codes(kind, Status::Expired, &[])
        }
        // The core's own status waits for the person as before.
        VerificationStatus::RetryRequired if attempt == Some(AttemptStatus::CaptureAborted) => {
            response_codes(kind, Status::RetryRequired, reasons)
        }
        VerificationStatus::RetryRequired
        | VerificationStatus::Approved
        | VerificationStatus::Declined
        | VerificationStatus::Refused
        | VerificationStatus::Inconclusive => response_codes(kind, status, reasons),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_the_status_that_is_told() {
        let idv = Kind::IdentityVerification;
        let blurred = [Code::TooBlurry];
        let numbers = |status, attempt, reasons: &[Code]| -> Vec<u32> {
            codes(idv, status, attempt, reasons).iter().map(|told| told.code).collect()
        };
        for (status, attempt, reasons, expected) in [
            (Status::Created, None, &[][..], &[][..]),
            (Status::RetryRequired, Some(AttemptStatus::ChecksInconclusive), &blurred, &[61301]),
            (Status::RetryRequired, Some(AttemptStatus::PendingRedirection), &blurred, &[]),
            (Status::RetryRequired, Some(AttemptStatus::Expired), &blurred, &[61101]),
            (Status::Pending, Some(AttemptStatus::Expired), &[], &[61101]),
            (Status::Approved, Some(AttemptStatus::Completed), &[], &[10000]),
            (Status::Capturing, Some(AttemptStatus::CaptureAborted), &[Code::CameraRefused], &[61113]),
            (Status::Canceled, Some(AttemptStatus::Terminated), &[], &[64001]),
            (Status::Refused, Some(AttemptStatus::CaptureRefused), &[], &[63001]),
        ] {
            assert_eq!(numbers(status, attempt, reasons), expected, "{status} {attempt:?}");
        }
    }
}
