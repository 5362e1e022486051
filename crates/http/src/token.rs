//! Client credentials exchanged for an access token (RFC 6749 sections 2.3.1, 4.4, 5), for the token endpoint of any API.

use std::collections::HashMap;

use axum::{
    body::Bytes,
    extract::Request,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use bonafide_core::problem::with_causes;
use bonafide_engine::{
    Engine, Error,
    access::{self, TokenRefused},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Counts, Json, Refusal, body};

/// Most pairs of a form: there are four that mean something.
const MAX_PAIRS: usize = 16;

#[derive(Debug, Deserialize, ToSchema)]
#[expect(dead_code, reason = "documents the form; its pairs are read one by one for RFC 6749's own errors")]
pub struct TokenRequest {
    /// Always `client_credentials`.
    grant_type: String,
    /// Instead of HTTP Basic authentication.
    client_id: Option<String>,
    client_secret: Option<String>,
    /// Space-separated words; all of the client's scopes when absent.
    scope: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct Token {
    access_token: String,
    /// Always `Bearer`.
    token_type: &'static str,
    /// Seconds.
    expires_in: i64,
    scope: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct OAuthError {
    /// A code of RFC 6749 section 5.2.
    error: &'static str,
    error_description: String,
    #[serde(skip)]
    status: StatusCode,
    #[serde(skip)]
    basic: bool,
    #[serde(skip)]
    retry_after_s: Option<u32>,
}

/// What differs between the token endpoints of two APIs.
pub struct Exchange {
    /// The API's own words for scopes, each with what it stands for in ours.
    pub scopes: &'static [(&'static str, &'static str)],
    /// How often a minute a client may ask, though it may ask less for other things.
    pub per_minute: i64,
    /// The status of a wrong secret in a form. In HTTP Basic it is 401, as RFC 6749 demands.
    pub invalid_client: StatusCode,
}

impl OAuthError {
    fn new(error: &'static str, description: impl Into<String>) -> Self {
        let status = StatusCode::BAD_REQUEST;
        Self { error, error_description: description.into(), status, basic: false, retry_after_s: None }
    }

    fn later(error: &'static str, description: &str, status: StatusCode, seconds: u32) -> Self {
        Self { status, retry_after_s: Some(seconds), ..Self::new(error, description) }
    }

    /// RFC 6749 has no word for it at this endpoint.
    fn too_many(retry_after_s: u32) -> Self {
        let description = format!("too many requests; try again in {retry_after_s} s");
        Self::later("too_many_requests", &description, StatusCode::TOO_MANY_REQUESTS, retry_after_s)
    }

    /// A form that is too large, or did not arrive.
    fn unread(refusal: &Refusal) -> Self {
        Self { status: refusal.status, ..Self::new("invalid_request", refusal.message.clone()) }
    }

    fn internal(error: &Error) -> Self {
        if let Error::Overloaded { retry_after_s } | Error::NoRoom { retry_after_s, .. } = error {
            let description = "too much is asked at once, or the server has no room; try again";
            let status = StatusCode::SERVICE_UNAVAILABLE;
            return Self::later("temporarily_unavailable", description, status, *retry_after_s);
        }
        tracing::error!(error = with_causes(error), "no token could be issued");
        let refused = Self::new("server_error", "no token could be issued");
        Self { status: StatusCode::INTERNAL_SERVER_ERROR, ..refused }
    }
}

impl IntoResponse for OAuthError {
    fn into_response(self) -> Response {
        let (status, basic, retry_after_s) = (self.status, self.basic, self.retry_after_s);
        let mut response = (status, Json(self)).into_response();
        if basic && status == StatusCode::UNAUTHORIZED {
            let value = HeaderValue::from_static("Basic realm=\"bonafide\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, value);
        }
        if let Some(seconds) = retry_after_s {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl Exchange {
    /// Exchanges the credentials that a request brings, as HTTP Basic authentication, as fields of its form, or as both
    /// where both say the same.
    ///
    /// # Errors
    /// Those of RFC 6749 section 5.2.
    pub async fn run(
        &self,
        engine: &Engine,
        counts: &Counts,
        request: Request,
    ) -> Result<Json<Token>, OAuthError> {
        let (parts, body) = request.into_parts();
        if !is_form(&parts.headers) {
            let description = "send the request as application/x-www-form-urlencoded";
            return Err(OAuthError::new("invalid_request", description));
        }
        let form =
            pairs(&body::read(body, parts.extensions.get()).await.map_err(|e| OAuthError::unread(&e))?)?;
        let said = |name: &str| form.get(name).map(String::as_str);
        match said("grant_type") {
            Some("client_credentials") => {}
            Some(_) => return Err(OAuthError::new("unsupported_grant_type", "use client_credentials")),
            None => return Err(OAuthError::new("invalid_request", "grant_type is required")),
        }
        let basic = basic_credentials(&parts.headers)?;
        let (in_form, used_basic) = ((said("client_id"), said("client_secret")), basic.is_some());
        let wrong = |description: String| {
            let status = if used_basic { StatusCode::UNAUTHORIZED } else { self.invalid_client };
            OAuthError { status, basic: used_basic, ..OAuthError::new("invalid_client", description) }
        };
        let (id, secret) = match (&basic, in_form) {
            (Some((id, secret)), (other_id, other_secret)) => {
                let same = |mine: &str, other: Option<&str>| other.is_none_or(|other| other == mine);
                if !same(id, other_id) || !same(secret, other_secret) {
                    let description =
                        "the form names another client than the Authorization header, or another secret";
                    return Err(OAuthError::new("invalid_request", description));
                }
                (id.as_str(), secret.as_str())
            }
            (None, (Some(id), Some(secret))) => (id, secret),
            (None, _) => return Err(wrong("send client_id and client_secret, or HTTP Basic".to_owned())),
        };
        let refused = |refused: TokenRefused| match refused {
            TokenRefused::InvalidClient => match counts.bad(secret) {
                Ok(()) => wrong(refused.to_string()),
                Err(retry_after_s) => OAuthError::too_many(retry_after_s),
            },
            TokenRefused::InvalidScope => OAuthError::new("invalid_scope", refused.to_string()),
            TokenRefused::Internal(error) => OAuthError::internal(&error),
        };
        if !counts.is_known(secret) {
            counts.too_often().map_err(OAuthError::too_many)?;
        }
        let client = access::client(engine, id, secret).await.map_err(refused)?;
        counts.good(secret);
        let per_minute = client.per_minute.unwrap_or(engine.settings.per_minute).max(self.per_minute);
        counts.exchange(client.id, per_minute).map_err(OAuthError::too_many)?;
        let asked = said("scope").map(str::trim).filter(|scope| !scope.is_empty());
        let ours = asked.map(|asked| self.in_our_words(asked));
        let issued = access::issue(engine, &client, ours.as_deref()).await.map_err(refused)?;
        let access_token = issued.token.to_string();
        counts.good(&access_token);
        Ok(Json(Token {
            access_token,
            token_type: "Bearer",
            expires_in: issued.expires_in,
            scope: asked.map_or(issued.scope, str::to_owned),
        }))
    }

    fn in_our_words(&self, scopes: &str) -> String {
        let ours =
            |word| self.scopes.iter().find(|(theirs, _)| *theirs == word).map_or(word, |(_, ours)| *ours);
        scopes.split(' ').map(ours).collect::<Vec<_>>().join(" ")
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

/// The fields of a form, each of which may stand there once.
fn pairs(body: &Bytes) -> Result<HashMap<String, String>, OAuthError> {
    if std::str::from_utf8(body).is_err() {
        return Err(OAuthError::new("invalid_request", "the form is not well-formed"));
    }
    if body.split(|byte| *byte == b'&').count() > MAX_PAIRS {
        return Err(OAuthError::new(
            "invalid_request",
            format!("the form has more than {MAX_PAIRS} parameters"),
        ));
    }
    let mut pairs = HashMap::new();
    for (name, value) in form_urlencoded::parse(body).into_owned() {
        if pairs.insert(name, value).is_some() {
            return Err(OAuthError::new("invalid_request", "a parameter is given twice"));
        }
    }
    Ok(pairs)
}

/// Id and secret from an `Authorization: Basic` header; both were form-encoded before base64 (section 2.3.1).
fn basic_credentials(headers: &HeaderMap) -> Result<Option<(String, String)>, OAuthError> {
    let Some(value) = headers.get(header::AUTHORIZATION) else { return Ok(None) };
    let read = || {
        let (scheme, encoded) = value.to_str().ok()?.split_once(' ')?;
        let decoded = scheme.eq_ignore_ascii_case("basic").then(|| BASE64_STANDARD.decode(encoded.trim()))?;
        let decoded = String::from_utf8(decoded.ok()?).ok()?;
        let (id, secret) = decoded.split_once(':')?;
        let unescape = |text: &str| {
            let pair = format!("x={text}");
            form_urlencoded::parse(pair.as_bytes()).next().map(|(_, v)| v.into_owned()).unwrap_or_default()
        };
        Some((unescape(id), unescape(secret)))
    };
    let wrong = || {
        let refused = OAuthError::new("invalid_client", "the Authorization header is not HTTP Basic");
        OAuthError { status: StatusCode::UNAUTHORIZED, basic: true, ..refused }
    };
    read().map(Some).ok_or_else(wrong)
}
