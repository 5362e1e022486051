//! `GET /verifications/document/{id}/front` and `/back`

use axum::extract::State;
use bonafide_engine::{
    Caller as Engines, Engine, Error,
    evidence::{self, Part},
};
use bonafide_http::{Caller, Path, Result, operation};

use crate::{extract::document_id, verifications::Jpeg};

/// The front of a document
///
/// As it was taken in: JPEG, without the metadata of the camera. The audit log says who looked.
#[operation(get, "/verifications/document/{id}/front", tag = "Document Verification", id = "document_front_image",
    scope = "verifications:read", cost = 2, params(("id" = String, Path)),
    responses((status = 200, content_type = "image/jpeg", body = Jpeg)))]
pub(crate) async fn front(
    State(engine): State<Engine>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Jpeg> {
    image(&engine, &caller, &id, false).await
}

/// The back of a document
///
/// 404 where it was handed over without.
#[operation(get, "/verifications/document/{id}/back", tag = "Document Verification", id = "document_back_image",
    scope = "verifications:read", cost = 2, params(("id" = String, Path)),
    responses((status = 200, content_type = "image/jpeg", body = Jpeg)))]
pub(crate) async fn back(
    State(engine): State<Engine>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Jpeg> {
    image(&engine, &caller, &id, true).await
}

async fn image(engine: &Engine, caller: &Engines, id: &str, back: bool) -> Result<Jpeg> {
    let document = evidence::document(engine, caller, document_id(id)?).await?;
    let picture = if back { document.back.ok_or(Error::NotFound("picture"))? } else { document.id };
    Ok(Jpeg(evidence::show(engine, caller, document.view.id, picture, Part::Whole).await?))
}
