//! Whether two ways to write a name, an address, a number or a date mean the same one.
//!
//! Each comparison gives an agreement from 0 to 1 and says in codes what it forgave or what differs; the
//! codes hold no personal data.

mod address;
mod agreement;
mod letters;
mod name;
mod number;

pub use address::address;
pub use agreement::{Agreement, Note};
pub use name::name;
pub use number::{date, number};
