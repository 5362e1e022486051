//! The words of a message, out of files.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use bonafide_core::{text::turns, time::Timestamp};
use minijinja::{Environment, UndefinedBehavior, Value, context};

use crate::{Config, ConfigError, Kind, builtin, folder, trial, when};

/// Used where nothing nearer to the person's language is there.
const FALLBACK: &str = "en";

/// What the built-in layout is called beside an operator's own. No folder of a language has this name.
const BUILT_IN_LAYOUT: &str = "(built-in)/layout.html";

/// What a message is about. A code has itself, every other one a link.
#[derive(Clone, Copy)]
pub(crate) struct About<'a> {
    pub(crate) kind: Kind,
    pub(crate) organization: &'a str,
    pub(crate) person: Option<&'a str>,
    pub(crate) link: Option<&'a str>,
    pub(crate) code: Option<&'a str>,
    /// Of the page that takes the code.
    pub(crate) host: Option<&'a str>,
    pub(crate) expires_at: Timestamp,
}

/// An e-mail in a language (BCP 47).
pub(crate) struct Email {
    pub(crate) kind: Kind,
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
    /// Those of them that have words for a code.
    with_code: BTreeSet<String>,
    /// Those of them that have words for a third party.
    with_share: BTreeSet<String>,
    remarks: Vec<String>,
    minutes: u8,
}

impl Templates {
    /// Reads the operator's folder over the built-in files and tries every one.
    pub(crate) fn new(config: &Config) -> Result<Self, ConfigError> {
        if !(2..=10).contains(&config.minutes) {
            return Err(ConfigError::new("minutes", "must be between 2 and 10"));
        }
        let own = config.templates.as_deref().map(folder::read).transpose()?.unwrap_or_default();
        let folder = config.templates.as_deref().unwrap_or(Path::new("templates"));
        let mut files: BTreeMap<String, String> =
            builtin::files().map(|(path, text)| (path.to_owned(), text.to_owned())).collect();
        files.extend(own.iter().map(|(path, text)| (path.clone(), text.clone())));
        let languages: BTreeSet<String> =
            files.keys().filter_map(|path| Some(path.split_once('/')?.0.to_owned())).collect();
        let with_code = complete(&languages, &files, &builtin::CODE)?;
        let with_share = complete(&languages, &files, &builtin::SHARE)?;
        let mut env = Environment::new();
        env.set_undefined_behavior(UndefinedBehavior::Strict);
        for (path, text) in &files {
            env.add_template_owned(path.clone(), text.clone())
                .map_err(|error| trial::broken(folder, path, &error))?;
            trial::names_exist(&env, folder, path, text)?;
        }
        let minutes = config.minutes;
        let mut templates = Self { env, languages, with_code, with_share, remarks: vec![], minutes };
        templates.remark_on_languages();
        templates.keep_code_shown(folder, &own)?;
        trial::fill_all(&templates, folder)?;
        Ok(templates)
    }

    fn remark_on_languages(&mut self) {
        let parts = [
            (Kind::Code, "one-time code", builtin::CODE.join(", "), &self.with_code),
            (Kind::Share, "message to a third party", builtin::SHARE.join(", "), &self.with_share),
        ];
        let mut remarks = vec![];
        for (kind, what, files, with) in parts {
            remarks.extend(self.languages.difference(with).map(|language| {
                let (instead, _) = self.nearest(language, kind);
                format!(
                    "the language {language} has no words for a {what}, which is written in {instead}; add to its \
                     folder the files {files}"
                )
            }));
        }
        self.remarks.extend(remarks);
    }

    /// A layout of the operator's that was written before there were codes shows none: the built-in words for a code
    /// come in the built-in layout then.
    fn keep_code_shown(&mut self, folder: &Path, own: &BTreeMap<String, String>) -> Result<(), ConfigError> {
        let failed = |error| trial::broken(folder, builtin::LAYOUT, &error);
        let names_code = self.env.get_template(builtin::LAYOUT).map_err(failed)?.undeclared_variables(false);
        if !own.contains_key(builtin::LAYOUT) || names_code.contains("code") {
            return Ok(());
        }
        let built_in: BTreeSet<&str> = builtin::files()
            .map(|(path, _)| path)
            .filter(|path| path.ends_with("/code.html") && !own.contains_key(*path))
            .collect();
        if built_in.is_empty() {
            return Ok(());
        }
        self.env.add_template(BUILT_IN_LAYOUT, builtin::layout()).map_err(failed)?;
        self.env.set_path_join_callback(move |name, parent| {
            let instead = name == builtin::LAYOUT && built_in.contains(parent);
            Cow::Borrowed(if instead { BUILT_IN_LAYOUT } else { name })
        });
        self.remarks.push(format!(
            "{} does not name the code, so e-mails with a one-time code have the built-in layout; show the code where \
             it is defined, as the built-in {} does",
            folder.join(builtin::LAYOUT).display(),
            builtin::LAYOUT
        ));
        Ok(())
    }

    /// What works otherwise than the operator may think, and how to change it.
    pub(crate) fn remarks(&self) -> &[String] {
        &self.remarks
    }

