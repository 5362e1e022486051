//! What becomes of messages: attempts, what comes next, and the health of the endpoints.

use std::collections::BTreeMap;

use bonafide_core::{delivery::Origin, id::OrganizationId, time::Timestamp};
use bonafide_store::deliveries::{self as rows, Attempt, Next};

use super::{
    health::{Seen, switch_off, telling},
    message::{LONGEST_PAUSE_S, Outcome, Sent},
    room::Key,
};
use crate::{
    base::{engine::Engine, error::Result},
    webhooks::sealed::own_key,
};

/// Records a batch: the attempts, what comes next, and the health of the endpoints.
pub(super) async fn record(engine: &Engine, batch: &[Sent]) -> Result<()> {
    if batch.is_empty() {
        return Ok(());
    }
    let now = engine.now();
    // In the same order in every process: none waits for the other.
    let mut health: BTreeMap<Key, Seen> = BTreeMap::new();
    let mut attempts: BTreeMap<OrganizationId, Vec<(Attempt, Next)>> = BTreeMap::new();
    for sent in batch {
        let (attempt, endpoint) = (seen(sent), &sent.endpoint);
        let next = next(sent, now);
        let result = match next {
            Next::Delivered => "delivered",
            Next::Again(_) => "failed",
            Next::Dead => "dead",
        };
        let api = endpoint.dialect.name();
        metrics::counter!("bonafide_deliveries_total", "api" => api, "result" => result).increment(1);
        metrics::histogram!("bonafide_delivery_seconds").record(attempt.ms as f64 / 1000.0);
        let origin = endpoint.row.origin.known().unwrap_or(Origin::Registered);
        if let Some(receipt) = telling(&sent.receipt, origin) {
            let key = (sent.delivery.organization, sent.delivery.endpoint);
            health.entry(key).or_default().add(receipt, origin);
        }
        attempts.entry(sent.delivery.organization).or_default().push((attempt, next));
    }
    let mut tx = engine.db().begin().await?;
    let mut given_up = vec![];
    for (key, seen) in &health {
        if let Some(reason) = seen.write(engine, &mut tx, *key).await? {
            given_up.push((*key, reason));
        }
    }
    for (organization, attempts) in &attempts {
        let own = own_key(engine, &mut tx, *organization).await?;
        rows::record(&mut tx, *organization, &own, attempts, now, &*engine.entropy).await?;
    }
    tx.commit().await?;
    for (key, reason) in given_up {
        switch_off(engine, key, reason).await?;
    }
    Ok(())
}

fn seen(sent: &Sent) -> Attempt {
    let (ms, http_status, failure, response) = match &sent.receipt {
        Outcome::Not(word) => (0, None, Some((*word).to_owned()), vec![]),
        Outcome::Answered(receipt) => {
            let failure = match (sent.endpoint.has_taken(receipt), receipt.failure) {
                (true, _) => None,
                (false, Some(failure)) => Some(failure.word().to_owned()),
                (false, None) => Some("refused".to_owned()),
            };
            (receipt.ms as i64, receipt.status.map(i64::from), failure, receipt.response.clone())
        }
    };
    Attempt {
        endpoint: sent.delivery.endpoint,
        event: sent.delivery.event,
        number: sent.delivery.tries,
        at: sent.at,
        ms,
        http_status,
        failure,
        response,
    }
}

