//! `GET /v2/api/requests`

use axum::extract::State;
use bonafide_core::{
    problem::{Problem, Rule, Wanted},
    step::StepKind,
    time::Timestamp,
    verification::{Purpose, Status},
};
use bonafide_engine::{
    Engine,
    verifications::requests::{Listing, Request, Sort, requests},
};
use bonafide_http::{Caller, Json, Query, Result, operation};
use serde::{Deserialize, Serialize};
use utoipa::{
    IntoParams, ToSchema,
    openapi::{
        KnownFormat, RefOr, Schema, SchemaFormat, Type,
        schema::{AnyOfBuilder, ObjectBuilder},
    },
};

use super::shapes::{client_id, matter_id, request_id};
use crate::{
    extract,
    paging::{Page, Pagination},
    words::{self, RequestStatus, RequestType, Requirement, STATUSES},
};

/// Longest text to search for, in characters.
const MAX_SEARCH: usize = 200;

#[derive(Debug, Default, Deserialize, ToSchema, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ListRequests {
    #[schema(value_type = Option<RequestType>)]
    #[param(value_type = Option<RequestType>)]
    r#type: Option<Purpose>,
    /// Only with these statuses, with commas between them, for instance `initiated,in_progress`.
    #[param(
        pattern = "^(initiated|in_progress|submitted|pending_review|approved|rejected|canceled|expired)(,(initiated|in_progress|submitted|pending_review|approved|rejected|canceled|expired))*$"
    )]
    status: Option<String>,
    #[param(schema_with = extract::client_schema, required = false)]
    client_id: Option<String>,
    #[param(schema_with = extract::matter_schema, required = false)]
    matter_id: Option<String>,
    /// Words of the subject's name, or their e-mail address.
    #[param(max_length = 200)]
    search: Option<String>,
    /// Created on or after this day (UTC), or at or after this time.
    #[param(schema_with = day_or_time, required = false)]
    date_from: Option<String>,
    /// Created on or before this day (UTC), or at or before this time.
    #[param(schema_with = day_or_time, required = false)]
    date_to: Option<String>,
    /// What comes first: the newest, the last changed, or, by status, what waits longest for the person. `created_at` when absent.
    #[param(inline)]
    sort: Option<RequestSort>,
    /// 1 when absent.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 1_000_000)]
    page: Option<String>,
    /// Results a page; 20 when absent.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100)]
    limit: Option<String>,
}

#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RequestSort {
    CreatedAt,
    UpdatedAt,
    Status,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct RequestPage {
    data: Vec<RequestItem>,
    pagination: Pagination,
}

/// A request in a list.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RequestItem {
    id: String,
    #[schema(value_type = RequestType)]
    r#type: Purpose,
    #[schema(value_type = RequestStatus)]
    status: &'static str,
    /// Absent where none was given, and after the person was erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    subject_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    matter_id: Option<String>,
    #[schema(value_type = Vec<Requirement>)]
    requirements: Vec<StepKind>,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    expires_at: Option<String>,
}

/// List requests
///
/// Every identity verification of your organization, whichever API it was created through. `total` is exact.
#[operation(
    get,
    "/v2/api/requests",
    tag = "Requests",
    id = "listRequests",
    scope = "verifications:read",
    params(ListRequests)
)]
pub(crate) async fn list(
    state: State<Engine>,
    caller: Caller,
    query: Query<ListRequests>,
) -> Result<Json<RequestPage>> {
    let (State(engine), Query(asked)) = (state, query);
    let (listing, page) = listing(&asked)?;
    let found = requests(&engine, &caller, &listing).await?;
    let data = found.page.into_iter().map(RequestItem::of).collect();
    Ok(Json(RequestPage { data, pagination: Pagination::new(page, found.total) }))
}

/// List requests, under their other name
///
/// As `listRequests`.
#[operation(
    get,
    "/v2/api/verifications",
    tag = "Requests",
    id = "listVerifications",
    scope = "verifications:read",
    params(ListRequests)
)]
pub(crate) async fn list_verifications(
    state: State<Engine>,
    caller: Caller,
    query: Query<ListRequests>,
) -> Result<Json<RequestPage>> {
    list(state, caller, query).await
}

