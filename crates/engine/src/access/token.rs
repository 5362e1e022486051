//! OAuth 2.0 client credentials (RFC 6749 section 4.4): opaque tokens, kept as a hash.

use bonafide_store::{
    access_tokens::{self, AccessToken},
    credentials::{self, Kind},
    organizations,
    secrets::{PlainSecret, SecretHash},
};

use crate::{Caller, Engine, Error, Result};

/// A token at the one moment it is known.
pub struct IssuedToken {
    pub token: PlainSecret,
    /// Seconds.
    pub expires_in: i64,
    /// What was granted: space-separated words.
    pub scope: String,
}

/// Why no token was issued (RFC 6749 section 5.2).
#[derive(Debug, thiserror::Error)]
pub enum TokenRefused {
    #[error("the client id or secret is wrong, or the client was revoked")]
    InvalidClient,
    #[error("a requested scope is not granted to this client")]
    InvalidScope,
    #[error(transparent)]
    Internal(#[from] Error),
}

/// Exchanges a client's secret for a token. Without a scope all of the client's scopes are granted.
pub async fn issue_token(
    engine: &Engine,
    client_id: &str,
    client_secret: &str,
    scope: Option<&str>,
) -> Result<IssuedToken, TokenRefused> {
    let now = engine.now();
    let mut tx = engine.db.begin().await.map_err(Error::from)?;
    let client = credentials::by_public_id(&mut tx, client_id).await.map_err(Error::from)?;
    // Hash before looking at whether the client exists, so that both answers take the same time.
    let presented = SecretHash::of(client_secret);
    let client = client
        .filter(|c| c.kind == Kind::OauthClient && c.is_usable(now) && c.secret_sha256 == presented)
        .ok_or(TokenRefused::InvalidClient)?;
    let scopes = match scope.map(str::trim).filter(|s| !s.is_empty()) {
        None => client.scopes.clone(),
        Some(asked) if asked.split(' ').all(|word| client.scopes.split(' ').any(|s| s == word)) => {
            asked.to_owned()
        }
        Some(_) => return Err(TokenRefused::InvalidScope),
    };
    let token = PlainSecret::new("bft", &*engine.entropy);
    let expires_in = engine.settings.token_lifetime_s;
    let row = AccessToken {
        token_sha256: token.hash(),
        organization: client.organization,
        credential: client.id,
        scopes: scopes.clone(),
        created_at: now,
        expires_at: now.plus_secs(expires_in),
    };
    access_tokens::purge(&mut tx, now).await.map_err(Error::from)?;
    access_tokens::insert(&mut tx, &row).await.map_err(Error::from)?;
    tx.commit().await.map_err(Error::from)?;
    Ok(IssuedToken { token, expires_in, scope: scopes })
}

/// Whose token this is; `None` for an unknown, expired or revoked one.
pub async fn authenticate(engine: &Engine, token: &str) -> Result<Option<Caller>> {
    let mut tx = engine.db.read().await?;
    let Some(token) = access_tokens::authenticate(&mut tx, SecretHash::of(token), engine.now()).await? else {
        return Ok(None);
    };
    let all = credentials::list(&mut tx, token.organization).await?;
    let organization = organizations::get(&mut tx, token.organization).await?;
    let sandbox = organization.is_some_and(|o| o.sandbox);
    Ok(all.into_iter().find(|c| c.id == token.credential).map(|c| Caller {
        address: None,
        organization: token.organization,
        credential: token.credential,
        client_id: c.public_id,
        scopes: token.scopes,
        sandbox,
    }))
}
