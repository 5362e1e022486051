//! `POST /connect/token`: client credentials (RFC 6749 section 4.4).

use axum::{
    Extension,
    extract::{Request, State},
    http::StatusCode,
};
use bonafide_engine::Engine;
use bonafide_http::{
    Counts, Json, Result, operation,
    token::{Exchange, OAuthError, Token, TokenRequest},
};

const EVERYTHING: &str = "verifications:read verifications:write";

const EXCHANGE: Exchange = Exchange {
    scopes: &[
        ("identity-verification", EVERYTHING),
        ("flow", "webhooks"),
        ("flow:workflows", "webhooks"),
        ("flow:events", "webhooks"),
        ("flow:reflow", "webhooks"),
    ],
    // The vendor's program for Node takes seconds for milliseconds: each of its processes asks every 3.6 s.
    per_minute: 30_000,
    // As the vendor answers it.
    invalid_client: StatusCode::BAD_REQUEST,
};

/// Access token
///
/// Exchanges a client id and secret, as form fields, as HTTP Basic authentication or as both at once, for a bearer token. The
/// token is good for `expires_in` seconds.
#[operation(post, "/connect/token", tag = "Access", id = "requestAccessToken",
    request_body(content = TokenRequest, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, body = Token), (status = 400, body = OAuthError), (status = 401, body = OAuthError), (status = 413, body = OAuthError), (status = 429, body = OAuthError, description = "Too many requests; see Retry-After"), (status = 503, body = OAuthError)))]
pub(crate) async fn token(
    State(engine): State<Engine>,
    Extension(counts): Extension<Counts>,
    request: Request,
) -> Result<Json<Token>, OAuthError> {
    EXCHANGE.run(&engine, &counts, request).await
}
