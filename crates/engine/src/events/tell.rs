//! What happened, told: an event and a message for each subscriber who wants it, in the transaction that made it true.

use bonafide_core::{
    event::{Happened, Snapshot, Subject, VerificationFacts},
    finding::Check,
    id::{ApplicantId, EventId, OrganizationId, WebhookEndpointId},
    time::Timestamp,
    verification::{Kind, Status},
};
pub use bonafide_store::events::Event;
use bonafide_store::{
    Tx, assessments, credentials, deliveries, events as rows, findings, organizations,
    webhook_endpoints::{self, PER_VERIFICATION, WebhookEndpoint},
};
use uuid::Uuid;

use crate::{Caller, Engine, Error, Result, Scope, look_back::Stored, record::Record, webhooks::chaos};

/// Most events of one answer.
pub const MOST: i64 = 200;

/// Who is told beside the endpoints that want the event anyway.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) enum Only<'a> {
    /// Everybody who wants it.
    #[default]
    Everybody,
    /// And the address that a verification was created with.
    And(WebhookEndpointId, &'a str),
    /// This endpoint alone, whatever it wants.
    Endpoint(WebhookEndpointId),
}

/// Writes an event and its messages.
pub(crate) async fn tell(
    engine: &Engine,
    tx: &mut Tx,
    organization: OrganizationId,
    happened: Happened,
    subject: Uuid,
    snapshot: &Snapshot,
    whom: Only<'_>,
) -> Result<EventId> {
    let now = engine.now();
    let id = EventId::new(now, &*engine.entropy);
    rows::insert(tx, organization, id, happened, subject, snapshot, now).await?;
    let also = match whom {
        Only::And(id, _) | Only::Endpoint(id) => Some(id),
        Only::Everybody => None,
    };
    let endpoints = webhook_endpoints::list_open(tx, organization, also).await?;
    let mut to = vec![];
    for endpoint in &endpoints {
        if let Some(word) = word_for(engine, endpoint, &endpoints, happened, snapshot, whom) {
            let run_at = now.plus_ms(chaos::delay_ms(&endpoint.chaos, id));
            to.push((endpoint.id, word, run_at));
        }
    }
    deliveries::insert_all(tx, organization, id, &to, now).await?;
    metrics::counter!("bonafide_events_total", "event" => happened.as_str()).increment(1);
    engine.post.notify_waiters();
    Ok(id)
}

/// What an endpoint is told of an event under; `None` when it is not told. `open`: the endpoints registered beside it.
pub(crate) fn word_for(
    engine: &Engine,
    endpoint: &WebhookEndpoint,
    open: &[WebhookEndpoint],
    happened: Happened,
    snapshot: &Snapshot,
    whom: Only<'_>,
) -> Option<&'static str> {
    let facts = snapshot.verification.as_ref();
    let kind = facts.map_or_else(Kind::default, |v| v.kind);
    let word = engine.dialect(&endpoint.dialect)?.word(happened, kind)?;
    is_told(endpoint, open, word, facts.map(|v| v.client.as_str()), whom).then_some(word)
}

/// `client`: whose event it is. An event of no client (`None`) is everybody's; one of a client that is not known any
/// more (empty) is not for those who asked for one client's.
fn is_told(
    endpoint: &WebhookEndpoint,
    open: &[WebhookEndpoint],
    word: &str,
    client: Option<&str>,
    whom: Only<'_>,
) -> bool {
    let wants = |e: &WebhookEndpoint| {
        e.wants(word) && (e.client.is_empty() || client.is_none_or(|client| client == e.client))
    };
    match whom {
        Only::Endpoint(id) => endpoint.id == id,
        _ if endpoint.origin != PER_VERIFICATION => wants(endpoint),
        // An address that is registered for the same API as well is told once.
        Only::And(id, url) => {
            let same = |e: &WebhookEndpoint| e.url == url && e.dialect == endpoint.dialect;
            let registered = |e: &WebhookEndpoint| e.origin != PER_VERIFICATION && same(e) && wants(e);
            endpoint.id == id && wants(endpoint) && !open.iter().any(registered)
        }
        Only::Everybody => false,
    }
}

impl Record {
    /// Tells that something happened to this verification.
    pub(crate) async fn tell(&self, engine: &Engine, tx: &mut Tx, happened: Happened) -> Result<EventId> {
        self.tell_with(engine, tx, happened, Snapshot::default()).await
    }

    /// The same with more to say.
    pub(crate) async fn tell_with(
        &self,
        engine: &Engine,
        tx: &mut Tx,
        happened: Happened,
        mut snapshot: Snapshot,
    ) -> Result<EventId> {
        snapshot.verification = Some(self.facts(tx).await?);
        let subject = match happened.subject() {
            Subject::Applicant => self.row.applicant.uuid(),
            _ => self.row.id.uuid(),
        };
        tell(engine, tx, self.row.organization, happened, subject, &snapshot, self.whom()).await
    }

