//! `DELETE /console/block-list/{id}`

use axum::extract::State;
use bonafide_engine::{Engine, block_list};
use bonafide_http::{Caller, NoContent, Path, Result, operation};

use super::blocked_id;

/// Remove from the block list
///
/// Whoever was refused because of it is let in from now on, so it takes the scope of what can weaken a decision.
#[operation(delete, "/console/block-list/{id}", tag = "Block list", id = "block_list_remove", scope = "policy",
    params(("id" = String, Path)))]
pub(crate) async fn remove(
    State(engine): State<Engine>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<NoContent> {
    block_list::remove(&engine, &caller, blocked_id(&id)?).await?;
    Ok(NoContent)
}
