//! The routes of a dialect, each remembered with the file it is written in, and what it asks of its caller.

use std::collections::BTreeMap;

use axum::Router;
use bonafide_engine::{Engine, Scope};
use serde_json::Value;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};

use crate::{Dialect, document, layers};

/// One route, for the gate and for people who look for its code.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Operation {
    pub path: String,
    pub method: String,
    /// From the repository's root.
    pub file: String,
    /// The scopes that a caller needs; `None` where nobody has to say who they are.
    pub scopes: Option<Vec<String>>,
    /// Whether the capture token of a session is taken as well, for this session.
    pub or_capture: bool,
    /// How many requests it counts as.
    pub cost: u32,
    /// How many of it one caller may have open at once, a person's device never more than four; `None` where it is answered at
    /// once.
    pub at_once: Option<u32>,
    /// Most bytes of its body.
    pub max_body: usize,
    /// Whether its answer has no personal data, whatever is opened for it.
    pub impersonal: bool,
    /// What its query string may name.
    pub query: Vec<String>,
}

/// Other paths for a dialect's operations, by the path in the operation's file: for a vendor whose true paths become
/// known later.
pub type Paths = BTreeMap<String, String>;

/// A handler with its module path, which is also where its file is. Made by [`crate::routes!`].
pub type Route = (&'static str, UtoipaMethodRouter<Engine>);

/// What a dialect answers.
#[derive(Default)]
pub struct Routes {
    pub operations: Vec<Operation>,
    pub document: Option<OpenApi>,
    pub(crate) router: Router<Engine>,
}

impl Routes {
    /// The document as it is published.
    pub fn json(&self) -> Option<String> {
        Some(self.document.as_ref()?.to_pretty_json().unwrap_or_default() + "\n")
    }
}

impl Dialect {
    /// Its routes and its document; `paths` has other paths for some of them.
    pub fn routes(&self, paths: &Paths) -> Routes {
        let Some(all) = &self.operations else { return Routes::default() };
        let mut router = OpenApiRouter::with_openapi((all.document)());
        let mut operations = vec![];
        for (handler, mut routes) in (all.routes)() {
            let written = std::mem::take(&mut routes.1.paths);
            let other = |path: String| paths.get(&path).cloned().unwrap_or(path);
            routes.1.paths = written.into_iter().map(|(path, item)| (other(path), item)).collect();
            let handler: String = handler.chars().filter(|c| !c.is_whitespace()).collect();
            let modules = handler.rsplit_once("::").map_or("lib", |(modules, _)| modules);
            let file = format!("{}/{}.rs", all.folder, modules.replace("::", "/"));
            for (path, item) in &routes.1.paths {
                let item = serde_json::to_value(item).unwrap_or_default();
                for method in ["get", "put", "post", "delete", "patch"] {
                    let Some(operation) = item.get(method) else { continue };
                    let number = |name: &str| u32::try_from(operation[name].as_u64()?).ok();
                    let capture = Scope::Capture.as_str().to_owned();
                    operations.push(Operation {
                        path: path.clone(),
                        method: method.to_ascii_uppercase(),
                        file: file.clone(),
                        scopes: scopes(operation),
                        or_capture: all_scopes(operation).skip(1).any(|words| words.contains(&capture)),
                        cost: number("x-cost").unwrap_or(1),
                        at_once: number("x-at-once"),
                        max_body: max_body(operation),
                        impersonal: operation["x-impersonal"] == true,
                        query: query(operation),
                    });
                }
            }
            router = router.routes(routes);
        }
        let (router, mut document) = router.split_for_parts();
        document::complete(&mut document, self, all);
        Routes { operations, document: Some(document), router }
    }
}

fn query(operation: &Value) -> Vec<String> {
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    let names = parameters.filter(|p| p["in"] == "query").filter_map(|p| p["name"].as_str());
    names.map(str::to_owned).collect()
}

/// The scopes that these words of an operation's document stand for.
///
/// # Panics
/// For a word that is no scope, and so at every start of the server: the operation would ask for nothing.
pub(crate) fn known_scopes(words: &[String], operation: &str) -> Vec<Scope> {
    assert!(!words.is_empty(), "{operation} has to be called by somebody, and names no scope");
    let known = |word: &String| {
        let scope = Scope::parse(word);
        assert!(scope.is_some(), "{operation} asks for the scope {word:?}, and there is none of this name");
        scope
    };
    words.iter().filter_map(known).collect()
}

/// The scopes of the first way to say who one is.
pub(crate) fn scopes(operation: &Value) -> Option<Vec<String>> {
    all_scopes(operation).next()
}

/// The scopes of every way to say who one is.
pub(crate) fn all_scopes(operation: &Value) -> impl Iterator<Item = Vec<String>> {
    let ways = operation["security"].as_array().into_iter().flatten();
    ways.filter_map(|way| {
        let words = way.as_object()?.values().next()?.as_array()?;
        Some(words.iter().filter_map(|word| word.as_str().map(str::to_owned)).collect())
    })
}

/// Largest body of JSON, in bytes.
const JSON: usize = 256 << 10;
/// Largest body of somebody who has not said who they are.
const STRANGERS: usize = 8 << 10;

/// Most bytes of an operation's body: what it says itself, or else what its kind of body takes.
pub(crate) fn max_body(operation: &Value) -> usize {
    let said = operation[document::MAX_BODY].as_u64().and_then(|most| usize::try_from(most).ok());
    let is_form = operation["requestBody"]["content"].get("multipart/form-data").is_some();
    let usual = match scopes(operation) {
        None => STRANGERS,
        Some(_) if is_form => layers::MAX_BODY,
        Some(_) => JSON,
    };
    said.unwrap_or(usual)
}

/// The routes of handlers, each by its module path, which is also where its file is.
#[macro_export]
macro_rules! routes {
    ($($handler:path),* $(,)?) => {
        || vec![$((stringify!($handler), $crate::utoipa_axum::routes!($handler))),*]
    };
}
