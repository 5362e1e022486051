//! `POST /console/verifications/{id}/shares/{share}/renew`

use axum::extract::State;
use bonafide_engine::{Engine, shares};
use bonafide_http::{Caller, Json, Path, Result, operation};
use serde::Serialize;
use utoipa::ToSchema;

use super::share_id;
use crate::extract::verification_id;

/// A link, shown this once.
#[derive(Serialize, ToSchema)]
pub(crate) struct ShareLink {
    /// Of the share.
    id: String,
    /// What `POST /capture/share/read` takes.
    code: String,
    /// Where the third party goes: the setting `share_url` with the code in its fragment. Absent where that is not set.
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<String>,
    expires_at: String,
}

/// Make a link to a share
///
/// The first, or one in the place of the one before, also of one that was sent by e-mail, which shows nothing from then on.
/// Nothing is sent: pass it on to the third party yourself. It is shown once and stored hashed. 409 for what was revoked, and for a verification that is not
/// approved now.
#[operation(post, "/console/verifications/{id}/shares/{share}/renew", tag = "Shares", id = "share_renew",
    scope = "verifications:write", params(("id" = String, Path), ("share" = String, Path)))]
pub(crate) async fn renew(
    State(engine): State<Engine>,
    caller: Caller,
    Path((id, share)): Path<(String, String)>,
) -> Result<Json<ShareLink>> {
    let made = shares::renew(&engine, &caller, verification_id(&id)?, share_id(&share)?).await?;
    Ok(Json(ShareLink {
        id: made.id.to_string(),
        code: made.code.to_string(),
        link: made.link,
        expires_at: made.expires_at.to_string(),
    }))
}
