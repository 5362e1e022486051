//! A request body that already fits its published schema. The schema in the API document is the
//! validator, so the two cannot drift, and every wrong field is reported in one answer.

use std::{
    any::TypeId,
    collections::HashMap,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use axum::{
    extract::{FromRequest, FromRequestParts, Request},
    http::{StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use bonafide_core::{
    email,
    problem::{MAX_PROBLEMS, Measure, Problem, Rule, Wanted},
    text::turns,
};
use jsonschema::{
    ValidationError, Validator,
    error::{TypeKind, ValidationErrorKind as Kind},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use utoipa::ToSchema;

use crate::{
    Refusal, Result,
    body::{self, UnderWay},
    members::Unknown,
};

/// As an argument: a body that fits the schema of `T`. As an answer: a `T` as JSON.
#[derive(Debug)]
pub struct Json<T>(pub T);

/// Query parameters that fit the schema of `T`; every value arrives as text.
#[derive(Debug)]
pub struct Query<T>(pub T);

/// The parts of the path that stand in braces.
#[derive(Debug)]
pub struct Path<T>(pub T);

impl<T, S> FromRequest<S> for Json<T>
where
    T: DeserializeOwned + ToSchema + Send + 'static,
    S: Send + Sync,
{
    type Rejection = Refusal;

    async fn from_request(request: Request, _: &S) -> Result<Self> {
        let media_type = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok());
        let json = media_type.is_none_or(|m| {
            let m = m.split(';').next().unwrap_or("").trim();
            m.eq_ignore_ascii_case("application/json") || m.to_ascii_lowercase().ends_with("+json")
        });
        if !json {
            return Err(whole_body("must be sent as application/json").into());
        }
        let (parts, body) = request.into_parts();
        let unknown = Unknown::of(&parts);
        let under_way = parts.extensions.get::<UnderWay>();
        let bytes = body::read(body, under_way).await?;
        let checked = body::read_beside(bytes.len(), under_way, move || -> Result<T> {
            let value = if bytes.is_empty() {
                Value::Object(serde_json::Map::new())
            } else {
                serde_json::from_slice(&bytes).map_err(|e| not_json(&e))?
            };
            // Of large bodies as little as can be is there at once.
            drop(bytes);
            Ok(check(value, &unknown)?)
        });
        Ok(Self(checked.await?))
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

impl<T, S> FromRequestParts<S> for Query<T>
where
    T: DeserializeOwned + ToSchema + 'static,
    S: Send + Sync,
{
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        type Pairs = axum::extract::Query<HashMap<String, String>>;
        let axum::extract::Query(pairs) = Pairs::from_request_parts(parts, state)
            .await
            .map_err(|_| whole_body("the query string is not well-formed"))?;
        let value = pairs.into_iter().map(|(k, v)| (k, Value::String(v))).collect();
        Ok(Self(check(Value::Object(value), &Unknown::of(parts))?))
    }
}

impl<T, S> FromRequestParts<S> for Path<T>
where
    T: DeserializeOwned + Send,
    S: Send + Sync,
{
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let path = axum::extract::Path::<T>::from_request_parts(parts, state).await;
        Ok(path
            .map(|axum::extract::Path(parts)| Self(parts))
            .map_err(|_| whole_body("the path is not well-formed"))?)
    }
}

/// An answer to what made something: 201.
#[derive(Debug)]
pub struct Created<T>(pub T);

impl<T: Serialize> IntoResponse for Created<T> {
    fn into_response(self) -> Response {
        (StatusCode::CREATED, axum::Json(self.0)).into_response()
    }
}

/// Done, and nothing to say: 204.
#[derive(Debug)]
pub struct NoContent;

impl IntoResponse for NoContent {
    fn into_response(self) -> Response {
        StatusCode::NO_CONTENT.into_response()
    }
}

/// Turns a JSON value into a `T`, or says everything that is wrong with it.
pub(crate) fn check<T: DeserializeOwned + ToSchema + 'static>(
    value: Value,
    unknown: &Unknown,
) -> Result<T, Vec<Problem>> {
    let compiled = compiled::<T>();
    let mut problems = unknown.members(&compiled.document, &value);
    for problem in compiled.validator.iter_errors(&value).flat_map(|e| flatten(&e)) {
        let told = problem.rule == Rule::Unknown && problems.iter().any(|p| p.field == problem.field);
        if !told && problems.len() < MAX_PROBLEMS {
            problems.push(problem);
        }
    }
    // What is too long is no address or the like for that alone; said once.
    let too_long = |p: &&Problem| matches!(p.wanted, Some(Wanted::AtMost(Measure::Characters, _)));
    let long: Vec<String> = problems.iter().filter(too_long).map(|p| p.field.clone()).collect();
    problems.retain(|p| p.rule != Rule::Format || !long.contains(&p.field));
    unwanted_characters(&value, "", &mut problems);
    if !problems.is_empty() {
        return Err(problems);
    }
    // To a schema 1.0 is a whole number, to serde it is none.
    serde_path_to_error::deserialize(&value).or_else(|_| {
        let value = whole(value);
        // What a schema cannot say (rules only serde knows) still names its field.
        serde_path_to_error::deserialize(value).map_err(|e| {
            vec![Problem::new(e.path().to_string(), Rule::Other, "has a value that is not accepted")]
        })
    })
}

/// The same with 1 for 1.0, as far as a double is exact.
fn whole(value: Value) -> Value {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match value {
        Value::Number(n) => {
            match n.as_f64().filter(|f| !n.is_i64() && f.fract() == 0.0 && f.abs() <= EXACT) {
                Some(f) => Value::from(f as i64),
                None => Value::Number(n),
            }
        }
        Value::Array(items) => items.into_iter().map(whole).collect(),
        Value::Object(fields) => fields.into_iter().map(|(name, field)| (name, whole(field))).collect(),
        other => other,
    }
}

/// Text with a NUL character cannot be stored by every database, and with one that turns its direction around it reads as
/// another text. Nobody means either.
fn unwanted_characters(value: &Value, path: &str, problems: &mut Vec<Problem>) {
    if problems.len() >= MAX_PROBLEMS {
        return;
    }
    let inside = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    let unwanted = |text: &str| match text.chars().find(|c| *c == '\0' || turns(*c)) {
        Some('\0') => Some("a NUL character"),
        Some(_) => Some(
            "a character that turns the direction of the text around (U+202A to U+202E, U+2066 to U+2069)",
        ),
        None => None,
    };
    match value {
        Value::String(text) => {
            if let Some(what) = unwanted(text) {
                problems.push(Problem::new(path, Rule::Format, format!("must not hold {what}")));
            }
        }
        Value::Array(items) => {
            for (i, item) in items.iter().enumerate() {
                unwanted_characters(item, &inside(&i.to_string()), problems);
            }
        }
        Value::Object(fields) => {
            for (name, field) in fields {
                if let Some(what) = unwanted(name) {
                    let message = format!("must not hold a name with {what}");
                    problems.push(Problem::new(path, Rule::Format, message));
                }
                unwanted_characters(field, &inside(name), problems);
            }
        }
        _ => {}
    }
}

/// A published schema with all that it refers to, and what holds values against it.
struct Compiled {
    document: Value,
    validator: Validator,
}

fn compiled<T: ToSchema + 'static>() -> Arc<Compiled> {
    static CACHE: LazyLock<Mutex<HashMap<TypeId, Arc<Compiled>>>> = LazyLock::new(Mutex::default);
    let mut cache = CACHE.lock().unwrap_or_else(PoisonError::into_inner);
    cache.entry(TypeId::of::<T>()).or_insert_with(|| Arc::new(compile::<T>())).clone()
}

/// Compiling fails only if our own schema is broken: a programming error found by any test of the
/// operation, so it panics.
#[expect(clippy::expect_used, reason = "our own schema, the same at every start")]
fn compile<T: ToSchema>() -> Compiled {
    let mut parts = vec![];
    T::schemas(&mut parts);
    let components = utoipa::openapi::ComponentsBuilder::new().schemas_from_iter(parts).build();
    let mut document = serde_json::to_value(T::schema()).expect("a schema is JSON");
    document["components"] = serde_json::to_value(components).expect("schemas are JSON");
    let validator = jsonschema::draft202012::options()
        .should_validate_formats(true)
        .with_format("idn-email", email::is_address)
        .build(&document)
        .expect("the published schema is a valid JSON schema");
    Compiled { document, validator }
}

fn whole_body(message: &str) -> Problem {
    Problem::new("", Rule::NotJson, message)
}

fn not_json(error: &serde_json::Error) -> Problem {
    let message = format!("is not valid JSON at line {} column {}", error.line(), error.column());
    Problem::new("", Rule::NotJson, message)
}

/// One schema violation as problems with a dotted path. Messages name the rule, never the value.
fn flatten(error: &ValidationError<'_>) -> Vec<Problem> {
    let base = error.instance_path().to_string().trim_start_matches('/').replace('/', ".");
    let inside = |name: &str| if base.is_empty() { name.to_owned() } else { format!("{base}.{name}") };
    let one = |rule, message: String| vec![Problem::new(base.clone(), rule, message)];
    let wanting =
        |rule, message: String, wanted| vec![Problem::new(base.clone(), rule, message).wanting(wanted)];
    match error.kind() {
        Kind::Required { property } => {
            vec![Problem::new(inside(property.as_str().unwrap_or("")), Rule::Required, "is required")]
        }
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => unexpected
            .iter()
            .map(|name| Problem::new(inside(name), Rule::Unknown, "is not a known field"))
            .collect(),
        // An optional object is published as `null | object`: report what is wrong with the object.
        Kind::OneOfNotValid { context } | Kind::AnyOf { context } => context
            .iter()
            .find(|branch| {
                let is_itself = |e: &ValidationError<'_>| {
                    matches!(e.kind(), Kind::Type { .. }) && e.instance_path() == error.instance_path()
                };
                !matches!(branch.as_slice(), [e] if is_itself(e))
            })
            .map_or_else(
                || one(Rule::Type, "has the wrong type".into()),
                |branch| branch.iter().flat_map(flatten).collect(),
            ),
        Kind::Type { kind } => {
            let (expected, message) = expected(kind);
            let received = type_of(error.instance());
            wanting(Rule::Type, message, Wanted::Type { expected, received })
        }
        Kind::Enum { options } => {
            let words = options.as_array().into_iter().flatten().filter_map(Value::as_str);
            let words = words.map(str::to_owned).collect();
            wanting(Rule::Enum, format!("must be one of {options}"), Wanted::OneOf(words))
        }
        Kind::Constant { expected_value } => one(Rule::Enum, format!("must be {expected_value}")),
        Kind::MinLength { limit } => {
            let wanted = Wanted::AtLeast(Measure::Characters, limit.to_string());
            wanting(Rule::Length, format!("must have at least {limit} characters"), wanted)
        }
        Kind::MaxLength { limit } => {
            let wanted = Wanted::AtMost(Measure::Characters, limit.to_string());
            wanting(Rule::Length, format!("must have at most {limit} characters"), wanted)
        }
        Kind::MinItems { limit } => {
            let wanted = Wanted::AtLeast(Measure::Items, limit.to_string());
            wanting(Rule::Length, format!("must have at least {limit} items"), wanted)
        }
        Kind::MaxItems { limit } => {
            let wanted = Wanted::AtMost(Measure::Items, limit.to_string());
            wanting(Rule::Length, format!("must have at most {limit} items"), wanted)
        }
        Kind::UniqueItems => one(Rule::Other, "must not hold anything twice".into()),
        Kind::Minimum { limit } => {
            let wanted = Wanted::AtLeast(Measure::Number, limit.to_string());
            wanting(Rule::Range, format!("must be at least {limit}"), wanted)
        }
        Kind::Maximum { limit } => {
            let wanted = Wanted::AtMost(Measure::Number, limit.to_string());
            wanting(Rule::Range, format!("must be at most {limit}"), wanted)
        }
        Kind::ExclusiveMinimum { limit } => {
            wanting(Rule::Range, format!("must be more than {limit}"), Wanted::MoreThan(limit.to_string()))
        }
        Kind::ExclusiveMaximum { limit } => {
            wanting(Rule::Range, format!("must be less than {limit}"), Wanted::LessThan(limit.to_string()))
        }
        Kind::MultipleOf { multiple_of } if *multiple_of == 1.0 => {
            let wanted = Wanted::Type { expected: "integer".into(), received: "number" };
            wanting(Rule::Type, "must be a whole number".into(), wanted)
        }
        Kind::Pattern { pattern } => one(Rule::Pattern, format!("must match {pattern}")),
        Kind::Format { format } => {
            let format = format.strip_prefix("idn-").unwrap_or(format).to_owned();
            wanting(Rule::Format, format!("must be a valid {format}"), Wanted::Format(format))
        }
        _ => one(Rule::Other, "is not accepted".into()),
    }
}

