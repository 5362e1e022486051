//! Which dialect answers which path: the whole server in one place.

use std::{collections::BTreeMap, sync::Arc};

use axum::{Router, http::header, routing::get};
use bonafide_core::event::WebhookDialect;
use bonafide_engine::Engine;
use bonafide_http::{Operation, Paths, gate::Deny, guard, layers};

use crate::docs;

/// One dialect of the server.
pub(crate) struct Dialect {
    pub(crate) name: &'static str,
    pub(crate) operations: Vec<Operation>,
    router: Router<Engine>,
    deny: Deny,
    /// The OpenAPI document.
    pub(crate) document: String,
}

/// Other paths for the operations of a dialect, by the dialect's name.
pub(crate) type DialectPaths = BTreeMap<String, Paths>;

/// Removing a dialect is deleting its folder and its line here.
pub(crate) fn dialects(paths: &DialectPaths) -> Vec<Dialect> {
    let none = Paths::new();
    let of = |name| paths.get(name).unwrap_or(&none);
    vec![
        dialect("console", bonafide_console::operations(of("console")), bonafide_console::deny),
        dialect("verifyhq", bonafide_verifyhq::operations(of("verifyhq")), bonafide_verifyhq::deny),
        dialect("vult", bonafide_vult::operations(of("vult")), bonafide_vult::deny),
    ]
}

/// How each API words and signs what happens.
pub(crate) fn webhooks() -> Vec<Arc<dyn WebhookDialect>> {
    vec![
        Arc::new(bonafide_athenty::Webhooks),
        Arc::new(bonafide_checkout::Webhooks),
        Arc::new(bonafide_verifyhq::Webhooks),
        Arc::new(bonafide_vult::Webhooks),
    ]
}

/// What is wrong with the paths of the settings: a dialect or an operation that does not exist, two operations in one
/// place.
pub(crate) fn check_paths(paths: &DialectPaths) -> Result<(), String> {
    let all = dialects(&DialectPaths::new());
    for (name, paths) in paths {
        let dialect =
            all.iter().find(|d| d.name == name).ok_or(format!("[paths.{name}]: there is no such API"))?;
        let known = |path: &str| dialect.operations.iter().any(|op| op.path == path);
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
    Ok(())
}

fn dialect(name: &'static str, operations: bonafide_http::Operations<Engine>, deny: Deny) -> Dialect {
    let (router, operations) = operations.build();
    let (router, document) = router.split_for_parts();
    let document = document.to_pretty_json().unwrap_or_default() + "\n";
    Dialect { name, operations, router, deny, document }
}

/// The server: every dialect, its document, and the layers around all of them.
pub(crate) fn server(engine: Engine, paths: &DialectPaths) -> Router {
    let mut all = Router::new();
    let limits = bonafide_http::limits(engine.clock.clone());
    let dialects = dialects(paths);
    all =
        all.merge(docs::router(&dialects.iter().map(|d| (d.name, d.document.as_str())).collect::<Vec<_>>()));
    for dialect in dialects {
        let document: Arc<str> = dialect.document.into();
        let serve = move || {
            let document = document.to_string();
            async move { ([(header::CONTENT_TYPE, "application/json")], document) }
        };
        let guarded = guard(dialect.router, &dialect.operations, &engine, &limits, dialect.deny);
        all = all.merge(guarded).route(&format!("/openapi/{}.json", dialect.name), get(serve));
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
        for dialect in dialects(&DialectPaths::new()) {
            assert!(!dialect.operations.is_empty());
            for op in dialect.operations {
                let text = std::fs::read_to_string(root.join(&op.file)).unwrap_or_default();
                assert!(text.contains(&format!("path = \"{}\"", op.path)), "{} not in {}", op.path, op.file);
            }
        }
    }

    #[test]
    fn an_operation_may_have_another_path() {
        let paths = |pairs: &[(&str, &str)]| -> DialectPaths {
            let of = pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
            DialectPaths::from([("vult".to_owned(), of)])
        };
        let moved = paths(&[("/idv/session/create", "/v3/sessions"), ("/idv/weights", "/v3/weights")]);
        assert_eq!(check_paths(&moved), Ok(()));
        let vult = dialects(&moved).remove(2);
        let at = |path: &str| vult.operations.iter().filter(|op| op.path == path).count();
        assert_eq!((at("/v3/sessions"), at("/idv/session/create")), (1, 0));
        assert_eq!((at("/v3/weights"), at("/idv/weights")), (3, 0), "get, post and put");
        assert!(vult.document.contains("\"/v3/sessions\""));
        for (wrong, why) in [
            (paths(&[("/idv/nothing", "/x")]), "no path"),
            (paths(&[("/ping", "/live")]), "taken"),
            (paths(&[("/ping", "/x"), ("/live", "/x")]), "taken"),
            (paths(&[("/ping", "x")]), "begin"),
            (paths(&[("/idv/weights/{id}", "/x")]), "hold"),
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
        for dialect in dialects(&DialectPaths::new()) {
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
