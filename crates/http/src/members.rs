//! Members of a request that its operation does not know: misspelt ones are refused, and whatever is ignored is told.
//!
//! Our own API refuses every one. The clients of other vendors send more than their documents name, so of those only
//! what looks misspelt is refused; the rest is ignored, named in the answer's header and counted.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    extract::{MatchedPath, Query, Request},
    http::{HeaderName, HeaderValue, Method, Uri, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use bonafide_core::{
    nearest::{instead, misspelt},
    problem::{MAX_PROBLEMS, Problem, Rule},
};
use serde_json::Value;

use crate::{Dialect, Refusal, operations::Operation};

/// Names what was ignored.
const HEADER: HeaderName = HeaderName::from_static("bonafide-ignored-members");
/// Longest value of the header, in bytes.
const LONGEST: usize = 512;
/// Most members of one request that are ignored.
const MOST: usize = 100;

/// What becomes of the members of one request that its operation does not know.
#[derive(Debug, Clone, Default)]
pub(crate) struct Unknown {
    /// Whether those are ignored that are like no known one.
    lenient: bool,
    ignored: Arc<Mutex<BTreeSet<String>>>,
}

impl Unknown {
    /// Where no dialect said anything, everything unknown is refused.
    pub(crate) fn of(parts: &Parts) -> Self {
        parts.extensions.get().cloned().unwrap_or_default()
    }

    /// Judges a name that is none of the `known` ones; `path` is where it stands.
    pub(crate) fn judge<'a>(
        &self,
        path: String,
        name: &str,
        known: impl IntoIterator<Item = &'a str> + Clone,
        problems: &mut Vec<Problem>,
    ) {
        if problems.len() >= MAX_PROBLEMS {
            return;
        }
        let mut ignored = self.ignored.lock().unwrap_or_else(PoisonError::into_inner);
        if ignored.len() >= MOST {
            let message = format!("is one of more than {MOST} fields that are not known");
            problems.push(Problem::new(path, Rule::Unknown, message));
        } else if !self.lenient || misspelt(name, known.clone()).is_some() {
            problems.push(refused(path, name, known));
        } else {
            ignored.insert(path);
        }
    }

    /// The members of `value` that the schema has no word for, wherever they are. `document` is the schema with all that it
    /// refers to.
    pub(crate) fn members(&self, document: &Value, value: &Value) -> Vec<Problem> {
        let mut problems = vec![];
        Walk { document, unknown: self }.visit(&[document], value, "", &mut problems);
        problems
    }

    fn tell(&self, response: &mut Response, dialect: &'static Dialect, operation: impl Fn() -> String) {
        let ignored = std::mem::take(&mut *self.ignored.lock().unwrap_or_else(PoisonError::into_inner));
        if ignored.is_empty() {
            return;
        }
        metrics::counter!(
            "bonafide_ignored_members_total", "api" => dialect.name, "operation" => operation()
        )
        .increment(ignored.len() as u64);
        let names: BTreeSet<String> = ignored.iter().map(|path| short(path)).collect();
        let mut text = String::new();
        for name in names {
            let more = if text.is_empty() { "" } else { ", " };
            if text.len() + more.len() + name.len() > LONGEST - ", ...".len() {
                text += ", ...";
                break;
            }
            text = text + more + &name;
        }
        if let Ok(value) = HeaderValue::try_from(text) {
            response.headers_mut().insert(HEADER, value);
        }
    }
}

fn refused<'a>(path: String, name: &str, known: impl IntoIterator<Item = &'a str>) -> Problem {
    Problem::new(path, Rule::Unknown, format!("is not a known field; {}", instead(name, known)))
}

/// A path as it may stand in a header: a strange name may be somebody's own, so a star stands for it.
fn short(path: &str) -> String {
    let plain = |part: &str| {
        (1..=64).contains(&part.len())
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b))
    };
    path.split('.').map(|part| if plain(part) { part } else { "*" }).collect::<Vec<_>>().join(".")
}

/// A value held against its schema.
struct Walk<'a> {
    document: &'a Value,
    unknown: &'a Unknown,
}

