//! This dialect's error envelope: the vendor's, which names every wrong field in one code each, with a sentence of ours.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use bonafide_core::{
    problem::{Problem, Rule, Wanted},
    time::Timestamp,
};
use bonafide_engine::Error;
use bonafide_http::{Refusal, WITHOUT_BEARER};
use serde::Serialize;
use utoipa::ToSchema;

/// Why a request was refused.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ErrorBody {
    /// `invalid_request`, `authentication_error`, `resource_not_found`, `conflict`, `too_many_requests` or `server_error`.
    #[schema(example = "invalid_request")]
    error_type: &'static str,
    /// What is wrong: `{error}`, or of a field `{field}__{error}`, `{object}__{field}__{error}` and so on.
    #[schema(example = json!(["declared_data__birth_date__invalid_format"]))]
    error_codes: Vec<String>,
    /// What the request is called in the log, and in the header `Cko-Request-Id`.
    request_id: String,
    /// The same for people: what is wrong, and what to do.
    message: String,
}

pub(crate) fn refuse(refusal: &Refusal, _: Timestamp) -> Response {
    let status = status(refusal);
    let body = ErrorBody {
        error_type: error_type(status),
        error_codes: error_codes(refusal),
        request_id: refusal.request_id.clone(),
        message: refusal.message.clone(),
    };
    (status, Json(body)).into_response()
}

/// A 404 with a code of its own: of something that may be there later.
pub(crate) fn not_available(code: &'static str, message: &str) -> Refusal {
    Refusal { code, message: message.to_owned(), ..Error::NotFound("").into() }
}

/// A body that is no JSON is 400, one that is not valid 422.
fn status(refusal: &Refusal) -> StatusCode {
    let is_invalid = refusal.fields.iter().any(|problem| problem.rule != Rule::NotJson);
    match refusal.status {
        StatusCode::BAD_REQUEST if is_invalid => StatusCode::UNPROCESSABLE_ENTITY,
        status => status,
    }
}

fn error_type(status: StatusCode) -> &'static str {
    match status.as_u16() {
        401..=403 => "authentication_error",
        404 | 405 | 410 => "resource_not_found",
        409 => "conflict",
        429 => "too_many_requests",
        500.. => "server_error",
        _ => "invalid_request",
    }
}

fn error_codes(refusal: &Refusal) -> Vec<String> {
    if refusal.challenge == Some(WITHOUT_BEARER) {
        return vec!["authorization__bearer_missing".to_owned()];
    }
    let mut codes: Vec<String> = vec![];
    for code in refusal.fields.iter().map(error_code) {
        if !codes.contains(&code) {
            codes.push(code);
        }
    }
    if codes.is_empty() {
        codes.push(refusal.code.to_owned());
    }
    codes
}

/// The path of the field and what is wrong with it. A name that no field of ours could have is left out: it may be anything.
fn error_code(problem: &Problem) -> String {
    let plain = |name: &&str| {
        (1..=64).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    };
    let path = problem.field.split('.').filter(plain);
    path.chain([error(problem)]).collect::<Vec<_>>().join("__")
}

/// `required`, `invalid` and `invalid_format` are the vendor's own; it publishes no more of its words.
fn error(problem: &Problem) -> &'static str {
    match (problem.rule, &problem.wanted) {
        (Rule::Required, _) => "required",
        (Rule::Unknown, _) => "unknown",
        (Rule::Type, _) => "invalid_type",
        (Rule::Format, _) => "invalid_format",
        (Rule::NotJson, _) => "invalid_json",
        (Rule::Length, Some(Wanted::AtLeast(..))) => "too_short",
        (Rule::Length, Some(Wanted::AtMost(..))) => "too_long",
        (Rule::Range, _) => "out_of_range",
        (Rule::Enum | Rule::Length | Rule::Pattern | Rule::Other, _) => "invalid",
    }
}

#[cfg(test)]
mod tests {
    use bonafide_core::problem::Measure;
    use bonafide_http::Denied;

    use super::*;

    fn body(refusal: &Refusal) -> (u16, &'static str, Vec<String>) {
        let status = status(refusal);
        (status.as_u16(), error_type(status), error_codes(refusal))
    }

    #[test]
    fn a_field_is_named_in_the_vendors_grammar() {
        for (problem, code) in [
            (Problem::new("birth_date", Rule::Format, ""), "birth_date__invalid_format"),
            (Problem::new("first_name", Rule::Required, ""), "first_name__required"),
            (
                Problem::new("phone_number.country_code", Rule::Pattern, ""),
                "phone_number__country_code__invalid",
            ),
            (Problem::new("", Rule::NotJson, ""), "invalid_json"),
            (Problem::new("a.Jane Smith <jane@example.com>", Rule::Unknown, ""), "a__unknown"),
            (Problem::new("name", Rule::Length, ""), "name__invalid"),
            (
                Problem::new("name", Rule::Length, "")
                    .wanting(Wanted::AtLeast(Measure::Characters, "2".into())),
                "name__too_short",
            ),
            (
                Problem::new("name", Rule::Length, "")
                    .wanting(Wanted::AtMost(Measure::Characters, "9".into())),
                "name__too_long",
            ),
        ] {
            assert_eq!(error_code(&problem), code);
        }
    }

    #[test]
    fn the_status_says_whether_it_could_be_read() {
        let of = |rule| body(&Problem::new("a", rule, "is wrong").into());
        assert_eq!(of(Rule::NotJson), (400, "invalid_request", vec!["a__invalid_json".to_owned()]));
        assert_eq!(of(Rule::Other), (422, "invalid_request", vec!["a__invalid".to_owned()]));
        let twice = vec![Problem::new("a", Rule::Type, "x"), Problem::new("a", Rule::Type, "y")];
        assert_eq!(body(&twice.into()).2, ["a__invalid_type"]);
        // Whoever may not do it is not told that it would be valid otherwise.
        let weakens = Error::Weakens(vec![Problem::new("a", Rule::Other, "x")]);
        assert_eq!(body(&weakens.into()).0, 403);
    }

    #[test]
    fn every_refusal_has_a_type_and_a_code() {
        let of = |refusal: Refusal| {
            let (status, kind, codes) = body(&refusal);
            (status, kind, codes.join(" "))
        };
        for (refusal, expected) in [
            (Denied::NoCredentials.into(), (401, "authentication_error", "unauthorized")),
            (Denied::BadToken.into(), (401, "authentication_error", "unauthorized")),
            (Denied::WithoutBearer.into(), (401, "authentication_error", "authorization__bearer_missing")),
            (Denied::MissingScope("keys").into(), (403, "authentication_error", "insufficient_scope")),
            (Error::NotFound("applicant").into(), (404, "resource_not_found", "not_found")),
            (Refusal::wrong_method(), (405, "resource_not_found", "method_not_allowed")),
            (Error::conflict("wrong_state", "").into(), (409, "conflict", "wrong_state")),
            (Error::Gone("").into(), (410, "resource_not_found", "gone")),
            (Denied::BodyTooLarge.into(), (413, "invalid_request", "too_large")),
            (Denied::AnotherRequest.into(), (422, "invalid_request", "idempotency_key_used")),
            (Denied::TooMany { retry_after_s: 1 }.into(), (429, "too_many_requests", "too_many_requests")),
            (Error::Busy { retry_after_s: 1 }.into(), (503, "server_error", "processing")),
            (
                not_available("report__not_available", ""),
                (404, "resource_not_found", "report__not_available"),
            ),
        ] {
            let (status, kind, codes) = of(refusal);
            assert_eq!((status, kind, codes.as_str()), expected);
        }
    }
}
