//! `GET /assets/{organization}/{verification}/{picture}`

pub(crate) mod report;

use axum::{
    Extension,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use bonafide_engine::{
    Engine, Error,
    evidence::signed::{self, Link},
};
use bonafide_http::{Counts, Denied, Path, Query, Refusal, Result, operation};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::error::ErrorBody;

/// What a link says beside its path.
#[derive(Debug, Deserialize, ToSchema, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Signed {
    /// When it ends, in seconds since 1970.
    #[schema(max_length = 12, pattern = "^[0-9]{1,12}$")]
    #[param(max_length = 12, pattern = "^[0-9]{1,12}$")]
    expires: String,
    #[schema(min_length = 64, max_length = 64, pattern = "^[0-9a-f]{64}$")]
    #[param(min_length = 64, max_length = 64, pattern = "^[0-9a-f]{64}$")]
    signature: String,
}

/// A JPEG file.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
pub(crate) struct Jpeg(Vec<u8>);

impl IntoResponse for Jpeg {
    fn into_response(self) -> Response {
        let headers = [(header::CONTENT_TYPE, "image/jpeg"), (header::CACHE_CONTROL, "private, no-store")];
        (headers, self.0).into_response()
    }
}

/// Look at a picture by its link
///
/// Without credentials: the link that an answer gave is signed, good for this one picture and for a quarter of an hour. Take it
/// as it is. Each look is in the audit log.
#[operation(get, "/assets/{organization}/{verification}/{picture}", tag = "Assets", id = "getAsset",
    params(("organization" = String, Path), ("verification" = String, Path), ("picture" = String, Path), Signed),
    responses((status = 200, content_type = "image/jpeg", body = Jpeg),
        (status = 403, body = ErrorBody, description = "The link is over, or was changed: ask for a new one"),
        (status = 410, body = ErrorBody, description = "The picture was erased"),
        (status = 422, body = ErrorBody, description = "The link is not whole"),
        (status = 429, body = ErrorBody, description = "Too many links that are none, or too many looks; see Retry-After"),
        (status = 500, body = ErrorBody, description = "The server could not do this; the request id names the log line"),
        (status = 503, body = ErrorBody, description = "Not now; see Retry-After")))]
pub(crate) async fn open(
    State(engine): State<Engine>,
    Extension(counts): Extension<Counts>,
    Path((organization, verification, picture)): Path<(String, String, String)>,
    Query(asked): Query<Signed>,
) -> Result<Jpeg> {
    let link = (|| {
        Some(Link {
            organization: organization.parse().ok()?,
            verification: verification.parse().ok()?,
            picture: picture.parse().ok()?,
            expires: asked.expires.parse().ok()?,
            signature: &asked.signature,
        })
    })();
    let opening = async {
        match link {
            Some(link) => signed::open(&engine, link).await,
            None => Err(Error::Forbidden),
        }
    };
    let opened = by_link(&counts, &asked.signature, opening).await?;
    counts.picture(opened.picture()).map_err(|retry_after_s| Denied::TooMany { retry_after_s })?;
    Ok(Jpeg(signed::look(&engine, &opened).await?))
}

/// What a signed link opens. Who presents links that are none is counted.
async fn by_link<T>(
    counts: &Counts,
    signature: &str,
    opening: impl Future<Output = Result<T, Error>>,
) -> Result<T> {
    let is_none = |error: &Error| matches!(error, Error::Forbidden);
    let opened = counts.opened(signature, opening, is_none).await.map_err(|refusal| {
        if refusal.status != StatusCode::FORBIDDEN {
            return refusal;
        }
        let message = "this link is over, or it was changed; ask for a new one".to_owned();
        Refusal { code: "link_invalid", message, ..refusal }
    })?;
    counts.good(signature);
    Ok(opened)
}
