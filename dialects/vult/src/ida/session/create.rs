//! `POST /ida/session/create`

use axum::extract::State;
use bonafide_engine::{Engine, verifications};
use bonafide_http::{Caller, Json, Result, operation};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::{
    extract::identity_id,
    idv::session::create::{Created, new_verification},
    settings::KnownSettings,
    words::LivenessModeE,
};

#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct NewAuthentication {
    /// Who the person says they are.
    identity_id: String,
    /// Is notified when the session changes; http or https.
    #[schema(
        max_length = 2048,
        pattern = r"^https?://[A-Za-z0-9.-]+(:([0-9]{1,4}|[1-5][0-9]{4}|6[0-4][0-9]{3}))?(/[A-Za-z0-9._~/?&=%+:@,;-]*)?$"
    )]
    webhook_url: Option<String>,
    /// What the policy asks when absent; a session may ask for more and not for less.
    liveness_mode: Option<LivenessModeE>,
    /// Your own data, returned with the session.
    #[schema(value_type = Option<Object>)]
    metadata: Option<Map<String, Value>>,
    /// As in a verification.
    #[schema(value_type = Option<KnownSettings>)]
    settings: Option<Map<String, Value>>,
}

/// identity authentication session create
///
/// Opens an authentication of a known person. Next: a liveness session on their device.
#[operation(
    post,
    "/ida/session/create",
    tag = "IDA",
    id = "ida_session_create",
    scope = "verifications:write"
)]
pub(crate) async fn create(
    State(engine): State<Engine>,
    caller: Caller,
    Json(new): Json<NewAuthentication>,
) -> Result<Json<Created>> {
    let identity = identity_id(&new.identity_id)?;
    let new = new_verification(new.metadata, new.liveness_mode, new.webhook_url, new.settings)?;
    let id = verifications::authenticate(&engine, &caller, identity, new).await?;
    Ok(Json(Created::of(&engine, &caller, id).await?))
}
