//! `POST /webhooks/configure`

use axum::{Json as Body, extract::State, http::StatusCode};
use bonafide_core::problem::{Problem, Rule};
use bonafide_engine::{
    Engine,
    webhooks::{self, NewEndpoint, Registered},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    DIALECT,
    error::{Error, ErrorBody},
    extract::{Authorized, Json, client_id},
};

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ConfigureWebhook {
    /// The API client whose events it gets: yourself, unless your key has the scope `keys`.
    client_id: String,
    #[schema(min_length = 1, max_length = 2048)]
    callback_url: String,
    /// For instance `identity.verified`; all when empty.
    events: Vec<String>,
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
#[utoipa::path(post, path = "/webhooks/configure", tag = "Webhooks", operation_id = "webhook_configure",
    security(("X-API-Key" = ["webhooks"])),
    responses((status = 201, body = ConfiguredWebhook), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub(crate) async fn configure(
    State(engine): State<Engine>,
    Authorized(caller): Authorized,
    bonafide_http::Valid(new, _): Json<ConfigureWebhook>,
) -> Result<(StatusCode, Body<ConfiguredWebhook>), Error> {
    let endpoint = NewEndpoint {
        dialect: DIALECT.to_owned(),
        client_id: Some(client_id(&caller, &new.client_id)?),
        name: "webhook".to_owned(),
        url: new.callback_url.clone(),
        words: new.events.clone(),
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
    Ok((StatusCode::CREATED, Body(body)))
}

/// The fields by the names they have here.
fn in_our_words(error: bonafide_engine::Error) -> Error {
    match error {
        bonafide_engine::Error::Invalid(problems) => {
            let renamed = |p: Problem| match p.field.as_str() {
                "url" => Problem::new("callbackUrl", Rule::Format, p.message),
                _ => p,
            };
            Error::Invalid(problems.into_iter().map(renamed).collect())
        }
        other => other.into(),
    }
}
