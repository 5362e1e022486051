//! Who may call.

pub(crate) mod api_clients;
