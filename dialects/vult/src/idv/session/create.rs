//! `POST /idv/session/create`

use axum::{Json as Body, extract::State};
use bonafide_core::problem::{Problem, Rule};
use bonafide_engine::{
    Engine,
    verifications::{self, NewVerification},
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::{
    error::{Error, ErrorBody},
    extract::{Authorized, Json},
    words::{LivenessModeE, to_liveness_mode},
};

#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct NewSession {
    /// Your own data, returned with the session.
    #[schema(value_type = Option<Object>)]
    metadata: Option<Map<String, Value>>,
    /// `passive` when absent.
    liveness_mode: Option<LivenessModeE>,
    /// Told when the session changes: http or https.
    #[schema(max_length = 2048)]
    webhook_url: Option<String>,
    #[schema(value_type = Option<Object>)]
    settings: Option<Map<String, Value>>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Created {
    session_id: String,
}

/// session create
///
/// Opens a verification session. Next: the person's consent.
#[utoipa::path(post, path = "/idv/session/create", tag = "IDV", operation_id = "idv_session_create",
    security(("oauth2" = [])),
    responses((status = 200, body = Created), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody)))]
pub(crate) async fn create(
    State(engine): State<Engine>,
    Authorized(caller): Authorized,
    bonafide_http::Valid(new, _): Json<NewSession>,
) -> Result<Body<Created>, Error> {
    if let Some(url) = &new.webhook_url
        && !url.parse::<axum::http::Uri>().is_ok_and(|u| {
            matches!(u.scheme_str(), Some("http" | "https")) && u.host().is_some_and(|h| !h.is_empty())
        })
    {
        return Err(vec![Problem::new("webhook_url", Rule::Format, "must be an http or https URL")].into());
    }
    let new = NewVerification {
        dialect: "vult",
        liveness_mode: to_liveness_mode(new.liveness_mode),
        metadata: new.metadata.map_or(Value::Null, Value::Object),
        settings: new.settings.map_or(Value::Null, Value::Object),
        webhook_url: new.webhook_url,
    };
    let id = verifications::create(&engine, &caller, new).await?;
    Ok(Body(Created { session_id: id.to_string() }))
}
