//! The words of a message, out of files.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use bonafide_core::time::Timestamp;
use minijinja::{Environment, UndefinedBehavior, context};

use crate::{Config, ConfigError, Kind, builtin, when};

/// Used where nothing nearer to the person's language is there.
const FALLBACK: &str = "en";

/// What a template may name. `subject` only exists in HTML.
const KNOWN: [&str; 7] = ["organization", "person", "link", "expires_at", "minutes", "language", "subject"];

/// What a message is about.
#[derive(Clone, Copy)]
pub(crate) struct About<'a> {
    pub(crate) kind: Kind,
    pub(crate) organization: &'a str,
    pub(crate) person: Option<&'a str>,
    pub(crate) link: &'a str,
    pub(crate) expires_at: Timestamp,
}

/// An e-mail in a language (BCP 47).
pub(crate) struct Email {
    pub(crate) language: String,
    pub(crate) subject: String,
    pub(crate) text: String,
    pub(crate) html: String,
}

/// Templates that were all tried once.
pub(crate) struct Templates {
    env: Environment<'static>,
    /// As folders are named.
    languages: BTreeSet<String>,
    minutes: u8,
}

impl Templates {
    /// Reads the operator's folder over the built-in files and tries every one.
    pub(crate) fn new(config: &Config) -> Result<Self, ConfigError> {
        if !(2..=10).contains(&config.minutes) {
            return Err(ConfigError::new("minutes", "must be between 2 and 10"));
        }
        let mut files: BTreeMap<String, String> =
            builtin::files().map(|(path, text)| (path.to_owned(), text.to_owned())).collect();
        if let Some(folder) = &config.templates {
            files.extend(read(folder)?);
        }
        let languages: BTreeSet<String> =
            files.keys().filter_map(|path| Some(path.split_once('/')?.0.to_owned())).collect();
        for language in &languages {
            if let Some(missing) =
                builtin::FILES.iter().find(|f| !files.contains_key(&format!("{language}/{f}")))
            {
                let why =
                    format!("the language {language} has no {missing}; add the file {language}/{missing}");
                return Err(ConfigError::new("templates", why));
            }
        }
        let mut env = Environment::new();
        env.set_undefined_behavior(UndefinedBehavior::Strict);
        let folder = config.templates.as_deref().unwrap_or(Path::new("templates"));
        for (path, text) in &files {
            env.add_template_owned(path.clone(), text.clone())
                .map_err(|error| broken(folder, path, &error))?;
            names_exist(&env, folder, path, text)?;
        }
        let templates = Self { env, languages, minutes: config.minutes };
        templates.try_all(folder)?;
        Ok(templates)
    }

    /// Every file with a person's name and without: a template may ask for it.
    fn try_all(&self, folder: &Path) -> Result<(), ConfigError> {
        for language in &self.languages {
            for file in builtin::FILES {
                for person in [None, Some("Anna Smith")] {
                    let about = About {
                        kind: Kind::Invitation,
                        organization: "Example",
                        person,
                        link: "https://example.org/v/abc",
                        expires_at: Timestamp(1_800_000_000_000),
                    };
                    let path = format!("{language}/{file}");
                    let subject = file.ends_with(".html").then_some("Subject");
                    self.fill(&path, language, &about, language, subject)
                        .map_err(|error| broken(folder, &path, &error))?;
                }
            }
        }
        Ok(())
    }

    pub(crate) fn email(&self, wanted: &str, about: &About<'_>) -> Result<Email, minijinja::Error> {
        let (language, locale) = self.nearest(wanted);
        let kind = about.kind.as_str();
        let fill = |file: &str, subject: Option<&str>| {
            self.fill(&format!("{language}/{kind}.{file}"), language, about, locale, subject)
        };
        let subject = one_line(&fill("subject.txt", None)?);
        let text = fill("txt", None)?;
        let html = fill("html", Some(&subject))?;
        Ok(Email { language: language.to_owned(), subject, text, html })
    }

    /// The language and the text.
    pub(crate) fn sms(&self, wanted: &str, about: &About<'_>) -> Result<(String, String), minijinja::Error> {
        let (language, locale) = self.nearest(wanted);
        let path = format!("{language}/{}.sms.txt", about.kind.as_str());
        let text = self.fill(&path, language, about, locale, None)?;
        Ok((language.to_owned(), text.trim().to_owned()))
    }