    /// Every template that makes a part of a message.
    pub(crate) fn paths(&self) -> Vec<String> {
        let of = |languages: &BTreeSet<String>, files: &[&str]| -> Vec<String> {
            languages.iter().flat_map(|l| files.iter().map(move |file| format!("{l}/{file}"))).collect()
        };
        [
            of(&self.languages, &builtin::INVITING),
            of(&self.with_code, &builtin::CODE),
            of(&self.with_share, &builtin::SHARE),
        ]
        .concat()
    }

    pub(crate) fn email(&self, wanted: &str, about: &About<'_>) -> Result<Email, minijinja::Error> {
        let (language, locale) = self.nearest(wanted, about.kind);
        let kind = about.kind.as_str();
        let fill = |file: &str, subject: Option<&str>| {
            self.fill(&format!("{language}/{kind}.{file}"), language, about, locale, subject)
        };
        let subject = one_line(&fill("subject.txt", None)?);
        let text = fill("txt", None)?;
        let html = fill("html", Some(&subject))?;
        Ok(Email { kind: about.kind, language: language.to_owned(), subject, text, html })
    }

    /// The language and the text.
    pub(crate) fn sms(&self, wanted: &str, about: &About<'_>) -> Result<(String, String), minijinja::Error> {
        let (language, locale) = self.nearest(wanted, about.kind);
        let path = format!("{language}/{}.sms.txt", about.kind.as_str());
        let text = self.fill(&path, language, about, locale, None)?;
        Ok((language.to_owned(), text.trim().to_owned()))
    }

    /// The language of the words for a wanted one, by the lookup of RFC 4647, and the locale of dates: the wanted one
    /// where its language is there, since `es-MX` reads the words of `es` but writes dates its own way.
    fn nearest<'a>(&'a self, wanted: &'a str, kind: Kind) -> (&'a str, &'a str) {
        let there = match kind {
            Kind::Invitation | Kind::Reminder => &self.languages,
            Kind::Code => &self.with_code,
            Kind::Share => &self.with_share,
        };
        let mut range = wanted;
        loop {
            if let Some(found) = there.iter().find(|language| language.eq_ignore_ascii_case(range)) {
                return (found, wanted);
            }
            match range.rsplit_once('-') {
                Some((shorter, _)) => range = shorter,
                None => return (FALLBACK, FALLBACK),
            }
        }
    }

    /// One template by itself, in its own language.
    pub(crate) fn fill_one(&self, path: &str, about: &About<'_>) -> Result<String, minijinja::Error> {
        let language = path.split_once('/').map_or(FALLBACK, |(language, _)| language);
        self.fill(path, language, about, language, path.ends_with(".html").then_some("Subject"))
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
        // What a message has not is not defined, so that a template that names it is an error and not half a sentence.
        let if_there = |value: Option<&str>| value.map_or(Value::UNDEFINED, |text| one_line(text).into());
        let may_lack = |value: Option<&str>| value.map(one_line).filter(|text| !text.is_empty());
        let known = context! {
            organization => one_line(about.organization),
            person => may_lack(about.person),
            link => if_there(about.link),
            code => if_there(about.code),
            host => may_lack(about.host),
            expires_at,
            minutes => self.minutes,
            language,
            subject => if_there(subject),
        };
        self.env.get_template(path)?.render(known)
    }
}

/// The languages that have words for a message that one may go without. What a language has of a message it has whole.
fn complete(
    languages: &BTreeSet<String>,
    files: &BTreeMap<String, String>,
    message: &[&str],
) -> Result<BTreeSet<String>, ConfigError> {
    let mut with = BTreeSet::new();
    for language in languages {
        let there = |file: &&str| files.contains_key(&format!("{language}/{file}"));
        let has_message = message.iter().any(&there);
        let needed = builtin::INVITING.iter().chain(message.iter().filter(|_| has_message));
        if let Some(missing) = needed.into_iter().find(|file| !there(file)) {
            let why = format!("the language {language} has no {missing}; add the file {language}/{missing}");
            return Err(ConfigError::new("templates", why));
        }
        if has_message {
            with.insert(language.clone());
        }
    }
    Ok(with)
}

