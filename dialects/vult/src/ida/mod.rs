//! Identity authentication: is the person who is back the identity they say they are?

pub(crate) mod document_download;
pub(crate) mod sdk;
pub(crate) mod session;
