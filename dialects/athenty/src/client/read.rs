//! `GET /v2/api/clients/{id}`

use axum::extract::State;
use bonafide_engine::{Engine, clients};
use bonafide_http::{Caller, Json, Path, Result, operation};

use super::Client;
use crate::extract::client_id;

/// Read a client
///
/// One that was deleted is not found.
#[operation(get, "/v2/api/clients/{id}", tag = "Clients", id = "getClient", scope = "verifications:read",
    params(("id" = String, Path, description = "With `clt_` before it or without, or a UUID")))]
pub(crate) async fn read(
    State(engine): State<Engine>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Client>> {
    Ok(Json(Client::of(clients::read(&engine, &caller, client_id(&id)?).await?)))
}
