//! This API's vocabulary and the core's. Matches are exhaustive on purpose: a new core word does not compile until it
//! has a word here.

use bonafide_core::verification::Status;

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