/// When the message is tried again: by the schedule of its API, later when the receiver asks for it, and spread a
/// little so that what failed together does not come back together.
fn next(sent: &Sent, now: Timestamp) -> Next {
    let (tries, event) = (sent.delivery.tries - sent.delivery.tries_before, sent.delivery.event);
    let pause = match &sent.receipt {
        Outcome::Answered(receipt) if sent.endpoint.has_taken(receipt) => return Next::Delivered,
        Outcome::Answered(receipt) if receipt.status == Some(410) => return Next::Dead,
        Outcome::Answered(receipt) => receipt.retry_after_s.unwrap_or_default().min(LONGEST_PAUSE_S),
        Outcome::Not("address_erased") => return Next::Dead,
        // A newer program may know the event, and a secret can be put in order.
        Outcome::Not(_) => 0,
    };
    let wait = usize::try_from(tries - 1).ok().and_then(|n| sent.endpoint.dialect.waits().get(n));
    let Some(wait) = wait else { return Next::Dead };
    let ms = i64::from(*wait) * 1000;
    let spread = ms / 10 * (event.uuid().as_u128() & 0xff) as i64 / 255;
    Next::Again(now.plus_ms((ms + spread).max(i64::from(pause) * 1000)))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use bonafide_core::{
        delivery::DeliveryStatus,
        event::{EventType, Message, WebhookDialect},
        id::{EventId, WebhookEndpointId},
    };
    use bonafide_courier::Receipt;
    use bonafide_store::deliveries::Delivery;

    use super::{super::message::Endpoint, *};
    use crate::webhooks::samples::endpoint;

    /// An API that tries twice more.
    struct Twice;

    impl WebhookDialect for Twice {
        fn name(&self) -> &'static str {
            "twice"
        }
        fn word(&self, _: EventType, _: bonafide_core::verification::Kind) -> Option<&'static str> {
            None
        }
        fn body(&self, _: &Message<'_>) -> serde_json::Value {
            serde_json::Value::Null
        }
        fn signature_header(&self) -> Option<&'static str> {
            None
        }
        fn waits(&self) -> &'static [u32] {
            &[10, 100]
        }
    }

    fn sent(tries: i64, tries_before: i64, receipt: Outcome) -> Sent {
        let delivery = Delivery {
            organization: OrganizationId::from_uuid(uuid::Uuid::nil()),
            endpoint: WebhookEndpointId::from_uuid(uuid::Uuid::nil()),
            event: EventId::from_uuid(uuid::Uuid::from_u128(0xff)),
            event_type: "x".into(),
            status: DeliveryStatus::Pending.into(),
            tries,
            tries_before,
            run_at: Timestamp(0),
            created_at: Timestamp(0),
            finished_at: None,
        };
        let row = endpoint("twice");
        let endpoint =
            Endpoint { row, dialect: &Twice, headers: vec![], secrets: vec![], key: None, sandbox: false };
        Sent { delivery, at: Timestamp(0), receipt, endpoint: Arc::new(endpoint) }
    }

    fn answered(status: u16, retry_after_s: Option<u32>) -> Outcome {
        Outcome::Answered(Receipt {
            status: Some(status),
            failure: None,
            retry_after_s,
            response: vec![],
            ms: 1,
        })
    }

    #[test]
    fn messages_are_tried_again_by_the_schedule_and_then_dead() {
        let now = Timestamp(1_000_000);
        let after = |tries, before, outcome| next(&sent(tries, before, outcome), now);
        assert_eq!(after(1, 0, answered(204, None)), Next::Delivered);
        assert_eq!(after(1, 0, answered(500, None)), Next::Again(now.plus_ms(11_000)));
        assert_eq!(after(2, 0, answered(500, None)), Next::Again(now.plus_ms(110_000)));
        assert_eq!(after(3, 0, answered(500, None)), Next::Dead);
        assert_eq!(after(4, 3, answered(500, None)), Next::Again(now.plus_ms(11_000)), "sent again by hand");
        assert_eq!(after(1, 0, answered(429, Some(60))), Next::Again(now.plus_ms(60_000)));
        assert_eq!(after(1, 0, answered(503, Some(5))), Next::Again(now.plus_ms(11_000)));
        assert_eq!(after(1, 0, answered(410, None)), Next::Dead);
        assert_eq!(after(1, 0, Outcome::Not("address_erased")), Next::Dead);
        for word in ["internal", "unknown_event", "secret_unusable"] {
            assert_eq!(after(1, 0, Outcome::Not(word)), Next::Again(now.plus_ms(11_000)), "{word}");
        }
    }
}
