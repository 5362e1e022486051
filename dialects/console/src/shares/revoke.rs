//! `POST /console/verifications/{id}/shares/{share}/revoke`

use axum::extract::State;
use bonafide_engine::{Engine, shares};
use bonafide_http::{Caller, NoContent, Path, Result, operation};

use super::share_id;
use crate::extract::verification_id;

/// Revoke a share
///
/// The third party sees nothing from now on, by any link. It cannot be taken back; saying it twice changes nothing.
#[operation(post, "/console/verifications/{id}/shares/{share}/revoke", tag = "Shares", id = "share_revoke",
    scope = "verifications:write", params(("id" = String, Path), ("share" = String, Path)))]
pub(crate) async fn revoke(
    State(engine): State<Engine>,
    caller: Caller,
    Path((id, share)): Path<(String, String)>,
) -> Result<NoContent> {
    shares::revoke(&engine, &caller, verification_id(&id)?, share_id(&share)?).await?;
    Ok(NoContent)
}
