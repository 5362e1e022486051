//! Who may call.

pub(crate) mod create;
pub(crate) mod list;
pub(crate) mod revoke;
pub(crate) mod rotate;

use bonafide_engine::access::Kind;
use bonafide_engine::access::{Listed, NewCredential};
use serde::Serialize;
use utoipa::ToSchema;

/// A credential at the one moment its secret is known.
#[derive(Serialize, ToSchema)]
pub(crate) struct NewKey {
    /// Of an OAuth client, its `client_id`.
    id: String,
    /// The key, or the client's secret; not shown again.
    key: String,
}

impl NewKey {
    fn of(new: &NewCredential) -> Self {
        Self { id: new.credential.public_id.clone(), key: new.secret.to_string() }
    }
}

/// A credential.
#[derive(Serialize, ToSchema)]
pub(crate) struct Key {
    id: String,
    /// `api_key` or `oauth_client`.
    kind: &'static str,
    name: String,
    /// It speaks for a sandbox.
    sandbox: bool,
    scopes: Vec<String>,
    /// Requests a minute; the server's limit when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    per_minute: Option<i64>,
    /// Those that are good now, newest first.
    secrets: Vec<KeySecret>,
    created_at: String,
    /// To the minute.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_used_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked_at: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct KeySecret {
    /// How it begins; empty for an OAuth client's.
    begins: String,
    /// When it gives way to its successor.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<String>,
}

impl Key {
    fn of(listed: Listed) -> Self {
        let Listed { credential: c, sandbox, secrets } = listed;
        let time = |at: bonafide_core::time::Timestamp| at.to_string();
        Self {
            id: c.public_id,
            kind: match c.kind {
                Kind::ApiKey => "api_key",
                Kind::OauthClient => "oauth_client",
            },
            name: c.name,
            sandbox,
            scopes: c.scopes.split(' ').map(str::to_owned).collect(),
            per_minute: c.per_minute,
            secrets: secrets
                .into_iter()
                .map(|(begins, until)| KeySecret { begins, expires_at: until.map(time) })
                .collect(),
            created_at: time(c.created_at),
            last_used_at: c.last_used_at.map(time),
            expires_at: c.expires_at.map(time),
            revoked_at: c.revoked_at.map(time),
        }
    }
}
