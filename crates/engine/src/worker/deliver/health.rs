//! How endpoints do, and switching off those that have failed for days.

use bonafide_core::{
    audit::AuditAction,
    delivery::Origin,
    event::{EventType, Snapshot},
    time::Timestamp,
};
use bonafide_courier::Receipt;
use bonafide_store::{
    Tx,
    webhook_endpoints::{self as rows, Health},
};

use super::{
    message::{LONGEST_PAUSE_S, Outcome},
    room::Key,
};
use crate::{
    base::{engine::Engine, error::Result},
    events::emit::{Recipients, emit},
    webhooks::endpoint::note,
};

/// What the receipts of one batch say of one endpoint.
#[derive(Debug, Default)]
pub(super) struct Seen {
    delivered: bool,
    failed_last: bool,
    gone: bool,
    /// The longest that it asked to be left alone, in seconds.
    pause_s: i64,
}

impl Seen {
    pub(super) fn add(&mut self, receipt: &Receipt, origin: Origin) {
        self.delivered |= receipt.is_delivered();
        self.failed_last = !receipt.is_delivered();
        self.gone |= receipt.status == Some(410);
        // What one address of many on a host asks for is not the host's wish.
        if self.failed_last && origin != Origin::PerVerification {
            let asked = receipt.retry_after_s.unwrap_or_default().min(LONGEST_PAUSE_S);
            self.pause_s = self.pause_s.max(asked.into());
        }
    }

    /// The health that follows, and why the endpoint is to be switched off, if it is.
    ///
    /// It is given up when all attempts have failed for `disable_after_ms`, and never more than half of that lay between two
    /// of them: one failure days after another is another outage.
    fn after(
        &self,
        before: &Health,
        now: Timestamp,
        disable_after_ms: i64,
    ) -> (Health, Option<&'static str>) {
        if !self.failed_last {
            let well = Health { failing_since: None, failed_at: None, held_until: None, ..before.clone() };
            return (well, None);
        }
        let goes_on =
            !self.delivered && before.failed_at.is_some_and(|at| now.0 - at.0 <= disable_after_ms / 2);
        let since = before.failing_since.filter(|_| goes_on).unwrap_or(now);
        let asked = (self.pause_s > 0).then(|| now.plus_secs(self.pause_s));
        let after = Health {
            failing_since: Some(since),
            failed_at: Some(now),
            held_until: before.held_until.max(asked),
            ..before.clone()
        };
        let reason = match self.gone {
            _ if before.disabled_at.is_some() => None,
            true => Some("gone"),
            false => (now.0 - since.0 >= disable_after_ms).then_some("failing"),
        };
        (after, reason)
    }

    /// Writes the health, holding the endpoint's row. Returns why the endpoint is to be switched off, if it is.
    pub(super) async fn write(&self, engine: &Engine, tx: &mut Tx, key: Key) -> Result<Option<&'static str>> {
        let Some(before) = rows::health(tx, key.0, key.1).await? else { return Ok(None) };
        let disable_after_ms = engine.settings.webhook_disable_after_s.saturating_mul(1000);
        let (after, reason) = self.after(&before, engine.now(), disable_after_ms);
        if after != before {
            rows::set_health(tx, key.0, key.1, &after).await?;
        }
        Ok(reason)
    }
}

/// What an attempt says of its endpoint: nothing when the message was not sent, or when one address of many on a host is
/// gone.
pub(super) fn telling(outcome: &Outcome, origin: Origin) -> Option<&Receipt> {
    match outcome {
        Outcome::Answered(receipt) if receipt.status == Some(410) && origin == Origin::PerVerification => {
            None
        }
        Outcome::Answered(receipt) => Some(receipt),
        Outcome::Not(_) => None,
    }
}

