//! Links of third parties: what their code looks like, and where they lead.

use bonafide_store::secrets::PlainSecret;

use crate::base::engine::Engine;

/// What the code of a link begins with.
const CODE: &str = "shr";
/// Stands in the setting for the code.
const IN_SETTING: &str = "{code}";

pub(super) fn draw(engine: &Engine) -> PlainSecret {
    PlainSecret::new(CODE, &*engine.entropy)
}

/// Where the third party goes, by the operator's setting; `None` where there is none.
pub(super) fn with(engine: &Engine, code: &str) -> Option<String> {
    let pattern = &engine.settings.share_url;
    (!pattern.is_empty()).then(|| pattern.replace(IN_SETTING, code))
}
