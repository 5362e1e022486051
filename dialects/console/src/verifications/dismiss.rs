//! `POST /console/verifications/{id}/hits/{hit}/dismiss`

use axum::extract::State;
use bonafide_core::problem::{Problem, Rule};
use bonafide_engine::{
    Engine,
    screening::{self, Dismissing},
};
use bonafide_http::{Caller, Json, Path, Result, operation};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{HitsLeft, hit};
use crate::extract::{time, verification_id};

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Dismiss {
    /// Why it is somebody else. Kept sealed with the person.
    #[schema(min_length = 1, max_length = 2000)]
    reason: String,
    /// When the hit counts again (RFC 3339).
    #[schema(format = DateTime)]
    until: String,
}

/// Dismiss a hit
///
/// It is somebody else: it does not count for this person until the time given, or until its publisher changes the entry.
#[operation(post, "/console/verifications/{id}/hits/{hit}/dismiss", tag = "Verifications", id = "hit_dismiss",
    scope = "reviews",
    params(("id" = String, Path), ("hit" = String, Path, max_length = 600, pattern = r"^[^/:]+:[^/]+$",
        description = "List and entry, for instance `ofac_sdn:12345`")))]
pub(crate) async fn dismiss(
    State(engine): State<Engine>,
    caller: Caller,
    Path((id, of)): Path<(String, String)>,
    Json(asked): Json<Dismiss>,
) -> Result<Json<HitsLeft>> {
    let (list, entry) = hit(&of)?;
    let until = time("until", Some(&asked.until))?;
    let until = until.ok_or_else(|| vec![Problem::new("until", Rule::Required, "is required")])?;
    let what = Dismissing { list, entry, reason: &asked.reason, until };
    let hits = screening::dismiss(&engine, &caller, verification_id(&id)?, &what).await?;
    Ok(Json(HitsLeft { hits }))
}
