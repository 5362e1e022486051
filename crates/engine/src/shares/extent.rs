//! How much a third party sees.

use bonafide_core::{evidence::EvidenceKind, step::StepKind};

use crate::base::private::ThirdParty;

/// Those of a verification's steps that a third party sees: the ones that were named, or all.
pub(super) fn shown_to(party: &ThirdParty, all: &[StepKind]) -> Vec<StepKind> {
    all.iter().copied().filter(|step| party.steps.is_empty() || party.steps.contains(step)).collect()
}

/// The kinds of pictures of a step that a third party may look at: none where they see everything, but this step was not
/// named.
pub(super) fn pictures_for(party: &ThirdParty, step: StepKind) -> &'static [EvidenceKind] {
    if !party.steps.contains(&step) {
        return &[];
    }
    match step {
        StepKind::Document => &[EvidenceKind::DocumentFront, EvidenceKind::DocumentBack],
        StepKind::BiometricFace => &[EvidenceKind::Selfie],
        StepKind::Person
        | StepKind::Location
        | StepKind::Contact
        | StepKind::Business
        | StepKind::PepHio
        | StepKind::Financial
        | StepKind::Consent
        | StepKind::Attestation
        | StepKind::Estate => &[],
    }
}
