//! `GET /idv/requirements`

use axum::extract::State;
use bonafide_engine::{Engine, tuning};
use bonafide_http::{Caller, Json, Query, Result, operation};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Switches;
use crate::{
    extract::whose,
    words::{DataSourceE, DocumentTypeE},
};

#[derive(Debug, Deserialize, ToSchema, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Asked {
    /// One of your clients.
    client_id: Option<String>,
    /// Your word for one of your users.
    #[param(max_length = 64, pattern = "^[A-Za-z0-9._:-]*$")]
    #[schema(max_length = 64, pattern = "^[A-Za-z0-9._:-]*$")]
    user_id: Option<String>,
    /// Only this type of document.
    #[param(inline)]
    type_e: Option<DocumentTypeE>,
    /// Only this source.
    #[param(inline)]
    data_source_e: Option<DataSourceE>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct RequirementsList {
    requirements: Vec<Switches>,
}

/// get requirements
///
/// What applies to the next session, by type of document and source. A source that is not listed has to give nothing.
#[operation(
    get,
    "/idv/requirements",
    tag = "IDV",
    id = "idv_requirements_get",
    scope = "verifications:read",
    params(Asked)
)]
pub(crate) async fn get(
    State(engine): State<Engine>,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<Json<RequirementsList>> {
    let of = whose(asked.client_id, asked.user_id)?;
    let all = tuning::requirements(&engine, &caller, &of).await?;
    let requirements = all
        .iter()
        .map(|on| Switches::new(&of, on))
        .filter(|s| asked.type_e.is_none_or(|t| t == s.type_e))
        .filter(|s| asked.data_source_e.is_none_or(|d| d == s.data_source_e))
        .collect();
    Ok(Json(RequirementsList { requirements }))
}
