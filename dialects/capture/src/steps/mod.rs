//! What the person gives, step by step.

pub(crate) mod code_confirm;
pub(crate) mod code_send;
pub(crate) mod document;
pub(crate) mod draft;
pub(crate) mod estate_file;
pub(crate) mod face;
pub(crate) mod face_challenge;
pub(crate) mod give;