    /// The language of the words for a wanted one, by the lookup of RFC 4647, and the locale of dates: the wanted one
    /// where its language is there, since `es-MX` reads the words of `es` but writes dates its own way.
    fn nearest<'a>(&'a self, wanted: &'a str) -> (&'a str, &'a str) {
        let mut range = wanted;
        loop {
            if let Some(found) = self.languages.iter().find(|language| language.eq_ignore_ascii_case(range)) {
                return (found, wanted);
            }
            match range.rsplit_once('-') {
                Some((shorter, _)) => range = shorter,
                None => return (FALLBACK, FALLBACK),
            }
        }
    }

    fn fill(
        &self,
        path: &str,
        language: &str,
        about: &About<'_>,
        locale: &str,
        subject: Option<&str>,
    ) -> Result<String, minijinja::Error> {
        let expires_at = when::written(about.expires_at, locale, path.ends_with(".sms.txt"));
        let known = context! {
            organization => one_line(about.organization),
            person => about.person.map(one_line).filter(|name| !name.is_empty()),
            link => one_line(about.link),
            expires_at,
            minutes => self.minutes,
            language,
        };
        let known = match subject {
            Some(subject) => context! { subject, ..known },
            None => known,
        };
        self.env.get_template(path)?.render(known)
    }
}

/// The folder's files by their path in it.
fn read(folder: &Path) -> Result<Vec<(String, String)>, ConfigError> {
    let bad = |path: &Path, why: String| ConfigError::new("templates", format!("{} {why}", path.display()));
    let list = |folder: &Path| -> Result<Vec<(String, PathBuf)>, ConfigError> {
        let entries = std::fs::read_dir(folder)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(|error| bad(folder, format!("cannot be read: {error}")))?;
        let named = entries.into_iter().map(|e| (e.file_name().to_string_lossy().into_owned(), e.path()));
        Ok(named.filter(|(name, _)| !name.starts_with('.')).collect())
    };
    let mut files = vec![];
    for (name, path) in list(folder)? {
        if path.is_dir() {
            if name.parse::<icu_locale_core::LanguageIdentifier>().is_err() || name.contains('_') {
                return Err(bad(
                    &path,
                    "is not named as a language is; write for instance fr or pt-BR".to_owned(),
                ));
            }
            for (file, path) in list(&path)? {
                if !builtin::FILES.contains(&file.as_str()) {
                    let names = builtin::FILES.join(", ");
                    return Err(bad(&path, format!("is not the name of a template; there are {names}")));
                }
                files.push((format!("{name}/{file}"), path));
            }
        } else if name == builtin::LAYOUT {
            files.push((name, path));
        } else if name != "README.md" {
            return Err(bad(&path, format!("is neither {} nor the folder of a language", builtin::LAYOUT)));
        }
    }
    let text = |(name, path): (String, PathBuf)| match std::fs::read_to_string(&path) {
        Ok(text) => Ok((name, text)),
        Err(error) => Err(bad(&path, format!("cannot be read: {error}"))),
    };
    files.into_iter().map(text).collect()
}

/// Also finds what a branch that no trial takes would name.
fn names_exist(env: &Environment<'_>, folder: &Path, path: &str, text: &str) -> Result<(), ConfigError> {
    let Ok(template) = env.get_template(path) else { return Ok(()) };
    let html = path.ends_with(".html");
    let known = |name: &str| {
        (KNOWN.contains(&name) && (html || name != "subject"))
            || env.globals().any(|(global, _)| global == name)
    };
    let unknown: BTreeSet<String> =
        template.undeclared_variables(false).into_iter().filter(|name| !known(name)).collect();
    let Some(name) = unknown.first() else { return Ok(()) };
    let word = |line: &str| line.split(|c: char| !(c.is_alphanumeric() || c == '_')).any(|word| word == name);
    let line = text.lines().position(word).map_or(1, |at| at + 1);
    let there = KNOWN.iter().filter(|name| known(name)).copied().collect::<Vec<_>>().join(", ");
    let why = format!(
        "{}, line {line}: there is no {name}; a template may name {there}",
        folder.join(path).display()
    );
    Err(ConfigError::new("templates", why))
}

