//! Variables of our prefix: one that nobody reads is refused, since whoever set it meant something by it.

use bonafide_core::nearest;
use serde_json::Value;

use crate::settings::{SETTINGS, Setting};

const PREFIX: &str = "BONAFIDE_";

/// Variables of our prefix that are no settings: of the commands beside the server, of other programs of this project, and
/// of tests.
const OTHER_VARIABLES: &[&str] = &[
    "BONAFIDE_API_KEY",
    "BONAFIDE_CLIENT_SECRET",
    "BONAFIDE_FFMPEG",
    "BONAFIDE_LISTEN_SECRET",
    "BONAFIDE_MODELS_DIR",
    "BONAFIDE_RUNTIME",
    "BONAFIDE_URL",
    "BONAFIDE_WEBHOOK_SECRET",
];

/// Refuses a variable of our prefix that nobody reads: it was meant for a setting. `settings_file` may name some that
/// hold secrets: `{ env = "NAME" }`.
pub(crate) fn check(names: impl Iterator<Item = String>, settings_file: &Value) -> Result<(), String> {
    let settings: Vec<String> = SETTINGS.iter().filter_map(Setting::variable).collect();
    let known = || settings.iter().map(String::as_str).chain(OTHER_VARIABLES.iter().copied());
    for name in names.filter(|name| name.starts_with(PREFIX)) {
        let is_read = known().any(|known| known == name) || holds_secret(settings_file, &name);
        if is_read || name.starts_with("BONAFIDE_TEST_") || is_link(&name) {
            continue;
        }
        let table = SETTINGS.iter().find(|s| s.variable().is_none() && s.variable_of_part() == name);
        return Err(match table {
            Some(setting) => {
                format!("environment variable {name}: `{}` is set in the settings file only", setting.name)
            }
            None => {
                let known = known().map(|known| known.trim_start_matches(PREFIX));
                let meant = nearest::nearest(name.trim_start_matches(PREFIX), known);
                let meant = meant.map(|meant| format!("did you mean {PREFIX}{meant}? ")).unwrap_or_default();
                format!(
                    "environment variable {name}: there is no such setting; {meant}`bonafide config example` prints \
                     every setting"
                )
            }
        });
    }
    Ok(())
}

fn holds_secret(settings: &Value, name: &str) -> bool {
    match settings {
        Value::Object(table) => {
            table.get("env").is_some_and(|env| env == name) || table.values().any(|v| holds_secret(v, name))
        }
        Value::Array(items) => items.iter().any(|v| holds_secret(v, name)),
        _ => false,
    }
}

/// What Kubernetes and Docker put into the environment for a service that is called bonafide.
fn is_link(name: &str) -> bool {
    let rest = name.trim_start_matches(PREFIX);
    rest == "PORT"
        || rest == "NAME"
        || ["PORT_", "SERVICE_", "ENV_"].iter().any(|start| rest.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_that_nobody_reads_is_refused() {
        let file = serde_json::json!({"registry": {"headers": {"a": {"env": "BONAFIDE_OUR_OWN"}}}});
        let check = |name: &str| super::check([name.to_owned(), "PATH".to_owned()].into_iter(), &file);
        assert_eq!(check("BONAFIDE_OUR_OWN"), Ok(()));
        for setting in SETTINGS {
            if let Some(name) = setting.variable() {
                assert_eq!(check(&name), Ok(()));
            }
        }
        for other in
            ["BONAFIDE_MODELS_DIR", "BONAFIDE_TEST_DATA", "BONAFIDE_PORT", "BONAFIDE_PORT_8080_TCP_ADDR"]
        {
            assert_eq!(check(other), Ok(()), "{other}");
        }
        for (wrong, said) in [
            ("BONAFIDE_LISTN", "did you mean BONAFIDE_LISTEN?"),
            ("BONAFIDE_DATADIR", "did you mean BONAFIDE_DATA_DIR?"),
            ("BONAFIDE_REQUEST_PER_MINUTE", "did you mean BONAFIDE_REQUESTS_PER_MINUTE?"),
            ("BONAFIDE_INVITATIONS_SMTP_SERVER", "in the settings file only"),
            ("BONAFIDE_X", "there is no such setting"),
        ] {
            let told = check(wrong).unwrap_err();
            assert!(told.contains(wrong) && told.contains(said), "{told}");
        }
    }

    /// Whatever reads the environment elsewhere is on the list.
    #[test]
    fn every_variable_of_the_sources_is_known() {
        fn files(folder: &std::path::Path, found: &mut Vec<std::path::PathBuf>) {
            for entry in std::fs::read_dir(folder).unwrap().flatten() {
                let path = entry.path();
                if path.is_dir() {
                    files(&path, found);
                } else if path.extension().is_some_and(|end| end == "rs" || end == "py") {
                    found.push(path);
                }
            }
        }
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let mut all = vec![];
        for folder in ["crates", "dialects", "clients", "bench"] {
            files(&root.join(folder), &mut all);
        }
        let mut seen = 0;
        for file in all.iter().filter(|file| !file.ends_with("environment.rs")) {
            let text = std::fs::read_to_string(file).unwrap();
            for (at, _) in text.match_indices("\"BONAFIDE_") {
                let name: String = text[at + 1..]
                    .chars()
                    .take_while(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || *c == '_')
                    .collect();
                if !name.ends_with('_') {
                    seen += 1;
                    assert_eq!(super::check([name].into_iter(), &Value::Null), Ok(()), "{}", file.display());
                }
            }
        }
        assert!(seen > 20, "{seen}");
    }
}
