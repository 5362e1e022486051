//! Settings as an operator writes them.

use bonafide_invite::{Channel, Config, Inviter};

const GOOD: &str = r#"
minutes = 5

[smtp]
server = "mail.example.org"
username = "postman"
password = "hush-1"
from = "Example Bank <identity@example.org>"

[sms]
url = "https://gateway.example/send"
headers = { authorization = "Bearer hush-2", x-key = { env = "HOME" } }
body = { to = "{to}", text = "{text}" }
"#;

#[test]
fn both_channels_come_up() {
    let channels = |text: &str| Inviter::new(toml::from_str(text).unwrap()).unwrap().channels();
    assert_eq!(channels(GOOD), [Channel::Email, Channel::Sms]);
    assert_eq!(channels(&GOOD[..GOOD.find("[sms]").unwrap()]), [Channel::Email]);
    assert_eq!(channels(""), []);
}

#[test]
fn secrets_are_not_printed() {
    let config: Config = toml::from_str(GOOD).unwrap();
    let printed = format!(
        "{config:?} {} {}",
        toml::to_string(&config).unwrap(),
        serde_json::to_string(&config).unwrap()
    );
    assert!(!printed.contains("hush"), "{printed}");
    assert!(printed.contains("$HOME") && printed.contains("mail.example.org"));
}

#[test]
fn settings_that_cannot_work_name_what_is_wrong_and_what_to_write() {
    for (from, to, expected) in [
        ("minutes = 5", "minutes = 60", "invitations.minutes: must be between 2 and 10"),
        (
            "minutes = 5",
            "templates = \"/nowhere/templates\"",
            "invitations.templates: /nowhere/templates cannot be read",
        ),
        (
            "\"mail.example.org\"",
            "\"smtp://mail.example.org\"",
            "invitations.smtp.server: is not the name of a host;",
        ),
        ("\"mail.example.org\"", "\"\"", "invitations.smtp.server: is not the name of a host;"),
        (
            "Example Bank <identity@example.org>",
            "Example Bank",
            "invitations.smtp.from: is not a sender; write",
        ),
        ("Bank <", "Bank\\r\\nBcc: a@b.c <", "invitations.smtp.from: is not a sender; write"),
        ("username = \"postman\"", "", "invitations.smtp.username: is missing;"),
        ("password = \"hush-1\"", "", "invitations.smtp.password: is missing;"),
        (
            "\"hush-1\"",
            "{ env = \"BONAFIDE_TEST_NEVER_SET\" }",
            "invitations.smtp.password: the variable BONAFIDE_TEST",
        ),
        ("\"hush-1\"", "{ file = \"/nowhere/p\" }", "invitations.smtp.password: /nowhere/p cannot be read"),
        (
            "username",
            "tls = \"none\"\nusername",
            "invitations.smtp.tls: would send the password in the clear;",
        ),
        (
            "username",
            "ca = \"/nowhere/ca.pem\"\nusername",
            "invitations.smtp.ca: /nowhere/ca.pem cannot be read",
        ),
        (
            "username",
            "ca = \"/dev/null\"\nusername",
            "invitations.smtp.ca: /dev/null holds no certificate; write",
        ),
        ("username", "timeout_s = 0\nusername", "invitations.smtp.timeout_s: must be between 1 and 300"),
        ("https://gateway", "http://gateway", "invitations.sms.url: must be https"),
        ("x-key", "\"x key\"", "invitations.sms.headers.x key: is not the name of a header"),
        ("{to}", "me", "invitations.sms.body: names neither {to} nor {digits}"),
        ("{text}", "hello", "invitations.sms.body: does not name {text}"),
        (
            "{ to = \"{to}\", text = \"{text}\" }",
            "\"{to}{text}\"",
            "invitations.sms.body: must be a table, for instance",
        ),
        ("\"{to}\"", "\"{to}{from}\"", "invitations.sms.from: is missing; the body names {from}"),
        ("\"{to}\"", "[\"{to}\"]", ""),
        (
            "body = { to = \"{to}\"",
            "encoding = \"form\"\nbody = { to = [\"{to}\"]",
            "invitations.sms.body: has tables or lists",
        ),
        (
            "body",
            "accepted = { at = \"status\", values = [0] }\nbody",
            "invitations.sms.accepted.at: must be a JSON pointer",
        ),
    ] {
        let text = GOOD.replacen(from, to, 1);
        assert_ne!(text, GOOD, "{from}");
        let answer = Inviter::new(toml::from_str(&text).unwrap()).err().map(|error| error.to_string());
        let answer = answer.unwrap_or_default();
        assert!(
            answer.starts_with(expected) && answer.is_empty() == expected.is_empty(),
            "{answer} is not {expected}"
        );
        assert!(!answer.contains("hush"));
    }
}

#[test]
fn what_is_not_a_setting_is_said_so() {
    for (text, expected) in [
        ("smpt = {}", "unknown field `smpt`"),
        (
            "smtp = { server = \"a\", from = \"a@b.c\", tls = \"ssl\" }",
            "expected one of `implicit`, `starttls`, `none`",
        ),
        ("smtp = { server = \"a\", from = \"a@b.c\", password = 7 }", "a text, or a table with `env`"),
    ] {
        let error = toml::from_str::<Config>(text).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
}
