//! `POST /idv/sdk/document/front/add` and `/back/add`

use axum::extract::State;
use bonafide_core::{
    document::Side,
    evidence::Position,
    problem::{Problem, Rule},
};
use bonafide_engine::{
    Caller, Engine,
    evidence::{self, Picture},
};
use bonafide_http::{Form, Json, Result, operation};
use serde::Deserialize;
use utoipa::ToSchema;

use super::Done;
use crate::extract::{SdkCaller, idv};

#[derive(Debug, Deserialize, ToSchema)]
#[expect(dead_code, reason = "documents the form; its parts are read one by one")]
pub(crate) struct DocumentImage {
    #[schema(pattern = r"\S")]
    session_id: String,
    /// Where the picture was taken: degrees, WGS 84.
    #[schema(min_length = 1, pattern = r"^[+-]?([0-8]?[0-9](\.[0-9]+)?|90(\.0+)?)$")]
    latitude: String,
    #[schema(min_length = 1, pattern = r"^[+-]?((1[0-7][0-9]|[0-9]?[0-9])(\.[0-9]+)?|180(\.0+)?)$")]
    longitude: String,
    /// JPEG, PNG or WebP, up to 20 MB.
    #[schema(format = Binary, min_length = 1)]
    image: String,
}

/// sdk document front image add
///
/// The front of the document; a newer picture takes the place of an older one.
#[operation(post, "/idv/sdk/document/front/add", tag = "IDV SDK", id = "idv_sdk_document_front_add",
    scope = "verifications:write", or = "capture", cost = 5, params(SdkCaller),
    request_body(content = DocumentImage, content_type = "multipart/form-data"))]
pub(crate) async fn front_add(
    State(engine): State<Engine>,
    caller: SdkCaller,
    form: Form,
) -> Result<Json<Done>> {
    add(&engine, &caller, Side::Front, form).await
}

/// sdk document back image add
///
/// The back of the document; a newer picture takes the place of an older one.
#[operation(post, "/idv/sdk/document/back/add", tag = "IDV SDK", id = "idv_sdk_document_back_add",
    scope = "verifications:write", or = "capture", cost = 5, params(SdkCaller),
    request_body(content = DocumentImage, content_type = "multipart/form-data"))]
pub(crate) async fn back_add(
    State(engine): State<Engine>,
    caller: SdkCaller,
    form: Form,
) -> Result<Json<Done>> {
    add(&engine, &caller, Side::Back, form).await
}

async fn add(engine: &Engine, caller: &Caller, side: Side, mut form: Form) -> Result<Json<Done>> {
    let mut problems = vec![];
    form.only(&["session_id", "latitude", "longitude", "image"], &mut problems);
    let session = form.required("session_id", &mut problems);
    let latitude = form.number("latitude", &mut problems);
    let longitude = form.number("longitude", &mut problems);
    let bytes = form.files.remove("image").unwrap_or_default();
    if bytes.is_empty() {
        problems.push(Problem::new("image", Rule::Required, "must be a picture file that is not empty"));
    }
    if !problems.is_empty() {
        return Err(problems.into());
    }
    let picture = Picture { field: "image".to_owned(), bytes };
    let position = Position { latitude, longitude };
    evidence::accept_document(engine, caller, idv(engine, caller, &session).await?, side, picture, position)
        .await?;
    Ok(Json(Done {}))
}