impl<'a> Walk<'a> {
    /// A value that has to fit one of these schemas, or all of them.
    fn visit(&self, schemas: &[&'a Value], value: &Value, path: &str, problems: &mut Vec<Problem>) {
        let inside = |name: &str| {
            // A dotted path cannot say a name that has a dot itself.
            let name = if name.contains('.') { "*" } else { name };
            if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
        };
        let mut shapes = vec![];
        for schema in schemas {
            self.shapes(schema, 0, &mut shapes);
        }
        match value {
            Value::Array(items) => {
                let of: Vec<&Value> = shapes.iter().filter_map(|shape| shape.get("items")).collect();
                for (i, item) in items.iter().enumerate().filter(|_| !of.is_empty()) {
                    self.visit(&of, item, &inside(&i.to_string()), problems);
                }
            }
            Value::Object(members) => {
                let objects: Vec<&Value> = shapes.into_iter().filter(|shape| is_object(shape)).collect();
                let known = || objects.iter().filter_map(|shape| shape["properties"].as_object()).flatten();
                let free = objects.is_empty() || objects.iter().any(|shape| is_free(shape));
                for (name, member) in members {
                    let mut of: Vec<&Value> = known().filter(|(n, _)| *n == name).map(|(_, s)| s).collect();
                    if of.is_empty() && !free {
                        let names: Vec<&str> = known().map(|(name, _)| name.as_str()).collect();
                        let closed = objects.iter().all(|shape| shape["additionalProperties"] == false);
                        match closed {
                            true => problems.push(refused(inside(name), name, names)),
                            false => self.unknown.judge(inside(name), name, names, problems),
                        }
                        continue;
                    }
                    if of.is_empty() {
                        of.extend(
                            objects.iter().map(|s| &s["additionalProperties"]).filter(|s| s.is_object()),
                        );
                    }
                    if !of.is_empty() {
                        self.visit(&of, member, &inside(name), problems);
                    }
                }
            }
            _ => {}
        }
        problems.truncate(MAX_PROBLEMS);
    }

    /// The plain schemas that a schema is made of.
    fn shapes(&self, schema: &'a Value, depth: usize, found: &mut Vec<&'a Value>) {
        const DEEPEST: usize = 16;
        if depth > DEEPEST {
            return;
        }
        if let Some(reference) = schema["$ref"].as_str() {
            if let Some(schema) = reference.strip_prefix('#').and_then(|place| self.document.pointer(place)) {
                self.shapes(schema, depth + 1, found);
            }
            return;
        }
        let parts =
            ["allOf", "oneOf", "anyOf"].into_iter().filter_map(|many| schema[many].as_array()).flatten();
        let before = found.len();
        for part in parts {
            self.shapes(part, depth + 1, found);
        }
        if found.len() == before || schema.get("properties").is_some() {
            found.push(schema);
        }
    }
}

fn is_object(schema: &Value) -> bool {
    let kind = &schema["type"];
    *kind == "object"
        || kind.as_array().is_some_and(|kinds| kinds.iter().any(|kind| kind == "object"))
        || kind.is_null() && schema.get("enum").is_none()
}

/// Whether an object may have members of any name.
fn is_free(schema: &Value) -> bool {
    match schema.get("additionalProperties") {
        Some(more) => *more != false,
        None => schema.get("properties").is_none(),
    }
}

/// The names that the operations of one API know in their query strings.
pub(crate) struct Members {
    dialect: &'static Dialect,
    queries: HashMap<(Method, String), Vec<String>>,
}

impl Members {
    pub(crate) fn new(dialect: &'static Dialect, operations: &[Operation]) -> Self {
        let names = |op: &Operation| {
            let method = Method::from_bytes(op.method.as_bytes()).ok()?;
            Some(((method, op.path.clone()), op.query.clone()))
        };
        Self { dialect, queries: operations.iter().filter_map(names).collect() }
    }