    /// Who is told of what happens to it.
    pub(crate) fn whom(&self) -> Only<'_> {
        match (self.private.webhook_endpoint, &self.private.webhook_url) {
            (Some(endpoint), Some(url)) => Only::And(endpoint, url),
            _ => Only::Everybody,
        }
    }

    async fn facts(&self, tx: &mut Tx) -> Result<VerificationFacts> {
        let (organization, id) = (self.row.organization, self.row.id);
        let client = match self.row.credential {
            Some(credential) => credentials::get(tx, organization, credential).await?,
            None => None,
        };
        // Before the first hand-in nothing was found and nothing decided.
        let (mut face_match, mut reasons) = (None, vec![]);
        if self.private.attempt > 0 {
            let found = findings::list(tx, organization, id).await?;
            face_match = found.iter().find(|f| f.check == Check::FaceMatch).and_then(|f| f.score);
            let decided = !matches!(self.status(), Status::Processing);
            if let Some(latest) = assessments::latest(tx, organization, id).await?.filter(|_| decided) {
                let stored = serde_json::from_value::<Stored>(latest.detail).ok();
                reasons =
                    stored.into_iter().flat_map(|s| s.assessment.reasons).map(|reason| reason.code).collect();
            }
        }
        Ok(VerificationFacts {
            kind: self.kind(),
            status: self.status(),
            applicant: self.row.applicant,
            identity: self.row.identity,
            client: client.map(|c| c.public_id).unwrap_or_default(),
            user_id: self.row.user_id.clone(),
            verified: self.row.verified,
            score: self.row.score,
            face_match,
            attempt: self.private.attempt,
            reasons,
            created_at: Some(self.row.created_at),
            expires_at: self.row.expires_at,
        })
    }
}

/// Tells that something happened to a person beside a verification.
pub(crate) async fn tell_applicant(
    engine: &Engine,
    tx: &mut Tx,
    organization: OrganizationId,
    happened: Happened,
    applicant: ApplicantId,
) -> Result<EventId> {
    let snapshot = Snapshot::default();
    tell(engine, tx, organization, happened, applicant.uuid(), &snapshot, Only::Everybody).await
}

/// What a receiver knows a message by, however often it comes.
pub fn message_id(event: EventId) -> String {
    format!("evt_{event}")
}

/// Which events to list. `None` leaves nothing out.
#[derive(Debug, Clone, Copy, Default)]
pub struct Filter {
    /// The verification, applicant or endpoint.
    pub subject: Option<Uuid>,
    pub happened: Option<Happened>,
    /// At or after.
    pub from: Option<Timestamp>,
    /// Before.
    pub until: Option<Timestamp>,
    /// After this position; before it when the newest come first.
    pub after: Option<i64>,
    pub newest_first: bool,
    pub limit: i64,
}

/// A page of the organization's events in the order in which they happened.
pub async fn list(engine: &Engine, caller: &Caller, filter: &Filter) -> Result<Vec<Event>> {
    may_read(caller)?;
    let mut tx = engine.db.read().await?;
    let wanted = rows::Filter {
        subject: filter.subject,
        kind: filter.happened.map(Happened::as_str),
        from: filter.from,
        until: filter.until,
        after: filter.after,
        newest_first: filter.newest_first,
    };
    Ok(rows::list(&mut tx, caller.organization, &wanted, filter.limit.clamp(1, MOST)).await?)
}

/// One event.
pub async fn read(engine: &Engine, caller: &Caller, id: EventId) -> Result<Event> {
    may_read(caller)?;
    let mut tx = engine.db.read().await?;
    rows::get(&mut tx, caller.organization, id).await?.ok_or(Error::NotFound("event"))
}

/// The position of the organization's last event; 0 before the first.
pub async fn head(engine: &Engine, caller: &Caller) -> Result<i64> {
    may_read(caller)?;
    let mut tx = engine.db.read().await?;
    Ok(rows::head(&mut tx, caller.organization).await?)
}

/// The message that an API makes of an event: its name there and the text; `None` when that API does not tell it.
pub async fn worded(
    engine: &Engine,
    event: &Event,
    dialect: &str,
) -> Result<Option<(String, serde_json::Value)>> {
    let mut tx = engine.db.read().await?;
    let sandbox = organizations::get(&mut tx, event.organization).await?.is_some_and(|o| o.sandbox);
    let dialect = engine.dialect(dialect).ok_or(Error::NotFound("API"))?;
    let Some(told) = event.told(sandbox) else { return Ok(None) };
    let kind = told.snapshot.verification.as_ref().map_or_else(Kind::default, |v| v.kind);
    let message = |word| bonafide_core::event::Message {
        event: &told,
        word,
        attempt: 1,
        public_url: &engine.settings.public_url,
    };
    Ok(dialect.word(told.happened, kind).map(|word| (word.to_owned(), dialect.body(&message(word)))))
}

fn may_read(caller: &Caller) -> Result<()> {
    if caller.may(Scope::Read) { Ok(()) } else { Err(Error::Forbidden) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::webhooks::tests::endpoint;

    #[test]
    fn a_bound_endpoint_is_told_of_its_client_and_of_what_is_nobodys() {
        let bound = WebhookEndpoint { client: "mine".into(), ..endpoint("vult") };
        let told = |client| is_told(&bound, &[], "word", client, Only::Everybody);
        assert_eq!(
            [told(Some("mine")), told(Some("theirs")), told(Some("")), told(None)],
            [true, false, false, true]
        );
    }
}
