//! An earlier submission that has something in common with a later one.

use bonafide_core::{
    finding::Code,
    id::{ApplicantId, VerificationId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// What was seen before, as it was when the later submission was checked: kept sealed with that one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sighting {
    /// The earlier session; absent where it was erased and only the identity is known.
    pub verification: Option<VerificationId>,
    /// The person of that session.
    pub(crate) applicant: ApplicantId,
    /// The identity that they turned out to be.
    pub identity: Option<ApplicantId>,
    pub at: Timestamp,
    /// Calibrated similarity of the faces 0..1, where they were compared and it is of interest.
    pub face: Option<f64>,
    /// Whether the faces are taken for one.
    pub same_face: bool,
    /// The document has the same number, country and type.
    pub same_number: bool,
    /// Agreement of the names 0..1.
    pub name: Option<f64>,
    /// Whether the birth dates are the same.
    pub birth_date: Option<bool>,
    /// The same picture of a document was handed in.
    pub same_picture: bool,
    /// What speaks against it being one person with true documents.
    pub contradictions: Vec<Code>,
    /// Whether the contradictions count: not those that were refused then, or approved beside this person by somebody
    /// who looked.
    pub settled: bool,
}

/// Most that are kept of one submission.
pub(crate) const MAX_SIGHTINGS: usize = 50;

impl Sighting {
    /// Somebody handed in the same picture; nothing else is known yet.
    pub(crate) fn of_picture(applicant: ApplicantId) -> Self {
        Self {
            verification: None,
            applicant,
            identity: None,
            at: Timestamp(0),
            face: None,
            same_face: false,
            same_number: false,
            name: None,
            birth_date: None,
            same_picture: true,
            contradictions: vec![],
            settled: false,
        }
    }
}
