//! Taking what is due, as much of each endpoint as there is room for.

use std::{collections::HashMap, sync::Arc};

use bonafide_core::{
    event::Event,
    id::{EventId, OrganizationId, WebhookEndpointId},
    problem::with_causes,
};
use bonafide_store::{
    Tx,
    deliveries::{self as rows, Delivery},
    events as rows_of_events, organizations, webhook_endpoints,
};

use super::{
    message::Endpoint,
    room::{OF_ENDPOINT, Room},
};
use crate::{
    base::{
        engine::Engine,
        error::{Error, Result},
    },
    events::list,
    webhooks::{
        sealed::{headers, secrets},
        signing_key,
    },
};

/// How long an endpoint waits whose headers or secrets do not open, in seconds.
const UNOPENED_WAIT_S: i64 = 60;

/// A message that is ours for now: where to, of what (`None` for an event of a newer program), and its row.
pub(super) type Claimed = (Arc<Endpoint>, Option<Arc<Event>>, Delivery);

/// Claims what is due, as much of each endpoint as there is room for.
pub(super) async fn claim(engine: &Engine, mut room: Room) -> Result<Vec<Claimed>> {
    let now = engine.now();
    let mut tx = engine.db().read().await?;
    let mut wanted = vec![];
    let mut unopened = vec![];
    for due in rows::due(&mut tx, now, OF_ENDPOINT as i64).await? {
        let key = (due.organization, due.endpoint);
        let messages = room.take(key, due.failing, usize::try_from(due.messages).unwrap_or_default());
        if messages == 0 {
            continue;
        }
        match prepare(engine, &mut tx, key.0, key.1).await {
            Ok(Some(endpoint)) => wanted.push((key, messages, Arc::new(endpoint))),
            Ok(None) => {}
            // The database's, and everybody's.
            Err(
                error @ (Error::Overloaded { .. } | Error::Store(bonafide_store::Error::Database { .. })),
            ) => return Err(error),
            Err(error) => {
                tracing::error!(error = with_causes(&error), endpoint = %key.1, "cannot open a webhook; it waits");
                unopened.push(key);
            }
        }
    }
    drop(tx);
    if wanted.is_empty() && unopened.is_empty() {
        return Ok(vec![]);
    }
    let mut tx = engine.db().begin().await?;
    unopened.sort_unstable();
    for (organization, id) in unopened {
        if let Some(mut health) = webhook_endpoints::health(&mut tx, organization, id).await? {
            health.held_until = Some(now.plus_secs(UNOPENED_WAIT_S));
            webhook_endpoints::set_health(&mut tx, organization, id, &health).await?;
        }
    }
    // Longer than an attempt can take, which in a sandbox are up to three.
    let until = now.plus_secs(engine.courier.timeout().as_secs() as i64 * 3 + 60);
    let mut claimed = vec![];
    for (key, messages, endpoint) in wanted {
        for delivery in rows::claim(&mut tx, key.0, key.1, now, until, messages as i64).await? {
            claimed.push((endpoint.clone(), delivery));
        }
    }
    tx.commit().await?;
    // One event goes to many endpoints, and is read once.
    let mut tx = engine.db().read().await?;
    let mut events: HashMap<EventId, Option<Arc<Event>>> = HashMap::new();
    let mut round = vec![];
    for (endpoint, delivery) in claimed {
        let event = match events.get(&delivery.event) {
            Some(known) => known.clone(),
            None => {
                let row = rows_of_events::get(&mut tx, delivery.organization, delivery.event).await?;
                let told = row.and_then(|e| list::Event::from(e).told(endpoint.sandbox)).map(Arc::new);
                events.insert(delivery.event, told.clone());
                told
            }
        };
        round.push((endpoint, event, delivery));
    }
    Ok(round)
}

/// `None` for an endpoint of an API that this program does not have.
async fn prepare(
    engine: &Engine,
    tx: &mut Tx,
    organization: OrganizationId,
    id: WebhookEndpointId,
) -> Result<Option<Endpoint>> {
    let Some(row) = webhook_endpoints::get(tx, organization, id).await? else { return Ok(None) };
    let Some(dialect) = engine.dialect(&row.dialect) else { return Ok(None) };
    Ok(Some(Endpoint {
        dialect,
        headers: headers(engine, tx, &row).await?.into_iter().collect(),
        secrets: secrets(engine, tx, &row).await?,
        key: match dialect.is_signed_by_key() {
            true => signing_key::load(engine, tx, organization).await?,
            false => None,
        },
        sandbox: organizations::get(tx, organization).await?.is_some_and(|o| o.sandbox),
        row,
    }))
}
