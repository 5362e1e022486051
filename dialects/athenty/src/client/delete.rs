//! `DELETE /v2/api/clients/{id}`

use axum::extract::State;
use bonafide_engine::{Engine, clients};
use bonafide_http::{Caller, NoContent, Path, Result, operation};

use crate::extract::client_id;

/// Delete a client
///
/// Everything that says who it is is erased for good, so there is nothing to answer. It is not found afterwards and in no
/// list; requests that name it stay as they are.
#[operation(delete, "/v2/api/clients/{id}", tag = "Clients", id = "deleteClient", scope = "verifications:write",
    params(("id" = String, Path, description = "With `clt_` before it or without, or a UUID")))]
pub(crate) async fn delete(
    State(engine): State<Engine>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<NoContent> {
    clients::delete(&engine, &caller, client_id(&id)?).await?;
    Ok(NoContent)
}
