//! This API's vocabulary and the core's. Matches are exhaustive on purpose: a new core word does not compile until it
//! has a word here.

use bonafide_core::verification::Status;

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
