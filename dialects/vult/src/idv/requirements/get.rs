//! `GET /idv/requirements`

use axum::{Json as Body, extract::State};
use bonafide_engine::{Engine, tuning};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Switches;
use crate::{
    error::{Error, ErrorBody},
    extract::{Authorized, Query, whose},
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
#[utoipa::path(get, path = "/idv/requirements", tag = "IDV", operation_id = "idv_requirements_get",
    security(("oauth2" = ["verifications:read"])), params(Asked),
    responses((status = 200, body = RequirementsList), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn get(
    State(engine): State<Engine>,
    Authorized(caller): Authorized,
    bonafide_http::Query(asked, _): Query<Asked>,
) -> Result<Body<RequirementsList>, Error> {
    let of = whose(asked.client_id, asked.user_id)?;
    let all = tuning::requirements(&engine, &caller, &of).await?;
    let requirements = all
        .iter()
        .map(|on| Switches::new(&of, on))
        .filter(|s| asked.type_e.is_none_or(|t| t == s.type_e))
        .filter(|s| asked.data_source_e.is_none_or(|d| d == s.data_source_e))
        .collect();
    Ok(Body(RequirementsList { requirements }))
}
