//! Every template is tried before the first person is written to.

use std::{collections::BTreeSet, path::Path};

use bonafide_core::time::Timestamp;
use minijinja::Environment;

use crate::{
    ConfigError, Kind, builtin,
    templates::{About, Templates},
};

/// What every template may name.
const COMMON: [&str; 4] = ["organization", "person", "expires_at", "language"];

/// What the template at a path may name besides. A subject names no code: mail servers keep subjects in their logs.
fn known(path: &str) -> Vec<&'static str> {
    let own: &[&str] = match kind_of(path) {
        _ if path == builtin::LAYOUT => &["link", "minutes", "code", "subject"],
        Kind::Code if path.ends_with(".subject.txt") => &[],
        Kind::Code if path.ends_with(".sms.txt") => &["code", "host"],
        Kind::Code if path.ends_with(".html") => &["code", "subject"],
        Kind::Code => &["code"],
        Kind::Share if path.ends_with(".html") => &["link", "subject"],
        // Mail servers keep subjects in their logs.
        Kind::Share if path.ends_with(".subject.txt") => &[],
        Kind::Share => &["link"],
        _ if path.ends_with(".html") => &["link", "minutes", "subject"],
        _ => &["link", "minutes"],
    };
    [&COMMON, own].concat()
}

/// Of what message the template at a path is; an invitation and a reminder know the same.
fn kind_of(path: &str) -> Kind {
    let file = path.rsplit('/').next().unwrap_or(path);
    match file {
        _ if builtin::CODE.contains(&file) => Kind::Code,
        _ if builtin::SHARE.contains(&file) => Kind::Share,
        _ => Kind::Invitation,
    }
}

/// Also finds what a branch that no trial takes would name.
pub(crate) fn names_exist(
    env: &Environment<'_>,
    folder: &Path,
    path: &str,
    text: &str,
) -> Result<(), ConfigError> {
    let Ok(template) = env.get_template(path) else { return Ok(()) };
    let known = known(path);
    let exists = |name: &str| known.contains(&name) || env.globals().any(|(global, _)| global == name);
    let unknown: BTreeSet<String> =
        template.undeclared_variables(false).into_iter().filter(|name| !exists(name)).collect();
    let Some(name) = unknown.first() else { return Ok(()) };
    let word = |line: &str| line.split(|c: char| !(c.is_alphanumeric() || c == '_')).any(|word| word == name);
    let line = text.lines().position(word).map_or(1, |at| at + 1);
    let there = known.join(", ");
    let why = format!(
        "{}, line {line}: there is no {name}; a template may name {there}",
        folder.join(path).display()
    );
    Err(ConfigError::new("templates", why))
}

/// Fills every file, with a person's name and without and with a host and without: a template may ask for them.
pub(crate) fn fill_all(templates: &Templates, folder: &Path) -> Result<(), ConfigError> {
    for path in templates.paths() {
        let fill = |about: &About<'_>| {
            templates.fill_one(&path, about).map_err(|error| broken(folder, &path, &error))
        };
        let kind = kind_of(&path);
        for (person, host) in [(None, None), (Some("Anna Smith"), Some("example.org"))] {
            let about = About { person, host, ..example(kind, "123456") };
            fill(&about)?;
        }
        let carries = kind == Kind::Code && !path.ends_with(".subject.txt");
        // However a template writes a code: who is sent another one reads another text.
        if carries && fill(&example(kind, "123456"))? == fill(&example(kind, "987654"))? {
            let why =
                format!("{} does not show the code; write {{{{ code }}}}", folder.join(&path).display());
            return Err(ConfigError::new("templates", why));
        }
    }
    Ok(())
}

fn example(kind: Kind, code: &'static str) -> About<'static> {
    let coded = kind == Kind::Code;
    About {
        kind,
        organization: "Example",
        person: None,
        link: (!coded).then_some("https://example.org/v/abc"),
        code: coded.then_some(code),
        host: None,
        expires_at: Timestamp(1_800_000_000_000),
    }
}

/// The error itself may be in a file that the tried one extends.
pub(crate) fn broken(folder: &Path, path: &str, error: &minijinja::Error) -> ConfigError {
    let path = error.name().unwrap_or(path);
    let line = error.line().map(|line| format!(", line {line}")).unwrap_or_default();
    let detail = error.detail().map(|detail| format!(": {detail}")).unwrap_or_default();
    let why = format!("{}{line}: {}{detail}", folder.join(path).display(), error.kind());
    ConfigError::new("templates", why)
}