    /// What the operation of this path knows in its query string.
    fn query(&self, method: &Method, path: &str) -> Option<&[String]> {
        // What answers a GET answers a HEAD.
        let method = if method == Method::HEAD { &Method::GET } else { method };
        let of = |path: &str| self.queries.get(&(method.clone(), path.to_owned())).map(Vec::as_slice);
        of(path).or_else(|| of(path.strip_prefix(self.dialect.also_under?)?))
    }

    /// Around every operation: judges the query string here, lets the body be judged where it is read, and tells what was
    /// ignored.
    pub(crate) async fn watch(self: Arc<Self>, mut request: Request, next: Next) -> Response {
        let unknown = Unknown { lenient: !self.dialect.strict, ..Unknown::default() };
        let path = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str).to_owned();
        let method = request.method().clone();
        if let Some(known) = self.query(&method, &path) {
            let problems = in_query(&unknown, request.uri(), known);
            if !problems.is_empty() {
                return Refusal::from(problems).into_response();
            }
        }
        request.extensions_mut().insert(unknown.clone());
        let mut response = next.run(request).await;
        unknown.tell(&mut response, self.dialect, || format!("{method} {path}"));
        response
    }
}

fn in_query(unknown: &Unknown, uri: &Uri, known: &[String]) -> Vec<Problem> {
    // One that is not well-formed is refused where it is read.
    let Ok(Query(pairs)) = Query::<Vec<(String, String)>>::try_from_uri(uri) else { return vec![] };
    let mut problems = vec![];
    let mut seen = BTreeSet::new();
    for (name, _) in pairs {
        if known.contains(&name) {
            if !seen.insert(name.clone()) {
                problems.push(Problem::new(name, Rule::Other, "is given twice"));
            }
        } else if seen.insert(name.clone()) {
            unknown.judge(name.clone(), &name, known.iter().map(String::as_str), &mut problems);
        }
    }
    problems.truncate(MAX_PROBLEMS);
    problems
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A body as the documents of an API have it.
    fn document() -> Value {
        json!({
            "$ref": "#/components/schemas/Order",
            "components": { "schemas": {
                "Order": { "allOf": [
                    { "$ref": "#/components/schemas/Base" },
                    { "type": "object", "properties": {
                        "name": { "type": "string" },
                        "names": { "type": "string" },
                        "lines": { "type": ["array", "null"], "items": { "$ref": "#/components/schemas/Line" } },
                        "address": { "oneOf": [{ "type": "null" }, { "$ref": "#/components/schemas/Address" }] },
                        "metadata": { "type": "object" },
                        "rates": { "type": "object", "additionalProperties": { "$ref": "#/components/schemas/Line" } },
                        "how": { "oneOf": [
                            { "type": "object", "properties": { "by_mail": { "type": "string" } } },
                            { "type": "object", "properties": { "by_phone": { "type": "string" } } },
                        ] },
                        "settings": { "type": "object", "properties": { "language": {} }, "additionalProperties": false },
                    } },
                ] },
                "Base": { "type": "object", "properties": { "session_id": { "type": "string" } } },
                "Line": { "type": "object", "properties": { "amount": { "type": "integer" } } },
                "Address": { "type": "object", "properties": { "street": { "type": "string" } } },
            } },
        })
    }

    fn judged(lenient: bool, value: Value) -> (Vec<(String, String)>, Vec<String>) {
        let unknown = Unknown { lenient, ..Unknown::default() };
        let problems = unknown.members(&document(), &value);
        let ignored = unknown.ignored.lock().unwrap().iter().cloned().collect();
        (problems.into_iter().map(|p| (p.field, p.message)).collect(), ignored)
    }

    #[test]
    fn known_members_are_known_however_alike_they_are() {
        let good = json!({
            "session_id": "a", "name": "a", "names": "b", "lines": [{"amount": 1}], "address": {"street": "a"},
            "metadata": {"nmae": {"anything": 1}}, "rates": {"nmae": {"amount": 1}}, "how": {"by_phone": "1"},
            "settings": {"language": {"nmae": 1}},
        });
        for lenient in [false, true] {
            assert_eq!(judged(lenient, good.clone()), (vec![], vec![]));
        }
        assert_eq!(judged(true, json!({"lines": null, "address": null})), (vec![], vec![]));
    }

    #[test]
    fn a_strict_api_refuses_every_unknown_member_and_says_what_was_meant() {
        let bad = json!({
            "sesion_id": "a", "extra": 1, "lines": [{"amount": 1}, {"amont": 1}], "address": {"stret": "a"},
            "rates": {"any": {"amuont": 1}}, "how": {"by_male": "1"},
        });
        let (problems, ignored) = judged(false, bad);
        let said = |field: &str, end: &str| problems.iter().any(|(f, m)| f == field && m.ends_with(end));
        assert!(said("sesion_id", "did you mean `session_id`?"), "{problems:?}");
        assert!(said("lines.1.amont", "did you mean `amount`?"), "{problems:?}");
        assert!(said("address.stret", "did you mean `street`?"), "{problems:?}");
        assert!(said("rates.any.amuont", "did you mean `amount`?"), "{problems:?}");
        assert!(said("how.by_male", "did you mean `by_mail`?"), "{problems:?}");
        assert!(
            problems.iter().any(|(f, m)| f == "extra" && m.contains("is not a known field")),
            "{problems:?}"
        );
        assert_eq!((problems.len(), ignored.len()), (6, 0));
    }

    #[test]
    fn a_lenient_api_refuses_what_is_misspelt_and_remembers_the_rest() {
        let sent = json!({
            "sesion_id": "a", "customer_reference": 1, "lines": [{"amont": 1}, {"currency": 1}],
            "settings": {"theme": 1},
        });
        let (problems, ignored) = judged(true, sent);
        let fields: Vec<_> = problems.iter().map(|(field, _)| field.as_str()).collect();
        // Settings are closed in every API.
        assert_eq!(fields, ["lines.0.amont", "sesion_id", "settings.theme"]);
        assert_eq!(ignored, ["customer_reference", "lines.1.currency"]);
    }

    #[test]
    fn a_strange_name_is_not_repeated() {
        assert_eq!(short("customer_reference"), "customer_reference");
        assert_eq!(short("lines.1.ab-c"), "lines.1.ab-c");
        assert_eq!(short("Marta Rossi"), "*");
        assert_eq!(short("a.marta@example\r\nx: y"), "a.*");
        assert_eq!(short(&"x".repeat(65)), "*");
    }

    #[test]
    fn much_that_is_unknown_is_told_in_few_words() {
        static SHOP: Dialect = Dialect::new("shop", |_, _| ().into_response());
        let many = |count: usize| (0..count).map(|n| (format!("member_number_{n}"), json!(1))).collect();
        let (problems, ignored) = judged(true, Value::Object(many(MOST)));
        assert_eq!((problems.len(), ignored.len()), (0, MOST));
        for lenient in [true, false] {
            assert_eq!(judged(lenient, Value::Object(many(5000))).0.len(), MAX_PROBLEMS);
        }
        let unknown = Unknown { lenient: true, ignored: Arc::new(Mutex::new(ignored.into_iter().collect())) };
        let mut response = ().into_response();
        unknown.tell(&mut response, &SHOP, || "POST /orders".to_owned());
        let told = response.headers()[HEADER].to_str().unwrap();
        assert!(told.len() <= LONGEST && told.ends_with(", ..."), "{told}");
    }

    #[test]
    fn a_query_string_is_judged_by_the_names_of_its_operation() {
        let known = ["take".to_owned(), "skip".to_owned()];
        let of = |lenient, query: &str| -> Vec<String> {
            let unknown = Unknown { lenient, ..Unknown::default() };
            let uri: Uri = format!("/orders?{query}").parse().unwrap();
            in_query(&unknown, &uri, &known).into_iter().map(|p| p.field).collect()
        };
        assert!(of(false, "take=1&skip=2").is_empty() && of(false, "").is_empty());
        assert_eq!(of(false, "tkae=1&other=2"), ["tkae", "other"]);
        assert_eq!(of(true, "tkae=1&other=2"), ["tkae"]);
        assert_eq!(of(true, "take=1&take=2"), ["take"]);
    }
}
