//! `POST /idv/requirements`, also `PUT`

use axum::{Json as Body, extract::State};
use bonafide_engine::{Engine, tuning};

use super::Switches;
use crate::{
    error::{Error, ErrorBody},
    extract::{Authorized, Json, whose},
    idv::sdk::Done,
    words::{to_data_source, to_document_type},
};

/// update requirements
///
/// Sets what one source has to give for one type of document. It applies to sessions created from now on.
#[utoipa::path(method(post, put), path = "/idv/requirements", tag = "IDV", operation_id = "idv_requirements_update",
    security(("oauth2" = ["settings"])),
    responses((status = 200, body = Done), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn update(
    State(engine): State<Engine>,
    Authorized(caller): Authorized,
    bonafide_http::Valid(new, _): Json<Switches>,
) -> Result<Body<Done>, Error> {
    let requirements = new.requirements();
    let (document_type, source) = (to_document_type(new.type_e), to_data_source(new.data_source_e));
    let of = whose(new.client_id, new.user_id)?;
    tuning::set_requirements(&engine, &caller, &of, document_type, source, &requirements).await?;
    Ok(Body(Done {}))
}
