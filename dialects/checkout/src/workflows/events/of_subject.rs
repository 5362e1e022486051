//! `GET /workflows/events/subject/{subject_id}`

use axum::extract::State;
use bonafide_engine::{Engine, workflows};
use bonafide_http::{Caller, Json, Path, Result, operation};
use serde::Serialize;
use utoipa::ToSchema;

use super::{EVENT, subject_id};
use crate::{
    NAME,
    answer::{Link, SelfLink, time},
};

/// An event in a list.
#[derive(Serialize, ToSchema)]
pub(crate) struct SubjectEvent {
    #[schema(example = "evt_01kt1gw6g0fmj99z5sfwzpmy4a")]
    id: String,
    r#type: String,
    #[schema(format = DateTime)]
    timestamp: String,
    #[serde(rename = "_links")]
    links: SelfLink,
}

/// What happened to one object, oldest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct SubjectEvents {
    #[schema(max_items = 200)]
    data: Vec<SubjectEvent>,
}

/// List the events of a subject
///
/// Of an identity verification or the like, by its id: the newest 200, oldest first.
#[operation(get, "/workflows/events/subject/{subject_id}", tag = "Workflows", id = "getSubjectEvents", scope = "webhooks",
    params(("subject_id" = String, Path, max_length = 255)))]
pub(crate) async fn of_subject(
    State(engine): State<Engine>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<SubjectEvents>> {
    let all = workflows::events_of_subject(&engine, &caller, NAME, subject_id(&id)?.uuid()).await?;
    let of = |told: workflows::Told| {
        let id = EVENT.show(told.event.id);
        SubjectEvent {
            r#type: told.word,
            timestamp: time(told.event.at),
            links: SelfLink { this: Link::to(&engine, &format!("/workflows/events/{id}")) },
            id,
        }
    };
    Ok(Json(SubjectEvents { data: all.into_iter().map(of).collect() }))
}
