//! `POST /webhook/list`

use axum::extract::State;
use bonafide_engine::{
    Engine,
    webhooks::{self, Registrations},
};
use bonafide_http::{Caller, Json, Result, operation};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    NAME,
    paging::{Part, part},
};

#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ListWebhooks {
    /// Only those of this client.
    client_id: Option<String>,
    /// How many; 25 when absent.
    #[schema(minimum = 1, maximum = 200, multiple_of = 1)]
    take: Option<f64>,
    /// How many to leave out, newest first.
    #[schema(minimum = 0, maximum = 1_000_000, multiple_of = 1)]
    skip: Option<f64>,
    /// Part of a name or an address; case does not matter.
    #[schema(max_length = 200)]
    search_term: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Webhook {
    id: String,
    /// The client whose events it gets; absent for all of yours.
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<String>,
    name: String,
    url: String,
    created_at: String,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Webhooks {
    webhooks: Vec<Webhook>,
    statistics: Statistics,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Statistics {
    /// All that match.
    total: usize,
    take: u32,
    skip: u32,
}

/// webhook list
///
/// The addresses registered for events, newest first.
#[operation(post, "/webhook/list", tag = "Webhook", id = "webhook_list", scope = "webhooks")]
pub(crate) async fn list(
    State(engine): State<Engine>,
    caller: Caller,
    Json(asked): Json<ListWebhooks>,
) -> Result<Json<Webhooks>> {
    let Part { take, skip } = part(asked.take, asked.skip);
    let wanted = Registrations {
        dialect: NAME,
        client: asked.client_id.as_deref(),
        search_term: asked.search_term.as_deref(),
        skip,
        take,
    };
    let (found, total) = webhooks::registered(&engine, &caller, &wanted).await?;
    let statistics = Statistics { total, take, skip };
    let webhooks = found
        .into_iter()
        .map(|w| Webhook {
            id: w.id.to_string(),
            client_id: Some(w.client).filter(|c| !c.is_empty()),
            name: w.name,
            url: w.url,
            created_at: w.created_at.to_string(),
        })
        .collect();
    Ok(Json(Webhooks { webhooks, statistics }))
}
