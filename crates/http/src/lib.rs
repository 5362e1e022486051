//! What every dialect shares on the way in and out: who is calling, a body that fits its published schema, forms with
//! files, refusals, documents, and the layers around the whole server.
//!
//! Architecture invariant: nothing here knows a vendor. A dialect is a value ([`Dialect`]); what is refused is a value
//! too ([`Refusal`]), which the dialect that was asked puts into its envelope.

mod address;
mod body;
mod caller;
pub mod connections;
pub mod dialect;
mod document;
mod form;
mod gate;
mod json;
pub mod layers;
mod leftover;
mod limits;
mod members;
mod operations;
mod refusal;
mod repeat;
mod schema;
mod server;
pub mod token;
mod yaml;

pub use body::beside;
pub use bonafide_operation::operation;
pub use caller::Caller;
pub use dialect::{Dialect, Operations, error_schema};
pub use form::Form;
pub use gate::{Counts, Denied};
pub use json::{Created, Json, NoContent, Path, Query};
pub use operations::{Operation, Paths, Route, Routes};
pub use refusal::{IN_FLIGHT, Refusal, Result, WITHOUT_BEARER};
pub use server::{DialectPaths, server};
#[doc(hidden)]
pub use utoipa_axum;
