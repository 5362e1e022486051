//! The parts that a request's detail is made of, and what all its answers share.

mod decisions;
mod documents;
mod person;
mod screening;
mod steps;

use bonafide_core::{
    id::{ClientId, MatterId, OrganizationId, VerificationId},
    step::StepKind,
};
use utoipa::openapi::{
    Array, Type,
    schema::{ArrayBuilder, ObjectBuilder},
};

pub(crate) use decisions::{Decision, Score};
pub(crate) use documents::{Biometrics, Document};
pub(crate) use person::{Identity, Location};
pub(crate) use screening::Screening;
pub(crate) use steps::{StepDetail, TimelineEntry};

/// Days until the link expires, where none are given.
pub(super) const EXPIRES_DAYS: u32 = 7;

pub(super) fn request_id(id: VerificationId) -> String {
    format!("req_{id}")
}

pub(super) fn organization_id(id: OrganizationId) -> String {
    format!("org_{id}")
}

pub(super) fn client_id(id: ClientId) -> String {
    format!("clt_{id}")
}

pub(super) fn matter_id(id: MatterId) -> String {
    format!("mat_{id}")
}

/// The steps of a request: some, in order, each once.
pub(super) fn requirements_schema() -> Array {
    steps_schema("The steps to collect, in order; each once.")
}

pub(super) fn shown_schema() -> Array {
    steps_schema("The steps that they see; all of the request when absent.")
}

fn steps_schema(description: &str) -> Array {
    let word = ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(StepKind::ALL.map(StepKind::as_str)))
        .build();
    ArrayBuilder::new()
        .items(word)
        .description(Some(description))
        .min_items(Some(1))
        .max_items(Some(StepKind::ALL.len()))
        .unique_items(true)
        .build()
}
