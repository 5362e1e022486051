//! `GET /console/aml-verifications`

use axum::extract::State;
use bonafide_core::{
    aml::AmlStatus,
    problem::{Problem, Rule},
};
use bonafide_engine::{
    Engine,
    aml::{self, Filter},
};
use bonafide_http::{Caller, Json, Query, Result, operation};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::AmlItem;
use crate::extract::{client_id, number};

#[derive(Debug, Default, Deserialize, ToSchema, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListAml {
    /// All when absent.
    #[param(pattern = "^(created|screening_in_progress|approved|review_required|declined)$")]
    status: Option<String>,
    /// Of this client alone.
    #[param(pattern = "^((clt|aplt)_)?[0-7][0-9a-hjkmnp-tv-z]{25}$")]
    client: Option<String>,
    /// How many to leave out, newest first.
    #[param(pattern = "^-?[0-9]{1,18}$")]
    skip: Option<String>,
    /// How many, 1 to 200; 50 when absent.
    #[param(pattern = "^-?[0-9]{1,18}$")]
    limit: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct AmlPage {
    data: Vec<AmlItem>,
    /// How many there are in all.
    total: i64,
    /// The `skip` of the next page; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// List AML verifications
///
/// Newest first. `status=review_required` are those that wait for a human. A list holds nothing that says who anybody is.
#[operation(
    get,
    "/console/aml-verifications",
    tag = "Screening",
    id = "aml_list",
    scope = "verifications:read",
    params(ListAml)
)]
pub(crate) async fn list(
    State(engine): State<Engine>,
    caller: Caller,
    Query(asked): Query<ListAml>,
) -> Result<Json<AmlPage>> {
    let status = asked.status.as_deref().map(AmlStatus::parse);
    if status == Some(None) {
        let message = format!("must be one of {}", AmlStatus::ALL.map(AmlStatus::as_str).join(", "));
        return Err(Problem::new("status", Rule::Enum, message).into());
    }
    let client = asked.client.as_deref().map(client_id).transpose()?;
    let skip = number("skip", asked.skip.as_deref())?.unwrap_or(0).clamp(0, i64::from(u32::MAX));
    let limit = number("limit", asked.limit.as_deref())?.unwrap_or(50).clamp(1, 200);
    let (Ok(first), Ok(take)) = (u32::try_from(skip), u32::try_from(limit)) else {
        return Err(Problem::new("skip", Rule::Range, "is more than there can be").into());
    };
    let filter = Filter { status: status.flatten(), client, skip: first, take };
    let (page, total) = aml::list(&engine, &caller, &filter).await?;
    let next = (skip + limit < total).then(|| (skip + limit).to_string());
    Ok(Json(AmlPage { data: page.iter().map(AmlItem::from).collect(), total, next }))
}
