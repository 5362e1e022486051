//! OAuth 2.0 client credentials (RFC 6749 section 4.4): opaque tokens, kept as a hash.

use bonafide_core::{plan::Plan, problem::with_causes, time::Timestamp};
use bonafide_store::{
    access_tokens::{self, AccessToken},
    credentials::{self, Kind},
    organizations,
    secrets::{PlainSecret, SecretHash, is_api_key, is_like_api_key},
};

use super::credential::Credential;
use crate::{
    base::{
        caller::{Caller, Scope},
        engine::Engine,
        error::{Error, Result},
    },
    capture,
};

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

/// The client that these belong to. Reads alone, so that strangers who guess hold nobody up.
pub async fn client(
    engine: &Engine,
    client_id: &str,
    client_secret: &str,
) -> Result<Credential, TokenRefused> {
    let mut tx = engine.db().read().await.map_err(Error::from)?;
    let (presented, now) = (SecretHash::of(client_secret), engine.now());
    let found =
        credentials::authenticate(&mut tx, Kind::OauthClient, presented, now).await.map_err(Error::from)?;
    found.filter(|c| c.public_id == client_id).map(Credential::from).ok_or(TokenRefused::InvalidClient)
}

/// A token for a client. Without a scope all of the client's scopes are granted.
pub async fn issue(
    engine: &Engine,
    client: &Credential,
    scope: Option<&str>,
) -> Result<IssuedToken, TokenRefused> {
    let scopes = match scope.map(str::trim).filter(|s| !s.is_empty()) {
        None => client.scopes.clone(),
        Some(asked)
            if asked.split(' ').all(|word| !Scope::of_word(word).is_empty())
                && Scope::covers(&client.scopes, asked) =>
        {
            asked.to_owned()
        }
        Some(_) => return Err(TokenRefused::InvalidScope),
    };
    let (now, expires_in) = (engine.now(), engine.settings.token_lifetime_s);
    let token = PlainSecret::new("bft", &*engine.entropy);
    let row = AccessToken {
        token_sha256: token.hash(),
        organization: client.organization,
        credential: client.id,
        scopes: scopes.clone(),
        created_at: now,
        expires_at: now.plus_secs(expires_in),
    };
    let mut tx = engine.db().begin().await.map_err(Error::from)?;
    access_tokens::insert(&mut tx, &row).await.map_err(Error::from)?;
    tx.commit().await.map_err(Error::from)?;
    Ok(IssuedToken { token, expires_in, scope: scopes })
}

/// Who presents this access token, API key or capture token; `None` for an unknown, expired or revoked one.
///
/// # Errors
/// [`Error::Gone`] for a capture token whose verification takes nothing more.
pub async fn authenticate(engine: &Engine, presented: &str) -> Result<Option<Caller>> {
    if capture::is_token(presented) {
        return capture::authenticate(engine, presented).await;
    }
    let is_key = is_api_key(presented);
    // Mistyped: nothing is that.
    if !is_key && is_like_api_key(presented) {
        return Ok(None);
    }
    let now = engine.now();
    let mut tx = engine.db().read().await?;
    let hash = SecretHash::of(presented);
    let (credential, scopes) = if is_key {
        let found = credentials::authenticate(&mut tx, Kind::ApiKey, hash, now).await?;
        (found, None)
    } else {
        match access_tokens::authenticate(&mut tx, hash, now).await? {
            Some(token) => {
                let found = credentials::get(&mut tx, token.organization, token.credential).await?;
                (found, Some(token.scopes))
            }
            None => (None, None),
        }
    };
    let Some(credential) = credential else { return Ok(None) };
    let organization = organizations::get(&mut tx, credential.organization).await?;
    drop(tx);
    note_use(engine, &credential);
    Ok(Some(Caller {
        address: None,
        device: None,
        session: None,
        organization: credential.organization,
        credential: credential.id,
        client_id: credential.public_id,
        scopes: scopes.unwrap_or(credential.scopes),
        per_minute: credential.per_minute,
        sandbox: organization.as_ref().is_some_and(|o| o.sandbox),
        plan: organization.and_then(|o| o.plan.known()).unwrap_or(Plan::Inactive),
    }))
}

/// Whether the credential that a caller was let in with still is: for who is served for longer than a moment.
pub async fn still_good(engine: &Engine, caller: &Caller) -> Result<bool> {
    let mut tx = engine.db().read().await?;
    let credential = credentials::get(&mut tx, caller.organization, caller.credential).await?;
    Ok(credential.is_some_and(|c| c.is_usable(engine.now())))
}

/// Notes the use to the minute, beside the request: nobody waits for it.
fn note_use(engine: &Engine, credential: &credentials::Credential) {
    const TO_THE_MS: i64 = 60_000;
    let minute = Timestamp(engine.now().0 / TO_THE_MS * TO_THE_MS);
    if credential.last_used_at >= Some(minute) || !engine.uses().first_of(credential.id, minute) {
        return;
    }
    let (engine, organization, id) = (engine.clone(), credential.organization, credential.id);
    tokio::spawn(async move {
        let noted = async {
            let mut tx = engine.db().begin().await?;
            credentials::used(&mut tx, organization, id, minute).await?;
            tx.commit().await
        };
        if let Err(error) = noted.await {
            tracing::warn!(error = with_causes(&error), "the use of a credential was not noted");
        }
    });
}
