//! What the server has to know of the networks without loading them itself.

use bonafide_checks::{
    face::compare::Calibrations,
    models::{Models, Unavailable},
};
use serde::{Deserialize, Serialize};

use super::{Job, Lane};

#[derive(Serialize, Deserialize)]
pub struct Networks;

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Installed {
    /// The tasks without a network, and why.
    pub missing: Vec<Unavailable>,
    /// What scores of the face networks mean.
    pub calibrations: Calibrations,
}

impl Job for Networks {
    type Answer = Installed;
    const LANE: Lane = Lane::Checks;

    /// Loads them all.
    fn perform(self, models: &Models) -> Self::Answer {
        Installed { missing: models.unavailable(), calibrations: Calibrations::of(models) }
    }
}
