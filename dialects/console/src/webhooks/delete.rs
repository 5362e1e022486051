//! `DELETE /console/webhooks/{id}`

use axum::extract::State;
use bonafide_engine::{Engine, webhooks};
use bonafide_http::{Caller, NoContent, Path, Result, operation};

use crate::extract::webhook_id;

/// Delete a webhook
///
/// What still waited to be sent there is not sent.
#[operation(delete, "/console/webhooks/{id}", tag = "Webhooks", id = "webhook_delete", scope = "webhooks",
    params(("id" = String, Path)))]
pub(crate) async fn delete(
    State(engine): State<Engine>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<NoContent> {
    webhooks::delete(&engine, &caller, webhook_id(&id)?).await?;
    Ok(NoContent)
}
