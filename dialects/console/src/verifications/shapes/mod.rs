//! The parts of a verification as it is read.

mod decisions;
mod document;
mod findings;
mod flip;
mod screening;

pub(super) use decisions::Decision;
pub(super) use document::{Document, Picture};
pub(super) use findings::VerificationFinding;
pub(super) use flip::WouldFlip;
pub(super) use screening::EarlierVerification;
pub(crate) use screening::Screening;
