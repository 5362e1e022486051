//! `POST /console/webhooks`

use std::collections::BTreeMap;

use axum::extract::State;
use bonafide_engine::{
    Engine,
    webhooks::{self, NewEndpoint, Registered},
};
use bonafide_http::{Caller, Created, Json, Result, operation};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Chaos;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewWebhook {
    /// The API whose words its messages are in: `athenty`, `checkout`, `verifyhq` or `vult`; or `checkout-native`, the native
    /// format of Checkout.
    #[schema(example = "vult")]
    api: String,
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// https; http for networks that the operator allows.
    #[schema(max_length = 2048, example = "https://example.com/hooks")]
    url: String,
    /// Only the events of this client.
    client: Option<String>,
    /// Only these events; all when empty or absent.
    events: Option<Vec<String>>,
    /// Sent along with every message.
    headers: Option<BTreeMap<String, String>>,
    /// Your own secret of 16 to 256 characters; one is drawn when absent.
    #[schema(min_length = 16, max_length = 256, pattern = "^[!-~]+$")]
    secret: Option<String>,
    /// With a test key, done wrong on purpose: `late`, `doubled`, `out_of_order`, `wrong_signature`.
    #[schema(value_type = Option<Vec<Chaos>>, max_items = 4)]
    chaos: Option<Vec<String>>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct CreatedWebhook {
    id: String,
    /// What messages are signed with; not shown again.
    secret: String,
}

/// Register a webhook
///
/// Its secret is shown this one time.
#[operation(post, "/console/webhooks", tag = "Webhooks", id = "webhook_create", scope = "webhooks")]
pub(crate) async fn create(
    State(engine): State<Engine>,
    caller: Caller,
    Json(new): Json<NewWebhook>,
) -> Result<Created<CreatedWebhook>> {
    let new = NewEndpoint {
        dialect: new.api,
        client_id: new.client,
        name: new.name,
        url: new.url,
        event_types: new.events.unwrap_or_default(),
        headers: new.headers.unwrap_or_default(),
        secret: new.secret,
        chaos: new.chaos.unwrap_or_default(),
    };
    let Registered { id, secret } = webhooks::create(&engine, &caller, new).await?;
    let body = CreatedWebhook { id: id.to_string(), secret: secret.to_string() };
    Ok(Created(body))
}
