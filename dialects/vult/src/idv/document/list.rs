//! `POST /idv/document/list`

use axum::extract::State;
use bonafide_engine::{Engine, verifications};
use bonafide_http::{Caller, Json, Result, operation};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::read::Document;
use crate::{
    extract::idv,
    paging::{Part, part},
};

#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ListDocuments {
    session_id: String,
    /// How many; 25 when absent.
    #[schema(minimum = 1, maximum = 200, multiple_of = 1)]
    take: Option<f64>,
    /// How many to leave out.
    #[schema(minimum = 0, maximum = 1_000_000, multiple_of = 1)]
    skip: Option<f64>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Documents {
    documents: Vec<Document>,
    meta_counts: Count,
}

/// How many there are in all, and which part this is.
#[derive(Serialize, ToSchema)]
pub(crate) struct Count {
    pub(crate) total: i64,
    pub(crate) take: u32,
    pub(crate) skip: u32,
}

/// document list
///
/// The documents of a session: one, once it was handed in and read.
#[operation(post, "/idv/document/list", tag = "IDV", id = "idv_document_list", scope = "verifications:read")]
pub(crate) async fn list(
    State(engine): State<Engine>,
    caller: Caller,
    Json(asked): Json<ListDocuments>,
) -> Result<Json<Documents>> {
    let Part { take, skip } = part(asked.take, asked.skip);
    let id = idv(&engine, &caller, &asked.session_id).await?;
    let view = verifications::read(&engine, &caller, id).await?;
    let all: Vec<Document> = Document::of(&view).into_iter().collect();
    let meta_counts = Count { total: all.len() as i64, take, skip };
    let documents = all.into_iter().skip(skip as usize).take(take as usize).collect();
    Ok(Json(Documents { documents, meta_counts }))
}
