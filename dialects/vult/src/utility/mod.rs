//! State of the service. No token is needed; nothing here tells anything about a person.

pub(crate) mod health;
pub(crate) mod live;
pub(crate) mod metrics;
pub(crate) mod ping;
pub(crate) mod ready;
pub(crate) mod root;
pub(crate) mod status;
pub(crate) mod version;

use std::collections::BTreeMap;

use bonafide_engine::{Engine, health::Part};

/// The product's version.
const VERSION: &str = env!("CARGO_PKG_VERSION");
const SERVICE: &str = "bonafide";
const ENVIRONMENT: &str = "production";

/// Seconds since this process started.
fn uptime(engine: &Engine) -> f64 {
    (engine.now().0 - engine.started_at.0) as f64 / 1000.0
}

fn words(parts: &BTreeMap<&'static str, Part>) -> BTreeMap<&'static str, String> {
    let mut words: BTreeMap<_, _> = parts.iter().map(|(name, part)| (*name, part.state.to_owned())).collect();
    // Part of the vendor's shape: this server has no cache to ask.
    words.insert("cache", "not_used".to_owned());
    words
}
