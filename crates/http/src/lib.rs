//! What every dialect shares on the way in and out: who is calling, a body that fits its published
//! schema, forms with files, and the layers around the whole server.
//!
//! Architecture invariant: nothing here knows a vendor. An error is handed to the dialect as a value, the
//! dialect dresses it in its own envelope.

mod address;
pub mod caller;
pub mod form;
pub mod gate;
pub mod json;
pub mod layers;
pub mod limits;
pub mod operations;
mod repeat;
mod schema;

pub use caller::Authorized;
pub use form::Form;
pub use gate::{Counts, Dated, Denied, guard, limits};
pub use json::{Query, Valid};
pub use operations::{Operation, Operations, Paths};
