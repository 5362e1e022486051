//! What answers of identity verifications and face authentications are made of.

pub(crate) mod address_document;
pub(crate) mod asset;
pub(crate) mod attempt;
pub(crate) mod declared;
pub(crate) mod document;
pub(crate) mod files;
pub(crate) mod handed_in;
pub(crate) mod links;
pub(crate) mod page;
pub(crate) mod report;
