//! What lists share: how much of them, since when, and one value or several.

use bonafide_core::{
    problem::{Problem, Rule},
    time::Timestamp,
};
use serde::Deserialize;
use utoipa::ToSchema;

const DEFAULT_TAKE: f64 = 25.0;

/// One value or several, any of which matches.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

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

/// `take` and `skip` as they came: JSON numbers, which have to be whole.
pub(crate) fn part(take: Option<f64>, skip: Option<f64>, problems: &mut Vec<Problem>) -> Part {
    let mut whole = |name: &str, value: f64| {
        if value.fract() != 0.0 {
            problems.push(Problem::new(name, Rule::Type, "must be a whole number"));
        }
        value as u32
    };
    Part { take: whole("take", take.unwrap_or(DEFAULT_TAKE)), skip: whole("skip", skip.unwrap_or(0.0)) }
}

/// A span of time as it came: RFC 3339 or days; a day as the end is included.
pub(crate) fn span(
    start: Option<&str>,
    end: Option<&str>,
    problems: &mut Vec<Problem>,
) -> (Option<Timestamp>, Option<Timestamp>) {
    (point(start, "start_date", 0, problems), point(end, "end_date", 1, problems))
}

/// A point in time, or a day's start moved by `days`.
fn point(text: Option<&str>, field: &str, days: i64, problems: &mut Vec<Problem>) -> Option<Timestamp> {
    let text = text?.trim();
    let parsed = Timestamp::parse(text)
        .or_else(|| Timestamp::start_of_day(text).map(|t| t.plus_secs(days * 24 * 3600)));
    if parsed.is_none() {
        problems.push(Problem::new(field, Rule::Format, "must be a date or an RFC 3339 date and time"));
    }
    parsed
}
