//! Requests that carry an idempotency key: asked again, they get the same answer and nothing is done twice.

use std::panic::resume_unwind;

use axum::{
    body::{Body, Bytes},
    extract::Request,
    http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use bonafide_core::problem::with_causes;
use bonafide_engine::{
    Caller, Engine, Scope,
    idempotency::{self, Known, Lease},
};
use tokio::task::JoinError;

use crate::{
    Denied,
    body::{self, UnderWay},
};

const HEADER: &str = "idempotency-key";
/// Longest key, in characters.
const LONGEST: usize = 255;
/// Largest answer that is kept, in bytes.
const LARGEST_ANSWER: usize = 1 << 20;

/// The key of a request, if it carries one; a dialect may have a header of its own for it.
pub(crate) fn key<'a>(headers: &'a HeaderMap, own: Option<&'static str>) -> Result<Option<&'a str>, Denied> {
    let sent = || headers.get(HEADER).or_else(|| headers.get(own?));
    let Some(value) = sent() else { return Ok(None) };
    let text = value.to_str().map_err(|_| Denied::BadIdempotencyKey)?.trim();
    let printable = text.bytes().all(|b| matches!(b, b' '..=b'~'));
    if printable && (1..=LONGEST).contains(&text.len()) {
        Ok(Some(text))
    } else {
        Err(Denied::BadIdempotencyKey)
    }
}

/// Answers from what was kept, or lets the request through and keeps its answer. `held` is given back when it is answered.
pub(crate) async fn run(
    engine: &Engine,
    caller: &Caller,
    chosen: String,
    request: Request,
    next: Next,
    held: impl Send + 'static,
) -> Result<Response, Denied> {
    let (parts, body) = request.into_parts();
    let bytes = match body::read(body, parts.extensions.get()).await {
        Ok(bytes) => bytes,
        Err(refusal) => return Ok(refusal.into_response()),
    };
    // On a task of its own: a caller who hangs up drops this one, and asks again for what was done meanwhile.
    let (engine, caller) = (engine.clone(), caller.clone());
    let answering = tokio::spawn(async move {
        let answer = answer(&engine, &caller, &chosen, parts, bytes, next).await;
        drop(held);
        answer
    });
    answering.await.unwrap_or_else(unwind)
}

async fn answer(
    engine: &Engine,
    caller: &Caller,
    chosen: &str,
    parts: Parts,
    bytes: Bytes,
    next: Next,
) -> Result<Response, Denied> {
    let query = parts.uri.query().unwrap_or_default();
    let content = content(&parts, &bytes).await;
    let said: &[&[u8]] =
        &[parts.method.as_str().as_bytes(), parts.uri.path().as_bytes(), query.as_bytes(), &content];
    let lease = match idempotency::begin(engine, caller, chosen, said).await? {
        Known::New(lease) => lease,
        Known::InFlight => return Err(Denied::InFlight),
        Known::Another => return Err(Denied::AnotherRequest),
        Known::Answered(status, answer) => return Ok(again(status, &answer)),
    };
    match tokio::spawn(next.run(Request::from_parts(parts, Body::from(bytes)))).await {
        Ok(response) => Ok(keep(engine, caller, &lease, response).await),
        Err(crashed) => {
            idempotency::abandon(engine, caller, &lease).await?;
            unwind(crashed)
        }
    }
}

/// A handler's panic goes on to the layer that answers it.
fn unwind<T>(crashed: JoinError) -> Result<T, Denied> {
    match crashed.try_into_panic() {
        Ok(panic) => resume_unwind(panic),
        // The server is stopping.
        Err(_) => Err(Denied::InFlight),
    }
}

async fn keep(engine: &Engine, caller: &Caller, lease: &Lease, response: Response) -> Response {
    let status = response.status();
    let worth_keeping = !status.is_server_error() && status != StatusCode::TOO_MANY_REQUESTS;
    let (parts, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
    let kept = if worth_keeping && bytes.len() <= LARGEST_ANSWER {
        let kind = parts.headers.get(header::CONTENT_TYPE).map_or(&b""[..], HeaderValue::as_bytes);
        let answer = [&(kind.len() as u16).to_be_bytes()[..], kind, &bytes].concat();
        idempotency::finish(engine, caller, lease, status.as_u16(), &answer).await
    } else {
        idempotency::abandon(engine, caller, lease).await
    };
    // What was done is answered all the same; whoever asks again waits until the lease ends.
    if let Err(error) = kept {
        tracing::error!(error = with_causes(&error), "an answer could not be kept for a repeated request");
    }
    Response::from_parts(parts, Body::from(bytes))
}

fn again(status: u16, answer: &[u8]) -> Response {
    let split = answer.split_first_chunk::<2>().and_then(|(length, rest)| {
        let length = usize::from(u16::from_be_bytes(*length));
        Some((rest.get(..length)?, rest.get(length..)?))
    });
    let (kind, body) = split.unwrap_or_default();
    let mut response = Response::new(Body::from(Bytes::copy_from_slice(body)));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    if let Ok(kind) = HeaderValue::from_bytes(kind)
        && !kind.is_empty()
    {
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
    }
    response.headers_mut().insert("idempotency-replayed", HeaderValue::from_static("true"));
    response
}

/// Whether asking twice could do something twice. Reading does nothing, so nothing has to be kept of it.
pub(crate) fn does_something(method: &str, scopes: &[Scope]) -> bool {
    matches!(method, "POST" | "PATCH") && *scopes != [Scope::Read]
}

/// What is compared of a body; of a large one its hash, which is made before anything is locked for it.
async fn content(parts: &Parts, bytes: &Bytes) -> Bytes {
    let (headers, bytes) = (parts.headers.clone(), bytes.clone());
    let length = bytes.len();
    let made = move || {
        let whole = canonical(&headers, &bytes);
        if length <= body::AT_ONCE { whole } else { idempotency::digest(&whole).into() }
    };
    body::read_beside(length, parts.extensions.get::<UnderWay>(), made).await
}

/// The body without the line that separates the parts of a form, which is another one each time it is sent.
fn canonical(headers: &HeaderMap, body: &Bytes) -> Bytes {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let Some((_, boundary)) = kind.split_once("boundary=").filter(|_| kind.starts_with("multipart/")) else {
        return body.clone();
    };
    let boundary = boundary.split(';').next().unwrap_or_default().trim().trim_matches('"').as_bytes();
    if boundary.is_empty() {
        return body.clone();
    }
    let (mut out, mut rest) = (Vec::with_capacity(body.len()), &body[..]);
    while let Some(at) = memchr::memmem::find(rest, boundary) {
        out.extend_from_slice(&rest[..at]);
        rest = &rest[at + boundary.len()..];
    }
    out.extend_from_slice(rest);
    out.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_the_same_whatever_separates_its_parts() {
        let form = |line: &str| {
            let mut headers = HeaderMap::new();
            let kind = format!("multipart/form-data; boundary=\"{line}\"");
            headers.insert(header::CONTENT_TYPE, kind.parse().unwrap());
            let body =
                format!("--{line}\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--{line}--\r\n");
            canonical(&headers, &body.into())
        };
        assert_eq!(form("aaa"), form("other-line"));
        let plain = Bytes::from_static(b"{\"boundary=\": 1}");
        assert_eq!(canonical(&HeaderMap::new(), &plain), plain);
    }

    #[test]
    fn keys_have_a_form() {
        let of = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("idempotency-key", value.parse().unwrap());
            key(&headers, None).map(|k| k.map(str::to_owned)).ok()
        };
        assert_eq!(of("abc"), Some(Some("abc".to_owned())));
        assert_eq!(of(" a b "), Some(Some("a b".to_owned())));
        assert_eq!((of(""), of("a\tb"), of(&"x".repeat(256))), (None, None, None));
        assert!(matches!(key(&HeaderMap::new(), None), Ok(None)));
        let vendors = HeaderMap::from_iter([("x-word".parse().unwrap(), "abc".parse().unwrap())]);
        assert!(matches!(key(&vendors, None), Ok(None)));
        assert!(matches!(key(&vendors, Some("x-word")), Ok(Some("abc"))));
    }
}
