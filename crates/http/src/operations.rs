//! The routes of a dialect, each remembered with the file it is written in, and what it asks of its caller.

use std::collections::BTreeMap;

use axum::Router;
use bonafide_engine::Engine;
use serde_json::Value;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};

use crate::{Dialect, document};

/// One route, for the gate and for people who look for its code.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Operation {
    pub path: String,
    pub method: String,
    /// From the repository's root.
    pub file: String,
    /// The scopes that a caller needs; `None` where nobody has to say who they are.
    pub scopes: Option<Vec<String>>,
    /// How many requests it counts as.
    pub cost: u32,
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
                    operations.push(Operation {
                        path: path.clone(),
                        method: method.to_ascii_uppercase(),
                        file: file.clone(),
                        scopes: scopes(operation),
                        cost: operation["x-cost"].as_u64().and_then(|n| u32::try_from(n).ok()).unwrap_or(1),
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

/// The scopes of the first way to say who one is.
pub(crate) fn scopes(operation: &Value) -> Option<Vec<String>> {
    let first = operation["security"].as_array()?.first()?.as_object()?;
    let words = first.values().next()?.as_array()?;
    Some(words.iter().filter_map(|word| word.as_str().map(str::to_owned)).collect())
}

/// The routes of handlers, each by its module path, which is also where its file is.
#[macro_export]
macro_rules! routes {
    ($($handler:path),* $(,)?) => {
        || vec![$((stringify!($handler), $crate::utoipa_axum::routes!($handler))),*]
    };
}
