//! The tries of a person at a face authentication.

pub(crate) mod assets;
pub(crate) mod create;
pub(crate) mod list;
pub(crate) mod read;

use bonafide_core::{id::VerificationId, verification::Kind};

use crate::{extract::Resource, shapes::attempt::Of};

const FATP: Resource = Resource::new("fatp_", "attempt");

/// Those of one verification, whose path this is.
fn of(id: VerificationId, path: &str) -> Of<'_> {
    Of { kind: Kind::FaceAuthentication, id, path, resource: FATP }
}
