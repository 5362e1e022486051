//! `POST /console/verifications/{id}/hits/{hit}/restore`

use axum::extract::State;
use bonafide_engine::{Engine, screening};
use bonafide_http::{Caller, Json, Path, Result, operation};

use super::{HitsLeft, hit};
use crate::extract::verification_id;

/// Take a dismissal back
///
/// The hit counts again. A verification that was approved meanwhile stays so: reopen it to decide anew.
#[operation(post, "/console/verifications/{id}/hits/{hit}/restore", tag = "Verifications", id = "hit_restore",
    scope = "reviews",
    params(("id" = String, Path), ("hit" = String, Path, max_length = 600, pattern = r"^[^/:]+:[^/]+$",
        description = "List and entry, for instance `ofac_sdn:12345`")))]
pub(crate) async fn restore(
    State(engine): State<Engine>,
    caller: Caller,
    Path((id, of)): Path<(String, String)>,
) -> Result<Json<HitsLeft>> {
    let (list, entry) = hit(&of)?;
    let hits = screening::restore(&engine, &caller, verification_id(&id)?, list, entry).await?;
    Ok(Json(HitsLeft { hits }))
}
