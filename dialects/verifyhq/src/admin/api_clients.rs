//! `POST /admin/api-clients`

use axum::extract::State;
use bonafide_engine::{
    Engine, Scope,
    access::{Kind, Wanted, credentials},
};
use bonafide_http::{Caller, Created, Json, Result, operation};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewApiClient {
    #[schema(min_length = 1, max_length = 200, pattern = r"\S")]
    name: String,
    /// Those of the vendor when absent: all but `identity:review`.
    #[schema(max_items = 7)]
    permissions: Option<Vec<Permission>>,
    /// Requests a minute; the server's limit when absent.
    #[schema(minimum = 1, maximum = 100_000)]
    rate_limit: Option<i64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) enum Permission {
    #[serde(rename = "identity:read")]
    IdentityRead,
    #[serde(rename = "identity:write")]
    IdentityWrite,
    #[serde(rename = "document:read")]
    DocumentRead,
    #[serde(rename = "document:write")]
    DocumentWrite,
    #[serde(rename = "liveness:read")]
    LivenessRead,
    #[serde(rename = "liveness:write")]
    LivenessWrite,
    /// Ours: to decide what waits for a human. No other permission grants it, so that whoever hands in evidence does not
    /// approve it as well.
    #[serde(rename = "identity:review")]
    IdentityReview,
}

/// Identity, document and liveness are parts of one verification here: reading one is reading all, and so is writing.
fn scope(permission: Permission) -> Scope {
    match permission {
        Permission::IdentityRead | Permission::DocumentRead | Permission::LivenessRead => Scope::Read,
        Permission::IdentityWrite | Permission::DocumentWrite | Permission::LivenessWrite => Scope::Write,
        Permission::IdentityReview => Scope::Review,
    }
}

/// What a client gets that names none.
const USUAL: [Permission; 6] = [
    Permission::IdentityRead,
    Permission::IdentityWrite,
    Permission::DocumentRead,
    Permission::DocumentWrite,
    Permission::LivenessRead,
    Permission::LivenessWrite,
];

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ApiClient {
    #[schema(example = "client_01kt1gw6g0fmj99z5sfwzpmy4a")]
    id: String,
    name: String,
    /// Not shown again.
    api_key: String,
    permissions: Vec<Permission>,
    rate_limit: i64,
    message: &'static str,
}

/// Create an API client
///
/// With a key that has the scope `keys`; it gives away no permission that it has not itself. The new key also configures its own webhooks.
#[operation(
    post,
    "/admin/api-clients",
    tag = "Admin",
    id = "api_client_create",
    scope = "keys",
    scheme = "X-Admin-Secret"
)]
pub(crate) async fn create(
    State(engine): State<Engine>,
    caller: Caller,
    Json(asked): Json<NewApiClient>,
) -> Result<Created<ApiClient>> {
    let permissions = asked.permissions.unwrap_or_else(|| USUAL.to_vec());
    let mut scopes = vec![Scope::Webhooks.as_str()];
    for permission in &permissions {
        let word = scope(*permission).as_str();
        if !scopes.contains(&word) {
            scopes.push(word);
        }
    }
    let wanted = Wanted {
        scopes: scopes.join(" "),
        per_minute: asked.rate_limit,
        ..Wanted::new(Kind::ApiKey, asked.name.clone())
    };
    let new = credentials::create(&engine, &caller, wanted).await?;
    let public = new.credential.public_id;
    let body = ApiClient {
        id: format!("client_{}", public.trim_start_matches("key_")),
        name: asked.name,
        api_key: new.secret.to_string(),
        permissions,
        rate_limit: asked.rate_limit.unwrap_or(engine.settings.per_minute),
        message: "API client created. Store the key securely; it is not shown again.",
    };
    Ok(Created(body))
}
