//! `POST /aml-verifications/{aml_verification_id}/notify`

use axum::extract::State;
use bonafide_core::id::Id;
use bonafide_engine::{Engine, webhooks};
use bonafide_http::{Caller, NoContent, Path, Result, operation};

use super::Screening;
use crate::{NAME, extract::Resource};

/// Tell how an AML verification stands
///
/// Sends its last event again, under the id it had, to the webhooks that are told of it.
#[operation(post, "/aml-verifications/{aml_verification_id}/notify", tag = "AML verifications",
    id = "notifyAmlVerification", scope = "verifications:write",
    params(("aml_verification_id" = String, Path, max_length = 255, pattern = r"^amlv_\w+$")))]
pub(crate) async fn aml_verification(
    State(engine): State<Engine>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<NoContent> {
    let id: Id<Screening> = Resource::new("amlv_", "AML verification").read(&id)?;
    webhooks::notify(&engine, &caller, NAME, id.uuid()).await?;
    Ok(NoContent)
}
