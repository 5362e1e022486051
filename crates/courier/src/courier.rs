//! Sending a message and understanding the answer.

use std::{sync::Arc, time::Duration};

use ipnet::IpNet;
use reqwest::{Client, ClientBuilder, Response, header::HeaderValue, redirect, retry};
use tokio::time::{Instant, timeout_at};

use crate::{
    Failure, Parcel, Receipt, Resolve, SystemResolver,
    guard::{self, Guard},
    header,
    retry_after::retry_after_s,
};

/// How much of an answer is kept, in bytes.
const KEPT: usize = 4096;
/// How much of an answer is read so that the connection can serve again, in bytes. Whoever sends more is hung up on.
const READ: usize = 64 << 10;
/// Longest time that an attempt can be given.
const LONGEST: Duration = Duration::from_secs(600);
/// How many connections to one host wait for the next message, and for how long: as many as messages are under way to
/// one endpoint at a time.
const IDLE: (usize, Duration) = (16, Duration::from_secs(10));

/// How messages leave.
#[derive(Clone)]
pub struct Options {
    /// Networks that may be connected to although they are not public, and without TLS: for development.
    pub allow: Vec<IpNet>,
    /// For a whole attempt: name, connection, TLS, message and answer.
    pub timeout: Duration,
    /// Who is asked for the addresses of names.
    pub resolver: Arc<dyn Resolve>,
    /// What the receiver is told about us.
    pub user_agent: String,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            allow: vec![],
            timeout: Duration::from_secs(15),
            resolver: Arc::new(SystemResolver::default()),
            user_agent: concat!("bonafide/", env!("CARGO_PKG_VERSION")).to_owned(),
        }
    }
}

/// Options that no messages can leave with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadOptions {
    #[error("the time for an attempt must be more than zero and at most ten minutes")]
    Timeout,
    #[error("the user agent holds what a header cannot: use printable ASCII")]
    UserAgent,
    #[error(
        "no client for https can be made: install the system's root certificates (often the package \
         ca-certificates) or name a file of them in SSL_CERT_FILE"
    )]
    RootCertificates,
}

/// Takes messages to their receivers. One per process, shared: it holds connections open for a while.
#[derive(Clone)]
pub struct Courier {
    https: Client,
    http: Client,
    allow: Arc<[IpNet]>,
    timeout: Duration,
}

impl Courier {
    /// Reads the system's root certificates; nothing is connected to yet.
    ///
    /// # Errors
    /// Says which of the options cannot be used.
    pub fn new(options: Options) -> Result<Self, BadOptions> {
        if options.timeout.is_zero() || options.timeout > LONGEST {
            return Err(BadOptions::Timeout);
        }
        let agent = HeaderValue::from_str(&options.user_agent).map_err(|_| BadOptions::UserAgent)?;
        let allow: Arc<[IpNet]> = options.allow.into();
        let client = |plain| {
            let guard = Guard { names: options.resolver.clone(), allow: allow.clone(), plain };
            strict().user_agent(agent.clone()).connect_timeout(options.timeout).dns_resolver(Arc::new(guard))
        };
        let https = client(false).https_only(true).build();
        // Has no use for root certificates.
        let http = client(true).tls_certs_only([]).build();
        let (Ok(https), Ok(http)) = (https, http) else { return Err(BadOptions::RootCertificates) };
        Ok(Self { https, http, allow, timeout: options.timeout })
    }

    /// What can be told of a URL without asking for its name: see [`guard::check_url`](crate::check_url).
    ///
    /// # Errors
    /// Says what is wrong with the URL.
    pub fn check_url(&self, url: &str) -> Result<(), Failure> {
        guard::check_url(url, &self.allow)
    }

    /// How long an attempt may take.
    pub fn timeout(&self) -> Duration {
        self.timeout
    }

    /// Sends a message once. Whatever goes wrong is in the receipt, and nothing is tried again: when to is the
    /// caller's to decide.
    pub async fn post(&self, parcel: &Parcel<'_>) -> Receipt {
        let start = Instant::now();
        let timeout = parcel.patience.map_or(self.timeout, |patience| patience.min(self.timeout));
        let receipt = self.attempt(parcel, start + timeout).await;
        let ms = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
        Receipt { ms, ..receipt.unwrap_or_else(Receipt::failed) }
    }

    async fn attempt(&self, parcel: &Parcel<'_>, deadline: Instant) -> Result<Receipt, Failure> {
        let url = guard::parse(parcel.url, &self.allow)?;
        let headers = header::read_all(parcel.headers)?;
        let client = if url.scheme() == "http" { &self.http } else { &self.https };
        let sending = client.post(url).headers(headers).body(parcel.body.clone()).send();
        let answer = timeout_at(deadline, sending).await.map_err(|_| Failure::Timeout)?;
        let response = answer.map_err(|error| Failure::of(&error))?;
        Ok(Receipt {
            status: Some(response.status().as_u16()),
            failure: response.status().is_redirection().then_some(Failure::Redirect),
            retry_after_s: retry_after_s(response.headers()),
            response: beginning(response, deadline).await,
            ms: 0,
        })
    }
}

/// A client that goes where it is told and nowhere else.
#[expect(clippy::disallowed_methods, reason = "the one client that refuses private addresses")]
fn strict() -> ClientBuilder {
    Client::builder()
        .no_proxy()
        .redirect(redirect::Policy::none())
        .referer(false)
        .retry(retry::never())
        .http1_only()
        .no_gzip()
        .no_brotli()
        .no_zstd()
        .no_deflate()
        .pool_max_idle_per_host(IDLE.0)
        .pool_idle_timeout(IDLE.1)
}

/// The beginning of an answer's body, as far as it comes before the deadline, whole or not.
async fn beginning(mut response: Response, deadline: Instant) -> Vec<u8> {
    let mut kept = vec![];
    let mut read = 0;
    while let Ok(Ok(Some(chunk))) = timeout_at(deadline, response.chunk()).await {
        let wanted = chunk.len().min(KEPT - kept.len());
        kept.extend_from_slice(&chunk[..wanted]);
        read += chunk.len();
        if read > READ {
            break;
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_that_cannot_work_say_so() {
        let wrong = |change: &dyn Fn(&mut Options)| {
            let mut options = Options::default();
            change(&mut options);
            Courier::new(options).err()
        };
        assert_eq!(wrong(&|_| ()), None);
        assert_eq!(wrong(&|o| o.timeout = Duration::ZERO), Some(BadOptions::Timeout));
        assert_eq!(wrong(&|o| o.timeout = Duration::MAX), Some(BadOptions::Timeout));
        assert_eq!(wrong(&|o| o.user_agent = "a\nb".into()), Some(BadOptions::UserAgent));
    }
}
