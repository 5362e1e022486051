//! Who may call: organizations, OAuth clients, API keys and access tokens.

pub mod credentials;
pub mod token;

pub use bonafide_store::credentials::Kind;
pub use credentials::{
    Listed, NewCredential, Wanted, create_credential, list_credentials, organizations, revoke_credential,
    rotate_credential,
};
pub use token::{IssuedToken, TokenRefused, authenticate, client, issue, still_good};
