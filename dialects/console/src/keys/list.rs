//! `GET /console/keys`

use axum::extract::State;
use bonafide_engine::{Engine, access::credentials};
use bonafide_http::{Caller, Json, Result, operation};
use serde::Serialize;
use utoipa::ToSchema;

use super::Key;

#[derive(Serialize, ToSchema)]
pub(crate) struct Keys {
    data: Vec<Key>,
}

/// List keys
///
/// And OAuth clients, oldest first; those that were revoked too.
#[operation(get, "/console/keys", tag = "Keys", id = "keys_list", scope = "keys")]
pub(crate) async fn list(State(engine): State<Engine>, caller: Caller) -> Result<Json<Keys>> {
    let all = credentials::list(&engine, &caller).await?;
    Ok(Json(Keys { data: all.into_iter().map(Key::of).collect() }))
}
