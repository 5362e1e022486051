//! Who may call: organizations, OAuth clients, API keys and access tokens.

pub mod credentials;
pub mod token;

pub use credentials::{NewCredential, create_credential, list_credentials, organizations, revoke_credential};
pub use token::{IssuedToken, TokenRefused, authenticate, issue_token};
