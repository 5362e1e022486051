//! `POST /console/invitations/{id}/bounced`

use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use bonafide_engine::{Engine, Error::NotFound, invitations};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    error::{Error, ProblemDocument},
    extract::{Authorized, Json},
};

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
#[utoipa::path(post, path = "/console/invitations/{id}/bounced", tag = "Invitations", operation_id = "invitation_bounced",
    params(("id" = String, Path, description = "As the message carries it; a reminder has one of its own")),
    security(("bearer" = ["verifications:write"])),
    responses((status = 204), (status = 400, body = ProblemDocument), (status = 401, body = ProblemDocument), (status = 403, body = ProblemDocument), (status = 404, body = ProblemDocument), (status = 409, body = ProblemDocument)))]
pub(crate) async fn bounced(
    State(engine): State<Engine>,
    Authorized(caller): Authorized,
    Path(id): Path<String>,
    bonafide_http::Valid(asked, _): Json<Bounce>,
) -> Result<StatusCode, Error> {
    let id = id.parse().map_err(|_| Error::Engine(NotFound("invitation")))?;
    invitations::bounced(&engine, &caller, id, &asked.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}
