//! Words an invitation to verify oneself, or a one-time code that confirms an address, in the person's language, and
//! sends it by e-mail or text message.
//!
//! The mail server and the gateway for text messages are the operator's choice: any server that speaks SMTP, any
//! service over HTTP that takes JSON or a form. The words are the files of the folder `templates/` at the repository's
//! root, or the operator's own. Nothing is kept here, nothing is tried twice, and no failure names an address, a person,
//! a link or a code.

mod address;
mod builtin;
mod config;
mod email;
mod failure;
mod folder;
mod inviter;
mod sms;
mod templates;
mod trial;
mod when;

pub use address::{AddressProblem, Channel, check};
pub use config::{Accepted, Config, ConfigError, Encoding, SmsConfig, SmtpConfig, Tls};
pub use failure::NotSent;
pub use inviter::{CodeMessage, Invitation, Inviter, Kind, Sent};
