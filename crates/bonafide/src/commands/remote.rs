//! A running server, spoken to over its own API with a key.

use std::time::Duration;

use reqwest::{Client, Method, Response, StatusCode, header};
use serde_json::Value;

use crate::config::{Config, Flags};

type Failure = Box<dyn std::error::Error>;

/// Why there is no good answer, and what to do about it.
#[derive(Debug, thiserror::Error)]
#[error("{told}")]
pub(crate) struct Refused {
    told: String,
    /// What the server answered; absent when it did not.
    status: Option<StatusCode>,
    /// How long it asks to be left alone.
    pub(crate) retry_after: Option<Duration>,
}

impl Refused {
    fn unanswered(told: String) -> Self {
        Self { told, status: None, retry_after: None }
    }

    /// The key is at fault: asking again changes nothing.
    pub(crate) fn is_about_the_key(&self) -> bool {
        matches!(self.status, Some(StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN))
    }
}

/// Flags shared by the commands that speak to a running server.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Remote {
    /// Where the server is
    #[arg(long, env = "BONAFIDE_URL", default_value = "http://127.0.0.1:8080", value_name = "URL")]
    url: String,
    /// An API key; `bonafide keys create` makes one
    #[arg(long, env = "BONAFIDE_API_KEY", hide_env_values = true, value_name = "KEY")]
    key: Option<String>,
    /// Print JSON, for programs
    #[arg(long)]
    pub(crate) json: bool,
}

impl Remote {
    pub(crate) fn new(url: String, key: Option<String>) -> Self {
        Self { url, key, json: false }
    }

    pub(crate) fn connect(&self) -> Result<Api, Failure> {
        let key = self.key.clone().filter(|key| !key.is_empty()).ok_or(
            "no API key: give one with --key or in BONAFIDE_API_KEY; `bonafide keys create` makes one",
        )?;
        #[expect(
            clippy::disallowed_methods,
            reason = "talks to the server that the person at the keyboard named"
        )]
        let client = Client::builder().timeout(Duration::from_secs(60)).build()?;
        Ok(Api { client, url: self.url.trim_end_matches('/').to_owned(), key })
    }
}

/// Whether a server has the database to itself.
pub(crate) fn is_in_use(error: &Failure) -> bool {
    matches!(error.downcast_ref(), Some(bonafide_store::Error::InUse(_)))
}

/// The API of the server that has the database which a command could not open: where a key for it is in the environment.
///
/// # Errors
/// Why the command could not open it, and what else to do.
pub(crate) fn beside(flags: &Flags, error: Failure) -> Result<Api, Failure> {
    if !is_in_use(&error) {
        return Err(error);
    }
    let given = |name| std::env::var(name).ok().filter(|text| !text.is_empty());
    let Some(key) = given("BONAFIDE_API_KEY") else {
        let told =
            format!("{error}; or put a key of it into BONAFIDE_API_KEY, and the running server does it");
        return Err(told.into());
    };
    let url = match given("BONAFIDE_URL") {
        Some(url) => url,
        None => Config::load(flags, serde_json::json!({}))?.here(),
    };
    Remote::new(url, Some(key)).connect()
}

pub(crate) struct Api {
    client: Client,
    url: String,
    key: String,
}

impl Api {
    pub(crate) async fn get(&self, path: &str, query: &[(&str, String)]) -> Result<Value, Refused> {
        let pairs = query.iter().map(|(name, value)| (*name, value.as_str()));
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        let path = if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") };
        self.ask(Method::GET, &path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Result<Value, Refused> {
        self.ask(Method::POST, path, Some(body)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Result<Value, Refused> {
        self.ask(Method::PATCH, path, Some(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Result<Value, Refused> {
        self.ask(Method::DELETE, path, None).await
    }

    async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Result<Value, Refused> {
        let mut request = self.client.request(method, format!("{}{path}", self.url)).bearer_auth(&self.key);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await.map_err(|error| {
            let why = match () {
                () if error.is_builder() => "the URL or the key is not well-formed",
                () if error.is_timeout() => "it does not answer",
                () => "is it running?",
            };
            Refused::unanswered(format!("cannot reach the server at {}: {why}", self.url))
        })?;
        let status = answer.status();
        if !status.is_success() {
            return Err(refused(answer).await);
        }
        let body = answer.bytes().await.map_err(|_| {
            Refused::unanswered(format!("the server at {} broke off in the middle of its answer", self.url))
        })?;
        if body.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&body).map_err(|_| {
            let told =
                format!("{} answers with something else than JSON: is this a Bonafide server?", self.url);
            Refused { told, status: Some(status), retry_after: None }
        })
    }
}

async fn refused(answer: Response) -> Refused {
    let status = answer.status();
    let seconds =
        answer.headers().get(header::RETRY_AFTER).and_then(|v| v.to_str().ok()?.trim().parse().ok());
    let body = answer.json::<Value>().await.unwrap_or_default();
    let detail = body["detail"].as_str().unwrap_or("the answer says no more");
    let hint = match status {
        StatusCode::UNAUTHORIZED => " (`bonafide keys create` makes a key, --key gives it)",
        StatusCode::FORBIDDEN => {
            " (`bonafide keys create --scope SCOPE` makes a key with it, --key gives it)"
        }
        StatusCode::NOT_FOUND if body["code"].is_null() => " (is this a Bonafide server?)",
        _ => "",
    };
    let told = format!("the server answered {}: {detail}{hint}", status.as_u16());
    Refused { told, status: Some(status), retry_after: seconds.map(Duration::from_secs) }
}

/// The text of a field, empty when it is not there.
pub(crate) fn text(value: &Value, field: &str) -> String {
    match &value[field] {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}
