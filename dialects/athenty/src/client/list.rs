//! `GET /v2/api/clients`

use axum::extract::State;
use bonafide_core::{
    client::MemberType,
    problem::{Measure, Problem, Rule, Wanted},
};
use bonafide_engine::{
    Engine,
    clients::{self, Looking, Sort},
};
use bonafide_http::{Caller, Json, Query, Result, operation};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Client;
use crate::paging::{Page, Pagination};

/// Longest text to search for, in characters.
const MAX_SEARCH: usize = 200;

#[derive(Debug, Default, Deserialize, ToSchema, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ListClients {
    /// Words that are all in a name, the e-mail address or the `externalId`; case and accents do not count.
    #[param(max_length = 200)]
    search: Option<String>,
    member_type: Option<MemberType>,
    #[param(inline)]
    active: Option<Active>,
    /// By name from A to Z, the newest first, or those with the most requests first. `created_at` when absent.
    #[param(inline)]
    sort: Option<ClientSort>,
    /// 1 when absent.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 1_000_000)]
    page: Option<String>,
    /// Results a page; 20 when absent.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100)]
    limit: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Active {
    True,
    False,
}

#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ClientSort {
    Name,
    CreatedAt,
    RequestCount,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct ClientPage {
    data: Vec<Client>,
    pagination: Pagination,
}

/// List clients
///
/// Those of your organization that were not deleted. `total` is exact.
#[operation(
    get,
    "/v2/api/clients",
    tag = "Clients",
    id = "listClients",
    scope = "verifications:read",
    params(ListClients)
)]
pub(crate) async fn list(
    State(engine): State<Engine>,
    caller: Caller,
    Query(asked): Query<ListClients>,
) -> Result<Json<ClientPage>> {
    let (looking, page) = looking(asked)?;
    let (found, total) = clients::list(&engine, &caller, &looking).await?;
    let data = found.into_iter().map(Client::of).collect();
    Ok(Json(ClientPage { data, pagination: Pagination::new(page, total) }))
}

fn looking(asked: ListClients) -> Result<(Looking, Page), Vec<Problem>> {
    let mut problems = vec![];
    let page = Page::of(asked.page.as_deref(), asked.limit.as_deref(), &mut problems);
    if asked.search.as_ref().is_some_and(|text| text.chars().count() > MAX_SEARCH) {
        let wanted = Wanted::AtMost(Measure::Characters, MAX_SEARCH.to_string());
        let message = format!("must have at most {MAX_SEARCH} characters");
        problems.push(Problem::new("search", Rule::Length, message).wanting(wanted));
    }
    let looking = Looking {
        search: asked.search,
        member_type: asked.member_type,
        active: asked.active.map(|active| active == Active::True),
        sort: match asked.sort {
            Some(ClientSort::Name) => Sort::Name,
            None | Some(ClientSort::CreatedAt) => Sort::CreatedAt,
            Some(ClientSort::RequestCount) => Sort::RequestCount,
        },
        skip: page.skip(),
        take: page.limit,
    };
    if problems.is_empty() { Ok((looking, page)) } else { Err(problems) }
}
