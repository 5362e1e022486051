use figment::{
    Figment,
    providers::{Format, Toml},
};
use serde_json::Value as Json;

use super::*;
use crate::config::Config;

/// The example with every setting switched on.
fn switched_on() -> Vec<String> {
    let on = |line: &str| match line.strip_prefix('#') {
        Some(rest) if rest.starts_with(|c: char| c.is_ascii_lowercase() || c == '[') => rest.to_owned(),
        _ => line.to_owned(),
    };
    example().lines().map(on).collect()
}

fn parsed(text: &str) -> Json {
    let config: Config = Figment::from(Toml::string(text)).extract().unwrap_or_else(|e| panic!("{e}"));
    serde_json::to_value(config).unwrap()
}

/// What stands at a setting's name.
fn at<'a>(config: &'a Json, name: &str) -> &'a Json {
    name.split('.').fold(config, |value, part| &value[part])
}

/// The names of all fields, down to those that the table knows.
fn names(value: &Json, prefix: &str, found: &mut Vec<String>) {
    for (name, value) in value.as_object().into_iter().flatten() {
        let name = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
        let is_table = SETTINGS.iter().any(|s| s.name.starts_with(&format!("{name}.")));
        if is_table {
            names(value, &name, found);
        } else {
            found.push(name);
        }
    }
}

/// Unknown names are refused, so this also says that no setting of the table is invented.
#[test]
fn every_field_is_a_setting_and_every_setting_a_field() {
    let mut fields = vec![];
    names(&parsed(&switched_on().join("\n")), "", &mut fields);
    fields.sort();
    let mut settings: Vec<&str> = SETTINGS.iter().map(|s| s.name).collect();
    settings.sort_unstable();
    assert_eq!(fields, settings);
}

#[test]
fn every_line_parses_by_itself() {
    for (index, line) in switched_on().iter().enumerate().filter(|(_, line)| !line.starts_with('#')) {
        assert!(toml_value(line).is_object(), "line {}: {line}", index + 1);
    }
}

fn toml_value(text: &str) -> Json {
    Figment::from(Toml::string(text)).extract().unwrap_or_else(|e| panic!("{text}: {e}"))
}

/// With one setting left out, what applies is what the example says.
#[test]
fn the_defaults_are_the_code_s() {
    let lines = switched_on();
    let place = |setting: &Setting| {
        let (table, name) = setting.place();
        let start = lines.iter().position(|line| *line == format!("[{table}]")).unwrap_or(0);
        start + lines[start..].iter().position(|line| line.starts_with(&format!("{name} = "))).unwrap()
    };
    for setting in SETTINGS {
        let mut without = lines.clone();
        without.remove(place(setting));
        let without = without.join("\n");
        match setting.value {
            Preset(text) => {
                let shown = toml_value(&format!("value = {text}"))["value"].clone();
                assert_eq!(*at(&parsed(&without), setting.name), shown, "{}", setting.name);
            }
            Example(_) => {
                let config = parsed(&without);
                let value = at(&config, setting.name);
                let empty = value.is_null() || value.as_object().is_some_and(serde_json::Map::is_empty);
                assert!(empty, "{}: {value}", setting.name);
            }
            Required(_) => {
                let error = Figment::from(Toml::string(&without)).extract::<Config>().unwrap_err();
                let name = setting.place().1;
                assert!(error.to_string().contains(&format!("missing field `{name}`")), "{error}");
            }
        }
    }
}

#[test]
fn switched_off_it_changes_nothing() {
    assert_eq!(parsed(&example()), serde_json::to_value(Config::default()).unwrap());
    assert!(example().lines().all(|line| line.is_empty() || line.starts_with('#')));
}

/// To renew it: `UPDATE_EXAMPLE=1 cargo test -p bonafide settings`.
#[test]
fn the_committed_example_is_current() {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../bonafide.example.toml");
    if std::env::var_os("UPDATE_EXAMPLE").is_some() {
        std::fs::write(&file, example()).unwrap();
    }
    let committed = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(committed == example(), "bonafide.example.toml is not current: see the comment of this test");
}

#[test]
fn a_bad_setting_is_named_with_what_to_write_and_not_repeated() {
    let wrong =
        |text: &str| explain(Figment::from(Toml::string(text)).extract::<Config>().map(drop).unwrap_err());
    for (text, name, advice) in [
        ("workers = 'hunter2'", "`workers`", "for instance 4"),
        ("listen = 'hunter2'", "`listen`", "127.0.0.1:8080"),
        ("lsten = 'hunter2'", "`lsten`", "did you mean `listen`? `bonafide config example`"),
        ("hunter = 'hunter2'", "`hunter`", "bonafide config example"),
        ("[invitations.smtp]\nsrever = 'hunter2'", "`invitations.smtp.srever`", "did you mean `server`?"),
        ("face_networks = 'hunter2'", "`face_networks`", "fused"),
        ("[invitations.smtp]\nserver = 'hunter2'", "`invitations.smtp.from`", "name@domain"),
        (
            "[invitations.smtp]\nserver = 'a'\nfrom = 'b'\npassword = ['hunter2']",
            "`invitations.smtp.password`",
            "env",
        ),
        ("[registry]\nurl = 'hunter2'", "`registry.issuers`", "US-VA"),
        ("workers = hunter2", "settings", "line 1"),
    ] {
        let told = wrong(text);
        assert!(told.contains(name) && told.contains(advice) && !told.contains("hunter2"), "{text}: {told}");
        assert_eq!(told.lines().count(), 1, "{told}");
    }
    let least = serde_json::json!({"webhook_history_days": 0});
    assert!(check_limits(&least).unwrap_err().contains("`webhook_history_days`"));
}

#[test]
fn numbers_have_limits() {
    let defaults = serde_json::to_value(Config::default()).unwrap();
    for setting in SETTINGS.iter().filter(|s| s.takes.starts_with("a number") && !s.name.contains('.')) {
        let (least, most) = setting.limits.unwrap_or_else(|| panic!("{} has no limits", setting.name));
        if let Some(default) = at(&defaults, setting.name).as_i64() {
            assert!((least..=most).contains(&default), "{}", setting.name);
        }
    }
}
