//! Pages of lists: which one is asked for, and the envelope that it comes in.

use bonafide_core::problem::{Problem, Rule};
use bonafide_engine::Engine;
use bonafide_http::Refusal;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::answer::Link;

const MOST_SKIPPED: u32 = 1_000_000;
const LONGEST: u32 = 100;
const USUAL: u32 = 10;

/// Which part of a list, newest first.
#[derive(Debug, Default, Deserialize, ToSchema, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageQuery {
    /// How many to leave out; 0 when absent.
    #[param(value_type = Option<u32>, minimum = 0, maximum = 1_000_000)]
    skip: Option<String>,
    /// How many to answer with; 10 when absent.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100)]
    limit: Option<String>,
}

/// The same in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Page {
    pub(crate) skip: u32,
    pub(crate) limit: u32,
}

impl PageQuery {
    pub(crate) fn read(&self) -> Result<Page, Refusal> {
        let mut problems = vec![];
        let mut number = |field: &str, text: Option<&str>, otherwise: u32, least: u32, most: u32| {
            let Some(text) = text else { return otherwise };
            let digits = text.bytes().all(|b| b.is_ascii_digit());
            let number = text.parse().ok().filter(|n| digits && (least..=most).contains(n));
            number.unwrap_or_else(|| {
                let message = format!("must be a whole number from {least} to {most}");
                problems.push(Problem::new(field, Rule::Range, message));
                otherwise
            })
        };
        let skip = number("skip", self.skip.as_deref(), 0, 0, MOST_SKIPPED);
        let limit = number("limit", self.limit.as_deref(), USUAL, 1, LONGEST);
        if problems.is_empty() { Ok(Page { skip, limit }) } else { Err(problems.into()) }
    }
}

/// What a page says beside its data.
#[derive(Serialize, ToSchema)]
pub(crate) struct Envelope {
    /// How many there are in all.
    total_count: u64,
    skip: u32,
    limit: u32,
    #[serde(rename = "_links")]
    links: PageLinks,
}

/// Where the pages are; the first has no previous one, the last no next one.
#[derive(Serialize, ToSchema)]
pub(crate) struct PageLinks {
    #[serde(rename = "self")]
    this: Link,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    next: Option<Link>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    previous: Option<Link>,
}

impl Envelope {
    /// Of the list under a path.
    pub(crate) fn of(engine: &Engine, path: &str, page: Page, total_count: u64) -> Self {
        let Page { skip, limit } = page;
        let at = |skip: u32| Link::to(engine, &format!("{path}?skip={skip}&limit={limit}"));
        let after = skip.saturating_add(limit);
        Self {
            total_count,
            skip,
            limit,
            links: PageLinks {
                this: at(skip),
                next: (u64::from(after) < total_count && after <= MOST_SKIPPED).then(|| at(after)),
                previous: (skip > 0).then(|| at(skip.saturating_sub(limit))),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(skip: Option<&str>, limit: Option<&str>) -> Result<Page, Vec<String>> {
        let query = PageQuery { skip: skip.map(str::to_owned), limit: limit.map(str::to_owned) };
        query.read().map_err(|refused| refused.fields.into_iter().map(|p| p.field).collect())
    }

    #[test]
    fn numbers_have_a_least_and_a_most() {
        assert_eq!(read(None, None), Ok(Page { skip: 0, limit: 10 }));
        assert_eq!(read(Some("1000000"), Some("100")), Ok(Page { skip: 1_000_000, limit: 100 }));
        for wrong in ["-1", "+1", "1.5", "", "x", "1000001", "99999999999999999999"] {
            assert_eq!(
                read(Some(wrong), Some("0")),
                Err(vec!["skip".to_owned(), "limit".to_owned()]),
                "{wrong}"
            );
        }
        assert_eq!(read(None, Some("101")), Err(vec!["limit".to_owned()]));
    }
}
