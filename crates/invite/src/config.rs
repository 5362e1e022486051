//! What the operator says about invitations.

use std::{collections::BTreeMap, path::PathBuf};

use bonafide_core::secret::{Secret, Unreadable, Zeroizing};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// As in the settings file under `[invitations]`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// A folder whose files replace the built-in ones, or add languages.
    pub templates: Option<PathBuf>,
    /// How long a verification takes a person, as the messages say it: 2 to 10 minutes.
    pub minutes: u8,
    /// Without it nothing is sent by e-mail.
    pub smtp: Option<SmtpConfig>,
    /// Without it nothing is sent by text message.
    pub sms: Option<SmsConfig>,
}

impl Default for Config {
    fn default() -> Self {
        Self { templates: None, minutes: 3, smtp: None, sms: None }
    }
}

/// A mail server that passes on what it gets.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmtpConfig {
    /// Its name, or its address.
    pub server: String,
    /// 465, 587 or 25 by the kind of `tls`.
    pub port: Option<u16>,
    #[serde(default)]
    pub tls: Tls,
    /// A PEM file with certificates of authorities that are trusted besides those of the system.
    pub ca: Option<PathBuf>,
    pub username: Option<String>,
    pub password: Option<Secret>,
    /// `Name <name@domain>`, or the address alone.
    pub from: String,
    /// For the whole exchange about one message, in seconds.
    #[serde(default = "timeout_s")]
    pub timeout_s: u64,
}

/// How the connection to the mail server is protected.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tls {
    /// TLS from the first byte.
    Implicit,
    /// In the clear up to the command STARTTLS, which must succeed.
    #[default]
    StartTls,
    /// Not at all.
    None,
}

/// A gateway for text messages that is asked with POST.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmsConfig {
    /// `https`, or `http` to this machine or a private address. Some gateways want a key in it.
    pub url: Secret,
    /// Headers of the request, for instance a key.
    #[serde(default)]
    pub headers: BTreeMap<String, Secret>,
    /// A table whose texts name `{to}` (the number, with its +), `{digits}` (without), `{text}`, `{from}` and `{id}`
    /// (the same for every repeat of a message).
    pub body: Value,
    #[serde(default)]
    pub encoding: Encoding,
    /// Who sends, where the body names `{from}`.
    pub from: Option<String>,
    /// For gateways that refuse with a status of 2xx: what their answer says when they did not.
    pub accepted: Option<Accepted>,
    /// For one message, in seconds.
    #[serde(default = "timeout_s")]
    pub timeout_s: u64,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Encoding {
    #[default]
    Json,
    /// `application/x-www-form-urlencoded`; the body is a flat table then.
    Form,
}

/// Where a gateway's JSON answer says that it took the message.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Accepted {
    /// A JSON pointer (RFC 6901).
    pub at: String,
    /// Any of these values there.
    pub values: Vec<Value>,
}

fn timeout_s() -> u64 {
    30
}

/// What is wrong with the settings, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("invitations.{setting}: {why}")]
pub struct ConfigError {
    pub setting: String,
    pub why: String,
}

impl ConfigError {
    pub(crate) fn new(setting: impl Into<String>, why: impl Into<String>) -> Self {
        Self { setting: setting.into(), why: why.into() }
    }
}

/// A secret, from wherever the settings say it is.
pub(crate) fn read(secret: &Secret) -> Result<Zeroizing<String>, Unreadable> {
    secret.read(|name| std::env::var(name).ok(), |path| std::fs::read_to_string(path))
}

/// A time limit in seconds as a setting says it.
pub(crate) fn limit(setting: &str, seconds: u64) -> Result<std::time::Duration, ConfigError> {
    if !(1..=300).contains(&seconds) {
        return Err(ConfigError::new(setting, "must be between 1 and 300 seconds"));
    }
    Ok(std::time::Duration::from_secs(seconds))
}
