//! `GET /verifications/identity/user/{userId}`

use axum::{
    extract::State,
    http::{HeaderName, header},
    response::{IntoResponse, Response},
};
use bonafide_core::problem::{Problem, Rule};
use bonafide_engine::{
    Engine,
    verifications::{self, Filter},
};
use bonafide_http::{Caller, Json, Path, Query, Result, operation};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::IdentityVerification;
use crate::{extract::user_id, verifications::link};

const TOTAL: HeaderName = HeaderName::from_static("x-total-count");
const LAST_PAGE: u32 = 1_000_000;
const LONGEST_PAGE: u32 = 100;
const USUAL_PAGE: u32 = 20;

#[derive(Debug, Default, Deserialize, ToSchema, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListVerifications {
    /// The first is 1, the default.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 1_000_000)]
    page: Option<String>,
    /// Verifications a page; 20 when absent.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100)]
    limit: Option<String>,
    /// `true`: the page is in an object, with the counts beside it.
    #[param(value_type = Option<bool>)]
    envelope: Option<String>,
}

/// A page of verifications: bare, or in an object where that was asked for.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum VerificationPage {
    Bare(Vec<IdentityVerification>),
    Enveloped(EnvelopedPage),
}

#[derive(Serialize, ToSchema)]
pub(crate) struct EnvelopedPage {
    data: Vec<IdentityVerification>,
    pagination: Pagination,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Pagination {
    page: u32,
    limit: u32,
    total: i64,
    total_pages: i64,
}

/// List the identity verifications of a user
///
/// Newest first, those that were made through another API of this server among them. The array is bare; how many there are
/// in all is in `X-Total-Count`, and `Link` (RFC 8288) has the first, previous, next and last page.
#[operation(get, "/verifications/identity/user/{userId}", tag = "Identity Verification",
    id = "identity_verifications_list", scope = "verifications:read",
    params(("userId" = String, Path, max_length = 64, pattern = "^[A-Za-z0-9._:-]{1,64}$"), ListVerifications),
    responses((status = 200, body = VerificationPage, headers(
        ("X-Total-Count" = i64, description = "How many there are in all"),
        ("Link" = String, description = "Where the other pages are")
    ))))]
pub(crate) async fn list(
    State(engine): State<Engine>,
    caller: Caller,
    Path(user): Path<String>,
    Query(asked): Query<ListVerifications>,
) -> Result<Response> {
    user_id(&user)?;
    let page = number("page", asked.page.as_deref(), LAST_PAGE)?.unwrap_or(1);
    let limit = number("limit", asked.limit.as_deref(), LONGEST_PAGE)?.unwrap_or(USUAL_PAGE);
    let enveloped = match asked.envelope.as_deref() {
        None | Some("false") => false,
        Some("true") => true,
        Some(_) => return Err(Problem::new("envelope", Rule::Enum, "must be true or false").into()),
    };
    let filter = Filter {
        user_ids: vec![user.clone()],
        skip: (page - 1).saturating_mul(limit),
        take: limit,
        ..Filter::default()
    };
    let (views, counts) = verifications::list(&engine, &caller, &filter).await?;
    let total: i64 = counts.into_iter().map(|(_, n)| n).sum();
    let total_pages = (total + i64::from(limit) - 1) / i64::from(limit);
    let mut data = Vec::with_capacity(views.len());
    for view in &views {
        data.push(IdentityVerification::of(&engine, &caller, view).await?);
    }
    let of = Pagination { page, limit, total, total_pages };
    let headers = [(TOTAL, total.to_string()), (header::LINK, links(&engine, &user, &of, enveloped))];
    let body = match enveloped {
        false => VerificationPage::Bare(data),
        true => VerificationPage::Enveloped(EnvelopedPage { data, pagination: of }),
    };
    Ok((headers, Json(body)).into_response())
}

/// A number of the query from 1 on.
fn number(field: &str, text: Option<&str>, most: u32) -> Result<Option<u32>> {
    let Some(text) = text else { return Ok(None) };
    let number = text.parse().ok().filter(|n| (1..=most).contains(n));
    let wrong = || Problem::new(field, Rule::Range, format!("must be a whole number from 1 to {most}"));
    Ok(Some(number.ok_or_else(wrong)?))
}

fn links(engine: &Engine, user: &str, of: &Pagination, enveloped: bool) -> String {
    let more = if enveloped { "&envelope=true" } else { "" };
    let page = i64::from(of.page);
    let last = of.total_pages.max(1);
    let all = [
        ("first", Some(1)),
        ("prev", (page > 1).then(|| (page - 1).min(last))),
        ("next", (page < last).then_some(page + 1)),
        ("last", Some(last)),
    ];
    let link = |(relation, page): (&str, Option<i64>)| {
        let path = format!("identity/user/{user}?page={}&limit={}{more}", page?, of.limit);
        Some(format!("<{}>; rel=\"{relation}\"", link(engine, &path)))
    };
    all.into_iter().filter_map(link).collect::<Vec<_>>().join(", ")
}
