//! `POST /face-authentications/{face_authentication_id}/notify`

use axum::extract::State;
use bonafide_core::verification::Kind;
use bonafide_engine::Engine;
use bonafide_http::{Caller, Json, NoContent, Path, Result, operation};

use super::{Notify, notify_of};
use crate::extract::Resource;

/// Tell how a face authentication stands
///
/// Sends its last event again, under the id it had, to the webhooks that are told of it. With `webhook_url`, it is sent to that
/// address alone, which gets what happens from then on as well.
#[operation(post, "/face-authentications/{face_authentication_id}/notify", tag = "Face authentications",
    id = "notifyFaceAuthentication", scope = "verifications:write",
    params(("face_authentication_id" = String, Path, max_length = 255, pattern = r"^fav_\w+$")))]
pub(crate) async fn face_authentication(
    State(engine): State<Engine>,
    caller: Caller,
    Path(id): Path<String>,
    Json(asked): Json<Notify>,
) -> Result<NoContent> {
    let id = Resource::new("fav_", "verification").read(&id)?;
    notify_of(&engine, &caller, Kind::FaceAuthentication, id, asked).await
}
