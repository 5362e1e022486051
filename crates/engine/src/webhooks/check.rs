//! What can be told of an endpoint before anything is sent there.

use std::collections::{BTreeMap, BTreeSet};

use bonafide_core::{
    delivery::Chaos,
    event::WebhookDialect,
    problem::{Problem, Rule},
};
use bonafide_courier::{check_header, sign};

use super::endpoint::Changes;
use crate::base::{
    caller::Caller,
    engine::Engine,
    error::{Error, Result},
};

/// Most headers of one endpoint, and most characters of one.
const MAX_HEADERS: usize = 20;
const LONGEST_HEADER: usize = 2048;
/// Headers of every message, beside those that sign it.
const OURS: [&str; 2] = ["content-type", "user-agent"];

/// What is not `None` is checked. `dialect` is absent for an API that this program does not have.
pub(super) fn check(
    engine: &Engine,
    caller: &Caller,
    dialect: Option<&dyn WebhookDialect>,
    what: &Changes,
    secret: Option<&str>,
) -> Result<()> {
    let mut problems = vec![];
    if what.name.as_ref().is_some_and(|name| !(1..=200).contains(&name.chars().count())) {
        problems.push(Problem::new("name", Rule::Length, "must have 1 to 200 characters"));
    }
    if let Some(Err(failure)) = what.url.as_ref().map(|url| engine.courier.check_url(url)) {
        problems.push(Problem::new("url", Rule::Other, failure.to_string()));
    }
    let known = dialect.map(|d| d.words()).unwrap_or_default();
    check_words("events", what.event_types.as_deref(), &known, &mut problems);
    if let Some(headers) = &what.headers {
        check_headers(dialect, headers, &mut problems);
    }
    if let Some(secret) = secret {
        if !(16..=256).contains(&secret.len()) || !secret.bytes().all(|b| b.is_ascii_graphic()) {
            let message = "must have 16 to 256 printable ASCII characters and no space";
            problems.push(Problem::new("secret", Rule::Length, message));
        } else if let Err(error) = sign::standard("evt", 0, b"", &[secret]) {
            problems.push(Problem::new("secret", Rule::Format, error.to_string()));
        }
    }
    check_words("chaos", what.chaos.as_deref(), &Chaos::ALL.map(Chaos::as_str), &mut problems);
    if !caller.sandbox && what.chaos.as_ref().is_some_and(|words| !words.is_empty()) {
        problems.push(Problem::new("chaos", Rule::Other, "is for test keys alone"));
    }
    if problems.is_empty() { Ok(()) } else { Err(Error::Invalid(problems)) }
}

/// Each out of the known ones, and no more of them than there are.
fn check_words(field: &str, words: Option<&[String]>, known: &[&str], problems: &mut Vec<Problem>) {
    let words = words.unwrap_or_default();
    if words.len() > known.len() {
        problems.push(Problem::new(field, Rule::Length, format!("must have at most {} words", known.len())));
        return;
    }
    for (i, _) in words.iter().enumerate().filter(|(_, word)| !known.contains(&word.as_str())) {
        let message = format!("must be one of {}", known.join(", "));
        problems.push(Problem::new(format!("{field}.{i}"), Rule::Enum, message));
    }
}

fn check_headers(
    dialect: Option<&dyn WebhookDialect>,
    headers: &BTreeMap<String, String>,
    problems: &mut Vec<Problem>,
) {
    if headers.len() > MAX_HEADERS {
        let message = format!("must have at most {MAX_HEADERS} headers");
        problems.push(Problem::new("headers", Rule::Length, message));
        return;
    }
    let signature = dialect.and_then(|d| d.signature_header()).map(str::to_ascii_lowercase);
    let mut before = BTreeSet::new();
    for (name, value) in headers {
        let lower = name.to_ascii_lowercase();
        let ours = OURS.contains(&lower.as_str())
            || lower.starts_with("webhook-")
            || signature.as_ref() == Some(&lower);
        let printable = value.bytes().all(|b| b == b' ' || b.is_ascii_graphic());
        let (rule, message) = if ours {
            (Rule::Other, "is set by the server".to_owned())
        } else if !before.insert(lower) {
            (Rule::Other, "is there twice: upper and lower case are the same".to_owned())
        } else if name.len() > LONGEST_HEADER || value.len() > LONGEST_HEADER || !printable {
            (Rule::Format, format!("must be printable ASCII of at most {LONGEST_HEADER} characters"))
        } else if let Err(failure) = check_header(name, value) {
            (Rule::Format, failure.to_string())
        } else {
            continue;
        };
        let field = format!("headers.{}", name.chars().take(64).collect::<String>());
        problems.push(Problem::new(field, rule, message));
    }
}
