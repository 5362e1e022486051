//! `GET /console/keys`

use axum::{Json as Body, extract::State};
use bonafide_engine::{Engine, access::credentials};
use serde::Serialize;
use utoipa::ToSchema;

use super::Key;
use crate::{
    error::{Error, ProblemDocument},
    extract::Authorized,
};

#[derive(Serialize, ToSchema)]
pub(crate) struct Keys {
    data: Vec<Key>,
}

/// List keys
///
/// And OAuth clients, oldest first; those that were revoked too.
#[utoipa::path(get, path = "/console/keys", tag = "Keys", operation_id = "keys_list",
    security(("bearer" = ["keys"])),
    responses((status = 200, body = Keys), (status = 401, body = ProblemDocument), (status = 403, body = ProblemDocument)))]
pub(crate) async fn list(
    State(engine): State<Engine>,
    Authorized(caller): Authorized,
) -> Result<Body<Keys>, Error> {
    let all = credentials::list(&engine, &caller).await?;
    Ok(Body(Keys { data: all.into_iter().map(Key::of).collect() }))
}
