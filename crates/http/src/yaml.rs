//! A JSON document as YAML 1.2: objects and arrays by indentation, texts in double quotes. Every JSON text is one of YAML.

use std::fmt::Write as _;

use serde_json::Value;

/// The same document as YAML; of what is no JSON, the text as it is.
pub(crate) fn of(json: &str) -> String {
    let Ok(value) = serde_json::from_str::<Value>(json) else { return json.to_owned() };
    let mut text = String::new();
    block(&value, 0, &mut text);
    text
}

/// A value, each line of it with this indentation. What has no lines of its own is one line.
fn block(value: &Value, indent: usize, text: &mut String) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            for (name, member) in members {
                let _ = write!(text, "{:indent$}{}:", "", Value::from(name.as_str()));
                after(member, indent, text);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for item in items {
                let _ = write!(text, "{:indent$}-", "");
                after(item, indent, text);
            }
        }
        plain => {
            let _ = writeln!(text, "{:indent$}{plain}", "");
        }
    }
}

/// What follows a name or a dash.
fn after(value: &Value, indent: usize, text: &mut String) {
    let has_lines = match value {
        Value::Object(members) => !members.is_empty(),
        Value::Array(items) => !items.is_empty(),
        _ => false,
    };
    if has_lines {
        text.push('\n');
        block(value, indent + 2, text);
    } else {
        let _ = writeln!(text, " {value}");
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn indentation_stands_for_brackets() {
        let json = r#"{"a: b": {"list": [1, {"x": "yes", "y": []}, [true, null]], "none": {}}, "text": "two\nlines # no"}"#;
        let expected = "\
\"a: b\":
  \"list\":
    - 1
    -
      \"x\": \"yes\"
      \"y\": []
    -
      - true
      - null
  \"none\": {}
\"text\": \"two\\nlines # no\"
";
        assert_eq!(super::of(json), expected);
        assert_eq!(super::of("{}"), "{}\n");
    }
}
