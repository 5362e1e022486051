//! This dialect's error envelope: the vendor's seven codes, and of a request that is not valid every wrong field at once, in
//! the words of the Zod library, which the vendor's samples are written in. Zod repeats a wrong word; we do not, since what
//! people send may be personal.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use bonafide_core::{
    problem::{Measure, Problem, Rule, Wanted},
    time::Timestamp,
};
use bonafide_http::Refusal;
use serde::Serialize;
use utoipa::ToSchema;

/// Why a request was refused.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ErrorBody {
    /// Stable, for programs: `BAD_REQUEST`, `UNAUTHORIZED`, `PAYMENT_REQUIRED`, `FORBIDDEN`, `NOT_FOUND`,
    /// `VALIDATION_ERROR` or `RATE_LIMITED`; with a status of ours, a word of ours.
    #[schema(example = "VALIDATION_ERROR")]
    code: String,
    /// For people.
    #[schema(example = "Validation failed")]
    message: String,
    #[schema(example = 422)]
    status_code: u16,
    /// What is wrong with which field; with 422 alone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldError>,
}

#[derive(Debug, PartialEq, Serialize, ToSchema)]
struct FieldError {
    /// The path of the field, for instance `requirements.0`.
    field: String,
    #[schema(example = "Required")]
    message: String,
}

pub(crate) fn refuse(refusal: &Refusal, _: Timestamp) -> Response {
    let status = status(refusal);
    let is_invalid = status == StatusCode::UNPROCESSABLE_ENTITY;
    let message = match status {
        StatusCode::UNPROCESSABLE_ENTITY => "Validation failed",
        StatusCode::UNAUTHORIZED if refusal.challenge == Some("Bearer") => {
            "Missing API key. Send it in the header X-Api-Key."
        }
        StatusCode::UNAUTHORIZED => "Invalid API key.",
        _ => &refusal.message,
    };
    let mut errors: Vec<FieldError> = vec![];
    for problem in refusal.fields.iter().filter(|problem| is_invalid && says_all(problem, &refusal.fields)) {
        let error = FieldError { field: problem.field.clone(), message: zod(problem) };
        if !errors.contains(&error) {
            errors.push(error);
        }
    }
    let body = ErrorBody {
        code: code(status, refusal.code),
        message: message.to_owned(),
        status_code: status.as_u16(),
        errors,
    };
    (status, Json(body)).into_response()
}

/// Of a value of the wrong type nothing else is said, and of one that is too short or too long no pattern.
fn says_all(problem: &Problem, all: &[Problem]) -> bool {
    let breaks = |rule| all.iter().any(|p| p.rule == rule && p.field == problem.field);
    match problem.rule {
        Rule::Type => true,
        Rule::Pattern => !breaks(Rule::Type) && !breaks(Rule::Length),
        _ => !breaks(Rule::Type),
    }
}

/// A body that is no JSON is 400, one that is not valid 422. Whatever is 422 names its fields.
fn status(refusal: &Refusal) -> StatusCode {
    match refusal.status {
        StatusCode::BAD_REQUEST if refusal.fields.iter().any(|p| p.rule != Rule::NotJson) => {
            StatusCode::UNPROCESSABLE_ENTITY
        }
        StatusCode::UNPROCESSABLE_ENTITY if refusal.fields.is_empty() => StatusCode::BAD_REQUEST,
        status => status,
    }
}

fn code(status: StatusCode, ours: &str) -> String {
    match status.as_u16() {
        400 => "BAD_REQUEST".to_owned(),
        401 => "UNAUTHORIZED".to_owned(),
        402 => "PAYMENT_REQUIRED".to_owned(),
        403 => "FORBIDDEN".to_owned(),
        404 => "NOT_FOUND".to_owned(),
        422 => "VALIDATION_ERROR".to_owned(),
        429 => "RATE_LIMITED".to_owned(),
        _ => ours.to_ascii_uppercase(),
    }
}

