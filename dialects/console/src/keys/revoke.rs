//! `DELETE /console/keys/{id}`

use axum::extract::State;
use bonafide_engine::{Engine, access::credentials};
use bonafide_http::{Caller, NoContent, Path, Result, operation};

/// Revoke a key
///
/// Or an OAuth client with its tokens; they stop working at once, on every machine.
#[operation(delete, "/console/keys/{id}", tag = "Keys", id = "key_revoke", scope = "keys",
    params(("id" = String, Path)))]
pub(crate) async fn revoke(
    State(engine): State<Engine>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<NoContent> {
    credentials::revoke(&engine, &caller, &id).await?;
    Ok(NoContent)
}
