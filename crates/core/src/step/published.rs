//! Texts of lists, as they are published: what an item may be, where the type alone does not say it.

use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, schema::Type},
};

macro_rules! texts { ($($(#[$doc:meta])* $name:ident = $min:literal..=$max:literal, $pattern:literal;)*) => { $(
    $(#[$doc])*
    pub(super) enum $name {}

    impl PartialSchema for $name {
        fn schema() -> RefOr<Schema> {
            ObjectBuilder::new()
                .schema_type(Type::String)
                .min_length(Some($min))
                .max_length(Some($max))
                .pattern(Some($pattern))
                .into()
        }
    }

    impl ToSchema for $name {}
)* } }

texts! {
    /// ISO 3166-1 alpha-2.
    StepCountry = 2..=2, "^[A-Z]{2}$";
    /// ISO 3166-1 alpha-2 or alpha-3, or a code of ICAO 9303.
    StepNationality = 1..=3, "^[A-Z]{1,3}$";
    /// A name that says something.
    StepName = 1..=200, r"\S";
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::Value;

    use super::*;
    use crate::step::{StepConfig, StepData};

    fn published<T: ToSchema>() -> BTreeMap<String, Value> {
        let mut parts = vec![(T::name().into_owned(), T::schema())];
        T::schemas(&mut parts);
        parts.into_iter().map(|(name, schema)| (name, serde_json::to_value(schema).unwrap())).collect()
    }

    /// Whoever sends data is told what is too long, too many and unknown before anything reads it.
    fn has_limits(at: &str, schema: &Value, wrong: &mut Vec<String>) {
        let is = |kind: &str| {
            let of = &schema["type"];
            of == kind || of.as_array().is_some_and(|kinds| kinds.iter().any(|k| k == kind))
        };
        let is_there = |word: &str| schema.get(word).is_some();
        let dated = schema["format"] == "date" || schema["format"] == "date-time";
        if is("string") && !is_there("enum") && !dated && !is_there("maxLength") {
            wrong.push(format!("{at}: maxLength"));
        }
        if (is("number") || is("integer")) && !(is_there("minimum") && is_there("maximum")) {
            wrong.push(format!("{at}: minimum and maximum"));
        }
        if is("array") {
            if !is_there("maxItems") {
                wrong.push(format!("{at}: maxItems"));
            }
            has_limits(&format!("{at}[]"), &schema["items"], wrong);
        }
        if is("object") && schema["additionalProperties"] != false {
            wrong.push(format!("{at}: additionalProperties"));
        }
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            has_limits(&format!("{at}.{name}"), property, wrong);
        }
        for part in
            ["oneOf", "anyOf", "allOf"].into_iter().filter_map(|many| schema[many].as_array()).flatten()
        {
            has_limits(at, part, wrong);
        }
    }

    #[test]
    fn everything_that_may_be_sent_has_limits() {
        let mut wrong = vec![];
        for (name, schema) in published::<StepData>().into_iter().chain(published::<StepConfig>()) {
            // Its outer shape is ours: what is sent is a step's data by itself.
            if name != "StepData" {
                has_limits(&name, &schema, &mut wrong);
            }
        }
        assert_eq!(wrong, [""; 0]);
    }

    #[test]
    fn what_has_no_limit_is_found() {
        let open = serde_json::json!({"type": "object", "properties": {
            "a": {"type": ["string", "null"]},
            "b": {"type": "integer", "minimum": 0},
            "c": {"type": "array", "items": {"type": "string"}},
        }});
        let mut wrong = vec![];
        has_limits("x", &open, &mut wrong);
        let expected = ["x: additionalProperties", "x.a: maxLength", "x.b: minimum and maximum"];
        assert_eq!(wrong, [&expected[..], &["x.c: maxItems", "x.c[]: maxLength"]].concat());
    }

    #[test]
    fn nothing_has_to_be_configured() {
        for (name, schema) in published::<StepConfig>() {
            assert!(schema.get("required").is_none() || name == "AnswerText", "{name}: {schema}");
        }
    }

    #[test]
    fn every_reference_leads_somewhere() {
        for parts in [published::<StepData>(), published::<StepConfig>()] {
            let text = serde_json::to_string(&parts).unwrap();
            for reference in text.split("#/components/schemas/").skip(1) {
                let name = reference.split('"').next().unwrap();
                assert!(parts.contains_key(name), "{name}");
            }
        }
    }
}
