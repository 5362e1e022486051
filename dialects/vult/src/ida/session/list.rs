//! `POST /ida/session/list`

use axum::extract::State;
use bonafide_core::verification::Kind;
use bonafide_engine::{Engine, verifications};
use bonafide_http::{Caller, Json, Result, operation};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::read::{Authentication, person};
use crate::{
    idv::session::list::MetaCounts,
    paging::{OneOrMany, Part, When, part, span},
    words::{self, StatusE},
};

#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ListAuthentications {
    /// How many; 25 when absent.
    #[schema(minimum = 1, maximum = 200, multiple_of = 1)]
    take: Option<f64>,
    /// How many to leave out, newest first.
    #[schema(minimum = 0, maximum = 1_000_000, multiple_of = 1)]
    skip: Option<f64>,
    identity_id: Option<OneOrMany>,
    client_id: Option<OneOrMany>,
    user_id: Option<OneOrMany>,
    /// A session id, or words of the session's own as for `/idv/session/list`.
    #[schema(max_length = 200)]
    search_term: Option<String>,
    /// Only those that were judged, and with this result.
    verified: Option<bool>,
    status: Option<StatusE>,
    /// Created at or after: RFC 3339 or a day.
    start_date: Option<When>,
    /// Created before: RFC 3339, or a day, which is included.
    end_date: Option<When>,
    /// Every pair has to be in the session's metadata.
    #[schema(value_type = Option<Object>)]
    metadata: Option<Map<String, Value>>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Authentications {
    sessions: Vec<Authentication>,
    meta_counts: MetaCounts,
}

/// session list
///
/// Authentications of your organization, newest first. The order is stable while new ones are added.
#[operation(post, "/ida/session/list", tag = "IDA", id = "ida_session_list", scope = "verifications:read")]
pub(crate) async fn list(
    State(engine): State<Engine>,
    caller: Caller,
    Json(asked): Json<ListAuthentications>,
) -> Result<Json<Authentications>> {
    let Part { take, skip } = part(asked.take, asked.skip);
    let (from, until) = span(asked.start_date, asked.end_date)?;
    let filter = verifications::Filter {
        kind: Kind::FaceAuthentication,
        statuses: asked.status.map(words::statuses).unwrap_or_default(),
        client_ids: OneOrMany::values(asked.client_id),
        identity_ids: OneOrMany::values(asked.identity_id),
        user_ids: OneOrMany::values(asked.user_id),
        verified: asked.verified,
        from,
        until,
        search_term: asked.search_term.filter(|t| !t.trim().is_empty()),
        metadata: asked.metadata.unwrap_or_default(),
        skip,
        take,
    };
    let (views, counts) = verifications::list(&engine, &caller, &filter).await?;
    let mut sessions = Vec::with_capacity(views.len());
    for view in &views {
        let person = person(&engine, &caller, view).await?;
        sessions.push(Authentication::new(view, person.as_ref()));
    }
    Ok(Json(Authentications { sessions, meta_counts: MetaCounts::new(&counts, Part { take, skip }) }))
}