/// What Zod says of it by default; our own sentence where Zod has no such rule.
fn zod(problem: &Problem) -> String {
    let last = problem.field.rsplit('.').next().unwrap_or_default();
    let Some(wanted) = &problem.wanted else {
        return match problem.rule {
            Rule::Required => "Required".to_owned(),
            Rule::Unknown => format!("Unrecognized key(s) in object: '{last}'"),
            Rule::Pattern if last.ends_with("Id") => "Invalid uuid".to_owned(),
            Rule::Pattern => "Invalid".to_owned(),
            _ => sentence(&problem.message),
        };
    };
    match wanted {
        Wanted::Type { expected, received } => {
            let (expected, received) = match (expected.as_str(), *received) {
                ("integer", "number") => ("integer", "float"),
                ("integer", received) => ("number", received),
                (expected, received) => (expected, received),
            };
            format!("Expected {expected}, received {received}")
        }
        Wanted::OneOf(words) => {
            let words: Vec<String> = words.iter().map(|word| format!("'{word}'")).collect();
            format!("Invalid enum value. Expected {}", words.join(" | "))
        }
        Wanted::AtLeast(Measure::Number, least) => {
            format!("Number must be greater than or equal to {least}")
        }
        Wanted::AtMost(Measure::Number, most) => format!("Number must be less than or equal to {most}"),
        Wanted::AtLeast(Measure::Characters, least) => {
            format!("String must contain at least {least} character(s)")
        }
        Wanted::AtMost(Measure::Characters, most) => {
            format!("String must contain at most {most} character(s)")
        }
        Wanted::AtLeast(Measure::Items, least) => format!("Array must contain at least {least} element(s)"),
        Wanted::AtMost(Measure::Items, most) => format!("Array must contain at most {most} element(s)"),
        Wanted::MoreThan(least) => format!("Number must be greater than {least}"),
        Wanted::LessThan(most) => format!("Number must be less than {most}"),
        Wanted::Format(format) => match format.as_str() {
            "date-time" => "Invalid datetime".to_owned(),
            "uri" => "Invalid url".to_owned(),
            other => format!("Invalid {other}"),
        },
    }
}

/// Our messages go on from the name of the field.
fn sentence(message: &str) -> String {
    let mut letters = message.chars();
    letters
        .next()
        .map_or_else(|| "Invalid input".to_owned(), |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_has_the_vendors_status() {
        let of = |status, rules: &[Rule]| {
            let fields: Vec<Problem> =
                rules.iter().map(|rule| Problem::new("a", *rule, "is wrong")).collect();
            super::status(&Refusal { status, ..Refusal::from(fields) }).as_u16()
        };
        assert_eq!(of(StatusCode::BAD_REQUEST, &[Rule::Required, Rule::Enum]), 422);
        assert_eq!(of(StatusCode::BAD_REQUEST, &[Rule::NotJson]), 400);
        assert_eq!(of(StatusCode::BAD_REQUEST, &[]), 400);
        assert_eq!(of(StatusCode::FORBIDDEN, &[Rule::Other]), 403);
        assert_eq!(of(StatusCode::UNPROCESSABLE_ENTITY, &[]), 400, "a 422 names fields");
    }

    #[test]
    fn fields_are_told_in_zods_words() {
        let of = |rule, wanted: Option<Wanted>| {
            zod(&Problem { wanted, ..Problem::new("a.clientId", rule, "is odd") })
        };
        let number = |n: &str| n.to_owned();
        for (told, expected) in [
            (of(Rule::Required, None), "Required"),
            (of(Rule::Unknown, None), "Unrecognized key(s) in object: 'clientId'"),
            (of(Rule::Pattern, None), "Invalid uuid"),
            (of(Rule::Other, None), "Is odd"),
            (of(Rule::Format, Some(Wanted::Format("email".into()))), "Invalid email"),
            (
                of(Rule::Enum, Some(Wanted::OneOf(vec!["idv".into(), "kyc".into()]))),
                "Invalid enum value. Expected 'idv' | 'kyc'",
            ),
            (
                of(Rule::Length, Some(Wanted::AtLeast(Measure::Items, number("1")))),
                "Array must contain at least 1 element(s)",
            ),
            (
                of(Rule::Range, Some(Wanted::AtMost(Measure::Number, number("90")))),
                "Number must be less than or equal to 90",
            ),
            (
                of(Rule::Type, Some(Wanted::Type { expected: "string".into(), received: "number" })),
                "Expected string, received number",
            ),
            (
                of(Rule::Type, Some(Wanted::Type { expected: "integer".into(), received: "number" })),
                "Expected integer, received float",
            ),
        ] {
            assert_eq!(told, expected);
        }
    }
}
