//! `GET /console/verifications/{id}/shares`

use axum::extract::State;
use bonafide_engine::{Engine, shares};
use bonafide_http::{Caller, Json, Path, Result, operation};

use super::{Share, ShareList};
use crate::extract::verification_id;

/// List shares
///
/// What the third parties that were named may see of a verification: granted when it is approved, if the person agreed in
/// the step `consent`. Where this server sends mail and has a `share_url`, each of them is written to then. There are at most
/// 20.
#[operation(get, "/console/verifications/{id}/shares", tag = "Shares", id = "shares_list",
    scope = "verifications:read", params(("id" = String, Path)))]
pub(crate) async fn list(
    State(engine): State<Engine>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<ShareList>> {
    let shares = shares::list(&engine, &caller, verification_id(&id)?).await?;
    Ok(Json(ShareList { data: shares.all.into_iter().map(Share::of).collect(), withheld: shares.withheld }))
}
