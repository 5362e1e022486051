//! What a third party is let see of a verification.

use crate::words::words;

words! {
    /// How it stands.
    pub enum ShareState {
        /// No link was made yet.
        Waiting = "waiting",
        Active = "active",
        Expired = "expired",
        Revoked = "revoked",
        /// What it showed is not approved now, or was erased.
        Closed = "closed",
    }
}

words! {
    /// What became of the e-mail to the third party, with their link.
    #[derive(Default)]
    pub enum ShareMail {
        /// None: this server sent no mail or knew no page for the link when it was granted, or a link was made since.
        #[default]
        NotSent = "not_sent",
        Sending = "sending",
        /// The mail server took it.
        Sent = "sent",
        /// It did not arrive.
        Failed = "failed",
    }
}

words! {
    /// Why third parties that were named are shown nothing.
    pub enum Withheld {
        NotApproved = "not_approved",
        /// The person was never asked: the verification has no step `consent`.
        NoConsentStep = "no_consent_step",
        NotAgreed = "not_agreed",
        /// No approved verification of the person stands that could be passed on.
        NothingToShare = "nothing_to_share",
    }
}
