//! `POST /console/verifications/{id}/invitations/resend`

use axum::extract::State;
use bonafide_engine::{Engine, invitations};
use bonafide_http::{Caller, Created, Path, Result, operation};

use super::create::Invited;
use crate::extract::verification_id;

/// Resend an invitation
///
/// The last message once more, or a first one to the e-mail address that the verification was created with. Where links are
/// good for one device (`{link}` in the setting `capture_url`) the message carries a new one.
#[operation(post, "/console/verifications/{id}/invitations/resend", tag = "Invitations", id = "invitation_resend",
    scope = "verifications:write", params(("id" = String, Path)))]
pub(crate) async fn resend(
    State(engine): State<Engine>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Created<Invited>> {
    Ok(Created(invitations::resend(&engine, &caller, verification_id(&id)?).await?.into()))
}
