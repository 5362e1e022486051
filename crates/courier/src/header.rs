//! Which headers a message may carry.

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use crate::Failure;

/// Headers that say how the message travels. Set by a stranger, they would have the receiver and what stands before it
/// disagree about who is asked and where the message ends.
const RESERVED: [&str; 12] = [
    "connection",
    "content-encoding",
    "content-length",
    "expect",
    "host",
    "keep-alive",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Whether a header can be sent, for when it is registered with an endpoint.
///
/// # Errors
/// [`Failure::BadHeader`] when name or value is not what HTTP takes, or the header is the connection's own.
pub fn check_header(name: &str, value: &str) -> Result<(), Failure> {
    read(name, value).map(drop)
}

fn read(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), Failure> {
    let name: HeaderName = name.parse().map_err(|_| Failure::BadHeader)?;
    let mut value = HeaderValue::from_str(value).map_err(|_| Failure::BadHeader)?;
    if RESERVED.contains(&name.as_str()) {
        return Err(Failure::BadHeader);
    }
    value.set_sensitive(true);
    Ok((name, value))
}

/// All headers of a message. One given twice is refused: receivers differ in which of the two they believe.
pub(crate) fn read_all(headers: &[(String, String)]) -> Result<HeaderMap, Failure> {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        let (name, value) = read(name, value)?;
        if map.insert(name, value).is_some() {
            return Err(Failure::BadHeader);
        }
    }
    Ok(map)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_belongs_to_the_message() {
        for (name, value) in
            [("webhook-id", "msg_1"), ("X-Api-Key", "a b"), ("content-type", "application/json")]
        {
            assert_eq!(check_header(name, value), Ok(()), "{name}");
        }
        for (name, value) in [
            ("", "x"),
            ("a b", "x"),
            ("a:", "x"),
            ("ä", "x"),
            ("a\r\nhost", "x"),
            ("a", "x\r\nhost: internal"),
            ("a", "x\0"),
            ("Host", "internal"),
            ("Content-Length", "0"),
            ("transfer-encoding", "chunked"),
        ] {
            assert_eq!(check_header(name, value), Err(Failure::BadHeader), "{name:?}: {value:?}");
        }
    }

    #[test]
    fn twice_is_refused_in_any_case() {
        let twice = [("webhook-id".into(), "a".into()), ("Webhook-Id".into(), "b".into())];
        assert_eq!(read_all(&twice), Err(Failure::BadHeader));
        assert_eq!(read_all(&twice[..1]).unwrap().len(), 1);
    }
}
