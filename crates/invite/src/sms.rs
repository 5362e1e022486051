//! A text message through the operator's gateway.

use std::net::IpAddr;

use bonafide_core::{address::is_public, secret::Secret};
use reqwest::{
    Client, StatusCode, Url,
    header::{HeaderMap, HeaderName, HeaderValue},
    redirect,
};
use serde_json::{Map, Value};

use crate::{
    Accepted, Channel, ConfigError, Encoding, NotSent, SmsConfig,
    address::{self, AddressProblem},
    config::{limit, read},
};

/// Largest answer that is read, in bytes.
const MOST: usize = 64 << 10;

pub(crate) struct Gateway {
    url: Url,
    body: Value,
    encoding: Encoding,
    from: String,
    accepted: Option<Accepted>,
    http: Client,
}

/// What the body's texts may name.
const PLACES: [&str; 5] = ["{to}", "{digits}", "{text}", "{from}", "{id}"];

impl Gateway {
    /// Checks the settings and reads the secrets; nothing is asked yet.
    pub(crate) fn new(config: &SmsConfig) -> Result<Self, ConfigError> {
        let url = url(&config.url)?;
        check_body(config)?;
        if let Some(accepted) = &config.accepted
            && !accepted.at.starts_with('/')
        {
            let why = "must be a JSON pointer, for instance \"/messages/0/status\"";
            return Err(ConfigError::new("sms.accepted.at", why));
        }
        // The address is the operator's own and may well be private. Certificates are verified, and nobody is followed
        // elsewhere with a person's number.
        #[expect(clippy::disallowed_methods, reason = "the one client for the operator's gateway")]
        let http = Client::builder()
            .default_headers(headers(config)?)
            .timeout(limit("sms.timeout_s", config.timeout_s)?)
            .redirect(redirect::Policy::none())
            .build()
            .map_err(|_| ConfigError::new("sms.url", "no client can be made for it"))?;
        Ok(Self {
            url,
            body: config.body.clone(),
            encoding: config.encoding,
            from: config.from.clone().unwrap_or_default(),
            accepted: config.accepted.clone(),
            http,
        })
    }

    /// Hands a message over to the gateway. `id` is the same for every repeat.
    pub(crate) async fn send(&self, to: &str, text: &str, id: &str) -> Result<(), NotSent> {
        let malformed = |why: AddressProblem| NotSent::for_good(NotSent::ADDRESS_MALFORMED, why.to_string());
        let to = address::check(Channel::Sms, to).map_err(malformed)?;
        let digits = to.trim_start_matches('+');
        let body = fill(&self.body, &[&to, digits, text, &self.from, id]);
        let request = self.http.post(self.url.clone());
        let request = match self.encoding {
            Encoding::Json => request.json(&body),
            Encoding::Form => request.form(&pairs(&body)),
        };
        let mut response = request.send().await.map_err(|error| broken(&error))?;
        refused(response.status()).map_or(Ok(()), Err)?;
        let Some(accepted) = &self.accepted else { return Ok(()) };
        let mut bytes = vec![];
        while let Some(chunk) = response.chunk().await.map_err(|error| broken(&error))? {
            if bytes.len() + chunk.len() > MOST {
                let why = format!("the gateway's answer is longer than {MOST} bytes");
                return Err(NotSent::now(NotSent::GATEWAY_FAILED, why));
            }
            bytes.extend_from_slice(&chunk);
        }
        let answer: Value = serde_json::from_slice(&bytes)
            .map_err(|_| NotSent::now(NotSent::GATEWAY_FAILED, "the gateway's answer is not JSON"))?;
        match answer.pointer(&accepted.at) {
            Some(value) if accepted.values.contains(value) => Ok(()),
            Some(_) => Err(NotSent::now(
                NotSent::GATEWAY_REFUSED,
                format!("the gateway's answer has at {} none of the accepted values", accepted.at),
            )),
            None => Err(NotSent::now(
                NotSent::GATEWAY_FAILED,
                format!("the gateway's answer has nothing at {}", accepted.at),
            )),
        }
    }
}

fn url(setting: &Secret) -> Result<Url, ConfigError> {
    let bad = |why: String| ConfigError::new("sms.url", why);
    let text = read(setting).map_err(|error| bad(error.to_string()))?;
    let url = Url::parse(&text).map_err(|error| bad(format!("is not an address ({error})")))?;
    let host = url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    let near = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| !is_public(address));
    if url.scheme() != "https" && !(url.scheme() == "http" && near) {
        return Err(bad("must be https (http only to this machine or a private address)".to_owned()));
    }
    Ok(url)
}

fn headers(config: &SmsConfig) -> Result<HeaderMap, ConfigError> {
    let mut headers = HeaderMap::new();
    for (name, secret) in &config.headers {
        let bad = |why: String| ConfigError::new(format!("sms.headers.{name}"), why);
        let text = read(secret).map_err(|error| bad(error.to_string()))?;
        let header: HeaderName = name.parse().map_err(|_| bad("is not the name of a header".to_owned()))?;
        let mut value =
            HeaderValue::from_str(&text).map_err(|_| bad("holds what a header cannot".to_owned()))?;
        value.set_sensitive(true);
        headers.insert(header, value);
    }
    Ok(headers)
}

