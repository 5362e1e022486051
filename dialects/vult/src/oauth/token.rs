//! `POST /oauth2/token`: client credentials (RFC 6749 section 4.4).

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

const EXCHANGE: Exchange = Exchange { scopes: &[], per_minute: 0, invalid_client: StatusCode::UNAUTHORIZED };

/// Access token
///
/// Exchanges a client id and secret, as HTTP Basic authentication or as form fields, for a bearer token.
#[operation(post, "/oauth2/token", tag = "OAuth", id = "oauth2_token",
    request_body(content = TokenRequest, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, body = Token), (status = 400, body = OAuthError), (status = 401, body = OAuthError), (status = 413, body = OAuthError), (status = 429, body = OAuthError, description = "Too many requests; see Retry-After"), (status = 503, body = OAuthError)))]
pub(crate) async fn token(
    State(engine): State<Engine>,
    Extension(counts): Extension<Counts>,
    request: Request,
) -> Result<Json<Token>, OAuthError> {
    EXCHANGE.run(&engine, &counts, request).await
}
