//! `POST /console/invitations/{id}/bounced`

use axum::extract::State;
use bonafide_engine::{Engine, Error::NotFound, invitations};
use bonafide_http::{Caller, Json, NoContent, Path, Result, operation};
use serde::Deserialize;
use utoipa::ToSchema;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Bounce {
    /// Why, as a word of your choice that names nobody; the event carries it. Ours are for instance `address_refused`,
    /// `mailbox_full` and `message_refused`.
    #[schema(max_length = 64, pattern = "^[a-z0-9_]+$", example = "mailbox_full")]
    reason: String,
}

/// Report a bounce
///
/// For what a mail server or gateway took and sent back later: call it from your provider's hook. It is told as
/// `invitation.bounced`, and the person is not reminded. Saying it twice, or of an invitation that does not count any more,
/// changes nothing.
#[operation(post, "/console/invitations/{id}/bounced", tag = "Invitations", id = "invitation_bounced",
    scope = "verifications:write",
    params(("id" = String, Path, description = "As the message carries it; a reminder has one of its own")))]
pub(crate) async fn bounced(
    State(engine): State<Engine>,
    caller: Caller,
    Path(id): Path<String>,
    Json(asked): Json<Bounce>,
) -> Result<NoContent> {
    let id = id.parse().map_err(|_| NotFound("invitation"))?;
    invitations::bounced(&engine, &caller, id, &asked.reason).await?;
    Ok(NoContent)
}
