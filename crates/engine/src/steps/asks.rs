//! Which parts a verification asks for, as the checks see it.

use bonafide_core::{step::StepKind, verification::Kind};
use bonafide_store::{Tx, steps as rows, verifications::Verification};

use crate::base::error::Result;

/// Which parts a verification asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Asks {
    /// Pictures of a document.
    pub(crate) document: bool,
    /// A live face.
    pub(crate) face: bool,
    /// Something that the person says.
    pub(crate) words: bool,
}

impl Asks {
    /// Whether a person can be known again by what they are asked for.
    pub(crate) fn identify(self) -> bool {
        self.document && self.face
    }

    pub(crate) async fn of(tx: &mut Tx, row: &Verification) -> Result<Self> {
        let kinds = listed(tx, row).await?;
        Ok(Self {
            document: kinds.contains(&StepKind::Document),
            face: kinds.contains(&StepKind::BiometricFace),
            words: kinds.iter().any(|kind| !matches!(kind, StepKind::Document | StepKind::BiometricFace)),
        })
    }
}

/// The steps that a verification asks for, in their order.
pub(crate) async fn listed(tx: &mut Tx, row: &Verification) -> Result<Vec<StepKind>> {
    let listed = rows::kinds(tx, row.organization, row.id).await?;
    Ok(if listed.is_empty() { usual(row).to_vec() } else { listed })
}

/// What a verification asks for that lists no steps.
pub(crate) fn usual(row: &Verification) -> &'static [StepKind] {
    match row.kind.known().unwrap_or_default() {
        Kind::IdentityVerification => &[StepKind::Document, StepKind::BiometricFace],
        Kind::FaceAuthentication => &[StepKind::BiometricFace],
        Kind::DocumentVerification => &[StepKind::Document],
        Kind::AddressVerification => &[],
    }
}
