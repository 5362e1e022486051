//! A running server, spoken to over its own API with a key.

use std::time::Duration;

use reqwest::{Client, Method, StatusCode};
use serde_json::Value;

type Failure = Box<dyn std::error::Error>;

/// Flags shared by the commands that speak to a running server.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Remote {
    /// Where the server is
    #[arg(long, env = "BONAFIDE_URL", default_value = "http://127.0.0.1:8080", value_name = "URL")]
    url: String,
    /// An API key; `bonafide keys create` makes one
    #[arg(long, env = "BONAFIDE_API_KEY", hide_env_values = true, value_name = "KEY")]
    key: Option<String>,
    #[arg(long)]
    pub(crate) json: bool,
}

impl Remote {
    pub(crate) fn connect(&self) -> Result<Api, Failure> {
        let key = self.key.clone().ok_or(
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

pub(crate) struct Api {
    client: Client,
    url: String,
    key: String,
}

impl Api {
    pub(crate) async fn get(&self, path: &str, query: &[(&str, String)]) -> Result<Value, Failure> {
        let pairs = query.iter().map(|(name, value)| (*name, value.as_str()));
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        let path = if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") };
        self.ask(Method::GET, &path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Result<Value, Failure> {
        self.ask(Method::POST, path, Some(body)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Result<Value, Failure> {
        self.ask(Method::PATCH, path, Some(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Result<Value, Failure> {
        self.ask(Method::DELETE, path, None).await
    }

    async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Result<Value, Failure> {
        let mut request = self.client.request(method, format!("{}{path}", self.url)).bearer_auth(&self.key);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await.map_err(|error| {
            let why = if error.is_timeout() { "it does not answer" } else { "is it running?" };
            format!("cannot reach the server at {}: {why}", self.url)
        })?;
        let status = answer.status();
        let body = answer.json::<Value>().await.unwrap_or_default();
        if status.is_success() {
            return Ok(body);
        }
        let detail = body["detail"].as_str().unwrap_or("the answer says no more");
        let hint = match status {
            StatusCode::UNAUTHORIZED => " (see --key)",
            StatusCode::NOT_FOUND if body["code"].is_null() => " (is this a Bonafide server?)",
            _ => "",
        };
        Err(format!("the server answered {}: {detail}{hint}", status.as_u16()).into())
    }
}

/// The text of a field, empty when it is not there.
pub(crate) fn text(value: &Value, field: &str) -> String {
    match &value[field] {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}
