//! The APIs of this server: one list that routes, documents, refusals, webhooks and tests walk.

use std::collections::{BTreeMap, BTreeSet};

use axum::Router;
use bonafide_core::{event::WebhookDialect, nearest::instead};
use bonafide_engine::Engine;
use bonafide_http::{Dialect, DialectPaths, Paths};

use crate::docs;

/// Removing a dialect is deleting its folder and its line here.
pub(crate) static DIALECTS: &[&Dialect] = &[
    &bonafide_athenty::DIALECT,
    &bonafide_capture::DIALECT,
    &bonafide_checkout::DIALECT,
    &bonafide_console::DIALECT,
    &bonafide_verifyhq::DIALECT,
    &bonafide_vult::DIALECT,
];

/// How each API words and signs what happens.
pub(crate) fn webhooks() -> Vec<&'static dyn WebhookDialect> {
    DIALECTS.iter().filter_map(|dialect| dialect.webhooks).collect()
}

/// What is wrong with the paths of the settings: a dialect or an operation that does not exist, two operations in one
/// place.
pub(crate) fn check_paths(paths: &DialectPaths) -> Result<(), String> {
    for (name, paths) in paths {
        let dialect = DIALECTS.iter().find(|d| d.name == name).ok_or_else(|| {
            let instead = instead(name, DIALECTS.iter().map(|d| d.name));
            format!("[paths.{name}]: there is no such API; {instead}")
        })?;
        let operations = dialect.routes(&Paths::new()).operations;
        let known = |path: &str| operations.iter().any(|op| op.path == path);
        for (ours, theirs) in paths {
            let variables = |path: &str| path.matches('{').count();
            if !known(ours) {
                return Err(format!("[paths.{name}]: {ours} is no path of this API; see `bonafide routes`"));
            }
            if !theirs.starts_with('/') || variables(ours) != variables(theirs) {
                return Err(format!("[paths.{name}]: {theirs} must begin with / and hold what {ours} holds"));
            }
            let taken = known(theirs) && !paths.contains_key(theirs);
            if taken || paths.values().filter(|path| *path == theirs).count() > 1 {
                return Err(format!("[paths.{name}]: {theirs} is taken by another operation"));
            }
        }
    }
    if paths.is_empty() { Ok(()) } else { no_path_twice(paths) }
}

/// The forms that a document is served in.
const DOCUMENTS: [&str; 2] = [".json", ".yaml"];

/// A router does not start with two routes in one place.
fn no_path_twice(paths: &DialectPaths) -> Result<(), String> {
    let mut all: BTreeMap<String, &str> = BTreeMap::new();
    for dialect in DIALECTS {
        let operations = dialect.routes(paths.get(dialect.name).unwrap_or(&Paths::new())).operations;
        let own: BTreeSet<String> = operations.into_iter().map(|op| op.path).collect();
        let under =
            dialect.also_under.into_iter().flat_map(|prefix| own.iter().map(move |p| format!("{prefix}{p}")));
        for path in own.iter().cloned().chain(under) {
            let is_document =
                |place: &str| path.strip_prefix(place).is_some_and(|rest| DOCUMENTS.contains(&rest));
            let documented = DIALECTS.iter().filter_map(|d| d.document_at).any(is_document);
            if documented || path == "/docs" || path.starts_with("/docs/") || path.starts_with("/openapi/") {
                return Err(format!("[paths.{}]: {path} is taken by the documentation", dialect.name));
            }
            if let Some(other) = all.insert(path.clone(), dialect.name) {
                return Err(format!("[paths.{}]: {path} is taken by {other}", dialect.name));
            }
        }
    }
    Ok(())
}

/// The documents of those that have operations, by name.
pub(crate) fn documents(paths: &DialectPaths) -> Vec<(&'static str, String)> {
    let of = |name| paths.get(name).cloned().unwrap_or_default();
    DIALECTS.iter().filter_map(|d| Some((d.name, d.routes(&of(d.name)).json()?))).collect()
}

