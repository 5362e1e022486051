//! The routes of a dialect, each remembered with the file it is written in.

use std::collections::BTreeMap;

use utoipa::openapi::OpenApi;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};

/// One route, for people who look for its code.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Operation {
    pub path: String,
    pub method: String,
    /// From the repository's root.
    pub file: String,
}

/// Other paths for a dialect's operations, by the path in the operation's file: for a vendor whose true paths become
/// known later.
pub type Paths = BTreeMap<String, String>;

/// A router under construction.
pub struct Operations<S> {
    router: OpenApiRouter<S>,
    folder: &'static str,
    known: Vec<Operation>,
    paths: Paths,
}

impl<S: Clone + Send + Sync + 'static> Operations<S> {
    /// `folder` holds the dialect's sources, from the repository's root.
    pub fn new(document: OpenApi, folder: &'static str, paths: &Paths) -> Self {
        Self { router: OpenApiRouter::with_openapi(document), folder, known: vec![], paths: paths.clone() }
    }

    /// Adds the handler with this module path. Called by [`crate::operations!`].
    pub fn add(mut self, handler: &str, mut routes: UtoipaMethodRouter<S>) -> Self {
        let other = |path: String| self.paths.get(&path).cloned().unwrap_or(path);
        let written = std::mem::take(&mut routes.1.paths);
        routes.1.paths = written.into_iter().map(|(path, item)| (other(path), item)).collect();
        let handler: String = handler.chars().filter(|c| !c.is_whitespace()).collect();
        let modules = handler.rsplit_once("::").map_or("lib", |(modules, _)| modules);
        let file = format!("{}/{}.rs", self.folder, modules.replace("::", "/"));
        for (path, item) in &routes.1.paths {
            let item = serde_json::to_value(item).unwrap_or_default();
            for method in ["get", "put", "post", "delete", "patch"] {
                if item.get(method).is_some() {
                    let method = method.to_ascii_uppercase();
                    self.known.push(Operation { path: path.clone(), method, file: file.clone() });
                }
            }
        }
        self.router = self.router.routes(routes);
        self
    }

    pub fn build(self) -> (OpenApiRouter<S>, Vec<Operation>) {
        (self.router, self.known)
    }
}

/// Adds handlers by their module path, which is also where their file is.
#[macro_export]
macro_rules! operations {
    ($start:expr; $($handler:path),* $(,)?) => {
        $start$(.add(stringify!($handler), utoipa_axum::routes!($handler)))*
    };
}
