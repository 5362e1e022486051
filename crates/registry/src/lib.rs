//! Asking a registry of driving licences whether the fields of a document are what it has on record, in the way of
//! AAMVA's Driver's License Data Verification: fields go out, one yes or no a field comes back.
//!
//! The provider is the operator's choice: any service over HTTP that takes and gives JSON. Nothing is asked that the
//! operator's template does not name, and what was not asked is not answered.

mod breaker;
mod client;
mod config;
mod flag;
mod template;

pub use client::{Answer, Failure, Provider};
pub use config::{ConfigError, Mapping, ProviderConfig};
pub use flag::Flag;
pub use template::Fields;
