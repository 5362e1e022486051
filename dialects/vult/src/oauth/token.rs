//! `POST /oauth2/token`: client credentials (RFC 6749 sections 2.3.1, 4.4, 5).

use std::collections::HashMap;

use axum::{
    Extension,
    body::Bytes,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use bonafide_engine::{
    Engine,
    access::{self, TokenRefused},
};
use bonafide_http::{Counts, Json, Result, operation};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Debug, Deserialize, ToSchema)]
#[expect(dead_code, reason = "documents the form; its pairs are read one by one for RFC 6749's own errors")]
pub(crate) struct TokenRequest {
    /// Always `client_credentials`.
    grant_type: String,
    /// Instead of HTTP Basic authentication.
    client_id: Option<String>,
    client_secret: Option<String>,
    /// Space-separated words; all of the client's scopes when absent.
    scope: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Token {
    access_token: String,
    /// Always `Bearer`.
    token_type: &'static str,
    /// Seconds.
    expires_in: i64,
    scope: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OAuthError {
    /// A code of RFC 6749 section 5.2.
    error: &'static str,
    error_description: String,
    #[serde(skip)]
    basic: bool,
    #[serde(skip)]
    retry_after_s: Option<u32>,
}

impl OAuthError {
    fn new(error: &'static str, description: impl Into<String>) -> Self {
        Self { error, error_description: description.into(), basic: false, retry_after_s: None }
    }

    /// RFC 6749 has no word for it at this endpoint.
    fn too_many(retry_after_s: u32) -> Self {
        let description = format!("too many requests; try again in {retry_after_s} s");
        Self { retry_after_s: Some(retry_after_s), ..Self::new("too_many_requests", description) }
    }
}

impl IntoResponse for OAuthError {
    fn into_response(self) -> Response {
        let status = match self.error {
            "invalid_client" => StatusCode::UNAUTHORIZED,
            "server_error" => StatusCode::INTERNAL_SERVER_ERROR,
            "temporarily_unavailable" => StatusCode::SERVICE_UNAVAILABLE,
            "too_many_requests" => StatusCode::TOO_MANY_REQUESTS,
            _ => StatusCode::BAD_REQUEST,
        };
        let (challenge, retry_after_s) =
            (self.basic && status == StatusCode::UNAUTHORIZED, self.retry_after_s);
        let mut response = (status, Json(self)).into_response();
        if challenge {
            let value = HeaderValue::from_static("Basic realm=\"bonafide\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, value);
        }
        if let Some(seconds) = retry_after_s {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// Access token
///
/// Exchanges a client id and secret, as HTTP Basic authentication or as form fields, for a bearer token.
#[operation(post, "/oauth2/token", tag = "OAuth", id = "oauth2_token",
    request_body(content = TokenRequest, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, body = Token), (status = 400, body = OAuthError), (status = 401, body = OAuthError), (status = 429, body = OAuthError, description = "Too many requests; see Retry-After"), (status = 503, body = OAuthError)))]
pub(crate) async fn token(
    State(engine): State<Engine>,
    Extension(counts): Extension<Counts>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Token>, OAuthError> {
    let media_type = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or("");
    if !media_type
        .split(';')
        .next()
        .unwrap_or("")
        .trim()
        .eq_ignore_ascii_case("application/x-www-form-urlencoded")
    {
        return Err(OAuthError::new(
            "invalid_request",
            "send the request as application/x-www-form-urlencoded",
        ));
    }
    let form: Vec<(String, String)> =
        form_pairs(&body).ok_or_else(|| OAuthError::new("invalid_request", "the form is not well-formed"))?;
    let mut pairs = HashMap::new();
    for (name, value) in form {
        if pairs.insert(name, value).is_some() {
            return Err(OAuthError::new("invalid_request", "a parameter is given twice"));
        }
    }
    match pairs.get("grant_type").map(String::as_str) {
        Some("client_credentials") => {}
        Some(_) => return Err(OAuthError::new("unsupported_grant_type", "use client_credentials")),
        None => return Err(OAuthError::new("invalid_request", "grant_type is required")),
    }
    let basic = basic_credentials(&headers)?;
    let in_form = pairs.get("client_id").zip(pairs.get("client_secret"));
    let (id, secret) = match (&basic, in_form) {
        (Some((id, secret)), _) => (id.as_str(), secret.as_str()),
        (None, Some((id, secret))) => (id.as_str(), secret.as_str()),
        (None, None) => {
            return Err(OAuthError::new("invalid_client", "send client_id and client_secret, or HTTP Basic"));
        }
    };
    let scope = pairs.get("scope").map(String::as_str);
    let asked = async {
        let client = access::client(&engine, id, secret).await?;
        let per_minute = client.per_minute.unwrap_or(engine.settings.per_minute);
        match counts.exchange(client.id, per_minute) {
            Ok(()) => access::issue(&engine, &client, scope).await.map(Ok),
            Err(retry_after_s) => Ok(Err(retry_after_s)),
        }
    };
    match asked.await {
        Ok(Ok(issued)) => Ok(Json(Token {
            access_token: issued.token.to_string(),
            token_type: "Bearer",
            expires_in: issued.expires_in,
            scope: issued.scope,
        })),
        Ok(Err(retry_after_s)) => Err(OAuthError::too_many(retry_after_s)),
        Err(e @ TokenRefused::InvalidClient) => {
            counts.wrong().map_err(OAuthError::too_many)?;
            Err(OAuthError { basic: basic.is_some(), ..OAuthError::new("invalid_client", e.to_string()) })
        }
        Err(e @ TokenRefused::InvalidScope) => Err(OAuthError::new("invalid_scope", e.to_string())),
        Err(TokenRefused::Internal(bonafide_engine::Error::Overloaded { retry_after_s })) => {
            let refused = OAuthError::new("temporarily_unavailable", "too much is asked at once; try again");
            Err(OAuthError { retry_after_s: Some(retry_after_s), ..refused })
        }
        Err(TokenRefused::Internal(error)) => {
            tracing::error!(error = bonafide_core::problem::trail(&error), "no token could be issued");
            Err(OAuthError::new("server_error", "no token could be issued"))
        }
    }
}

fn form_pairs(body: &[u8]) -> Option<Vec<(String, String)>> {
    std::str::from_utf8(body).ok()?;
    Some(form_urlencoded::parse(body).into_owned().collect())
}

/// Id and secret from an `Authorization: Basic` header; both were form-encoded before base64 (section 2.3.1).
fn basic_credentials(headers: &HeaderMap) -> Result<Option<(String, String)>, OAuthError> {
    let Some(value) = headers.get(header::AUTHORIZATION) else { return Ok(None) };
    let bad = || OAuthError {
        basic: true,
        ..OAuthError::new("invalid_client", "the Authorization header is not HTTP Basic")
    };
    let text = value.to_str().map_err(|_| bad())?;
    let (scheme, encoded) = text.split_once(' ').ok_or_else(bad)?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(bad());
    }
    let decoded = BASE64_STANDARD.decode(encoded.trim()).map_err(|_| bad())?;
    let decoded = String::from_utf8(decoded).map_err(|_| bad())?;
    let (id, secret) = decoded.split_once(':').ok_or_else(bad)?;
    let unescape = |text: &str| {
        let pair = format!("x={text}");
        form_urlencoded::parse(pair.as_bytes()).next().map(|(_, v)| v.into_owned()).unwrap_or_default()
    };
    Ok(Some((unescape(id), unescape(secret))))
}
