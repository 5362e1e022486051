//! The routes of a dialect, each remembered with the file it is written in.

use std::collections::BTreeMap;

use utoipa::openapi::{Content, OpenApi, PathItem, RefOr, Required, Schema, request_body::RequestBody};
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
        routes.1.paths = written.into_iter().map(|(path, item)| (other(path), described(item))).collect();
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

    pub fn build(mut self) -> (OpenApiRouter<S>, Vec<Operation>) {
        optional_bodies(self.router.get_openapi_mut());
        (self.router, self.known)
    }
}

/// A body of which nothing is required may be left out, as [`Valid`](crate::Valid) takes it.
fn optional_bodies(document: &mut OpenApi) {
    let schemas = document.components.as_ref().map(|c| c.schemas.clone()).unwrap_or_default();
    let nothing_required = |body: &RequestBody| {
        body.content.values().all(|content| match content {
            RefOr::T(Content { schema: Some(RefOr::Ref(reference)), .. }) => {
                let name = reference.ref_location.rsplit('/').next().unwrap_or_default();
                matches!(schemas.get(name), Some(RefOr::T(Schema::Object(object))) if object.required.is_empty())
            }
            _ => false,
        })
    };
    for item in document.paths.paths.values_mut() {
        for operation in [&mut item.post, &mut item.put].into_iter().flatten() {
            if let Some(RefOr::T(body)) = &mut operation.request_body
                && nothing_required(body)
            {
                body.required = Some(Required::False);
            }
        }
    }
}

/// OpenAPI requires a description of every answer; most are all said by their status.
fn described(mut item: PathItem) -> PathItem {
    let operations = [&mut item.get, &mut item.put, &mut item.post, &mut item.delete, &mut item.patch];
    for operation in operations.into_iter().flatten() {
        for (status, response) in &mut operation.responses.responses {
            if let RefOr::T(response) = response
                && response.description.is_empty()
            {
                response.description = match status.as_str() {
                    "200" => "Done",
                    "400" => "Refused: the code says why, the fields say where",
                    "401" => "The access token is missing, unknown or expired",
                    "403" => "The credential may not do this",
                    "404" => "Your organization has no such object",
                    "503" => "Not now; see Retry-After",
                    _ => "See the body",
                }
                .to_owned();
            }
        }
    }
    item
}

/// Adds handlers by their module path, which is also where their file is.
#[macro_export]
macro_rules! operations {
    ($start:expr; $($handler:path),* $(,)?) => {
        $start$(.add(stringify!($handler), utoipa_axum::routes!($handler)))*
    };
}
