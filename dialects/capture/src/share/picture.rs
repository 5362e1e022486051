//! `POST /capture/share/picture`

use axum::{
    Extension,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use bonafide_core::id::EvidenceId;
use bonafide_engine::{Engine, Error, shares};
use bonafide_http::{Counts, Json, Result, operation};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::error::{MEDIA, ProblemDocument};

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReadSharedPicture {
    /// The code of the link that the third party was given.
    #[schema(min_length = 1, max_length = 128)]
    code: String,
    /// As `POST /capture/share/read` names it.
    #[schema(min_length = 1, max_length = 40)]
    picture: String,
}

/// A JPEG file.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
pub(crate) struct SharedJpeg(Vec<u8>);

impl IntoResponse for SharedJpeg {
    fn into_response(self) -> Response {
        ([(header::CONTENT_TYPE, "image/jpeg")], self.0).into_response()
    }
}

/// Look at a picture that was shared
///
/// Of a step for which the third party was named. Each look is counted and in the audit log.
#[operation(post, "/capture/share/picture", tag = "Shares", id = "capture_share_picture",
    responses((status = 200, content_type = "image/jpeg", body = SharedJpeg),
        (status = 400, body = ProblemDocument, content_type = MEDIA, description = "Refused: the code says why, the fields say where"),
        (status = 404, body = ProblemDocument, content_type = MEDIA, description = "The link shows no such picture"),
        (status = 410, body = ProblemDocument, content_type = MEDIA, description = "The link shows nothing any more"),
        (status = 429, body = ProblemDocument, content_type = MEDIA, description = "Too many codes that are none, or too many looks; see Retry-After"),
        (status = 500, body = ProblemDocument, content_type = MEDIA, description = "The server could not do this; the request id names the log line"),
        (status = 503, body = ProblemDocument, content_type = MEDIA, description = "Not now; see Retry-After")))]
pub(crate) async fn picture(
    State(engine): State<Engine>,
    Extension(counts): Extension<Counts>,
    Json(asked): Json<ReadSharedPicture>,
) -> Result<SharedJpeg> {
    let opened = super::open(&engine, &counts, &asked.code).await?;
    let picture: EvidenceId = asked.picture.parse().map_err(|_| Error::NotFound("picture"))?;
    Ok(SharedJpeg(shares::picture(&engine, &opened, picture).await?))
}
