//! The request's body from a template and a document's fields.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde_json::{Map, Value};

/// Fields of a document by name (`document_number`, `birth_date`, …) as readings give them. Personal data.
pub type Fields = BTreeMap<String, String>;

/// Words of ours and what the provider calls them, by field: `{"gender": {"male": "1"}}`.
pub(crate) type Words = BTreeMap<String, BTreeMap<String, String>>;

/// A filled-in template, and the fields that are in it.
#[derive(Debug, PartialEq)]
pub(crate) struct Filled {
    pub(crate) body: Value,
    pub(crate) sent: BTreeSet<String>,
}

/// Puts fields where the template's texts name them: `{first_name}`, or for days `{birth_date:%m%d%Y}`. A text that
/// names a field the document does not have is left out with its key.
pub(crate) fn fill(template: &Value, fields: &Fields, words: &Words) -> Filled {
    let mut sent = BTreeSet::new();
    let body = value(template, fields, words, &mut sent).unwrap_or(Value::Object(Map::new()));
    Filled { body, sent }
}

fn value(template: &Value, fields: &Fields, words: &Words, sent: &mut BTreeSet<String>) -> Option<Value> {
    match template {
        Value::String(template) => text(template, fields, words, sent).map(Value::String),
        Value::Object(members) => {
            let filled =
                members.iter().filter_map(|(k, v)| Some((k.clone(), value(v, fields, words, sent)?)));
            Some(Value::Object(filled.collect()))
        }
        Value::Array(items) => {
            Some(Value::Array(items.iter().filter_map(|v| value(v, fields, words, sent)).collect()))
        }
        other => Some(other.clone()),
    }
}

fn text(template: &str, fields: &Fields, words: &Words, sent: &mut BTreeSet<String>) -> Option<String> {
    let mut filled = String::new();
    let mut used = vec![];
    for piece in pieces(template) {
        match piece {
            Piece::Plain(plain) => filled.push_str(plain),
            Piece::Field { name, format } => {
                let value = fields.get(name).map(|v| v.trim()).filter(|v| !v.is_empty())?;
                match format {
                    Some(format) => {
                        let day: Date = value.parse().ok()?;
                        filled.push_str(&jiff::fmt::strtime::format(format, day).ok()?);
                    }
                    None => {
                        let word = words.get(name).and_then(|words| words.get(value));
                        filled.push_str(word.map_or(value, String::as_str));
                    }
                }
                used.push(name.to_owned());
            }
        }
    }
    sent.extend(used);
    Some(filled)
}

/// The names of all fields that a template would send.
pub(crate) fn names(template: &Value) -> BTreeSet<String> {
    match template {
        Value::String(text) => pieces(text)
            .filter_map(|piece| match piece {
                Piece::Field { name, .. } => Some(name.to_owned()),
                Piece::Plain(_) => None,
            })
            .collect(),
        Value::Object(members) => members.values().flat_map(names).collect(),
        Value::Array(items) => items.iter().flat_map(names).collect(),
        _ => BTreeSet::new(),
    }
}

enum Piece<'a> {
    Plain(&'a str),
    Field { name: &'a str, format: Option<&'a str> },
}

/// A brace that nothing closes is plain text.
fn pieces(template: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = template;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        if let Some(inner) = rest.strip_prefix('{')
            && let Some((inside, after)) = inner.split_once('}')
        {
            rest = after;
            let (name, format) =
                inside.split_once(':').map_or((inside, None), |(name, format)| (name, Some(format)));
            return Some(Piece::Field { name: name.trim(), format });
        }
        let first = rest.chars().next().map_or(0, char::len_utf8);
        let end = rest[first..].find('{').map_or(rest.len(), |at| at + first);
        let (plain, after) = rest.split_at(end);
        rest = after;
        Some(Piece::Plain(plain))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fields() -> Fields {
        let pairs = [
            ("document_number", "T64235789"),
            ("first_name", "ANNA {x}"),
            ("birth_date", "1986-08-06"),
            ("gender", "female"),
            ("city", " "),
        ];
        pairs.map(|(k, v)| (k.to_owned(), v.to_owned())).into()
    }

    fn words() -> Words {
        BTreeMap::from([("gender".to_owned(), BTreeMap::from([("female".to_owned(), "2".to_owned())]))])
    }

    #[test]
    fn only_what_the_template_names_is_sent_and_what_is_missing_is_left_out() {
        let template = json!({
            "number": "{document_number}",
            "name": {"given": "{first_name}", "family": "{last_name}", "both": "{first_name} {last_name}"},
            "born": "{birth_date:%m%d%Y}",
            "sex": "{gender}",
            "town": "{city}",
            "version": 2,
            "lines": ["{street}", "é{document_number}{"],
        });
        let filled = fill(&template, &fields(), &words());
        let expected = json!({
            "number": "T64235789", "name": {"given": "ANNA {x}"}, "born": "08061986", "sex": "2", "version": 2,
            "lines": ["éT64235789{"],
        });
        assert_eq!(filled.body, expected);
        let sent: Vec<&str> = filled.sent.iter().map(String::as_str).collect();
        assert_eq!(sent, ["birth_date", "document_number", "first_name", "gender"]);
    }

    #[test]
    fn a_day_that_is_none_is_not_sent() {
        let template = json!({"born": "{document_number:%Y}"});
        assert_eq!(fill(&template, &fields(), &words()), Filled { body: json!({}), sent: BTreeSet::new() });
    }
}
