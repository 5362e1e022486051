//! One attempt: the message in the format of its API, signed, sent.

use std::{sync::Arc, time::Duration};

use bonafide_core::{
    delivery::Origin,
    event::{Event, Message},
    id::{EventId, VerificationId},
    problem::with_causes,
    time::Timestamp,
};
use bonafide_courier::{Parcel, sign};
use bonafide_store::{Tx, deliveries::Delivery, secrets::PlainSecret};

use super::message::{Endpoint, Outcome, Sent};
use crate::{
    base::{engine::Engine, error::Result, record::Record},
    events::list::message_id,
    webhooks::{chaos, signing_key::SigningKey},
};

pub(super) async fn send(
    engine: &Engine,
    endpoint: Arc<Endpoint>,
    event: Option<Arc<Event>>,
    delivery: Delivery,
) -> Sent {
    let at = engine.now();
    let receipt = match attempt(engine, &endpoint, event.as_deref(), &delivery, at).await {
        Ok(outcome) => outcome,
        Err(error) => {
            tracing::error!(error = with_causes(&error), event = %delivery.event, "cannot word a message");
            Outcome::Not("internal")
        }
    };
    Sent { delivery, at, receipt, endpoint }
}

async fn attempt(
    engine: &Engine,
    endpoint: &Endpoint,
    event: Option<&Event>,
    delivery: &Delivery,
    at: Timestamp,
) -> Result<Outcome> {
    let Some(event) = event else { return Ok(Outcome::Not("unknown_event")) };
    let url = match endpoint.row.origin.known() {
        Some(Origin::PerVerification) => {
            let mut tx = engine.db().read().await?;
            match address_of(engine, &mut tx, event).await? {
                Some(url) => url,
                None => return Ok(Outcome::Not("address_erased")),
            }
        }
        Some(Origin::Registered) | None => endpoint.row.url.clone(),
    };
    let message = Message {
        event,
        word: &delivery.event_type,
        attempt: delivery.tries,
        public_url: &engine.settings.public_url,
    };
    let body = endpoint.dialect.body(&message).to_string();
    let patience = endpoint.dialect.patience_s().map(|seconds| Duration::from_secs(seconds.into()));
    let chaos = &endpoint.row.chaos;
    if chaos::forged(chaos, event.id) && delivery.tries == delivery.tries_before + 1 {
        let forger = PlainSecret::webhook(&*engine.entropy);
        let another = endpoint.key.as_ref().map(|known| SigningKey::draw(known.id, engine));
        if let Ok(headers) = signed(endpoint, event.id, at, &body, &[&forger], another.as_ref()) {
            let body = body.clone().into();
            engine.courier.post(&Parcel { url: &url, headers: &headers, body, patience }).await;
        }
    }
    let all: Vec<&PlainSecret> = endpoint.secrets.iter().collect();
    let headers = match signed(endpoint, event.id, at, &body, &all, endpoint.key.as_ref()) {
        Ok(headers) => headers,
        Err(_) => return Ok(Outcome::Not("secret_unusable")),
    };
    let parcel = Parcel { url: &url, headers: &headers, body: body.into(), patience };
    if chaos::doubled(chaos) {
        engine.courier.post(&parcel).await;
    }
    Ok(Outcome::Answered(engine.courier.post(&parcel).await))
}

/// The address that a verification was created with; `None` once its person was erased.
async fn address_of(engine: &Engine, tx: &mut Tx, event: &Event) -> Result<Option<String>> {
    let id = VerificationId::from_uuid(event.subject);
    let record = Record::find(engine, tx, event.organization, id).await?;
    Ok(record.and_then(|record| record.private.webhook_url))
}

/// What a message cannot be signed with.
struct Unusable;

/// The subscriber's own headers, the vendor's signature under the newest secret or by the organization's key, and the
/// three of Standard Webhooks under every secret that is good now.
fn signed(
    endpoint: &Endpoint,
    event: EventId,
    at: Timestamp,
    body: &str,
    secrets: &[&PlainSecret],
    key: Option<&SigningKey>,
) -> std::result::Result<Vec<(String, String)>, Unusable> {
    let mut headers = endpoint.headers.clone();
    let mut add = |name: &str, value: String| headers.push((name.to_owned(), value));
    let (id, seconds) = (message_id(event), at.0.div_euclid(1000));
    let texts: Vec<&str> = secrets.iter().map(|s| s.expose()).collect();
    let standard = sign::standard(&id, seconds, body.as_bytes(), &texts).map_err(|_| Unusable)?;
    if let Some(name) = endpoint.dialect.signature_header() {
        let signature = match (endpoint.dialect.is_signed_by_key(), key, texts.first()) {
            (true, Some(key), _) => key.signature(at, endpoint.sandbox, body).ok_or(Unusable)?,
            (false, _, Some(newest)) => sign::hex_hmac(newest, body.as_bytes()),
            _ => return Err(Unusable),
        };
        add(name, signature);
    }
    if let Some(agent) = endpoint.dialect.user_agent() {
        add("user-agent", agent.to_owned());
    }
    add("content-type", "application/json".to_owned());
    add("webhook-id", id);
    add("webhook-timestamp", seconds.to_string());
    add("webhook-signature", standard);
    Ok(headers)
}
