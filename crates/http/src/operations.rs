//! The routes of a dialect, each remembered with the file it is written in.

use std::collections::BTreeMap;

use serde_json::Value;
use utoipa::openapi::{
    Content, ObjectBuilder, OpenApi, PathItem, RefOr, Required, Response, Schema, Type,
    path::{Parameter, ParameterBuilder, ParameterIn},
    request_body::RequestBody,
    security::{ApiKey, ApiKeyValue, SecurityRequirement, SecurityScheme},
};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};

/// One route, for people who look for its code.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Operation {
    pub path: String,
    pub method: String,
    /// From the repository's root.
    pub file: String,
    /// The scopes that a caller needs; `None` where nobody has to say who they are.
    pub scopes: Option<Vec<String>>,
    /// A prefix under which it is found as well.
    pub also_under: Option<&'static str>,
    /// How many requests it counts as.
    pub cost: u32,
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
    also_under: Option<&'static str>,
}

impl<S: Clone + Send + Sync + 'static> Operations<S> {
    /// `folder` holds the dialect's sources, from the repository's root.
    pub fn new(document: OpenApi, folder: &'static str, paths: &Paths) -> Self {
        Self {
            router: OpenApiRouter::with_openapi(document),
            folder,
            known: vec![],
            paths: paths.clone(),
            also_under: None,
        }
    }

    /// Every operation is also found under this prefix. It is documented without.
    pub fn also_under(self, prefix: &'static str) -> Self {
        Self { also_under: Some(prefix), ..self }
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
                if let Some(operation) = item.get(method) {
                    self.known.push(Operation {
                        path: path.clone(),
                        method: method.to_ascii_uppercase(),
                        file: file.clone(),
                        scopes: scopes(operation),
                        also_under: self.also_under,
                        cost: operation["x-cost"].as_u64().and_then(|n| u32::try_from(n).ok()).unwrap_or(1),
                    });
                }
            }
        }
        self.router = self.router.routes(routes);
        self
    }

    pub fn build(mut self) -> (OpenApiRouter<S>, Vec<Operation>) {
        let document = self.router.get_openapi_mut();
        optional_bodies(document);
        gate_too(document);
        (self.router, self.known)
    }
}

/// The scopes of the first way to say who one is.
fn scopes(operation: &Value) -> Option<Vec<String>> {
    let first = operation["security"].as_array()?.first()?.as_object()?;
    let words = first.values().next()?.as_array()?;
    Some(words.iter().filter_map(|word| word.as_str().map(str::to_owned)).collect())
}

/// What the gate adds to every operation that asks who calls: an API key with the same scopes does wherever an access
/// token does, a request may be refused for its scope or its number, and one that does something may be repeated.
fn gate_too(document: &mut OpenApi) {
    let scheme = SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::with_description(
        "X-Api-Key",
        "A key instead of an access token; it may be sent as bearer token as well",
    )));
    document.components.get_or_insert_default().add_security_scheme("api_key", scheme);
    for item in document.paths.paths.values_mut() {
        let all = [
            (&mut item.get, false),
            (&mut item.put, false),
            (&mut item.post, true),
            (&mut item.delete, false),
            (&mut item.patch, true),
        ];
        for (operation, does_something) in all {
            let Some(operation) = operation else { continue };
            let Some(security) = &mut operation.security else { continue };
            let as_value = serde_json::to_value(&*security).unwrap_or_default();
            let words = scopes(&serde_json::json!({"security": as_value})).unwrap_or_default();
            security.push(SecurityRequirement::new("api_key", words.clone()));
            let mut may_be = |status: &str, what: &str| {
                let answers = &mut operation.responses.responses;
                answers.entry(status.to_owned()).or_insert_with(|| RefOr::T(Response::new(what)));
            };
            may_be("403", "The credential has not the scope");
            may_be("429", "Too many requests; see Retry-After");
            if does_something && words != ["verifications:read"] {
                may_be("400", "The idempotency key is not well-formed");
                may_be("409", "A request with this idempotency key is being answered; see Retry-After");
                may_be("413", "The body is too large");
                may_be("422", "The idempotency key was used for another request");
                operation.parameters.get_or_insert_default().push(RefOr::T(idempotency_key()));
            }
        }
    }
}

fn idempotency_key() -> Parameter {
    let about = "A word of yours for this request: asked again within a day it gets the same answer and does nothing twice";
    let text = ObjectBuilder::new()
        .schema_type(Type::String)
        .pattern(Some("^[ \\t]*[!-~]([ -~]{0,253}[!-~])?[ \\t]*$"));
    ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(about))
        .schema(Some(text.build()))
        .build()
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
            if let RefOr::T(response) = response {
                as_problem(response);
            }
        }
    }
    item
}

/// A problem document has a media type of its own (RFC 9457).
fn as_problem(response: &mut Response) {
    let is_one = |content: &Content| match &content.schema {
        Some(RefOr::Ref(reference)) => reference.ref_location.ends_with("/ProblemDocument"),
        _ => false,
    };
    if let Some(RefOr::T(content)) = response.content.get("application/json")
        && is_one(content)
        && let Some(content) = response.content.swap_remove("application/json")
    {
        response.content.insert("application/problem+json".to_owned(), content);
    }
}

/// Adds handlers by their module path, which is also where their file is.
#[macro_export]
macro_rules! operations {
    ($start:expr; $($handler:path),* $(,)?) => {
        $start$(.add(stringify!($handler), utoipa_axum::routes!($handler)))*
    };
}
