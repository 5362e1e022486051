//! On whose behalf something is done.

use std::{fmt, net::IpAddr};

use bonafide_core::id::{CredentialId, OrganizationId};

/// What a credential may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Create and read verifications and hand in evidence.
    Verifications,
}

impl Scope {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Verifications => "verifications",
        }
    }
}

/// An authenticated credential. Made only by [`crate::access`].
#[derive(Debug, Clone)]
pub struct Caller {
    pub organization: OrganizationId,
    pub credential: CredentialId,
    /// The public name of the credential: an OAuth client id.
    pub client_id: String,
    /// Space-separated words.
    pub scopes: String,
    /// Whether the organization is a sandbox.
    pub sandbox: bool,
    /// Where the request came from, if that is known.
    pub address: Option<ClientAddress>,
}

/// An internet address of a person or of the caller. Personal data, so it does not print itself.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

impl fmt::Debug for ClientAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientAddress(..)")
    }
}

impl Caller {
    pub fn may(&self, scope: Scope) -> bool {
        self.scopes.split(' ').any(|s| s == scope.as_str())
    }

    /// How the audit log names this caller.
    pub(crate) fn actor(&self) -> String {
        format!("credential:{}", self.credential)
    }
}
