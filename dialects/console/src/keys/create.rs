//! `POST /console/keys`

use axum::extract::State;
use bonafide_engine::{
    Engine, Scope,
    access::{Kind, Wanted, credentials},
};
use bonafide_http::{Caller, Created, Json, Result, operation};
use serde::Deserialize;
use utoipa::ToSchema;

use super::NewKey;
use crate::extract::time;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WantedKey {
    /// What it is for, in your words.
    #[schema(max_length = 200)]
    name: Option<String>,
    /// `api_key` when absent.
    kind: Option<KeyKind>,
    /// `verifications` is everything but keys, policies and reviews, and what is meant when absent. Nobody gives away more
    /// than they have.
    #[schema(value_type = Option<Vec<KeyScope>>, min_items = 1)]
    scopes: Option<Vec<String>>,
    /// Requests a minute, at most those of the key that asks; when absent as many, or the server's limit.
    #[schema(minimum = 1, maximum = 100_000)]
    per_minute: Option<i64>,
    /// When it ends (RFC 3339), no later than the key that asks; when absent with it, or never.
    #[schema(format = DateTime)]
    expires_at: Option<String>,
}

bonafide_http::vocabulary!(
    pub(crate) KeyScope: "What a credential may do.",
    std::iter::once(Scope::EVERYTHING).chain(Scope::ALL.map(Scope::as_str))
);

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum KeyKind {
    ApiKey,
    OauthClient,
}

/// Create a key
///
/// Or an OAuth client. Its secret is shown this one time.
#[operation(post, "/console/keys", tag = "Keys", id = "key_create", scope = "keys")]
pub(crate) async fn create(
    State(engine): State<Engine>,
    caller: Caller,
    Json(asked): Json<WantedKey>,
) -> Result<Created<NewKey>> {
    let kind = match asked.kind {
        None | Some(KeyKind::ApiKey) => Kind::ApiKey,
        Some(KeyKind::OauthClient) => Kind::OauthClient,
    };
    let wanted = Wanted {
        kind,
        name: asked.name.unwrap_or_default(),
        scopes: asked.scopes.map_or_else(|| Scope::EVERYTHING.to_owned(), |s| s.join(" ")),
        per_minute: asked.per_minute,
        expires_at: time("expires_at", asked.expires_at.as_deref())?,
    };
    let new = credentials::create(&engine, &caller, wanted).await?;
    Ok(Created(NewKey::of(&new)))
}
