//! Rows, pictures and keys: the only crate that knows SQL or ciphers.
//!
//! - Everything in the database goes through a [`Tx`]; the caller owns it, the functions here borrow it,
//!   so a state change and its jobs, events and audit entry commit together or not at all.
//! - Every function that touches a tenant's rows takes the [`OrganizationId`](bonafide_core::id::OrganizationId)
//!   right after the transaction. Another tenant's id finds nothing.
//! - Personal data reaches a row only as [`crypto::Sealed`] and a file only through [`blobs::Blobs::put`]:
//!   both need the applicant's [`crypto::SubjectKey`], and destroying that key makes them noise.

pub mod access_tokens;
mod again;
pub mod aml_verifications;
pub mod applicants;
pub mod assessments;
pub mod attempts;
pub mod audit;
pub mod blobs;
pub mod block_list;
pub mod capture_tokens;
pub mod clients;
mod column;
pub mod credentials;
pub mod crypto;
mod db;
pub mod deliveries;
pub mod dismissals;
mod error;
pub mod events;
pub mod evidence;
pub mod features;
pub mod findings;
pub mod history;
pub mod idempotency;
pub mod identity_terms;
pub mod installation;
pub mod jobs;
pub mod keyring;
pub mod liveness_sessions;
pub mod marks;
mod migrations;
pub mod opened;
pub mod organization_keys;
pub mod organizations;
pub mod policies;
mod query;
pub mod requirements;
pub mod restarts;
pub mod reviews;
pub mod screened;
pub mod screenings;
pub mod search_terms;
pub mod secrets;
pub mod shares;
pub mod signing_keys;
pub mod specimens;
pub mod steps;
pub mod subject_keys;
pub mod verifications;
pub mod webhook_endpoints;
pub mod weights;
pub mod workflows;

pub use again::{Contended, again};
pub use column::{Word, Words};
pub use db::{Db, Tx, sqlite_path};
pub use error::{Error, Result};

use db::on;
use error::Context;
