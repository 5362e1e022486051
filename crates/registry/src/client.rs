//! Asking, and understanding the answer.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use bonafide_core::{reason::Code, secret::Secret};
use reqwest::{
    Client, StatusCode, Url,
    header::{HeaderMap, HeaderName, HeaderValue},
    redirect,
};
use serde_json::Value;

use crate::{
    Fields, Flag,
    breaker::Breaker,
    config::{ConfigError, Mapping, ProviderConfig},
    template::fill,
};

/// Largest answer that is read, in bytes.
const MOST: usize = 256 << 10;

/// A provider that can be asked. One per process: it counts failures.
pub struct Provider {
    config: ProviderConfig,
    url: Url,
    http: Client,
    breaker: Breaker,
}

/// What the registry said: only of fields that were sent, and only where it said yes or no.
pub type Answer = BTreeMap<Flag, bool>;

/// Why there is no answer. The words hold nothing of the person and nothing of what was sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    #[error("the document gives none of the fields that the registry compares")]
    NothingToAsk,
    #[error("the registry failed several times in a row and is left alone for a while")]
    CircuitOpen,
    #[error("the registry did not answer in time")]
    Timeout,
    #[error("the registry could not be reached")]
    Unreachable,
    #[error("the registry answered with the status {0}")]
    Status(u16),
    #[error("the registry's answer is not what it should be")]
    Garbled,
}

impl Failure {
    /// As findings say it.
    pub const fn code(&self) -> Code {
        match self {
            Self::NothingToAsk => Code::NothingToAsk,
            Self::CircuitOpen => Code::CircuitOpen,
            Self::Timeout => Code::Timeout,
            Self::Unreachable | Self::Status(_) | Self::Garbled => Code::ProviderFailed,
        }
    }

    /// Whether another try may go better.
    const fn may_pass(&self) -> bool {
        match self {
            Self::Timeout | Self::Unreachable => true,
            Self::Status(status) => *status >= 500 || *status == 429,
            Self::NothingToAsk | Self::CircuitOpen | Self::Garbled => false,
        }
    }
}

impl Provider {
    /// Checks the settings and reads the secrets; nothing is asked yet.
    pub fn new(config: ProviderConfig) -> Result<Self, ConfigError> {
        config.check()?;
        let read = |secret: &Secret| {
            secret.read(|name| std::env::var(name).ok(), |path| std::fs::read_to_string(path))
        };
        let bad = |why: String| ConfigError::new("url", why);
        let url = read(&config.url).map_err(|error| bad(error.to_string()))?;
        let url = Url::parse(&url).map_err(|error| bad(error.to_string()))?;
        let here = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
        if url.scheme() != "https" && !(url.scheme() == "http" && here) {
            return Err(ConfigError::new("url", "must be https (http only on this machine)"));
        }
        let mut headers = HeaderMap::new();
        for (name, secret) in &config.headers {
            let setting = || format!("headers.{name}");
            let text = read(secret).map_err(|error| ConfigError::new(setting(), error.to_string()))?;
            let name: HeaderName =
                name.parse().map_err(|_| ConfigError::new(setting(), "is not the name of a header"))?;
            let mut value = HeaderValue::from_str(&text)
                .map_err(|_| ConfigError::new(setting(), "holds what a header cannot"))?;
            value.set_sensitive(true);
            headers.insert(name, value);
        }
        // The address is the operator's own and may well be private. Certificates are verified, and nobody is
        // followed elsewhere with a person's data.
        #[expect(clippy::disallowed_methods, reason = "the one client for the operator's registry")]
        let http = Client::builder()
            .default_headers(headers)
            .timeout(Duration::from_millis(config.timeout_ms))
            .redirect(redirect::Policy::none())
            .build()
            .map_err(|_| ConfigError::new("url", "no client can be made for it"))?;
        let breaker = Breaker::new(config.breaker_failures, Duration::from_secs(config.breaker_pause_s));
        Ok(Self { config, url, http, breaker })
    }

    /// Who issued the documents the provider knows, as in the settings.
    pub fn issuers(&self) -> &[String] {
        &self.config.issuers
    }

    /// Holds fields against the registry's.
    pub async fn ask(&self, fields: &Fields) -> Result<Answer, Failure> {
        let filled = fill(&self.config.request, fields, &self.config.words);
        if !self.config.answer.keys().any(|flag| filled.sent.contains(flag.field())) {
            return Err(Failure::NothingToAsk);
        }
        if !self.breaker.may_ask(Instant::now()) {
            return Err(Failure::CircuitOpen);
        }
        // Also reported when whoever asks gives up: the circuit is not left half-open.
        let mut watch = Watch { breaker: &self.breaker, answered: false };
        let mut wait = Duration::from_millis(self.config.backoff_ms);
        for _ in 0..self.config.retries {
            match self.attempt(&filled.body).await {
                Err(failure) if failure.may_pass() => {
                    tracing::debug!(code = %failure.code(), "the registry is asked again");
                    tokio::time::sleep(wait).await;
                    wait *= 2;
                }
                done => return self.understood(done, &filled.sent, &mut watch),
            }
        }
        self.understood(self.attempt(&filled.body).await, &filled.sent, &mut watch)
    }

