//! The machine readable zone of ICAO 9303.

pub mod check;
mod dates;
mod decode;
mod find;
mod issuers;
mod layout;
mod national;
mod parse;
mod printed;
mod repair;
mod rows;

pub use dates::{birth_date, expiry_date};
pub use find::{Found, find};
pub(crate) use find::{better, is_another};
pub use issuers::{country, is_issuer};
pub use layout::{CheckKind, Format};
pub use parse::{CheckResult, Mrz, NotAnMrz, parse};
pub use repair::{Repair, Repaired, repair};
