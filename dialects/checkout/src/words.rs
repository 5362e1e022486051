//! This API's vocabulary and the core's. Matches are exhaustive on purpose: a new core word does not compile until it
//! has a word here.

use bonafide_core::verification::Status;

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn somebody_looks_unless_there_is_no_hit() {
        assert_eq!(
            [Some(0), Some(3), None].map(screening),
            ["approved", "review_required", "review_required"]
        );
    }
}
