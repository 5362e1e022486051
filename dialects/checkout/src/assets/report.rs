//! `GET /assets/{organization}/{verification}/report`

use axum::{
    Extension,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use bonafide_engine::{
    Engine, Error,
    reports::{self, Link},
};
use bonafide_http::{Counts, Denied, Path, Query, Result, operation};
use utoipa::ToSchema;

use super::{Signed, by_link};
use crate::error::ErrorBody;

/// A PDF file.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
pub(crate) struct Pdf(Vec<u8>);

impl IntoResponse for Pdf {
    fn into_response(self) -> Response {
        let headers =
            [(header::CONTENT_TYPE, "application/pdf"), (header::CACHE_CONTROL, "private, no-store")];
        (headers, self.0).into_response()
    }
}

/// Read a report by its link
///
/// Without credentials: the link that an answer gave is signed, good for this one report and for a quarter of an hour. Take it
/// as it is. Each look is in the audit log.
#[operation(get, "/assets/{organization}/{verification}/report", tag = "Assets", id = "getReportAsset",
    params(("organization" = String, Path), ("verification" = String, Path), Signed),
    responses((status = 200, content_type = "application/pdf", body = Pdf),
        (status = 403, body = ErrorBody, description = "The link is over, or was changed: ask for a new one"),
        (status = 410, body = ErrorBody, description = "There is no report any more"),
        (status = 422, body = ErrorBody, description = "The link is not whole"),
        (status = 429, body = ErrorBody, description = "Too many links that are none, or too many looks; see Retry-After"),
        (status = 500, body = ErrorBody, description = "The server could not do this; the request id names the log line"),
        (status = 503, body = ErrorBody, description = "Not now; see Retry-After")))]
pub(crate) async fn report(
    State(engine): State<Engine>,
    Extension(counts): Extension<Counts>,
    Path((organization, verification)): Path<(String, String)>,
    Query(asked): Query<Signed>,
) -> Result<Pdf> {
    let link = (|| {
        Some(Link {
            organization: organization.parse().ok()?,
            verification: verification.parse().ok()?,
            expires: asked.expires.parse().ok()?,
            signature: &asked.signature,
        })
    })();
    let opening = async {
        match link {
            Some(link) => reports::open(&engine, link).await,
            None => Err(Error::Forbidden),
        }
    };
    let opened = by_link(&counts, &asked.signature, opening).await?;
    counts.report(opened.verification()).map_err(|retry_after_s| Denied::TooMany { retry_after_s })?;
    Ok(Pdf(reports::look(&engine, &opened).await?))
}
