//! The layers around the whole server.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{DefaultBodyLimit, MatchedPath, Request},
    http::{HeaderMap, HeaderName, HeaderValue, Method, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use bonafide_core::{
    id::{Entropy, EventId},
    time::Clock,
};
use tower_http::{catch_panic::CatchPanicLayer, set_header::SetResponseHeaderLayer};
use tracing::{Instrument, error_span, field::Empty};

use crate::{Refusal, leftover::Leftovers};

/// What a request is called in the log, in its answer's headers and in the envelopes that name it.
#[derive(Debug, Clone)]
pub(crate) struct RequestId(pub(crate) HeaderValue);

static REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Largest request body, in bytes: a few 20 MB pictures in base64.
pub const MAX_BODY: usize = 64 << 20;

/// Wraps a router: request id, one log line per request (its id, the key and the verification; method, route, status, time; no
/// query, no body, no header), no caching of personal data, and a panic in a handler becomes a 500 instead of a dropped
/// connection.
pub fn around(router: Router, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Router {
    let router = router
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(panics())
        .layer(SetResponseHeaderLayer::if_not_present(
            header::CACHE_CONTROL,
            HeaderValue::from_static("no-store"),
        ))
        .layer(SetResponseHeaderLayer::if_not_present(
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ));
    // Around the router and not around each of its routes: which handler is asked depends on the method.
    let logged = middleware::from_fn(move |request, next| log(request, next, clock.clone(), entropy.clone()));
    let leftovers = Arc::new(Leftovers::default());
    let emptied = middleware::from_fn(move |request, next| {
        let leftovers = leftovers.clone();
        async move { leftovers.read(request, next).await }
    });
    Router::new().fallback_service(router).layer(logged).layer(emptied)
}

/// What a handler's panic is answered with.
type Panicked = fn(Box<dyn std::any::Any + Send>) -> Response;

/// Makes a refusal of a panic; the API that was asked has an envelope for it.
pub(crate) fn panics() -> CatchPanicLayer<Panicked> {
    CatchPanicLayer::custom(|_| {
        tracing::error!("a handler panicked");
        Refusal::internal().into_response()
    })
}

async fn log(mut request: Request, next: Next, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Response {
    // One vendor's SDK sends the method in lower case; HTTP methods are case-sensitive.
    if let Ok(upper) = Method::from_bytes(request.method().as_str().to_ascii_uppercase().as_bytes()) {
        *request.method_mut() = upper;
    }
    let id = request.headers().get(&REQUEST_ID).filter(|v| well_formed(v)).cloned().unwrap_or_else(|| {
        let id = EventId::new(clock.now(), &*entropy).to_string();
        HeaderValue::try_from(id).unwrap_or_else(|_| HeaderValue::from_static("none"))
    });
    request.extensions_mut().insert(RequestId(id.clone()));
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let trace_id = trace_id(request.headers());
    let start = std::time::Instant::now();
    // Around everything that is logged on the way, at whatever level: an answer that failed names the request, and so do the
    // lines that say why. The gate and the engine add whose it is and what it is about.
    let span = error_span!("request", request_id = ?id, key = Empty, verification = Empty);
    let mut response = next.run(request).instrument(span.clone()).await;
    let (took, status) = (start.elapsed(), response.status().as_u16());
    let ms = Duration::as_millis(&took) as u64;
    // The route and not the path, and no method that a stranger made up: counters stay few, and identifiers out of them.
    let route = response.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let path = loggable(&path, &route);
    let labels = [("method", known(&method).to_owned()), ("route", route), ("status", status.to_string())];
    metrics::counter!("bonafide_requests_total", &labels).increment(1);
    metrics::histogram!("bonafide_request_seconds", &labels[..2]).record(took.as_secs_f64());
    span.in_scope(|| match trace_id {
        Some(trace_id) => tracing::info!(trace_id, %method, path, status, ms, "request"),
        None => tracing::info!(%method, path, status, ms, "request"),
    });
    response.headers_mut().insert(REQUEST_ID.clone(), id);
    response
}

/// The path as it may be logged: with the identifiers that we made, and of whatever else stands in the place of a variable the
/// variable's name. Callers put what they like there, an e-mail address too.
fn loggable(path: &str, route: &str) -> String {
    let shown = |(wanted, sent): (&str, &str)| {
        let variable = wanted.starts_with('{');
        if variable && is_id(sent) { sent.to_owned() } else { wanted.to_owned() }
    };
    let parts = route.split('/').zip(path.split('/'));
    parts.map(shown).collect::<Vec<_>>().join("/")
}

/// An identifier that we made: 26 characters, alone or after a short prefix.
fn is_id(text: &str) -> bool {
    let bare = text.rsplit_once('_').filter(|(prefix, _)| prefix.len() <= 8).map_or(text, |(_, bare)| bare);
    bare.parse::<EventId>().is_ok()
}

/// A method by its name when it is one of the standard's (RFC 9110 section 9, RFC 5789).
fn known(method: &Method) -> &str {
    let name = method.as_str();
    let all = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"];
    if all.contains(&name) { name } else { "other" }
}

/// The trace that a request belongs to (W3C Trace Context).
fn trace_id(headers: &HeaderMap) -> Option<String> {
    let mut parts = headers.get("traceparent")?.to_str().ok()?.split('-');
    let (_, id) = (parts.next()?, parts.next()?);
    let hex = id.len() == 32 && id.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    (hex && id.bytes().any(|b| b != b'0')).then(|| id.to_owned())
}

/// A request id we are willing to echo and log.
fn well_formed(value: &HeaderValue) -> bool {
    let bytes = value.as_bytes();
    (1..=64).contains(&bytes.len())
        && bytes.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_logged_with_our_identifiers_and_nothing_else_that_was_sent() {
        let id = "01kt9ze6g07wsr1r74ttw0mh4z";
        let route = "/v1/verifications/identity/user/{user_id}";
        let logged = loggable("/v1/verifications/identity/user/jane.doe%40example.com", route);
        assert_eq!(logged, route);
        let route = "/identity-verifications/{id}/attempts/{attempt}";
        let path = format!("/identity-verifications/idv_{id}/attempts/iatp_{id}");
        assert_eq!(loggable(&path, route), path);
        assert_eq!(loggable("/identity-verifications/jane/attempts/doe", route), route);
        assert_eq!(loggable("/jane/doe", "none"), "none");
        assert_eq!(loggable("/ready", "/ready"), "/ready");
    }
}
