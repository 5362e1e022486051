//! Files in a request: JSON that holds them in base64, or a form with files.

use axum::{
    extract::{FromRequest, Request},
    http::header,
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use bonafide_core::problem::{Measure, Problem, Rule, Wanted};
use bonafide_http::{Form, Json, Refusal, Result};
use serde::de::DeserializeOwned;
use utoipa::ToSchema;

/// The largest file, in bytes (10 MiB).
const MOST: usize = 10 << 20;

/// A body in either form.
pub(crate) enum Body<T> {
    Json(T),
    Form(Form),
}

impl<T, S> FromRequest<S> for Body<T>
where
    T: DeserializeOwned + ToSchema + Send + 'static,
    S: Send + Sync,
{
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self> {
        let media_type = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok());
        let is_form = media_type.and_then(|m| m.trim_start().get(..10));
        if is_form.is_some_and(|start| start.eq_ignore_ascii_case("multipart/")) {
            return Ok(Self::Form(Form::from_request(request, state).await?));
        }
        let Json(body) = Json::<T>::from_request(request, state).await?;
        Ok(Self::Json(body))
    }
}

/// The file that a text holds: base64, or a data URI of it. Empty, and a problem, where it holds none.
pub(crate) fn of_text(field: &str, text: &str, problems: &mut Vec<Problem>) -> Vec<u8> {
    let base64 = match text.strip_prefix("data:") {
        Some(uri) => uri.split_once(";base64,").map(|(_, base64)| base64),
        None => Some(text),
    };
    match base64.and_then(|base64| BASE64_STANDARD.decode(base64.trim()).ok()) {
        Some(bytes) => bounded(field, bytes, problems),
        None => {
            problems.push(Problem::new(
                field,
                Rule::Format,
                "must be a file in base64, or a data URI of one",
            ));
            vec![]
        }
    }
}

/// How much of a form there is to read.
pub(crate) fn bytes(form: &Form) -> usize {
    // A file is taken as it is; what stands in text is decoded.
    form.text.values().map(String::len).sum()
}

/// The file of a form; in a text field it may be in base64 too.
pub(crate) fn of_form(form: &mut Form, field: &str, problems: &mut Vec<Problem>) -> Option<Vec<u8>> {
    if let Some(bytes) = form.files.remove(field) {
        return Some(bounded(field, bytes, problems));
    }
    let text = form.text.remove(field)?;
    Some(of_text(field, &text, problems))
}

/// The same, of a file that there has to be.
pub(crate) fn required(form: &mut Form, field: &str, problems: &mut Vec<Problem>) -> Vec<u8> {
    of_form(form, field, problems).unwrap_or_else(|| {
        problems.push(Problem::new(field, Rule::Required, "is required"));
        vec![]
    })
}

fn bounded(field: &str, bytes: Vec<u8>, problems: &mut Vec<Problem>) -> Vec<u8> {
    if bytes.len() > MOST {
        let wanted = Wanted::AtMost(Measure::Characters, MOST.to_string());
        let message = "must have at most 10 MiB; send a smaller file";
        problems.push(Problem::new(field, Rule::Length, message).wanting(wanted));
    }
    if bytes.is_empty() {
        problems.push(Problem::new(field, Rule::Format, "the file is empty; send a picture or a PDF"));
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What schemas say of a file in base64: there is room for what a data URI has in front.
    const LONGEST: usize = 13_981_116;

    fn read(text: &str) -> Result<Vec<u8>, Vec<&'static str>> {
        let mut problems = vec![];
        let bytes = of_text("document", text, &mut problems);
        let words =
            || problems.iter().map(|problem| if problem.rule == Rule::Length { "long" } else { "format" });
        if problems.is_empty() { Ok(bytes) } else { Err(words().collect()) }
    }

    #[test]
    fn a_file_is_base64_with_or_without_what_it_is() {
        assert_eq!(read("AQID"), Ok(vec![1, 2, 3]));
        assert_eq!(read("data:application/pdf;base64,AQID"), Ok(vec![1, 2, 3]));
        for none in ["", "data:,", "data:image/png;base64,", "no base64!", "data:image/png,AQID"] {
            assert_eq!(read(none), Err(vec!["format"]), "{none}");
        }
        let large = BASE64_STANDARD.encode(vec![7; MOST + 1]);
        assert_eq!(read(&large), Err(vec!["long"]));
        assert_eq!(BASE64_STANDARD.encode(vec![7; MOST]).len() + 100, LONGEST);
    }
}
