//! What the operator says about a provider.

use std::collections::BTreeMap;

use bonafide_core::secret::Secret;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Flag, template::names};

/// A provider, as in the settings file under `[registry]`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProviderConfig {
    /// Where to post the request. `https`, or `http` on this machine. Some providers want a key in it.
    pub url: Secret,
    /// Headers of the request, for instance a key.
    #[serde(default)]
    pub headers: BTreeMap<String, Secret>,
    /// Who issued the documents that the provider knows: countries (`USA`) or their states (`US-VA`).
    pub issuers: Vec<String>,
    /// The body: JSON whose texts name fields, `{document_number}` or `{birth_date:%m%d%Y}`.
    pub request: Value,
    /// What the provider calls our words, by field: `gender = { male = "1", female = "2" }`.
    #[serde(default)]
    pub words: BTreeMap<String, BTreeMap<String, String>>,
    /// Where each answer stands.
    pub answer: BTreeMap<Flag, Mapping>,
    /// Values that mean that a field matches.
    #[serde(default = "yes", rename = "match")]
    pub matches: Vec<Value>,
    /// Values that mean that it does not. Any other value means that the registry did not say.
    #[serde(default = "no")]
    pub no_match: Vec<Value>,
    /// For one try, in milliseconds.
    #[serde(default = "timeout_ms")]
    pub timeout_ms: u64,
    /// Further tries after a timeout, a broken connection or a status of 5xx or 429.
    #[serde(default = "retries")]
    pub retries: u32,
    /// Before the second try, in milliseconds; doubled before each further one.
    #[serde(default = "backoff_ms")]
    pub backoff_ms: u64,
    /// Requests that fail in a row (tries included) after which the provider is left alone.
    #[serde(default = "breaker_failures")]
    pub breaker_failures: u32,
    /// For how long, in seconds. Then one request may try.
    #[serde(default = "breaker_pause_s")]
    pub breaker_pause_s: u64,
}

fn yes() -> Vec<Value> {
    vec![true.into(), "true".into(), "match".into(), "Y".into()]
}
fn no() -> Vec<Value> {
    vec![false.into(), "false".into(), "no_match".into(), "N".into()]
}
fn timeout_ms() -> u64 {
    5000
}
fn retries() -> u32 {
    2
}
fn backoff_ms() -> u64 {
    250
}
fn breaker_failures() -> u32 {
    5
}
fn breaker_pause_s() -> u64 {
    30
}

/// Where one answer stands: a JSON pointer (RFC 6901), alone or with values of its own.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Mapping {
    At(String),
    #[serde(rename_all = "snake_case")]
    With {
        at: String,
        #[serde(rename = "match")]
        matches: Vec<Value>,
        no_match: Vec<Value>,
    },
}

impl Mapping {
    pub(crate) fn pointer(&self) -> &str {
        match self {
            Self::At(at) | Self::With { at, .. } => at,
        }
    }
}

/// What is wrong with the settings of the provider.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("registry.{setting}: {why}")]
pub struct ConfigError {
    pub setting: String,
    pub why: String,
}

impl ConfigError {
    pub(crate) fn new(setting: impl Into<String>, why: impl Into<String>) -> Self {
        Self { setting: setting.into(), why: why.into() }
    }
}

impl ProviderConfig {
    /// Whatever would make every answer useless.
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        let bad = |setting: &str, why: &str| Err(ConfigError::new(setting, why));
        if !self.request.is_object() {
            return bad("request", "must be a table");
        }
        let sent = names(&self.request);
        for (flag, mapping) in &self.answer {
            let setting = format!("answer.{}", flag.as_str());
            if !mapping.pointer().starts_with('/') {
                return bad(&setting, "must be a JSON pointer, for instance \"/result/nameMatch\"");
            }
            if !sent.contains(flag.field()) {
                return bad(&setting, &format!("the request does not send {{{}}}", flag.field()));
            }
        }
        if self.answer.is_empty() {
            return bad("answer", "names no answer");
        }
        if self.issuers.is_empty() {
            return bad("issuers", "names nobody whose documents the provider knows");
        }
        if !(1..=60_000).contains(&self.timeout_ms) {
            return bad("timeout_ms", "must be between 1 and 60000");
        }
        if self.retries > 5 {
            return bad("retries", "must be at most 5");
        }
        if self.backoff_ms > 10_000 {
            return bad("backoff_ms", "must be at most 10000");
        }
        if !(1..=1000).contains(&self.breaker_failures) {
            return bad("breaker_failures", "must be between 1 and 1000");
        }
        if !(1..=86_400).contains(&self.breaker_pause_s) {
            return bad("breaker_pause_s", "must be between 1 and 86400");
        }
        Ok(())
    }
}
