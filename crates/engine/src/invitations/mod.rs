//! Asking people to come.

mod bounced;
mod invite;
mod message;
mod resend;
pub(crate) mod send;

pub use crate::base::private::Invite;
pub use bonafide_invite::Channel;
pub use bounced::bounced;
pub use invite::{Link, invite};
pub use resend::resend;
