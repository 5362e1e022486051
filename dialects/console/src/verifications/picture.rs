//! `GET /console/verifications/{id}/pictures/{picture}`

use axum::extract::State;
use bonafide_engine::{
    Engine,
    evidence::{self, Part},
};
use bonafide_http::{Caller, Path, Result, operation};

use super::{Jpeg, evidence_id};
use crate::extract::verification_id;

/// Look at a picture
///
/// As it was taken in: JPEG, without the metadata of the camera. The audit log says who looked.
#[operation(get, "/console/verifications/{id}/pictures/{picture}", tag = "Verifications", id = "picture_read",
    scope = "verifications:read", cost = 2, params(("id" = String, Path), ("picture" = String, Path)),
    responses((status = 200, content_type = "image/jpeg", body = Jpeg)))]
pub(crate) async fn picture(
    State(engine): State<Engine>,
    caller: Caller,
    Path((id, picture)): Path<(String, String)>,
) -> Result<Jpeg> {
    let (id, picture) = (verification_id(&id)?, evidence_id(&picture)?);
    Ok(Jpeg(evidence::show(&engine, &caller, id, picture, Part::Whole).await?))
}
