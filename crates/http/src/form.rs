//! `multipart/form-data` with a bounded number of parts, held in memory (pictures are small and are
//! judged by the gate before anything is decoded).

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::{FromRequest, Multipart, Request, multipart::MultipartError};
use bonafide_core::problem::{Problem, Rule};

use crate::{Refusal, Result, body::UnderWay, members::Unknown};

/// More parts than any operation asks for.
const MAX_PARTS: usize = 32;

/// The parts of a form: text fields and files, by name. File names sent by the client are dropped.
#[derive(Debug, Default)]
pub struct Form {
    pub text: BTreeMap<String, String>,
    pub files: BTreeMap<String, Vec<u8>>,
    twice: BTreeSet<String>,
    unknown: Unknown,
}

impl Form {
    /// Judges the parts that the operation does not know, and those that it knows once.
    pub fn only(&self, known: &[&str], problems: &mut Vec<Problem>) {
        for name in self.twice.iter().filter(|name| known.contains(&name.as_str())) {
            problems.push(Problem::new(name, Rule::Other, "is given twice"));
        }
        for name in self.text.keys().chain(self.files.keys()).filter(|name| !known.contains(&name.as_str())) {
            self.unknown.judge(name.clone(), name, known.iter().copied(), problems);
        }
    }

    /// A required text field; empty counts as missing.
    pub fn required(&self, name: &str, problems: &mut Vec<Problem>) -> String {
        match self.text.get(name) {
            Some(value) if !value.trim().is_empty() => value.trim().to_owned(),
            Some(_) => {
                problems.push(Problem::new(name, Rule::Length, "must not be empty"));
                String::new()
            }
            None => {
                problems.push(Problem::new(name, Rule::Required, "is required"));
                String::new()
            }
        }
    }

    /// A required number.
    pub fn number(&self, name: &str, problems: &mut Vec<Problem>) -> f64 {
        let before = problems.len();
        let text = self.required(name, problems);
        if problems.len() > before {
            return 0.0;
        }
        text.parse::<f64>().ok().filter(|n| n.is_finite()).unwrap_or_else(|| {
            problems.push(Problem::new(name, Rule::Format, "must be a decimal number"));
            0.0
        })
    }
}

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self> {
        let refused = |message: &str| Refusal::from(Problem::new("", Rule::Other, message));
        let (parts, body) = request.into_parts();
        let unknown = Unknown::of(&parts);
        let under_way = parts.extensions.get::<UnderWay>().cloned();
        let broken = |e: &MultipartError| {
            let why = under_way.as_ref().and_then(UnderWay::refusal);
            why.unwrap_or_else(|| refused(&e.body_text().to_lowercase()))
        };
        let mut parts = Multipart::from_request(Request::from_parts(parts, body), state)
            .await
            .map_err(|_| refused("must be sent as multipart/form-data"))?;
        let mut form = Self { unknown, ..Self::default() };
        for _ in 0..MAX_PARTS {
            let part = match parts.next_field().await {
                Ok(Some(part)) => part,
                Ok(None) => return Ok(form),
                Err(e) => return Err(broken(&e)),
            };
            let name = part.name().unwrap_or_default().to_owned();
            let is_file = part.file_name().is_some()
                || part.content_type().is_some_and(|t| t.starts_with("image/") || t.contains("octet-stream"));
            if form.text.contains_key(&name) || form.files.contains_key(&name) {
                form.twice.insert(name);
                continue;
            }
            let bytes = part.bytes().await.map_err(|e| broken(&e))?;
            if is_file {
                form.files.insert(name, bytes.into());
            } else {
                match String::from_utf8(bytes.into()) {
                    Ok(text) => drop(form.text.insert(name, text)),
                    Err(_) => {
                        return Err(Problem::new(name, Rule::Format, "must be UTF-8 text").into());
                    }
                }
            }
        }
        Err(refused("has too many parts"))
    }
}
