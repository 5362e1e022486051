//! What lists share: the page that is asked for, and the envelope that it comes in.

use bonafide_core::problem::{Measure, Problem, Rule, Wanted};
use serde::Serialize;
use utoipa::ToSchema;

const DEFAULT_LIMIT: u32 = 20;
const MAX_LIMIT: u32 = 100;
/// As many pages as anybody turns: so many results are narrowed down instead.
const MAX_PAGE: u32 = 1_000_000;

/// Which part of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Page {
    /// From 1.
    pub(crate) number: u32,
    /// How many a page has.
    pub(crate) limit: u32,
}

impl Page {
    /// `page` and `limit` as the query has them.
    pub(crate) fn of(page: Option<&str>, limit: Option<&str>, problems: &mut Vec<Problem>) -> Self {
        let mut number = |field, text: Option<&str>, default, most| match text {
            None => default,
            Some(text) => within(field, text, most).unwrap_or_else(|problem| {
                problems.push(problem);
                default
            }),
        };
        Self {
            number: number("page", page, 1, MAX_PAGE),
            limit: number("limit", limit, DEFAULT_LIMIT, MAX_LIMIT),
        }
    }

    /// How many results come before it.
    pub(crate) fn skip(self) -> u64 {
        u64::from(self.number.saturating_sub(1)) * u64::from(self.limit)
    }
}

fn within(field: &str, text: &str, most: u32) -> Result<u32, Problem> {
    let number: f64 = text.trim().parse().unwrap_or(f64::NAN);
    let wrong = |rule, message: String, wanted| Err(Problem::new(field, rule, message).wanting(wanted));
    if !number.is_finite() {
        let wanted = Wanted::Type { expected: "number".into(), received: "nan" };
        return wrong(Rule::Type, "must be a whole number".into(), wanted);
    }
    if number.fract() != 0.0 {
        let wanted = Wanted::Type { expected: "integer".into(), received: "number" };
        return wrong(Rule::Type, "must be a whole number".into(), wanted);
    }
    if number < 1.0 {
        let wanted = Wanted::AtLeast(Measure::Number, "1".into());
        return wrong(Rule::Range, "must be at least 1".into(), wanted);
    }
    if number > f64::from(most) {
        let wanted = Wanted::AtMost(Measure::Number, most.to_string());
        return wrong(Rule::Range, format!("must be at most {most}"), wanted);
    }
    Ok(number as u32)
}

/// Where a page stands among all results.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Pagination {
    page: u32,
    limit: u32,
    /// How many results there are, counted exactly.
    total: u64,
    /// 0 where there are no results.
    total_pages: u64,
    has_next: bool,
    has_prev: bool,
}

impl Pagination {
    pub(crate) fn new(page: Page, total: u64) -> Self {
        let total_pages = total.div_ceil(u64::from(page.limit.max(1)));
        Self {
            page: page.number,
            limit: page.limit,
            total,
            total_pages,
            has_next: u64::from(page.number) < total_pages,
            has_prev: page.number > 1 && total_pages > 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_within_its_limits() {
        let read = |page, limit| {
            let mut problems = vec![];
            let page = Page::of(page, limit, &mut problems);
            let fields: Vec<String> = problems.into_iter().map(|p| p.field).collect();
            (page.number, page.limit, fields)
        };
        assert_eq!(read(None, None), (1, 20, vec![]));
        assert_eq!(read(Some("3"), Some("100")), (3, 100, vec![]));
        for wrong in ["0", "-1", "x", "", "1.5", "NaN", "inf", "1000001"] {
            let (_, _, fields) = read(Some(wrong), Some("101"));
            assert_eq!(fields, ["page", "limit"], "{wrong}");
        }
        assert_eq!(Page { number: 3, limit: 25 }.skip(), 50);
    }

    #[test]
    fn the_envelope_says_where_one_is() {
        let told = |number, total| {
            let p = Pagination::new(Page { number, limit: 20 }, total);
            (p.total_pages, p.has_next, p.has_prev)
        };
        assert_eq!(told(1, 42), (3, true, false));
        assert_eq!(told(3, 42), (3, false, true));
        assert_eq!(told(9, 42), (3, false, true));
        assert_eq!(told(1, 0), (0, false, false));
    }
}
