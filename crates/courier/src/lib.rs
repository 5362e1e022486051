//! The one door through which messages leave for addresses that strangers typed in.
//!
//! Whoever registers an endpoint chooses where this server connects to. So each address is judged where the connection
//! is made, not where the name was written down, and only the answer's status line decides what became of a message.

mod courier;
mod failure;
mod guard;
mod header;
pub mod key;
mod parcel;
mod resolve;
mod retry_after;
pub mod sign;

pub use courier::{BadOptions, Courier, Options};
pub use failure::Failure;
pub use guard::check_url;
pub use header::check_header;
pub use parcel::{Parcel, Receipt};
pub use resolve::{Addresses, Resolve, SystemResolver};