/// The type that is asked for, null aside, and the message that says so.
fn expected(kind: &TypeKind) -> (String, String) {
    match kind {
        TypeKind::Single(t) => (t.to_string(), format!("must be of type {t}")),
        TypeKind::Multiple(all) => {
            let other = all.iter().map(|t| t.to_string()).find(|t| t != "null");
            (other.unwrap_or_default(), "has the wrong type".into())
        }
    }
}

const fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use serde_json::json;

    #[derive(Debug, Deserialize, ToSchema)]
    #[serde(deny_unknown_fields)]
    struct Order {
        #[schema(max_length = 3)]
        _name: String,
        #[schema(minimum = 0, maximum = 9)]
        _count: Option<i64>,
        _kind: Kind2,
        _inner: Option<Inner>,
    }
    #[derive(Debug, Deserialize, ToSchema)]
    #[serde(rename_all = "snake_case")]
    enum Kind2 {
        Small,
        Large,
    }
    #[derive(Debug, Deserialize, ToSchema)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        _street: String,
    }

    #[test]
    fn every_wrong_field_is_named_at_once_and_no_value_is_repeated() {
        let bad =
            json!({"_name": "secret value", "_count": 11, "_kind": "huge", "more": 1, "_inner": {"x": 1}});
        let problems = check::<Order>(bad, &Unknown::default()).unwrap_err();
        let seen: Vec<_> = problems.iter().map(|p| (p.field.as_str(), p.rule)).collect();
        for expected in [
            ("_name", Rule::Length),
            ("_count", Rule::Range),
            ("_kind", Rule::Enum),
            ("more", Rule::Unknown),
            ("_inner._street", Rule::Required),
            ("_inner.x", Rule::Unknown),
        ] {
            assert!(seen.contains(&expected), "{expected:?} not in {seen:?}");
        }
        assert!(problems.iter().all(|p| !p.message.contains("secret")), "{problems:?}");
    }

    #[test]
    fn an_e_mail_address_may_have_letters_of_any_script() {
        #[derive(Debug, Deserialize, ToSchema)]
        struct To {
            #[schema(format = IdnEmail)]
            _email: String,
        }
        let to = |email: &str| check::<To>(json!({"_email": email}), &Unknown::default());
        assert!(to("jörg@münchen.example").is_ok() && to("anna@example.org").is_ok());
        for bad in ["anna", "anna@org", "anna@127.0.0.1", "an na@example.org"] {
            let problems = to(bad).unwrap_err();
            assert_eq!(
                (problems[0].rule, problems[0].message.as_str()),
                (Rule::Format, "must be a valid email")
            );
        }
    }

    #[test]
    fn text_that_reads_as_another_is_refused_by_its_field() {
        for turned in ["Anna\u{202e}htimS", "\u{2067}Anna\u{2069}", "Anna\u{202a}"] {
            let problems = check::<Inner>(json!({"_street": turned}), &Unknown::default()).unwrap_err();
            assert_eq!((problems[0].field.as_str(), problems[0].rule), ("_street", Rule::Format), "{turned}");
            assert!(!problems[0].message.contains("Anna"));
        }
        // Joiners, and marks that turn nothing around.
        for written in ["علی\u{200c}رضا", "ක්\u{200d}ෂ", "שרה\u{200f}", "Anna\u{200e}"] {
            assert!(check::<Inner>(json!({"_street": written}), &Unknown::default()).is_ok(), "{written}");
        }
    }

    #[test]
    fn nul_characters_are_found_wherever_they_are() {
        let bad = json!({"_name": "a\0", "_kind": "small", "_count": 1});
        let problems = check::<Order>(bad, &Unknown::default()).unwrap_err();
        assert_eq!((problems[0].field.as_str(), problems.len()), ("_name", 1));
        let many = json!({"a": vec!["\0"; 1000]});
        let mut problems = vec![];
        unwanted_characters(&many, "", &mut problems);
        assert_eq!(problems.len(), MAX_PROBLEMS);
        let mut problems = vec![];
        unwanted_characters(&json!({"a": [1, {"b": "\0"}], "c\0": 1}), "", &mut problems);
        let fields: Vec<_> = problems.into_iter().map(|p| p.field).collect();
        assert_eq!(fields, ["a.1.b", ""]);
    }

    #[test]
    fn a_whole_number_may_be_written_as_a_fraction() {
        let order = |count: &str| format!(r#"{{"_name": "abc", "_kind": "small", "_count": {count}}}"#);
        let read =
            |count: &str| check::<Order>(serde_json::from_str(&order(count)).unwrap(), &Unknown::default());
        assert_eq!(read("3.0").unwrap()._count, Some(3));
        assert!(read("3.5").is_err() && read("1e300").is_err());
    }

    #[test]
    fn a_good_body_passes() {
        let good = json!({"_name": "abc", "_kind": "small", "_inner": null});
        assert!(check::<Order>(good, &Unknown::default()).is_ok());
    }
}
