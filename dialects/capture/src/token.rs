//! `POST /capture/token`

use axum::{
    Extension,
    extract::State,
    http::{HeaderMap, header::USER_AGENT},
};
use bonafide_engine::{Engine, Error, attempts::Opener, capture};
use bonafide_http::{Counts, Json, Result, operation};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error::{MEDIA, ProblemDocument};

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Exchange {
    /// The code of the link that the person was given.
    #[schema(min_length = 1, max_length = 128)]
    link: String,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct CaptureToken {
    /// Goes into the header `Authorization: Bearer` of every other operation, and nowhere else.
    token: String,
    /// When the session ends, and the token with it.
    expires_at: Option<String>,
}

/// Begin with a link
///
/// Exchanges the one-time code of a link for the token of its session. A link is good for one exchange, and a newer token
/// ends the one before. 410 when the link was used, replaced or is over: ask whoever sent it for a new one.
#[operation(post, "/capture/token", tag = "Token", id = "capture_token",
    responses((status = 200, body = CaptureToken),
        (status = 400, body = ProblemDocument, content_type = MEDIA, description = "Refused: the code says why, the fields say where"),
        (status = 410, body = ProblemDocument, content_type = MEDIA, description = "The link is good for nothing any more"),
        (status = 429, body = ProblemDocument, content_type = MEDIA, description = "Too many links that are none; see Retry-After"),
        (status = 500, body = ProblemDocument, content_type = MEDIA, description = "The server could not do this; the request id names the log line"),
        (status = 503, body = ProblemDocument, content_type = MEDIA, description = "Not now; see Retry-After")))]
pub(crate) async fn token(
    State(engine): State<Engine>,
    Extension(counts): Extension<Counts>,
    headers: HeaderMap,
    Json(asked): Json<Exchange>,
) -> Result<Json<CaptureToken>> {
    let user_agent = headers.get(USER_AGENT).and_then(|text| text.to_str().ok()).map(str::to_owned);
    let by = Opener { address: counts.from(), user_agent };
    let exchanging = capture::exchange(&engine, &asked.link, by);
    let exchanged = counts.opened(&asked.link, exchanging, |e| matches!(e, Error::Gone(_))).await?;
    let token = exchanged.token.to_string();
    counts.good(&token);
    Ok(Json(CaptureToken { token, expires_at: exchanged.expires_at.map(|at| at.to_string()) }))
}