/// The error itself may be in a file that the tried one extends.
fn broken(folder: &Path, path: &str, error: &minijinja::Error) -> ConfigError {
    let path = error.name().unwrap_or(path);
    let line = error.line().map(|line| format!(", line {line}")).unwrap_or_default();
    let detail = error.detail().map(|detail| format!(": {detail}")).unwrap_or_default();
    let why = format!("{}{line}: {}{detail}", folder.join(path).display(), error.kind());
    ConfigError::new("templates", why)
}

/// Without anything that would start another line or turn the direction of what stands around it: a name in a header
/// or a sentence stays a name.
fn one_line(text: &str) -> String {
    let turns = |c: &char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let plain: String =
        text.chars().filter(|c| !turns(c)).map(|c| if c.is_control() { ' ' } else { c }).collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    fn about(kind: Kind) -> About<'static> {
        About {
            kind,
            organization: "Example & Söhne",
            person: Some("Anna <Smith>"),
            link: "https://verify.example.org/v/8Qm2x4nRb7?a=1&b=2",
            expires_at: Timestamp::parse("2026-11-26T14:05:00Z").unwrap(),
        }
    }

    fn with_folder(files: &[(&str, &str)]) -> Result<Templates, ConfigError> {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let config = Config { templates: Some(folder.path().to_owned()), ..Config::default() };
        Templates::new(&config).map_err(|error| ConfigError {
            why: error.why.replace(&folder.path().display().to_string(), "FOLDER"),
            ..error
        })
    }

    fn built_in() -> Templates {
        Templates::new(&Config::default()).unwrap()
    }

    #[test]
    fn every_language_says_it() {
        let templates = built_in();
        let languages: Vec<&str> = templates.languages.iter().map(String::as_str).collect();
        assert_eq!(languages, ["ar", "de", "en", "es", "fr", "pt"]);
        for language in languages {
            let mut all = String::new();
            for kind in [Kind::Invitation, Kind::Reminder] {
                let email = templates.email(language, &about(kind)).unwrap();
                let (_, sms) = templates.sms(language, &about(kind)).unwrap();
                writeln!(all, "== {} ==\nSubject: {}\n\n{}", kind.as_str(), email.subject, email.text)
                    .unwrap();
                writeln!(all, "-- html --\n{}\n-- sms --\n{sms}\n", email.html).unwrap();
            }
            insta::assert_snapshot!(language, all);
        }
    }

    #[test]
    fn html_escapes_and_text_does_not() {
        let email = built_in().email("en", &about(Kind::Invitation)).unwrap();
        assert!(email.text.contains("Hello Anna <Smith>,") && email.text.contains("?a=1&b=2"));
        assert!(email.html.contains("Anna &lt;Smith&gt;") && !email.html.contains("<Smith>"));
        assert!(email.html.contains("Example &amp; Söhne"));
    }

    #[test]
    fn nothing_is_said_to_nobody() {
        for person in [None, Some(" \u{202e}\n")] {
            let email = built_in().email("en", &About { person, ..about(Kind::Invitation) }).unwrap();
            assert!(email.text.starts_with("Hello,\n"), "{}", email.text);
        }
    }

    #[test]
    fn arabic_runs_from_the_right() {
        for kind in [Kind::Invitation, Kind::Reminder] {
            let html = |language| built_in().email(language, &about(kind)).unwrap().html;
            assert!(html("ar").contains(r#"<html lang="ar" dir="rtl">"#));
            assert!(html("de").contains(r#"<html lang="de" dir="ltr">"#));
        }
    }

    #[test]
    fn a_value_stays_one_line_and_one_direction() {
        let about = About {
            organization: "Example\r\nBcc: everybody@example.org\u{2028}\u{202e}Bank",
            person: Some("Anna\n\n.\r\nQUIT"),
            ..about(Kind::Invitation)
        };
        for language in ["ar", "en"] {
            let email = built_in().email(language, &about).unwrap();
            assert!(email.subject.contains("Example Bcc: everybody@example.org Bank"), "{}", email.subject);
            assert!(!email.subject.contains(['\r', '\n', '\u{202e}']));
            assert!(email.text.contains("Anna . QUIT"), "{}", email.text);
        }
    }

    #[test]
    fn the_nearest_language_is_taken() {
        let templates = built_in();
        for (wanted, language, locale) in [
            ("fr", "fr", "fr"),
            ("PT-br", "pt", "PT-br"),
            ("de-Latn-AT-1996", "de", "de-Latn-AT-1996"),
            ("nl", "en", "en"),
            ("frr", "en", "en"),
            ("", "en", "en"),
            ("../fr", "en", "en"),
        ] {
            assert_eq!(templates.nearest(wanted), (language, locale), "{wanted}");
        }
        let text = templates.email("es-MX", &about(Kind::Invitation)).unwrap().text;
        assert!(text.contains("26 de noviembre de 2026 a las 02:05"), "{text}");
    }

    #[test]
    fn one_file_is_replaced_and_the_others_stay() {
        let mine =
            [("fr/invitation.subject.txt", "Bonjour {{ person }}\n"), ("README.md", "Mine."), (".git/x", "")];
        let templates = with_folder(&mine).unwrap();
        let email = templates.email("fr", &about(Kind::Invitation)).unwrap();
        assert_eq!(email.subject, "Bonjour Anna <Smith>");
        assert_eq!(email.text, built_in().email("fr", &about(Kind::Invitation)).unwrap().text);
        assert!(email.html.contains("<title>Bonjour Anna &lt;Smith&gt;</title>"));
    }

    #[test]
    fn a_language_is_added_whole_or_not_at_all() {
        let mut files: Vec<(String, &str)> = builtin::FILES
            .iter()
            .map(|file| (format!("nl-BE/{file}"), "{{ link }} {{ expires_at }}"))
            .collect();
        let all = |files: &[(String, &str)]| {
            with_folder(&files.iter().map(|(path, text)| (path.as_str(), *text)).collect::<Vec<_>>())
        };
        let templates = all(&files).unwrap();
        let (language, sms) = templates.sms("nl-BE", &about(Kind::Reminder)).unwrap();
        assert_eq!((language.as_str(), sms.ends_with("26 nov 2026, 14:05 UTC")), ("nl-BE", true), "{sms}");
        files.pop();
        let why = all(&files).err().unwrap().why;
        assert_eq!(why, "the language nl-BE has no reminder.sms.txt; add the file nl-BE/reminder.sms.txt");
    }

    #[test]
    fn a_broken_file_is_named_with_its_line() {
        let layout = "{{ subject }}\n{{ link | nothing }}";
        for (files, why) in [
            (&[("fr/invitation.txt", "a\nb {{ link }\n")][..], "FOLDER/fr/invitation.txt, line 2: "),
            (
                &[("fr/reminder.html", "a\nb\n{{ lnik }}")],
                "FOLDER/fr/reminder.html, line 3: there is no lnik; a template may name organization, person,",
            ),
            (
                &[("fr/reminder.txt", "{% if false %}\n{{ subject }}{% endif %}")],
                "FOLDER/fr/reminder.txt, line 2: there is no subject; a template may name organization, person,",
            ),
            (&[("de/invitation.txt", "\n\n\n{{ link.host }}")], "FOLDER/de/invitation.txt, line 4: "),
            (&[("layout.html", layout)], "FOLDER/layout.html, line 2: "),
            (
                &[("fr/invitaton.txt", "")],
                "FOLDER/fr/invitaton.txt is not the name of a template; there are ",
            ),
            (&[("french/invitation.txt", "")], "FOLDER/french is not named as a language is"),
            (&[("logo.png", "")], "FOLDER/logo.png is neither layout.html nor the folder of a language"),
        ] {
            let error = with_folder(files).err().unwrap();
            assert_eq!(error.setting, "templates");
            assert!(error.why.starts_with(why), "{} is not {why}", error.why);
        }
    }

    #[test]
    fn a_text_message_fits_beside_its_link() {
        const GSM: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
        let templates = built_in();
        for language in ["de", "en", "es", "fr", "pt"] {
            for kind in [Kind::Invitation, Kind::Reminder] {
                for month in 1..=12 {
                    let at = Timestamp::parse(&format!("2026-{month:02}-28T14:05:00Z")).unwrap();
                    let about =
                        About { link: "", organization: "Example Bank", expires_at: at, ..about(kind) };
                    let (_, text) = templates.sms(language, &about).unwrap();
                    assert!(text.chars().count() <= 130, "{text}");
                    let other: String = text.chars().filter(|c| !GSM.contains(*c)).collect();
                    // French has no shorter August.
                    let right = if language == "fr" && month == 8 { "û" } else { "" };
                    assert_eq!(other, right, "{text}");
                }
            }
        }
    }
}
