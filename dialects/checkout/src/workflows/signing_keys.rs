//! `GET /workflows/signing-keys`

use axum::extract::State;
use bonafide_engine::{Engine, webhooks};
use bonafide_http::{Caller, Json, Result, operation};
use serde::Serialize;
use utoipa::ToSchema;

use crate::answer::time;

/// The public half of a key.
#[derive(Serialize, ToSchema)]
pub(crate) struct SigningKey {
    /// What signatures call it.
    #[schema(example = "01kt1gw6g0fmj99z5sfwzpmy4a-live-v1")]
    id: String,
    /// ECDSA over P-521 with SHA-512 (RFC 7518).
    #[schema(example = "ES512")]
    algorithm: &'static str,
    /// In PEM (SubjectPublicKeyInfo).
    public_key: String,
    #[schema(format = DateTime)]
    created_on: String,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct SigningKeys {
    data: Vec<SigningKey>,
}

/// List the signing keys
///
/// The public half of what messages in the native format are signed with. The key is your organization's own, and is made when
/// it is first needed or asked for.
#[operation(get, "/workflows/signing-keys", tag = "Workflows", id = "listSigningKeys", scope = "webhooks")]
pub(crate) async fn signing_keys(State(engine): State<Engine>, caller: Caller) -> Result<Json<SigningKeys>> {
    let key = webhooks::public_key(&engine, &caller).await?;
    let key = SigningKey {
        id: key.name,
        algorithm: "ES512",
        public_key: key.pem,
        created_on: time(key.created_at),
    };
    Ok(Json(SigningKeys { data: vec![key] }))
}
