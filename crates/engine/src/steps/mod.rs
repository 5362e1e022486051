//! What a person is asked for, step by step, and what they said.

pub(crate) mod asks;
mod code;
mod draft;
mod file;
mod give;
pub(crate) mod step;

pub use code::{Sent, confirm_code, send_code};
pub use draft::draft;
pub use file::give_file;
pub use give::give;
pub use step::Step;
