//! What a person is asked for, step by step: the kinds of steps, how each stands, and the data of those that are no
//! pictures.

use crate::words::words;

words! {
    /// A step that a verification may ask for.
    pub enum StepKind {
        /// Pictures of an identity document.
        Document = "document",
        /// Who the person says they are.
        Person = "person",
        /// Where the person is.
        Location = "location",
        /// Where the person can be reached, confirmed by codes.
        Contact = "contact",
        /// A live face.
        BiometricFace = "biometric_face",
        /// The business that the person acts for.
        Business = "business",
        /// Political offices, of the person and of those close to them.
        PepHio = "pep_hio",
        /// Where the person's money comes from.
        Financial = "financial",
        /// Agreement with a text of the organization's.
        Consent = "consent",
        /// The person's word that what they said is true.
        Attestation = "attestation",
        /// The estate of somebody who died.
        Estate = "estate",
    }
}

words! {
    /// How a step stands.
    #[derive(Default)]
    pub enum StepState {
        #[default]
        Pending = "pending",
        /// Something of it is there.
        InProgress = "in_progress",
        /// The person is done with it.
        Submitted = "submitted",
        Accepted = "accepted",
        /// The person is asked for it again.
        Returned = "returned",
    }
}