/// The server: every dialect, and the pages that are made of their documents.
pub(crate) fn server(engine: Engine, paths: &DialectPaths) -> Router {
    bonafide_http::server(DIALECTS, engine, paths, docs::router(&documents(paths)))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn dialect(name: &str) -> &'static Dialect {
        DIALECTS.iter().find(|dialect| dialect.name == name).expect("it is in the list")
    }

    #[test]
    fn an_api_has_a_name_of_its_own_and_something_to_say() {
        for (n, dialect) in DIALECTS.iter().enumerate() {
            assert!(DIALECTS[..n].iter().all(|other| other.name != dialect.name), "{}", dialect.name);
            assert!(dialect.operations.is_some() || dialect.webhooks.is_some(), "{}", dialect.name);
            // What events and settings call it.
            assert!(dialect.webhooks.is_none_or(|webhooks| webhooks.name() == dialect.name));
        }
    }

    #[test]
    fn every_operation_is_in_the_file_it_names() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        for dialect in DIALECTS {
            let operations = dialect.routes(&Paths::new()).operations;
            assert_eq!(operations.is_empty(), dialect.operations.is_none(), "{}", dialect.name);
            for op in operations {
                let text = std::fs::read_to_string(root.join(&op.file)).unwrap_or_default();
                assert!(text.contains(&format!("\"{}\"", op.path)), "{} not in {}", op.path, op.file);
            }
        }
    }

    #[test]
    fn our_own_apis_take_nothing_they_do_not_know() {
        let strict: Vec<&str> = DIALECTS.iter().filter(|d| d.strict).map(|d| d.name).collect();
        assert_eq!(strict, ["capture", "console"]);
    }

    /// The numbers under a schema that lack a least or a most.
    fn unbounded(document: &Value, schema: &Value, place: &str, found: &mut Vec<String>) {
        if let Some(name) = schema["$ref"].as_str().and_then(|r| r.rsplit('/').next()) {
            return unbounded(document, &document["components"]["schemas"][name], place, found);
        }
        let is = |kind: &str| {
            schema["type"] == kind || schema["type"].as_array().is_some_and(|t| t.contains(&kind.into()))
        };
        if (is("number") || is("integer"))
            && !(schema["minimum"].is_number() && schema["maximum"].is_number())
        {
            found.push(place.to_owned());
        }
        for (name, member) in schema["properties"].as_object().into_iter().flatten() {
            unbounded(document, member, &format!("{place}.{name}"), found);
        }
        for many in ["allOf", "oneOf", "anyOf"] {
            schema[many].as_array().into_iter().flatten().for_each(|s| unbounded(document, s, place, found));
        }
        if schema["items"].is_object() {
            unbounded(document, &schema["items"], &format!("{place}[]"), found);
        }
    }

    #[test]
    fn every_number_that_is_sent_has_a_range() {
        let (mut found, mut bodies) = (vec![], 0);
        for dialect in DIALECTS {
            let document = serde_json::to_value(dialect.routes(&Paths::new()).document).unwrap();
            for (path, item) in document["paths"].as_object().into_iter().flatten() {
                for (method, operation) in item.as_object().into_iter().flatten() {
                    let place = format!("{method} {path} ");
                    for content in operation["requestBody"]["content"].as_object().into_iter().flatten() {
                        bodies += 1;
                        unbounded(&document, &content.1["schema"], &place, &mut found);
                    }
                    for parameter in operation["parameters"].as_array().into_iter().flatten() {
                        unbounded(&document, &parameter["schema"], &place, &mut found);
                    }
                }
            }
        }
        assert!(bodies > 50 && found.is_empty(), "{bodies} bodies; without a range: {found:#?}");
    }

    #[test]
    fn an_operation_may_have_another_path() {
        let paths = |pairs: &[(&str, &str)]| -> DialectPaths {
            let of = pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
            DialectPaths::from([("vult".to_owned(), of)])
        };
        let moved = paths(&[("/idv/session/create", "/v3/sessions"), ("/idv/weights", "/v3/weights")]);
        assert_eq!(check_paths(&moved), Ok(()));
        let vult = dialect("vult").routes(&moved["vult"]);
        let at = |path: &str| vult.operations.iter().filter(|op| op.path == path).count();
        assert_eq!((at("/v3/sessions"), at("/idv/session/create")), (1, 0));
        assert_eq!((at("/v3/weights"), at("/idv/weights")), (3, 0), "get, post and put");
        assert!(vult.json().is_some_and(|document| document.contains("\"/v3/sessions\"")));
        for (wrong, why) in [
            (paths(&[("/idv/nothing", "/x")]), "no path"),
            (paths(&[("/ping", "/live")]), "taken"),
            (paths(&[("/ping", "/x"), ("/live", "/x")]), "taken"),
            (paths(&[("/ping", "x")]), "begin"),
            (paths(&[("/idv/weights/{id}", "/x")]), "hold"),
            (paths(&[("/ping", "/docs")]), "taken by the documentation"),
            (paths(&[("/ping", "/v2/api/openapi.yaml")]), "taken by the documentation"),
            (paths(&[("/ping", "/console/events")]), "taken by console"),
            (paths(&[("/ping", "/v1/admin/api-clients")]), "taken by verifyhq"),
            (DialectPaths::from([("vlut".to_owned(), Paths::new())]), "no such API"),
        ] {
            let told = check_paths(&wrong).unwrap_err();
            assert!(told.contains(why), "{told}");
        }
    }

    /// The committed document is what the server serves. To renew it:
    /// `UPDATE_OPENAPI=1 cargo test -p bonafide openapi`.
    #[test]
    fn the_committed_openapi_documents_are_current() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../openapi");
        for dialect in DIALECTS {
            let file = folder.join(format!("{}.json", dialect.name));
            let Some(document) = dialect.routes(&Paths::new()).json() else {
                assert!(!file.exists(), "{} has no operations to publish", dialect.name);
                continue;
            };
            if std::env::var_os("UPDATE_OPENAPI").is_some() {
                std::fs::create_dir_all(&folder).unwrap();
                std::fs::write(&file, &document).unwrap();
            }
            let committed = std::fs::read_to_string(&file).unwrap_or_default();
            assert!(committed == document, "openapi/{}.json is not current", dialect.name);
        }
    }
}
