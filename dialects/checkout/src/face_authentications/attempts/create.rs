//! `POST /face-authentications/{face_authentication_id}/attempts`

use axum::extract::State;
use bonafide_core::verification::Kind;
use bonafide_engine::{Engine, attempts, verifications};
use bonafide_http::{Caller, Created, Json, Path, Result, operation};

use super::{super::FAV, of};
use crate::{
    face_authentications::path,
    shapes::attempt::{Attempt, NewFaceAttempt},
};

/// Create an attempt
///
/// The person goes to `_links.verification_url`, which is good for a quarter of an hour. An attempt that was still going on is
/// terminated (64001). 409 unless the authentication is `created`, `pending`, `capture_in_progress` or `retry_required`.
#[operation(
    post,
    "/face-authentications/{face_authentication_id}/attempts",
    tag = "Face authentications",
    id = "createFaceAuthenticationAttempt",
    scope = "verifications:write",
    params(("face_authentication_id" = String, Path, max_length = 255, pattern = r"^fav_\w+$")),
)]
pub(crate) async fn create(
    State(engine): State<Engine>,
    caller: Caller,
    Path(id): Path<String>,
    Json(asked): Json<NewFaceAttempt>,
) -> Result<Created<Attempt>> {
    let id = FAV.read(&id)?;
    verifications::expect(&engine, &caller, Kind::FaceAuthentication, id).await?;
    let made = attempts::create(&engine, &caller, id, asked.read()?).await?;
    Ok(Created(of(id, &path(id)).shown(&engine, made)))
}
