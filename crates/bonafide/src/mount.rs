//! Which dialect answers which path: the whole server in one place.

use std::sync::Arc;

use axum::{Router, http::header, routing::get};
use bonafide_engine::Engine;
use bonafide_http::{Operation, layers};

/// One dialect of the server.
pub(crate) struct Dialect {
    pub(crate) name: &'static str,
    pub(crate) operations: Vec<Operation>,
    router: Router<Engine>,
    /// The OpenAPI document.
    pub(crate) document: String,
}

/// Removing a dialect is deleting its folder and its line here.
pub(crate) fn dialects() -> Vec<Dialect> {
    vec![dialect("vult", bonafide_vult::operations())]
}

fn dialect(name: &'static str, operations: bonafide_http::Operations<Engine>) -> Dialect {
    let (router, operations) = operations.build();
    let (router, document) = router.split_for_parts();
    let document = document.to_pretty_json().unwrap_or_default() + "\n";
    Dialect { name, operations, router, document }
}

/// The server: every dialect, its document, and the layers around all of them.
pub(crate) fn server(engine: Engine) -> Router {
    let mut all = Router::new();
    for dialect in dialects() {
        let document: Arc<str> = dialect.document.into();
        let serve = move || {
            let document = document.to_string();
            async move { ([(header::CONTENT_TYPE, "application/json")], document) }
        };
        all = all.merge(dialect.router).route(&format!("/openapi/{}.json", dialect.name), get(serve));
    }
    let (clock, entropy) = (engine.clock.clone(), engine.entropy.clone());
    let all = all
        .fallback(bonafide_vult::not_found)
        .method_not_allowed_fallback(bonafide_vult::method_not_allowed)
        .with_state(engine);
    layers::around(all, clock, entropy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_is_in_the_file_it_names() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        for dialect in dialects() {
            assert!(!dialect.operations.is_empty());
            for op in dialect.operations {
                let text = std::fs::read_to_string(root.join(&op.file)).unwrap_or_default();
                assert!(text.contains(&format!("path = \"{}\"", op.path)), "{} not in {}", op.path, op.file);
            }
        }
    }

    /// The committed document is what the server serves. To renew it:
    /// `UPDATE_OPENAPI=1 cargo test -p bonafide openapi`.
    #[test]
    fn the_committed_openapi_documents_are_current() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../openapi");
        for dialect in dialects() {
            let file = folder.join(format!("{}.json", dialect.name));
            if std::env::var_os("UPDATE_OPENAPI").is_some() {
                std::fs::create_dir_all(&folder).unwrap();
                std::fs::write(&file, &dialect.document).unwrap();
            }
            let committed = std::fs::read_to_string(&file).unwrap_or_default();
            assert!(committed == dialect.document, "openapi/{}.json is not current", dialect.name);
        }
    }
}
