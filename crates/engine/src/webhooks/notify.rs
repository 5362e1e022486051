//! How something stands, told once more because somebody asks.

use bonafide_core::id::VerificationId;
use bonafide_store::{Tx, events as rows};
use uuid::Uuid;

use super::{
    endpoint::check_url,
    history::{Again, replay_in},
    per_verification::per_verification,
};
use crate::{
    base::{
        caller::{Caller, Scope},
        engine::Engine,
        error::{Error, Result},
        record::Record,
    },
    events::list::{Event, formatted},
};

/// Events that are looked through for the last one that an API tells of.
const LAST: i64 = 50;

/// Sends the last event of a subject once more to everybody whom an API tells it, under the id it had.
pub async fn notify(engine: &Engine, caller: &Caller, dialect: &'static str, subject: Uuid) -> Result<()> {
    may_write(caller)?;
    let event = last(engine, caller, dialect, subject).await?;
    let mut tx = engine.db().begin().await?;
    let what = Again { event: Some(event.id), api: Some(dialect), ..Again::default() };
    replay_in(engine, &mut tx, caller, &what).await?;
    tx.commit().await?;
    engine.bells().post.notify_waiters();
    Ok(())
}

/// Sends it to this address alone, which is the verification's from now on.
pub async fn notify_at(
    engine: &Engine,
    caller: &Caller,
    dialect: &'static str,
    id: VerificationId,
    url: String,
) -> Result<()> {
    may_write(caller)?;
    check_url(engine, "webhook_url", &url)?;
    let event = last(engine, caller, dialect, id.uuid()).await?;
    let mut tx: Tx = engine.db().begin().await?;
    let mut record = Record::hold(engine, &mut tx, caller.organization, id).await?;
    let endpoint = per_verification(engine, &mut tx, caller.organization, dialect, &url).await?;
    record.private.webhook_url = Some(url);
    record.private.webhook_endpoint = Some(endpoint);
    record.save(engine, &mut tx).await?;
    let what = Again { event: Some(event.id), endpoint: Some(endpoint), ..Again::default() };
    replay_in(engine, &mut tx, caller, &what).await?;
    tx.commit().await?;
    engine.bells().post.notify_waiters();
    Ok(())
}

fn may_write(caller: &Caller) -> Result<()> {
    if caller.may(Scope::Write) { Ok(()) } else { Err(Error::Forbidden) }
}

async fn last(engine: &Engine, caller: &Caller, dialect: &str, subject: Uuid) -> Result<Event> {
    let filter = rows::Filter { subject: Some(subject), newest_first: true, ..rows::Filter::default() };
    let mut tx = engine.db().read().await?;
    let found = rows::list(&mut tx, caller.organization, &filter, LAST).await?;
    drop(tx);
    for event in found.into_iter().map(Event::from) {
        if formatted(engine, &event, dialect).await?.is_some() {
            return Ok(event);
        }
    }
    Err(Error::NotFound("event"))
}
