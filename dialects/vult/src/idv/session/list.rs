//! `POST /idv/session/list`

use std::collections::BTreeMap;

use axum::extract::State;
use bonafide_core::verification::Kind;
use bonafide_engine::{Engine, verifications};
use bonafide_http::{Caller, Json, Result, operation};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::read::Session;
use crate::{
    paging::{OneOrMany, Part, When, part, span},
    words::{self, StatusE},
};

#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ListSessions {
    /// How many; 25 when absent.
    #[schema(minimum = 1, maximum = 200, multiple_of = 1)]
    take: Option<f64>,
    /// How many to leave out, newest first.
    #[schema(minimum = 0, maximum = 1_000_000, multiple_of = 1)]
    skip: Option<f64>,
    /// Words, each of which begins a name, the e-mail address or the document number; or a session id. Case and accents do not
    /// matter.
    #[schema(max_length = 200)]
    search_term: Option<String>,
    /// Created at or after: RFC 3339 or a day.
    start_date: Option<When>,
    /// Created before: RFC 3339, or a day, which is included.
    end_date: Option<When>,
    /// Every pair has to be in the session's metadata.
    #[schema(value_type = Option<Object>)]
    metadata: Option<Map<String, Value>>,
    identity_id: Option<OneOrMany>,
    status: Option<StatusE>,
    client_id: Option<OneOrMany>,
    user_id: Option<OneOrMany>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Sessions {
    sessions: Vec<Session>,
    meta_counts: MetaCounts,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct MetaCounts {
    /// All that match.
    total: i64,
    take: u32,
    skip: u32,
    /// All that match, by `status_e`.
    status: BTreeMap<String, i64>,
}

impl MetaCounts {
    pub(crate) fn new(counts: &verifications::Counts, Part { take, skip }: Part) -> Self {
        let mut status = BTreeMap::new();
        for (core, n) in counts {
            let word = serde_json::to_value(words::status(*core)).ok();
            let word = word.and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default();
            *status.entry(word).or_default() += n;
        }
        Self { total: counts.iter().map(|(_, n)| n).sum(), take, skip, status }
    }
}

/// session list
///
/// Sessions of your organization, newest first. The order is stable while new ones are added.
#[operation(post, "/idv/session/list", tag = "IDV", id = "idv_session_list", scope = "verifications:read")]
pub(crate) async fn list(
    State(engine): State<Engine>,
    caller: Caller,
    Json(asked): Json<ListSessions>,
) -> Result<Json<Sessions>> {
    let Part { take, skip } = part(asked.take, asked.skip);
    let (from, until) = span(asked.start_date, asked.end_date)?;
    let filter = verifications::Filter {
        kind: Kind::IdentityVerification,
        verified: None,
        statuses: asked.status.map(words::statuses).unwrap_or_default(),
        client_ids: OneOrMany::values(asked.client_id),
        identity_ids: OneOrMany::values(asked.identity_id),
        user_ids: OneOrMany::values(asked.user_id),
        from,
        until,
        search_term: asked.search_term.filter(|t| !t.trim().is_empty()),
        metadata: asked.metadata.unwrap_or_default(),
        skip,
        take,
    };
    let (views, counts) = verifications::list(&engine, &caller, &filter).await?;
    let sessions = views.into_iter().map(Session::from).collect();
    Ok(Json(Sessions { sessions, meta_counts: MetaCounts::new(&counts, Part { take, skip }) }))
}
