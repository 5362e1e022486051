//! Why a message did not arrive, in words that stay the same and sentences for people.

use std::{error::Error, io, iter};

/// Why there is no answer to take as one. Holds nothing of the address, the message or the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Failure {
    #[error("this is not a URL: give one like https://example.com/hooks, without spaces or backslashes")]
    NotUrl,
    #[error("the URL is longer than 2048 bytes: give a shorter one")]
    UrlTooLong,
    #[error("the URL must begin with https://")]
    SchemeNotHttp,
    #[error("the URL holds a user name or password: authenticate with the signature or a header instead")]
    CredentialsInUrl,
    #[error("port 0 cannot be connected to: give the receiver's port")]
    PortZero,
    #[error("http:// is only for networks that the operator allows: use https://")]
    PlainHttp,
    #[error(
        "the address is not on the public internet: use a public one, or have the operator allow its network"
    )]
    ForbiddenAddress,
    #[error("the host's name could not be looked up: check its spelling and its DNS records")]
    NameNotFound,
    #[error(
        "no connection could be made: check that the receiver listens and its firewall lets this server in"
    )]
    ConnectFailed,
    #[error("the receiver's certificate is not trusted: renew it, for this name and with its whole chain")]
    TlsNotTrusted,
    #[error("the receiver does not speak TLS as it should: check that the port is the one for https")]
    TlsFailed,
    #[error("the receiver took too long: answer first and work afterwards")]
    Timeout,
    #[error("the connection broke before the answer came: look into the receiver's log")]
    ConnectionBroke,
    #[error("what the receiver answered is not HTTP: check that the port is a web server's")]
    AnswerNotHttp,
    #[error("the receiver answered with a redirect, which is never followed: register the final URL")]
    Redirect,
    #[error(
        "a header cannot be sent: its name or value is malformed, doubled or reserved for the connection"
    )]
    BadHeader,
}

impl Failure {
    /// As stored and shown in APIs; never renamed.
    pub const fn word(self) -> &'static str {
        match self {
            Self::NotUrl => "not_a_url",
            Self::UrlTooLong => "url_too_long",
            Self::SchemeNotHttp => "scheme_not_http",
            Self::CredentialsInUrl => "credentials_in_url",
            Self::PortZero => "port_zero",
            Self::PlainHttp => "plain_http",
            Self::ForbiddenAddress => "forbidden_address",
            Self::NameNotFound => "name_not_found",
            Self::ConnectFailed => "connect_failed",
            Self::TlsNotTrusted => "tls_not_trusted",
            Self::TlsFailed => "tls_failed",
            Self::Timeout => "timeout",
            Self::ConnectionBroke => "connection_broke",
            Self::AnswerNotHttp => "answer_not_http",
            Self::Redirect => "redirect",
            Self::BadHeader => "bad_header",
        }
    }

    /// What lies at the bottom of an error of a request that brought no answer.
    pub(crate) fn of(error: &reqwest::Error) -> Self {
        // A request that could not even be put together: what was wrong with it came from the URL.
        if error.is_builder() {
            return Self::NotUrl;
        }
        if let Some(known) = causes(error).find_map(known) {
            return known;
        }
        match (error.is_timeout(), error.is_connect()) {
            (true, _) => Self::Timeout,
            (_, true) => Self::ConnectFailed,
            _ => Self::ConnectionBroke,
        }
    }
}

type Cause<'a> = &'a (dyn Error + 'static);

/// An error and all beneath it. What `io::Error` wraps is not its source, but the source's child is: it is unwrapped.
fn causes(error: Cause<'_>) -> impl Iterator<Item = Cause<'_>> {
    fn beneath(error: Cause<'_>) -> Option<Cause<'_>> {
        match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => error.source(),
        }
    }
    iter::successors(Some(error), |error| beneath(*error))
}

fn known(cause: Cause<'_>) -> Option<Failure> {
    if let Some(failure) = cause.downcast_ref::<Failure>() {
        return Some(*failure);
    }
    if let Some(tls) = cause.downcast_ref::<rustls::Error>() {
        return Some(match tls {
            rustls::Error::InvalidCertificate(_) => Failure::TlsNotTrusted,
            _ => Failure::TlsFailed,
        });
    }
    cause.downcast_ref::<hyper::Error>().filter(|http| http.is_parse()).map(|_| Failure::AnswerNotHttp)
}