fn listing(asked: &ListRequests) -> Result<(Listing, Page), Vec<Problem>> {
    let mut problems = vec![];
    let page = Page::of(asked.page.as_deref(), asked.limit.as_deref(), &mut problems);
    let search = asked.search.as_deref().map(str::trim).filter(|text| !text.is_empty());
    if search.is_some_and(|text| text.chars().count() > MAX_SEARCH) {
        let wanted = Wanted::AtMost(bonafide_core::problem::Measure::Characters, MAX_SEARCH.to_string());
        let message = format!("must have at most {MAX_SEARCH} characters");
        problems.push(Problem::new("search", Rule::Length, message).wanting(wanted));
    }
    let listing = Listing {
        purposes: asked.r#type.into_iter().collect(),
        statuses: statuses(asked.status.as_deref(), &mut problems),
        user_id: None,
        client: extract::client("clientId", asked.client_id.as_deref(), &mut problems),
        matter: extract::matter("matterId", asked.matter_id.as_deref(), &mut problems),
        search: search.map(str::to_owned),
        from: time("dateFrom", asked.date_from.as_deref(), End::Start, &mut problems),
        until: time("dateTo", asked.date_to.as_deref(), End::Finish, &mut problems),
        sort: match asked.sort {
            None | Some(RequestSort::CreatedAt) => Sort::CreatedAt,
            Some(RequestSort::UpdatedAt) => Sort::UpdatedAt,
            Some(RequestSort::Status) => Sort::Status,
        },
        skip: page.skip(),
        take: page.limit,
    };
    if problems.is_empty() { Ok((listing, page)) } else { Err(problems) }
}

fn statuses(text: Option<&str>, problems: &mut Vec<Problem>) -> Vec<Status> {
    let mut all = vec![];
    for word in text.into_iter().flat_map(|text| text.split(',')) {
        let meant = words::statuses(word.trim());
        if meant.is_empty() {
            let known = STATUSES.map(str::to_owned).to_vec();
            let message = format!("must be one of {}", STATUSES.join(", "));
            problems.push(Problem::new("status", Rule::Enum, message).wanting(Wanted::OneOf(known)));
            return vec![];
        }
        all.extend(meant);
    }
    all.sort_unstable();
    all.dedup();
    all
}

/// Which end of a span of time.
#[derive(Clone, Copy, PartialEq)]
enum End {
    Start,
    Finish,
}

/// A day or time of the query. The engine's span ends before its end; this API's ends with it.
fn time(field: &str, text: Option<&str>, end: End, problems: &mut Vec<Problem>) -> Option<Timestamp> {
    const DAY: usize = "2026-01-31".len();
    const DAY_MS: i64 = 24 * 3600 * 1000;
    let text = text?.trim();
    let read = match text.len() {
        DAY => Timestamp::start_of_day(text).map(|at| (at, DAY_MS)),
        _ => Timestamp::parse(text).map(|at| (at, 1)),
    };
    let Some((at, lasts_ms)) = read else {
        let message = "must be a day like 2026-01-31 or a time like 2026-01-31T12:00:00Z";
        problems.push(Problem::new(field, Rule::Format, message).wanting(Wanted::Format("date".into())));
        return None;
    };
    Some(if end == End::Finish { at.plus_ms(lasts_ms) } else { at })
}

fn day_or_time() -> RefOr<Schema> {
    let text = |format| {
        ObjectBuilder::new().schema_type(Type::String).format(Some(SchemaFormat::KnownFormat(format)))
    };
    AnyOfBuilder::new().item(text(KnownFormat::Date)).item(text(KnownFormat::DateTime)).into()
}

impl RequestItem {
    fn of(request: Request) -> Self {
        Self {
            id: request_id(request.id),
            r#type: request.purpose,
            status: words::status(request.status),
            subject_name: request.subject.and_then(|subject| subject.name),
            client_id: request.client.map(client_id),
            matter_id: request.matter.map(matter_id),
            requirements: request.steps,
            created_at: request.created_at.to_string(),
            updated_at: request.updated_at.to_string(),
            expires_at: request.expires_at.map(|at| at.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(status: &str, from: &str, to: &str) -> Result<Listing, Vec<String>> {
        let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let asked = ListRequests {
            status: text(status),
            date_from: text(from),
            date_to: text(to),
            ..ListRequests::default()
        };
        listing(&asked).map(|(listing, _)| listing).map_err(|all| all.into_iter().map(|p| p.field).collect())
    }

    #[test]
    fn a_day_is_whole_and_both_ends_count() {
        let listing = asked("", "2026-06-01", "2026-06-01").unwrap();
        let (from, until) = (listing.from.unwrap(), listing.until.unwrap());
        assert_eq!(until.0 - from.0, 24 * 3600 * 1000);
        let listing = asked("", "2026-06-01T12:00:00Z", "2026-06-01T14:00:00+02:00").unwrap();
        assert_eq!(listing.until.unwrap().0 - listing.from.unwrap().0, 1);
    }

    #[test]
    fn every_wrong_filter_is_named_at_once() {
        assert_eq!(asked("done", "2026-02-30", "soon").unwrap_err(), ["status", "dateFrom", "dateTo"]);
        assert_eq!(asked("approved,,", "", "").unwrap_err(), ["status"]);
        let known = asked("initiated,in_progress,initiated", "", "").unwrap().statuses;
        assert_eq!(known, [Status::Created, Status::Pending, Status::Capturing, Status::RetryRequired]);
    }
}
