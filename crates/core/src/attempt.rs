//! One try of a person at a verification: from its link to what came of it.

use crate::{verification::Status, words::words};

words! {
    pub enum AttemptStatus {
        /// Nobody has opened its link.
        PendingRedirection = "pending_redirection",
        /// The link was opened; evidence may come in.
        CaptureInProgress = "capture_in_progress",
        /// The person could not go on.
        CaptureAborted = "capture_aborted",
        /// The person did not consent.
        CaptureRefused = "capture_refused",
        /// Nobody opened the link in time, or the time of the verification was over.
        Expired = "expired",
        /// It brought its pictures with it, and they are looked at: are they good enough to check?
        QualityChecksInProgress = "quality_checks_in_progress",
        /// They were not.
        QualityChecksAborted = "quality_checks_aborted",
        /// Handed in, checks are running or a human looks.
        ChecksInProgress = "checks_in_progress",
        /// The evidence was not good enough.
        ChecksInconclusive = "checks_inconclusive",
        /// There is a decision.
        Completed = "completed",
        /// Another attempt took its place, or the verification was ended.
        Terminated = "terminated",
    }
}

impl AttemptStatus {
    /// The person may go on with it.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::PendingRedirection | Self::CaptureInProgress)
    }

    /// Nothing will change it any more.
    pub const fn is_over(self) -> bool {
        !self.is_open() && !matches!(self, Self::QualityChecksInProgress | Self::ChecksInProgress)
    }

    /// What an attempt that is not over comes to when its verification gets a new status.
    #[must_use]
    pub const fn after(self, status: Status) -> Self {
        match status {
            // A verification may be open before anybody opened the link of this attempt.
            Status::Created | Status::Pending => self,
            // Until somebody said that the pictures are good enough.
            Status::Capturing | Status::Processing if matches!(self, Self::QualityChecksInProgress) => self,
            Status::RetryRequired if matches!(self, Self::QualityChecksInProgress) => {
                Self::QualityChecksAborted
            }
            Status::Capturing => Self::CaptureInProgress,
            Status::Processing | Status::ReviewRequired => Self::ChecksInProgress,
            Status::RetryRequired | Status::Inconclusive => Self::ChecksInconclusive,
            Status::Approved | Status::Declined => Self::Completed,
            Status::Refused => Self::CaptureRefused,
            Status::Canceled => Self::Terminated,
            Status::Expired => Self::Expired,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_from_the_verification() {
        let mut table = String::new();
        for status in Status::ALL {
            let after = AttemptStatus::PendingRedirection.after(status);
            table += &format!("{status} -> {after}\n");
            assert_eq!(
                after.is_over(),
                status.is_final() || status == Status::RetryRequired,
                "{status}: an attempt ends when the person is done with it"
            );
        }
        insta::assert_snapshot!(table, @r"
        created -> pending_redirection
        pending -> pending_redirection
        capturing -> capture_in_progress
        processing -> checks_in_progress
        retry_required -> checks_inconclusive
        review_required -> checks_in_progress
        approved -> completed
        declined -> completed
        refused -> capture_refused
        inconclusive -> checks_inconclusive
        canceled -> terminated
        expired -> expired
        ");
    }

    #[test]
    fn pictures_are_looked_at_before_they_are_checked() {
        let looked_at = AttemptStatus::QualityChecksInProgress;
        assert!(!looked_at.is_open() && !looked_at.is_over());
        for (status, after) in [
            (Status::Capturing, looked_at),
            (Status::Processing, looked_at),
            (Status::RetryRequired, AttemptStatus::QualityChecksAborted),
            (Status::ReviewRequired, AttemptStatus::ChecksInProgress),
            (Status::Inconclusive, AttemptStatus::ChecksInconclusive),
            (Status::Declined, AttemptStatus::Completed),
            (Status::Canceled, AttemptStatus::Terminated),
        ] {
            assert_eq!(looked_at.after(status), after, "{status}");
        }
        assert!(AttemptStatus::QualityChecksAborted.is_over());
    }
}
