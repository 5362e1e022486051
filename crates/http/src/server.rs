//! The whole server: which dialect answers which path.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Router,
    extract::{Request, State},
    http::header,
    response::{IntoResponse, Response},
    routing::{MethodRouter, get},
};
use bonafide_engine::Engine;
use serde_json::json;

use crate::{
    Dialect, Paths, Refusal,
    body::Room,
    gate::guard,
    layers::{self, RequestId},
    limits::Limits,
    yaml,
};

/// Other paths for the operations of a dialect, by the dialect's name.
pub type DialectPaths = BTreeMap<String, Paths>;

/// Every dialect, its document, and the layers around all of them; `beside` has routes that are no API's.
pub fn server(
    dialects: &[&'static Dialect],
    engine: Engine,
    paths: &DialectPaths,
    beside: Router<Engine>,
) -> Router {
    let mut all = beside;
    let (limits, room) = (Arc::new(Limits::new(engine.clock.clone())), Arc::new(Room::default()));
    for dialect in dialects {
        let routes = dialect.routes(paths.get(dialect.name).unwrap_or(&Paths::new()));
        if let Some(document) = routes.json() {
            if let Some(place) = dialect.document_at {
                let text = yaml::of(&document);
                all = all.route(&format!("{place}.json"), file(document.clone(), "application/json"));
                all = all.route(&format!("{place}.yaml"), file(text, "application/yaml"));
            }
            all = all.route(&format!("/openapi/{}.json", dialect.name), file(document, "application/json"));
        }
        all = all.merge(guard(dialect, routes, &engine, &limits, &room));
    }
    let dialects: Arc<[&Dialect]> = dialects.into();
    let nowhere = move |State(engine): State<Engine>, request: Request| async move {
        let refusal = Refusal::no_such_operation();
        let whose = dialects.iter().find(|dialect| dialect.has(request.uri().path()));
        let id = request.extensions().get::<RequestId>();
        match whose {
            Some(dialect) => dialect.finish(refusal.into_response(), id, engine.now()),
            None => neutral(&refusal, NOWHERE),
        }
    };
    let wrong_method = async || {
        let refusal = Refusal::wrong_method();
        neutral(&refusal, &refusal.message)
    };
    let (clock, entropy) = (engine.clock.clone(), engine.entropy.clone());
    // Of the routes that are no API's: those of an API have it answer already.
    let all = all.fallback(nowhere).method_not_allowed_fallback(wrong_method);
    layers::around(all.with_state(engine), clock, entropy)
}

/// Serves a text that does not change.
fn file(text: String, kind: &'static str) -> MethodRouter<Engine> {
    let text: Arc<str> = text.into();
    get(move || {
        let text = text.to_string();
        async move { ([(header::CONTENT_TYPE, kind)], text) }
    })
}

const NOWHERE: &str = "no API has this path; /docs names those that there are, and so does `bonafide routes`";

/// A problem document (RFC 9457), for a path that is no API's.
fn neutral(refusal: &Refusal, detail: &str) -> Response {
    let body = json!({
        "type": "about:blank",
        "title": refusal.status.canonical_reason(),
        "status": refusal.status.as_u16(),
        "code": refusal.code,
        "detail": detail,
    });
    (refusal.status, [(header::CONTENT_TYPE, "application/problem+json")], body.to_string()).into_response()
}
