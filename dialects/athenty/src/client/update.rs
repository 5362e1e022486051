//! `PATCH /v2/api/clients/{id}`

use axum::extract::State;
use bonafide_engine::{Engine, clients};
use bonafide_http::{Caller, Json, Path, Result, operation};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Client, create::ClientFields};
use crate::extract::client_id;

/// What is absent stays as it is, and null takes away what is there. `metadata` is replaced as a whole.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ClientChanges {
    /// Yours to set: nothing here follows from it, and lists can be narrowed down by it.
    active: Option<bool>,
    #[serde(flatten)]
    fields: ClientFields,
}

/// Change a client
#[operation(patch, "/v2/api/clients/{id}", tag = "Clients", id = "updateClient", scope = "verifications:write",
    params(("id" = String, Path, description = "With `clt_` before it or without, or a UUID")))]
pub(crate) async fn update(
    State(engine): State<Engine>,
    caller: Caller,
    Path(id): Path<String>,
    Json(ClientChanges { active, fields }): Json<ClientChanges>,
) -> Result<Json<Client>> {
    let id = client_id(&id)?;
    let change = move |content: &mut clients::Content| {
        content.active = active.unwrap_or(content.active);
        fields.apply(content);
    };
    Ok(Json(Client::of(clients::update(&engine, &caller, id, change).await?)))
}
