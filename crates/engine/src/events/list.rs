//! Events read back.

use std::time::Duration;

use bonafide_core::{
    event::{EventType, Message},
    id::{EventId, OrganizationId},
    time::Timestamp,
    verification::Kind,
};
use bonafide_store::{Word, events as rows, organizations};
use uuid::Uuid;

use crate::{
    access::token::still_good,
    base::{
        caller::{Caller, Scope},
        engine::Engine,
        error::{Error, Result},
        wait,
    },
};

/// Most events of one answer.
pub const MAX: i64 = 200;

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    pub id: EventId,
    pub organization: OrganizationId,
    /// Counts the organization's events from 1 without gaps.
    pub position: i64,
    /// What happened; of a newer program it may be a word that this one does not know.
    pub kind: Word<EventType>,
    /// The verification, applicant, client's record or endpoint.
    pub subject: Uuid,
    /// Counts the events of the subject from 1 without gaps.
    pub sequence: i64,
    /// The facts of the moment: a [`Snapshot`](bonafide_core::event::Snapshot).
    pub snapshot: serde_json::Value,
    pub at: Timestamp,
}

impl From<rows::Event> for Event {
    fn from(row: rows::Event) -> Self {
        let rows::Event { id, organization, position, kind, subject, sequence, snapshot, at } = row;
        Self { id, organization, position, kind, subject, sequence, snapshot, at }
    }
}

impl Event {
    /// What happened and the facts, as the core knows them; `None` for a word this program does not know.
    pub fn told(&self, sandbox: bool) -> Option<bonafide_core::event::Event> {
        Some(bonafide_core::event::Event {
            id: self.id,
            organization: self.organization,
            sandbox,
            event_type: self.kind.known()?,
            subject: self.subject,
            sequence: self.sequence,
            snapshot: serde_json::from_value(self.snapshot.clone()).unwrap_or_default(),
            at: self.at,
        })
    }
}

/// What a receiver knows a message by, however often it comes.
pub fn message_id(event: EventId) -> String {
    format!("evt_{event}")
}

/// Which events to list. `None` leaves nothing out.
#[derive(Debug, Clone, Copy, Default)]
pub struct Filter {
    /// The verification, applicant, client's record or endpoint.
    pub subject: Option<Uuid>,
    pub event_type: Option<EventType>,
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
    let mut tx = engine.db().read().await?;
    let wanted = rows::Filter {
        subject: filter.subject,
        kind: filter.event_type,
        from: filter.from,
        until: filter.until,
        after: filter.after,
        newest_first: filter.newest_first,
    };
    let found = rows::list(&mut tx, caller.organization, &wanted, filter.limit.clamp(1, MAX)).await?;
    Ok(found.into_iter().map(Event::from).collect())
}

/// The same page as soon as there is something in it, and in any case after this time. `None`: meanwhile the caller's
/// credential ceased to be good.
pub async fn wait(
    engine: &Engine,
    caller: &Caller,
    filter: &Filter,
    patience: Duration,
) -> Result<Option<Vec<Event>>> {
    let mut first = true;
    let look = || {
        let again = !std::mem::take(&mut first);
        async move {
            if again && !still_good(engine, caller).await? {
                return Ok(Some(None));
            }
            let found = list(engine, caller, filter).await?;
            Ok((!found.is_empty()).then_some(Some(found)))
        }
    };
    let seen = wait::until(&engine.bells().post, engine.stopped(), patience, look).await?;
    Ok(seen.unwrap_or_else(|| Some(vec![])))
}

/// One event.
pub async fn read(engine: &Engine, caller: &Caller, id: EventId) -> Result<Event> {
    may_read(caller)?;
    let mut tx = engine.db().read().await?;
    rows::get(&mut tx, caller.organization, id).await?.map(Event::from).ok_or(Error::NotFound("event"))
}

/// The position of the organization's last event; 0 before the first.
pub async fn head(engine: &Engine, caller: &Caller) -> Result<i64> {
    may_read(caller)?;
    let mut tx = engine.db().read().await?;
    Ok(rows::head(&mut tx, caller.organization).await?)
}

/// The message that an API makes of an event: its name there and the text; `None` when that API does not send it.
pub async fn formatted(
    engine: &Engine,
    event: &Event,
    dialect: &str,
) -> Result<Option<(String, serde_json::Value)>> {
    let mut tx = engine.db().read().await?;
    let sandbox = organizations::get(&mut tx, event.organization).await?.is_some_and(|o| o.sandbox);
    let dialect = engine.dialect(dialect).ok_or(Error::NotFound("API"))?;
    let Some(told) = event.told(sandbox) else { return Ok(None) };
    let kind = told.snapshot.verification.as_ref().map_or_else(Kind::default, |v| v.kind);
    let message = |word| Message { event: &told, word, attempt: 1, public_url: &engine.settings.public_url };
    Ok(dialect.word(told.event_type, kind).map(|word| (word.to_owned(), dialect.body(&message(word)))))
}

fn may_read(caller: &Caller) -> Result<()> {
    if caller.may(Scope::Read) { Ok(()) } else { Err(Error::Forbidden) }
}
