//! `POST /identity/read`

use axum::extract::State;
use bonafide_engine::{
    Engine,
    identities::{self, Filter},
};
use bonafide_http::{Caller, Json, Refusal, Result, operation};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::IdentityBody;
use crate::{extract::identity_id, paging::OneOrMany};

/// Most identities of one answer.
const MOST: u32 = 200;

/// Who is asked for; nobody when all three are absent.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ReadIdentities {
    /// One identity or several.
    identity_id: Option<OneOrMany>,
    /// More of them.
    #[schema(max_items = 200)]
    identity_ids: Option<Vec<String>>,
    /// Every pair has to be in the metadata of the person's newest session.
    #[schema(value_type = Option<Object>)]
    metadata: Option<Map<String, Value>>,
}

/// All that were found; the fields beside the list are those of the identity that was asked for alone.
#[derive(Serialize, ToSchema)]
pub(crate) struct IdentitiesRead {
    identities: Vec<IdentityBody>,
    #[serde(flatten)]
    one: Option<IdentityBody>,
}

/// read identities
///
/// One identity, several, or those with some metadata; at most the 200 newest. An identity that was asked for alone and does not
/// exist is 404; of several, those that do not exist are left out.
#[operation(post, "/identity/read", tag = "Identity", id = "identity_read", scope = "verifications:read")]
pub(crate) async fn read(
    State(engine): State<Engine>,
    caller: Caller,
    Json(asked): Json<ReadIdentities>,
) -> Result<Json<IdentitiesRead>> {
    let mut ids = OneOrMany::values(asked.identity_id);
    ids.extend(asked.identity_ids.unwrap_or_default());
    ids.dedup();
    let metadata = asked.metadata.unwrap_or_default();
    if let ([one], true) = (ids.as_slice(), metadata.is_empty()) {
        let read = async || Ok::<_, Refusal>(identities::read(&engine, &caller, identity_id(one)?).await?);
        let (listed, one) = (read().await?, read().await?);
        return Ok(Json(IdentitiesRead { identities: vec![listed.into()], one: Some(one.into()) }));
    }
    if ids.is_empty() && metadata.is_empty() {
        return Ok(Json(IdentitiesRead { identities: vec![], one: None }));
    }
    let filter = Filter { ids, metadata, take: MOST, ..Filter::default() };
    let (found, _) = identities::list(&engine, &caller, &filter).await?;
    Ok(Json(IdentitiesRead { identities: found.into_iter().map(IdentityBody::from).collect(), one: None }))
}
