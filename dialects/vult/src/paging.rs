//! What lists share: how much of them, since when, and one value or several.

use bonafide_core::{
    problem::{Problem, Rule},
    time::Timestamp,
};
use bonafide_http::Result;
use serde::Deserialize;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        KnownFormat, RefOr, Schema, SchemaFormat, Type,
        schema::{AnyOfBuilder, ArrayBuilder, ObjectBuilder, OneOfBuilder},
    },
};

const DEFAULT_TAKE: f64 = 25.0;

/// Most values of one filter: far below what a statement of either database takes.
const MOST: usize = 1000;

/// One value or several, any of which matches.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl PartialSchema for OneOrMany {
    fn schema() -> RefOr<Schema> {
        let text = || ObjectBuilder::new().schema_type(Type::String);
        OneOfBuilder::new()
            .item(text())
            .item(ArrayBuilder::new().items(text()).max_items(Some(MOST)))
            .description(Some("One value or several, any of which matches."))
            .into()
    }
}

impl ToSchema for OneOrMany {}

impl OneOrMany {
    /// The values; none when the field is absent.
    pub(crate) fn values(this: Option<Self>) -> Vec<String> {
        match this {
            None => vec![],
            Some(Self::One(one)) => vec![one],
            Some(Self::Many(many)) => many,
        }
    }
}

/// Which part of a list.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Part {
    pub(crate) take: u32,
    pub(crate) skip: u32,
}

/// `take` and `skip` as they came: JSON numbers, whole by the schema.
pub(crate) fn part(take: Option<f64>, skip: Option<f64>) -> Part {
    Part { take: take.unwrap_or(DEFAULT_TAKE) as u32, skip: skip.unwrap_or(0.0) as u32 }
}

/// A span of time as it came: RFC 3339 or days; a day as the end is included.
pub(crate) fn span(
    start: Option<When>,
    end: Option<When>,
) -> Result<(Option<Timestamp>, Option<Timestamp>), Vec<Problem>> {
    let mut problems = vec![];
    let from = point(start, "start_date", 0, &mut problems);
    let until = point(end, "end_date", 1, &mut problems);
    if problems.is_empty() { Ok((from, until)) } else { Err(problems) }
}

/// A day, or a date and time (RFC 3339).
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub(crate) struct When(String);

impl PartialSchema for When {
    fn schema() -> RefOr<Schema> {
        let text = |format| {
            ObjectBuilder::new().schema_type(Type::String).format(Some(SchemaFormat::KnownFormat(format)))
        };
        AnyOfBuilder::new().item(text(KnownFormat::Date)).item(text(KnownFormat::DateTime)).into()
    }
}

impl ToSchema for When {}

/// A point in time, or a day's start moved by `days`.
fn point(when: Option<When>, field: &str, days: i64, problems: &mut Vec<Problem>) -> Option<Timestamp> {
    let When(text) = when?;
    let text = text.trim();
    let parsed = Timestamp::parse(text)
        .or_else(|| Timestamp::start_of_day(text).map(|t| t.plus_secs(days * 24 * 3600)));
    if parsed.is_none() {
        problems.push(Problem::new(field, Rule::Format, "must be a date or an RFC 3339 date and time"));
    }
    parsed
}
