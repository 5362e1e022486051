//! The tries at a verification of an ID document: each brings pictures.

pub(crate) mod assets;
pub(crate) mod create;
pub(crate) mod list;
pub(crate) mod read;

use bonafide_core::id::VerificationId;

use super::KIND;
use crate::{extract::Resource, shapes::attempt::Of};

const DATP: Resource = Resource::new("datp_", "attempt");

/// Those of one verification, whose path this is.
fn of(id: VerificationId, path: &str) -> Of<'_> {
    Of { kind: KIND, id, path, resource: DATP }
}
