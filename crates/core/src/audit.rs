//! What the audit log says was done.

use crate::{verification::Status, words::words};

words! {
    /// What was done. What begins with `verification.` is a line of that verification's history as well.
    pub enum AuditAction {
        VerificationCreated = "verification.created",
        VerificationPending = "verification.pending",
        VerificationCapturing = "verification.capturing",
        VerificationProcessing = "verification.processing",
        VerificationRetryRequired = "verification.retry_required",
        VerificationReviewRequired = "verification.review_required",
        VerificationApproved = "verification.approved",
        VerificationDeclined = "verification.declined",
        VerificationRefused = "verification.refused",
        VerificationInconclusive = "verification.inconclusive",
        VerificationCanceled = "verification.canceled",
        VerificationExpired = "verification.expired",
        VerificationChecked = "verification.checked",
        VerificationIdentified = "verification.identified",
        VerificationDocumentTypeSet = "verification.document_type_set",
        VerificationEvidenceGiven = "verification.evidence_given",
        /// The person said something in a step.
        VerificationStepGiven = "verification.step_given",
        /// The person took their consent to the processing of their face back.
        VerificationConsentWithdrawn = "verification.consent_withdrawn",
        /// The person could not go on with the capture.
        VerificationCaptureAborted = "verification.capture_aborted",
        VerificationLivenessStarted = "verification.liveness_started",
        VerificationScreeningChanged = "verification.screening_changed",
        VerificationScreeningDismissed = "verification.screening_dismissed",
        /// A dismissal was taken back.
        VerificationScreeningRestored = "verification.screening_restored",
        /// Somebody looked at a picture over our own API.
        VerificationPictureRead = "verification.picture_read",
        /// Somebody took the report.
        VerificationReportRead = "verification.report_read",
        VerificationInvited = "verification.invited",
        VerificationInvitationSent = "verification.invitation.sent",
        VerificationInvitationReminded = "verification.invitation.reminded",
        VerificationInvitationBounced = "verification.invitation.bounced",
        VerificationDeleted = "verification.deleted",
        ApplicantAnonymized = "applicant.anonymized",
        VerificationReviewed = "verification.reviewed",
        /// A new one takes its place.
        VerificationRestarted = "verification.restarted",
        /// One of two whose word is needed has given it.
        VerificationReviewProposed = "verification.review_proposed",
        ApplicantBlocked = "applicant.blocked",
        ApplicantUnblocked = "applicant.unblocked",
        ClientCreated = "client.created",
        ClientChanged = "client.changed",
        ClientDeleted = "client.deleted",
        /// What the record said of them was erased, and the record kept.
        ClientAnonymized = "client.anonymized",
        AmlCreated = "aml.created",
        /// The lists were searched, with the result.
        AmlScreened = "aml.screened",
        AmlReviewed = "aml.reviewed",
        /// One of two whose word is needed has given it.
        AmlReviewProposed = "aml.review_proposed",
        CredentialCreated = "credential.created",
        CredentialRotated = "credential.rotated",
        CredentialRevoked = "credential.revoked",
        /// A third party may see what the person let them.
        ShareCreated = "share.created",
        /// Third parties were named, and nothing may be shown to them.
        ShareWithheld = "share.withheld",
        /// A link to it was made; the one before ends.
        ShareRenewed = "share.renewed",
        /// The mail server took the e-mail with the link.
        ShareSent = "share.sent",
        /// The e-mail with the link did not arrive.
        ShareBounced = "share.bounced",
        ShareViewed = "share.viewed",
        ShareRevoked = "share.revoked",
        RequirementsChanged = "requirements.changed",
        WeightsChanged = "weights.changed",
        PolicyChanged = "policy.changed",
        PlanChanged = "plan.changed",
        BlockListAdded = "block_list.added",
        BlockListRemoved = "block_list.removed",
        SandboxClockAdvanced = "sandbox.clock_advanced",
        WebhookCreated = "webhook.created",
        WebhookChanged = "webhook.changed",
        WebhookRotated = "webhook.rotated",
        WebhookReplayed = "webhook.replayed",
        WebhookDeleted = "webhook.deleted",
        WebhookDisabled = "webhook.disabled",
        WorkflowCreated = "workflow.created",
        WorkflowChanged = "workflow.changed",
        WorkflowDeleted = "workflow.deleted",
        /// Personal data was read.
        DataRead = "data.read",
        /// Personal data was written out by a command.
        DataExported = "data.exported",
        /// Lines of the audit log without a key end here.
        AuditKeyed = "audit.keyed",
    }
}

impl AuditAction {
    /// A verification came into a state.
    pub const fn to(status: Status) -> Self {
        match status {
            Status::Created => Self::VerificationCreated,
            Status::Pending => Self::VerificationPending,
            Status::Capturing => Self::VerificationCapturing,
            Status::Processing => Self::VerificationProcessing,
            Status::RetryRequired => Self::VerificationRetryRequired,
            Status::ReviewRequired => Self::VerificationReviewRequired,
            Status::Approved => Self::VerificationApproved,
            Status::Declined => Self::VerificationDeclined,
            Status::Refused => Self::VerificationRefused,
            Status::Inconclusive => Self::VerificationInconclusive,
            Status::Canceled => Self::VerificationCanceled,
            Status::Expired => Self::VerificationExpired,
        }
    }

    /// The word in the history of the verification it was done to.
    pub fn in_history(self) -> &'static str {
        self.as_str().strip_prefix("verification.").unwrap_or(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::EventType;

    #[test]
    fn every_state_is_written_down_under_its_own_word() {
        for status in Status::ALL {
            assert_eq!(AuditAction::to(status).in_history(), status.as_str());
        }
        assert_eq!(AuditAction::VerificationInvitationSent.in_history(), EventType::InvitationSent.as_str());
        assert_eq!(AuditAction::WebhookCreated.in_history(), "webhook.created");
    }
}