fn check_body(config: &SmsConfig) -> Result<(), ConfigError> {
    let bad = |why: &str| Err(ConfigError::new("sms.body", why));
    let Value::Object(members) = &config.body else {
        return bad("must be a table, for instance { to = \"{to}\", message = \"{text}\" }");
    };
    if config.encoding == Encoding::Form && members.values().any(|v| v.is_object() || v.is_array()) {
        return bad("has tables or lists inside, which a form cannot carry; write a flat table");
    }
    let mut named = vec![];
    texts(&config.body, &mut named);
    let names = |place: &str| named.iter().any(|text| text.contains(place));
    if !(names("{to}") || names("{digits}")) {
        return bad("names neither {to} nor {digits}, so that nobody would get the message");
    }
    if !names("{text}") {
        return bad("does not name {text}, so that the message would be empty");
    }
    if names("{from}") && config.from.is_none() {
        return Err(ConfigError::new("sms.from", "is missing; the body names {from}"));
    }
    Ok(())
}

fn texts<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::String(text) => found.push(text),
        Value::Object(members) => members.values().for_each(|member| texts(member, found)),
        Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
        _ => {}
    }
}

/// Puts values where the texts name their places, each text read once: a value that looks like a place stays a value.
fn fill(template: &Value, values: &[&str; PLACES.len()]) -> Value {
    match template {
        Value::String(template) => {
            let mut filled = String::with_capacity(template.len());
            let mut rest = template.as_str();
            while let Some(at) = rest.find('{') {
                let (plain, from_brace) = rest.split_at(at);
                filled.push_str(plain);
                match PLACES.iter().position(|place| from_brace.starts_with(place)) {
                    Some(which) => {
                        filled.push_str(values[which]);
                        rest = &from_brace[PLACES[which].len()..];
                    }
                    None => {
                        filled.push('{');
                        rest = &from_brace[1..];
                    }
                }
            }
            filled.push_str(rest);
            Value::String(filled)
        }
        Value::Object(members) => {
            let filled: Map<String, Value> =
                members.iter().map(|(name, member)| (name.clone(), fill(member, values))).collect();
            Value::Object(filled)
        }
        Value::Array(items) => Value::Array(items.iter().map(|item| fill(item, values)).collect()),
        other => other.clone(),
    }
}

/// A flat table as a form's fields.
fn pairs(body: &Value) -> Vec<(&str, String)> {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    body.as_object().into_iter().flatten().map(|(name, value)| (name.as_str(), text(value))).collect()
}

fn broken(error: &reqwest::Error) -> NotSent {
    if error.is_timeout() {
        NotSent::now(NotSent::TIMEOUT, "the gateway did not answer in time")
    } else {
        NotSent::now(NotSent::UNREACHABLE, "the gateway could not be reached; see the setting sms.url")
    }
}

/// What a status means. Only statuses that speak of this one request are a verdict on the number.
fn refused(status: StatusCode) -> Option<NotSent> {
    let detail = format!("the gateway answered with the status {}", status.as_u16());
    match status.as_u16() {
        200..=299 => None,
        400 | 410 | 413 | 422 => Some(NotSent::for_good(NotSent::GATEWAY_REFUSED, detail)),
        401 | 403 | 407 => {
            Some(NotSent::now(NotSent::AUTH_FAILED, format!("{detail}; see the setting sms.headers")))
        }
        300..=399 | 404 | 405 => {
            Some(NotSent::now(NotSent::GATEWAY_FAILED, format!("{detail}; see the setting sms.url")))
        }
        408 | 425 | 429 => Some(NotSent::now(NotSent::DEFERRED, detail)),
        402 | 406..=499 => Some(NotSent::now(NotSent::GATEWAY_REFUSED, detail)),
        _ => Some(NotSent::now(NotSent::GATEWAY_FAILED, detail)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_that_looks_like_a_place_stays_a_value() {
        let template = json!({"to": "{to}", "all": ["{from}: {text} {", 7, {"id": "x{id}{unknown}"}]});
        let filled = fill(&template, &["+49", "49", "{to} {id}", "{text}", "é1"]);
        assert_eq!(filled, json!({"to": "+49", "all": ["{text}: {to} {id} {", 7, {"id": "xé1{unknown}"}]}));
    }

    #[test]
    fn plain_http_stays_near() {
        for (text, right) in [
            ("https://gateway.example/send", true),
            ("http://localhost:8080/send", true),
            ("http://127.0.0.1/send", true),
            ("http://192.168.8.1/send", true),
            ("http://[fd00::1]/send", true),
            ("http://gateway.example/send", false),
            ("http://93.184.215.14/send", false),
            ("ftp://127.0.0.1/", false),
            ("gateway", false),
        ] {
            assert_eq!(url(&text.into()).is_ok(), right, "{text}");
        }
    }
}
