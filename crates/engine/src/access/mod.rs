//! Who may call: organizations, OAuth clients, API keys and access tokens.

pub(crate) mod credential;
pub mod credentials;
mod operator;
pub mod token;

pub use credential::{Credential, Kind, Listed, NewCredential, Wanted};
pub use operator::{
    OrganizationInfo, create_credential, create_organization, list_credentials, organizations,
    revoke_credential, rotate_credential, set_plan, unknown_scopes,
};
pub use token::{IssuedToken, TokenRefused, authenticate, client, issue, still_good};
