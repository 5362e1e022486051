//! This API's vocabulary and the core's. Matches are exhaustive on purpose: a new core word does not compile until it
//! has a word here.

use bonafide_core::{
    step::{StepKind, StepState},
    verification::{Purpose, Status},
};

bonafide_http::vocabulary!(pub(crate) RequestType: "What a verification is for: to know who somebody is (`idv`), to know a customer as regulation asks (`kyc`), or to pass on what was approved before (`share`).", Purpose::ALL.map(Purpose::as_str));
bonafide_http::vocabulary!(pub(crate) Requirement: "A step that the person is asked for.", StepKind::ALL.map(StepKind::as_str));
bonafide_http::vocabulary!(pub(crate) StepStatus: "How a step stands.", StepState::ALL.map(StepState::as_str));
bonafide_http::vocabulary!(pub(crate) RequestStatus: "How a request stands.", STATUSES);

/// Every word of [`status`], in the vendor's order.
pub(crate) const STATUSES: [&str; 8] = [
    "initiated",
    "in_progress",
    "submitted",
    "pending_review",
    "approved",
    "rejected",
    "canceled",
    "expired",
];

/// A request's `status`.
pub(crate) const fn status(status: Status) -> &'static str {
    match status {
        Status::Created | Status::Pending => "initiated",
        Status::Capturing | Status::RetryRequired => "in_progress",
        Status::Processing => "submitted",
        Status::ReviewRequired | Status::Inconclusive => "pending_review",
        Status::Approved => "approved",
        Status::Declined | Status::Refused => "rejected",
        Status::Canceled => "canceled",
        Status::Expired => "expired",
    }
}

/// The states that one of the words stands for; none for what is no word.
pub(crate) fn statuses(word: &str) -> Vec<Status> {
    Status::ALL.into_iter().filter(|s| status(*s) == word).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_stands_for_a_state_and_every_state_has_a_word() {
        let found: usize = STATUSES.iter().map(|word| statuses(word).len()).sum();
        assert_eq!(found, Status::ALL.len());
        assert!(STATUSES.iter().all(|word| !statuses(word).is_empty()) && statuses("done").is_empty());
    }
}
