//! Who read whose personal data: a line of the audit log, which is there before the answer goes out. When it cannot be written,
//! the answer is refused: nothing is read that is not written down.
//!
//! Lines that come at once share a transaction, so that reading costs the database's one writer little. Whoever looks at the same
//! in the same way again within a minute, as those do who wait for a result, is in it once.

use std::collections::HashMap;

use bonafide_core::{audit::AuditAction, id::OrganizationId};
use bonafide_store::{
    again,
    audit::{self, Note, Notes},
    opened,
};
use serde_json::{Value, json};
use tokio::sync::oneshot::error::TryRecvError;

use crate::base::{
    caller::Caller,
    desk::{Read, Waiting},
    engine::Engine,
    error::{Error, Result},
};

/// Ids of one line; of more their number is told.
const MOST: usize = 1000;
const MINUTE_MS: i64 = 60_000;

tokio::task_local! {
    static REQUEST: Option<String>;
}

/// Answers a request, and says whose personal data was opened for that.
pub async fn watch<T>(request: Option<String>, answering: impl Future<Output = T>) -> (T, Vec<String>) {
    REQUEST.scope(request, opened::watch(answering)).await
}

/// The detail of a line that a use case writes itself of what was opened so far: with the request's id, and nobody writes
/// another.
pub(crate) fn told(mut detail: Value) -> Value {
    opened::told();
    if let Ok(Some(request)) = REQUEST.try_with(Clone::clone) {
        detail["request"] = json!(request);
    }
    detail
}

/// Writes down what was opened to answer a request. `operation` names no value of the request.
///
/// # Errors
/// Those of writing: do not answer then.
pub async fn note(
    engine: &Engine,
    caller: &Caller,
    operation: &str,
    request: Option<&str>,
    mut opened: Vec<String>,
) -> Result<()> {
    let Some(object) = opened.first().cloned() else { return Ok(()) };
    let (now, desk) = (engine.now(), engine.reads());
    let (minute, look) = (now.0.div_euclid(MINUTE_MS), desk.look(caller.credential, (operation, &opened)));
    if desk.is_known(minute, &look) {
        return Ok(());
    }
    let more = opened.len().saturating_sub(MOST);
    opened.truncate(MOST);
    let mut detail = json!({"operation": operation, "opened": opened});
    if let Some(request) = request {
        detail["request"] = json!(request);
    }
    if more > 0 {
        detail["more"] = json!(more);
    }
    let (organization, actor) = (caller.organization, caller.actor());
    write(engine, &Read { organization, at: now, actor, object, detail }).await?;
    desk.know(minute, look);
    Ok(())
}

/// Writes down that an operator's command writes personal data out, before it does. With a database that can only be looked at,
/// a note is left that the server takes in.
pub async fn exported(engine: &Engine, organization: OrganizationId, what: Value) -> Result<()> {
    let note = Note { at: engine.now(), organization, what };
    match (write_down(engine, &note).await, &engine.settings.audit_notes) {
        (Err(Error::NoRoom { .. }), Some(folder)) => {
            Ok(Notes::in_folder(folder).leave(&note, &*engine.entropy)?)
        }
        (done, _) => done,
    }
}

/// Takes in what commands left. One that is there twice is written down twice.
pub(crate) async fn take_notes(engine: &Engine) -> Result<()> {
    let Some(folder) = &engine.settings.audit_notes else { return Ok(()) };
    for (file, note) in Notes::in_folder(folder).all()? {
        write_down(engine, &note).await?;
        let gone = std::fs::remove_file(&file);
        gone.map_err(|source| bonafide_store::Error::Io { action: "delete", path: file, source })?;
    }
    Ok(())
}

async fn write_down(engine: &Engine, note: &Note) -> Result<()> {
    let Note { at, organization, what } = note;
    let (at, actor, organization) = (*at, "operator", *organization);
    let action = AuditAction::DataExported;
    again(&*engine.entropy, || async {
        let mut tx = engine.db().begin().await?;
        let entry = audit::Entry { at, actor, action, object: "export", detail: what };
        audit::append(&mut tx, organization, engine.key_ring(), entry).await?;
        Ok(tx.commit().await?)
    })
    .await
}

/// Returns when it is written.
async fn write(engine: &Engine, read: &Read) -> Result<()> {
    let desk = engine.reads();
    loop {
        let mut written = desk.put(read.clone());
        let turn = desk.turn.lock().await;
        match written.try_recv() {
            Ok(()) => return Ok(()),
            // Nobody took it.
            Err(TryRecvError::Empty) => {}
            // Somebody did, and failed or was given up.
            Err(TryRecvError::Closed) => continue,
        }
        let failed = write_all(engine, desk.take()).await;
        drop(turn);
        let own = failed.into_iter().find(|(organization, _)| *organization == read.organization);
        return own.map_or(Ok(()), |(_, error)| Err(error));
    }
}

/// Writes those of each organization in one transaction, and tells them. What failed.
async fn write_all(engine: &Engine, all: Vec<Waiting>) -> Vec<(OrganizationId, Error)> {
    let mut by_organization: HashMap<OrganizationId, Vec<Waiting>> = HashMap::new();
    for waiting in all {
        by_organization.entry(waiting.read.organization).or_default().push(waiting);
    }
    let mut failed = vec![];
    for (organization, waiting) in by_organization {
        let done: Result<()> = again(&*engine.entropy, || async {
            let mut tx = engine.db().begin().await?;
            for Waiting { read, .. } in &waiting {
                let entry = audit::Entry {
                    at: read.at,
                    actor: &read.actor,
                    action: AuditAction::DataRead,
                    object: &read.object,
                    detail: &read.detail,
                };
                audit::append(&mut tx, organization, engine.key_ring(), entry).await?;
            }
            Ok(tx.commit().await?)
        })
        .await;
        match done {
            // Who does not wait any more needs not be told.
            Ok(()) => {
                for waiting in waiting {
                    let _ = waiting.told.send(());
                }
            }
            Err(error) => failed.push((organization, error)),
        }
    }
    failed
}
