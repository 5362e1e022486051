//! Who would see what, for the person to agree or not.

use bonafide_core::step::StepKind;
use bonafide_engine::shares::Offer;
use serde::Serialize;
use utoipa::ToSchema;

/// A third party that is shown something once this is approved, if the person agrees in the step `consent`.
#[derive(Serialize, ToSchema)]
pub(crate) struct CaptureThirdParty {
    name: String,
    /// What they would see.
    steps: Vec<StepKind>,
    /// Those of which they would see the pictures too.
    pictures: Vec<StepKind>,
}

impl From<Offer> for CaptureThirdParty {
    fn from(offer: Offer) -> Self {
        Self { name: offer.third_party.name, steps: offer.steps, pictures: offer.pictures }
    }
}
