//! What third parties see of an approved verification, where the person agreed: each by a link of their own, which expires
//! and can be revoked.

pub(crate) mod create;
mod extent;
mod grant;
mod kept;
mod link;
mod list;
pub(crate) mod mail;
mod note;
mod offer;
mod open;
mod picture;
mod profile;
mod renew;
mod revoke;
pub(crate) mod source;

pub use list::{Listed, Shares, list};
pub use offer::{Offer, offers};
pub use open::{Opened, open};
pub use picture::picture;
pub use profile::{Document, Face, Profile, Shown, view};
pub use renew::{Renewed, renew};
pub use revoke::revoke;