    fn understood(
        &self,
        answer: Result<Value, Failure>,
        sent: &BTreeSet<String>,
        watch: &mut Watch<'_>,
    ) -> Result<Answer, Failure> {
        // A refusal of this one request (4xx) comes from a provider that is up.
        watch.answered = matches!(&answer, Err(refused @ Failure::Status(_)) if !refused.may_pass());
        let flags: Answer = self.flags(&answer?, sent);
        // An answer that says nothing about anything asked is another service's, or an error in disguise.
        if flags.is_empty() {
            return Err(Failure::Garbled);
        }
        watch.answered = true;
        Ok(flags)
    }

    async fn attempt(&self, body: &Value) -> Result<Value, Failure> {
        let failed = |error: reqwest::Error| {
            if error.is_timeout() { Failure::Timeout } else { Failure::Unreachable }
        };
        let mut response = self.http.post(self.url.clone()).json(body).send().await.map_err(failed)?;
        if response.status() != StatusCode::OK {
            return Err(Failure::Status(response.status().as_u16()));
        }
        let mut bytes = vec![];
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            if bytes.len() + chunk.len() > MOST {
                return Err(Failure::Garbled);
            }
            bytes.extend_from_slice(&chunk);
        }
        serde_json::from_slice(&bytes).map_err(|_| Failure::Garbled)
    }

    fn flags(&self, answer: &Value, sent: &BTreeSet<String>) -> Answer {
        let said = |(flag, mapping): (&Flag, &Mapping)| {
            let (yes, no) = match mapping {
                Mapping::At(_) => (&self.config.matches, &self.config.no_match),
                Mapping::With { matches, no_match, .. } => (matches, no_match),
            };
            let value = answer.pointer(mapping.pointer())?;
            // A value that means both means nothing.
            match (yes.contains(value), no.contains(value)) {
                (true, false) => Some((*flag, true)),
                (false, true) => Some((*flag, false)),
                _ => None,
            }
        };
        self.config.answer.iter().filter(|(flag, _)| sent.contains(flag.field())).filter_map(said).collect()
    }
}

struct Watch<'a> {
    breaker: &'a Breaker,
    answered: bool,
}

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        self.breaker.report(self.answered, Instant::now());
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn config() -> ProviderConfig {
        serde_json::from_value(json!({
            "url": "https://registry.example/check",
            "issuers": ["USA"],
            "request": {"number": "{document_number}", "last": "{last_name}", "sex": "{gender}"},
            "answer": {
                "document_number": "/r/number",
                "last_name": {"at": "/r/last", "match": ["exact"], "no_match": ["other"]},
                "sex": "/r/sex",
            },
        }))
        .unwrap()
    }

    #[test]
    fn only_what_was_sent_and_clearly_said_is_answered() {
        let provider = Provider::new(config()).unwrap();
        let sent = BTreeSet::from(["document_number".to_owned(), "last_name".to_owned()]);
        let flags = |number: Value, last: Value| {
            provider.flags(&json!({"r": {"number": number, "last": last, "sex": true}}), &sent)
        };
        let all = flags(json!(true), json!("other"));
        assert_eq!(
            all,
            Answer::from([(Flag::DocumentNumber, true), (Flag::LastName, false)]),
            "sex was not sent"
        );
        assert_eq!(flags(json!(null), json!("unsure")), Answer::new());
        assert_eq!(provider.flags(&json!([1]), &sent), Answer::new());
    }

    #[test]
    fn settings_that_cannot_work_name_what_is_wrong() {
        let wrong = |change: &dyn Fn(&mut ProviderConfig)| {
            let mut config = config();
            change(&mut config);
            Provider::new(config).err().unwrap().setting
        };
        assert_eq!(wrong(&|c| c.url = "http://registry.example/".into()), "url");
        assert_eq!(wrong(&|c| c.url = "registry".into()), "url");
        assert_eq!(wrong(&|c| c.request = json!("{document_number}")), "request");
        assert_eq!(wrong(&|c| c.request = json!({"number": "{document_number}"})), "answer.sex");
        assert_eq!(wrong(&|c| drop(c.answer.insert(Flag::Sex, Mapping::At("r/sex".into())))), "answer.sex");
        assert_eq!(wrong(&|c| c.retries = 100), "retries");
        assert_eq!(wrong(&|c| c.issuers.clear()), "issuers");
        let unset = Secret::Env { env: "BONAFIDE_TEST_NEVER_SET".into() };
        assert_eq!(
            wrong(&|c| drop(c.headers.insert("authorization".into(), unset.clone()))),
            "headers.authorization"
        );
    }

    #[test]
    fn secrets_are_not_printed() {
        let mut config = config();
        config.headers.insert("authorization".into(), "Bearer hush".into());
        config.url = "https://registry.example/?key=hush".into();
        let written = serde_json::to_string(&config).unwrap();
        assert!(written.contains("authorization") && !written.contains("hush"), "{written}");
        assert!(!format!("{config:?}").contains("hush"));
    }
}
