//! `GET /console/block-list`

use axum::extract::State;
use bonafide_core::problem::{Problem, Rule};
use bonafide_engine::{
    Engine,
    block_list::{self, Filter, Kind},
};
use bonafide_http::{Caller, Json, Query, Result, operation};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Blocked;
use crate::extract::number;

#[derive(Debug, Default, Deserialize, ToSchema, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListBlocked {
    /// `face`, `number` or `name`; all when absent.
    #[param(pattern = "^(face|number|name)$")]
    kind: Option<String>,
    /// How many to leave out, newest first.
    #[param(pattern = "^-?[0-9]{1,18}$")]
    skip: Option<String>,
    /// How many, 1 to 200; 50 when absent.
    #[param(pattern = "^-?[0-9]{1,18}$")]
    limit: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct BlockedPage {
    data: Vec<Blocked>,
    /// How many there are in all.
    total: i64,
    /// The `skip` of the next page; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// List the block list
///
/// Newest first.
#[operation(
    get,
    "/console/block-list",
    tag = "Block list",
    id = "block_list_list",
    scope = "settings",
    params(ListBlocked)
)]
pub(crate) async fn list(
    State(engine): State<Engine>,
    caller: Caller,
    Query(asked): Query<ListBlocked>,
) -> Result<Json<BlockedPage>> {
    let kind = asked.kind.as_deref().map(Kind::parse);
    if kind == Some(None) {
        return Err(Problem::new("kind", Rule::Enum, "must be face, number or name").into());
    }
    let skip = number("skip", asked.skip.as_deref())?.unwrap_or(0).clamp(0, i64::from(u32::MAX));
    let limit = number("limit", asked.limit.as_deref())?.unwrap_or(50).clamp(1, 200);
    let (Ok(first), Ok(take)) = (u32::try_from(skip), u32::try_from(limit)) else {
        return Err(Problem::new("skip", Rule::Range, "is more than there can be").into());
    };
    let filter = Filter { kind: kind.flatten(), skip: first, take };
    let (entries, total) = block_list::list(&engine, &caller, &filter).await?;
    let next = (skip + limit < total).then(|| (skip + limit).to_string());
    Ok(Json(BlockedPage { data: entries.into_iter().map(Blocked::of).collect(), total, next }))
}
