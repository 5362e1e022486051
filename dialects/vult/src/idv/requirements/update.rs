//! `POST /idv/requirements`, also `PUT`

use axum::extract::State;
use bonafide_engine::{Engine, tuning};
use bonafide_http::{Caller, Json, Result, operation};

use super::Switches;
use crate::{
    extract::whose,
    idv::sdk::Done,
    words::{to_data_source, to_document_type},
};

/// update requirements
///
/// Sets what one source has to give for one type of document. It applies to sessions created from now on.
///
/// To require less than the product does by itself takes the scope `policy` as well.
#[operation(
    method(post, put),
    "/idv/requirements",
    tag = "IDV",
    id = "idv_requirements_update",
    scope = "settings"
)]
pub(crate) async fn update(
    State(engine): State<Engine>,
    caller: Caller,
    Json(new): Json<Switches>,
) -> Result<Json<Done>> {
    let requirements = new.requirements();
    let (document_type, source) = (to_document_type(new.type_e), to_data_source(new.data_source_e));
    let of = whose(new.client_id, new.user_id)?;
    tuning::set_requirements(&engine, &caller, &of, document_type, source, &requirements).await?;
    Ok(Json(Done {}))
}
