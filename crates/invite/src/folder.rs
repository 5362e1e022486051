//! The operator's own folder of templates.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use crate::{ConfigError, builtin};

/// The folder's files by their path in it.
pub(crate) fn read(folder: &Path) -> Result<BTreeMap<String, String>, ConfigError> {
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
                if !builtin::names().any(|name| name == file) {
                    let names = builtin::names().collect::<Vec<_>>().join(", ");
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Config, Kind,
        templates::{
            Templates,
            tests::{about, built_in},
        },
    };

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
        let mut files: Vec<(String, &str)> = builtin::INVITING
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
    fn a_language_without_words_for_a_code_borrows_them() {
        let whole = |language: &str, files: &[&str], text: &'static str| -> Vec<(String, &'static str)> {
            files.iter().map(|file| (format!("{language}/{file}"), text)).collect()
        };
        let with = |files: &[(String, &'static str)]| {
            with_folder(&files.iter().map(|(path, text)| (path.as_str(), *text)).collect::<Vec<_>>())
        };
        let mut files = whole("nl-BE", &builtin::INVITING, "{{ link }}");
        files.extend(whole("pt-BR", &builtin::INVITING, "{{ link }}"));
        let templates = with(&files).unwrap();
        let remark = |language, what, instead, files| {
            format!(
                "the language {language} has no words for a {what}, which is written in {instead}; add to its folder \
                 the files {files}"
            )
        };
        let code = "code.subject.txt, code.txt, code.html, code.sms.txt";
        let share = "share.subject.txt, share.txt, share.html";
        let of_code = |language, instead| remark(language, "one-time code", instead, code);
        let of_share = |language, instead| remark(language, "message to a third party", instead, share);
        let all = [
            of_code("nl-BE", "en"),
            of_code("pt-BR", "pt"),
            of_share("nl-BE", "en"),
            of_share("pt-BR", "pt"),
        ];
        assert_eq!(templates.remarks(), all);
        for (wanted, invited, coded) in [("nl-BE", "nl-BE", "en"), ("pt-BR", "pt-BR", "pt")] {
            assert_eq!(templates.email(wanted, &about(Kind::Invitation)).unwrap().language, invited);
            let email = templates.email(wanted, &about(Kind::Code)).unwrap();
            assert_eq!(email.language, coded);
            assert!(email.html.contains(&format!("<html lang=\"{coded}\"")), "{}", email.html);
            assert_eq!(templates.sms(wanted, &about(Kind::Code)).unwrap().0, coded);
            assert_eq!(templates.email(wanted, &about(Kind::Share)).unwrap().language, coded);
        }
        files.truncate(builtin::INVITING.len());
        files.extend(whole("nl-BE", &["code.subject.txt"], "Code"));
        files.extend(whole(
            "nl-BE",
            &["code.txt", "code.html", "code.sms.txt"],
            "{{ code }} {{ expires_at }}",
        ));
        assert_eq!(with(&files).unwrap().remarks(), [of_share("nl-BE", "en")]);
        files.extend(whole("nl-BE", &["share.subject.txt", "share.html"], "Delen"));
        let why = with(&files).err().unwrap().why;
        assert_eq!(why, "the language nl-BE has no share.txt; add the file nl-BE/share.txt");
        files.extend(whole("nl-BE", &["share.txt"], "Delen: {{ link }}"));
        let templates = with(&files).unwrap();
        assert_eq!(
            templates.email("nl-BE", &about(Kind::Share)).unwrap().text,
            "Delen: https://verify.example.org/v/8Qm2x4nRb7?a=1&b=2"
        );
        let (language, sms) = templates.sms("nl-BE", &about(Kind::Code)).unwrap();
        assert_eq!((language.as_str(), sms.as_str()), ("nl-BE", "407316 26 nov 2026, 14:05 UTC"));
        assert!(templates.remarks().is_empty());
        files.retain(|(path, _)| path != "nl-BE/code.html");
        let why = with(&files).err().unwrap().why;
        assert_eq!(why, "the language nl-BE has no code.html; add the file nl-BE/code.html");
    }

    #[test]
    fn a_layout_that_knows_no_code_carries_none() {
        let old = "OLD {% block request %}{% endblock %} {{ link }}";
        let html = |templates: &Templates, language: &str, kind| {
            templates.email(language, &about(kind)).unwrap().html
        };
        let templates = with_folder(&[("layout.html", old)]).unwrap();
        let [remark] = templates.remarks() else { panic!("{:?}", templates.remarks()) };
        assert!(remark.contains("layout.html does not name the code"), "{remark}");
        assert!(html(&templates, "fr", Kind::Reminder).starts_with("OLD "));
        for language in ["ar", "fr"] {
            assert_eq!(html(&templates, language, Kind::Code), html(&built_in(), language, Kind::Code));
        }
        // Words of the operator's own are for a layout of their own.
        let mine = [("layout.html", old), ("fr/code.html", "{% extends 'layout.html' %}")];
        let why = with_folder(&mine).err().unwrap().why;
        assert!(why.starts_with("FOLDER/layout.html, line 1: "), "{why}");
        let new = "NEW {% if code is defined %}{{ code }}{% else %}{{ link }}{% endif %}";
        let templates = with_folder(&[("layout.html", new)]).unwrap();
        assert!(templates.remarks().is_empty());
        assert_eq!(html(&templates, "fr", Kind::Code), "NEW 407316");
    }

    #[test]
    fn words_for_a_code_say_it() {
        for (path, text, why) in [
            ("fr/code.txt", "Bonjour", "FOLDER/fr/code.txt does not show the code; write {{ code }}"),
            (
                "fr/code.html",
                "{{ expires_at }}",
                "FOLDER/fr/code.html does not show the code; write {{ code }}",
            ),
            (
                "fr/code.sms.txt",
                "a\n{{ link }}",
                "FOLDER/fr/code.sms.txt, line 2: there is no link; a template may ",
            ),
            ("fr/code.subject.txt", "{{ code }}", "FOLDER/fr/code.subject.txt, line 1: there is no code; "),
            ("fr/code.txt", "{{ code }} {{ host }}", "FOLDER/fr/code.txt, line 1: there is no host; "),
            ("fr/reminder.txt", "{{ code }}", "FOLDER/fr/reminder.txt, line 1: there is no code; "),
            (
                "fr/share.txt",
                "{{ link }} {{ minutes }}",
                "FOLDER/fr/share.txt, line 1: there is no minutes; ",
            ),
            ("fr/share.subject.txt", "{{ link }}", "FOLDER/fr/share.subject.txt, line 1: there is no link; "),
        ] {
            let found = with_folder(&[(path, text)]).err().unwrap().why;
            assert!(found.starts_with(why), "{found} is not {why}");
        }
        let mine = [("fr/code.txt", "{{ code[:3] }} {{ code[3:] }}")];
        let email = with_folder(&mine).unwrap().email("fr", &about(Kind::Code)).unwrap();
        assert_eq!(email.text, "407 316");
    }
}