/// Without anything that would start another line or turn the direction of what stands around it: a name in a header
/// or a sentence stays a name.
fn one_line(text: &str) -> String {
    let plain: String =
        text.chars().filter(|c| !turns(*c)).map(|c| if c.is_control() { ' ' } else { c }).collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
pub(crate) mod tests {
    use std::fmt::Write as _;

    use super::*;

    pub(crate) fn about(kind: Kind) -> About<'static> {
        let coded = kind == Kind::Code;
        About {
            kind,
            organization: "Example & Söhne",
            person: Some("Anna <Smith>"),
            link: (!coded).then_some("https://verify.example.org/v/8Qm2x4nRb7?a=1&b=2"),
            code: coded.then_some("407316"),
            host: coded.then_some("verify.example.org"),
            expires_at: Timestamp::parse("2026-11-26T14:05:00Z").unwrap(),
        }
    }

    pub(crate) fn built_in() -> Templates {
        Templates::new(&Config::default()).unwrap()
    }

    #[test]
    fn every_language_says_it() {
        let templates = built_in();
        let languages: Vec<&str> = templates.languages.iter().map(String::as_str).collect();
        assert_eq!(languages, ["ar", "de", "en", "es", "fr", "pt"]);
        for language in languages {
            let mut all = String::new();
            for kind in [Kind::Invitation, Kind::Reminder, Kind::Code] {
                let email = templates.email(language, &about(kind)).unwrap();
                let (_, sms) = templates.sms(language, &about(kind)).unwrap();
                writeln!(all, "== {} ==\nSubject: {}\n\n{}", kind.as_str(), email.subject, email.text)
                    .unwrap();
                writeln!(all, "-- html --\n{}\n-- sms --\n{sms}\n", email.html).unwrap();
            }
            let email = templates.email(language, &about(Kind::Share)).unwrap();
            writeln!(all, "== share ==\nSubject: {}\n\n{}", email.subject, email.text).unwrap();
            writeln!(all, "-- html --\n{}\n", email.html).unwrap();
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
        for kind in [Kind::Invitation, Kind::Reminder, Kind::Code, Kind::Share] {
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
            assert_eq!(templates.nearest(wanted, Kind::Code), (language, locale), "{wanted}");
        }
        let text = templates.email("es-MX", &about(Kind::Invitation)).unwrap().text;
        assert!(text.contains("26 de noviembre de 2026 a las 02:05"), "{text}");
    }

    #[test]
    fn a_text_message_fits_beside_its_link() {
        const GSM: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
        let templates = built_in();
        for language in ["de", "en", "es", "fr", "pt"] {
            for kind in [Kind::Invitation, Kind::Reminder, Kind::Code] {
                for month in 1..=12 {
                    let at = Timestamp::parse(&format!("2026-{month:02}-28T14:05:00Z")).unwrap();
                    let about = About {
                        link: (kind != Kind::Code).then_some(""),
                        host: None,
                        organization: "Example Bank",
                        expires_at: at,
                        ..about(kind)
                    };
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

    #[test]
    fn every_language_says_the_code_and_until_when() {
        let templates = built_in();
        let code = "407316";
        for language in &templates.languages {
            let about = about(Kind::Code);
            let [long, short] = [false, true].map(|short| when::written(about.expires_at, language, short));
            let email = templates.email(language, &about).unwrap();
            assert!(
                email.text.lines().any(|line| line == code) && email.text.contains(&long),
                "{}",
                email.text
            );
            assert!(email.html.contains(&format!(";user-select:all;\">{code}</p>")), "{}", email.html);
            assert!(email.html.contains(&long) && !email.html.contains("<a "), "{}", email.html);
            // Subjects are in the logs of mail servers.
            assert!(!email.subject.contains(code) && email.subject.contains("Example & Söhne"));
            let (_, sms) = templates.sms(language, &about).unwrap();
            assert!(sms.find(code).unwrap() < 20 && sms.contains(&short), "{sms}");
            assert!(sms.ends_with("\n\n@verify.example.org #407316") && sms.lines().count() == 3, "{sms}");
            for host in [None, Some("")] {
                let (_, alone) = templates.sms(language, &About { host, ..about }).unwrap();
                assert_eq!(alone, sms.lines().next().unwrap());
            }
        }
    }

    #[test]
    fn a_third_party_is_told_who_shares_and_until_when() {
        let templates = built_in();
        for language in &templates.languages {
            let about = about(Kind::Share);
            let email = templates.email(language, &about).unwrap();
            let (link, until) = (about.link.unwrap(), when::written(about.expires_at, language, false));
            assert!(
                email.text.lines().any(|line| line == link) && email.text.contains(&until),
                "{}",
                email.text
            );
            assert!(
                email.text.matches("Example & Söhne").count() == 2 && email.text.contains("Anna <Smith>")
            );
            assert!(email.html.contains("?a=1&amp;b=2\"") && email.html.contains(&until), "{}", email.html);
            // Subjects are in the logs of mail servers.
            assert!(!email.subject.contains("Anna") && email.subject.contains("Example & Söhne"));
        }
    }

    #[test]
    fn the_words_of_a_code_are_escaped_in_html_alone() {
        let about = About { code: Some("<b>&\r\n1"), ..about(Kind::Code) };
        let email = built_in().email("en", &about).unwrap();
        assert!(email.text.contains("Hello Anna <Smith>,") && email.text.contains("\n<b>& 1\n"));
        assert!(email.html.contains("Anna &lt;Smith&gt;") && email.html.contains(">&lt;b&gt;&amp; 1</p>"));
        assert!(!email.html.contains("<b>") && !email.html.contains("<Smith>"), "{}", email.html);
    }

    #[test]
    fn a_message_without_its_code_or_link_is_none() {
        let templates = built_in();
        for kind in [Kind::Invitation, Kind::Code, Kind::Share] {
            let about = About { link: None, code: None, ..about(kind) };
            assert!(templates.email("en", &about).is_err() && templates.sms("en", &about).is_err());
        }
        // A third party is known by an e-mail address.
        assert!(templates.sms("en", &about(Kind::Share)).is_err());
    }
}
