//! `POST /webhooks/configure`

use axum::extract::State;
use bonafide_core::problem::{Problem, Rule};
use bonafide_engine::{
    Engine, Error,
    webhooks::{self, NewEndpoint, Registered},
};
use bonafide_http::{Caller, Created, Json, Refusal, Result, operation};
use serde::{Deserialize, Serialize};
use utoipa::{
    ToSchema,
    openapi::{
        Array, Type,
        schema::{ArrayBuilder, ObjectBuilder},
    },
};

use crate::{NAME, extract::client_id};

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ConfigureWebhook {
    /// The API client whose events it gets: yourself, unless your key has the scope `keys`.
    #[schema(min_length = 1, max_length = 64)]
    client_id: String,
    #[schema(min_length = 1, max_length = 2048)]
    callback_url: String,
    #[schema(schema_with = events)]
    events: Vec<String>,
}

fn events() -> Array {
    let word =
        ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(64)).build();
    ArrayBuilder::new()
        .items(word)
        .description(Some("For instance `identity.verified`; all when empty."))
        .max_items(Some(32))
        .build()
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ConfiguredWebhook {
    #[schema(example = "wh_01kt1gw6g0fmj99z5sfwzpmy4a")]
    id: String,
    callback_url: String,
    events: Vec<String>,
    /// What messages are signed with; not shown again.
    secret: String,
    message: &'static str,
}

/// Configure a webhook
///
/// Its secret is shown this one time.
#[operation(post, "/webhooks/configure", tag = "Webhooks", id = "webhook_configure", scope = "webhooks")]
pub(crate) async fn configure(
    State(engine): State<Engine>,
    caller: Caller,
    Json(new): Json<ConfigureWebhook>,
) -> Result<Created<ConfiguredWebhook>> {
    let endpoint = NewEndpoint {
        dialect: NAME.to_owned(),
        client_id: Some(client_id(&caller, &new.client_id)?),
        name: "webhook".to_owned(),
        url: new.callback_url.clone(),
        event_types: new.events.clone(),
        ..NewEndpoint::default()
    };
    let Registered { id, secret } =
        webhooks::create(&engine, &caller, endpoint).await.map_err(in_our_words)?;
    let body = ConfiguredWebhook {
        id: format!("wh_{id}"),
        callback_url: new.callback_url,
        events: new.events,
        secret: secret.to_string(),
        message: "Webhook configured. Store the secret securely; it is not shown again.",
    };
    Ok(Created(body))
}

/// The fields by the names they have here.
fn in_our_words(error: Error) -> Refusal {
    match error {
        Error::Invalid(problems) => {
            let renamed = |p: Problem| match p.field.as_str() {
                "url" => Problem::new("callbackUrl", Rule::Format, p.message),
                _ => p,
            };
            problems.into_iter().map(renamed).collect::<Vec<_>>().into()
        }
        other => other.into(),
    }
}
