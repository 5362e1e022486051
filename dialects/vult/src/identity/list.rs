//! `POST /identity/list`

use axum::extract::State;
use bonafide_engine::{
    Engine,
    identities::{self, Filter},
};
use bonafide_http::{Caller, Json, Result, operation};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::IdentityBody;
use crate::{
    idv::document::list::Count,
    paging::{OneOrMany, Part, When, part, span},
};

#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ListIdentities {
    /// Verified through one of these clients.
    client_id: Option<OneOrMany>,
    /// Verified for one of these users of yours.
    user_id: Option<OneOrMany>,
    /// Words, each of which begins a name or a document number; or an identity id. Case and accents do not matter.
    #[schema(max_length = 200)]
    search_term: Option<String>,
    /// How many; 25 when absent.
    #[schema(minimum = 1, maximum = 200, multiple_of = 1)]
    take: Option<f64>,
    /// How many to leave out, newest first.
    #[schema(minimum = 0, maximum = 1_000_000, multiple_of = 1)]
    skip: Option<f64>,
    /// First verified at or after: RFC 3339 or a day.
    start_date: Option<When>,
    /// First verified before: RFC 3339, or a day, which is included.
    end_date: Option<When>,
    /// Every pair has to be in the metadata of the person's newest session.
    #[schema(value_type = Option<Object>)]
    metadata: Option<Map<String, Value>>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Identities {
    identities: Vec<IdentityBody>,
    meta_counts: Count,
}

/// list identities
///
/// The people your organization has verified, newest first.
#[operation(post, "/identity/list", tag = "Identity", id = "identity_list", scope = "verifications:read")]
pub(crate) async fn list(
    State(engine): State<Engine>,
    caller: Caller,
    Json(asked): Json<ListIdentities>,
) -> Result<Json<Identities>> {
    let Part { take, skip } = part(asked.take, asked.skip);
    let (from, until) = span(asked.start_date, asked.end_date)?;
    let filter = Filter {
        ids: vec![],
        client_ids: OneOrMany::values(asked.client_id),
        user_ids: OneOrMany::values(asked.user_id),
        from,
        until,
        search_term: asked.search_term.filter(|t| !t.trim().is_empty()),
        metadata: asked.metadata.unwrap_or_default(),
        skip,
        take,
    };
    let (found, total) = identities::list(&engine, &caller, &filter).await?;
    let identities = found.into_iter().map(IdentityBody::from).collect();
    Ok(Json(Identities { identities, meta_counts: Count { total, take, skip } }))
}