/// Switches an endpoint off that still fails, and tells that. A transaction of its own: the audit entry comes before any
/// row is held, and goes when the owner has switched the endpoint on again meanwhile.
pub(super) async fn switch_off(engine: &Engine, key: Key, reason: &str) -> Result<()> {
    let ((organization, id), now) = (key, engine.now());
    let mut tx = engine.db().begin().await?;
    note(engine, &mut tx, organization, "delivery_worker", id, AuditAction::WebhookDisabled).await?;
    let health = rows::health(&mut tx, organization, id).await?;
    let still = |h: &Health| h.failing_since.is_some() && h.disabled_at.is_none();
    let Some(health) = health.filter(still) else { return Ok(()) };
    let off = Health { disabled_at: Some(now), disabled_reason: Some(reason.to_owned()), ..health };
    rows::set_health(&mut tx, organization, id, &off).await?;
    let snapshot = Snapshot { reason: Some(reason.to_owned()), ..Snapshot::default() };
    let (event_type, recipients) = (EventType::EndpointDisabled, Recipients::Everybody);
    emit(engine, &mut tx, organization, event_type, id.uuid(), &snapshot, recipients).await?;
    tx.commit().await?;
    tracing::warn!(endpoint = %id, reason, "a webhook was switched off");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;
    const PATIENCE: i64 = 5 * 24 * HOUR;

    fn answered(status: u16, retry_after_s: Option<u32>) -> Receipt {
        Receipt { status: Some(status), failure: None, retry_after_s, response: vec![], ms: 1 }
    }

    /// The health after answers at these hours, and the hour in which it was given up.
    fn after(answers: &[(i64, u16)]) -> (Health, Option<i64>) {
        let mut health = Health::default();
        for (hour, status) in answers {
            let mut seen = Seen::default();
            seen.add(&answered(*status, None), Origin::Registered);
            let (next, reason) = seen.after(&health, Timestamp(hour * HOUR), PATIENCE);
            health = next;
            if reason.is_some() {
                return (health, Some(*hour));
            }
        }
        (health, None)
    }

    #[test]
    fn only_failures_that_go_on_switch_off() {
        assert_eq!(after(&[(0, 500), (26, 500), (52, 500), (78, 500), (104, 500), (120, 500)]).1, Some(120));
        // One outage, five quiet days, one more failure.
        let (health, off) = after(&[(0, 500), (1, 500), (122, 503)]);
        assert_eq!((off, health.failing_since), (None, Some(Timestamp(122 * HOUR))));
        assert_eq!(after(&[(0, 500), (119, 200), (120, 500), (121, 500)]).1, None);
        assert_eq!(after(&[(0, 500), (1, 200)]).0, Health::default());
        assert_eq!(after(&[(0, 200), (1, 410)]).1, Some(1));
    }

    #[test]
    fn only_what_came_from_the_receiver_itself_counts() {
        let gone = Outcome::Answered(answered(410, None));
        assert!(
            telling(&gone, Origin::Registered).is_some() && telling(&gone, Origin::PerVerification).is_none()
        );
        assert!(telling(&Outcome::Answered(answered(500, None)), Origin::PerVerification).is_some());
        assert!(telling(&Outcome::Not("address_erased"), Origin::PerVerification).is_none());
        let mut seen = Seen::default();
        seen.add(&answered(429, Some(60)), Origin::PerVerification);
        let (health, _) = seen.after(&Health::default(), Timestamp(0), PATIENCE);
        assert_eq!((health.held_until, health.failed_at), (None, Some(Timestamp(0))));
    }

    #[test]
    fn an_endpoint_is_left_alone_for_as_long_as_it_asks() {
        let mut seen = Seen::default();
        for pause in [Some(10), Some(60), None] {
            seen.add(&answered(429, pause), Origin::Registered);
        }
        let (health, _) = seen.after(&Health::default(), Timestamp(0), PATIENCE);
        assert_eq!(health.held_until, Some(Timestamp(60_000)));
        let mut less = Seen::default();
        less.add(&answered(503, Some(1)), Origin::Registered);
        assert_eq!(less.after(&health, Timestamp(1_000), PATIENCE).0.held_until, Some(Timestamp(60_000)));
        let mut well = Seen::default();
        well.add(&answered(204, Some(60)), Origin::Registered);
        assert_eq!(well.after(&health, Timestamp(2_000), PATIENCE).0, Health::default());
    }
}
